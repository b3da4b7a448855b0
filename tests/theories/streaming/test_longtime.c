/* Long runs of the long-time theory: random problems against the integration, exponents and
 * constants of the laws, the transition found by integrating. */
#include "tests/curves.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_rng.h>
#include <string.h>

#include "tests/late.h"
#include "src/problem/problem.h"

static double uniform(gsl_rng *random, double low, double high)
{
    return low + (high - low) * gsl_rng_uniform(random);
}

static sgdl_limit_t limit_of(const sgdl_problem_t *problem, const char *text)
{
    sgdl_limit_t limit;
    sgdl_error_t error = {0};
    if (sgdl_limit_init(&limit, problem, NULL, 0, &error) != SGDL_OK)
        fail_msg("%s: %s\n%s", error.place, error.message, text);
    return limit;
}

/* The risk at late times, by integration. */
static void run_to(const sgdl_problem_t *problem, const double *times, size_t count, double *risk,
                   const char *text)
{
    sgdl_error_t error = {0};
    if (late_risks(problem, times, &count, risk, &error) != SGDL_OK)
        fail_msg("%s\n%s", error.message, text);
}

/* ---- random problems ------------------------------------------------------------------------- */

/* A covariance whose directions are not slow: power laws with small exponents, or none. */
static void write_covariance(FILE *out, gsl_rng *random)
{
    double scale = uniform(random, 0.2, 3);
    switch (gsl_rng_uniform_int(random, 4)) {
    case 0:
        (void)fprintf(out, "{family: isotropic, scale: %.6f}", scale);
        break;
    case 1:
        (void)fprintf(out, "{family: zero-one, zero: %.3f, scale: %.6f}", uniform(random, 0.1, 0.5),
                      scale);
        break;
    case 2:
        (void)fprintf(out, "{family: marchenko-pastur, ratio: %.3f, scale: %.6f}",
                      uniform(random, 0.1, 0.6), scale);
        break;
    default:
        (void)fprintf(out, "{family: power-law, exponent: %.6f, scale: %.6f}",
                      uniform(random, 0.05, 0.45), scale);
    }
}

/* Means away from the directions that a zero-one covariance leaves clean, so that nothing
 * separates. */
static void write_mean(FILE *out, gsl_rng *random)
{
    double scale = uniform(random, -1.5, 1.5);
    switch (gsl_rng_uniform_int(random, 3)) {
    case 0:
        (void)fprintf(out, "{family: constant, scale: %.6f, on: [0.5, 1]}", scale);
        break;
    case 1:
        (void)fprintf(out, "{family: power-law, exponent: %.6f, scale: %.6f, on: [0.5, 0.9]}",
                      uniform(random, -0.3, 0.6), scale);
        break;
    default:
        (void)fprintf(out, "{family: gaussian, scale: %.6f, on: [0.55, 1]}", scale);
    }
}

static void write_problem(FILE *out, gsl_rng *random, bool quadratic)
{
    const size_t classes = 2 + gsl_rng_uniform_int(random, 3);
    double weight[4], sum = 0;
    for (size_t i = 0; i < classes; i++)
        sum += weight[i] = uniform(random, 0.2, 1);
    (void)fprintf(out, "{loss: %s, learning_rate: %.6f, batch: %d, intercept: %.3f, ridge: %.6f, ",
                  quadratic ? "least-squares" : "logistic", uniform(random, 0.05, 0.5),
                  gsl_rng_uniform(random) < 0.7 ? 1 : 4,
                  gsl_rng_uniform(random) < 0.5 ? uniform(random, 0.2, 2) : 0,
                  gsl_rng_uniform(random) < 0.3 ? uniform(random, 0.001, 0.5) : 0);
    (void)fprintf(out, "label_noise: %.3f, start: {norm2: %.3f}, classes: [",
                  gsl_rng_uniform(random) < 0.3 ? uniform(random, 0.01, 0.3) : 0,
                  gsl_rng_uniform(random) < 0.5 ? uniform(random, 0, 2) : 0);
    for (size_t i = 0; i < classes; i++) {
        double label = quadratic ? uniform(random, -2, 2) : (double)(i % 2);
        (void)fprintf(out, "%s{weight: %.17g, label: %.6f, covariance: ", i ? ", " : "",
                      weight[i] / sum, label);
        write_covariance(out, random);
        (void)fputs(", mean: ", out);
        write_mean(out, random);
        (void)fputc('}', out);
    }
    (void)fputs("]}", out);
}

