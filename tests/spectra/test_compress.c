/* Compression of large finite dimensions: sums over the few nodes against sums over directions. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "tests/compress_mixtures.h"
#include "tests/scratch_file.h"

static sgdl_nodes_t make_nodes(const build_t *build, sgdl_quadrature_t quadrature)
{
    sgdl_nodes_t nodes;
    sgdl_error_t error = {0};
    if (sgdl_nodes_init(&nodes, &build->mixture, &quadrature, &error))
        fail_msg("%s: %s", error.place, error.message);
    return nodes;
}

/* ---- sums -------------------------------------------------------------------------------- */

/* w f, w lambda_i f, w N_i N_j^T f and w lambda_i (N_i N_j^T) f: what the equations see. */
enum { QUANTITIES = 1 + BUILD_CLASSES + 2 * BUILD_CLASSES * BUILD_CLASSES };
typedef struct sums {
    double value[QUANTITIES];
} sums_t;

/* Adds one direction or node; moment [C*C]. */
static void sums_add(sums_t *self, size_t classes, double weight, const double *eigenvalue,
                     const double *moment, double f)
{
    double *next = self->value;
    *next++ += weight * f;
    for (size_t i = 0; i < classes; i++)
        *next++ += weight * eigenvalue[i] * f;
    for (size_t i = 0; i < classes; i++)
        for (size_t j = 0; j < classes; j++) {
            *next++ += weight * moment[i * classes + j] * f;
            *next++ += weight * eigenvalue[i] * moment[i * classes + j] * f;
        }
}

/* A rate lambda = sum_i c_i lambda_i and a time, and what decays with them. */
typedef struct decaying {
    double mixing[BUILD_CLASSES];
    double t;
    bool exponential; /* exp(-lambda t), else 1/(1 + lambda t) */
} decaying_t;

static double decay_of(const decaying_t *self, size_t classes, const double *eigenvalue)
{
    double rate = 0;
    for (size_t i = 0; i < classes; i++)
        rate += self->mixing[i] * eigenvalue[i];
    return self->exponential ? exp(-rate * self->t) : 1 / (1 + rate * self->t);
}

static sums_t direction_sums(const sgdl_directions_t *directions, const decaying_t *decaying)
{
    const size_t classes = directions->classes, d = directions->dimension;
    sums_t sums = {{0}};
    for (size_t rho = 0; rho < d; rho++) {
        double eigenvalue[BUILD_CLASSES], moment[BUILD_CLASSES * BUILD_CLASSES];
        for (size_t i = 0; i < classes; i++) {
            eigenvalue[i] = directions->eigenvalue[i * d + rho];
            for (size_t j = 0; j < classes; j++)
                moment[i * classes + j] =
                    directions->mean[i * d + rho] * directions->mean[j * d + rho];
        }
        sums_add(&sums, classes, 1 / (double)d, eigenvalue, moment,
                 decay_of(decaying, classes, eigenvalue));
    }
    return sums;
}

static sums_t node_sums(const sgdl_nodes_t *nodes, const decaying_t *decaying)
{
    const size_t classes = nodes->classes;
    sums_t sums = {{0}};
    for (size_t n = 0; n < nodes->count; n++) {
        double eigenvalue[BUILD_CLASSES], moment[BUILD_CLASSES * BUILD_CLASSES];
        for (size_t i = 0; i < classes; i++) {
            eigenvalue[i] = nodes->eigenvalue[i * nodes->count + n];
            for (size_t j = 0; j < classes; j++)
                moment[i * classes + j] = build_moment(nodes, i, j, n);
        }
        sums_add(&sums, classes, nodes->weight[n], eigenvalue, moment,
                 decay_of(decaying, classes, eigenvalue));
    }
    return sums;
}

/* Largest difference of sums over the times up to reach: relative to the sum with the slower decay,
 * for products of two different means to that of their squares. */
