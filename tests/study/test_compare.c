/* Comparisons of the limit with ensembles. */
#include "tests/curves.h"

#include <string.h>

static sgdl_comparison_t compare(const char *text, size_t runs, double allowance,
                                 sgdl_table_t *table)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_plan_t options = sgdl_plan_default();
    sgdl_error_t error = {0};
    sgdl_comparison_t verdict;
    options.runs = runs;
    options.allowance = allowance;
    sgdl_table_init(table);
    if (sgdl_compare(problem, &options, INTO(table), &verdict, &error) != SGDL_OK)
        fail_msg("%s\n%s", error.message, text);
    sgdl_problem_free(problem);
    return verdict;
}

/* Whatever the limit knows, at d = 300. */
static void ensembles_agree_with_the_limit(void **unused)
{
    (void)unused;
    static const char *const cases[] = {
        "time: 4, learning_rate: [0.5, 3]",
        "time: 4, batch: 3, ridge: 0.3, start: {norm2: 1.5}",
        "time: 4, label_noise: 0.2, intercept: 1, classes: [{weight: 0.8, label: 1, mean: {family: "
        "gaussian}}, {weight: 0.2, label: 0, mean: {family: constant, scale: 0.5}}]",
        "time: 4, loss: least-squares, classes: [{covariance: {family: power-law, exponent: 1.5}, "
        "mean: {family: constant}}, {covariance: {family: power-law, exponent: 0.5}, mean: "
        "{family: opposite, of: 1}}]",
        "time: 3, loss: least-squares, encoding: one-hot, classes: [{weight: 0.5, label: 1, mean: "
        "{family: gaussian}}, {weight: 0.3, label: 2, mean: {family: gaussian}}, {weight: 0.2, "
        "label: 3, mean: {family: gaussian}, covariance: {family: zero-one, zero: 0.6}}]",
        "time: 4, learning_rate: {schedule: piecewise, times: [1, 2], values: [2, 0.2, 1], warmup: "
        "0.5}, output: {points: 9, spacing: log}",
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        char text[1024];
        sgdl_table_t table;
        (void)snprintf(text, sizeof text, "{dimension: 300, output: {points: 9}, %s}", cases[c]);
        if (strstr(cases[c], "output"))
            (void)snprintf(text, sizeof text, "{dimension: 300, %s}", cases[c]);
        if (compare(text, 40, 3, &table) != SGDL_AGREE)
            fail_msg("%s: %s\n%s", sgdl_table_value(&table, "verdict"),
                     sgdl_table_value(&table, "largest_deviation_risk"), text);
        assert_string_equal(sgdl_table_value(&table, "verdict"), "agree");
        sgdl_table_free(&table);
    }
}

/* With many runs and no allowance the O(1/d) is seen, so that a verdict can be bad. */
static void verdict_finds_fault(void **unused)
{
    (void)unused;
    sgdl_table_t table;
    const char *text = "{dimension: 10, loss: least-squares, time: 5, output: {points: 6}}";
    assert_int_equal(compare(text, 20000, 1e-9, &table), SGDL_DISAGREE);
    assert_memory_equal(sgdl_table_value(&table, "verdict"), "disagree in ", 12);
    sgdl_table_free(&table);
    text = "{dimension: 40, loss: least-squares, time: 5, output: {points: 6}}";
    assert_int_equal(compare(text, 5000, 3, &table), SGDL_AGREE);
    assert_int_equal(table.columns, 11);
    /* the criterion, row by row from the columns */
    for (size_t row = 1; row < table.rows; row++) {
        double deviation = table_at(&table, row, "risk_mean") - table_at(&table, row, "risk_ode");
        assert_true(fabs(deviation) < 0.15);
        assert_true(table_at(&table, row, "risk_q10") < table_at(&table, row, "risk_mean"));
        assert_true(table_at(&table, row, "risk_q90") > table_at(&table, row, "risk_mean"));
    }
    sgdl_table_free(&table);
}

