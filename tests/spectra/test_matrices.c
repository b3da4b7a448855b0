/* Covariances that are matrices: what becomes of them in the basis that they share, or do not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "spectra/dense/common_basis.h"
#include "spectra/dense/matrix.h"
#include "tests/rotation.h"
#include "tests/spectra_build.h"

enum { D = 7 };

/* Class i's covariance becomes the matrix a [d*d], which stays the caller's. */
static void use_matrix(build_t *build, size_t i, const double *a, size_t d)
{
    build_covariance(build, i, "file", NULL, 0);
    sgdl_setting_t *setting = &build->covariance[i].setting[0];
    setting->data = a;
    setting->data_count = d * d;
    setting->number[0] = (double)d;
    setting->count = 1;
}

static void use_mean(build_t *build, size_t i, const double *mu, size_t d)
{
    build_mean(build, i, "file", NULL, 0);
    build->mean[i].spec.setting[0].data = mu;
    build->mean[i].spec.setting[0].data_count = d;
}

/* Sums over the nodes of rotated matrices are those over the eigenvalues and coordinates that were
 * rotated. */
static void rotated_profiles_have_their_sums(void **state)
{
    (void)state;
    const double lambda[2][D] = {{0, 0, 1, 2, 2, 3, .5}, {0, 1, 1, .3, 4, 2, .5}};
    double mu[2][D], rotation[D * D], K[2][D * D], turned[2][D], start[2 * D];
    rotation_make(D, 3, rotation);
    build_t build;
    build_init(&build, 2, D);
    for (size_t i = 0; i < 2; i++) {
        for (size_t n = 0; n < D; n++)
            mu[i][n] = trial_normal(11 + i, n);
        rotation_matrix(D, rotation, lambda[i], K[i]);
        rotation_vector(D, rotation, mu[i], turned[i]);
        use_matrix(&build, i, K[i], D);
        use_mean(&build, i, turned[i], D);
    }
    for (size_t n = 0; n < D; n++) {
        start[2 * n] = turned[0][n];
        start[2 * n + 1] = -2 * turned[1][n];
    }
    build.mixture.start = start;
    build.mixture.outputs = 2;
    sgdl_nodes_t nodes = build_nodes(&build, 1e-8, 1, 1);
    assert_true(nodes.matrices && nodes.residual < 1e-13);
    const size_t N = nodes.count;
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < 2; j++)
            for (int power = 0; power < 3; power++) {
                double expected = 0, found = 0, started = 0;
                for (size_t n = 0; n < D; n++)
                    expected += pow(lambda[0][n], power) * mu[i][n] * mu[j][n];
                for (size_t n = 0; n < N; n++) {
                    found += nodes.weight[n] * pow(nodes.eigenvalue[n], power) *
                             build_moment(&nodes, i, j, n);
                    if (i == 0)
                        started += nodes.weight[n] * pow(nodes.eigenvalue[n], power) *
                                   nodes.start_second[j * N + n];
                }
                assert_close(found, expected, 1e-12);
                if (i == 0)
                    assert_close(started, j == 0 ? expected : -2 * expected, 1e-12);
            }
    double product = 0, expected = 0;
    for (size_t n = 0; n < N; n++)
        product += nodes.weight[n] * nodes.eigenvalue[n] * nodes.eigenvalue[N + n];
    for (size_t n = 0; n < D; n++)
        expected += lambda[0][n] * lambda[1][n] / D;
    assert_close(product, expected, 1e-13);
    size_t zeros = 0;
    for (size_t n = 0; n < N; n++)
        zeros += nodes.eigenvalue[n] == 0;
    assert_int_equal(zeros, 2); /* what is nothing but rounding is none */
    sgdl_nodes_free(&nodes);
}

