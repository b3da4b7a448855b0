/* Stationary points and minima of the risk that are printed are some: against closed forms where
 * margins are so long that gradients are far below the rounding of the means, and inequalities. */
#include "tests/curves.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_rng.h>

#include "sgdlimit/critical.h"
#include "sgdlimit/limit.h"
#include "sgdlimit/sweep.h"
#include "src/problem/problem.h"

static sgdl_limit_t limit_of(const char *text)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_limit_t limit;
    sgdl_error_t error = {0};
    if (sgdl_limit_init(&limit, problem, NULL, 0, &error) != SGDL_OK)
        fail_msg("%s\n%s", error.message, text);
    sgdl_problem_free(problem);
    return limit;
}

/* The mixture's risk at no weights and no bias. */
static double risk_at_zero(const char *text)
{
    sgdl_problem_t *problem = parse_problem(text);
    double zeros[SGDL_LIMIT_CLASSES] = {0}, risk = 0;
    for (size_t i = 0; i < problem->classes; i++)
        risk += problem->weight[i] * problem->loss->risk(&problem->targets, problem->label_index[i],
                                                         1, zeros, zeros, NULL);
    sgdl_problem_free(problem);
    return risk;
}

/* ---- closed forms ---------------------------------------------------------------------------- */

/*
 * Two Gaussian classes of one covariance: the logistic minimum is Bayes' rule, B = M, the squared
 * Mahalanobis distance of the means, and m = +-M/2 + log(p_1/p_2).
 */
static void bayes_rule_of_long_margins(void **unused)
{
    (void)unused;
    static const struct {
        double weight, scale, intercept, rate;
    } cases[] = {{0.3, 0.005, 1, 1e-3}, {0.3, 0.1, 1, 0.5},    {0.5, 0.02, 0.1, 0.5},
                 {0.9, 0.01, 2, 1e-3},  {0.2, 0.003, 1, 1e-2}, {0.6, 0.5, 1, 3}};
    for (size_t v = 0; v < sizeof cases / sizeof *cases; v++) {
        const double p = cases[v].weight, M = 1 / cases[v].scale;
        char text[512];
        (void)snprintf(text, sizeof text,
                       "{learning_rate: %g, intercept: %g, classes: [{weight: %.17g, label: 1, "
                       "covariance: {family: isotropic, scale: %.17g}, mean: {family: constant}}, "
                       "{weight: %.17g, label: 0, covariance: {family: isotropic, scale: %.17g}, "
                       "mean: {family: zero}}]}",
                       cases[v].rate, cases[v].intercept, p, cases[v].scale, 1 - p, cases[v].scale);
        sgdl_limit_t limit = limit_of(text);
        assert_true(limit.stationary && !limit.lost && !limit.lost_minimum);
        assert_close(limit.B_min[0], M, 0, 1e-8, text);
        assert_close(limit.m_min[0], M / 2 + log(p / (1 - p)), 1e-8, 1e-8, text);
        assert_close(limit.m_min[1], -M / 2 + log(p / (1 - p)), 1e-8, 1e-8, text);
        assert_true(limit.risk > limit.risk_min && limit.law.rate > 0);
        sgdl_limit_free(&limit);
    }
}

/* ---- inequalities ---------------------------------------------------------------------------- */

/* Whether there was a point to look at. */
static bool assert_ordered(const char *text, bool ridge)
{
    sgdl_limit_t limit = limit_of(text);
    const double least = limit.risk_min, most = risk_at_zero(text);
    if (least > most * (1 + 1e-9))
        fail_msg("the minimum is %g, at zero the risk is %g\n%s", least, most, text);
    if (!ridge && limit.risk < least * (1 - 1e-9))
        fail_msg("the limit is %g, the minimum %g\n%s", limit.risk, least, text);
    if (limit.law.rate <= 0)
        fail_msg("a rate of %g\n%s", limit.law.rate, text);
    if (limit.verdict == SGDL_VERDICT_ZERO && limit.risk != 0)
        fail_msg("verdict zero, risk %g\n%s", limit.risk, text);
    if (limit.lost_minimum && !isnan(least))
        fail_msg("a lost minimum is %g\n%s", least, text);
    if (limit.lost && (limit.stationary || !isnan(limit.risk) || !isnan(limit.m[0])))
        fail_msg("a lost limit is %g\n%s", limit.risk, text);
    const bool found = limit.stationary && !limit.lost_minimum;
    sgdl_limit_free(&limit);
    return found;
}

