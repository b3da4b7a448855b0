/* Heavy ball in solve, limit and escape: moments of linear Langevin dynamics, numbers made
 * elsewhere, integrals done in two ways, what is refused. */
#include <string.h>

#include "sgdlimit/landscape.h"
#include "sgdlimit/limit.h"
#include "src/theories/diffusion/kramers_underdamped.h"
#include "tests/theories/diffusion/slow_of.h"

typedef int table_f(const sgdl_problem_t *problem, const sgdl_plan_t *plan, const sgdl_sink_t *sink,
                    sgdl_error_t *error);

#define CONSTANT "noise: {family: constant, value: 2}\n"
#define MOMENTUM "learning_rate: 0.01\nmomentum: 0.9\n"
#define THREE_WELLS                                                                                \
    "potential: {family: polynomial, coefficients: [0, 0.02, 0.9, 0, -1.2, 0, 0.4]}\n"

static int into(sgdl_table_t *table, table_f *compute, const char *text, sgdl_error_t *error)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_table_init(table);
    int status = compute(problem, NULL, INTO(table), error);
    sgdl_problem_free(problem);
    return status;
}

static sgdl_table_t table_of(table_f *compute, const char *text)
{
    sgdl_table_t table;
    sgdl_error_t error = {0};
    if (into(&table, compute, text, &error) != SGDL_OK)
        fail_msg("%s: %s", error.place, error.message);
    return table;
}

/* ---- in time --------------------------------------------------------------------------------- */

typedef struct moments {
    double mean, variance;
} moments_t;

/* U = a x^2/2 from a Gaussian about x = 1 and Maxwell's V: with M = e^{Bt}, B = (0 1; -a
 * -friction), mean M (1, 0)' and covariance S + M (S_0 - S) M', S = diag(T/a, T). */
static moments_t linear(double a, double friction, double T, double width, double t)
{
    const double half = friction / 2, square = half * half - a;
    const double s = sqrt(fabs(square));
    const double slow = exp((s - half) * t), fast = exp(-(s + half) * t);
    const double C = square > 0 ? 0.5 * (slow + fast) : exp(-half * t) * cos(s * t);
    const double S = (square > 0 ? 0.5 * (slow - fast) : exp(-half * t) * sin(s * t)) / s;
    const double M = C + half * S;
    return (moments_t){M, T / a + M * M * (width * width - T / a)};
}

static sgdl_table_t parabola(const char *momentum, double noise, int cells)
{
    char text[512];
    (void)snprintf(text, sizeof text,
                   "potential: {family: polynomial, coefficients: [0, 0, 0.85]}\n"
                   "noise: {family: constant, value: %.17g}\nlearning_rate: 0.02\nmomentum: %s\n"
                   "batch: 2\nbox: [-3, 3]\nstart: {at: 1, width: 0.3}\ncells: %d\nhermite: 24\n"
                   "time: 1000\noutput: {times: [0, 0.2, 1, 3, 10, 1000]}\n",
                   noise, momentum, cells);
    return table_of(sgdl_solve, text);
}

static double extrapolated(const sgdl_table_t *coarse, const sgdl_table_t *fine, size_t row,
                           const char *column)
{
    return (4 * table_at(fine, row, column) - table_at(coarse, row, column)) / 3;
}

static void moments_of_a_parabola(void **state)
{
    static const char *const momentum[] = {"0.9", "0.5"};
    (void)state;
    for (size_t i = 0; i < COUNT(momentum); i++) {
        const double mu = atof(momentum[i]), h = sqrt(0.04 / (1 + mu)),
                     friction = 2 * (1 - mu) / ((1 + mu) * h), noise = 0.15 * 4 * (1 - mu) / 0.02;
        sgdl_table_t coarse = parabola(momentum[i], noise, 150),
                     fine = parabola(momentum[i], noise, 300);
        for (size_t row = 0; row < fine.rows; row++) {
            const double t = table_at(&fine, row, "t");
            const moments_t exact = linear(1.7, friction, 0.15, 0.3, t);
            assert_close(extrapolated(&coarse, &fine, row, "mean_x"), exact.mean, 3e-5, 0, "mean");
            assert_close(extrapolated(&coarse, &fine, row, "var_x"), exact.variance, 3e-5, 0,
                         "variance");
            assert_close(table_at(&fine, row, "mass_error"), 0, 1e-12, 0, "mass");
            assert_close(table_at(&fine, row, "step"), t / h, 0, 1e-12, "step");
        }
        sgdl_table_free(&coarse);
        sgdl_table_free(&fine);
    }
}