/* limit equals the integration at t = 1e10, where the law says that little is left by then. */
static void limits_equal_the_integration(void **unused)
{
    (void)unused;
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    int compared = 0;
    for (int n = 0; compared < 200; n++) {
        char text[4096];
        FILE *out = fmemopen(text, sizeof text, "w");
        write_problem(out, random, n % 2 == 0);
        assert_int_equal(fclose(out), 0);
        sgdl_problem_t *problem = parse_problem(text);
        sgdl_limit_t limit = limit_of(problem, text);
        bool fast = limit.law.exponent >= 0.7;
        assert_false(limit.lost);
        if (limit.verdict == SGDL_VERDICT_POSITIVE && limit.stationary && fast) {
            const double t = 1e10;
            double risk;
            run_to(problem, &t, 1, &risk, text);
            assert_close(risk, limit.risk, 0, 1e-6, text);
            assert_true(limit.risk >= limit.risk_min * (1 - 1e-9) || problem->ridge > 0);
            compared++;
        }
        sgdl_limit_free(&limit);
        sgdl_problem_free(problem);
        assert_true(n < 600);
    }
    gsl_rng_free(random);
}

/* ---- laws ------------------------------------------------------------------------------------ */

#define PAIR                                                                                       \
    "classes: [{covariance: {family: power-law, exponent: %.17g, scale: %.17g}, mean: {family: "   \
    "power-law, exponent: %.17g, scale: %.17g}}, {covariance: {family: power-law, exponent: "      \
    "%.17g, scale: %.17g}, mean: {family: opposite, of: 1}}]}"

/* Eigenvalues c u^alpha, means +-s u^beta. */
typedef struct pair {
    double alpha, c, beta, s;
} pair_t;

static void state_pair(char *text, size_t size, const char *loss, double gamma, pair_t pair)
{
    (void)snprintf(text, size,
                   "{loss: %s, learning_rate: %g, tolerance: {relative: 1.0e-10, absolute: "
                   "1.0e-15}, " PAIR,
                   loss, gamma, pair.alpha, pair.c, pair.beta, pair.s, pair.alpha, pair.c);
}

/* theta of least squares on a grid of alpha and beta, both sides and the cap. */
static void exponents_on_a_grid(void **unused)
{
    (void)unused;
    static const double betas[] = {-0.3, -0.2, 0, 0.1, 0.25, 0.5};
    static const double thetas[] = {0.2, 0.35, 0.5, 0.65, 0.8, 1.5};
    for (size_t b = 0; b < 6; b++)
        for (size_t v = 0; v < 6; v++) {
            /* below the transition for the odd and the largest, above it for the others */
            double theta = thetas[v], signal = 2 * betas[b] + 1;
            double alpha = v % 2 == 0 ? signal / (1 - theta) : signal / (1 + theta);
            char text[1024];
            state_pair(text, sizeof text, "least-squares", 0.5, (pair_t){alpha, 1, betas[b], 1});
            sgdl_problem_t *problem = parse_problem(text);
            sgdl_limit_t limit = limit_of(problem, text);
            double t = pow(10, fmin(6 / theta, 14)), risk[2];
            const double times[] = {t / 10, t};
            run_to(problem, times, 2, risk, text);
            double measured = -log10(fabs(risk[1] - limit.risk) / fabs(risk[0] - limit.risk));
            assert_close(measured, theta, 0.01, 0, text);
            assert_close(limit.law.exponent, theta, 1e-12, 0, text);
            sgdl_limit_free(&limit);
            sgdl_problem_free(problem);
        }
}

