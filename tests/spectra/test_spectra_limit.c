/* Nodes at d = infinity: quadrature against closed forms and adaptive quadrature. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_sf_gamma.h>

#include "tests/spectra_build.h"

static const double accuracies[] = {1e-4, 1e-8, 1e-13};
static const double reaches[] = {1e-3, 10, 1e6, 1e13};
static const double alphas[] = {0.05, 0.1, 0.5, 1, 2, 4, 10};
static const double betas[] = {-0.49, -0.45, -0.25, 0, 0.5, 1, 5};
enum { ALPHAS = 7, BETAS = 7, ACCURACIES = 3, REACHES = 4 };

static void power_law_problem(build_t *build, double alpha, double beta)
{
    build_init(build, 1, INFINITY);
    build_covariance(build, 0, "power-law", "exponent", alpha);
    build_mean(build, 0, "power-law", "exponent", beta);
}

/* int_0^1 u^(2 beta) exp(-t u^alpha) du by the incomplete gamma function, or its series. */
static double decayed_norm(double alpha, double beta, double t)
{
    const double c = 2 * beta + 1, s = c / alpha;
    if (t <= 1) {
        double sum = 0, term = 1;
        for (int k = 0; k < 40; k++) {
            sum += term / (c + alpha * k);
            term *= -t / (k + 1);
        }
        return sum;
    }
    gsl_sf_result part;
    (void)gsl_sf_gamma_inc_P_e(s, t, &part);
    return exp(gsl_sf_lngamma(s) - s * log(t)) * part.val / alpha;
}

static void check_power_law(double alpha, double beta, double accuracy, double reach)
{
    build_t build;
    power_law_problem(&build, alpha, beta);
    sgdl_nodes_t nodes = build_nodes(&build, accuracy, reach, 1);
    double weights = 0;
    for (size_t n = 0; n < nodes.count; n++)
        weights += nodes.weight[n];
    assert_close(weights, 1, 1e-14);
    assert_int_equal(nodes.latent, 1);
    assert_true(nodes.count < 700);
    assert_relative(nodes.trace[0], 1 / (1 + alpha), 1e-12);
    assert_relative(nodes.gram[0], 1 / (1 + 2 * beta), 1e-12);
    for (double t = 1e-2; t <= reach; t *= 10) {
        double sum = 0;
        for (size_t n = 0; n < nodes.count; n++)
            sum += nodes.weight[n] * nodes.mean[n] * nodes.mean[n] * exp(-t * nodes.eigenvalue[n]);
        /* What is below 1e-18 of the whole need not be resolved. */
        const double expected = decayed_norm(alpha, beta, t);
        assert_close(sum, expected, accuracy * expected + 1e-17 * nodes.gram[0] + 1e-14 * expected);
    }
    sgdl_nodes_free(&nodes);
}

static void decay_matches_incomplete_gamma(void **state)
{
    (void)state;
    for (size_t a = 0; a < ALPHAS; a++)
        for (size_t b = 0; b < BETAS; b++)
            for (size_t i = 0; i < ACCURACIES; i++)
                for (size_t r = 0; r < REACHES; r++)
                    check_power_law(alphas[a], betas[b], accuracies[i], reaches[r]);
}

/* sum w lambda^j nu^2 exp(-lambda t) and sum w nu^2/(lambda + 1/t). */
static double node_sum(const sgdl_nodes_t *nodes, int power, double t)
{
    double sum = 0;
    for (size_t n = 0; n < nodes->count; n++) {
        const double lambda = nodes->eigenvalue[n];
        const double weight = nodes->weight[n] * build_moment(nodes, 0, 0, n);
        sum += weight * (power < 0 ? 1 / (lambda + 1 / t) : pow(lambda, power) * exp(-lambda * t));
    }
    return sum;
}

