/* adagrad-norm, line-search and polyak in the equations: what they measure against differences
 * along the flow, and their Jacobians. */
#include "tests/curves.h"

#include <string.h>

#include "src/theories/streaming/driven.h"
#include "src/theories/streaming/newton.h"
#include "tests/coupled_loss.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- what is measured ------------------------------------------------------------------------
 */

static const char *const problems[] = {
    "loss: logistic, ridge: 0.2, batch: 3, gradient_noise: 0.4, intercept: 0.7, label_noise: 0.1, "
    "dimension: 40, classes: [{weight: 0.3, label: 1, covariance: {family: power-law, exponent: "
    "0.8}, mean: {family: gaussian}}, {weight: 0.7, label: 0, covariance: {family: isotropic, "
    "scale: 0.6}, mean: {family: power-law, exponent: 0.2}}]",
    "loss: least-squares, encoding: one-hot, ridge: 0.1, batch: 2, gradient_noise: 0.3, dimension: "
    "30, classes: [{weight: 0.2, label: 1, covariance: {family: power-law, exponent: 1}, mean: "
    "{family: gaussian}}, {weight: 0.3, label: 2, mean: {family: gaussian}}, {weight: 0.5, label: "
    "3, mean: {family: gaussian}}]",
    "# coupled\nloss: least-squares, encoding: one-hot, ridge: 0.1, intercept: 0.5, dimension: 9, "
    "classes: [{weight: 0.2, label: 1, covariance: {family: power-law, exponent: 1}, mean: "
    "{family: gaussian}}, {weight: 0.8, label: 2, mean: {family: gaussian}}]",
    "loss: least-squares, ridge: 0.3, gradient_noise: 0.2, dimension: 25, intercept: 0.4, teacher: "
    "{signal: {family: gaussian}, labels: linear, noise: 0.5}, classes: [{weight: 0.4, covariance: "
    "{family: power-law, exponent: 1}, mean: {family: gaussian}}, {weight: 0.6, mean: {family: "
    "constant, scale: 0.5}}]",
    "loss: logistic, ridge: 0.3, batch: 2, dimension: 25, teacher: {signal: {family: gaussian}, "
    "labels: logistic, steepness: 1.5}, classes: [{weight: 0.4, covariance: {family: power-law, "
    "exponent: 1}, mean: {family: gaussian}}, {weight: 0.6, mean: {family: constant, scale: 0.5}}]",
    "loss: least-squares, ridge: 0.1, dimension: 25, teacher: {signal: {family: gaussian}, labels: "
    "sign}, classes: [{covariance: {family: power-law, exponent: 1}, mean: {family: zero}}]",
};

typedef struct fixture {
    sgdl_problem_t *problem;
    sgdl_nodes_t nodes;
    sgdl_system_t system;
    double *y, *work; /* [length], [4*length] */
} fixture_t;

static void fixture_init(fixture_t *self, const char *text, const char *rate)
{
    char whole[2048];
    sgdl_error_t error = {0};
    bool coupled = strncmp(text, "# coupled\n", 10) == 0;
    (void)snprintf(whole, sizeof whole, "{learning_rate: %s, start: {norm2: 0.7}, %s}", rate,
                   text + (coupled ? 10 : 0));
    self->problem = parse_problem(whole);
    if (coupled)
        self->problem->loss = &coupled_loss;
    sgdl_mixture_t mixture = sgdl_problem_mixture(self->problem, &self->problem->plan);
    sgdl_quadrature_t quadrature = sgdl_problem_quadrature(self->problem, &self->problem->plan);
    rate_source_t source = rate_source_of(self->problem->learning_rate, self->problem->time);
    if (sgdl_nodes_init(&self->nodes, &mixture, &quadrature, &error) != SGDL_OK ||
        system_init(&self->system, self->problem, &self->problem->plan, &self->nodes, &source,
                    &error) != SGDL_OK)
        fail_msg("%s", error.message);
    const size_t length = self->system.length;
    self->y = calloc(5 * length, sizeof *self->y);
    assert_non_null(self->y);
    self->work = self->y + length;
    system_start(&self->system, self->y);
    for (int step = 0; step < 20; step++) { /* somewhere on the way */
        assert_int_equal(system_rhs(&self->system, 0, self->y, self->work), 0);
        for (size_t e = 0; e < length; e++)
            self->y[e] += 0.02 * self->work[e];
    }
    assert_int_equal(system_evaluate(&self->system, 0, self->y), 0);
}

