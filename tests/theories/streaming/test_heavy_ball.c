/* Momentum on the scale of the dimension, and what clips and noise make of it. */
#include "src/problem/problem.h"
#include "tests/curves.h"

#include <string.h>

/* ---- known risks --------------------------------------------------------------------------------
 * Of direct simulation and of an integration that shares nothing with this program: d = 1000,
 * directions at u = rho/d. */

#define PROBLEM                                                                                    \
    "dimension: 1000, time: 4, output: {times: [0, 0.8, 1.6, 2.4, 3.2, 4]}, classes: [{weight: "   \
    "0.35, label: 1, covariance: {family: power-law, exponent: 0.5}, mean: {family: power-law, "   \
    "exponent: 0.25, scale: 1.5}}, {weight: 0.65, label: 0, covariance: {family: power-law, "      \
    "exponent: 1.5, scale: 2}, mean: {family: constant, scale: -1}}]}"

static void known_risks(void **unused)
{
    (void)unused;
    enum { TIMES = 6 };
    static const struct {
        const char *options;
        double risk[TIMES];
    } known[] = {
        {"learning_rate: 1.2, clip: 0.3, ridge: 0.1",
         {.69315, .55174, .47332, .42831, .39981, .38041}},
        {"learning_rate: 1.2, clip: 0.4, gradient_noise: 0.3, ridge: 0.1",
         {.69315, .54246, .47072, .42999, .40401, .38618}},
        {"learning_rate: 0.4, momentum: {gain: 1, weight: 1.2, decay: 2}, ridge: 0.05",
         {.69315, .57402, .48277, .42798, .39333, .36959}},
        {"learning_rate: 0.4, momentum: {gain: 1, weight: 1.2, decay: 2}, clip: 0.4, "
         "gradient_noise: 0.2, ridge: 0.05",
         {.69315, .57855, .48873, .43447, .40005, .37645}},
    };
    for (size_t v = 0; v < sizeof known / sizeof *known; v++) {
        char text[1024];
        (void)snprintf(text, sizeof text, "{%s, " PROBLEM, known[v].options);
        sgdl_problem_t *problem = parse_problem(text);
        sgdl_plan_t plan = problem->plan;
        sgdl_error_t error = {0};
        sgdl_table_t table;
        plan.exact = true;
        sgdl_table_init(&table);
        if (sgdl_solve(problem, &plan, INTO(&table), &error) != SGDL_OK)
            fail_msg("%s", error.message);
        for (size_t row = 0; row < TIMES; row++)
            assert_close(table_at(&table, row, "risk"), known[v].risk[row], 2e-5, 0,
                         known[v].options);
        sgdl_table_free(&table);
        sgdl_problem_free(problem);
    }
}

/* ---- its equations, in the units in which they are stated ---------------------------------------
 * Isotropic K = c, means +-mu, labels 1 and 0, an intercept: (A, V, S_xx, S_xv, S_vv) along mu, the
 * bias and its velocity. */
enum { A, V, XX, XV, VV, BIAS, SPEED, STATES };

typedef struct ball {
    double rate, gain, weight, decay, over, ridge, noise, intercept, c, mean2;
} ball_t;

static double averages(const ball_t *self, const double y[STATES], int i,
                       sgdl_logistic_averages_t *out)
{
    /* both classes as label 1: r -> -r of label 0, whose mean is -mu */
    double sign = i == 0 ? 1 : -1;
    sgdl_logistic_average(self->mean2 * y[A] + sign * y[BIAS], self->c * y[XX], out);
    return sign;
}

static double ball_risk(const ball_t *self, const double y[STATES])
{
    double sum = 0;
    for (int i = 0; i < 2; i++) {
        sgdl_logistic_averages_t of;
        (void)averages(self, y, i, &of);
        sum += 0.5 * of.f;
    }
    return sum;
}

static void ball_slope(const ball_t *self, double t, const double y[STATES], double dy[STATES])
{
    double force = 0, h = self->ridge, kappa = self->noise * self->noise, bias = 0;
    double decay = self->decay / (1 + t / self->over);
    for (int i = 0; i < 2; i++) {
        sgdl_logistic_averages_t of;
        double sign = averages(self, y, i, &of);
        force += 0.5 * of.g;       /* sign G times sign mu */
        bias += 0.5 * sign * of.g; /* G */
        h += 0.5 * self->c * of.h;
        kappa += 0.5 * self->c * of.g2;
    }
    /* A = average of chi zeta, nu = N zeta with N^2 = mean2: x = A/N here, so that c = N force */
    double gamma = self->rate, g1 = self->gain, g3 = self->weight, m2 = self->mean2;
    double push_x = force + h * y[A], c_x = m2 * force * y[A], c_v = m2 * force * y[V];
    dy[A] = -gamma * push_x - g3 * y[V];
    dy[V] = -decay * y[V] + g1 * push_x;
    dy[XX] = -2 * gamma * (c_x + h * y[XX]) - 2 * g3 * y[XV] + gamma * gamma * kappa;
    dy[XV] = -gamma * (c_v + h * y[XV]) - g3 * y[VV] - decay * y[XV] + g1 * (c_x + h * y[XX]) -
             gamma * g1 * kappa;
    dy[VV] = -2 * decay * y[VV] + 2 * g1 * (c_v + h * y[XV]) + g1 * g1 * kappa;
    bias *= self->intercept * self->intercept;
    dy[BIAS] = -gamma * bias - g3 * y[SPEED];
    dy[SPEED] = -decay * y[SPEED] + g1 * bias;
}

