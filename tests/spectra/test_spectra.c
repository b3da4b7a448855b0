/* Families, files, random means, and nodes at finite dimension. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>

#include "src/base/gauss_legendre.h"
#include "spectra/nodes/gram.h"
#include "spectra/families/marchenko_pastur.h"
#include "src/random/stream.h"
#include "src/base/numbers.h"
#include "src/base/sums.h"
#include "tests/spectra_build.h"

/* ---- building blocks --------------------------------------------------------------------- */

static void specs_have_their_defaults(void **state)
{
    (void)state;
    sgdl_spec_t spec = sgdl_spec_default(build_family(sgdl_covariance_families, "power-law"));
    assert_close(sgdl_spec_number(&spec, "scale"), 1, 0);
    assert_int_equal(sgdl_spec_setting(&spec, "scale")->count, 1);
    assert_int_equal(sgdl_spec_setting(&spec, "exponent")->count, 0);
    const sgdl_family_t *const *tables[] = {sgdl_covariance_families, sgdl_mean_families};
    for (size_t t = 0; t < 2; t++)
        for (const sgdl_family_t *const *row = tables[t]; *row; row++) {
            assert_true((*row)->key_count <= SGDL_SPEC_KEYS);
            for (size_t k = 0; k < (*row)->key_count; k++)
                assert_true((*row)->keys[k].kind == SGDL_KEY_PATH ||
                            (*row)->keys[k].lower < (*row)->keys[k].upper);
        }
}

static void gauss_legendre_is_exact_for_polynomials(void **state)
{
    (void)state;
    for (size_t order = 1; order <= GAUSS_LEGENDRE_MAX; order++) {
        gauss_legendre_t rule;
        gauss_legendre_init(&rule, order);
        for (size_t power = 0; power < 2 * order; power++) {
            double sum = 0;
            for (size_t k = 0; k < order; k++)
                sum += rule.weight[k] * pow(rule.point[k], (double)power);
            assert_close(sum, 1 / (double)(power + 1), 1e-15);
        }
    }
}

static void sums_are_pairwise(void **state)
{
    (void)state;
    enum { COUNT = 1000001 };
    double *x = malloc(COUNT * sizeof *x), *y = malloc(COUNT * sizeof *y);
    assert_true(x && y);
    long double products = 0, weighted = 0, distance = 0;
    for (size_t n = 0; n < COUNT; n++) {
        x[n] = 1 / (1 + (double)n);
        y[n] = 0.1;
        products += (long double)x[n] * y[n];
        weighted += (long double)x[n] * x[n] * y[n];
        distance += (long double)x[n] * (x[n] - y[n]) * (x[n] - y[n]);
    }
    assert_relative(sum_products(x, y, COUNT), (double)products, 1e-15);
    assert_relative(sum_weighted(x, x, y, COUNT), (double)weighted, 1e-15);
    assert_relative(sum_distance2(x, x, y, COUNT), (double)distance, 1e-15);
    free(x);
    free(y);
}

typedef struct law {
    double q;
} law_t;

static double law_integrand(double theta, void *context)
{
    const double q = ((const law_t *)context)->q, half = sin(0.5 * theta);
    return M_2_PI * sin(theta) * sin(theta) / ((1 - q) * (1 - q) + 4 * q * half * half);
}

static double law_mass(double q, double from, double to)
{
    gsl_integration_workspace *space = gsl_integration_workspace_alloc(1000);
    law_t law = {q};
    gsl_function function = {.function = law_integrand, .params = &law};
    double value, estimate;
    (void)gsl_integration_qag(&function, from, to, 0, 1e-13, 1000, GSL_INTEG_GAUSS31, space, &value,
                              &estimate);
    gsl_integration_workspace_free(space);
    return value;
}