static void check_refinement(const build_t *build, double accuracy, double reach)
{
    sgdl_nodes_t coarse = build_nodes(build, accuracy, reach, 1);
    sgdl_nodes_t fine = build_nodes(build, accuracy, reach, 2);
    assert_true(fine.count > coarse.count);
    for (int power = -1; power <= 2; power++)
        for (double t = 1e-2; t <= reach; t *= 10) {
            const double a = node_sum(&coarse, power, t), b = node_sum(&fine, power, t);
            assert_close(a, b, 10 * accuracy * b + 1e-17);
        }
    sgdl_nodes_free(&coarse);
    sgdl_nodes_free(&fine);
}

static void refinement_changes_nothing(void **state)
{
    (void)state;
    build_t build;
    for (size_t i = 0; i < ACCURACIES; i++)
        for (size_t a = 0; a < ALPHAS; a++)
            for (size_t b = 0; b < BETAS; b++) {
                power_law_problem(&build, alphas[a], betas[b]);
                check_refinement(&build, accuracies[i], 1e13);
            }
}

typedef struct resolvent {
    double alpha, beta, t;
} resolvent_t;

static double resolvent_integrand(double log_u, void *context)
{
    const resolvent_t *r = context;
    return exp((2 * r->beta + 1) * log_u) / (exp(r->alpha * log_u) + 1 / r->t);
}

static double integrate(double (*f)(double, void *), void *context, double low, double high)
{
    gsl_integration_workspace *space = gsl_integration_workspace_alloc(2000);
    gsl_function function = {.function = f, .params = context};
    double value, estimate;
    (void)gsl_integration_qag(&function, low, high, 0, 1e-12, 2000, GSL_INTEG_GAUSS61, space,
                              &value, &estimate);
    gsl_integration_workspace_free(space);
    return value;
}

static void resolvents_match_adaptive_quadrature(void **state)
{
    (void)state;
    const double accuracy = 1e-10, reach = 1e8;
    for (size_t a = 0; a < ALPHAS; a++)
        for (size_t b = 1; b < BETAS; b++) {
            build_t build;
            power_law_problem(&build, alphas[a], betas[b]);
            sgdl_nodes_t nodes = build_nodes(&build, accuracy, reach, 1);
            for (double t = 1; t <= reach; t *= 1e4) {
                resolvent_t r = {alphas[a], betas[b], t};
                /* u^0.1 is e^-55 at the lower end. */
                const double expected = integrate(resolvent_integrand, &r, -550, -20) +
                                        integrate(resolvent_integrand, &r, -20, 0);
                assert_relative(node_sum(&nodes, -1, t), expected, 10 * accuracy);
            }
            sgdl_nodes_free(&nodes);
        }
}

static void mahalanobis_of_power_laws(void **state)
{
    (void)state;
    const double near_critical[] = {1e-1, 1e-3, 1e-6};
    for (size_t a = 0; a < ALPHAS; a++)
        for (size_t k = 0; k < 3; k++) {
            build_t build;
            build_init(&build, 2, INFINITY);
            const double alpha = alphas[a], gap = near_critical[k];
            const double beta = 0.5 * (alpha + gap - 1);
            for (size_t i = 0; i < 2; i++)
                build_covariance(&build, i, "power-law", "exponent", alpha);
            build_mean(&build, 0, "power-law", "exponent", beta);
            build_mean(&build, 1, "opposite", "of", 1);
            sgdl_nodes_t nodes = build_nodes(&build, 1e-8, 100, 1);
            const double rounding = 1e-15 / gap; /* of 2 beta + 1 - alpha itself */
            assert_relative(nodes.mahalanobis2[0], 1 / gap, 1e-12 + rounding);
            assert_relative(nodes.mahalanobis2[1], 4 / gap, 1e-12 + rounding);
            assert_relative(nodes.mahalanobis2[2], 4 / gap, 1e-12 + rounding);
            sgdl_nodes_free(&nodes);
            /* At and beyond the transition it diverges. */
            for (size_t i = 0; i < 2; i++)
                build_covariance(&build, i, "power-law", "exponent", alpha + 1.5 * gap);
            nodes = build_nodes(&build, 1e-8, 100, 1);
            assert_true(isinf(nodes.mahalanobis2[0]) && isinf(nodes.mahalanobis2[1]));
            sgdl_nodes_free(&nodes);
        }
}