static double largest_difference(const sgdl_nodes_t *nodes, const sgdl_directions_t *directions,
                                 double reach)
{
    const double mixing[][BUILD_CLASSES] = {{1, 0, 0}, {0, 1, 0}, {0.1, 0.5, 0.8}};
    const size_t classes = nodes->classes;
    double largest = 0;
    for (size_t k = 0; k < 3; k++)
        for (double t = reach; t > 1e-2; t /= 7) {
            decaying_t decaying = {.t = t};
            memcpy(decaying.mixing, mixing[k], sizeof decaying.mixing);
            const sums_t slow = direction_sums(directions, &decaying);
            for (int exponential = 0; exponential < 2; exponential++) {
                decaying.exponential = exponential == 1;
                const sums_t few = node_sums(nodes, &decaying);
                const sums_t all = direction_sums(directions, &decaying);
                for (size_t q = 0; q < 1 + classes + 2 * classes * classes; q++) {
                    double size = slow.value[q];
                    const size_t pair = q - 1 - classes, j = pair / 2 % classes;
                    const size_t i = pair / 2 / classes, which = pair % 2;
                    if (q > classes && i != j)
                        size = sqrt(slow.value[1 + classes + 2 * (i * classes + i) + which] *
                                    slow.value[1 + classes + 2 * (j * classes + j) + which]);
                    const double difference = fabs(few.value[q] - all.value[q]);
                    if (size > 0)
                        largest = fmax(largest, difference / size);
                }
            }
        }
    return largest;
}

static double check_mixture(const build_t *build, sgdl_quadrature_t quadrature, double tolerance)
{
    sgdl_directions_t directions;
    assert_int_equal(sgdl_directions_init(&directions, &build->mixture, NULL), 0);
    sgdl_nodes_t nodes = make_nodes(build, quadrature);
    assert_true(nodes.compressed);
    assert_null(nodes.exact_because);
    assert_true(nodes.count < 600);
    assert_true(nodes.compression_error >= 0 && nodes.compression_error <= quadrature.accuracy);
    const double found = largest_difference(&nodes, &directions, quadrature.reach);
    if (!(found <= tolerance))
        fail_msg("sums differ by %.3g, allowed %.3g; estimated %.3g", found, tolerance,
                 nodes.compression_error);
    sgdl_nodes_free(&nodes);
    sgdl_directions_free(&directions);
    return found;
}

static void sums_equal_those_over_directions(void **state)
{
    (void)state;
    for (size_t k = 0; k < MIXTURES; k++)
        for (double reach = 1; reach < 1e7; reach *= 1e3) {
            build_t build;
            mixtures[k](&build);
            (void)check_mixture(&build, (sgdl_quadrature_t){1e-8, reach, 1, false}, 1e-8);
        }
}

static void accuracy_and_refinement_are_felt(void **state)
{
    (void)state;
    build_t build;
    mixed_means(&build);
    const double coarse = check_mixture(&build, (sgdl_quadrature_t){1e-3, 1e4, 1, false}, 1e-3);
    const double fine = check_mixture(&build, (sgdl_quadrature_t){1e-11, 1e4, 1, false}, 1e-11);
    const double refined = check_mixture(&build, (sgdl_quadrature_t){1e-3, 1e4, 2, false}, 1e-5);
    assert_true(coarse > 1e-8); /* fewer nodes are meant to cost something */
    assert_true(fine < 1e-3 * coarse);
    assert_true(refined < 1e-1 * coarse);
}

