/* Least squares on isotropic fixed data under a signal: known numbers, and integrals over the
 * spectrum of the sample covariance (Marchenko and Pastur), with a discrete Volterra equation of
 * mini-batches. */
#include "tests/fixed_data.h"

#include <string.h>

enum { NODES = 400, MOST = 200 };
static const double TIGHT = 1e-9;

typedef struct isotropic {
    double ratio, delta, noise2; /* |X*| = 1 */
    double start[2];             /* along X*, and across it */
    steps_t steps;
} isotropic_t;

static passed_t *pass_isotropic(const isotropic_t *self, sgdl_problem_t **problem)
{
    char text[1024];
    sgdl_error_t error = {0};
    (void)snprintf(text, sizeof text,
                   "loss: least-squares\ndata: {ratio: %.17g}\nridge: %.17g\nbatch: full\n"
                   "dimension: 2\nclasses: [{covariance: {family: isotropic}, mean: {family: "
                   "zero}}]\nteacher: {signal: {family: constant}, labels: linear, noise: %.17g}\n",
                   self->ratio, self->delta, sqrt(self->noise2));
    *problem = parse_problem(text);
    if (sgdl_problem_set_signal(*problem, (const double[]){1, 0}, 2, &error) != SGDL_OK ||
        sgdl_problem_set_start(*problem, self->start, 2, &error) != SGDL_OK ||
        sgdl_problem_validate(*problem, &error) != SGDL_OK)
        fail_msg("%s: %s", error.place, error.message);
    return pass_over(*problem, &self->steps);
}

typedef struct known {
    size_t t;
    double m, q, train;
} known_t;

static void check(isotropic_t self, const known_t *row, size_t count)
{
    sgdl_problem_t *problem;
    passed_t *passed = pass_isotropic(&self, &problem);
    for (size_t e = 0; e < count; e++) {
        const double found[] = {passed_at(passed, row[e].t, passed->at.overlap),
                                passed_norm2(passed, row[e].t), passed_train(passed, row[e].t)};
        const double expected[] = {row[e].m, row[e].q, row[e].train};
        for (size_t a = 0; a < 3; a++)
            if (!isnan(expected[a]))
                assert_close(found[a], expected[a], TIGHT, 0, "known");
    }
    passed_free(passed);
    sgdl_problem_free(problem);
}

static const isotropic_t descent = {3, 0.5 / 3, 0, {0.2, 1}, {.T = 199, .rate = 0.3, .second = 1}};
static const isotropic_t batches = {
    2, 0.05, 0.25, {0, 1}, {.T = 100, .rate = 0.2, .second = 1 / 0.3}};

static void full_batches_follow_known_numbers(void **state)
{
    (void)state;
    static const known_t row[] = {{0, .2, 1.04, .82},
                                  {1, .43, .6566, .2959},
                                  {2, .5555, .5886155, NAN},
                                  {10, .7824286488, .6414097138, .01772058701},
                                  {50, .813800309, .6721142268, NAN},
                                  {198, NAN, NAN, .01180622716},
                                  {199, .8138593384, .6721846125, NAN}};
    check(descent, row, 7);
}

static void fractions_follow_known_numbers(void **state)
{
    (void)state;
    static const known_t row[] = {{0, 0, 1, 1.125},
                                  {1, .2, .8141, .68555},
                                  {2, .338, .7485744767, NAN},
                                  {10, .7255372417, .8067570466, .1268323429},
                                  {50, .901325261, 1.008656497, NAN},
                                  {99, NAN, NAN, .07520236339},
                                  {100, .9139522789, 1.037545349, NAN}};
    static const known_t few[] = {{1, NAN, 1.045, NAN},
                                  {2, NAN, 1.06535, NAN},
                                  {10, NAN, 1.07135733, NAN},
                                  {50, NAN, 1.184541136, NAN},
                                  {100, NAN, 1.232911365, NAN}};
    check(batches, row, 7);
    check((isotropic_t){0.5, 0, 0.25, {0, 1}, {.T = 100, .rate = 0.1, .second = 5}}, few, 5);
}

static void momentum_follows_known_numbers(void **state)
{
    (void)state;
    static const known_t heavy[] = {{10, .9262908983, 1.165859347, NAN},
                                    {50, .9156024947, 1.023900143, NAN},
                                    {100, .9155711547, 1.023806915, NAN}};
    static const known_t nesterov[] = {{10, .9501466674, 1.121944524, NAN},
                                       {50, .9155612398, 1.023770531, NAN},
                                       {100, .9155711137, 1.023806762, NAN}};
    static const known_t increasing[] = {{10, .8803378365, .9645016347, NAN},
                                         {50, .9156345648, 1.023907701, NAN},
                                         {100, .9156017914, 1.02390425, NAN}};
    static const known_t noisy[] = {{10, .9262908983, 1.304651478, NAN},
                                    {50, .9156024947, 1.067241711, NAN},
                                    {100, .9155711547, 1.066847533, NAN}};
    isotropic_t problem = batches;
    problem.steps = (steps_t){.T = 100, .rate = 0.2, .momentum = 0.8, .second = 1};
    check(problem, heavy, 3);
    problem.steps.nesterov = true;
    check(problem, nesterov, 3);
    problem.steps.increasing = true;
    check(problem, increasing, 3);
    problem.steps = (steps_t){.T = 100, .rate = 0.2, .momentum = 0.8, .second = 2};
    check(problem, noisy, 3);
}