/* From one well to the stationary law: for ever, and as the slow mode says. */
static void long_times(void **state)
{
    (void)state;
    sgdl_table_t table = table_of(sgdl_solve, POTENTIAL CONSTANT MOMENTUM
                                  "cells: 200\nhermite: 24\nstart: {basin: 2}\ntime: 1e12\n"
                                  "output: {times: [0, 5, 100, 300, 1e6, 1e12]}\n");
    sgdl_table_t limit =
        table_of(sgdl_limit_table, POTENTIAL CONSTANT MOMENTUM "cells: 200\nhermite: 24\n");
    const double p = table_at(&table, 5, "p_1"), rate = table_at(&limit, 0, "gap");
    assert_close(p, 0.7259629234, 2e-4, 0, "p_1 at 1e12");
    assert_close(table_at(&table, 4, "p_1"), p, 1e-10, 0, "p_1 at 1e6");
    assert_close((p - table_at(&table, 3, "p_1")) / (p - table_at(&table, 2, "p_1")),
                 exp(-200 * rate), 0, 1e-4, "the slow mode");
    for (size_t row = 0; row < table.rows; row++)
        assert_close(table_at(&table, row, "mass_error"), 0, 1e-12, 0, "mass");
    assert_non_null(strstr(sgdl_table_value(&table, "slow_modes"), "1 slowest"));
    sgdl_table_free(&table);
    sgdl_table_free(&limit);
}

/* ---- limit and escape ------------------------------------------------------------------------ */

static void rows_of_the_double_well(void **state)
{
    (void)state;
    sgdl_table_t limit = table_of(sgdl_limit_table, HEAVY "batch: [1, 2]\ncells: 800\n");
    sgdl_table_t escape = table_of(sgdl_escape, HEAVY "cells: 800\n");
    const double gap = table_at(&limit, 0, "gap");
    assert_close(gap, 0.0014632119, 0, 1e-7, "gap");
    assert_close(table_at(&limit, 0, "relaxation_steps"), 1 / (gap * 0.1025978352), 0, 1e-9,
                 "steps");
    assert_close(table_at(&limit, 0, "p_1"), 0.7259629234, 1e-9, 0, "p_1");
    assert_close(table_at(&limit, 0, "temperature"), 0.1, 0, 1e-14, "temperature");
    assert_int_equal(escape.rows, 2);
    double sum = 0;
    for (size_t row = 0; row < 2; row++) {
        const double time = table_at(&escape, row, "mfpt");
        sum += 1 / time;
        assert_close(time * (row ? 0.7259629234 : 1 - 0.7259629234) * gap, 1, 0, 1e-8, "balance");
        assert_close(table_at(&escape, row, "kramers"), time, 0, 0.1, "Kramers");
        assert_close(table_at(&escape, row, "mfpt_steps"), time / 0.1025978352, 0, 1e-9, "steps");
        assert_true(isnan(table_at(&escape, row, "mfpt_saddle")));
    }
    assert_close(sum, gap, 0, 1e-12, "sum of the rates");
    sgdl_table_free(&limit);
    sgdl_table_free(&escape);
}

/* Both ways over each barrier, in balance with the law, near Kramers' rate. */
static void three_wells(void **state)
{
    (void)state;
    const char *text =
        THREE_WELLS "noise: {family: constant, value: 0.6}\n" MOMENTUM "cells: 800\nhermite: 48\n";
    sgdl_table_t limit = table_of(sgdl_limit_table, text), escape = table_of(sgdl_escape, text);
    assert_int_equal(escape.rows, 4);
    for (size_t row = 0; row < 4; row++) {
        const double time = table_at(&escape, row, "mfpt");
        assert_close(table_at(&escape, row, "kramers"), time, 0, 0.15, "Kramers");
    }
    const double p[] = {table_at(&limit, 0, "p_1"), table_at(&limit, 0, "p_2"),
                        table_at(&limit, 0, "p_3")};
    assert_close(p[0] / table_at(&escape, 0, "mfpt"), p[1] / table_at(&escape, 1, "mfpt"), 0, 1e-4,
                 "balance over the first barrier");
    assert_close(p[1] / table_at(&escape, 2, "mfpt"), p[2] / table_at(&escape, 3, "mfpt"), 0, 1e-4,
                 "balance over the second barrier");
    sgdl_table_free(&limit);
    sgdl_table_free(&escape);
}

