/* Long lists of directions: powers of u many at once, threads, directions that all stand alone. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <float.h>

#include "spectra/families/family.h"
#include "spectra/families/power.h"
#include "tests/spectra_build.h"

/* Two ulps, and what a wrong last digit of log u costs a large exponent. */
static void powers_are_right_to_the_last_digits(void **state)
{
    (void)state;
    const double exponent[] = {0, 0.02, 0.5, 1, 1.1, 1.5, -0.9, 2, 3, 10, 40, 1000};
    const size_t dimension[] = {1, 7, 1000, 99999937};
    enum { ROW = 1000 };
    double out[ROW];
    for (size_t e = 0; e < sizeof exponent / sizeof *exponent; e++)
        for (size_t k = 0; k < sizeof dimension / sizeof *dimension; k++) {
            const size_t d = dimension[k], count = d < ROW ? d : ROW;
            for (size_t first = 0; first + count <= d; first += 1 + d / 7) {
                power_row(3, exponent[e], d, first, count, out);
                for (size_t n = 0; n < count; n++) {
                    const double u = (double)(first + n + 1) / (double)d;
                    const long double exact = 3 * powl(u, exponent[e]);
                    const double tolerance = 2 * DBL_EPSILON + 3e-17 * fabs(exponent[e]);
                    if (exact > 1e-305L)
                        assert_relative(out[n], (double)exact, tolerance);
                    else
                        assert_close(out[n], (double)exact, 1e-306);
                    assert_true(exact < DBL_TRUE_MIN || out[n] > 0);
                }
            }
        }
}

static const char *const varying[][2] = {{"isotropic", NULL},
                                         {"zero-one", "zero"},
                                         {"power-law", "exponent"},
                                         {"marchenko-pastur", "ratio"}};
static const double values[] = {0, 0.3, 1.25, 1.7};

/* d beyond what one thread lists alone, and no multiple of anything. */
enum { LONG = 70001 };

static sgdl_directions_t list_with(build_t *build, size_t threads)
{
    sgdl_directions_t directions;
    build->mixture.threads = threads;
    assert_int_equal(sgdl_directions_init(&directions, &build->mixture, NULL), 0);
    return directions;
}

static void lists_are_profiles_whatever_the_threads(void **state)
{
    (void)state;
    for (size_t f = 0; f < 4; f++) {
        build_t build;
        build_init(&build, 2, LONG);
        build_covariance(&build, 0, varying[f][0], varying[f][1], values[f]);
        build_mean(&build, 0, "gaussian", NULL, 0);
        build_mean(&build, 1, "power-law", "exponent", 0.3);
        build.mean[0].on[1] = 0.6;
        build.mean[1].on[0] = 0.4;
        sgdl_directions_t one = list_with(&build, 1), three = list_with(&build, 3);
        const size_t bytes = (size_t)2 * LONG * sizeof(double);
        assert_memory_equal(one.eigenvalue, three.eigenvalue, bytes);
        assert_memory_equal(one.mean, three.mean, bytes);
        const covariance_family_t *family = covariance_family(&build.covariance[0]);
        for (size_t rho = 1; rho <= LONG; rho += rho < 100 ? 1 : 1234) {
            const double u = (double)rho / LONG;
            assert_relative(one.eigenvalue[rho - 1],
                            family->eigenvalue(&build.covariance[0], position_at(u)), 1e-14);
            assert_true((one.mean[rho - 1] != 0) == (rho <= 42000)); /* 0.6 d */
            assert_relative(one.mean[LONG + rho - 1], rho > 28000 ? pow(u, 0.3) : 0, 1e-15);
        }
        sgdl_directions_free(&one);
        sgdl_directions_free(&three);
    }
}

/* Nodes of directions that rise are those of a file that holds them in any order, one by one. */
static void directions_that_stand_alone_are_nodes(void **state)
{
    (void)state;
    enum { D = 1000 };
    double shuffled[D];
    build_t build;
    build_init(&build, 2, D);
    build_covariance(&build, 0, "power-law", "exponent", 1.5);
    build_mean(&build, 0, "gaussian", NULL, 0);
    sgdl_nodes_t rising = build_nodes(&build, 1e-8, 1, 1);
    assert_int_equal(rising.count, D);
    for (size_t n = 0; n < D; n++) /* 607 has no divisor in common with d */
        shuffled[n] = rising.eigenvalue[n * 607 % D];
    build_covariance(&build, 0, "file", NULL, 0);
    sgdl_setting_t *file = build_setting(&build.covariance[0], "path");
    file->data = shuffled;
    file->data_count = D;
    sgdl_nodes_t mixed = build_nodes(&build, 1e-8, 1, 1);
    assert_int_equal(mixed.count, D);
    for (size_t n = 0; n < D; n++) {
        assert_close(mixed.eigenvalue[n], shuffled[n], 0);
        assert_close(mixed.eigenvalue[D + n], 1, 0);
        assert_close(mixed.mean[n], rising.mean[n], 0); /* draws belong to directions */
        assert_close(mixed.weight[n], 1.0 / D, 0);
    }
    assert_relative(mixed.trace[0], rising.trace[0], 1e-15);
    shuffled[500] = shuffled[2]; /* two that are equal become one node */
    sgdl_nodes_t fewer = build_nodes(&build, 1e-8, 1, 1);
    assert_int_equal(fewer.count, D - 1);
    assert_relative(fewer.weight[2], 2.0 / D, 1e-15);
    assert_close(fewer.eigenvalue[500], shuffled[501], 0);
    sgdl_nodes_free(&rising);
    sgdl_nodes_free(&mixed);
    sgdl_nodes_free(&fewer);
}

/* Compression shares panels among threads: the nodes are the same bytes. */
static void compressed_nodes_are_the_same_whatever_the_threads(void **state)
{
    (void)state;
    sgdl_nodes_t nodes[2];
    build_t build;
    for (size_t k = 0; k < 2; k++) {
        build_init(&build, 2, LONG);
        build_covariance(&build, 0, "power-law", "exponent", 1.1);
        build_covariance(&build, 1, "power-law", "exponent", 1.5);
        build_mean(&build, 0, "gaussian", NULL, 0);
        build_mean(&build, 1, "gaussian", NULL, 0);
        build.mixture.threads = 1 + 2 * k;
        nodes[k] = build_nodes(&build, 1e-8, 1e3, 1);
        assert_true(nodes[k].compressed && nodes[k].compression_error < 1e-9);
    }
    const size_t bytes = nodes[0].count * sizeof(double);
    assert_int_equal(nodes[0].count, nodes[1].count);
    assert_memory_equal(nodes[0].weight, nodes[1].weight, bytes);
    assert_memory_equal(nodes[0].eigenvalue, nodes[1].eigenvalue, 2 * bytes);
    assert_memory_equal(nodes[0].mean, nodes[1].mean, 2 * bytes);
    assert_close(nodes[0].compression_error, nodes[1].compression_error, 0);
    sgdl_nodes_free(&nodes[0]);
    sgdl_nodes_free(&nodes[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(powers_are_right_to_the_last_digits),
        cmocka_unit_test(lists_are_profiles_whatever_the_threads),
        cmocka_unit_test(directions_that_stand_alone_are_nodes),
        cmocka_unit_test(compressed_nodes_are_the_same_whatever_the_threads),
    };
    return cmocka_run_group_tests_name("lists", tests, NULL, NULL);
}
