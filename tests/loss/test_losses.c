/*
 * Class averages of the losses with label noise, and misclassification probabilities.
 */
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
struct storage {
    double G[LARGE], H[LARGE], Q[LARGE * (LARGE + 1) / 2], G_B[LARGE], H_m[LARGE], H_B[LARGE],
        Q_m[LARGE], Q_B[LARGE];
};

static sgdl_averages_t averages_in(struct storage *s)
{
    return (sgdl_averages_t){.G = s->G,
                             .H = s->H,
                             .Q = s->Q,
                             .G_B = s->G_B,
                             .H_m = s->H_m,
                             .H_B = s->H_B,
                             .Q_m = s->Q_m,
                             .Q_B = s->Q_B};
}

/* ---- the table and the labels ------------------------------------------------------------ */

static void table_names_each_loss_once(void **state)
{
    (void)state;
    size_t count = 0;
    for (; sgdl_losses[count]; count++) {
        assert_true(strlen(sgdl_losses[count]->help) > 0);
        for (size_t j = 0; j < count; j++)
            assert_string_not_equal(sgdl_losses[count]->name, sgdl_losses[j]->name);
    }
    assert_true(count >= 2);
    assert_string_equal(sgdl_loss_logistic.name, "logistic");
    assert_string_equal(sgdl_loss_least_squares.name, "least-squares");
}

static void label_probabilities_sum_to_one(void **state)
{
    (void)state;
    for (size_t K = 1; K < 6; K++) {
        const sgdl_targets_t targets = {.outputs = 1, .labels = K, .noise = 0.3};
        double sum = 0;
        for (size_t l = 0; l < K; l++) {
            sum += sgdl_targets_probability(&targets, 0, l);
            if (l > 1)
                assert_near(sgdl_targets_probability(&targets, 0, l),
                            sgdl_targets_probability(&targets, 0, 1), 0);
        }
        assert_near(sum, 1, 1e-15);
        assert_near(sgdl_targets_probability(&targets, 0, 0), K == 1 ? 1 : 0.7, 1e-16);
    }
}

/* ---- logistic ------------------------------------------------------------------------------ */

static const double logistic_target[2] = {0, 1};

static double logistic_integrand(double x, void *context)
{
    const double *c = (const double *)context; /* m, sigma, y, which */
    const double r = c[0] + c[1] * x;
    const double s = 1 / (1 + exp(-r));
    const double g = c[2] > 0.5 ? -1 / (1 + exp(r)) : s;
    const double f = c[2] > 0.5 ? log1p(exp(-r)) : log1p(exp(r));
    const double phi[] = {f, g, s * (1 - s), g * g};
    return phi[(int)c[3]] * exp(-x * x / 2) / sqrt(2 * M_PI);
}

/* Each label's integrals, mixed by hand. */
static void logistic_mixes_labels(void **state)
{
    (void)state;
    gsl_integration_workspace *space = gsl_integration_workspace_alloc(200);
    assert_non_null(space);
    const double noises[] = {0, 1e-3, 0.3, 1};
    const double points[][2] = {{0, 0}, {1.5, 0.4}, {-1.5, 0.4}, {3, 2}, {-7, 30}, {12, 5}};
    for (size_t i = 0; i < sizeof noises / sizeof *noises; i++)
        for (size_t j = 0; j < sizeof points / sizeof *points; j++)
            for (size_t own = 0; own < 2; own++) {
                const sgdl_targets_t targets = {1, 2, logistic_target, noises[i]};
                double expected[4] = {0};
                double size[4] = {0};
                for (int which = 0; which < 4; which++)
                    for (size_t l = 0; l < 2; l++) {
                        double context[] = {points[j][0], sqrt(points[j][1]), logistic_target[l],
                                            which};
                        gsl_function f = {logistic_integrand, context};
                        double value = 0;
                        double error = 0;
                        (void)gsl_integration_qag(&f, -10, 10, 0, 1e-13, 200, GSL_INTEG_GAUSS31,
                                                  space, &value, &error);
                        const double p = l == own ? 1 - noises[i] : noises[i];
                        expected[which] += p * value;
                        size[which] += p * fabs(value);
                    }
                struct storage s;
                sgdl_averages_t a = averages_in(&s);
                sgdl_loss_logistic.average(&targets, own, 1, &points[j][0], &points[j][1], &a);
                assert_near(a.risk, expected[0], 1e-12 * size[0]);
                assert_near(a.G[0], expected[1], 1e-12 * size[1]);
                assert_near(a.H[0], expected[2], 1e-12 * size[2]);
                assert_near(a.Q[0], expected[3], 1e-12 * size[3]);
                assert_true(sgdl_loss_logistic.risk(&targets, own, 1, &points[j][0], &points[j][1],
                                                    NULL) == a.risk);
            }
    gsl_integration_workspace_free(space);
}