/* Where the signal is fast the noise is what is seen: theta = 1 + 1/alpha. */
static void noise_caps_the_exponent(void **unused)
{
    (void)unused;
    static const double cases[][2] = {{0.5, 1.5}, {1, 1.5}, {0.8, 2}};
    for (size_t v = 0; v < 3; v++) {
        char text[1024];
        state_pair(text, sizeof text, "least-squares", 0.7,
                   (pair_t){cases[v][0], 1.3, cases[v][1], 2});
        sgdl_problem_t *problem = parse_problem(text);
        sgdl_limit_t limit = limit_of(problem, text);
        double theta = 1 + 1 / cases[v][0], t = pow(10, 7.5 / theta), risk[2];
        const double times[] = {t / 10, t};
        run_to(problem, times, 2, risk, text);
        assert_close(limit.law.exponent, theta, 1e-12, 0, text);
        assert_close(-log10((risk[1] - limit.risk) / (risk[0] - limit.risk)), theta, 0.03, 0, text);
        assert_close((risk[1] - limit.risk) * pow(t, theta), limit.law.constant, 0, 0.03, text);
        sgdl_limit_free(&limit);
        sgdl_problem_free(problem);
    }
}

/* The constants in front of the powers, with scales and learning rates that are not 1. */
static void constants_of_least_squares(void **unused)
{
    (void)unused;
    static const double cases[][5] = {/* gamma, alpha, c, beta, s */
                                      {0.5, 2, 1, 0, 1},     {0.3, 3, 2, 0.25, 0.7},
                                      {0.8, 4, 0.5, 0, 1.5}, {0.4, 0.5, 1, 0, 1},
                                      {0.7, 0.6, 2, 0, 0.8}, {0.5, 1, 0.7, 0.25, 1.4}};
    for (size_t v = 0; v < sizeof cases / sizeof *cases; v++) {
        const double *x = cases[v];
        char text[1024];
        state_pair(text, sizeof text, "least-squares", x[0], (pair_t){x[1], x[2], x[3], x[4]});
        sgdl_problem_t *problem = parse_problem(text);
        sgdl_limit_t limit = limit_of(problem, text);
        double theta = limit.law.exponent, t = pow(10, fmin(5 / theta, 14)), risk;
        run_to(problem, &t, 1, &risk, text);
        assert_close((risk - limit.risk) * pow(t, theta), limit.law.constant, 0, 0.02, text);
        sgdl_limit_free(&limit);
        sgdl_problem_free(problem);
    }
}

/* At the transition R log t tends to a constant; the next term is of order 1/log t. */
static void logarithm_at_the_transition(void **unused)
{
    (void)unused;
    char text[1024];
    state_pair(text, sizeof text, "least-squares", 0.5, (pair_t){1.5, 2, 0.25, 1.2});
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_limit_t limit = limit_of(problem, text);
    const double times[] = {1e6, 1e12};
    double risk[2];
    run_to(problem, times, 2, risk, text);
    assert_string_equal(limit.law.name, "logarithmic, at the transition");
    /* 1/R is affine in log t: its slope is free of the next term */
    double slope = (1 / risk[1] - 1 / risk[0]) / log(1e6);
    assert_close(1 / slope, limit.law.constant, 0, 0.01, text);
    sgdl_limit_free(&limit);
    sgdl_problem_free(problem);
}

/* Logistic above the transition: gamma t R grows like (log t)^((1 - theta)/theta). Corrections are
 * of relative order 1/log t, so the ratio to the law is extrapolated in that. */
static void logarithms_of_the_logistic_loss(void **unused)
{
    (void)unused;
    static const double cases[][4] = {{2, 1, 0, 1}, {3, 1, 0, 1.3}, {3, 0.8, 0.25, 1}};
    for (size_t v = 0; v < 3; v++) {
        const double gamma = 0.5, *x = cases[v];
        char text[1024];
        state_pair(text, sizeof text, "logistic", gamma, (pair_t){x[0], x[1], x[2], x[3]});
        sgdl_problem_t *problem = parse_problem(text);
        sgdl_limit_t limit = limit_of(problem, text);
        const double times[] = {1e6, 1e12};
        double risk[2], ratio[2];
        run_to(problem, times, 2, risk, text);
        for (int i = 0; i < 2; i++)
            ratio[i] =
                risk[i] * times[i] / (limit.law.constant * pow(log(times[i]), limit.law.log_power));
        assert_close(2 * ratio[1] - ratio[0], 1, 0.12, 0, text);
        assert_true(fabs(ratio[1] - 1) < fabs(ratio[0] - 1));
        sgdl_limit_free(&limit);
        sgdl_problem_free(problem);
    }
}

