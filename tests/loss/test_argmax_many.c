/* The argmax error of many outputs: the expansion against closed orthants, structured covariances
 * against integrals over what they have in common, the rest against samples. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <string.h>

#include "sgdlimit/loss.h"
#include "src/loss/averages/bivariate.h"
#include "src/loss/errors/dependence.h"
#include "src/loss/order_parameters.h"
#include "tests/loss_checks.h"

enum { MOST = 100, PAIRS = MOST * (MOST + 1) / 2 };

/* ---- the expansion -------------------------------------------------------------------------- */

static double log_all(size_t n, const double *R, const double *z)
{
    double room[200];
    dependence_t part;
    assert_true(dependence_room(n) <= 200);
    assert_true(dependence_log(n, R, z, room, &part));
    return part.trees + part.loops + part.fourth + part.fifth;
}

/* What is left out falls like the sixth power of the correlation. */
static void pairs_are_expanded_to_fifth_order(void **state)
{
    (void)state;
    const double bounds[][2] = {{0, 0}, {0.7, -0.4}, {-1.5, 0.3}, {2, 2.5}};
    for (size_t i = 0; i < 4; i++)
        for (int sign = -1; sign <= 1; sign += 2) {
            double error[2];
            for (size_t e = 0; e < 2; e++) {
                const double rho = sign * (e == 0 ? 0.3 : 0.15);
                const double R[4] = {0, rho, rho, 0};
                error[e] = fabs(log_all(2, R, bounds[i]) -
                                log(bivariate_lower(bounds[i][0], bounds[i][1], rho)));
            }
            assert_true(error[0] < 5e-6);
            assert_true(error[1] < error[0] / 30);
        }
}

/* P(all of three below their means) = 1/8 + sum asin(rho)/(4 pi). */
static void triples_are_expanded_to_fifth_order(void **state)
{
    (void)state;
    const double base[][3] = {{0.3, 0.3, 0.3}, {0.35, -0.2, 0.3}, {-0.3, -0.25, -0.2}};
    for (size_t i = 0; i < 3; i++) {
        double error[2];
        for (size_t e = 0; e < 2; e++) {
            const double *c = base[i], s = e == 0 ? 1 : 0.5, z[3] = {0, 0, 0};
            const double R[9] = {0,        s * c[0], s * c[1], s * c[0], 0,
                                 s * c[2], s * c[1], s * c[2], 0};
            const double angles = asin(s * c[0]) + asin(s * c[1]) + asin(s * c[2]);
            error[e] = fabs(log_all(3, R, z) - log(1.0 / 8 + angles / (4 * M_PI)));
        }
        assert_true(error[0] < 1e-4);
        assert_true(error[1] < 6e-7);
    }
}

static void the_derivatives_of_log_phi_are_those(void **state)
{
    (void)state;
    const double h = 1e-3;
    for (double z = -6; z <= 6; z += 0.75) {
        const log_normal_t low = log_normal(z - h), at = log_normal(z), high = log_normal(z + h);
        assert_near(at.value, log(gsl_cdf_ugaussian_P(z)), 1e-13 * (1 + fabs(at.value)));
        assert_near(at.first, (high.value - low.value) / (2 * h), 2e-6);
        assert_near(at.second, (high.first - low.first) / (2 * h), 2e-6);
        assert_near(at.third, (high.second - low.second) / (2 * h), 2e-6);
        assert_near(at.fourth, (high.third - low.third) / (2 * h), 2e-6);
        assert_near(at.fifth, (high.fourth - low.fourth) / (2 * h), 1e-5);
    }
}

/* ---- structured covariances ----------------------------------------------------------------- */

/* P(some rival is above own), of independent outputs: over own's deviation. */
static double beaten(size_t L, const double *m, const double *D, size_t own)
{
    const double s = sqrt(D[own]), h = 0.02;
    double sum = 0;
    for (double x = -20; x < 12; x += h) {
        double log_wins = 0;
        for (size_t b = 0; b < L; b++)
            if (b != own)
                log_wins += log1p(-gsl_cdf_ugaussian_Q((m[own] + s * x - m[b]) / sqrt(D[b])));
        sum -= h * expm1(log_wins) * exp(-x * x / 2) / sqrt(2 * M_PI);
    }
    return sum;
}

