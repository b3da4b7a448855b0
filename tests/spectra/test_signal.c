/* Signals: norms that need not be finite, and what is finite of them all the same. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <gsl/gsl_sf_gamma.h>

#include "tests/spectra_build.h"

static void make_signal(build_t *self, const char *family, const char *key, double value)
{
    const size_t last = self->mixture.classes - 1;
    self->weight[last] = 0;
    for (size_t i = 0; i < last; i++)
        self->weight[i] = 1 / (double)last;
    self->mixture.signals = 1;
    build_covariance(self, last, "isotropic", "scale", 0);
    build_mean(self, last, family, key, value);
}

/* One class without a mean, lambda = u^alpha, and the signal u^b. */
static void build_one(build_t *self, double dimension, double alpha, double b)
{
    build_init(self, 2, dimension);
    build_covariance(self, 0, "power-law", "exponent", alpha);
    make_signal(self, "power-law", "exponent", b);
}

/* sum of w lambda_i^power (N_* . N_j) exp(-2 t lambda_i) */
static double signal_sum(const sgdl_nodes_t *nodes, size_t i, size_t j, int power, double t)
{
    double sum = 0;
    for (size_t n = 0; n < nodes->count; n++) {
        const double lambda = nodes->eigenvalue[i * nodes->count + n];
        sum += nodes->weight[n] * build_moment(nodes, j, nodes->classes - 1, n) *
               pow(lambda, power) * exp(-2 * t * lambda);
    }
    return sum;
}

/* int_0^1 u^(c - 1) exp(-2 t u^alpha) du; x = u^alpha makes a gamma function of it. */
static double decay(double c, double alpha, double t)
{
    const double s = c / alpha;
    return t == 0 ? 1 / c : gsl_sf_gamma(s) * gsl_sf_gamma_inc_P(s, 2 * t) / alpha * pow(2 * t, -s);
}

static void variances_are_the_integrals_while_they_decay(void **state)
{
    (void)state;
    static const double alphas[] = {0.5, 1, 2, 3};
    static const double times[] = {0, 0.1, 1, 30, 1e3, 1e4};
    for (size_t a = 0; a < 4; a++) {
        const double alpha = alphas[a], lowest = -(1 + alpha) / 2;
        const double powers[] = {lowest + 0.02, lowest + 0.1, -0.75, -0.5, -0.45, 0, 1};
        for (size_t p = 0; p < 7; p++) {
            build_t build;
            const double b = powers[p];
            if (b <= lowest)
                continue;
            build_one(&build, INFINITY, alpha, b);
            sgdl_nodes_t nodes = build_nodes(&build, 1e-8, 1e4, 1);
            assert_relative(nodes.trace[0], 1 / (1 + alpha), 1e-12);
            if (b <= -0.5)
                assert_true(isinf(nodes.gram[3]));
            else
                assert_relative(nodes.gram[3], 1 / (1 + 2 * b), 1e-12);
            for (size_t k = 0; k < 6; k++)
                for (int power = 1; power <= 3; power++) {
                    const double c = 1 + 2 * b + power * alpha, exact = decay(c, alpha, times[k]);
                    assert_close(signal_sum(&nodes, 0, 1, power, times[k]), exact,
                                 2e-8 * exact + 1e-20 / c);
                }
            sgdl_nodes_free(&nodes);
        }
    }
}

/* Classes whose eigenvalues fall differently, means whose powers differ from the signal's and from
 * one another's: products of all pairs, and each class's variance. */