/* Central differences of the class averages. */
static void logistic_derivatives_match_differences(void **state)
{
    (void)state;
    const double step = 1e-4;
    for (size_t own = 0; own < 2; own++)
        for (int noisy = 0; noisy < 2; noisy++)
            for (double m = -3; m < 3.5; m += 1.5)
                for (double B = 0.5; B < 20; B *= 2.5) {
                    const sgdl_targets_t targets = {1, 2, logistic_target, noisy ? 0.2 : 0};
                    struct storage s[5];
                    for (int k = 0; k < 5; k++) {
                        const double at_m = m + (k == 1 ? step : k == 2 ? -step : 0);
                        const double at_B = B + (k == 3 ? step : k == 4 ? -step : 0);
                        sgdl_averages_t a = averages_in(&s[k]);
                        sgdl_loss_logistic.average(&targets, own, 1, &at_m, &at_B, &a);
                    }
                    const double h = 2 * step;
                    assert_near((s[1].G[0] - s[2].G[0]) / h, s[0].H[0], 1e-8);
                    assert_near((s[3].G[0] - s[4].G[0]) / h, s[0].G_B[0], 1e-8);
                    assert_near((s[1].H[0] - s[2].H[0]) / h, s[0].H_m[0], 1e-8);
                    assert_near((s[3].H[0] - s[4].H[0]) / h, s[0].H_B[0], 1e-8);
                    assert_near((s[1].Q[0] - s[2].Q[0]) / h, s[0].Q_m[0], 1e-8);
                    assert_near((s[3].Q[0] - s[4].Q[0]) / h, s[0].Q_B[0], 1e-8);
                }
}

static void logistic_with_one_label_has_no_noise(void **state)
{
    (void)state;
    const sgdl_targets_t alone = {1, 1, &logistic_target[1], 0.4};
    const sgdl_targets_t clean = {1, 2, logistic_target, 0};
    const double m = 0.8;
    const double B = 2;
    assert_true(sgdl_loss_logistic.risk(&alone, 0, 1, &m, &B, NULL) ==
                sgdl_loss_logistic.risk(&clean, 1, 1, &m, &B, NULL));
}

/* ---- least squares ------------------------------------------------------------------------- */

/* Random targets, means and second moments. */
static void random_class(gsl_rng *rng, size_t L, size_t K, double *target, double *m, double *B)
{
    for (size_t i = 0; i < K * L; i++)
        target[i] = gsl_ran_gaussian(rng, 1);
    for (size_t i = 0; i < L; i++)
        m[i] = gsl_ran_gaussian(rng, 1);
    for (size_t i = 0; i < L * (L + 1) / 2; i++)
        B[i] = gsl_rng_uniform(rng);
}

