/* The misclassification: against closed forms, integrals over one variable and Monte Carlo. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <float.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sgdlimit/loss.h"
#include "tests/loss_checks.h"

enum { MOST = 16, PAIRS = MOST * (MOST + 1) / 2, LARGE = 100 };

/* Storage behind an sgdl_averages_t. */
/* ---- misclassification ---------------------------------------------------------------------- */

static void binary_error_is_the_normal_cdf(void **state)
{
    (void)state;
    for (double m = -30; m <= 30; m += 2.5)
        for (double B = 0.7; B < 100; B *= 4) {
            const double expected = gsl_cdf_ugaussian_Q(m / sqrt(B));
            if (expected > 1e-300)
                assert_near(sgdl_error_binary(m, B, 1), expected, 2e-13 * expected);
            assert_true(sgdl_error_binary(m, B, -1) == sgdl_error_binary(-m, B, 1));
        }
    assert_true(sgdl_error_binary(0, 0, 1) == 0.5 && sgdl_error_binary(0, 0, -1) == 0.5);
    assert_true(sgdl_error_binary(1, 0, 1) == 0 && sgdl_error_binary(1, 0, -1) == 1);
    assert_true(sgdl_error_binary(-1, -1e-20, 1) == 1);
    assert_true(sgdl_error_binary(1e308, 1e-308, -1) == 1);
}

/* How far a value may be from the truth: quadrature is near rounding, the lattice as it says. */
static double allowed(size_t L, double expected, double estimate)
{
    assert_true(estimate >= 0 && estimate < (L <= 4 ? 1e-11 : 1e-3));
    return L <= 4 ? 1e-12 * expected + 1e-15 : 2 * estimate;
}

static void argmax_error_of_two_is_closed(void **state)
{
    (void)state;
    const double m[2] = {0.4, -0.9};
    const double B[3] = {2, 0.5, 1.5};
    double estimate;
    const double expected = gsl_cdf_ugaussian_Q(1.3 / sqrt(2.5));
    assert_near(sgdl_error_argmax(2, m, B, 0, &estimate), expected, 1e-15);
    assert_near(sgdl_error_argmax(2, m, B, 1, NULL), 1 - expected, 1e-15);
    assert_true(estimate < 1e-15);
}

static void argmax_error_is_shared_when_all_are_alike(void **state)
{
    (void)state;
    for (size_t L = 1; L <= MOST; L++) {
        double m[MOST] = {0};
        double B[PAIRS] = {0};
        double estimate;
        const double expected = 1 - 1 / (double)L;
        assert_near(sgdl_error_argmax(L, m, B, L - 1, &estimate), expected, 1e-15);
        for (size_t a = 0; a < L; a++)
            B[packed(L, a, a)] = 1;
        const double value = sgdl_error_argmax(L, m, B, L / 2, &estimate);
        assert_near(value, expected, allowed(L, expected, estimate));
    }
}

static void argmax_error_of_constants(void **state)
{
    (void)state;
    const double zero[10] = {0};
    const double tied[4] = {1, 1, 0.5, 1};
    assert_near(sgdl_error_argmax(4, tied, zero, 0, NULL), 2.0 / 3, 1e-15);
    assert_true(sgdl_error_argmax(4, tied, zero, 2, NULL) == 1);
    const double first[4] = {3, 1, 2, -1};
    assert_true(sgdl_error_argmax(4, first, zero, 0, NULL) == 0);
    /* one number added to all outputs decides nothing: B = 1 1^T is as good as 0 */
    const double common[10] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    assert_near(sgdl_error_argmax(4, tied, common, 1, NULL), 2.0 / 3, 1e-15);
    assert_true(sgdl_error_argmax(4, first, common, 0, NULL) == 0);
    /* the same with B known up to rounding */
    double rounded[10];
    for (size_t i = 0; i < 10; i++)
        rounded[i] = common[i] + (i == 4 ? 8 * DBL_EPSILON : 0);
    assert_near(sgdl_error_argmax(4, tied, rounded, 1, NULL), 2.0 / 3, 1e-15);
    assert_true(sgdl_error_argmax(4, tied, rounded, 2, NULL) == 1);
    double many[MOST] = {0};
    double wide[PAIRS] = {0};
    many[1] = NAN;
    assert_true(isnan(sgdl_error_argmax(3, many, wide, 0, NULL)));
}