/* Each of these had a limit that is none. */
static void known_impossible_points(void **unused)
{
    (void)unused;
    static const char *const problems[] = {
        "{intercept: 0.1, classes: [{weight: 0.50782698777357, label: 1, covariance: {family: "
        "power-law, exponent: 4}, mean: {family: zero}}, {weight: 0.4921730122264299, label: 0, "
        "covariance: {family: zero-one, zero: [0.04, 0.09], scale: 1.0e-4}, mean: {family: "
        "gaussian}}]}",
        "{intercept: 0.1, classes: [{weight: 0.50782698777357, label: 1, covariance: {family: "
        "power-law, exponent: 3.5}, mean: {family: zero}}, {weight: 0.4921730122264299, label: 0, "
        "covariance: {family: zero-one, zero: [0.04, 0.09], scale: 1.0e-4}, mean: {family: "
        "gaussian}}]}",
        "{intercept: 1, classes: [{covariance: {family: isotropic, scale: 1.0e-4}, mean: {family: "
        "zero}}, {covariance: {family: isotropic, scale: 1.0e-3}, mean: {family: constant}}]}",
        "{intercept: 1, classes: [{covariance: {family: isotropic, scale: 1.0e-3}, mean: {family: "
        "zero}}, {covariance: {family: isotropic, scale: 0}, mean: {family: constant}}]}"};
    for (size_t v = 0; v < sizeof problems / sizeof *problems; v++)
        (void)assert_ordered(problems[v], false);
}

static double uniform(gsl_rng *random, double low, double high)
{
    return low + (high - low) * gsl_rng_uniform(random);
}

static bool chance(gsl_rng *random, double share) { return gsl_rng_uniform(random) < share; }

static void write_class(FILE *out, gsl_rng *random, size_t i, double weight, bool quadratic)
{
    static const char *const means[] = {"zero}", "constant}", "gaussian}",
                                        "power-law, exponent: ", "opposite, of: 1}"};
    const double scale = chance(random, 0.4) ? pow(10, uniform(random, -5, 0)) : 1;
    (void)fprintf(out, "%s{weight: %.17g, label: ", i ? ", " : "", weight);
    if (quadratic)
        (void)fprintf(out, "%.3f", uniform(random, -2, 2));
    else
        (void)fprintf(out, "%lu", chance(random, 0.9) ? i % 2 : gsl_rng_uniform_int(random, 2));
    (void)fprintf(out, ", covariance: {scale: %.6g, ", scale);
    switch (gsl_rng_uniform_int(random, 4)) {
    case 0:
        (void)fputs("family: isotropic", out);
        break;
    case 1:
        (void)fprintf(out, "family: zero-one, zero: [%.3f, %.3f]", uniform(random, 0, 0.1),
                      uniform(random, 0.1, 0.3));
        break;
    case 2:
        (void)fprintf(out, "family: marchenko-pastur, ratio: %.3f", uniform(random, 0.1, 3));
        break;
    default:
        (void)fprintf(out, "family: power-law, exponent: %.3f", uniform(random, 0.1, 4));
    }
    const char *mean = means[gsl_rng_uniform_int(random, i ? 5 : 4)];
    (void)fprintf(out, "}, mean: {family: %s", mean);
    if (mean == means[3])
        (void)fprintf(out, "%.3f}", uniform(random, -0.4, 1.5));
    (void)fputc('}', out);
}

/* True if it has a ridge. */
static bool write_problem(char *text, size_t size, gsl_rng *random)
{
    const size_t classes = 2 + gsl_rng_uniform_int(random, 2);
    const bool quadratic = chance(random, 0.25), ridge = chance(random, 0.15);
    double weight[3], sum = 0;
    FILE *out = fmemopen(text, size, "w");
    assert_non_null(out);
    for (size_t i = 0; i < classes; i++)
        sum += weight[i] = uniform(random, 0.05, 1);
    (void)fprintf(out, "{loss: %s, intercept: %.3g, ridge: %.3g, learning_rate: %.4g, classes: [",
                  quadratic ? "least-squares" : "logistic",
                  chance(random, 0.7) ? pow(10, uniform(random, -1, 0.5)) : 0,
                  ridge ? pow(10, uniform(random, -3, 0)) : 0, pow(10, uniform(random, -3, 0.3)));
    for (size_t i = 0; i < classes; i++)
        write_class(out, random, i, weight[i] / sum, quadratic);
    (void)fputs("]}", out);
    assert_int_equal(fclose(out), 0);
    return ridge;
}