/* T(x): that of a constant noise, by other factors; and at high friction the law of SGD. */
static void noise_that_varies(void **state)
{
    (void)state;
    sgdl_table_t constant = table_of(sgdl_limit_table, HEAVY "cells: 200\nhermite: 24\n");
    sgdl_table_t warm = table_of(sgdl_limit_table, POTENTIAL
                                 "noise: {family: polynomial, coefficients: [2]}\n" MOMENTUM
                                 "box: [-2.5, 1.85]\ncells: 200\nhermite: 24\n");
    assert_close(table_at(&warm, 0, "gap"), table_at(&constant, 0, "gap"), 0, 1e-8, "gap");
    assert_close(table_at(&warm, 0, "p_1"), table_at(&constant, 0, "p_1"), 1e-6, 0, "p_1");
    sgdl_table_free(&constant);
    sgdl_table_free(&warm);
#define VARIED(noise) POTENTIAL "noise: {family: polynomial, coefficients: " noise "}\ncells: 400\n"
    /* learning_rate/(1 - momentum) is that of plain SGD */
    sgdl_table_t plain =
        table_of(sgdl_limit_table, VARIED("[320, 100, 50]") "learning_rate: 0.02\nbatch: 16\n");
    warm = table_of(
        sgdl_limit_table,
        VARIED("[20000, 6250, 3125]") "learning_rate: 0.0000199\nmomentum: 0.005\nhermite: 12\n");
    assert_close(table_at(&warm, 0, "p_1"), table_at(&plain, 0, "p_1"), 1e-3, 0, "p_1");
    sgdl_table_free(&plain);
    sgdl_table_free(&warm);
}

/* With T(x) rounding loses what is exponentially small, and the law with it; with constant noise
 * nothing is lost. */
static void rates_that_are_lost(void **state)
{
    (void)state;
    sgdl_table_t constant = table_of(sgdl_limit_table, POTENTIAL CONSTANT MOMENTUM
                                     "batch: 10\ncells: 200\nhermite: 16\n");
    sgdl_table_t warm = table_of(sgdl_limit_table, POTENTIAL
                                 "noise: {family: polynomial, coefficients: [2]}\n" MOMENTUM
                                 "batch: 10\ncells: 200\nhermite: 16\n");
    assert_true(table_at(&constant, 0, "gap") > 0 && table_at(&constant, 0, "gap") < 1e-24);
    assert_true(isnan(table_at(&warm, 0, "gap")) && isnan(table_at(&warm, 0, "p_1")));
    assert_non_null(strstr(sgdl_table_value(&warm, "gap_check"), "lost to rounding"));
    sgdl_table_free(&constant);
    sgdl_table_free(&warm);
}

/* ---- Kramers --------------------------------------------------------------------------------- */

static void numbers_of_kramers(void **state)
{
    static const double friction[] = {0.2, 5}, rate[] = {0.00133, 0.000636};
    (void)state;
    for (size_t i = 0; i < COUNT(friction); i++) {
        slow_of_t made;
        make_setting(&made, HEAVY, friction[i], 0);
        assert_close(1 / kramers_underdamped_time(&made.setting, 0, 1) +
                         1 / kramers_underdamped_time(&made.setting, 1, 0),
                     rate[i], 5e-3 * rate[i], 0, "rate");
        free_setting(&made);
    }
}

/* The orbit just below the barrier, step by step, until it has come round. */
static double action_of_orbit(const landscape_t *landscape, double x)
{
    const double dt = 1e-4, begin = x;
    double V = 0, action = 0;
    bool left = false;
    for (;;) { /* velocity Verlet */
        const double middle = V - 0.5 * dt * landscape_slope(landscape, x, 1);
        x += dt * middle;
        V = middle - 0.5 * dt * landscape_slope(landscape, x, 1);
        action += dt * middle * middle;
        left = left || fabs(x - begin) > 0.1;
        if (left && fabs(x - begin) < 0.05 &&
            V * (landscape_slope(landscape, x, 1) < 0 ? 1 : -1) > 0)
            return action;
    }
}

