/* Stationary points, minima, stability, verdicts and laws, each against something that does not
 * know of them: closed forms, brute force, the equations themselves. */
#include "tests/curves.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_min.h>
#include <gsl/gsl_rng.h>
#include <string.h>

#include "src/theories/streaming/limit/separation.h"
#include "src/theories/streaming/limit/state.h"

static sgdl_limit_t limit_of(const char *text, size_t rate)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_limit_t limit;
    sgdl_error_t error = {0};
    if (sgdl_limit_init(&limit, problem, NULL, rate, &error) != SGDL_OK)
        fail_msg("%s: %s\n%s", error.place, error.message, text);
    sgdl_problem_free(problem);
    return limit;
}

/* ---- points ---------------------------------------------------------------------------------- */

/* Computed once with the integrals over u done exactly. */
static void reference_point(void **unused)
{
    (void)unused;
    sgdl_limit_t limit =
        limit_of("{loss: logistic, learning_rate: 1, " POWER_LAWS("0.5", "0") "}", 0);
    assert_int_equal(limit.verdict, SGDL_VERDICT_POSITIVE);
    assert_true(limit.stationary);
    assert_close(limit.m[0], 4.2195321197, 1e-9, 0, "m");
    assert_close(limit.m[1], -4.2195321197, 1e-9, 0, "m of the other class");
    assert_close(limit.B[0], 9.2721476747, 1e-9, 0, "B");
    assert_close(limit.risk, 0.2034839279, 1e-10, 0, "risk");
    sgdl_limit_free(&limit);
}

/* R_min = 0.5/(1 + M), R_inf = R_min/(1 - gamma tr(K)/(2 d b)), M = s^2/(c (2 beta + 1 - alpha));
 * also very near the transition, where no quadrature over u reaches. */
static void least_squares_in_closed_form(void **unused)
{
    (void)unused;
    static const double cases[][6] = {/* gamma, b, alpha, c, beta, s */
                                      {1, 1, 0.5, 1, 0, 1},      {0.4, 1, 0.9, 2, 0, 1.5},
                                      {3, 4, 1.2, 0.5, 0.25, 2}, {0.2, 1, 0.3, 1, -0.3, 1},
                                      {0.5, 1, 0.999, 1, 0, 1},  {0.5, 2, 1.49999, 1.3, 0.25, 0.7}};
    for (size_t v = 0; v < sizeof cases / sizeof *cases; v++) {
        const double *x = cases[v];
        char text[1024];
        (void)snprintf(text, sizeof text,
                       "{loss: least-squares, learning_rate: %.17g, batch: %g, classes: "
                       "[{covariance: {family: power-law, exponent: %.17g, scale: %.17g}, mean: "
                       "{family: power-law, exponent: %.17g, scale: %.17g}}, {covariance: "
                       "{family: power-law, exponent: %.17g, scale: %.17g}, mean: {family: "
                       "opposite, of: 1}}]}",
                       x[0], x[1], x[2], x[3], x[4], x[5], x[2], x[3]);
        sgdl_limit_t limit = limit_of(text, 0);
        double M = x[5] * x[5] / (x[3] * (2 * x[4] + 1 - x[2])), trace = x[3] / (1 + x[2]);
        double least = 0.5 / (1 + M), noise = x[0] * trace / (2 * x[1]);
        assert_close(limit.risk_min, least, 0, 1e-9, "R_min");
        assert_close(limit.risk, least / (1 - noise), 0, 1e-9, "R_inf");
        assert_close(limit.m[0], M / (1 + M), 0, 1e-9, "m");
        assert_close(limit.stability, 2 * x[1] / trace, 0, 1e-9, "threshold");
        assert_close(limit.mahalanobis2[1], 4 * M, 0, 1e-9, "M");
        sgdl_limit_free(&limit);
    }
}

/* E log(1 + e^-z), z ~ N(m, c m^2/M2): the risk along x = m mu/M2, isotropic covariance c. */
static double isotropic_risk(double m, void *parameters)
{
    const double *p = parameters;
    sgdl_logistic_averages_t average;
    sgdl_logistic_average(m, p[0] * m * m / p[1], &average);
    return average.f;
}

