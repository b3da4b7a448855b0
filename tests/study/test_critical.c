/* Where the verdict changes: against what is known by hand. */
#include "tests/curves.h"

#include <gsl/gsl_errno.h>
#include <string.h>

static int locate(const char *text, const sgdl_critical_options_t *options, sgdl_table_t *table,
                  sgdl_error_t *error)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_table_init(table);
    int status = sgdl_critical(problem, NULL, options, INTO(table), error);
    sgdl_problem_free(problem);
    return status;
}

#define AT(where, low, high, by_runs)                                                              \
    ((sgdl_critical_options_t){.key = where, .from = low, .to = high, .numeric = by_runs})

/* The value, checked to be within its own uncertainty and `tolerance`. */
static void assert_critical(const char *text, sgdl_critical_options_t options, double expected,
                            double tolerance)
{
    sgdl_table_t table;
    sgdl_error_t error = {0};
    if (locate(text, &options, &table, &error) != SGDL_OK)
        fail_msg("%s: %s", error.place, error.message);
    assert_close(table_at(&table, 0, "critical"), expected, tolerance, 0, text);
    assert_close(table_at(&table, 0, "critical"), expected,
                 2 * table_at(&table, 0, "uncertainty") + 1e-14, 0, "uncertainty");
    assert_true(table_at(&table, 0, "lower") < table_at(&table, 0, "upper"));
    assert_true(table_at(&table, 0, "verdict_lower") != table_at(&table, 0, "verdict_upper"));
    sgdl_table_free(&table);
}

#define TWO_POWER_LAWS                                                                             \
    "classes: [{covariance: {family: power-law, exponent: 1.1}, mean: {family: power-law, "        \
    "exponent: 0}}, {covariance: {family: power-law, exponent: 1.5}, mean: {family: opposite, "    \
    "of: 1}}]"

/* The smaller of two covariance exponents decides: 1.1 = 1 + 2 beta. */
static void two_exponents(void **unused)
{
    (void)unused;
    assert_critical("{" TWO_POWER_LAWS "}", AT("classes.1.mean.exponent", -0.2, 0.5, false), 0.05,
                    1e-11);
    assert_critical("{" TWO_POWER_LAWS "}", AT("classes.1.mean.exponent", 0.5, -0.2, true), 0.05,
                    0.02);
    assert_critical("{loss: least-squares, " TWO_POWER_LAWS "}",
                    AT("classes.*.mean.exponent", -0.2, 0.5, true), 0.05, 0.02);
}

#define PAIR(beta, scale)                                                                          \
    "classes: [{covariance: {family: power-law, exponent: 1}, mean: {family: power-law, "          \
    "exponent: " beta ", scale: " scale                                                            \
    "}}, {covariance: {family: power-law, exponent: 1}, mean: {family: "                           \
    "opposite, of: 1}}]"

/* alpha = 1 + 2 beta of the logistic loss, whose clock runs slow: covered, and not by saying
 * nothing. */
static void uncertainty_covers(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        double from, to, expected, uncertainty;
    } cases[] = {{"{learning_rate: 0.5, " PAIR("-0.45", "1") "}", 0.02, 1, 0.1, 0.03},
                 {"{learning_rate: 0.5, " PAIR("-0.4", "1") "}", 0.05, 2.5, 0.2, 0.01},
                 {"{learning_rate: 1, " PAIR("-0.1", "0.7") "}", 0.1, 3, 0.8, 0.004},
                 {"{loss: least-squares, " PAIR("-0.45", "1") "}", 0.02, 1, 0.1, 0.002},
                 /* long means and a small rate: hardly anything has relaxed at t = 1e10 */
                 {"{learning_rate: 0.1, " PAIR("-0.45", "1.9") "}", 0.04, 0.21, 0.1, 1}};
    for (size_t v = 0; v < sizeof cases / sizeof *cases; v++) {
        const sgdl_critical_options_t options = {.key = "classes.*.covariance.exponent",
                                                 .from = cases[v].from,
                                                 .to = cases[v].to,
                                                 .numeric = true};
        sgdl_table_t table;
        assert_int_equal(locate(cases[v].text, &options, &table, NULL), SGDL_OK);
        const double uncertainty = table_at(&table, 0, "uncertainty");
        assert_close(table_at(&table, 0, "critical"), cases[v].expected, uncertainty, 0,
                     cases[v].text);
        assert_true(uncertainty <= cases[v].uncertainty);
        sgdl_table_free(&table);
    }
}

/* gamma tr(K)/(2 d) = 1: by theory, and by runs that diverge. */
static void stability(void **unused)
{
    (void)unused;
    static const char text[] = "{loss: least-squares, batch: 2, classes: [{covariance: {family: "
                               "isotropic, scale: 3}}, {covariance: {family: isotropic, scale: "
                               "3}}]}";
    assert_critical(text, AT("learning_rate", 0.1, 5, false), 4.0 / 3, 1e-11);
    assert_critical(text, AT("learning_rate", 0.1, 5, true), 4.0 / 3, 0.01);
}