static void marchenko_pastur_quantiles_invert_the_law(void **state)
{
    (void)state;
    const double ratios[] = {1e-8, 1e-3, 0.039, 0.041, 0.3, 0.9, 0.9999, 1};
    const double masses[] = {1e-9, 1e-4, 0.03, 0.3, 0.4999, 0.5001, 0.8, 0.999, 1 - 1e-9};
    for (size_t r = 0; r < 8; r++)
        for (size_t k = 0; k < 9; k++) {
            const double q = sqrt(ratios[r]);
            const double lambda = marchenko_pastur_quantile(ratios[r], masses[k]);
            const double theta = 2 * asin(sqrt((lambda - (1 - q) * (1 - q)) / (4 * q)));
            /* What rounding of lambda does to the mass on top of the quadrature's own error. */
            const double slope = law_integrand(theta, &(law_t){q}) / (2 * q * sin(theta));
            assert_close(law_mass(q, 0, theta), masses[k], 1e-12 * masses[k] + 1e-15 * slope);
        }
    assert_close(marchenko_pastur_quantile(0.25, 1), 2.25, 1e-15);
    assert_close(marchenko_pastur_quantile(0.25, 0), 0.25, 1e-15);
    assert_close(marchenko_pastur_quantile(4, 0.75), 0, 0);
    assert_close(marchenko_pastur_quantile(4, 1), 9, 1e-14);
    for (double u = 0.01; u < 1; u += 0.01) /* bulks of r and 1/r are similar */
        assert_relative(marchenko_pastur_quantile(4, 0.75 + 0.25 * u),
                        4 * marchenko_pastur_quantile(0.25, u), 1e-13);
}

static void gram_factors_multiply_back(void **state)
{
    (void)state;
    enum { CLASSES = 6 };
    const size_t members[] = {1, 3, 6, 40};
    for (size_t k = 0; k < 4; k++) {
        double V[CLASSES * 40], N[CLASSES * CLASSES];
        /* Classes 4 and 5 are combinations of others; class 3 is tiny yet independent. */
        for (size_t i = 0; i < CLASSES; i++)
            for (size_t m = 0; m < members[k]; m++)
                V[i * 40 + m] = i == 4   ? -2 * V[m]
                                : i == 5 ? V[m] + V[40 + m]
                                         : trial_normal(i, m) * (i == 3 ? 1e-9 : 1);
        size_t rank;
        assert_int_equal(gram_factor_vectors(&(gram_vectors_t){CLASSES, members[k], V, 40}, N,
                                             &rank, NULL, NULL),
                         0);
        assert_int_equal(rank, members[k] < 4 ? members[k] : 4);
        for (size_t i = 0; i < CLASSES; i++)
            for (size_t j = 0; j < CLASSES; j++) {
                double product = 0, gram = 0, ii = 0, jj = 0;
                for (size_t a = 0; a < rank; a++)
                    product += N[a * CLASSES + i] * N[a * CLASSES + j];
                for (size_t m = 0; m < members[k]; m++) {
                    gram += V[i * 40 + m] * V[j * 40 + m] / (double)members[k];
                    ii += V[i * 40 + m] * V[i * 40 + m] / (double)members[k];
                    jj += V[j * 40 + m] * V[j * 40 + m] / (double)members[k];
                }
                assert_close(product, gram, 1e-13 * sqrt(ii * jj));
            }
    }
}

/* ---- finite dimension -------------------------------------------------------------------- */

static void edges_hold_whole_directions(void **state)
{
    (void)state;
    for (size_t d = 1; d <= 300; d++)
        for (size_t tenths = 1; tenths <= 10; tenths++) {
            build_t build;
            build_init(&build, 1, (double)d);
            build_covariance(&build, 0, "zero-one", "zero", (double)tenths / 10);
            build_mean(&build, 0, "constant", NULL, 0);
            build.mean[0].on[1] = (double)tenths / 10;
            sgdl_directions_t directions;
            assert_int_equal(sgdl_directions_init(&directions, &build.mixture, NULL), 0);
            size_t zeros = 0, on = 0;
            for (size_t n = 0; n < d; n++) {
                zeros += directions.eigenvalue[n] == 0;
                on += directions.mean[n] != 0;
            }
            assert_int_equal(zeros, d * tenths / 10);
            assert_int_equal(on, d * tenths / 10);
            sgdl_directions_free(&directions);
        }
    /* Edges that arithmetic has left just below the fraction that they stand for. */
    const double edges[] = {1 - 0.9, 0.7 - 0.4};
    for (size_t k = 0; k < 2; k++) {
        build_t build;
        build_init(&build, 1, 10);
        assert_true(edges[k] < (k ? 0.3 : 0.1));
        build_covariance(&build, 0, "zero-one", "zero", edges[k]);
        sgdl_nodes_t nodes = build_nodes(&build, 1e-8, 1, 1);
        assert_close(nodes.weight[0], k ? 0.3 : 0.1, 1e-16);
        sgdl_nodes_free(&nodes);
    }
}