typedef struct mixed {
    double alpha[2], beta[2];
} mixed_t;

static double mixed_integrand(double log_u, void *context)
{
    const mixed_t *m = context;
    const double difference = exp(m->beta[0] * log_u) - exp(m->beta[1] * log_u);
    /* lambda_bar without its lower power, which moves into the exponent */
    return difference * difference * exp((1 - m->alpha[0]) * log_u) /
           (0.5 + 0.5 * exp((m->alpha[1] - m->alpha[0]) * log_u));
}

static void mahalanobis_distance_of_mixed_power_laws(void **state)
{
    (void)state;
    mixed_t cases[] = {{{0.1, 10}, {0, 0.5}},    {{1, 1.5}, {0.2, 1}},
                       {{-0.5, 0.3}, {-0.4, 2}}, {{0.5, 0.7}, {-0.2, -0.1}},
                       {{0.3, 0.3}, {0.1, 0.2}}, {{0, 1}, {-0.45, 0}}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        build_t build;
        build_init(&build, 2, INFINITY);
        double smallest = INFINITY;
        for (size_t i = 0; i < 2; i++) {
            build_covariance(&build, i, "power-law", "exponent", cases[k].alpha[i]);
            build_mean(&build, i, "power-law", "exponent", cases[k].beta[i]);
            smallest = fmin(smallest, 2 * cases[k].beta[i] + 1 - cases[k].alpha[0]);
        }
        sgdl_nodes_t nodes = build_nodes(&build, 1e-8, 100, 1);
        const double low = -45 / smallest;
        const double expected = integrate(mixed_integrand, &cases[k], low, low / 8) +
                                integrate(mixed_integrand, &cases[k], low / 8, 0);
        assert_relative(nodes.mahalanobis2[1], expected, 1e-10);
        for (size_t i = 0; i < 2; i++)
            assert_relative(nodes.trace[i], 1 / (1 + cases[k].alpha[i]), 1e-8);
        assert_relative(nodes.gram[1], 1 / (1 + cases[k].beta[0] + cases[k].beta[1]), 1e-9);
        sgdl_nodes_free(&nodes);
    }
}

static void clean_split_is_exact(void **state)
{
    (void)state;
    const double taus[] = {1e-30, 1e-9, 1e-3, 0.3};
    for (size_t k = 0; k < 4; k++)
        for (size_t b = 0; b < BETAS; b++) {
            build_t build;
            build_init(&build, 2, INFINITY);
            build_covariance(&build, 0, "power-law", "exponent", 1.5);
            build_covariance(&build, 1, "power-law", "exponent", 1.5);
            build_mean(&build, 0, "power-law", "exponent", betas[b]);
            build.mixture.clean_below = taus[k];
            sgdl_nodes_t nodes = build_nodes(&build, 1e-8, 1e3, 1);
            double weight = 0, norm2 = 0;
            for (size_t n = 0; n < nodes.count; n++)
                if (nodes.clean[n]) {
                    weight += nodes.weight[n];
                    norm2 += nodes.weight[n] * build_moment(&nodes, 0, 0, n);
                }
            const double edge = pow(taus[k], 1 / 1.5), c = 2 * betas[b] + 1;
            assert_relative(weight, edge, 1e-12);
            assert_relative(norm2, pow(edge, c) / c, 1e-12);
            sgdl_nodes_free(&nodes);
        }
}