/* A mean of width w above the clean half: it separates as soon as it reaches into it. */
static void reaching_the_null_space(void **unused)
{
    (void)unused;
    static const char text[] =
        "{classes: [{covariance: {family: zero-one, zero: 0.3}, mean: {family: constant, on: [0.4, "
        "1]}}, {covariance: {family: zero-one, zero: 0.3}, mean: {family: opposite, of: 1}}]}";
    const sgdl_critical_options_t options = {
        .key = "classes.*.covariance.zero", .from = 0.2, .to = 0.9};
    sgdl_table_t table;
    assert_int_equal(locate(text, &options, &table, NULL), SGDL_OK);
    assert_close(table_at(&table, 0, "critical"), 0.4, 1e-11, 0, "zero");
    assert_string_equal(sgdl_table_value(&table, "key"), "classes.*.covariance.zero");
    assert_non_null(strstr(sgdl_table_value(&table, "below"), "positive"));
    assert_non_null(strstr(sgdl_table_value(&table, "above"), "zero"));
    sgdl_table_free(&table);
}

/* Label noise, however little, keeps the risk up: the transition is at its end of the interval. */
static void label_noise(void **unused)
{
    (void)unused;
    assert_critical("{" TWO_POWER_LAWS "}", AT("label_noise", 0, 0.2, false), 0, 1e-12);
}

/* A key of whole numbers: the bracket is two neighbours. gamma tr(K)/(2 d b) = 1 at b = 30.5. */
static void whole_numbers(void **unused)
{
    (void)unused;
    static const char text[] = "{loss: least-squares, learning_rate: 61}";
    for (int numeric = 0; numeric < 2; numeric++) {
        const sgdl_critical_options_t options = {
            .key = "batch", .from = 1, .to = 100, .numeric = numeric};
        sgdl_table_t table;
        sgdl_error_t error = {0};
        if (locate(text, &options, &table, &error) != SGDL_OK)
            fail_msg("%s: %s", error.place, error.message);
        assert_true(table_at(&table, 0, "lower") == 30 && table_at(&table, 0, "upper") == 31);
        assert_true(fabs(table_at(&table, 0, "critical") - 30.5) <= 0.5);
        assert_true(table_at(&table, 0, "uncertainty") >= 0.5);
        sgdl_table_free(&table);
    }
    static const struct {
        const char *key, *words;
        double from, to;
    } wrong[] = {{"batch", "whole", 1, 32.5},
                 {"dimension", "whole", 10.5, 20},
                 {"seed", "whole", 0.5, 20},
                 {"seed", "no transition", 1, 20},
                 {"batch", "found 0", 0, 20}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const sgdl_critical_options_t options = {
            .key = wrong[i].key, .from = wrong[i].from, .to = wrong[i].to};
        sgdl_table_t table;
        sgdl_error_t error = {0};
        assert_int_equal(locate(text, &options, &table, &error), SGDL_ERR_INPUT);
        assert_non_null(strstr(error.message, wrong[i].words));
        assert_string_equal(error.place, wrong[i].key);
    }
}

/* Before anything is computed: both ends, and what the key is. */
static void keys_are_looked_at_first(void **unused)
{
    (void)unused;
    static const struct {
        const char *key, *words;
        double from, to;
    } wrong[] = {{"x.weight", "unknown key 'x'", 0.1, 0.5},
                 {"start.weight", "unknown key 'weight'", 0.1, 0.5},
                 {"learningrate", "did you mean 'learning_rate'", 0.1, 0.5},
                 {"classes.3.weight", "no entry '3'", 0.1, 0.5},
                 {"classes.*.covariance.exponent", "did you mean", 0.1, 0.5},
                 {"ridge", "found -1", 0, -1},
                 {"loss", "allowed: logistic", 0, 1},
                 {"output.points", "no effect", 2, 5}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const sgdl_critical_options_t options = {
            .key = wrong[i].key, .from = wrong[i].from, .to = wrong[i].to};
        sgdl_table_t table;
        sgdl_error_t error = {0};
        assert_int_equal(locate("{}", &options, &table, &error), SGDL_ERR_INPUT);
        if (!strstr(error.message, wrong[i].words))
            fail_msg("%s: %s", wrong[i].key, error.message);
    }
}

static void refusals(void **unused)
{
    (void)unused;
    sgdl_table_t table;
    sgdl_error_t error = {0};
    sgdl_critical_options_t options = {.key = "ridge", .from = 0, .to = 1};
    assert_int_equal(locate("{}", &options, &table, &error), SGDL_ERR_INPUT);
    assert_non_null(strstr(error.message, "no transition between 0 and 1"));
    options.key = "rigde";
    assert_int_equal(locate("{}", &options, &table, &error), SGDL_ERR_INPUT);
    assert_non_null(strstr(error.message, "did you mean 'ridge'"));
    options = (sgdl_critical_options_t){.key = "ridge", .from = 1, .to = 1};
    assert_int_equal(locate("{}", &options, &table, &error), SGDL_ERR_INPUT);
    options = (sgdl_critical_options_t){.key = "ridge", .from = 0, .to = 1, .horizon = 10};
    assert_int_equal(locate("{}", &options, &table, &error), SGDL_ERR_INPUT);
    options = (sgdl_critical_options_t){.key = "batch", .from = 0.2, .to = 1};
    assert_int_equal(locate("{}", &options, &table, &error), SGDL_ERR_INPUT);
    options = (sgdl_critical_options_t){.key = "ridge", .from = 0, .to = 1};
    assert_int_equal(locate("{learning_rate: [1, 2]}", &options, &table, &error), SGDL_ERR_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_exponents),
        cmocka_unit_test(uncertainty_covers),
        cmocka_unit_test(stability),
        cmocka_unit_test(reaching_the_null_space),
        cmocka_unit_test(label_noise),
        cmocka_unit_test(whole_numbers),
        cmocka_unit_test(keys_are_looked_at_first),
        cmocka_unit_test(refusals),
    };
    (void)gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