static void logistic_minimum_by_search(void **unused)
{
    (void)unused;
    static const double cases[][2] = {{1, 1}, {0.5, 2}, {3, 0.4}, {0.2, 1.5}};
    gsl_min_fminimizer *search = gsl_min_fminimizer_alloc(gsl_min_fminimizer_brent);
    for (size_t v = 0; v < 4; v++) {
        double parameters[] = {cases[v][0], cases[v][1]};
        gsl_function risk = {isotropic_risk, parameters};
        double start = 1e-3;
        while (isotropic_risk(1.1 * start, parameters) < isotropic_risk(start, parameters))
            start *= 1.1;
        assert_int_equal(gsl_min_fminimizer_set(search, &risk, start, start / 2, 2 * start),
                         GSL_SUCCESS);
        for (int i = 0; i < 100; i++)
            (void)gsl_min_fminimizer_iterate(search);
        char text[512];
        (void)snprintf(text, sizeof text,
                       "{loss: logistic, learning_rate: 0.3, classes: [{covariance: {family: "
                       "isotropic, scale: %g}, mean: {family: constant, scale: %.17g}}, "
                       "{covariance: {family: isotropic, scale: %g}, mean: {family: opposite, of: "
                       "1}}]}",
                       cases[v][0], sqrt(cases[v][1]), cases[v][0]);
        sgdl_limit_t limit = limit_of(text, 0);
        assert_close(limit.risk_min, gsl_min_fminimizer_f_minimum(search), 1e-13, 1e-12, "R_min");
        assert_close(limit.m_min[0], gsl_min_fminimizer_x_minimum(search), 0, 1e-6, "m");
        assert_true(limit.risk > limit.risk_min);
        sgdl_limit_free(&limit);
    }
    gsl_min_fminimizer_free(search);
}

/* The full state made from the stationary order parameters does not move: the equations, which know
 * nothing of how it was found, have a zero right-hand side there. */
static void the_equations_stand_still(void **unused)
{
    (void)unused;
    static const char *const problems[] = {
        "{learning_rate: 0.7, dimension: 40, " POWER_LAWS("0.8", "0.2") "}",
        "{learning_rate: 2, dimension: 30, label_noise: 0.1, intercept: 1.5, classes: [{weight: "
        "0.3, "
        "covariance: {family: zero-one, zero: 0.4}, mean: {family: constant, scale: 0.8}}, "
        "{weight: 0.7, covariance: {family: zero-one, zero: 0.4, scale: 2}, mean: {family: "
        "constant, scale: -0.5}}]}",
        "{learning_rate: 0.5, dimension: 50, ridge: 0.02, batch: 3, start: {norm2: 1}, classes: "
        "[{weight: 0.2, label: 1, covariance: {family: isotropic, scale: 2}, mean: {family: "
        "gaussian}}, {weight: 0.5, label: 0, covariance: {family: power-law, exponent: 1}, mean: "
        "{family: gaussian, scale: 0.7}}, {weight: 0.3, label: 1, covariance: {family: zero-one, "
        "zero: 0.5}, mean: {family: opposite, of: 2}}]}",
        "{learning_rate: 1, classes: [{label: 1, covariance: {family: zero-one, zero: 0.3}, mean: "
        "{family: constant}}, {label: 0, covariance: {family: zero-one, zero: 0.3}, mean: {family: "
        "same, of: 1}}]}"};
    for (size_t v = 0; v < sizeof problems / sizeof *problems; v++) {
        sgdl_problem_t *problem = parse_problem(problems[v]);
        sgdl_limit_t limit = limit_of(problems[v], 0);
        sgdl_mixture_t mixture = sgdl_problem_mixture(problem, &problem->plan);
        const sgdl_quadrature_t quadrature = {.accuracy = 1e-12, .reach = 1e8, .refine = 1};
        sgdl_nodes_t nodes;
        sgdl_system_t system;
        assert_int_equal(sgdl_nodes_init(&nodes, &mixture, &quadrature, NULL), SGDL_OK);
        rate_source_t source = rate_source_of(problem->learning_rate, problem->time);
        assert_int_equal(system_init(&system, problem, &problem->plan, &nodes, &source, NULL),
                         SGDL_OK);
        double *y = calloc(2 * system.length, sizeof *y), *dy = y + system.length, largest = 0;
        assert_true(limit.stationary);
        assert_int_equal(state_at_stationary_point(
                             &system,
                             &(stationary_point_t){limit.learning_rate, limit.m, limit.B, NULL}, y,
                             NULL),
                         SGDL_OK);
        assert_int_equal(system_rhs(&system, 0, y, dy), 0);
        for (size_t e = 0; e < system.length; e++)
            largest = fmax(largest, fabs(dy[e]) / (1 + fabs(y[e])));
        for (size_t i = 0; i < problem->classes; i++) {
            assert_close(system.m[i], limit.m[i], 1e-9, 1e-9, "m of the state");
            assert_close(system.B[i], limit.B[i], 1e-9, 1e-9, "B of the state");
        }
        if (!(largest < 1e-9))
            fail_msg("problem %zu moves: %g", v, largest);
        if (problem->intercept != 0)
            assert_close(limit.bias, y[system.bias], 1e-9, 0, "bias");
        free(y);
        system_free(&system);
        sgdl_nodes_free(&nodes);
        sgdl_limit_free(&limit);
        sgdl_problem_free(problem);
    }
}