/* Differences that overflow must neither hang nor leave [0, 1]. */
static void argmax_error_survives_overflow(void **state)
{
    (void)state;
    const double scale[] = {1e-300, 1e150, 1.7e308};
    for (size_t L = 3; L <= 6; L++)
        for (size_t i = 0; i < 9; i++) {
            double m[MOST];
            double B[PAIRS] = {0};
            for (size_t a = 0; a < L; a++) {
                m[a] = (a % 2 == 0 ? 1 : -1) * scale[i / 3];
                B[packed(L, a, a)] = scale[i % 3] / (double)(a + 1);
            }
            for (size_t own = 0; own < L; own++) {
                const double value = sgdl_error_argmax(L, m, B, own, NULL);
                assert_true(isnan(value) || (value >= 0 && value <= 1));
            }
        }
}

/* Two outputs matter, the others are far below or equal to one of the two. */
static void argmax_error_of_two_within_many(void **state)
{
    (void)state;
    for (size_t L = 3; L <= 9; L++) {
        double m[MOST];
        double B[PAIRS] = {0};
        for (size_t a = 0; a < L; a++) {
            m[a] = -80 - (double)a;
            B[packed(L, a, a)] = 0.1 * (double)a;
        }
        m[1] = 0.4, m[L - 1] = -0.9;
        B[packed(L, 1, 1)] = 2, B[packed(L, L - 1, L - 1)] = 1.5, B[packed(L, 1, L - 1)] = 0.5;
        double estimate;
        const double expected = gsl_cdf_ugaussian_Q(1.3 / sqrt(2.5));
        const double value = sgdl_error_argmax(L, m, B, 1, &estimate);
        assert_near(value, expected, 1e-12 + 2 * estimate);
    }
    /* r_2 = r_1 with certainty: own wins against both or none, or shares with its twin */
    const double m[3] = {0.4, -0.9, -0.9};
    const double B[6] = {2, 0.5, 0.5, 1.5, 1.5, 1.5};
    const double loses = gsl_cdf_ugaussian_Q(1.3 / sqrt(2.5));
    assert_near(sgdl_error_argmax(3, m, B, 0, NULL), loses, 1e-12);
    assert_near(sgdl_error_argmax(3, m, B, 1, NULL), 1 - loses / 2, 1e-12);
}

/* r_a = m_a + c_a z with one z ~ N(0, 1): own wins on an interval of z. */
static void argmax_error_of_outputs_on_a_line(void **state)
{
    (void)state;
    gsl_rng *random = gsl_rng_alloc(gsl_rng_taus);
    assert_non_null(random);
    for (size_t trial = 0; trial < 200; trial++) {
        const size_t L = 2 + trial % 8;
        double m[MOST], c[MOST], B[PAIRS];
        for (size_t a = 0; a < L; a++)
            m[a] = gsl_ran_gaussian(random, 1), c[a] = gsl_ran_gaussian(random, 1);
        for (size_t a = 0; a < L; a++)
            for (size_t b = a; b < L; b++)
                B[packed(L, a, b)] = c[a] * c[b];
        for (size_t own = 0; own < L; own++) {
            double low = -INFINITY, high = INFINITY;
            for (size_t b = 0; b < L; b++) {
                const double edge = (m[b] - m[own]) / (c[own] - c[b]);
                if (c[own] > c[b])
                    low = fmax(low, edge);
                else if (b != own)
                    high = fmin(high, edge);
            }
            const double wins = fmax(gsl_cdf_ugaussian_P(high) - gsl_cdf_ugaussian_P(low), 0);
            /* the differences' covariance is known to rounding, the edges to its root */
            assert_near(sgdl_error_argmax(L, m, B, own, NULL), 1 - wins, 1e-6);
        }
    }
    gsl_rng_free(random);
}

