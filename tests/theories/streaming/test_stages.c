/* Verdicts of problems that are separated stage by stage, and of those that the bias alone serves:
 * against the integration and closed forms. */
#include "tests/verdicts.h"
#include "tests/sink.h"

#include <gsl/gsl_errno.h>

/* ---- stages ---------------------------------------------------------------------------------- */

#define NULL_SPACE(zero, from, to, label)                                                          \
    "{label: " label ", covariance: {family: zero-one, zero: " zero "}, mean: {family: constant, " \
    "scale: 2, on: [" from ", " to "]}}"
#define NESTED                                                                                     \
    "{learning_rate: 1, classes: [" NULL_SPACE("0.5", "0.3", "0.5",                                \
                                               "1") ", " NULL_SPACE("0.3", "0", "0.3", "0") "]}"

/* Class 2 moves where nothing is noisy, class 1 then where only class 2 is: with M_i = |mu_i|^2,
 * t R is affine in log t, of slope 4.5 / (gamma M_1 M_2). */
static void nested_null_spaces(void **unused)
{
    (void)unused;
    static const double times[] = {1e8, 1e12};
    double risk[2];
    sgdl_limit_t limit = limit_of(NESTED);
    assert_verdict(NESTED, SGDL_VERDICT_ZERO);
    assert_true(limit.law.exponent == 1 && limit.law.log_power == 1);
    assert_int_equal(risks_of(NESTED, times, 2, risk), 2);
    assert_close((risk[1] * times[1] - risk[0] * times[0]) / log(1e4), 4.5 / (0.8 * 1.2), 0, 0.07,
                 "slope of t R");
    sgdl_limit_free(&limit);
}

/* Two stages before the last one; and none where the means lie the other way round. */
static void three_stages(void **unused)
{
    (void)unused;
    static const char down[] =
        "{classes: [{weight: 0.4, label: 1, covariance: {family: zero-one, zero: 0.7}, mean: "
        "{family: constant, scale: 2, on: [0.4, 0.7]}}, {weight: 0.3, label: 0, covariance: "
        "{family: zero-one, zero: 0.4}, mean: {family: constant, scale: 2, on: [0.2, 0.4]}}, "
        "{weight: 0.3, label: 1, covariance: {family: zero-one, zero: 0.2}, mean: {family: "
        "constant, scale: -2, on: [0, 0.2]}}]}";
    static const char blocked[] =
        "{classes: [{weight: 0.4, label: 1, covariance: {family: zero-one, zero: 0.7}, mean: "
        "{family: constant, scale: 2, on: [0, 0.2]}}, {weight: 0.3, label: 0, covariance: "
        "{family: zero-one, zero: 0.4}, mean: {family: constant, scale: 2, on: [0.4, 0.7]}}, "
        "{weight: 0.3, label: 1, covariance: {family: zero-one, zero: 0.2}, mean: {family: "
        "constant, scale: -2, on: [0.2, 0.4]}}]}";
    sgdl_limit_t limit = limit_of(down);
    assert_verdict(down, SGDL_VERDICT_ZERO);
    assert_true(limit.law.log_power == 2);
    sgdl_limit_free(&limit);
    assert_verdict(blocked, SGDL_VERDICT_POSITIVE);
}

#define POWER(alpha, beta, scale, label)                                                           \
    "{label: " label ", covariance: {family: power-law, exponent: " alpha                          \
    "}, mean: {family: power-law, exponent: " beta ", scale: " scale "}}"

/* The noisier class drops out by its own mean (1 <= 1.5); then the other's exponent counts (2 <= 3,
 * though 2 > 1.5). With the covariances exchanged it is the other way round and fails. */