/* Directions that are equal but not neighbours. */
static void groups_need_not_be_contiguous(void **state)
{
    (void)state;
    enum { D = 20 };
    build_t build;
    build_init(&build, 2, D);
    for (size_t i = 0; i < 2; i++) {
        build_covariance(&build, i, "zero-one", "zero", 0.25);
        build_setting(&build.covariance[i], "zero")->number[1] = i ? 0.75 : 0.5;
        build_setting(&build.covariance[i], "zero")->count = 2;
    }
    build_mean(&build, 0, "power-law", "exponent", 1);
    build_mean(&build, 1, "gaussian", NULL, 0);
    sgdl_directions_t all;
    assert_int_equal(sgdl_directions_init(&all, &build.mixture, NULL), 0);
    sgdl_nodes_t nodes = build_nodes(&build, 1e-8, 1, 1);
    assert_int_equal(nodes.count, 3);
    for (size_t g = 0; g < 3; g++) {
        double moment[3] = {0}, members = 0;
        for (size_t n = 0; n < D; n++) {
            const size_t group = n < 5 || n >= 15 ? 0 : n < 10 ? 1 : 2;
            if (group != g)
                continue;
            members++;
            moment[0] += all.mean[n] * all.mean[n];
            moment[1] += all.mean[n] * all.mean[D + n];
            moment[2] += all.mean[D + n] * all.mean[D + n];
        }
        assert_close(nodes.weight[g], members / D, 1e-16);
        for (size_t k = 0; k < 3; k++)
            assert_close(build_moment(&nodes, k / 2, (k + 1) / 2, g), moment[k] / members, 1e-13);
        assert_close(nodes.eigenvalue[g], g != 1, 0);
        assert_close(nodes.eigenvalue[3 + g], g == 0, 0);
    }
    sgdl_nodes_free(&nodes);
    sgdl_directions_free(&all);
}

static void profiles_are_as_stated(void **state)
{
    (void)state;
    build_t build;
    build_init(&build, 3, 10);
    build_covariance(&build, 0, "power-law", "exponent", 1.5);
    build_number(&build.covariance[0], "scale", 3);
    build_mean(&build, 0, "power-law", "exponent", -0.25);
    build_number(&build.mean[0].spec, "scale", 2);
    build.mean[0].on[0] = 0.2;
    build_mean(&build, 1, "opposite", "of", 3);
    build_mean(&build, 2, "same", "of", 1);
    build.mean[2].on[1] = 0.8;
    sgdl_directions_t directions;
    assert_int_equal(sgdl_directions_init(&directions, &build.mixture, NULL), 0);
    for (size_t rho = 1; rho <= 10; rho++) {
        const double u = (double)rho / 10, nu = rho > 2 ? 2 * pow(u, -0.25) : 0;
        assert_relative(directions.eigenvalue[rho - 1], 3 * pow(u, 1.5), 1e-14);
        assert_relative(directions.mean[rho - 1], nu, 1e-14);
        assert_relative(directions.mean[10 + rho - 1], rho <= 8 ? -nu : 0, 1e-14);
        assert_relative(directions.mean[20 + rho - 1], rho <= 8 ? nu : 0, 1e-14);
    }
    sgdl_directions_free(&directions);
    build_number(&build.mean[0].spec, "scale", 1);
    build_mean(&build, 0, "same", "of", 2); /* a cycle, and a class that is not there */
    assert_int_equal(sgdl_directions_init(&directions, &build.mixture, NULL), SGDL_ERR_INPUT);
    build_mean(&build, 0, "same", "of", 4);
    assert_int_equal(sgdl_directions_init(&directions, &build.mixture, NULL), SGDL_ERR_INPUT);
    const double dimensions[] = {0, 1.5, -3, 1e9, NAN};
    for (size_t k = 0; k < 5; k++) {
        build.mixture.dimension = dimensions[k];
        assert_int_equal(sgdl_directions_init(&directions, &build.mixture, NULL), SGDL_ERR_INPUT);
    }
}