/* Q = sum over labels of prob (B + (m-y)(m-y)^T), and so on, as a plain sum. */
static void least_squares_mixes_labels(void **state)
{
    (void)state;
    enum { L = 70, K = 5 }; /* more outputs than are handled at a time */
    static double target[K * L], m[L], B[L * (L + 1) / 2];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    assert_non_null(rng);
    random_class(rng, L, K, target, m, B);
    gsl_rng_free(rng);
    for (size_t own = 0; own < K; own += 2)
        for (int noisy = 0; noisy < 2; noisy++) {
            const sgdl_targets_t targets = {L, K, target, noisy ? 0.35 : 0};
            static struct storage s;
            sgdl_averages_t a = averages_in(&s);
            sgdl_loss_least_squares.average(&targets, own, L * (L + 1) / 2, m, B, &a);
            double risk = 0;
            for (size_t i = 0, ij = 0; i < L; i++) {
                double G = 0;
                for (size_t l = 0; l < K; l++)
                    G += sgdl_targets_probability(&targets, own, l) * (m[i] - target[l * L + i]);
                assert_near(s.G[i], G, 1e-14);
                assert_true(s.H[i] == 1 && s.G_B[i] == 0 && s.H_m[i] == 0 && s.H_B[i] == 0);
                assert_near(s.Q_m[i], 2 * G, 1e-13);
                assert_true(s.Q_B[i] == 1);
                for (size_t j = i; j < L; j++, ij++) {
                    double Q = B[ij];
                    for (size_t l = 0; l < K; l++)
                        Q += sgdl_targets_probability(&targets, own, l) *
                             (m[i] - target[l * L + i]) * (m[j] - target[l * L + j]);
                    assert_near(s.Q[ij], Q, 1e-13);
                    risk += i == j ? Q / 2 : 0;
                }
            }
            assert_near(a.risk, risk, 1e-12);
            assert_true(sgdl_loss_least_squares.risk(&targets, own, L * (L + 1) / 2, m, B, NULL) ==
                        a.risk);
        }
}

static void least_squares_diagonal_is_that_of_the_full_form(void **state)
{
    (void)state;
    enum { L = 9, K = 9 };
    double target[K * L], m[L], B[L * (L + 1) / 2], diagonal[L];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    assert_non_null(rng);
    random_class(rng, L, K, target, m, B);
    gsl_rng_free(rng);
    for (size_t a = 0; a < L; a++)
        diagonal[a] = B[packed(L, a, a)];
    const sgdl_targets_t targets = {L, K, target, 0.1};
    static struct storage full, part;
    sgdl_averages_t a = averages_in(&full);
    sgdl_averages_t b = averages_in(&part);
    sgdl_loss_least_squares.average(&targets, 3, L * (L + 1) / 2, m, B, &a);
    sgdl_loss_least_squares.average(&targets, 3, L, m, diagonal, &b);
    for (size_t i = 0; i < L; i++) {
        assert_true(part.Q[i] == full.Q[packed(L, i, i)]);
        assert_true(part.G[i] == full.G[i] && part.Q_m[i] == full.Q_m[i]);
    }
    assert_true(a.risk == b.risk);
    assert_true(sgdl_loss_least_squares.risk(&targets, 3, L, m, diagonal, NULL) == b.risk);
}

/* With one-hot targets and m = y only the label's variance is left: e for the own output and
 * (e/(K-1))(1 - e/(K-1)) + (e/(K-1))^2 for the others; no digit of a tiny e may be lost. */
static void least_squares_keeps_tiny_noise(void **state)
{
    (void)state;
    enum { L = 4 };
    double target[L * L] = {0};
    const double B[L] = {0};
    const double noise = 3e-12;
    for (size_t a = 0; a < L; a++)
        target[a * L + a] = 1;
    const sgdl_targets_t targets = {L, L, target, noise};
    struct storage s;
    sgdl_averages_t a = averages_in(&s);
    sgdl_loss_least_squares.average(&targets, 2, L, target + 2 * L, B, &a);
    for (size_t i = 0; i < L; i++) {
        const double expected = i == 2 ? noise : noise / (L - 1);
        assert_near(s.Q[i], expected, 1e-14 * expected);
        assert_near(s.G[i], i == 2 ? noise : -noise / (L - 1), 1e-14 * expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_names_each_loss_once),
        cmocka_unit_test(label_probabilities_sum_to_one),
        cmocka_unit_test(logistic_mixes_labels),
        cmocka_unit_test(logistic_derivatives_match_differences),
        cmocka_unit_test(logistic_with_one_label_has_no_noise),
        cmocka_unit_test(least_squares_mixes_labels),
        cmocka_unit_test(least_squares_diagonal_is_that_of_the_full_form),
        cmocka_unit_test(least_squares_keeps_tiny_noise),
    };
    (void)gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