static void ball_step(const ball_t *self, double t, double h, double y[STATES])
{
    static const double share[] = {0, 0.5, 0.5, 1}, weight[] = {1, 2, 2, 1};
    double sum[STATES] = {0}, slope[STATES] = {0}, at[STATES];
    for (size_t stage = 0; stage < 4; stage++) {
        for (int e = 0; e < STATES; e++)
            at[e] = y[e] + share[stage] * h * slope[e];
        ball_slope(self, t + share[stage] * h, at, slope);
        for (int e = 0; e < STATES; e++)
            sum[e] += weight[stage] / 6 * h * slope[e];
    }
    for (int e = 0; e < STATES; e++)
        y[e] += sum[e];
}

static void damping_that_decays(void **unused)
{
    (void)unused;
    const ball_t ball = {.rate = 0.3,
                         .gain = 2,
                         .weight = 0.4,
                         .decay = 3,
                         .over = 0.8,
                         .ridge = 0.05,
                         .noise = 0.3,
                         .intercept = 0.6,
                         .c = 1.3,
                         .mean2 = 1.44};
    sgdl_table_t table = solve_text(
        "{learning_rate: 0.3, momentum: {gain: 2, weight: 0.4, decay: {value: 3, over: 0.8}}, "
        "ridge: 0.05, gradient_noise: 0.3, intercept: 0.6, time: 10, output: {points: 11}, "
        "classes: [{covariance: {family: isotropic, scale: 1.3}, mean: {family: constant, scale: "
        "1.2}}, {covariance: {family: isotropic, scale: 1.3}, mean: {family: opposite, of: 1}}]}");
    double y[STATES] = {0};
    for (size_t row = 0; row < table.rows; row++) {
        assert_close(table_at(&table, row, "risk"), ball_risk(&ball, y), 1e-8, 0, "risk");
        assert_close(table_at(&table, row, "norm2"), y[XX], 1e-8, 1e-8, "norm2");
        assert_close(table_at(&table, row, "bias"), y[BIAS], 1e-8, 0, "bias");
        double dy[STATES], ahead[STATES], behind[STATES], t = (double)row, h = 1e-4;
        ball_slope(&ball, t, y, dy);
        for (int e = 0; e < STATES; e++) {
            ahead[e] = y[e] + h * dy[e];
            behind[e] = y[e] - h * dy[e];
        }
        double slope = (ball_risk(&ball, ahead) - ball_risk(&ball, behind)) / (2 * h);
        assert_close(table_at(&table, row, "slope") * table_at(&table, row, "risk"), t * slope,
                     1e-6, 0, "slope");
        for (int step = 0; step < 400; step++)
            ball_step(&ball, t + step / 400.0, 1 / 400.0, y);
    }
    sgdl_table_free(&table);
}

/* ---- limits and symmetries ----------------------------------------------------------------------
 */

#define MIXTURE                                                                                    \
    "dimension: 40, time: 30, classes: [{weight: 0.4, covariance: {family: power-law, exponent: "  \
    "1}, mean: {family: gaussian}}, {weight: 0.6, covariance: {family: isotropic, scale: 0.7}, "   \
    "mean: {family: constant}}], tolerance: {relative: 1e-12, absolute: 1e-14}}"

static void assert_same_risk(const char *one, const char *other, double tolerance)
{
    char text[1024];
    (void)snprintf(text, sizeof text, "{%s, " MIXTURE, one);
    sgdl_table_t found = solve_text(text);
    (void)snprintf(text, sizeof text, "{%s, " MIXTURE, other);
    sgdl_table_t expected = solve_text(text);
    for (size_t row = 0; row < expected.rows; row++) {
        assert_close(table_at(&found, row, "risk"), table_at(&expected, row, "risk"), tolerance, 0,
                     one);
        assert_close(table_at(&found, row, "norm2"), table_at(&expected, row, "norm2"), tolerance,
                     tolerance, one);
        assert_close(table_at(&found, row, "gradient_norm2"),
                     table_at(&expected, row, "gradient_norm2"), tolerance, 0, one);
    }
    sgdl_table_free(&found);
    sgdl_table_free(&expected);
}