/* Groups against sums over directions, for spectra that are partly equal and out of order. */
static void nodes_equal_sums_over_directions(void **state)
{
    (void)state;
    enum { D = 60 };
    build_t build;
    build_init(&build, 3, D);
    build.mixture.weight = (const double[]){0.2, 0.3, 0.5};
    build_covariance(&build, 0, "zero-one", "zero", 0.25);
    build_setting(&build.covariance[0], "zero")->number[1] = 0.5;
    build_setting(&build.covariance[0], "zero")->count = 2;
    build_covariance(&build, 1, "marchenko-pastur", "ratio", 1.5);
    build_covariance(&build, 2, "isotropic", "scale", 2);
    build_mean(&build, 0, "gaussian", "scale", 2);
    build_mean(&build, 1, "power-law", "exponent", 0.5);
    build.mean[1].on[0] = 0.5;
    build_mean(&build, 2, "opposite", "of", 1);
    sgdl_directions_t all;
    assert_int_equal(sgdl_directions_init(&all, &build.mixture, NULL), 0);
    sgdl_nodes_t nodes = build_nodes(&build, 1e-8, 1, 1);
    /* u <= 1/3 splits at 1/4 into two groups; the other 40 directions are single. */
    assert_int_equal(nodes.count, 42);
    assert_int_equal(nodes.latent, 1);
    assert_close(nodes.weight[0], 0.25, 1e-15);
    assert_close(nodes.weight[1], 5.0 / D, 1e-15);
    for (size_t i = 0; i < 3; i++) {
        double trace = 0;
        for (size_t n = 0; n < D; n++)
            trace += all.eigenvalue[i * D + n] / D;
        assert_relative(nodes.trace[i], trace, 1e-14);
        for (size_t j = 0; j < 3; j++) {
            double gram = 0, distance = 0, within = 0, group = 0;
            for (size_t n = 0; n < D; n++) {
                const double x = all.mean[i * D + n], y = i == j ? 0 : all.mean[j * D + n];
                const double bar = i == j ? all.eigenvalue[i * D + n]
                                          : 0.2 * all.eigenvalue[n] + 0.3 * all.eigenvalue[D + n] +
                                                0.5 * all.eigenvalue[2 * D + n];
                gram += x * all.mean[j * D + n] / D;
                distance += x == y ? 0 : (x - y) * (x - y) / bar / D;
                within += n < 15 ? x * all.mean[j * D + n] / 15 : 0;
            }
            group = build_moment(&nodes, i, j, 0);
            assert_close(group, within, 1e-13);
            assert_close(nodes.gram[3 * i + j], gram, 1e-13);
            assert_relative(nodes.mahalanobis2[3 * i + j], distance, 1e-13);
        }
    }
    assert_true(isinf(nodes.mahalanobis2[0]));
    assert_true(isfinite(nodes.mahalanobis2[4])); /* its zero eigenvalues carry no mean */
    sgdl_nodes_free(&nodes);
    sgdl_directions_free(&all);
}

static void gaussian_means_are_drawn_once(void **state)
{
    (void)state;
    enum { D = 4000 };
    build_t build;
    build_init(&build, 2, D);
    build_mean(&build, 0, "gaussian", "scale", 3);
    build_mean(&build, 1, "gaussian", NULL, 0);
    sgdl_directions_t first, second;
    assert_int_equal(sgdl_directions_init(&first, &build.mixture, NULL), 0);
    build.mean[0].on[0] = 0.5; /* cutting must not shift the draws */
    build_mean(&build, 1, "opposite", "of", 1);
    assert_int_equal(sgdl_directions_init(&second, &build.mixture, NULL), 0);
    double across = 0;
    for (size_t n = 0; n < D; n++) {
        assert_close(second.mean[n], n < D / 2 ? 0 : first.mean[n], 0);
        assert_close(second.mean[D + n], -second.mean[n], 0);
        across += first.mean[n] * first.mean[D + n] / D;
    }
    assert_close(across, 0, 5 * 3 / sqrt(D));
    sgdl_directions_free(&first);
    sgdl_directions_free(&second);
}