static void fixture_free(fixture_t *self)
{
    free(self->y);
    system_free(&self->system);
    sgdl_nodes_free(&self->nodes);
    sgdl_problem_free(self->problem);
}

/* F = R + ridge/2 |X|^2, from order parameters and node by node. */
static double objective(fixture_t *f, const double *y)
{
    sgdl_system_t *system = &f->system;
    double norm2 = 0;
    assert_int_equal(system_average(system, y), 0);
    for (size_t a = 0; a < system->L; a++)
        for (size_t n = 0; n < system->N; n++)
            norm2 += f->nodes.weight[n] * y[system->S + system_diagonal(system, a) * system->N + n];
    for (size_t j = 0; j < system->k && f->problem->has_teacher; j++)
        for (size_t n = 0; n < system->N; n++)
            norm2 += 2 * f->problem->teacher.shift * f->nodes.weight[n] *
                     f->nodes.mean[(system->C * system->k + j) * system->N + n] *
                     y[system->A + j * system->N + n];
    return system_measured(system).risk + f->problem->ridge / 2 * norm2;
}

/* dF/dt under any rate is -gamma descent + gamma^2 curvature. */
static void progress_is_the_derivative_of_the_objective(void **unused)
{
    (void)unused;
    for (size_t v = 0; v < COUNT(problems); v++)
        for (double gamma = 0.2; gamma < 2; gamma *= 3) {
            fixture_t f;
            fixture_init(&f, problems[v], "{schedule: line-search}");
            const size_t length = f.system.length;
            const sgdl_measured_t measured = f.system.driven->measured;
            double *dy = f.work, *at = dy + length, moved[2];
            assert_true(measured.descent > 0 && measured.curvature > 0);
            assert_close(f.system.rate, measured.descent / (2 * measured.curvature), 0, 1e-14, "");
            assert_int_equal(system_set_rate(&f.system, gamma), 0);
            system_derivative(&f.system, f.y, dy);
            const double h = 1e-5;
            for (int side = 0; side < 2; side++) {
                for (size_t e = 0; e < length; e++)
                    at[e] = f.y[e] + (side ? h : -h) * dy[e];
                moved[side] = objective(&f, at);
            }
            assert_close((moved[1] - moved[0]) / (2 * h),
                         -gamma * measured.descent + gamma * gamma * measured.curvature,
                         2e-9 * (1 + gamma * gamma * measured.curvature), 0, problems[v]);
            fixture_free(&f);
        }
}

/* ---- Jacobians -------------------------------------------------------------------------------
 */

static const char *const rates[] = {"{schedule: adagrad-norm, eta: 0.9, b0: 0.4}",
                                    "{schedule: line-search}",
                                    "{schedule: polyak, factor: 0.8, risk_min: 0.05}"};

static uint64_t seed = 1;

static double draw(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(seed >> 11) / 9007199254740992.0 - 0.5;
}

static void jacobians_match_differences(void **unused)
{
    (void)unused;
    for (size_t v = 0; v < COUNT(problems) * COUNT(rates); v++) {
        fixture_t f;
        fixture_init(&f, problems[v / COUNT(rates)], rates[v % COUNT(rates)]);
        const size_t length = f.system.length;
        double *along = f.work, *at = along + length, *Jv = at + length, *moved = Jv + length;
        for (size_t e = 0; e < length; e++)
            along[e] = draw();
        system_jacobian_times(&f.system, f.y, along, Jv);
        double scale = 1;
        const double h = 1e-6;
        for (size_t e = 0; e < length; e++)
            scale = fmax(scale, fabs(Jv[e]));
        for (int side = -1; side <= 1; side += 2) {
            for (size_t e = 0; e < length; e++)
                at[e] = f.y[e] + side * h * along[e];
            assert_int_equal(system_rhs(&f.system, 0, at, moved), 0);
            for (size_t e = 0; e < length; e++)
                Jv[e] -= side * moved[e] / (2 * h);
        }
        for (size_t e = 0; e < length; e++)
            assert_close(Jv[e], 0, 1e-8 * scale, 0, problems[v / COUNT(rates)]);
        fixture_free(&f);
    }
}