static void time_may_be_short_or_endless(void **state)
{
    (void)state;
    const double reaches[] = {0, 1e-3, 1e300, INFINITY};
    for (size_t k = 0; k < MIXTURES; k++)
        for (size_t r = 0; r < 4; r++) {
            build_t build;
            mixtures[k](&build);
            const sgdl_quadrature_t quadrature = {1e-8, reaches[r], 1, false};
            sgdl_directions_t directions;
            assert_int_equal(sgdl_directions_init(&directions, &build.mixture, NULL), 0);
            sgdl_nodes_t nodes = make_nodes(&build, quadrature);
            assert_true(nodes.compressed);
            const double reach = fmin(fmax(reaches[r], 0.1), 1e9);
            assert_true(largest_difference(&nodes, &directions, reach) <= 1e-8);
            sgdl_nodes_free(&nodes);
            sgdl_directions_free(&directions);
        }
}

/* ---- nodes ------------------------------------------------------------------------------- */

static double extreme(const double *values, size_t count, double sign)
{
    double largest = -INFINITY;
    for (size_t n = 0; n < count; n++)
        largest = fmax(largest, sign * values[n]);
    return sign * largest;
}

/* Weights are positive, eigenvalues within their range, totals and the clean part as they were. */
static void nodes_keep_what_is_known_of_them(void **state)
{
    (void)state;
    for (size_t k = 0; k < MIXTURES; k++) {
        build_t build;
        mixtures[k](&build);
        const size_t classes = build.mixture.classes;
        sgdl_nodes_t few = make_nodes(&build, (sgdl_quadrature_t){1e-8, 1e5, 1, false});
        sgdl_nodes_t all = make_nodes(&build, (sgdl_quadrature_t){1e-8, 1e5, 1, true});
        assert_true(few.compressed && !all.compressed);
        assert_true(extreme(few.weight, few.count, -1) > 0);
        assert_int_equal(few.latent, 1);
        double weight[2] = {0, 0}, clean[2] = {0, 0}, clean_mean[2] = {0, 0};
        const sgdl_nodes_t *both[] = {&few, &all};
        for (size_t s = 0; s < 2; s++)
            for (size_t n = 0; n < both[s]->count; n++) {
                weight[s] += both[s]->weight[n];
                clean[s] += both[s]->clean[n] ? both[s]->weight[n] : 0;
                clean_mean[s] +=
                    both[s]->clean[n] ? both[s]->weight[n] * build_moment(both[s], 0, 0, n) : 0;
            }
        assert_close(weight[0], 1, 1e-12);
        assert_relative(clean[0], clean[1], 1e-10);
        assert_relative(clean_mean[0], clean_mean[1], 1e-10);
        for (size_t i = 0; i < classes; i++) {
            const double *eigenvalue = few.eigenvalue + i * few.count;
            const double *every = all.eigenvalue + i * all.count;
            assert_true(extreme(eigenvalue, few.count, 1) <= extreme(every, all.count, 1));
            assert_true(extreme(eigenvalue, few.count, -1) >= extreme(every, all.count, -1));
            assert_close(few.trace[i], all.trace[i], 0);
            for (size_t j = 0; j < classes; j++) {
                assert_close(few.gram[i * classes + j], all.gram[i * classes + j], 0);
                assert_close(few.mahalanobis2[i * classes + j], all.mahalanobis2[i * classes + j],
                             0);
            }
        }
        sgdl_nodes_free(&few);
        sgdl_nodes_free(&all);
    }
}

