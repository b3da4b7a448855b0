/*
 * Gaussian averages of the logistic loss against adaptive quadrature, closed forms in the tail,
 * finite differences and symmetry.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <float.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "sgdlimit/loss.h"
#include "src/loss/averages/normal.h"

enum { FIELDS = 8, PIECES = 64, INTERVALS = 200 };

static const char *const field_name[FIELDS] = {"f", "g", "h", "g2", "h1", "h2", "g2_1", "g2_2"};

static void unpack(const sgdl_logistic_averages_t *a, double value[FIELDS])
{
    const double copy[FIELDS] = {a->f, a->g, a->h, a->g2, a->h1, a->h2, a->g2_1, a->g2_2};
    memcpy(value, copy, sizeof copy);
}

static void average(double m, double B, double value[FIELDS])
{
    sgdl_logistic_averages_t a;
    sgdl_logistic_average(m, B, &a);
    unpack(&a, value);
}

/* Field k of the loss at z, from its definition. */
static double field(int k, double z)
{
    const double s = z >= 0 ? 1 / (1 + exp(-z)) : exp(z) / (1 + exp(z));  /* s(z) */
    const double c = z <= 0 ? 1 / (1 + exp(z)) : exp(-z) / (1 + exp(-z)); /* s(-z) */
    switch (k) {
    case 0:
        return z > 0 ? log1p(exp(-z)) : log1p(exp(z)) - z;
    case 1:
        return -c;
    case 2:
        return s * c;
    case 3:
        return c * c;
    case 4:
        return -s * c * tanh(z / 2); /* c - s, also next to 0 */
    case 5:
        return s * c * ((c - s) * (c - s) - 2 * s * c);
    case 6:
        return -2 * s * c * c;
    default:
        return 2 * s * s * c * c - 2 * s * c * c * (c - s);
    }
}

struct integrand {
    int field;
    double m, sigma;
    int absolute;
};