static void power_laws_by_their_rates(void **unused)
{
    (void)unused;
    assert_verdict(
        "{classes: [" POWER("3", "0.5", "2", "1") ", " POWER("1.5", "0", "1.5", "0") "]}",
        SGDL_VERDICT_ZERO);
    assert_verdict("{classes: [" POWER("3", "0", "2", "1") ", " POWER("1.5", "0.5", "1", "1") "]}",
                   SGDL_VERDICT_POSITIVE);
    /* of a class that is noisy everywhere nothing is free: it never drops out */
    assert_verdict(
        "{classes: [" POWER("3", "0", "2", "1") ", {label: 0, covariance: {family: "
                                                "isotropic}, mean: {family: constant}}]}",
        SGDL_VERDICT_POSITIVE);
    /* a null space first, then a power law that only the class that is gone is noisy in */
    assert_verdict("{classes: [" POWER(
                       "3", "0.5", "2",
                       "1") ", {label: 0, covariance: {family: "
                            "zero-one, zero: [0.5, 1]}, mean: {family: constant, on: [0.6, 1]}}]}",
                   SGDL_VERDICT_POSITIVE);
    assert_verdict("{classes: [" POWER(
                       "3", "0.5", "2",
                       "1") ", {label: 0, covariance: {family: "
                            "power-law, exponent: 1.5}, mean: {family: constant, on: [0, 0.6]}}]}",
                   SGDL_VERDICT_ZERO);
}

/* An intercept serves whatever label remains. */
static void intercept_serves_the_rest(void **unused)
{
    (void)unused;
    static const char text[] =
        "{intercept: %d, classes: [{label: 1, covariance: {family: isotropic}, mean: {family: "
        "constant}}, {label: 0, covariance: {family: isotropic}, mean: {family: constant, scale: "
        "2}}, {label: 1, covariance: {family: zero-one, zero: 0.5}, mean: {family: zero}}]}";
    char stated[1024];
    (void)snprintf(stated, sizeof stated, text, 1);
    assert_verdict(stated, SGDL_VERDICT_POSITIVE);
    assert_verdict("{intercept: 1, classes: [" NULL_SPACE(
                       "0.5", "0", "0.5",
                       "1") ", {label: 0, "
                            "covariance: {family: zero-one, zero: 0.4}, mean: {family: zero}}]}",
                   SGDL_VERDICT_ZERO);
}

/* ---- one label, and the margin ----------------------------------------------------------------
 */

#define RIDGED "{ridge: 1, intercept: 0.5, learning_rate: 2, classes: [{label: 0}, {label: 0}]}"

/* The ridge spares the bias, and with one label the bias is all it takes. */
static void one_label(void **unused)
{
    (void)unused;
    static const char *const ways[] = {"loss: logistic, intercept: 1, ",
                                       "loss: logistic, intercept: 0.5, batch: 3, "};
    char text[1024];
    for (size_t v = 0; v < 2; v++)
        for (int same = 0; same < 2; same++) {
            (void)snprintf(text, sizeof text,
                           "{%sridge: 0.1, classes: [{label: 1}, {label: %d, mean: {family: "
                           "constant, scale: 0.5}}]}",
                           ways[v], same);
            assert_verdict(text, same ? SGDL_VERDICT_ZERO : SGDL_VERDICT_POSITIVE);
        }
    sgdl_limit_t limit = limit_of(RIDGED);
    const double times[] = {1e9};
    double risk[1];
    assert_int_equal(risks_of(RIDGED, times, 1, risk), 1);
    assert_close(risk[0] * 1e9, limit.law.constant, 0, 1e-3, "1/(gamma c^2)");
    sgdl_limit_free(&limit);
    static const char *const targets[] = {"2", "-0.5", "0"};
    for (size_t v = 0; v < 3; v++) {
        (void)snprintf(text, sizeof text,
                       "{loss: least-squares, ridge: 0.1, intercept: %d, batch: 2, "
                       "classes: [{label: %s}, {label: %s}]}",
                       v < 2, targets[v], targets[v]);
        limit = limit_of(text);
        assert_int_equal(risks_of(text, times, 1, risk), 1);
        assert_int_equal(limit.verdict, SGDL_VERDICT_ZERO);
        assert_true(limit.risk == 0 && risk[0] < 1e-12);
        sgdl_limit_free(&limit);
    }
    limit = limit_of("{loss: least-squares, ridge: 0.1, intercept: 1, classes: [{label: 1}, "
                     "{label: 2}]}");
    assert_int_equal(limit.verdict, SGDL_VERDICT_POSITIVE);
    sgdl_limit_free(&limit);
}