static void power_of_the_logistic_loss_at_the_transition(void **unused)
{
    (void)unused;
    static const double scales[] = {0.7, 1, 1.6};
    for (size_t v = 0; v < 3; v++) {
        char text[1024];
        state_pair(text, sizeof text, "logistic", 1, (pair_t){1, 1, 0, scales[v]});
        sgdl_problem_t *problem = parse_problem(text);
        sgdl_limit_t limit = limit_of(problem, text);
        const double times[] = {1e12, 1e14}, k = scales[v] * scales[v];
        double risk[2];
        run_to(problem, times, 2, risk, text);
        assert_close(limit.law.exponent, k / (k + 2), 1e-12, 0, text);
        assert_close(-log10(risk[1] / risk[0]) / 2, limit.law.exponent, 0.02, 0, text);
        sgdl_limit_free(&limit);
        sgdl_problem_free(problem);
    }
}

/* ---- the transition -------------------------------------------------------------------------- */

/* Whether the found value is within its uncertainty of 1 + 2 beta; false where nothing was found.
 */
static bool check_transition(gsl_rng *random, const char *loss, double beta, double *uncertainty)
{
    char text[1024];
    sgdl_table_t table;
    sgdl_error_t error = {0};
    const double expected = 1 + 2 * beta;
    const double scale = uniform(random, 0.5, 1.2);
    (void)snprintf(text, sizeof text, "{loss: %s, learning_rate: %.3f, " PAIR, loss,
                   uniform(random, 0.1, 1.1), 1.0, scale, beta, uniform(random, 0.6, 1.4), 1.0,
                   scale);
    sgdl_problem_t *problem = parse_problem(text);
    const sgdl_critical_options_t options = {.key = "classes.*.covariance.exponent",
                                             .from = expected * uniform(random, 0.2, 0.9),
                                             .to = expected * uniform(random, 1.1, 3),
                                             .numeric = true};
    sgdl_table_init(&table);
    int status = sgdl_critical(problem, NULL, &options, INTO(&table), &error);
    if (status != SGDL_OK && !strstr(error.message, "has not settled"))
        fail_msg("%s\n%s", error.message, text);
    *uncertainty = INFINITY;
    if (status == SGDL_OK) {
        *uncertainty = table_at(&table, 0, "uncertainty") / (options.to - options.from);
        assert_close(table_at(&table, 0, "critical"), expected, table_at(&table, 0, "uncertainty"),
                     0, text);
    }
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
    return status == SGDL_OK;
}

/* The stated uncertainty covers the truth, and is small where it can be. */
static void integration_finds_the_transition(void **unused)
{
    (void)unused;
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    int found = 0, exact = 0;
    for (int n = 0; n < 40; n++) {
        double uncertainty;
        found += check_transition(random, n % 2 ? "logistic" : "least-squares",
                                  uniform(random, n % 4 < 2 ? -0.45 : -0.2, 0.6), &uncertainty);
        exact += uncertainty < 0.01;
    }
    assert_true(found >= 38 && exact >= 30);
    gsl_rng_free(random);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_equal_the_integration),
        cmocka_unit_test(exponents_on_a_grid),
        cmocka_unit_test(noise_caps_the_exponent),
        cmocka_unit_test(constants_of_least_squares),
        cmocka_unit_test(logarithm_at_the_transition),
        cmocka_unit_test(logarithms_of_the_logistic_loss),
        cmocka_unit_test(power_of_the_logistic_loss_at_the_transition),
        cmocka_unit_test(integration_finds_the_transition),
    };
    (void)gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