/* r_a = v_a . z with z ~ N(0, I) in the plane: own wins in a sector, where every other output
 * leaves a half-plane. */
static void argmax_error_of_outputs_in_a_plane(void **state)
{
    (void)state;
    gsl_rng *random = gsl_rng_alloc(gsl_rng_taus);
    assert_non_null(random);
    for (size_t trial = 0; trial < 200; trial++) {
        const size_t L = 3 + trial % 4;
        double v[MOST][2], B[PAIRS];
        const double m[MOST] = {0};
        for (size_t a = 0; a < L; a++)
            v[a][0] = gsl_ran_gaussian(random, 1), v[a][1] = gsl_ran_gaussian(random, 1);
        for (size_t a = 0; a < L; a++)
            for (size_t b = a; b < L; b++)
                B[packed(L, a, b)] = v[a][0] * v[b][0] + v[a][1] * v[b][1];
        for (size_t own = 0; own < L; own++) {
            double first = NAN, least = 0, most = 0, estimate;
            for (size_t b = 0; b < L; b++) {
                if (b == own)
                    continue;
                const double angle = atan2(v[own][1] - v[b][1], v[own][0] - v[b][0]);
                first = isnan(first) ? angle : first;
                least = fmin(least, remainder(angle - first, 2 * M_PI));
                most = fmax(most, remainder(angle - first, 2 * M_PI));
            }
            const double wins = fmax(0.5 - (most - least) / (2 * M_PI), 0);
            const double value = sgdl_error_argmax(L, m, B, own, &estimate);
            assert_near(value, 1 - wins, L <= 4 ? 1e-9 : 1e-9 + 2 * estimate);
        }
    }
    gsl_rng_free(random);
}

struct equal {
    double gap, rest;
    size_t rivals;
};

/* Given own output's deviation x: some rival, independent given the common part, is above. */
static double equal_integrand(double x, void *context)
{
    const struct equal *self = (const struct equal *)context;
    const double above = gsl_cdf_ugaussian_Q((self->gap / self->rest) + x);
    return -expm1((double)self->rivals * log1p(-above)) * exp(-x * x / 2) / sqrt(2 * M_PI);
}

/* Equicorrelated outputs: the common part drops out and one integral is left. */
static void argmax_error_of_equicorrelated_outputs(void **state)
{
    (void)state;
    gsl_integration_workspace *space = gsl_integration_workspace_alloc(200);
    assert_non_null(space);
    const double gaps[] = {-2, 0.5, 3, 8};
    for (size_t L = 2; L <= MOST; L += L < 6 ? 1 : 5)
        for (size_t g = 0; g < sizeof gaps / sizeof *gaps; g++) {
            double m[MOST] = {0};
            double B[PAIRS];
            for (size_t a = 0; a < L; a++)
                for (size_t b = a; b < L; b++)
                    B[packed(L, a, b)] = a == b ? 2 : 0.9;
            m[L / 2] = gaps[g];
            struct equal context = {gaps[g], sqrt(1.1), L - 1};
            gsl_function f = {equal_integrand, &context};
            double expected = 0;
            double error = 0;
            (void)gsl_integration_qag(&f, -14, 14, 0, 1e-13, 200, GSL_INTEG_GAUSS31, space,
                                      &expected, &error);
            double estimate;
            const double value = sgdl_error_argmax(L, m, B, L / 2, &estimate);
            assert_near(value, expected, allowed(L, expected, estimate));
            assert_near(value, expected, 2e-3 * expected); /* also where errors are rare */
        }
    gsl_integration_workspace_free(space);
}