/* One class with a mean of squared norm g in the null space, one without, and an intercept c:
 * kappa^2 = c^2 g/(g + 4 c^2), whatever the sizes. */
static void margin_with_an_intercept(void **unused)
{
    (void)unused;
    static const double scales[] = {1e-20, 1e-5, 1, 300}, intercepts[] = {1e-8, 1e-2, 1, 1e3, 1e9};
    for (size_t s = 0; s < 4; s++)
        for (size_t c = 0; c < 5; c++) {
            char text[1024];
            (void)snprintf(text, sizeof text,
                           "{intercept: %g, classes: [{covariance: {family: zero-one, zero: 0.5}, "
                           "mean: {family: constant, scale: %.17g, on: [0, 0.5]}}, {covariance: "
                           "{family: zero-one, zero: 0.5}, mean: {family: zero}}]}",
                           intercepts[c], scales[s]);
            const double c2 = intercepts[c] * intercepts[c], g = 0.5 * scales[s] * scales[s];
            sgdl_limit_t limit = limit_of(text);
            assert_int_equal(limit.verdict, SGDL_VERDICT_ZERO);
            assert_close(limit.clean_margin2, g / (g / c2 + 4), 0, 1e-6, text);
            assert_close(limit.law.constant, 2 / limit.clean_margin2, 0, 1e-12, text);
            sgdl_limit_free(&limit);
        }
}

/* `critical` sees the transition of a later stage: class 1 needs directions that it is clean in. */
static void critical_across_a_stage(void **unused)
{
    (void)unused;
    static const struct {
        const char *key;
        double from, to, expected;
    } cases[] = {{"classes.1.covariance.zero", 0.1, 0.9, 0.3},
                 {"classes.1.covariance.zero", 0.05, 0.31, 0.3}};
    for (size_t v = 0; v < sizeof cases / sizeof *cases; v++) {
        sgdl_problem_t *problem = parse_problem(NESTED);
        const sgdl_critical_options_t options = {
            .key = cases[v].key, .from = cases[v].from, .to = cases[v].to};
        sgdl_table_t table;
        sgdl_table_init(&table);
        assert_int_equal(sgdl_critical(problem, NULL, &options, INTO(&table), NULL), SGDL_OK);
        assert_close(table_at(&table, 0, "critical"), cases[v].expected, 1e-11, 0, cases[v].key);
        sgdl_table_free(&table);
        sgdl_problem_free(problem);
    }
    sgdl_problem_t *problem = parse_problem(
        "{classes: [" POWER("3", "0.5", "2", "1") ", " POWER("1.5", "0", "1.5", "0") "]}");
    const sgdl_critical_options_t options = {
        .key = "classes.1.mean.exponent", .from = 0.6, .to = 1.4};
    sgdl_table_t table;
    sgdl_table_init(&table);
    assert_int_equal(sgdl_critical(problem, NULL, &options, INTO(&table), NULL), SGDL_OK);
    assert_close(table_at(&table, 0, "critical"), 1, 1e-11, 0, "3 = 1 + 2 beta");
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nested_null_spaces),
        cmocka_unit_test(three_stages),
        cmocka_unit_test(power_laws_by_their_rates),
        cmocka_unit_test(intercept_serves_the_rest),
        cmocka_unit_test(one_label),
        cmocka_unit_test(margin_with_an_intercept),
        cmocka_unit_test(critical_across_a_stage),
    };
    (void)gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