/* ---- integrals over the spectrum ---------------------------------------------------------------
 */

/* X_t = a(A) X* + b(A) X_0 + c(A) noise, A the sample covariance by alpha, at its eigenvalue x. */
typedef struct spectrum {
    size_t count;
    double x[NODES + 1], w[NODES + 1];
    double a[NODES + 1], b[NODES + 1], c[NODES + 1];
} spectrum_t;

static void spectrum_init(spectrum_t *self, double alpha)
{
    memset(self, 0, sizeof *self);
    for (size_t j = 1; j <= NODES; j++) {
        const double angle = (double)j * M_PI / (NODES + 1), half = 2 * sqrt(alpha);
        const double x = 1 + alpha + half * cos(angle), s = half * sin(angle);
        self->x[self->count] = x;
        self->w[self->count++] = s * s / (2 * (NODES + 1) * x);
    }
    self->w[self->count++] = fmax(1 - alpha, 0); /* the atom at 0 */
    for (size_t k = 0; k < self->count; k++)
        self->b[k] = 1;
}

typedef struct moments {
    double m, q, F; /* of full batches; F = E e^2 */
} moments_t;

static moments_t spectrum_moments(const spectrum_t *self, const isotropic_t *problem)
{
    const double m0 = problem->start[0], noise2 = problem->noise2, alpha = problem->ratio;
    const double q0 = m0 * m0 + problem->start[1] * problem->start[1];
    moments_t out = {0, 0, noise2};
    for (size_t k = 0; k < self->count; k++) {
        const double x = self->x[k], w = self->w[k], a = self->a[k], b = self->b[k], c = self->c[k];
        out.m += w * (a + b * m0);
        out.q += w * (a * a + 2 * a * b * m0 + b * b * q0 + c * c * x * noise2);
        out.F += w * x / alpha * ((a - 1) * (a - 1) + 2 * (a - 1) * b * m0 + b * b * q0);
        out.F += w * noise2 / alpha * (x * x * c * c - 2 * x * c);
    }
    return out;
}

static void spectrum_step(spectrum_t *self, double dt, double lambda)
{
    for (size_t k = 0; k < self->count; k++) {
        const double x = self->x[k];
        self->a[k] -= dt * ((lambda + x) * self->a[k] - x);
        self->b[k] -= dt * (lambda + x) * self->b[k];
        self->c[k] -= dt * ((lambda + x) * self->c[k] - 1);
    }
}

/* sum_j w_j x_j^power (1 - dt (x_j + lambda))^{2 age} */
static double kernel(const spectrum_t *self, int power, double dt, double lambda, size_t age)
{
    double sum = 0;
    for (size_t k = 0; k < self->count; k++)
        sum += self->w[k] * pow(self->x[k], power) *
               pow(1 - dt * (self->x[k] + lambda), 2 * (double)age);
    return sum;
}

static void check_spectrum(const isotropic_t *self, spectrum_t *spectrum)
{
    const double alpha = self->ratio, dt = self->steps.rate / alpha, lambda = self->delta * alpha,
                 noise = dt * dt * (self->steps.second - 1);
    double psi[MOST] = {0}, K[MOST], K2[MOST];
    sgdl_problem_t *problem;
    passed_t *passed = pass_isotropic(self, &problem);
    spectrum_init(spectrum, alpha);
    for (size_t t = 0; t < self->steps.T; t++) {
        moments_t expected = spectrum_moments(spectrum, self);
        for (size_t k = 0; k < t; k++) {
            expected.q += noise * K2[t - 1 - k] * psi[k];
            expected.F += noise * K[t - 1 - k] * psi[k];
        }
        psi[t] = expected.F;
        K[t] = kernel(spectrum, 2, dt, lambda, t) / alpha;
        K2[t] = kernel(spectrum, 1, dt, lambda, t);
        assert_close(passed_at(passed, t, passed->at.overlap), expected.m, 1e-12, 1e-12, "m");
        assert_close(passed_norm2(passed, t), expected.q, 1e-12, 1e-12, "q");
        assert_close(2 * passed_train(passed, t), expected.F, 1e-12, 1e-12, "E e^2");
        spectrum_step(spectrum, dt, lambda);
    }
    passed_free(passed);
    sgdl_problem_free(problem);
}

static void curves_are_integrals_over_the_spectrum(void **state)
{
    (void)state;
    spectrum_t *spectrum = calloc(1, sizeof *spectrum);
    check_spectrum(&descent, spectrum);
    check_spectrum(&batches, spectrum);
    free(spectrum);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_batches_follow_known_numbers),
        cmocka_unit_test(fractions_follow_known_numbers),
        cmocka_unit_test(momentum_follows_known_numbers),
        cmocka_unit_test(curves_are_integrals_over_the_spectrum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