/* A random B = F F^T of given rank; the factor [L][rank] is handed out as well. */
static void random_gaussian(gsl_rng *rng, size_t L, size_t rank, double *m, double *B,
                            double factor[MOST][MOST])
{
    for (size_t a = 0; a < L; a++) {
        m[a] = 0.7 * gsl_ran_gaussian(rng, 1);
        for (size_t k = 0; k < rank; k++)
            factor[a][k] = gsl_ran_gaussian(rng, 1);
    }
    for (size_t a = 0; a < L; a++)
        for (size_t b = a; b < L; b++) {
            double sum = 0;
            for (size_t k = 0; k < rank; k++)
                sum += factor[a][k] * factor[b][k];
            B[packed(L, a, b)] = sum;
        }
}

static void argmax_error_matches_monte_carlo(void **state)
{
    (void)state;
    enum { SAMPLES = 100000 };
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    assert_non_null(rng);
    const size_t shape[][2] = {{3, 3}, {3, 1}, {4, 4}, {4, 2}, {5, 5}, {7, 3}, {10, 10}};
    for (size_t i = 0; i < sizeof shape / sizeof *shape; i++) {
        const size_t L = shape[i][0];
        double m[MOST], B[PAIRS], factor[MOST][MOST];
        size_t won[MOST] = {0};
        random_gaussian(rng, L, shape[i][1], m, B, factor);
        for (int n = 0; n < SAMPLES; n++) {
            double r[MOST];
            memcpy(r, m, sizeof r);
            for (size_t k = 0; k < shape[i][1]; k++) {
                const double y = gsl_ran_gaussian_ziggurat(rng, 1);
                for (size_t a = 0; a < L; a++)
                    r[a] += factor[a][k] * y;
            }
            size_t best = 0;
            for (size_t a = 1; a < L; a++)
                best = r[a] > r[best] ? a : best;
            won[best]++;
        }
        double total = 0;
        double doubt = 0;
        for (size_t a = 0; a < L; a++) {
            double estimate;
            const double wins = 1 - sgdl_error_argmax(L, m, B, a, &estimate);
            const double seen = (double)won[a] / SAMPLES;
            assert_near(seen, wins, 4.5 * sqrt(wins * (1 - wins) / SAMPLES) + 2e-5 + estimate);
            total += wins;
            doubt += estimate;
        }
        assert_near(total, 1, L <= 4 ? 1e-10 : doubt); /* some output wins */
    }
    gsl_rng_free(rng);
}

static void argmax_error_ignores_order_and_scale(void **state)
{
    (void)state;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    assert_non_null(rng);
    for (size_t L = 2; L <= 7; L++) {
        double m[MOST], B[PAIRS], factor[MOST][MOST], moved_m[MOST], moved_B[PAIRS];
        random_gaussian(rng, L, L, m, B, factor);
        for (size_t a = 0; a < L; a++) { /* reversed, scaled by 3, and a common 5 added */
            moved_m[L - 1 - a] = 3 * m[a] + 5;
            for (size_t b = a; b < L; b++)
                moved_B[packed(L, L - 1 - a, L - 1 - b)] = 9 * B[packed(L, a, b)] + 4;
        }
        double one, two;
        const double value = sgdl_error_argmax(L, m, B, 0, &one);
        assert_near(sgdl_error_argmax(L, moved_m, moved_B, L - 1, &two), value,
                    1e-11 + (L > 4 ? one + two : 0));
        assert_true(sgdl_error_argmax(L, m, B, 0, &two) == value && one == two);
    }
    gsl_rng_free(rng);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(binary_error_is_the_normal_cdf),
        cmocka_unit_test(argmax_error_of_two_is_closed),
        cmocka_unit_test(argmax_error_is_shared_when_all_are_alike),
        cmocka_unit_test(argmax_error_of_constants),
        cmocka_unit_test(argmax_error_survives_overflow),
        cmocka_unit_test(argmax_error_of_two_within_many),
        cmocka_unit_test(argmax_error_of_outputs_on_a_line),
        cmocka_unit_test(argmax_error_of_outputs_in_a_plane),
        cmocka_unit_test(argmax_error_of_equicorrelated_outputs),
        cmocka_unit_test(argmax_error_matches_monte_carlo),
        cmocka_unit_test(argmax_error_ignores_order_and_scale),
    };
    (void)gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