/* Class i's are the first d numbers of a stream of its own, in any dimension. */
static void gaussian_means_are_their_stream(void **state)
{
    (void)state;
    static const double dimensions[] = {1, 700, 1200};
    for (size_t e = 0; e < 3; e++) {
        build_t build;
        build_init(&build, 3, dimensions[e]);
        build.mixture.seed = 5;
        for (size_t i = 0; i < 3; i += 2)
            build_mean(&build, i, "gaussian", "scale", 1.5);
        sgdl_directions_t directions;
        assert_int_equal(sgdl_directions_init(&directions, &build.mixture, NULL), 0);
        for (size_t i = 0; i < 3; i += 2) {
            normals_t draws;
            normals_init(&draws, 5, i, STREAM_MEANS);
            for (size_t n = 0; n < directions.dimension; n++)
                assert_true(directions.mean[i * directions.dimension + n] ==
                            1.5 * normals_next(&draws));
        }
        sgdl_directions_free(&directions);
    }
}

static void given_start_matches_averages(void **state)
{
    (void)state;
    enum { D = 12, L = 2 };
    double start[D * L];
    for (size_t k = 0; k < D * L; k++)
        start[k] = trial_normal(9, k);
    build_t build;
    build_init(&build, 3, D);
    for (size_t i = 0; i < 3; i++) {
        build_covariance(&build, i, "marchenko-pastur", "ratio", 1.5); /* 4 zeros, 8 single */
        build_mean(&build, i, "gaussian", NULL, 0);
    }
    build_mean(&build, 2, "opposite", "of", 1);
    build.mixture.start = start;
    build.mixture.outputs = L;
    sgdl_directions_t all;
    assert_int_equal(sgdl_directions_init(&all, &build.mixture, NULL), 0);
    sgdl_nodes_t nodes = build_nodes(&build, 1e-8, 1, 1);
    assert_int_equal(nodes.count, 9);
    assert_int_equal(nodes.latent, 2);
    for (size_t n = 0; n < nodes.count; n++) {
        const size_t from = n == 0 ? 0 : n + 3, to = n + 4;
        for (size_t l = 0; l < L; l++) {
            for (size_t i = 0; i < 3; i++) { /* A N^T = average of chi nu */
                double product = 0, average = 0;
                for (size_t a = 0; a < 2; a++)
                    product +=
                        nodes.start_mean[(l * 2 + a) * 9 + n] * nodes.mean[(i * 2 + a) * 9 + n];
                for (size_t rho = from; rho < to; rho++)
                    average +=
                        sqrt(D) * start[rho * L + l] * all.mean[i * D + rho] / (double)(to - from);
                assert_close(product, average, 1e-12);
            }
            for (size_t m = l; m < L; m++) {
                double average = 0;
                for (size_t rho = from; rho < to; rho++)
                    average += D * start[rho * L + l] * start[rho * L + m] / (double)(to - from);
                assert_close(nodes.start_second[(l + m) * 9 + n], average, 1e-12);
            }
        }
    }
    sgdl_nodes_free(&nodes);
    sgdl_directions_free(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(specs_have_their_defaults),
        cmocka_unit_test(gauss_legendre_is_exact_for_polynomials),
        cmocka_unit_test(sums_are_pairwise),
        cmocka_unit_test(marchenko_pastur_quantiles_invert_the_law),
        cmocka_unit_test(gram_factors_multiply_back),
        cmocka_unit_test(edges_hold_whole_directions),
        cmocka_unit_test(groups_need_not_be_contiguous),
        cmocka_unit_test(profiles_are_as_stated),
        cmocka_unit_test(nodes_equal_sums_over_directions),
        cmocka_unit_test(gaussian_means_are_drawn_once),
        cmocka_unit_test(gaussian_means_are_their_stream),
        cmocka_unit_test(given_start_matches_averages),
    };
    (void)gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