/* Without its weight, or almost, the velocity drives nothing; without its gain it stays zero. */
static void no_weight_is_no_momentum(void **unused)
{
    (void)unused;
    static const char *const nothing[] = {"{gain: 2, weight: 0, decay: 1}",
                                          "{gain: 0, weight: 3, decay: 1}",
                                          "{gain: 2, weight: 1e-16, decay: 1}"};
    static const char *const losses[] = {"logistic", "least-squares"};
    for (size_t l = 0; l < 2; l++)
        for (size_t n = 0; n < sizeof nothing / sizeof *nothing; n++) {
            char with[256], without[256];
            (void)snprintf(with, sizeof with, "loss: %s, intercept: 0.3, ridge: 0.1, momentum: %s",
                           losses[l], nothing[n]);
            (void)snprintf(without, sizeof without, "loss: %s, intercept: 0.3, ridge: 0.1",
                           losses[l]);
            assert_same_risk(with, without, n < 2 ? 1e-10 : 1e-9);
        }
}

/* X sees the product of gain and weight. */
static void units_of_velocity_do_not_matter(void **unused)
{
    (void)unused;
    assert_same_risk("momentum: {gain: 1e-4, weight: 5e3, decay: 1}",
                     "momentum: {gain: 10, weight: 0.05, decay: 1}", 1e-10);
}

/* A velocity that forgets at once is a larger learning rate, but for terms of order 1/decay. */
static void fast_decay_is_a_larger_rate(void **unused)
{
    (void)unused;
    assert_same_risk("learning_rate: 0.2, momentum: {gain: 1000, weight: 300, decay: 1e6}",
                     "learning_rate: 0.5", 3e-6);
}

/* Long after the velocity has come to rest, where rounding errors are all that is left of its
 * force: the integrator ends, at one risk whatever its tolerance. */
static void long_runs_come_to_rest(void **unused)
{
    (void)unused;
    static const char text[] =
        "{loss: least-squares, learning_rate: 0.3, momentum: {gain: 1, weight: 0.5, decay: 2}, "
        "time: 1e+8, output: {times: [1e+7, 1e+8]}, tolerance: {relative: %s}, classes: "
        "[{covariance: {family: power-law, exponent: 0.5}, mean: {family: constant}}, {covariance: "
        "{family: power-law, exponent: 0.5}, mean: {family: opposite, of: 1}}]}";
    static const char *const tolerance[] = {"1e-8", "1e-10"};
    double risk[2][2];
    for (int run = 0; run < 2; run++) {
        char stated[512];
        (void)snprintf(stated, sizeof stated, text, tolerance[run]);
        sgdl_table_t table = solve_expecting(stated, 1, SGDL_LINEAR_STRUCTURED, SGDL_OK);
        for (size_t row = 0; row < 2; row++)
            risk[run][row] = table_at(&table, row, "risk");
        sgdl_table_free(&table);
    }
    assert_close(risk[0][1], risk[0][0], 1e-6, 0, "at rest");
    assert_close(risk[0][1], risk[1][1], 1e-6, 0, "tolerance");
}

static void linear_solvers_agree(void **unused)
{
    (void)unused;
    static const char text[] =
        "{learning_rate: 0.4, clip: 0.5, intercept: 0.5, momentum: {gain: 1, weight: 1, decay: "
        "{value: 3, over: 1}}, dimension: 12, time: 20, classes: [{covariance: {family: power-law, "
        "exponent: 1}, mean: {family: gaussian}}, {covariance: {family: zero-one, zero: 0.3}, "
        "mean: {family: constant, scale: -0.6}}]}";
    sgdl_table_t table[3];
    for (int kind = 0; kind < 3; kind++)
        table[kind] = solve_expecting(text, 1, (sgdl_linear_solver_t)kind, SGDL_OK);
    for (size_t e = 0; e < table[0].rows * table[0].columns; e++)
        for (int kind = 1; kind < 3; kind++)
            if (!isnan(table[0].value[e]))
                assert_close(table[kind].value[e], table[0].value[e], 3e-7, 3e-7, text);
    for (int kind = 0; kind < 3; kind++)
        sgdl_table_free(&table[kind]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_risks),
        cmocka_unit_test(damping_that_decays),
        cmocka_unit_test(no_weight_is_no_momentum),
        cmocka_unit_test(units_of_velocity_do_not_matter),
        cmocka_unit_test(fast_decay_is_a_larger_rate),
        cmocka_unit_test(long_runs_come_to_rest),
        cmocka_unit_test(linear_solvers_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