static void constant_segments_become_groups(void **state)
{
    (void)state;
    build_t build;
    build_init(&build, 2, INFINITY);
    build_covariance(&build, 0, "zero-one", "zero", 0.3);
    build_covariance(&build, 1, "zero-one", "zero", 0.25);
    build_setting(&build.covariance[1], "zero")->number[1] = 0.75;
    build_setting(&build.covariance[1], "zero")->count = 2;
    build_mean(&build, 0, "power-law", "exponent", -0.3);
    build_mean(&build, 1, "gaussian", "scale", 2);
    build.mean[1].on[1] = 0.5;
    sgdl_nodes_t nodes = build_nodes(&build, 1e-8, 100, 1);
    /* (0,1), (0,0), (1,0), (1,1); the piece above 0.75 is a group of its own, like the rest. */
    const double expected[4][4] = {
        {0.25, 0, 1, 0}, {0.05, 0, 0, 0.25}, {0.45, 1, 0, 0.3}, {0.25, 1, 1, 0.75}};
    const double upper[4] = {0.25, 0.3, 0.75, 1}, random[4] = {1, 1, 0.2 / 0.45, 0};
    assert_int_equal(nodes.count, 4);
    assert_int_equal(nodes.latent, 2);
    for (size_t n = 0; n < 4; n++) {
        assert_close(nodes.weight[n], expected[n][0], 1e-15);
        assert_close(nodes.eigenvalue[n], expected[n][1], 0);
        assert_close(nodes.eigenvalue[4 + n], expected[n][2], 0);
        const double norm2 = (pow(upper[n], 0.4) - pow(expected[n][3], 0.4)) / 0.4;
        assert_relative(build_moment(&nodes, 0, 0, n), norm2 / expected[n][0], 1e-12);
        assert_close(build_moment(&nodes, 0, 1, n), 0, 1e-14);
        assert_close(build_moment(&nodes, 1, 1, n), 4 * random[n], 1e-13);
        assert_int_equal(nodes.clean[n], n == 1);
    }
    assert_true(isinf(nodes.mahalanobis2[0]) && isinf(nodes.mahalanobis2[3]) &&
                isinf(nodes.mahalanobis2[1]));
    sgdl_nodes_free(&nodes);
}

static void gaussian_means_add_columns(void **state)
{
    (void)state;
    build_t build;
    build_init(&build, 3, INFINITY);
    for (size_t i = 0; i < 3; i++)
        build_covariance(&build, i, "power-law", "exponent", 0.5 + (double)i);
    build_mean(&build, 0, "gaussian", "scale", 3);
    build_mean(&build, 1, "opposite", "of", 1);
    build.mean[1].on[1] = 0.5;
    build_mean(&build, 2, "constant", "scale", 2);
    sgdl_nodes_t nodes = build_nodes(&build, 1e-10, 100, 1);
    assert_int_equal(nodes.latent, 2);
    const double gram[9] = {9, -4.5, 0, -4.5, 4.5, 0, 0, 0, 4};
    for (size_t k = 0; k < 9; k++)
        assert_close(nodes.gram[k], gram[k], 1e-12);
    /* E|nu_1|^2/lambda_1 = 9 int u^-1/2; beyond alpha = 1 the others diverge. */
    assert_relative(nodes.mahalanobis2[0], 18, 1e-12);
    assert_true(isinf(nodes.mahalanobis2[4]) && isinf(nodes.mahalanobis2[8]));
    assert_true(isfinite(nodes.mahalanobis2[1]));
    sgdl_nodes_free(&nodes);
}

static void equal_means_are_not_apart(void **state)
{
    (void)state;
    build_t build;
    build_init(&build, 2, INFINITY);
    build_covariance(&build, 0, "power-law", "exponent", 3);
    build_covariance(&build, 1, "power-law", "exponent", 3);
    build_mean(&build, 0, "gaussian", NULL, 0);
    build_mean(&build, 1, "same", "of", 1);
    sgdl_nodes_t nodes = build_nodes(&build, 1e-8, 100, 1);
    assert_true(isinf(nodes.mahalanobis2[0]));
    assert_close(nodes.mahalanobis2[1], 0, 0);
    sgdl_nodes_free(&nodes);
}