static void several_classes_have_their_own_variances_and_overlaps(void **state)
{
    (void)state;
    static const double exponents[][2] = {{1.5, 2}, {0.8, 3}, {1.2, 1.2}, {2, 0.6}};
    static const double betas[][2] = {{0, 0.5}, {0, 0}, {0.25, 1}, {-0.1, 2}};
    for (size_t k = 0; k < 4; k++)
        for (size_t m = 0; m < 4; m++) {
            build_t build;
            const double b = -0.78, *alpha = exponents[k], *beta = betas[m];
            build_init(&build, 3, INFINITY);
            for (size_t i = 0; i < 2; i++) {
                build_covariance(&build, i, "power-law", "exponent", alpha[i]);
                build_mean(&build, i, "power-law", "exponent", beta[i]);
            }
            build_number(&build.mean[0].spec, "scale", -1.5);
            make_signal(&build, "power-law", "exponent", b);
            build_number(&build.mean[2].spec, "scale", 0.7);
            sgdl_nodes_t nodes = build_nodes(&build, 1e-8, 1e4, 1);
            for (size_t i = 0; i < 2; i++) {
                const double scale = i == 0 ? -1.5 : 1, above = 1 + 2 * b + alpha[i];
                assert_relative(signal_sum(&nodes, i, 2, 1, 0), 0.49 / above, 1e-9);
                assert_relative(nodes.gram[3 * i + 2], 0.7 * scale / (1 + beta[i] + b), 1e-8);
                assert_relative(nodes.gram[i + i * 3], scale * scale / (1 + 2 * beta[i]), 1e-12);
                assert_relative(nodes.trace[i], 1 / (1 + alpha[i]), 1e-11);
                assert_true(isnan(nodes.mahalanobis2[3 * i + 2]));
                assert_true(nodes.mahalanobis2[i + 3 * i] > 0);
            }
            assert_relative(nodes.gram[1], -1.5 / (1 + beta[0] + beta[1]), 1e-9);
            assert_true(isinf(nodes.gram[8]));
            sgdl_nodes_free(&nodes);
        }
}

/* What is said of the classes is what is said without a signal. */
static void classes_are_as_without_a_signal(void **state)
{
    (void)state;
    static const double dimensions[] = {INFINITY, 300};
    for (size_t k = 0; k < 2; k++) {
        build_t build;
        build_init(&build, 3, dimensions[k]);
        for (size_t i = 0; i < 2; i++) {
            build_covariance(&build, i, "power-law", "exponent", 0.3 + (double)i);
            build_mean(&build, i, "power-law", "exponent", 0.25 * (double)i);
        }
        make_signal(&build, "gaussian", NULL, 0);
        sgdl_nodes_t with = build_nodes(&build, 1e-8, 1e4, 1);
        build.mixture.classes = 2;
        build.mixture.signals = 0;
        sgdl_nodes_t without = build_nodes(&build, 1e-8, 1e4, 1);
        for (size_t i = 0; i < 2; i++) {
            assert_relative(with.trace[i], without.trace[i], 1e-14);
            for (size_t j = 0; j < 2; j++) {
                assert_relative(with.gram[3 * i + j], without.gram[2 * i + j], 1e-13);
                assert_relative(with.mahalanobis2[3 * i + j], without.mahalanobis2[2 * i + j],
                                1e-13);
            }
        }
        assert_true(with.trace[2] == 0);
        sgdl_nodes_free(&with);
        sgdl_nodes_free(&without);
    }
}

static void tails_list_the_signal(void **state)
{
    (void)state;
    build_t build;
    sgdl_tail_t tail;
    build_one(&build, INFINITY, 2, -0.9);
    assert_int_equal(sgdl_tail_init(&tail, &build.mixture, NULL), SGDL_OK);
    assert_true(tail.exists && tail.exponent == 2 && tail.coefficient == 1);
    assert_int_equal(tail.columns, 1);
    assert_true(tail.power[0] == -0.9 && tail.mean[0] == 0 && tail.mean[1] == 1);
    sgdl_tail_free(&tail);
}