/* Relabelling the classes relabels the sums. */
static void classes_may_be_permuted(void **state)
{
    (void)state;
    build_t build, turned;
    three_classes(&build);
    /* power laws in place of draws, which hang on the class's number */
    for (size_t i = 0; i < 3; i++)
        build_mean(&build, i, "power-law", "exponent", 0.4 * (double)i - 0.3);
    three_classes(&turned);
    for (size_t i = 0; i < 3; i++) {
        turned.weight[i] = build.weight[(i + 1) % 3];
        turned.covariance[i] = build.covariance[(i + 1) % 3];
        turned.mean[i] = build.mean[(i + 1) % 3];
    }
    const sgdl_quadrature_t quadrature = {1e-10, 1e4, 1, false};
    sgdl_nodes_t one = make_nodes(&build, quadrature), other = make_nodes(&turned, quadrature);
    assert_true(one.compressed && other.compressed);
    for (double t = 0.1; t < 1e4; t *= 10) {
        const decaying_t decaying = {.mixing = {0.2, 0.3, 0.5}, .t = t};
        const decaying_t decaying_turned = {.mixing = {0.3, 0.5, 0.2}, .t = t};
        const sums_t a = node_sums(&one, &decaying), b = node_sums(&other, &decaying_turned);
        assert_relative(a.value[0], b.value[0], 1e-9);
        for (size_t i = 0; i < 3; i++)
            for (size_t j = 0; j < 3; j++)
                assert_relative(a.value[4 + 2 * (3 * ((i + 1) % 3) + (j + 1) % 3)],
                                b.value[4 + 2 * (3 * i + j)], 1e-9);
    }
    sgdl_nodes_free(&one);
    sgdl_nodes_free(&other);
}

/* X_0 = a function of the direction plus noise, for two outputs. */
static double *make_start(size_t outputs)
{
    double *start = malloc(D * outputs * sizeof *start);
    assert_non_null(start);
    for (size_t k = 0; k < D * outputs; k++)
        start[k] = (trial_normal(9, k) + (double)k / D) / sqrt(D);
    return start;
}

static void given_starts_are_carried_along(void **state)
{
    (void)state;
    enum { L = 2 };
    double *start = make_start(L);
    build_t build;
    power_laws(&build);
    build.mixture.start = start;
    build.mixture.outputs = L;
    sgdl_nodes_t few = make_nodes(&build, (sgdl_quadrature_t){1e-9, 1e5, 1, false});
    sgdl_nodes_t all = make_nodes(&build, (sgdl_quadrature_t){1e-9, 1e5, 1, true});
    assert_true(few.compressed);
    const sgdl_nodes_t *both[] = {&few, &all};
    for (double t = 1e-2; t < 1e6; t *= 10) {
        double mean[2] = {0}, second[2][3] = {{0}}, mixed[2] = {0};
        for (size_t s = 0; s < 2; s++)
            for (size_t n = 0; n < both[s]->count; n++) {
                const size_t N = both[s]->count;
                const double f = both[s]->weight[n] / (1 + t * both[s]->eigenvalue[n]);
                mean[s] += f * both[s]->start_mean[N + n] * both[s]->mean[n];
                mixed[s] += f * both[s]->eigenvalue[N + n] * both[s]->start_second[2 * N + n];
                for (size_t pair = 0; pair < 3; pair++)
                    second[s][pair] += f * both[s]->start_second[pair * N + n];
            }
        assert_close(mean[0], mean[1], 1e-9);
        assert_relative(mixed[0], mixed[1], 1e-9);
        for (size_t pair = 0; pair < 3; pair++)
            assert_close(second[0][pair], second[1][pair], 1e-9 * fmax(second[1][0], second[1][2]));
    }
    sgdl_nodes_free(&few);
    sgdl_nodes_free(&all);
    free(start);
}

/* ---- what stays exact -------------------------------------------------------------------- */

static void expect_exact(const build_t *build, bool exact, size_t count, const char *because)
{
    char text[200];
    sgdl_nodes_t nodes = make_nodes(build, (sgdl_quadrature_t){1e-8, 1e5, 1, exact});
    assert_int_equal(nodes.count, count);
    assert_false(nodes.compressed);
    assert_close(nodes.compression_error, 0, 0);
    if (because)
        assert_non_null(strstr(sgdl_nodes_compression(&nodes, text, sizeof text), because));
    else
        assert_string_equal(sgdl_nodes_compression(&nodes, text, sizeof text), "");
    sgdl_nodes_free(&nodes);
}