/* Unequal variances and means, a shift c_a + c_b on top that decides nothing; to rare errors. */
static void independent_outputs_up_to_shifts(void **state)
{
    (void)state;
    static double m[MOST], D[MOST], B[PAIRS];
    const size_t outputs[] = {3, 4, 5, 10, 30, 100};
    const double leads[] = {-1, 0.5, 3, 9};
    for (size_t i = 0; i < 6; i++)
        for (size_t e = 0; e < 4; e++) {
            const size_t L = outputs[i], own = L / 3;
            for (size_t a = 0; a < L; a++) {
                D[a] = 1 / (1 + 0.2 * (double)(a % 7)) + (a == own ? 0.5 : 0);
                m[a] = 0.3 * cos((double)a);
            }
            m[own] = leads[e];
            for (size_t a = 0; a < L; a++)
                for (size_t b = a; b < L; b++)
                    B[packed(L, a, b)] =
                        0.1 * (sin((double)a) + sin((double)b)) + (a == b ? D[a] : 0);
            double estimate;
            const double expected = beaten(L, m, D, own);
            const double value = sgdl_error_argmax(L, m, B, own, &estimate);
            assert_near(value, expected, 2e-8 * expected);
            assert_true(estimate < 2e-6 * expected);
        }
}

static void rare_errors_are_relative(void **state)
{
    (void)state;
    double m[10] = {0}, D[10], B[55] = {0};
    for (size_t a = 0; a < 10; a++)
        B[packed(10, a, a)] = D[a] = 1 + 0.1 * (double)a;
    for (m[4] = 10; m[4] < 24; m[4] += 4) {
        const double expected = beaten(10, m, D, 4);
        assert_true(expected > 0 && expected < 1e-7);
        assert_near(sgdl_error_argmax(10, m, B, 4, NULL), expected, 1e-8 * expected);
    }
    assert_true(sgdl_error_argmax(10, m, B, 4, NULL) < 1e-30);
}

/* A factor, strong or weak: an average over it of what is above. */
static void one_strong_factor(void **state)
{
    (void)state;
    enum { L = 8 };
    for (double strength = 0.3; strength < 4; strength *= 3)
        for (double lead = 0; lead < 9; lead += 4) {
            double m[L], D[L], B[L * (L + 1) / 2], w[L], expected = 0;
            const double h = 0.1;
            for (size_t a = 0; a < L; a++) {
                w[a] = strength * sin(1 + 2 * (double)a);
                D[a] = 0.6 + 0.1 * (double)a;
                m[a] = a == 3 ? lead : 0.2 * (double)a;
            }
            for (size_t a = 0; a < L; a++)
                for (size_t b = a; b < L; b++)
                    B[packed(L, a, b)] = w[a] * w[b] + (a == b ? D[a] : 0);
            for (double x = -9; x < 9; x += h) {
                double moved[L];
                for (size_t a = 0; a < L; a++)
                    moved[a] = m[a] + w[a] * x;
                expected += h * exp(-x * x / 2) / sqrt(2 * M_PI) * beaten(L, moved, D, 3);
            }
            double estimate;
            const double value = sgdl_error_argmax(L, m, B, 3, &estimate);
            assert_near(value, expected, 2 * estimate + 1e-8 * expected);
            assert_true(estimate < 3e-6 * fmin(1, 100 * expected));
        }
}

/* ---- without structure ---------------------------------------------------------------------- */

/* B = F F^T/rank of rank 3 L. */
static void wishart(gsl_rng *rng, size_t L, double *m, double *B, double factor[][MOST])
{
    const size_t rank = 3 * L;
    for (size_t a = 0; a < L; a++) {
        m[a] = 0.7 * gsl_ran_gaussian(rng, 1);
        for (size_t k = 0; k < rank; k++)
            factor[a][k] = gsl_ran_gaussian(rng, 1) / sqrt((double)rank);
    }
    for (size_t a = 0; a < L; a++)
        for (size_t b = a; b < L; b++) {
            B[packed(L, a, b)] = 0;
            for (size_t k = 0; k < rank; k++)
                B[packed(L, a, b)] += factor[a][k] * factor[b][k];
        }
}

static void some_output_wins(void **state)
{
    (void)state;
    static double m[MOST], B[PAIRS], factor[MOST][MOST];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    assert_non_null(rng);
    for (size_t L = 5; L <= 33; L += 7) {
        double total = 0, doubt = 0;
        wishart(rng, L, m, B, factor);
        for (size_t a = 0; a < L; a++) {
            double estimate;
            total += 1 - sgdl_error_argmax(L, m, B, a, &estimate);
            doubt += estimate;
        }
        assert_near(total, 1, fmin(doubt, 1e-4));
    }
    gsl_rng_free(rng);
}