/* Far more directions than nodes: the sums over all of them, one by one. */
static void compression_keeps_variances(void **state)
{
    (void)state;
    enum { D = 100000 };
    build_t build;
    build_one(&build, D, 2, -1.2);
    sgdl_nodes_t nodes = build_nodes(&build, 1e-8, 1e6, 1);
    assert_true(nodes.compressed && nodes.count < 2000);
    static const double times[] = {0, 1, 1e3, 1e6};
    for (size_t k = 0; k < 4; k++)
        for (int power = 0; power <= 2; power++) {
            double exact = 0;
            for (size_t rho = D; rho > 0; rho--) {
                const double u = (double)rho / D, lambda = u * u;
                exact += pow(u, -2.4) * pow(lambda, power) * exp(-2 * times[k] * lambda) / D;
            }
            assert_relative(signal_sum(&nodes, 0, 1, power, times[k]), exact, 1e-8);
        }
    sgdl_nodes_free(&nodes);
}

/* A Gaussian signal is a draw of its own, the same whatever the classes are. */
static void gaussian_signals_are_drawn_apart(void **state)
{
    (void)state;
    sgdl_directions_t two, three;
    build_t build;
    build_init(&build, 2, 50);
    make_signal(&build, "gaussian", NULL, 0);
    assert_int_equal(sgdl_directions_init(&two, &build.mixture, NULL), SGDL_OK);
    build_init(&build, 3, 50);
    build_mean(&build, 0, "gaussian", NULL, 0);
    build_mean(&build, 1, "gaussian", NULL, 0);
    make_signal(&build, "gaussian", NULL, 0);
    assert_int_equal(sgdl_directions_init(&three, &build.mixture, NULL), SGDL_OK);
    for (size_t rho = 0; rho < 50; rho++) {
        assert_true(two.mean[50 + rho] == three.mean[100 + rho]);
        assert_true(three.mean[rho] != three.mean[100 + rho]);
        assert_true(three.mean[50 + rho] != three.mean[100 + rho]);
    }
    sgdl_directions_free(&two);
    sgdl_directions_free(&three);
}

static void assert_refused(const build_t *build, const char *part)
{
    sgdl_nodes_t nodes;
    sgdl_error_t error = {0};
    assert_int_equal(sgdl_nodes_init(&nodes, &build->mixture, NULL, &error), SGDL_ERR_INPUT);
    if (!strstr(error.message, part))
        fail_msg("'%s' holds no '%s'", error.message, part);
}

static void infinite_variances_and_means_are_refused(void **state)
{
    (void)state;
    build_t build;
    build_one(&build, INFINITY, 2, -1.5);
    assert_refused(&build, "found the exponent -1.5, allowed above -1.5: the signal's variance in "
                           "class 1");
    build_init(&build, 3, INFINITY);
    build_covariance(&build, 0, "power-law", "exponent", 3);
    build_covariance(&build, 1, "power-law", "exponent", 0.4);
    make_signal(&build, "power-law", "exponent", -0.7);
    assert_refused(&build, "above -0.7: the signal's variance in class 2");
    build_covariance(&build, 1, "power-law", "exponent", 3);
    build_mean(&build, 0, "power-law", "exponent", -0.4);
    assert_refused(&build, "above -0.6: the signal's mean in class 1");
    build_mean(&build, 0, "zero", NULL, 0);
    build_covariance(&build, 0, "zero-one", "zero", 0.5);
    build_covariance(&build, 1, "zero-one", "zero", 0.3);
    assert_refused(&build, "above -0.5: no class has variance at u -> 0");
    build.mean[2].on[0] = 0.1; /* cut off there, any power will do */
    sgdl_nodes_t nodes = build_nodes(&build, 1e-8, 1e4, 1);
    assert_relative(nodes.gram[8], (1 - pow(0.1, -0.4)) / -0.4, 1e-12);
    sgdl_nodes_free(&nodes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variances_are_the_integrals_while_they_decay),
        cmocka_unit_test(several_classes_have_their_own_variances_and_overlaps),
        cmocka_unit_test(classes_are_as_without_a_signal),
        cmocka_unit_test(tails_list_the_signal),
        cmocka_unit_test(compression_keeps_variances),
        cmocka_unit_test(gaussian_signals_are_drawn_apart),
        cmocka_unit_test(infinite_variances_and_means_are_refused),
    };
    return cmocka_run_group_tests_name("signal", tests, NULL, NULL);
}