/* The mean covariance has equal eigenvalues that the classes tell apart. */
static void equal_means_are_told_apart(void **state)
{
    (void)state;
    const double lambda[2][D] = {{1, 0, 3, 2, 1, 1, 2}, {1, 2, -1 + 0.0, 0, 1, 1, 0}};
    double first[D], second[D], rotation[D * D], K[2][D * D];
    for (size_t n = 0; n < D; n++) {
        first[n] = lambda[0][n] / 4;
        second[n] = 1 - first[n];
    }
    rotation_make(D, 5, rotation);
    rotation_matrix(D, rotation, first, K[0]);
    rotation_matrix(D, rotation, second, K[1]);
    build_t build;
    build_init(&build, 2, D);
    use_matrix(&build, 0, K[0], D);
    use_matrix(&build, 1, K[1], D);
    common_basis_t basis;
    assert_int_equal(common_basis_init(&basis, &build.mixture, NULL), SGDL_OK);
    assert_true(basis.commute && basis.residual < 1e-13);
    for (size_t n = 0; n < D; n++) {
        double nearest = 1;
        for (size_t m = 0; m < D; m++)
            nearest = fmin(nearest, fabs(basis.eigenvalue[n] - first[m]));
        assert_close(nearest, 0, 1e-14);
        assert_close(basis.eigenvalue[n] + basis.eigenvalue[D + n], 1, 1e-14);
    }
    common_basis_free(&basis);
}

/* Two that do not commute are both there, in the eigenbasis of their mean, and refused as nodes. */
static void others_stay_matrices(void **state)
{
    (void)state;
    const double lambda[2][D] = {{1, 0, 3, 2, 1, 1, 2}, {0, 0, 0, 1, 2, 0, 5}};
    double rotation[D * D], K[2][D * D];
    build_t build;
    build_init(&build, 2, D);
    for (size_t i = 0; i < 2; i++) {
        rotation_make(D, 7 + i, rotation);
        rotation_matrix(D, rotation, lambda[i], K[i]);
        use_matrix(&build, i, K[i], D);
    }
    common_basis_t basis;
    assert_int_equal(common_basis_init(&basis, &build.mixture, NULL), SGDL_OK);
    assert_true(!basis.commute && basis.residual > 0.1);
    for (size_t j = 0; j < D; j++)
        for (size_t k = 0; k < D; k++) {
            const double mean = basis.matrix[j * D + k] + basis.matrix[D * D + j * D + k];
            assert_true(j == k || fabs(mean) < 1e-14);
            for (size_t i = 0; i < 2; i++) { /* back in the standard basis */
                double sum = 0;
                for (size_t n = 0; n < D; n++)
                    for (size_t m = 0; m < D; m++)
                        sum += basis.direction[n * D + j] * basis.matrix[i * D * D + n * D + m] *
                               basis.direction[m * D + k];
                assert_close(sum, K[i][j * D + k], 1e-13);
            }
        }
    common_basis_free(&basis);
    sgdl_directions_t directions;
    sgdl_error_t error = {0};
    assert_int_equal(sgdl_directions_init(&directions, &build.mixture, &error), SGDL_ERR_INPUT);
    assert_non_null(strstr(error.message, "do not commute"));
}

static void indefinite_ones_are_refused(void **state)
{
    (void)state;
    double lambda[D] = {1, 2, 3, 1, 1, 1, -0.5}, rotation[D * D], K[D * D];
    build_t build;
    build_init(&build, 1, D);
    rotation_make(D, 9, rotation);
    rotation_matrix(D, rotation, lambda, K);
    use_matrix(&build, 0, K, D);
    common_basis_t basis;
    sgdl_error_t error = {0};
    assert_int_equal(common_basis_init(&basis, &build.mixture, &error), SGDL_ERR_INPUT);
    assert_non_null(strstr(error.message, "found the eigenvalue -0.5 beside one of 3"));
    common_basis_free(&basis);
    lambda[6] = -1e-9; /* as a file that is rounded may have it */
    rotation_matrix(D, rotation, lambda, K);
    assert_int_equal(common_basis_init(&basis, &build.mixture, NULL), SGDL_OK);
    assert_close(basis.clipped, -1e-9 / 3, 1e-14);
    assert_true(basis.eigenvalue[0] == 0);
    common_basis_free(&basis);
    K[3] += 1e-3;
    assert_int_equal(matrix_check(K, D, "K.npy", &error), SGDL_ERR_INPUT);
    assert_string_equal(error.place, "K.npy");
    assert_non_null(strstr(error.message, "in row 4, column 1 and "));
    K[3] -= 1e-3 - 1e-12;
    assert_int_equal(matrix_check(K, D, "K.npy", NULL), SGDL_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rotated_profiles_have_their_sums),
        cmocka_unit_test(equal_means_are_told_apart),
        cmocka_unit_test(others_stay_matrices),
        cmocka_unit_test(indefinite_ones_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