static void actions_of_orbits(void **state)
{
    (void)state;
    slow_of_t made;
    make_setting(&made, HEAVY, 0, 0);
    const landscape_t *landscape = made.setting.landscape;
    const double top = landscape_barrier(landscape, 0)->x[0];
    for (size_t from = 0; from < 2; from++)
        assert_close(kramers_action(&made.setting, from, 1 - from),
                     action_of_orbit(landscape, top + (from == 0 ? -1e-5 : 1e-5)), 3e-3, 0,
                     "action");
    free_setting(&made);
}

static void depopulation(void **state)
{
    (void)state;
    assert_close(kramers_depopulation(1e-4), 1e-4, 0, 0.01, "D small");
    assert_close(kramers_depopulation(200), 1, 1e-12, 0, "D large");
    /* A(D) = exp(- sum_n erfc(sqrt(n D)/2)/n) */
    for (double D = 0.1; D < 20; D *= 3) {
        double sum = 0;
        for (int n = 1; n < 4000; n++)
            sum += erfc(0.5 * sqrt(n * D)) / n;
        assert_close(kramers_depopulation(D), exp(-sum), 1e-10, 1e-10, "A(D)");
    }
}

/* K: friction int V^2 U'' dt = [stays finite as friction falls], 0 as it rises; a parabola's
 * barrier has none of it, and what steps do to the rate of the double well was seen of SGD. */
static void finite_steps(void **state)
{
    (void)state;
    slow_of_t made;
    make_setting(&made, HEAVY, 0, 0);
    /* rates of SGD over those of the diffusion: 1.060 (5) from both wells together */
    const double share[] = {1 - 0.7259629234, 0.7259629234};
    double both[2] = {0, 0};
    for (size_t from = 0; from < 2; from++) {
        const finite_steps_t steps = kramers_finite_steps(&made.setting, from, 1 - from);
        both[0] += share[from] * steps.exponential;
        both[1] += share[from] * steps.exponential * steps.prefactor;
    }
    assert_close(both[0], 1.048, 1e-3, 0, "K alone");
    assert_close(both[1], 1.055, 1e-3, 0, "with the prefactor");
    const double K = kramers_finite_steps(&made.setting, 1, 0).K;
    made.setting.friction = 50;
    assert_true(fabs(kramers_finite_steps(&made.setting, 1, 0).K) < 0.01 * fabs(K));
    free_setting(&made);
}

/* ---- what is refused ------------------------------------------------------------------------- */

static void refusals(void **state)
{
    static const struct {
        table_f *compute;
        const char *text, *place, *words;
    } cases[] = {
        {sgdl_solve,
         POTENTIAL CONSTANT
         "learning_rate: {schedule: piecewise, times: [5], values: [0.02, 0.01]}\n"
         "momentum: 0.9\n",
         "momentum", "a constant learning rate"},
        {sgdl_limit_table,
         POTENTIAL "noise: {family: loss, factor: 2, floor: 0.1}\n" MOMENTUM "box: [-2, 2]\n", "",
         "Hermite functions"},
        {sgdl_limit_table,
         POTENTIAL "noise: {family: polynomial, coefficients: [1, 0, 20]}\n" MOMENTUM
                   "box: [-2, 2]\n",
         "noise", "one temperature"},
        {sgdl_limit_table, HEAVY "batch: 100\n", "box", "temperatures"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        sgdl_table_t table;
        sgdl_error_t error = {0};
        assert_int_equal(into(&table, cases[i].compute, cases[i].text, &error), SGDL_ERR_INPUT);
        if (!strstr(error.message, cases[i].words) ||
            (*cases[i].place && strcmp(error.place, cases[i].place) != 0))
            fail_msg("%zu: %s: %s", i, error.place, error.message);
        sgdl_table_free(&table);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_of_a_parabola),
        cmocka_unit_test(long_times),
        cmocka_unit_test(rows_of_the_double_well),
        cmocka_unit_test(three_wells),
        cmocka_unit_test(noise_that_varies),
        cmocka_unit_test(numbers_of_kramers),
        cmocka_unit_test(rates_that_are_lost),
        cmocka_unit_test(actions_of_orbits),
        cmocka_unit_test(depopulation),
        cmocka_unit_test(finite_steps),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
