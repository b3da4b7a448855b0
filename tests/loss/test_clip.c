/*
 * Averages of clipped gradients against integrals of the clipped gradient itself with Hermite
 * polynomials (integration by parts makes H, H_m, ... of them, kinks included), differences, and
 * the limits in which nothing or everything is clipped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>

#include "sgdlimit/loss.h"
#include "src/loss/clip.h"

enum { FIELDS = 9, PIECES = 80, INTERVALS = 200 };

static const char *const names[FIELDS] = {"G", "H", "Q", "G_B", "H_m", "H_B", "Q_m", "Q_B", "risk"};

typedef struct problem {
    const sgdl_loss_t *loss;
    sgdl_targets_t targets;
    size_t label;
    double threshold;
} problem_t;

static void average(const problem_t *self, double m, double B, double value[FIELDS])
{
    sgdl_averages_t out = {.G = &value[0],
                           .H = &value[1],
                           .Q = &value[2],
                           .G_B = &value[3],
                           .H_m = &value[4],
                           .H_B = &value[5],
                           .Q_m = &value[6],
                           .Q_B = &value[7]};
    clip_average(self->loss, self->threshold, &self->targets, self->label, m, B, &out);
    value[8] = out.risk;
}

static const double plus_minus[] = {-1, 1}, zero_one[] = {0, 1};

static problem_t problem(const sgdl_loss_t *loss, size_t label, double noise, double threshold)
{
    return (problem_t){
        loss, {1, 2, loss == &sgdl_loss_logistic ? zero_one : plus_minus, noise}, label, threshold};
}

/* ghat^power times a Hermite polynomial of x and the normal density; the derivative at power 0. */
typedef struct integrand {
    const problem_t *problem;
    double y, m, sigma;
    int power, hermite;
    int absolute;
} integrand_t;

static double slope(const sgdl_loss_t *loss, double r)
{
    if (loss == &sgdl_loss_least_squares)
        return 1;
    return 1 / (2 + exp(r) + exp(-r));
}