/* One-hot targets, unequal covariances: the linear systems against a long run in few dimensions. */
static void several_outputs_by_integration(void **unused)
{
    (void)unused;
    static const char text[] =
        "{loss: least-squares, encoding: one-hot, dimension: 12, learning_rate: 0.4, intercept: 1, "
        "label_noise: 0.1, tolerance: {relative: 1.0e-11}, output: {times: [1.0e+6]}, classes: "
        "[{label: 1, covariance: {family: isotropic}, mean: {family: gaussian}}, {label: 2, "
        "covariance: {family: power-law, exponent: 0.5}, mean: {family: gaussian}}, {label: 3, "
        "covariance: {family: isotropic, scale: 0.5}, mean: {family: gaussian, scale: 2}}]}";
    sgdl_limit_t limit = limit_of(text, 0);
    sgdl_table_t table = solve_text(text);
    assert_close(table_at(&table, 0, "risk"), limit.risk, 0, 1e-9, "risk");
    assert_close(table_at(&table, 0, "error"), limit.error, 0, 1e-6, "error");
    assert_close(table_at(&table, 0, "mean_2_3"), limit.m[1 * 3 + 2], 1e-9, 1e-9, "m");
    assert_close(table_at(&table, 0, "var_3_1"), limit.B[2 * 6 + 0], 1e-9, 1e-9, "B");
    sgdl_table_free(&table);
    sgdl_limit_free(&limit);
}

static void too_large_a_rate_diverges(void **unused)
{
    (void)unused;
    static const char text[] = "{loss: least-squares, learning_rate: [1.99, 2.01]}";
    sgdl_limit_t below = limit_of(text, 0), above = limit_of(text, 1);
    assert_close(below.stability, 2, 1e-12, 0, "threshold");
    assert_int_equal(below.verdict, SGDL_VERDICT_POSITIVE);
    assert_int_equal(above.verdict, SGDL_VERDICT_DIVERGES);
    assert_true(isnan(above.risk));
    assert_close(above.risk_min, 0.25, 1e-12, 0, "the minimum is there all the same");
    sgdl_limit_free(&below);
    sgdl_limit_free(&above);
}

/* ---- verdicts -------------------------------------------------------------------------------- */

#define ZERO_ONE(mean, label)                                                                      \
    "{label: " label ", covariance: {family: zero-one, zero: 0.3}, mean: " mean "}"
