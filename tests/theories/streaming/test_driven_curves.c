/* Curves under adagrad-norm, line-search and polyak whose law is known, and ensembles around them.
 */
#include "tests/curves.h"

#include <string.h>

#include "src/problem/problem.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *const rates[] = {"{schedule: adagrad-norm, eta: 0.9, b0: 0.4}",
                                    "{schedule: line-search}",
                                    "{schedule: polyak, factor: 0.8, risk_min: 0.05}"};

/* ---- curves whose law is known ---------------------------------------------------------------
 */

/* One class of mean zero, covariance and signal as said. */
#define TEACHER(covariance, signal, labels)                                                        \
    "classes: [{covariance: " covariance ", mean: {family: zero}}], teacher: {signal: " signal     \
    ", labels: " labels "}"

/* AdaGrad-Norm, K = 1, |X*| = 1: overlap with the signal, |X|^2 and what is accumulated. */
typedef struct isotropic {
    double overlap, norm2, accumulated;
} isotropic_t;

typedef struct averages {
    double risk, along, radial, power; /* E f, E g r*, E g r, E g^2 */
} averages_t;

static averages_t average_linear(const isotropic_t *at)
{
    const double gap = at->norm2 - 2 * at->overlap + 1; /* |X - X*|^2, omega = 1 */
    return (averages_t){(gap + 1) / 2, at->overlap - 1, at->norm2 - at->overlap, gap + 1};
}

static double sigmoid(double r) { return 1 / (1 + exp(-r)); }

/* r* = u, r = overlap u + a normal number of its own: the trapezoidal rule on a grid. */
static averages_t average_soft(const isotropic_t *at)
{
    enum { REACH = 24 };
    const double step = 0.3, rest = sqrt(fmax(at->norm2 - at->overlap * at->overlap, 0));
    averages_t out = {0};
    for (int i = -REACH; i <= REACH; i++)
        for (int j = -REACH; j <= REACH; j++) {
            const double u = i * step, r = at->overlap * u + rest * j * step, y = sigmoid(u);
            const double w = step * step / (2 * M_PI) * exp(-step * step * (i * i + j * j) / 2);
            const double g = sigmoid(r) - y;
            out.risk += w * (log1p(exp(-fabs(r))) + fmax(r, 0) - y * r);
            out.along += w * g * u;
            out.radial += w * g * r;
            out.power += w * g * g;
        }
    return out;
}

typedef averages_t average_f(const isotropic_t *at);

static double isotropic_rate(const isotropic_t *at, double b0)
{
    return 1 / sqrt(b0 * b0 + at->accumulated);
}

static isotropic_t isotropic_slope(average_f *average, const isotropic_t *at, double b0)
{
    const averages_t of = average(at);
    const double gamma = isotropic_rate(at, b0);
    return (isotropic_t){-gamma * of.along, -2 * gamma * of.radial + gamma * gamma * of.power,
                         of.power};
}

static isotropic_t moved(const isotropic_t *at, double h, const isotropic_t *slope)
{
    return (isotropic_t){at->overlap + h * slope->overlap, at->norm2 + h * slope->norm2,
                         at->accumulated + h * slope->accumulated};
}

/* The classical Runge-Kutta method. */
static void isotropic_step(average_f *average, isotropic_t *at, double h, double b0)
{
    static const double share[] = {0, 0.5, 0.5, 1}, weight[] = {1, 2, 2, 1};
    isotropic_t slope = {0}, sum = *at;
    for (size_t stage = 0; stage < 4; stage++) {
        const isotropic_t here = moved(at, share[stage] * h, &slope);
        slope = isotropic_slope(average, &here, b0);
        sum = moved(&sum, weight[stage] * h / 6, &slope);
    }
    *at = sum;
}

static void adagrad_follows_the_closed_equations(void **unused)
{
    (void)unused;
    static const struct {
        average_f *average;
        double b0;
        const char *text;
        int steps;
    } cases[] = {
        {average_linear, 0.3,
         "{loss: least-squares, learning_rate: {schedule: adagrad-norm, eta: 1, b0: 0.3}, time: 4, "
         "output: {points: 5}, " TEACHER("{family: isotropic}", "{family: constant}",
                                         "linear, noise: 1") "}",
         4000},
        {average_soft, 1,
         "{learning_rate: {schedule: adagrad-norm, eta: 1, b0: 1}, time: 4, output: {points: "
         "5}, " TEACHER("{family: isotropic}", "{family: constant}", "logistic-soft") "}",
         40},
    };
    for (size_t v = 0; v < COUNT(cases); v++) {
        sgdl_table_t table = solve_text(cases[v].text);
        isotropic_t at = {0};
        for (size_t row = 0; row < table.rows; row++) {
            assert_close(table_at(&table, row, "risk"), cases[v].average(&at).risk, 1e-8, 0,
                         "risk");
            assert_close(table_at(&table, row, "norm2"), at.norm2, 1e-8, 0, "norm2");
            assert_close(table_at(&table, row, "overlap_signal"), at.overlap, 1e-8, 0, "overlap");
            assert_close(table_at(&table, row, "learning_rate"), isotropic_rate(&at, cases[v].b0),
                         1e-8, 0, "learning rate");
            for (int step = 0; step < cases[v].steps; step++)
                isotropic_step(cases[v].average, &at, 1.0 / cases[v].steps, cases[v].b0);
        }
        sgdl_table_free(&table);
    }
}