static void small_dimensions_and_exact_ones_stay(void **state)
{
    (void)state;
    build_t build;
    power_laws(&build);
    expect_exact(&build, true, D, "asked for");
    build.mixture.dimension = SGDL_NODES_EXACT;
    expect_exact(&build, false, SGDL_NODES_EXACT, NULL);
    build.mixture.dimension = SGDL_NODES_EXACT + 1;
    char text[200];
    sgdl_nodes_t nodes = make_nodes(&build, (sgdl_quadrature_t){1e-8, 1e5, 1, false});
    assert_true(nodes.compressed);
    assert_non_null(strstr(sgdl_nodes_compression(&nodes, text, sizeof text), "4097 directions"));
    sgdl_nodes_free(&nodes);
}

static void a_start_on_groups_stays(void **state)
{
    (void)state;
    double *start = make_start(1);
    build_t build;
    marchenko_pastur(&build);
    build.mixture.start = start;
    build.mixture.outputs = 1;
    expect_exact(&build, false, D / 2 + 1, "start");
    build_covariance(&build, 0, "zero-one", "zero", 0.1);
    build_covariance(&build, 1, "zero-one", "zero", 0.3);
    expect_exact(&build, false, 3, NULL); /* few groups: no question of compression */
    free(start);
}

/* Writes `number` of every direction, in an order that jumps around. */
static void write_jumping(const scratch_t *scratch, double (*number)(size_t rho))
{
    FILE *stream = fopen(scratch->path, "w");
    assert_non_null(stream);
    for (size_t rho = 0; rho < D; rho++)
        (void)fprintf(stream, "%.17g\n", number(rho * 7919 % D));
    assert_int_equal(fclose(stream), 0);
}

/* A rough spectrum, a smooth function of it, and another rough one. */
static double rough(size_t rho)
{
    return exp(-6 * (double)rho / D) * (1 + 0.5 * sin(trial_normal(3, rho)));
}
static double function_of_rough(size_t rho) { return 0.7 * pow(rough(rho), 1.3); }
static double unrelated(size_t rho) { return rough(rho) * exp(0.1 * trial_normal(4, rho)); }

static void use_file(sgdl_spec_t *spec, const scratch_t *scratch)
{
    sgdl_setting_t *setting = &spec->setting[0];
    assert_int_equal(sgdl_numbers_read(scratch->path, &setting->list, &setting->data_count, NULL),
                     0);
    setting->data = setting->list;
    setting->count = 1;
}

static void files_compress_where_classes_are_related(void **state)
{
    double (*const second[])(size_t) = {function_of_rough, unrelated};
    scratch_t *file[2] = {*state, NULL};
    assert_int_equal(scratch_setup((void **)&file[1]), 0);
    write_jumping(file[0], rough);
    for (size_t related = 0; related < 2; related++) {
        build_t build;
        power_laws(&build);
        build_covariance(&build, 0, "file", NULL, 0);
        build_covariance(&build, 1, "file", NULL, 0);
        write_jumping(file[1], second[related]);
        for (size_t i = 0; i < 2; i++)
            use_file(&build.covariance[i], file[i]);
        if (related == 0)
            (void)check_mixture(&build, (sgdl_quadrature_t){1e-8, 1e4, 1, false}, 1e-8);
        else
            expect_exact(&build, false, D, "quarter");
        for (size_t i = 0; i < 2; i++)
            sgdl_spec_free(&build.covariance[i]);
    }
    (void)scratch_teardown((void **)&file[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_equal_those_over_directions),
        cmocka_unit_test(accuracy_and_refinement_are_felt),
        cmocka_unit_test(time_may_be_short_or_endless),
        cmocka_unit_test(nodes_keep_what_is_known_of_them),
        cmocka_unit_test(classes_may_be_permuted),
        cmocka_unit_test(given_starts_are_carried_along),
        cmocka_unit_test(small_dimensions_and_exact_ones_stay),
        cmocka_unit_test(a_start_on_groups_stays),
        cmocka_unit_test_setup_teardown(files_compress_where_classes_are_related, scratch_setup,
                                        scratch_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