static const struct {
    const char *text;
    sgdl_verdict_t verdict;
    bool stationary;
} judged[] = {
    {"{loss: logistic}", SGDL_VERDICT_POSITIVE, true},
    {"{" POWER_LAWS("0.9999", "0") "}", SGDL_VERDICT_POSITIVE, false},
    {"{" POWER_LAWS("0.99", "0") "}", SGDL_VERDICT_POSITIVE, true},
    {"{" POWER_LAWS("1", "0") "}", SGDL_VERDICT_ZERO, false},
    {"{" POWER_LAWS("0.02", "-0.49") "}", SGDL_VERDICT_ZERO, false}, /* but for rounding */
    {"{ridge: 1.0e-9, " POWER_LAWS("2", "0") "}", SGDL_VERDICT_POSITIVE, true},
    {"{label_noise: 0.01, " POWER_LAWS("2", "0") "}", SGDL_VERDICT_POSITIVE, true},
    {"{loss: least-squares, label_noise: 0.01, " POWER_LAWS("2", "0") "}", SGDL_VERDICT_POSITIVE,
     true},
    {"{loss: least-squares, " POWER_LAWS("2", "0") "}", SGDL_VERDICT_ZERO, true},
    /* the smaller exponent decides */
    {"{classes: [{covariance: {family: power-law, exponent: 1.1}, mean: {family: power-law, "
     "exponent: 0.06}}, {covariance: {family: power-law, exponent: 1.5}, mean: {family: "
     "opposite, of: 1}}]}",
     SGDL_VERDICT_POSITIVE, true},
    {"{classes: [{covariance: {family: power-law, exponent: 1.1}, mean: {family: power-law, "
     "exponent: 0.04}}, {covariance: {family: power-law, exponent: 1.5}, mean: {family: "
     "opposite, of: 1}}]}",
     SGDL_VERDICT_ZERO, false},
    /* two terms, the steeper of which alone diverges */
    {"{classes: [{covariance: {family: power-law, exponent: 1.5}, mean: {family: power-law, "
     "exponent: 0}}, {covariance: {family: power-law, exponent: 1.5}, mean: {family: "
     "power-law, exponent: 1}}]}",
     SGDL_VERDICT_POSITIVE, false},
    {"{classes: [" ZERO_ONE("{family: constant, on: [0, 0.01]}",
                            "1") ", " ZERO_ONE("{family: opposite, of: 1}", "0") "]}",
     SGDL_VERDICT_ZERO, false},
    {"{classes: [" ZERO_ONE("{family: constant, on: [0.3, 1]}",
                            "1") ", " ZERO_ONE("{family: opposite, of: 1}", "0") "]}",
     SGDL_VERDICT_POSITIVE, true},
    /* clean for one class only */
    {"{classes: [" ZERO_ONE("{family: constant, on: [0, 0.3]}",
                            "1") ", {label: 0, covariance: "
                                 "{family: isotropic}, mean: {family: opposite, of: 1}}]}",
     SGDL_VERDICT_POSITIVE, true},
    /* one side only: class 2 is at the origin and needs an intercept */
    {"{classes: [" ZERO_ONE("{family: constant}", "1") ", " ZERO_ONE("{family: zero}", "0") "]}",
     SGDL_VERDICT_POSITIVE, false},
    {"{intercept: 0.1, classes: [" ZERO_ONE("{family: constant}",
                                            "1") ", " ZERO_ONE("{family: zero}", "0") "]}",
     SGDL_VERDICT_ZERO, false},
    /* the middle one of three on a line has the other label: no threshold will do */
    {"{intercept: 1, classes: [" ZERO_ONE("{family: constant}", "1") ", " ZERO_ONE(
         "{family: zero}", "0") ", " ZERO_ONE("{family: constant, scale: -2}", "1") "]}",
     SGDL_VERDICT_POSITIVE, true},
    {"{intercept: 1, classes: [" ZERO_ONE("{family: constant}", "1") ", " ZERO_ONE(
         "{family: zero}", "0") ", " ZERO_ONE("{family: constant, scale: -2}", "0") "]}",
     SGDL_VERDICT_ZERO, false},
    {"{intercept: 1, classes: [{label: 1}]}", SGDL_VERDICT_ZERO, false},
    {"{classes: [{label: 1}]}", SGDL_VERDICT_POSITIVE, true},
    {"{learning_rate: {schedule: polynomial, value: 1, tau: 1, power: 1.5}, " POWER_LAWS("2",
                                                                                         "0") "}",
     SGDL_VERDICT_POSITIVE, false},
    {"{learning_rate: {schedule: polynomial, value: 1, tau: 1, power: 1}, " POWER_LAWS("2",
                                                                                       "0") "}",
     SGDL_VERDICT_ZERO, false},
};

static void verdicts(void **unused)
{
    (void)unused;
    for (size_t v = 0; v < sizeof judged / sizeof *judged; v++) {
        sgdl_limit_t limit = limit_of(judged[v].text, 0);
        if (limit.verdict != judged[v].verdict || limit.stationary != judged[v].stationary)
            fail_msg("%s (%s), stationary %d: %s", sgdl_verdict_name(limit.verdict), limit.reason,
                     limit.stationary, judged[v].text);
        assert_true(limit.verdict != SGDL_VERDICT_ZERO || limit.risk == 0);
        sgdl_limit_free(&limit);
    }
}