/* By plain sampling. */
static void general_covariances_match_averages(void **state)
{
    (void)state;
    enum { L = 10, RANK = 3 * L, POINTS = 60000 };
    static double m[MOST], B[PAIRS], factor[MOST][MOST];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    assert_non_null(rng);
    for (size_t trial = 0; trial < 3; trial++) {
        size_t won[L] = {0};
        wishart(rng, L, m, B, factor);
        for (int p = 0; p < POINTS; p++) {
            double r[L];
            memcpy(r, m, sizeof r);
            for (size_t k = 0; k < RANK; k++) {
                const double x = gsl_ran_gaussian_ziggurat(rng, 1);
                for (size_t a = 0; a < L; a++)
                    r[a] += factor[a][k] * x;
            }
            size_t best = 0;
            for (size_t a = 1; a < L; a++)
                best = r[a] > r[best] ? a : best;
            won[best]++;
        }
        for (size_t a = 0; a < L; a++) {
            const double wins = 1 - sgdl_error_argmax(L, m, B, a, NULL);
            assert_near((double)won[a] / POINTS, wins,
                        4.5 * sqrt(wins * (1 - wins) / POINTS) + 2e-5);
        }
    }
    gsl_rng_free(rng);
}

/* Along a line of covariances fourth differences are rounding, not seams. */
static void errors_are_smooth(void **state)
{
    (void)state;
    enum { L = 10, POINTS = 40 };
    static double m[MOST], B[PAIRS], to[PAIRS], at[PAIRS], factor[MOST][MOST];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    assert_non_null(rng);
    wishart(rng, L, m, B, factor);
    wishart(rng, L, m, to, factor);
    double value[POINTS];
    for (size_t i = 0; i < POINTS; i++) {
        const double t = 2e-3 * (double)i;
        for (size_t p = 0; p < L * (L + 1) / 2; p++)
            at[p] = (1 - t) * B[p] + t * to[p];
        value[i] = sgdl_error_argmax(L, m, at, 2, NULL);
    }
    for (size_t i = 0; i + 4 < POINTS; i++)
        assert_near(value[i] - 4 * value[i + 1] + 6 * value[i + 2] - 4 * value[i + 3] +
                        value[i + 4],
                    0, 1e-8);
    gsl_rng_free(rng);
}

/* ---- labels --------------------------------------------------------------------------------- */

static void noisy_labels_mix_all_outputs(void **state)
{
    (void)state;
    enum { L = 6 };
    static double m[MOST], B[PAIRS], factor[MOST][MOST], target[L * L];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    assert_non_null(rng);
    wishart(rng, L, m, B, factor);
    for (size_t a = 0; a < L; a++)
        target[a * L + a] = 1;
    const sgdl_targets_t targets = {.outputs = L, .labels = L, .target = target, .noise = 0.3};
    double expected = 0, doubt = 0, estimate;
    for (size_t l = 0; l < L; l++) {
        expected +=
            sgdl_targets_probability(&targets, 2, l) * sgdl_error_argmax(L, m, B, l, &estimate);
        doubt = fmax(doubt, estimate);
    }
    const double value =
        sgdl_error_label(&sgdl_loss_least_squares, &targets, 2, L * (L + 1) / 2, m, B, &estimate);
    assert_near(value, expected, 2 * doubt + 1e-12);
    gsl_rng_free(rng);
}

/* A diagonal alone says something only where the rest is known to vanish. */
static void diagonals_alone_are_of_outputs_that_stay_apart(void **state)
{
    (void)state;
    enum { L = 5 };
    const double m[L] = {0.1, 0.9, 0, 0.2, -0.3}, D[L] = {1, 0.7, 1.2, 0.9, 0.5}, p = 1;
    double target[L * L] = {0}, B[L * (L + 1) / 2] = {0}, estimate;
    const size_t own = 1;
    for (size_t a = 0; a < L; a++) {
        target[a * L + a] = 1;
        B[packed(L, a, a)] = D[a];
    }
    const sgdl_targets_t targets = {.outputs = L, .labels = L, .target = target};
    population_t population = {.loss = &sgdl_loss_least_squares,
                               .targets = &targets,
                               .classes = 1,
                               .weight = &p,
                               .label_index = &own,
                               .pairs = L};
    assert_true(isnan(population_class_error(&population, 0, m, D, 0, &estimate)));
    population.uncorrelated = true;
    assert_near(population_class_error(&population, 0, m, D, 0, &estimate),
                sgdl_error_argmax(L, m, B, own, NULL), 1e-14);
    population.no_error = true;
    assert_true(isnan(population_error(&population, m, D, NULL)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_are_expanded_to_fifth_order),
        cmocka_unit_test(triples_are_expanded_to_fifth_order),
        cmocka_unit_test(the_derivatives_of_log_phi_are_those),
        cmocka_unit_test(independent_outputs_up_to_shifts),
        cmocka_unit_test(rare_errors_are_relative),
        cmocka_unit_test(one_strong_factor),
        cmocka_unit_test(some_output_wins),
        cmocka_unit_test(general_covariances_match_averages),
        cmocka_unit_test(errors_are_smooth),
        cmocka_unit_test(noisy_labels_mix_all_outputs),
        cmocka_unit_test(diagonals_alone_are_of_outputs_that_stay_apart),
    };
    (void)gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