static double integrand(double x, void *context)
{
    const integrand_t *self = (const integrand_t *)context;
    const double he[4] = {1, x, x * x - 1, x * x * x - 3 * x};
    const double r = self->m + self->sigma * x, t = self->problem->threshold;
    double g;
    self->problem->loss->gradient(1, &r, &self->y, &g);
    const double clipped = clip_gradient(g, t);
    double value = he[self->hermite] * exp(-x * x / 2) / sqrt(2 * M_PI);
    if (self->power == 0)
        value *= fabs(g) <= t ? slope(self->problem->loss, r) : 0;
    else
        value *= self->power == 1 ? clipped : clipped * clipped;
    return self->absolute ? fabs(value) : value;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Kinks, where the loss bends, and where its mass may sit. */
static size_t break_points(const integrand_t *self, double *point)
{
    const double z[] = {-60, -25, -8, -2, 0, 2, 8, 25, 60};
    const double x[] = {
        -37, -23, -14, -9.5, -5, -3, -1.7320508075688772, -1, 0, 1, 1.7320508075688772,
        3,   5,   9.5, 14,   23, 37};
    const double t = self->problem->threshold, edge = t < 1 ? log((1 - t) / t) : 0;
    const double kink[] = {self->y - t, self->y + t, edge, -edge};
    size_t count = 0;
    for (size_t i = 0; i < sizeof z / sizeof *z; i++)
        point[count++] = (z[i] - self->m) / self->sigma;
    for (size_t i = 0; i < sizeof kink / sizeof *kink; i++)
        point[count++] = (kink[i] - self->m) / self->sigma;
    for (size_t i = 0; i < sizeof x / sizeof *x; i++) {
        point[count++] = x[i];
        if (self->sigma < 10) {
            point[count++] = x[i] - self->sigma;
            point[count++] = x[i] + self->sigma;
        }
    }
    qsort(point, count, sizeof *point, by_value);
    return count;
}

static double integral(gsl_integration_workspace *space, const integrand_t *self)
{
    gsl_function f = {integrand, (void *)(uintptr_t)self};
    double point[PIECES], sum = 0;
    const size_t count = break_points(self, point);
    for (size_t i = 0; i + 1 < count; i++) {
        double value = 0, error = 0;
        if (point[i + 1] <= point[i] || point[i + 1] < -37 || point[i] > 37)
            continue;
        (void)gsl_integration_qag(&f, fmax(point[i], -37), fmin(point[i + 1], 37), 0, 1e-13,
                                  INTERVALS, GSL_INTEG_GAUSS31, space, &value, &error);
        sum += value;
    }
    return sum;
}

static void check(const problem_t *problem, double m, double B, double tolerance)
{
    gsl_integration_workspace *space = gsl_integration_workspace_alloc(INTERVALS);
    const double sigma = sqrt(B);
    const struct {
        int power, hermite;
        double scale;
    } rows[8] = {{1, 0, 1},     {0, 0, 1},    {2, 0, 1},
                 {1, 2, B * 2}, {1, 2, B},    {1, 3, 2 * B * sigma},
                 {2, 1, sigma}, {2, 2, 2 * B}};
    double value[FIELDS];
    assert_non_null(space);
    average(problem, m, B, value);
    for (size_t k = 0; k < 8; k++) {
        double expected = 0, size = 0;
        for (size_t l = 0; l < 2; l++) {
            integrand_t f = {
                problem, problem->targets.target[l], m, sigma, rows[k].power, rows[k].hermite, 0};
            const double p =
                sgdl_targets_probability(&problem->targets, problem->label, l) / rows[k].scale;
            if (p == 0)
                continue;
            expected += p * integral(space, &f);
            f.absolute = 1;
            size += p * integral(space, &f);
        }
        /* under a wide law the loss's own derivatives are larger than the law's make theirs */
        if (k >= 3 && problem->loss == &sgdl_loss_logistic)
            size += k < 6 ? value[1] : fabs(value[1] * problem->threshold);
        if (size > 1e-290 && !(fabs(value[k] - expected) <= tolerance * size))
            fail_msg("%s, threshold %g, label %zu, noise %g: %s at m = %.17g, B = %.17g is %.17g, "
                     "not %.17g (off by %.2g)",
                     problem->loss->name, problem->threshold, problem->label,
                     problem->targets.noise, names[k], m, B, value[k], expected,
                     fabs(value[k] - expected) / size);
    }
    gsl_integration_workspace_free(space);
}

static const double thresholds[] = {1e-6, 0.03, 0.3, 0.5, 0.9, 1 - 1e-9, 1, 3, 40};

static void matches_integrals(void **state)
{
    (void)state;
    const double m[] = {-500, -30, -4.2, -0.7, 0, 1, 3.3, 9, 50, 300};
    const double B[] = {1e-4, 0.1, 0.9, 1.3, 16.5, 400, 3e3, 1e5};
    for (size_t t = 0; t < sizeof thresholds / sizeof *thresholds; t++)
        for (size_t i = 0; i < sizeof m / sizeof *m; i++)
            for (size_t j = 0; j < sizeof B / sizeof *B; j++)
                for (size_t loss = 0; loss < 2; loss++) {
                    const problem_t self = problem(sgdl_losses[loss], (i + j) % 2,
                                                   t % 2 == 1 ? 0.2 : 0, thresholds[t]);
                    /* two kinks are as far apart as their places in x can tell */
                    check(&self, m[i], B[j], 1e-11 + 3e-14 / thresholds[t]);
                }
}

/* The plain averages are the limit of loose thresholds. */
static void loose_clipping_is_none(void **state)
{
    (void)state;
    const double m[] = {-80, -3, -0.4, 0, 1, 6}, B[] = {0, 1e-9, 0.3, 1, 40, 1e4};
    for (size_t i = 0; i < sizeof m / sizeof *m; i++)
        for (size_t j = 0; j < sizeof B / sizeof *B; j++)
            for (size_t loss = 0; loss < 2; loss++)
                for (int infinite = 0; infinite < 2; infinite++) {
                    const double loose = loss == 0 ? 1 - 1e-15 : 1e6;
                    const problem_t self =
                        problem(sgdl_losses[loss], 1, 0.3, infinite ? INFINITY : loose);
                    double a[FIELDS], b[FIELDS];
                    average(&self, m[i], B[j], a);
                    sgdl_averages_t out = {.G = &b[0],
                                           .H = &b[1],
                                           .Q = &b[2],
                                           .G_B = &b[3],
                                           .H_m = &b[4],
                                           .H_B = &b[5],
                                           .Q_m = &b[6],
                                           .Q_B = &b[7]};
                    self.loss->average(&self.targets, 1, 1, &m[i], &B[j], &out);
                    b[8] = out.risk;
                    for (size_t k = 0; k < FIELDS; k++)
                        if (!(fabs(a[k] - b[k]) <= 1e-12 * (fabs(b[k]) + fmin(b[2], 1))))
                            fail_msg("%s: %s at m = %g, B = %g is %.17g, plain %.17g",
                                     self.loss->name, names[k], m[i], B[j], a[k], b[k]);
                }
}

/* Labels are mirror images, noise mixes them, the risk is the loss's own. */
static void labels_mirror_and_mix(void **state)
{
    (void)state;
    static const double sign[FIELDS] = {-1, 1, 1, -1, -1, 1, -1, 1, 1};
    for (size_t t = 0; t < sizeof thresholds / sizeof *thresholds; t++)
        for (size_t loss = 0; loss < 2; loss++)
            for (double m = -7; m < 8; m += 2.3)
                for (double B = 0; B < 100; B = 3 * B + 0.2) {
                    const problem_t one = problem(sgdl_losses[loss], 1, 0, thresholds[t]);
                    const problem_t other = problem(sgdl_losses[loss], 0, 0, thresholds[t]);
                    const problem_t noisy = problem(sgdl_losses[loss], 1, 0.3, thresholds[t]);
                    double a[FIELDS], b[FIELDS], c[FIELDS], mixed[FIELDS];
                    average(&one, m, B, a);
                    average(&other, -m, B, b);
                    average(&other, m, B, c);
                    average(&noisy, m, B, mixed);
                    for (size_t k = 0; k < FIELDS; k++) {
                        const double size = fabs(a[k]) + fabs(c[k]);
                        assert_true(fabs(a[k] - sign[k] * b[k]) <= 1e-14 * size);
                        assert_true(fabs(mixed[k] - (0.7 * a[k] + 0.3 * c[k])) <= 2e-13 * size);
                    }
                    const double risk = one.loss->risk(&one.targets, one.label, 1, &m, &B, NULL);
                    assert_true(fabs(a[8] - risk) <= 1e-15 * risk);
                }
}

/* At a point, on kinks too, and with hardly any variance. */
static void is_exact_without_variance(void **state)
{
    (void)state;
    for (size_t loss = 0; loss < 2; loss++) {
        const double t = 0.25, y = 1, edge = log((1 - t) / t);
        const double kink = loss == 0 ? edge : y - t;
        const problem_t self = problem(sgdl_losses[loss], 1, 0, t);
        const double variances[] = {0, 1e-300, 1e-99, 1e-40, 1e-18, -1e-20};
        for (int side = -1; side <= 1; side++)
            for (size_t v = 0; v < sizeof variances / sizeof *variances; v++) {
                const double m = kink + side * 0.1;
                double a[FIELDS], g;
                average(&self, m, variances[v], a);
                for (size_t k = 0; k < FIELDS; k++)
                    assert_true(isfinite(a[k]));
                self.loss->gradient(1, &m, &y, &g);
                assert_true(fabs(a[0] - clip_gradient(g, t)) < 1e-8);
                assert_true(side == 0 || fabs(a[1] - (side > 0 ? slope(self.loss, m) : 0)) < 1e-8);
                assert_true(a[1] >= 0 && a[1] <= slope(self.loss, m) * (1 + 1e-12));
            }
    }
}

/* Nothing but the derivatives shows where methods meet: thresholds one standard deviation apart,
 * the logistic loss clipped nowhere. */
static void has_no_seams(void **state)
{
    (void)state;
    for (double m = -3; m < 4; m += 0.7)
        for (double t = 0.05; t < 20; t *= 2) {
            const problem_t self = problem(&sgdl_loss_least_squares, 1, 0, t);
            double a[FIELDS], b[FIELDS];
            average(&self, m, 4 * t * t * (1 - 1e-15), a);
            average(&self, m, 4 * t * t * (1 + 1e-15), b);
            for (size_t k = 0; k < 3; k++)
                assert_true(fabs(a[k] - b[k]) <= 1e-13 * (a[1] + sqrt(a[2])) * (k == 2 ? t : 1));
        }
}

/* A row that only its gradient is known of: as the logistic one, and Huber's loss, clipped
 * further. */
static void huber(size_t outputs, const double *r, const double *target, double *g)
{
    (void)outputs;
    *g = clip_gradient(*r - *target, 1);
}

static void any_loss_is_clipped(void **state)
{
    (void)state;
    sgdl_loss_t rows[2] = {sgdl_loss_logistic, sgdl_loss_least_squares};
    rows[1].quadratic = false;
    rows[1].gradient = huber;
    for (size_t loss = 0; loss < 2; loss++)
        for (double t = 0.1; t < 0.95; t += 0.2)
            for (double m = -3; m < 4; m += 1.3)
                for (double B = 0; B < 100; B = 4 * B + 0.3) {
                    problem_t self = problem(sgdl_losses[loss], 1, 0.1, t);
                    double a[FIELDS], b[FIELDS];
                    average(&self, m, B, b);
                    self.loss = &rows[loss];
                    average(&self, m, B, a);
                    for (size_t k = 0; k < 8; k++) {
                        const bool derivative = B == 0 && k >= 3;
                        assert_true(derivative || fabs(a[k] - b[k]) < 1e-10);
                    }
                }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_integrals),     cmocka_unit_test(loose_clipping_is_none),
        cmocka_unit_test(labels_mirror_and_mix), cmocka_unit_test(is_exact_without_variance),
        cmocka_unit_test(has_no_seams),          cmocka_unit_test(any_loss_is_clipped),
    };
    (void)gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