static double integrand(double x, void *context)
{
    const struct integrand *self = (const struct integrand *)context;
    const double phi = field(self->field, self->m + self->sigma * x);
    return (self->absolute ? fabs(phi) : phi) * exp(-x * x / 2) / sqrt(2 * M_PI);
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Points in x that surround every place where the mass of a field can sit. */
static size_t break_points(double m, double sigma, double *point)
{
    const double z[] = {-60, -25, -8, -1.3169578969248167, -M_LN2, 0, 1.3169578969248167,
                        8,   25,  60};
    const double x[] = {-9.5, -3, 0, 3, 9.5};
    const double tilt[] = {-2, -1, 0, 1};
    size_t count = 0;
    for (size_t i = 0; i < sizeof z / sizeof *z; i++)
        if (sigma > 0 && fabs((z[i] - m) / sigma) < 700)
            point[count++] = (z[i] - m) / sigma;
    for (size_t k = 0; k < sizeof tilt / sizeof *tilt; k++)
        for (size_t i = 0; i < sizeof x / sizeof *x; i++)
            point[count++] = tilt[k] * sigma + x[i];
    qsort(point, count, sizeof *point, compare_doubles);
    return count;
}

/* E phi (or E|phi|) of a field by adaptive quadrature on intervals that know where the mass is. */
static double reference(gsl_integration_workspace *space, int k, double m, double B, int absolute)
{
    struct integrand self = {k, m, sqrt(B), absolute};
    gsl_function f = {integrand, &self};
    double point[PIECES];
    const size_t count = break_points(m, self.sigma, point);
    double sum = 0;
    for (size_t i = 0; i + 1 < count; i++) {
        double value = 0;
        double error = 0;
        if (point[i + 1] <= point[i] || point[i + 1] < -39 || point[i] > 39)
            continue;
        /* rounding is reported as a failure: the comparison itself judges */
        (void)gsl_integration_qag(&f, fmax(point[i], -39), fmin(point[i + 1], 39), 0, 2e-14,
                                  INTERVALS, GSL_INTEG_GAUSS31, space, &value, &error);
        sum += value;
    }
    return sum;
}

static void check_against_quadrature(double m, double B, double tolerance)
{
    gsl_integration_workspace *space = gsl_integration_workspace_alloc(INTERVALS);
    double value[FIELDS];
    assert_non_null(space);
    average(m, B, value);
    for (int k = 0; k < FIELDS; k++) {
        const double size = reference(space, k, m, B, 1);
        if (size < 1e-290)
            continue;
        const double expected = reference(space, k, m, B, 0);
        const double deviation = fabs(value[k] - expected) / size;
        if (!(deviation <= tolerance))
            fail_msg("E %s at m = %.17g, B = %.17g: %.17g, not %.17g (off by %.2g)", field_name[k],
                     m, B, value[k], expected, deviation);
    }
    gsl_integration_workspace_free(space);
}

static void matches_quadrature(void **state)
{
    (void)state;
    const double m[] = {0, 0.3, 1, 4.2, 9, 21.8, 50, 130, 500};
    const double B[] = {0, 1e-12, 1e-6, 1e-3, 0.1, 0.9, 1, 1.3, 9.3, 16.5, 100, 400, 3e3, 1e5};
    for (size_t i = 0; i < sizeof m / sizeof *m; i++)
        for (size_t j = 0; j < sizeof B / sizeof *B; j++)
            for (int sign = -1; sign <= 1; sign += 2)
                check_against_quadrature(sign * m[i], B[j], 5e-13);
}

static void matches_quadrature_where_the_tilted_mass_leaves_the_origin(void **state)
{
    (void)state;
    const double gap[] = {-20, 0, 20, 38, 40, 42, 80};
    const double B[] = {0.5, 1.5, 10, 60, 200};
    for (size_t i = 0; i < sizeof gap / sizeof *gap; i++)
        for (size_t j = 0; j < sizeof B / sizeof *B; j++)
            for (int k = 1; k <= 2; k++)
                for (int sign = -1; sign <= 1; sign += 2)
                    check_against_quadrature(sign * (k * B[j] + gap[i]), B[j], 5e-13);
}

/* The density behind it all, where the exponent's own rounding would cost 1e-13. */
static void density_keeps_its_last_digits(void **state)
{
    (void)state;
    for (double x = 0.1; x < 700; x *= 1.37)
        for (double v = 0.3; v < 2e5; v *= 3.1) {
            const long double expected = expl(-(long double)x * x / (2 * (long double)v));
            if (expected > 1e-290L)
                assert_true(fabsl(normal_gauss((pair_t){x, 0}, (pair_t){v, 0}) / expected - 1) <
                            5e-16L);
        }
    const pair_t sum = pair_sum(1, 1e-20);
    assert_true(sum.high == 1 && sum.low == 1e-20);
}

static void is_exact_without_variance(void **state)
{
    (void)state;
    const double m[] = {-500, -40, -3, -0.1, 0, 0.1, 3, 40, 500};
    for (size_t i = 0; i < sizeof m / sizeof *m; i++) {
        double value[FIELDS];
        average(m[i], 0, value);
        for (int k = 0; k < FIELDS; k++) {
            const double expected = field(k, m[i]);
            assert_true(fabs(value[k] - expected) <= 4e-15 * fabs(field(k, m[i])) + 1e-300 ||
                        (k >= 4 && fabs(value[k] - expected) <= 2e-15 * field(2, m[i])));
        }
        double negative[FIELDS];
        average(m[i], -1e-20, negative); /* a variance below zero by rounding */
        assert_memory_equal(negative, value, sizeof value);
    }
}

/* Where z is large under the tilted law, f = -f' = f'' = e^-z and f'^2 = e^-2z. */
static void keeps_relative_accuracy_in_the_tail(void **state)
{
    (void)state;
    const double m[] = {60, 120, 300, 420, 500};
    const double B[] = {0, 0.4, 1, 3, 7};
    for (size_t i = 0; i < sizeof m / sizeof *m; i++)
        for (size_t j = 0; j < sizeof B / sizeof *B; j++) {
            double value[FIELDS];
            average(m[i], B[j], value);
            const double e1 = exp(-m[i] + B[j] / 2);
            const double e2 = exp(-2 * m[i] + 2 * B[j]);
            const double expected[FIELDS] = {e1, -e1, e1, e2, -e1, e1, -2 * e2, 4 * e2};
            for (int k = 0; k < FIELDS; k++)
                if (fabs(expected[k]) > 1e-290)
                    assert_true(fabs(value[k] / expected[k] - 1) < 3e-13);
        }
}

/* Far tail with a spread that e^-m+B/2 alone does not show: m = B + 12 sigma. */
static void follows_the_mass_when_it_is_wide(void **state)
{
    (void)state;
    const double B[] = {50, 200, 600};
    for (size_t j = 0; j < sizeof B / sizeof *B; j++) {
        const double m = B[j] + 12 * sqrt(B[j]);
        double value[FIELDS];
        average(m, B[j], value);
        const double e1 = exp(-m + B[j] / 2);
        for (int k = 0; k < 3; k++)
            assert_true(fabs(fabs(value[k]) / e1 - 1) < 3e-13);
    }
}

/* d E phi/dm = E phi', d E phi/dB = E phi''/2: central differences with one extrapolation. */
static void obeys_bonnet_and_price(void **state)
{
    (void)state;
    const double m[] = {-30, -4, -0.5, 0.7, 3, 12};
    const double B[] = {0.3, 0.98, 1.02, 5, 40, 2000};
    for (size_t i = 0; i < sizeof m / sizeof *m; i++)
        for (size_t j = 0; j < sizeof B / sizeof *B; j++) {
            double slope[2][FIELDS];
            for (int which = 0; which < 2; which++) {
                const double step = which == 0 ? 0.01 : 0.01 * fmin(B[j], 1);
                double v[4][FIELDS];
                for (int s = 0; s < 4; s++) {
                    const double shift = step * (const double[]){-2, -1, 1, 2}[s];
                    average(m[i] + (which == 0 ? shift : 0), B[j] + (which == 1 ? shift : 0), v[s]);
                }
                for (int k = 0; k < FIELDS; k++)
                    slope[which][k] = (8 * (v[2][k] - v[1][k]) - (v[3][k] - v[0][k])) / (12 * step);
            }
            double a[FIELDS];
            average(m[i], B[j], a);
            const double pair[][2] = {{slope[0][0], a[1]},     {slope[0][1], a[2]},
                                      {slope[0][2], a[4]},     {slope[0][3], a[6]},
                                      {slope[0][4], a[5]},     {slope[0][6], a[7]},
                                      {slope[1][0], a[2] / 2}, {slope[1][1], a[4] / 2},
                                      {slope[1][2], a[5] / 2}, {slope[1][3], a[7] / 2}};
            for (size_t k = 0; k < sizeof pair / sizeof *pair; k++) {
                /* rounding of values as large as f over the step, and the fifth derivative */
                const double size = fabs(pair[k][1]) + a[2] + 1e-5 * fmin(a[0], 1);
                assert_true(fabs(pair[k][0] - pair[k][1]) <
                            1e-6 * size + 1e-12 * (a[0] + 1) / fmin(B[j], 1));
            }
        }
}

/* Two methods meet at B = 1: nothing but the true derivative may show across it. */
static void has_no_seam(void **state)
{
    (void)state;
    for (double m = -40; m <= 500; m += 3.7) {
        double below[FIELDS];
        double above[FIELDS];
        average(m, nextafter(1, 0), below);
        average(m, 1, above);
        const double size[FIELDS] = {above[0], -above[1], above[2], above[3],
                                     above[2], above[2],  above[3], above[3]};
        for (int k = 0; k < FIELDS; k++)
            assert_true(size[k] < 1e-290 || fabs(above[k] - below[k]) <= 1e-13 * size[k]);
    }
    for (double B = 0.01; B < 1e5; B *= 1.7) { /* and at m = 0, where the side changes */
        double left[FIELDS];
        double right[FIELDS];
        average(-1e-16, B, left);
        average(1e-16, B, right);
        for (int k = 0; k < FIELDS; k++)
            assert_true(fabs(left[k] - right[k]) <= 1e-14 * (k == 0 ? right[0] : 1) &&
                        fabs(left[k] - right[k]) <= 1e-13 * (k == 0 ? right[0] : right[2]) +
                                                        (k == 1 || k == 3 ? 1e-14 : 0));
    }
}

/* s(-z) = 1 - s(z). */
static void obeys_the_reflection(void **state)
{
    (void)state;
    for (double m = 0; m < 400; m = 1.5 * m + 0.1)
        for (double B = 0.01; B < 1e5; B *= 3) {
            double left[FIELDS];
            double right[FIELDS];
            average(-m, B, left);
            average(m, B, right);
            assert_true(fabs(left[0] - right[0] - m) <= 1e-14 * left[0]);
            assert_true(fabs(left[1] + right[1] + 1) <= 1e-14);
            assert_true(fabs(left[2] - right[2]) <= 1e-14 * right[2]);
            assert_true(fabs(left[4] + right[4]) <= 1e-14 * right[2]);
            assert_true(fabs(left[5] - right[5]) <= 1e-14 * right[2]);
            /* E s(z)s(-z) = E s(-z) - E s(-z)^2 ties the fields to one another */
            assert_true(fabs(right[2] + right[1] + right[3]) <= 1e-14 * -right[1]);
            assert_true(fabs(left[2] + left[1] + left[3]) <= 1e-14);
        }
}

static void is_sane_beyond_its_domain(void **state)
{
    (void)state;
    const double m[] = {0, DBL_MIN, 1e3, 1e17, 1e155, 1e308};
    const double B[] = {0, DBL_MIN, 0.5, 1, 1e9, 1e17, 1e155, 1e308};
    for (size_t i = 0; i < sizeof m / sizeof *m; i++)
        for (size_t j = 0; j < sizeof B / sizeof *B; j++)
            for (int sign = -1; sign <= 1; sign += 2) {
                double v[FIELDS];
                average(sign * m[i], B[j], v);
                for (int k = 0; k < FIELDS; k++)
                    assert_true(isfinite(v[k]));
                assert_true(v[0] >= 0 && v[1] <= 0 && v[1] >= -1 && v[2] >= 0 && v[2] <= 0.25 &&
                            v[3] >= 0 && v[3] <= 1);
            }
    double v[FIELDS];
    average(NAN, 1, v);
    assert_true(isnan(v[0]) && isnan(v[7]));
    average(1, INFINITY, v);
    assert_true(isnan(v[0]) && isnan(v[7]));
}

static void *average_in_thread(void *context)
{
    average(3, 20, (double *)context);
    return NULL;
}

static void agrees_between_threads(void **state)
{
    (void)state;
    enum { THREADS = 4 };
    pthread_t thread[THREADS];
    double value[THREADS][FIELDS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, average_in_thread, value[i]), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(thread[i], NULL), 0);
    double here[FIELDS];
    average(3, 20, here);
    for (int i = 0; i < THREADS; i++)
        assert_memory_equal(value[i], here, sizeof here);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_between_threads),
        cmocka_unit_test(matches_quadrature),
        cmocka_unit_test(matches_quadrature_where_the_tilted_mass_leaves_the_origin),
        cmocka_unit_test(density_keeps_its_last_digits),
        cmocka_unit_test(is_exact_without_variance),
        cmocka_unit_test(keeps_relative_accuracy_in_the_tail),
        cmocka_unit_test(follows_the_mass_when_it_is_wide),
        cmocka_unit_test(obeys_bonnet_and_price),
        cmocka_unit_test(has_no_seam),
        cmocka_unit_test(obeys_the_reflection),
        cmocka_unit_test(is_sane_beyond_its_domain),
    };
    (void)gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