static void random_points_are_ordered(void **unused)
{
    (void)unused;
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    size_t found = 0;
    for (int n = 0; n < 200; n++) {
        char text[2048];
        const bool ridge = write_problem(text, sizeof text, random);
        found += assert_ordered(text, ridge);
    }
    print_message("%zu points\n", found);
    assert_true(found >= 100);
    gsl_rng_free(random);
}

/* ---- rest ------------------------------------------------------------------------------------ */

/* Beyond the stability limit only what has begun to move grows. */
static void rest_is_no_divergence(void **unused)
{
    (void)unused;
    static const struct {
        const char *start, *covariance, *label;
        sgdl_verdict_t verdict;
    } cases[] = {
        {"norm2: 0", "isotropic", "0", SGDL_VERDICT_ZERO},
        {"norm2: 0", "power-law, exponent: 0.5", "0", SGDL_VERDICT_ZERO},
        {"norm2: 0", "zero-one, zero: 0.5, scale: 2", "0", SGDL_VERDICT_ZERO},
        {"norm2: 1", "isotropic", "0", SGDL_VERDICT_DIVERGES},
        {"norm2: 0", "isotropic", "1", SGDL_VERDICT_DIVERGES},
    };
    for (size_t v = 0; v < sizeof cases / sizeof *cases; v++) {
        char text[512];
        (void)snprintf(text, sizeof text,
                       "{loss: least-squares, learning_rate: 5, start: {%s}, classes: [{label: 0, "
                       "covariance: {family: %s}}, {label: %s, covariance: {family: %s}}]}",
                       cases[v].start, cases[v].covariance, cases[v].label, cases[v].covariance);
        sgdl_problem_t *problem = parse_problem(text);
        sgdl_plan_t options = sgdl_plan_default();
        options.verify = true;
        sgdl_table_t table;
        sgdl_error_t error = {0};
        sgdl_limit_t limit = limit_of(text);
        if (limit.verdict != cases[v].verdict)
            fail_msg("%s\n%s", limit.reason, text);
        assert_true(cases[v].verdict == SGDL_VERDICT_ZERO ? limit.risk == 0 && limit.B[0] == 0
                                                          : isnan(limit.risk));
        sgdl_table_init(&table);
        if (sgdl_limit_table(problem, &options, INTO(&table), &error) != SGDL_OK)
            fail_msg("%s\n%s", error.message, text);
        assert_close(table_at(&table, 0, "verify_agrees"), 1, 0, 0, text);
        sgdl_table_free(&table);
        sgdl_limit_free(&limit);
        sgdl_problem_free(problem);
    }
}

/* Runs that end long before tau = int gamma dt has reached the relaxation time. */
static void runs_that_have_hardly_begun(void **unused)
{
    (void)unused;
    static const struct {
        const char *value, *power;
        bool decided;
    } cases[] = {{"1.0e-3", "1", false},
                 {"5.0e-3", "1", false},
                 {"3.0e-2", "1", false},
                 {"1.0e-7", "0.5", false},
                 {"0.5", "0.5", true}};
    for (size_t v = 0; v < sizeof cases / sizeof *cases; v++) {
        char text[512];
        (void)snprintf(text, sizeof text,
                       "{loss: least-squares, learning_rate: {schedule: polynomial, value: %s, "
                       "tau: 1, power: %s}, classes: [{label: 1}, {label: -1, mean: {family: "
                       "opposite, of: 1}}]}",
                       cases[v].value, cases[v].power);
        sgdl_problem_t *problem = parse_problem(text);
        sgdl_plan_t options = sgdl_plan_default();
        options.verify = true;
        sgdl_table_t table;
        sgdl_error_t error = {0};
        sgdl_table_init(&table);
        if (sgdl_limit_table(problem, &options, INTO(&table), &error) != SGDL_OK)
            fail_msg("%s\n%s", error.message, text);
        const double agrees = table_at(&table, 0, "verify_agrees");
        if (cases[v].decided ? agrees != 1 : !isnan(agrees))
            fail_msg("verify_agrees is %g\n%s", agrees, text);
        sgdl_table_free(&table);
        sgdl_problem_free(problem);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bayes_rule_of_long_margins),  cmocka_unit_test(known_impossible_points),
        cmocka_unit_test(random_points_are_ordered),   cmocka_unit_test(rest_is_no_divergence),
        cmocka_unit_test(runs_that_have_hardly_begun),
    };
    (void)gsl_set_error_handler_off();
    const char *filter = getenv("CMOCKA_TEST_FILTER");
    if (filter)
        cmocka_set_test_filter(filter);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
