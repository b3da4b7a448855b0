/* Valid problems with very large and very small numbers: whatever they are, `limit` and `critical`
 * answer or say why not, and what they answer is possible. */
#include "tests/curves.h"

#include <gsl/gsl_errno.h>
#include <string.h>

/* ---- answers --------------------------------------------------------------------------------- */

static void assert_possible(const sgdl_limit_t *limit, const char *text)
{
    const double least[] = {limit->risk,         limit->risk_min,     limit->error,
                            limit->error_min,    limit->stability,    limit->clean_margin2,
                            limit->law.exponent, limit->learning_rate};
    for (size_t e = 0; e < sizeof least / sizeof *least; e++)
        if (least[e] < 0)
            fail_msg("number %zu is %g\n%s", e, least[e], text);
    for (size_t i = 0; i < limit->classes * limit->pairs; i++)
        if (limit->B[i] < 0 || limit->B_min[i] < 0)
            fail_msg("a variance is negative\n%s", text);
    if (limit->error > 1 || limit->error_min > 1)
        fail_msg("an error rate of %g, %g\n%s", limit->error, limit->error_min, text);
    if (limit->verdict == SGDL_VERDICT_ZERO && !(limit->risk == 0))
        fail_msg("no risk of zero\n%s", text);
    assert_true(limit->law.name && limit->law.formula && limit->reason);
}

static void assert_answered(int status, const sgdl_error_t *error, const char *text)
{
    if (status != SGDL_OK && (!*error->message || status == SGDL_ERR_MEMORY))
        fail_msg("status %d: '%s'\n%s", status, error->message, text);
}

static void ask(const char *text, unsigned long seed)
{
    sgdl_problem_t problem;
    sgdl_limit_t limit;
    sgdl_error_t error = {0};
    if (sgdl_problem_parse(&problem, text, "test", NULL, 0, &error) != SGDL_OK) {
        assert_true(*error.message);
        return;
    }
    int status = sgdl_limit_init(&limit, &problem, 0, &error);
    assert_answered(status, &error, text);
    if (status == SGDL_OK) {
        assert_possible(&limit, text);
        sgdl_limit_free(&limit);
    }
    static const char *const keys[] = {"ridge", "intercept", "classes.1.mean.scale",
                                       "learning_rate"};
    const sgdl_critical_options_t options = {.key = keys[seed % 4], .from = 0.1, .to = 1e3};
    sgdl_table_t table;
    sgdl_table_init(&table);
    status = sgdl_critical(&problem, &options, &table, &error);
    assert_answered(status, &error, text);
    sgdl_table_free(&table);
    sgdl_problem_free(&problem);
}

/* Each of these ended the program once. */
static void known_extremes(void **unused)
{
    (void)unused;
    static const char *const problems[] = {
        "{intercept: 1, classes: [{covariance: {family: zero-one, zero: 0.5}, mean: {family: "
        "constant, scale: 1.0e-5}}, {covariance: {family: zero-one, zero: 0.5}, mean: {family: "
        "opposite, of: 1}}]}",
        "{intercept: 1.0e+5, classes: [{covariance: {family: zero-one, zero: 0.5}}, {covariance: "
        "{family: zero-one, zero: 0.5}}]}",
        "{intercept: 1.0e+5}", "{intercept: 1.0e-200, classes: [{label: 0}, {label: 0}]}",
        "{intercept: 1.0e+200, classes: [{label: 0}, {label: 0}]}",
        "{intercept: 1.0e-200, ridge: 1, classes: [{label: 0}, {label: 0}]}",
        "{loss: least-squares, ridge: 0.29, intercept: 1.4, learning_rate: 0.07, classes: [{label: "
        "1.0e-69, covariance: {family: zero-one, zero: 0.2}, mean: {family: zero}}, {label: "
        "1.0e-69}]}",
        "{loss: least-squares, learning_rate: 0.1, classes: [{label: 1.0e-69}, {label: 2.0e-69}]}",
        /* powers so unlike in size that their ratio underflows */
        "{classes: [{weight: 0.6, label: 1, covariance: {family: power-law, exponent: -0.055, "
        "scale: "
        "1.0e-286}}, {weight: 0.4, label: 0, covariance: {family: isotropic, scale: 1.0e+100}, "
        "mean: "
        "{family: constant, scale: 1.0e-40}}]}",
        "{classes: [{covariance: {family: zero-one, zero: 0.5}, mean: {family: constant, scale: "
        "1.0e-200}}, {covariance: {family: zero-one, zero: 0.5}, mean: {family: opposite, of: "
        "1}}]}"};
    for (size_t v = 0; v < sizeof problems / sizeof *problems; v++)
        for (unsigned long key = 0; key < 4; key++)
            ask(problems[v], key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_extremes),
    };
    (void)gsl_set_error_handler_off();
    const char *filter = getenv("CMOCKA_TEST_FILTER");
    if (filter)
        cmocka_set_test_filter(filter);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