/* d log column/d log t between the last two rows. */
static double exponent(const sgdl_table_t *table, const char *column)
{
    const size_t last = table->rows - 1;
    return log(table_at(table, last, column) / table_at(table, last - 1, column)) /
           log(table_at(table, last, "t") / table_at(table, last - 1, "t"));
}

/* Noiseless least squares, lambda = u^alpha, signal u^beta, s = 1 - (1 + 2 beta)/alpha: the rate of
 * adagrad tends to a constant and R ~ t^(s-2) for s < 1; gamma ~ t^(-1+1/s) and R ~ t^(1-2/s) for
 * 1 < s < 2. */
static void adagrad_on_power_laws(void **unused)
{
    (void)unused;
    static const struct {
        double alpha, beta, time;
        const char *absolute; /* tolerance: the risk falls to about 1e-9 and below */
    } cases[] = {{1.5, -0.25, 1e6, "1.0e-16"}, {1, 0.1, 1e5, "1.0e-18"},
                 {2, -0.4, 1e8, "1.0e-15"},    {2, -1, 1e8, "1.0e-12"},
                 {1.2, -0.8, 1e8, "1.0e-12"},  {2, -0.75, 1e8, "1.0e-13"}};
    for (size_t v = 0; v < COUNT(cases); v++) {
        char text[512];
        const double alpha = cases[v].alpha, beta = cases[v].beta, time = cases[v].time;
        const double s = 1 - (1 + 2 * beta) / alpha;
        (void)snprintf(
            text, sizeof text,
            "{loss: least-squares, learning_rate: {schedule: adagrad-norm, eta: 1, b0: "
            "1}, time: %.17g, output: {times: [%.17g, %.17g]}, tolerance: {absolute: %s}, "
            "classes: [{covariance: {family: power-law, exponent: %g}, mean: "
            "{family: zero}}], teacher: {signal: {family: power-law, exponent: %g}, "
            "labels: linear, noise: 0}}",
            time, time / 10, time, cases[v].absolute, alpha, beta);
        sgdl_table_t table = solve_text(text);
        const double rate = s < 1 ? 0 : -1 + 1 / s, risk = s < 1 ? s - 2 : 1 - 2 / s;
        assert_close(exponent(&table, "learning_rate"), rate, 0.02, 0, text);
        assert_close(exponent(&table, "risk"), risk, 0.02, 0, text);
        assert_true(table_at(&table, 1, "learning_rate") > 0);
        sgdl_table_free(&table);
    }
}

/* Where line search of noiseless least squares ends, half of the eigenvalues being l1, half l2. */
static void line_search_between_two_eigenvalues(void **unused)
{
    (void)unused;
    static const double cases[][3] = {{1, 0.5, 1.16775006100537}, {1, 0.1, 0.391688684822729}};
    for (size_t v = 0; v < COUNT(cases); v++) {
        char text[512];
        const double a = cases[v][0], b = cases[v][1];
        const double root =
            sqrt(pow(a, 6) - 4 * pow(a, 5) * b + 8 * pow(a, 4) * b * b - 6 * pow(a * b, 3) +
                 8 * a * a * pow(b, 4) - 4 * a * pow(b, 5) + pow(b, 6));
        const double limit = (a * a * a + 2 * a * a * b + 2 * a * b * b + b * b * b - root) /
                             ((a * a + b * b) * (a * a + b * b));
        (void)snprintf(text, sizeof text,
                       "{loss: least-squares, learning_rate: {schedule: line-search}, time: 400, "
                       "output: {points: 3}, tolerance: {relative: 1.0e-11, absolute: 1.0e-290}, "
                       "classes: [{covariance: {family: piecewise, breaks: [0.5], values: [%g, "
                       "%g]}, mean: {family: zero}}], teacher: {signal: {family: constant}, "
                       "labels: linear, noise: 0}}",
                       a, b);
        sgdl_table_t table = solve_text(text);
        assert_close(limit, cases[v][2], 0, 1e-13, "the limit");
        assert_close(table_at(&table, 2, "learning_rate"), limit, 1e-8, 0, text);
        sgdl_table_free(&table);
    }
}