/* The band narrows like d^-1/2, the deviation at least as fast. */
static void deviation_falls_with_dimension(void **unused)
{
    (void)unused;
    sgdl_problem_t *problem =
        parse_problem("{loss: least-squares, learning_rate: 0.8, time: 4, output: {points: 9}}");
    sgdl_plan_t options = sgdl_plan_default();
    static const double dimensions[] = {20, 60, 200, 600};
    sgdl_table_t table;
    sgdl_error_t error = {0};
    sgdl_comparison_t verdict;
    options.runs = 1500;
    options.dimensions = dimensions;
    options.dimension_count = 4;
    sgdl_table_init(&table);
    assert_int_equal(sgdl_compare_dimensions(problem, &options, INTO(&table), &verdict, &error),
                     SGDL_OK);
    assert_int_equal(verdict, SGDL_AGREE);
    assert_int_equal(table.rows, 4);
    double narrowing = log(table_at(&table, 3, "risk_sd") / table_at(&table, 0, "risk_sd")) /
                       log(dimensions[3] / dimensions[0]);
    assert_close(narrowing, -0.5, 0.06, 0, "exponent of the band");
    double falling =
        log(table_at(&table, 3, "risk_deviation") / table_at(&table, 0, "risk_deviation")) /
        log(dimensions[3] / dimensions[0]);
    assert_true(falling < -0.5);
    assert_close(strtod(sgdl_table_value(&table, "exponent_risk_sd"), NULL), narrowing, 0.1, 0,
                 "fitted exponent");
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
}

/* The learning rate where the state drives it, the overlap with a teacher's signal, and a number
 * for the error unless labels have none: in either table. */
static void compares_what_there_is(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        bool error, rate, overlap;
    } cases[] = {
        {"", true, false, false},
        {", learning_rate: [0.5, {schedule: adagrad-norm, eta: 1, b0: 1}]", true, true, false},
        {", teacher: {signal: constant, labels: sign}", true, false, true},
        {", loss: least-squares, teacher: {signal: constant, noise: 0.5}, learning_rate: polyak",
         false, true, true},
    };
    static const double dimensions[] = {50, 100};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
        for (size_t many = 0; many < 2; many++) {
            const char *ending = many ? "deviation" : "ode";
            char text[512], key[64];
            sgdl_error_t error = {0};
            sgdl_table_t table;
            sgdl_plan_t options = sgdl_plan_default();
            sgdl_comparison_t verdict;
            (void)snprintf(text, sizeof text, "{dimension: 200, time: 2, output: {points: 3}%s}",
                           cases[c].text);
            sgdl_problem_t *problem = parse_problem(text);
            options.runs = 20;
            options.dimensions = dimensions;
            options.dimension_count = 2;
            sgdl_table_init(&table);
            assert_int_equal((many ? sgdl_compare_dimensions : sgdl_compare)(
                                 problem, &options, INTO(&table), &verdict, &error),
                             SGDL_OK);
            assert_int_not_equal(verdict, SGDL_DISAGREE);
            (void)snprintf(key, sizeof key, "error_%s", ending);
            for (size_t row = 0; row < table.rows; row++)
                assert_true(!isnan(table_at(&table, row, key)) == cases[c].error);
            (void)snprintf(key, sizeof key, "learning_rate_%s", ending);
            assert_true((sgdl_table_find(&table, key) >= 0) == cases[c].rate);
            (void)snprintf(key, sizeof key, "overlap_signal_%s", ending);
            assert_true((sgdl_table_find(&table, key) >= 0) == cases[c].overlap);
            sgdl_table_free(&table);
            sgdl_problem_free(problem);
        }
}

static void refuses_what_cannot_be_compared(void **unused)
{
    (void)unused;
    sgdl_error_t error;
    sgdl_table_t table;
    sgdl_problem_t *problem = parse_problem("{dimension: 5}");
    sgdl_plan_t options = sgdl_plan_default();
    sgdl_comparison_t verdict = SGDL_AGREE;
    options.runs = 1;
    sgdl_table_init(&table);
    assert_int_equal(sgdl_compare(problem, &options, INTO(&table), &verdict, &error),
                     SGDL_ERR_INPUT);
    assert_int_equal(verdict, SGDL_INCONCLUSIVE);
    options.runs = 5;
    static const double dimensions[][2] = {{10, 10}, {0, 10}, {10, 10.5}};
    assert_int_equal(sgdl_compare_dimensions(problem, NULL, INTO(&table), &verdict, &error),
                     SGDL_ERR_INPUT); /* none at all */
    for (size_t e = 0; e < 3; e++) {
        options.dimensions = dimensions[e];
        options.dimension_count = 2;
        assert_int_equal(sgdl_compare_dimensions(problem, &options, INTO(&table), &verdict, &error),
                         SGDL_ERR_INPUT);
    }
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ensembles_agree_with_the_limit),  cmocka_unit_test(verdict_finds_fault),
        cmocka_unit_test(deviation_falls_with_dimension),  cmocka_unit_test(compares_what_there_is),
        cmocka_unit_test(refuses_what_cannot_be_compared),
    };
    return cmocka_run_group_tests_name("compare", tests, NULL, NULL);
}