static void two_mean_exponents_need_one_column(void **state)
{
    (void)state;
    build_t build;
    build_init(&build, 2, INFINITY);
    build_covariance(&build, 0, "power-law", "exponent", 4);
    build_covariance(&build, 1, "isotropic", NULL, 0);
    build_mean(&build, 0, "power-law", "exponent", -0.25);
    build_mean(&build, 1, "power-law", "exponent", 0.3);
    sgdl_nodes_t nodes = build_nodes(&build, 1e-8, 1, 1);
    assert_int_equal(nodes.latent, 1);
    assert_relative(nodes.gram[0], 2, 1e-12);
    assert_relative(nodes.gram[1], 1 / 1.05, 1e-12);
    assert_relative(nodes.gram[3], 1 / 1.6, 1e-12);
    sgdl_nodes_free(&nodes);
}

/* sum over bulk of w lambda^k exp(-t lambda) against the density of the Marchenko-Pastur law. */
typedef struct bulk {
    double ratio, t;
    int power;
} bulk_t;

static double bulk_integrand(double theta, void *context)
{
    const bulk_t *b = context;
    const double q = sqrt(b->ratio), lambda = 1 + b->ratio - 2 * q * cos(theta);
    const double density = sin(theta) * sin(theta) * M_2_PI / lambda;
    return density * pow(lambda, b->power) * exp(-b->t * lambda);
}

static void marchenko_pastur_integrals(void **state)
{
    (void)state;
    const double ratios[] = {1e-4, 0.03, 0.25, 0.5, 0.99, 1, 1.01, 2, 30};
    for (size_t k = 0; k < sizeof ratios / sizeof *ratios; k++) {
        build_t build;
        build_init(&build, 2, INFINITY);
        build_covariance(&build, 0, "marchenko-pastur", "ratio", ratios[k]);
        build_covariance(&build, 1, "power-law", "exponent", 1);
        build_mean(&build, 0, "constant", NULL, 0);
        sgdl_nodes_t nodes = build_nodes(&build, 1e-10, 1e4, 1);
        const double atom = fmax(0, 1 - 1 / ratios[k]);
        for (int power = 0; power <= 2; power++)
            for (double t = 0; t <= 1e4; t = t * 10 + 1e-2) {
                double sum = power == 0 ? -atom : 0;
                for (size_t n = 0; n < nodes.count; n++)
                    sum += nodes.weight[n] * pow(nodes.eigenvalue[n], power) *
                           exp(-t * nodes.eigenvalue[n]);
                bulk_t bulk = {ratios[k], t, power};
                const double near = integrate(bulk_integrand, &bulk, 0, 0.05);
                const double expected = near + integrate(bulk_integrand, &bulk, 0.05, M_PI);
                assert_close(sum, expected, 1e-9 * expected + 1e-11);
            }
        assert_relative(nodes.trace[0], 1, 1e-9);
        if (ratios[k] < 1) /* the mean of 1/lambda */
            assert_relative(nodes.mahalanobis2[0], 1 / (1 - ratios[k]), 1e-9);
        else
            assert_true(isinf(nodes.mahalanobis2[0]));
        sgdl_nodes_free(&nodes);
    }
}

static void permuted_classes_give_permuted_nodes(void **state)
{
    (void)state;
    build_t forward, backward;
    build_init(&forward, 2, INFINITY);
    build_init(&backward, 2, INFINITY);
    const double alpha[2] = {0.3, 2}, beta[2] = {0.2, -0.3};
    for (size_t i = 0; i < 2; i++) {
        build_covariance(&forward, i, "power-law", "exponent", alpha[i]);
        build_covariance(&backward, 1 - i, "power-law", "exponent", alpha[i]);
        build_mean(&forward, i, "power-law", "exponent", beta[i]);
        build_mean(&backward, 1 - i, "power-law", "exponent", beta[i]);
        forward.weight[i] = backward.weight[1 - i] = i ? 0.25 : 0.75;
    }
    sgdl_nodes_t a = build_nodes(&forward, 1e-8, 100, 1), b = build_nodes(&backward, 1e-8, 100, 1);
    assert_int_equal(a.count, b.count);
    for (size_t n = 0; n < a.count; n++) {
        assert_relative(a.weight[n], b.weight[n], 1e-14);
        assert_relative(a.eigenvalue[n], b.eigenvalue[a.count + n], 1e-14);
        assert_close(build_moment(&a, 0, 1, n), build_moment(&b, 0, 1, n),
                     1e-12 * build_moment(&a, 1, 1, n));
        assert_int_equal(a.clean[n], b.clean[n]);
    }
    assert_relative(a.mahalanobis2[1], b.mahalanobis2[1], 1e-12);
    sgdl_nodes_free(&a);
    sgdl_nodes_free(&b);
}