/* Nothing is left to learn, or nothing bounds a rate. */
static void perfect_fits_and_no_noise(void **unused)
{
    (void)unused;
    for (size_t v = 0; v < COUNT(rates); v++) {
        char text[512];
        (void)snprintf(
            text, sizeof text,
            "{loss: least-squares, learning_rate: %s, time: 3, output: {points: 3}, " TEACHER(
                "{family: isotropic}", "{family: zero}", "linear") "}",
            rates[v]);
        sgdl_table_t table = solve_text(text);
        for (size_t row = 0; row < 3; row++) {
            assert_true(table_at(&table, row, "risk") == 0);
            assert_true(table_at(&table, row, "learning_rate") ==
                        (v == 0 ? 0.9 / 0.4 : 0)); /* adagrad has its start to hold on to */
        }
        sgdl_table_free(&table);
    }
    for (size_t v = 1; v < COUNT(rates); v++) {
        char text[512];
        (void)snprintf(text, sizeof text,
                       "{dimension: 10, learning_rate: %s, classes: [{label: 1, covariance: "
                       "{family: zero-one, zero: 1}}, {label: 0, covariance: {family: zero-one, "
                       "zero: 1}, mean: {family: opposite, of: 1}}]}",
                       rates[v]);
        sgdl_table_t table = solve_expecting(text, 1, SGDL_LINEAR_STRUCTURED, SGDL_ERR_INPUT);
        assert_int_equal(table.rows, 0);
        sgdl_table_free(&table);
    }
}

/* ---- simulations -----------------------------------------------------------------------------
 */

/* Ensembles of both kernels are around the equations' curves, their rates too. */
static void ensembles_are_around_the_curves(void **unused)
{
    (void)unused;
    enum { RUNS = 24, DIMENSION = 250 };
    static const sgdl_kernel_t kernels[] = {SGDL_KERNEL_FULL, SGDL_KERNEL_COLLAPSED};
    static const char *const what[] = {
        "ridge: 0.1, batch: 2, gradient_noise: 0.2, intercept: 0.5",
        "loss: least-squares, classes: [{covariance: {family: isotropic, scale: 1.5}, mean: "
        "{family: zero}}], teacher: {signal: {family: constant}, labels: linear, noise: 0.5}"};
    for (size_t v = 0; v < COUNT(what) * COUNT(rates) * COUNT(kernels); v++) {
        char text[1024];
        (void)snprintf(text, sizeof text,
                       "{dimension: %d, time: 2, output: {points: 3}, learning_rate: %s, %s}",
                       DIMENSION, rates[v / COUNT(kernels) % COUNT(rates)],
                       what[v / COUNT(kernels) / COUNT(rates)]);
        sgdl_table_t theory = solve_text(text), table;
        sgdl_problem_t *problem = parse_problem(text);
        sgdl_plan_t plan = problem->plan;
        sgdl_error_t error = {0};
        plan.runs = RUNS;
        plan.kernel = kernels[v % COUNT(kernels)];
        sgdl_table_init(&table);
        if (sgdl_simulate(problem, &plan, INTO(&table), &error) != SGDL_OK)
            fail_msg("%s", error.message);
        for (size_t row = 0; row < table.rows; row++) {
            static const char *const names[][3] = {
                {"risk", "risk_mean", "risk_sd"},
                {"learning_rate", "learning_rate_mean", "learning_rate_sd"}};
            for (size_t c = 0; c < COUNT(names); c++) {
                const double expected = table_at(&theory, row, names[c][0]);
                const double allowed =
                    4.5 * table_at(&table, row, names[c][2]) / sqrt(RUNS) + 3.0 / DIMENSION;
                assert_close(table_at(&table, row, names[c][1]), expected, allowed, 0, text);
                assert_true(allowed < 0.15 * expected);
            }
        }
        sgdl_table_free(&table);
        sgdl_table_free(&theory);
        sgdl_problem_free(problem);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adagrad_follows_the_closed_equations),
        cmocka_unit_test(adagrad_on_power_laws),
        cmocka_unit_test(line_search_between_two_eigenvalues),
        cmocka_unit_test(perfect_fits_and_no_noise),
        cmocka_unit_test(ensembles_are_around_the_curves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