/* Newton's systems: those of line search and polyak exactly, with adagrad's rate held. */
static void newton_solves_with_the_rate(void **unused)
{
    (void)unused;
    for (size_t v = 0; v < 3 * COUNT(problems) * COUNT(rates); v++) {
        const char *text = problems[v / 3 / COUNT(rates)];
        fixture_t f;
        newton_t newton;
        sgdl_error_t error = {0};
        fixture_init(&f, text, rates[v / 3 % COUNT(rates)]);
        const size_t length = f.system.length;
        const double h = (double[]){1e-2, 1, 30}[v % 3];
        double *b = f.work, *x = b + length, *Jx = x + length, *direction = Jx + length;
        for (size_t e = 0; e < length; e++)
            b[e] = draw();
        assert_int_equal(newton_init(&newton, &f.system, SGDL_LINEAR_STRUCTURED, &error), SGDL_OK);
        assert_true(!newton.setup || newton.setup(&newton, f.y, h, true) == 0);
        assert_int_equal(newton.solve(&newton, f.y, h, b, x), 0);
        system_jacobian_times(&f.system, f.y, x, Jx);
        if (f.system.accumulates) {
            const double change = driven_rate_change(&f.system, f.y, x);
            driven_direction(&f.system, f.y, direction);
            for (size_t e = 0; e < length; e++)
                Jx[e] -= change * direction[e];
        }
        double size = 1, residual = 0;
        for (size_t e = 0; e < length; e++) {
            size = fmax(size, fabs(x[e]) + fabs(h * Jx[e]));
            residual = fmax(residual, fabs(x[e] - h * Jx[e] - b[e]));
        }
        assert_close(residual / size, 0, 1e-11, 0, text);
        newton_free(&newton);
        fixture_free(&f);
    }
}

/* Noiseless least squares: |X - X*|^2 = E moves by -4 gamma R + 2 gamma^2 tr(K)/d R, least of all
 * rates under polyak with factor 2; with K = c it is line search. */
static void polyak_of_two_takes_the_distance_down_fastest(void **unused)
{
    (void)unused;
    static const char *const covariances[] = {"{family: power-law, exponent: 1.3, scale: 2}",
                                              "{family: isotropic, scale: 0.4}"};
    for (size_t v = 0; v < COUNT(covariances); v++) {
        char text[512];
        fixture_t f;
        (void)snprintf(text, sizeof text,
                       "loss: least-squares, dimension: 60, classes: [{covariance: %s, mean: "
                       "{family: zero}}], teacher: {signal: {family: gaussian}, labels: linear}",
                       covariances[v]);
        fixture_init(&f, text, "{schedule: polyak, factor: 2}");
        sgdl_system_t *system = &f.system;
        const double best = system->rate, risk = system_measured(system).risk;
        const double trace = f.nodes.trace[0];
        assert_close(best, 1 / trace, 0, 1e-14, "the rate");
        for (int e = -2; e <= 2; e++) {
            const double gamma = best * pow(1.1, e);
            double change = 0, *dy = f.work;
            assert_int_equal(system_set_rate(system, gamma), 0);
            system_derivative(system, f.y, dy);
            for (size_t n = 0; n < system->N; n++)
                change += f.nodes.weight[n] * dy[system->S + n];
            assert_close(change, -4 * gamma * risk + 2 * gamma * gamma * trace * risk, 0, 1e-12,
                         "d|X - X*|^2/dt");
            assert_true(e == 0 || change > -2 * risk / trace);
        }
        fixture_free(&f);
        fixture_init(&f, text, "{schedule: line-search}");
        if (v == 1)
            assert_close(f.system.rate, best, 0, 1e-13, "line search");
        fixture_free(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(progress_is_the_derivative_of_the_objective),
        cmocka_unit_test(jacobians_match_differences),
        cmocka_unit_test(newton_solves_with_the_rate),
        cmocka_unit_test(polyak_of_two_takes_the_distance_down_fastest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