static void finite_dimension_approaches_the_limit(void **state)
{
    (void)state;
    const double cases[3][2] = {{1, 0}, {0.5, -0.25}, {2, 0.5}};
    for (size_t k = 0; k < 3; k++) {
        build_t build;
        power_law_problem(&build, cases[k][0], cases[k][1]);
        sgdl_nodes_t limit = build_nodes(&build, 1e-10, 10, 1);
        double gap[2];
        for (size_t step = 0; step < 2; step++) {
            build.mixture.dimension = step ? 6400 : 400;
            sgdl_nodes_t finite = build_nodes(&build, 1e-10, 10, 1);
            gap[step] = fabs(node_sum(&finite, 0, 2) - node_sum(&limit, 0, 2));
            sgdl_nodes_free(&finite);
        }
        const double order = log(gap[0] / gap[1]) / log(16);
        assert_close(order, fmin(1, 2 * cases[k][1] + 1), 0.05);
        sgdl_nodes_free(&limit);
    }
}

static void files_and_starts_need_a_finite_dimension(void **state)
{
    (void)state;
    const sgdl_quadrature_t quadrature = {1e-8, 100, 1, false};
    sgdl_error_t error;
    sgdl_nodes_t nodes;
    build_t build;
    build_init(&build, 2, INFINITY);
    build_covariance(&build, 1, "file", NULL, 0);
    assert_int_equal(sgdl_nodes_init(&nodes, &build.mixture, &quadrature, &error), SGDL_ERR_INPUT);
    assert_non_null(strstr(error.message, "class 2"));
    build_covariance(&build, 1, "isotropic", NULL, 0);
    build_mean(&build, 0, "file", NULL, 0);
    assert_int_equal(sgdl_nodes_init(&nodes, &build.mixture, &quadrature, &error), SGDL_ERR_INPUT);
    assert_non_null(strstr(error.message, "class 1"));
    build_mean(&build, 0, "zero", NULL, 0);
    const double start = 1;
    build.mixture.start = &start;
    build.mixture.outputs = 1;
    assert_int_equal(sgdl_nodes_init(&nodes, &build.mixture, &quadrature, &error), SGDL_ERR_INPUT);
    sgdl_nodes_free(&nodes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decay_matches_incomplete_gamma),
        cmocka_unit_test(refinement_changes_nothing),
        cmocka_unit_test(resolvents_match_adaptive_quadrature),
        cmocka_unit_test(mahalanobis_of_power_laws),
        cmocka_unit_test(mahalanobis_distance_of_mixed_power_laws),
        cmocka_unit_test(clean_split_is_exact),
        cmocka_unit_test(constant_segments_become_groups),
        cmocka_unit_test(gaussian_means_add_columns),
        cmocka_unit_test(equal_means_are_not_apart),
        cmocka_unit_test(two_mean_exponents_need_one_column),
        cmocka_unit_test(marchenko_pastur_integrals),
        cmocka_unit_test(permuted_classes_give_permuted_nodes),
        cmocka_unit_test(finite_dimension_approaches_the_limit),
        cmocka_unit_test(files_and_starts_need_a_finite_dimension),
    };
    (void)gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