/* Random small problems against all subsets: the best solution with a given support. */
static void nonnegative_least_squares(void **unused)
{
    (void)unused;
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    for (int trial = 0; trial < 200; trial++) {
        enum { N = 3, D = 4 };
        double Z[D][N], z[D], gram[N * N] = {0}, target[N] = {0}, x[N], best = 0;
        for (int d = 0; d < D; d++) {
            z[d] = gsl_rng_uniform(random) - 0.5;
            for (int i = 0; i < N; i++)
                Z[d][i] = gsl_rng_uniform(random) - 0.5;
        }
        for (int i = 0; i < N; i++)
            for (int d = 0; d < D; d++) {
                target[i] += Z[d][i] * z[d];
                for (int j = 0; j < N; j++)
                    gram[i * N + j] += Z[d][i] * Z[d][j];
            }
        assert_int_equal(separation_nonnegative(N, gram, target, x, NULL, NULL), SGDL_OK);
        /* objective x G x - 2 t x; a grid of nonnegative points never does better */
        double found = 0;
        for (int i = 0; i < N; i++) {
            assert_true(x[i] >= 0);
            found -= 2 * target[i] * x[i];
            for (int j = 0; j < N; j++)
                found += x[i] * gram[i * N + j] * x[j];
        }
        for (int i = 0; i < N; i++) { /* Karush, Kuhn and Tucker */
            double gradient = -target[i];
            for (int j = 0; j < N; j++)
                gradient += gram[i * N + j] * x[j];
            assert_true(gradient >= -1e-9 && fabs(gradient * x[i]) < 1e-9);
        }
        for (int step = 0; step < 100; step++) {
            double other = 0, p[N];
            for (int i = 0; i < N; i++)
                p[i] = fmax(0, x[i] + gsl_rng_uniform(random) - 0.5);
            for (int i = 0; i < N; i++) {
                other -= 2 * target[i] * p[i];
                for (int j = 0; j < N; j++)
                    other += p[i] * gram[i * N + j] * p[j];
            }
            best = fmin(best, other);
        }
        assert_true(found <= best + 1e-12);
    }
    gsl_rng_free(random);
}

/* ---- laws ------------------------------------------------------------------------------------ */

/* gamma kappa^2 t R -> 1: two opposite means, and three classes whose nearest two decide. */
static void inverse_time(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        double kappa2;
    } cases[] = {
        {"{learning_rate: 0.5, tolerance: {relative: 1.0e-10}, output: {times: [1.0e+7]}, classes: "
         "[{covariance: {family: zero-one, zero: 0.5}, mean: {family: constant, on: [0, 0.5], "
         "scale: 2}}, {covariance: {family: zero-one, zero: 0.5}, mean: {family: opposite, of: "
         "1}}]}",
         2},
        /* at 1 and 0.4 against -0.8, and a bias of 1: the segment from (0.4, 1) to (0.8, -1) */
        {"{learning_rate: 2, intercept: 1, tolerance: {relative: 1.0e-10}, output: {times: "
         "[1.0e+7]}, classes: [{label: 1, covariance: {family: zero-one, zero: 1}, mean: {family: "
         "constant}}, {label: 1, covariance: {family: zero-one, zero: 1}, mean: {family: constant, "
         "scale: 0.4}}, {label: 0, covariance: {family: zero-one, zero: 1}, mean: {family: "
         "constant, scale: -0.8}}]}",
         1.44 / 4.16},
    };
    for (size_t v = 0; v < 2; v++) {
        sgdl_limit_t limit = limit_of(cases[v].text, 0);
        sgdl_table_t table = solve_text(cases[v].text);
        double gamma = table_at(&table, 0, "learning_rate");
        assert_string_equal(limit.law.name, "inverse time");
        assert_close(limit.clean_margin2, cases[v].kappa2, 0, 1e-10, "kappa^2");
        assert_close(limit.law.constant, 1 / (gamma * limit.clean_margin2), 0, 1e-12, "constant");
        assert_close(table_at(&table, 0, "risk") * 1e7, limit.law.constant, 0, 1e-3, "t R");
        sgdl_table_free(&table);
        sgdl_limit_free(&limit);
    }
}

/* Isotropic least squares: the mean relaxes at gamma (M2 + c), the noise at 2 gamma c - gamma^2
 * c^2. */
static void exponential_rates(void **unused)
{
    (void)unused;
    static const double cases[][3] = {{0.5, 1, 1}, {1.5, 1, 0.3}, {0.2, 0.5, 4}};
    for (size_t v = 0; v < 3; v++) {
        const double gamma = cases[v][0], c = cases[v][1], M2 = cases[v][2];
        char text[512];
        (void)snprintf(text, sizeof text,
                       "{loss: least-squares, learning_rate: %g, classes: [{covariance: {family: "
                       "isotropic, scale: %g}, mean: {family: constant, scale: %.17g}}, "
                       "{covariance: {family: isotropic, scale: %g}, mean: {family: opposite, of: "
                       "1}}]}",
                       gamma, c, sqrt(M2), c);
        sgdl_limit_t limit = limit_of(text, 0);
        assert_string_equal(limit.law.name, "exponential");
        assert_close(limit.law.rate, fmin(gamma * (M2 + c), 2 * gamma * c - gamma * gamma * c * c),
                     0, 1e-10, "rate");
        sgdl_limit_free(&limit);
    }
}

/* The logistic loss: the rate is what a run shows between two late times. */
static void exponential_rate_of_a_run(void **unused)
{
    (void)unused;
    static const char text[] =
        "{learning_rate: 0.6, tolerance: {relative: 1.0e-12, absolute: 1.0e-15}, output: {times: "
        "[1000, 2000]}, classes: [{weight: 0.4, mean: {family: constant, scale: 1.5}}, {weight: "
        "0.6, "
        "covariance: {family: isotropic, scale: 0.7}, mean: {family: opposite, of: 1}}]}";
    sgdl_limit_t limit = limit_of(text, 0);
    sgdl_table_t table = solve_text(text);
    double measured = log((table_at(&table, 0, "risk") - limit.risk) /
                          (table_at(&table, 1, "risk") - limit.risk)) /
                      1000;
    assert_close(limit.law.rate, measured, 0, 0.01, "rate");
    sgdl_table_free(&table);
    sgdl_limit_free(&limit);
}

/* A decaying rate ends at the minimum, a constant one beside it. */
static void schedules_end_somewhere(void **unused)
{
    (void)unused;
    sgdl_limit_t constant = limit_of("{learning_rate: 0.25, " POWER_LAWS("0.5", "0") "}", 0);
    sgdl_limit_t decaying = limit_of("{learning_rate: {schedule: polynomial, value: 9, tau: 1, "
                                     "power: 0.6}, " POWER_LAWS("0.5", "0") "}",
                                     0);
    sgdl_limit_t cosine = limit_of(
        "{learning_rate: {schedule: cosine, value: 3, final: 0.25}, " POWER_LAWS("0.5", "0") "}",
        0);
    sgdl_limit_t stopped =
        limit_of("{learning_rate: {schedule: cosine, value: 3}, " POWER_LAWS("0.5", "0") "}", 0);
    assert_close(decaying.risk, constant.risk_min, 0, 1e-12, "minimum");
    assert_true(constant.risk > constant.risk_min * 1.001);
    assert_close(cosine.risk, constant.risk, 0, 1e-12, "final rate");
    assert_string_equal(stopped.law.name, "freezing");
    assert_true(isnan(stopped.risk));
    sgdl_limit_free(&constant);
    sgdl_limit_free(&decaying);
    sgdl_limit_free(&cosine);
    sgdl_limit_free(&stopped);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reference_point),
        cmocka_unit_test(least_squares_in_closed_form),
        cmocka_unit_test(logistic_minimum_by_search),
        cmocka_unit_test(the_equations_stand_still),
        cmocka_unit_test(several_outputs_by_integration),
        cmocka_unit_test(too_large_a_rate_diverges),
        cmocka_unit_test(verdicts),
        cmocka_unit_test(nonnegative_least_squares),
        cmocka_unit_test(inverse_time),
        cmocka_unit_test(exponential_rates),
        cmocka_unit_test(exponential_rate_of_a_run),
        cmocka_unit_test(schedules_end_somewhere),
    };
    (void)gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
