/* Compression of large finite dimensions: sums over the few nodes against sums over directions. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "sgdlimit/ode.h"
#include "spectra/compress/block_gauss.h"
#include "src/random/normals.h"
#include "tests/scratch_file.h"
#include "tests/spectra_build.h"

enum { D = 20000 };

static sgdl_nodes_t make_nodes(const build_t *build, sgdl_quadrature_t quadrature)
{
    sgdl_nodes_t nodes;
    sgdl_error_t error = {0};
    if (sgdl_nodes_init(&nodes, &build->mixture, &quadrature, &error))
        fail_msg("%s: %s", error.place, error.message);
    return nodes;
}

/* ---- block Gauss rules ------------------------------------------------------------------- */

/* `points` points in x = centre + [-half_width, half_width], with vectors of three columns: the
 * first positive, the second rough, the third a smooth function of x. */
static block_measure_t rough_measure(size_t points, double centre, double half_width)
{
    block_measure_t measure = {.columns = 3};
    for (size_t n = 0; n < points; n++) {
        const double x = centre + half_width * (2 * ((double)n + 0.5) / (double)points - 1);
        double *vector = block_measure_add(&measure, x);
        assert_non_null(vector);
        vector[0] = 1 / sqrt((double)points);
        vector[1] = vector[0] * normal_draw(1, 7, n);
        vector[2] = vector[0] * exp(0.3 * x);
    }
    return measure;
}

/* sum_n v_a v_b f(x) */
static double measure_sum(const block_measure_t *measure, size_t a, size_t b, double (*f)(double))
{
    double sum = 0;
    for (size_t n = 0; n < measure->count; n++) {
        const double *vector = measure->vector + n * measure->columns;
        sum += vector[a] * vector[b] * f(measure->x[n]);
    }
    return sum;
}

static double constant(double x) { return 1 + 0 * x; }
static double cube(double x) { return x * x * x; }
static double pole(double x)
{
    return 1 / (1 + (x - 5) * (x - 5));
} /* at distance 1 from [.., 5] */
static double decay(double x) { return exp(-exp(x - 5)); }

static void rules_have_the_sums_of_their_measure(void **state)
{
    (void)state;
    double (*const functions[])(double) = {constant, cube, pole, decay};
    const double half_widths[] = {0.001, 0.1, 1};
    for (size_t k = 0; k < 3; k++)
        for (double tolerance = 1e-4; tolerance > 1e-13; tolerance *= 1e-4) {
            block_measure_t in = rough_measure(3000, 5, half_widths[k]), out = {.columns = 3};
            block_gauss_t work = {0};
            const block_target_t target = {1, tolerance};
            bool shorter;
            assert_int_equal(
                block_gauss_reduce(&work, &in, 0, in.count, &target, &out, &shorter, NULL), 0);
            assert_true(shorter);
            /* no more points a column than the theory of one measure says */
            assert_true(out.count <= 3 * block_gauss_steps(&target, half_widths[k]) + 3);
            for (size_t f = 0; f < 4; f++)
                for (size_t a = 0; a < 3; a++)
                    for (size_t b = a; b < 3; b++) {
                        const double size = sqrt(measure_sum(&in, a, a, functions[f]) *
                                                 measure_sum(&in, b, b, functions[f]));
                        assert_close(measure_sum(&out, a, b, functions[f]),
                                     measure_sum(&in, a, b, functions[f]),
                                     (10 * tolerance + 1e-13) * size);
                    }
            block_gauss_free(&work);
            block_measure_free(&in);
            block_measure_free(&out);
        }
}

/* The Gram matrix is one place's: as many points there as it has rank, of equal weights. */
static void points_that_coincide_share_their_weight(void **state)
{
    (void)state;
    block_measure_t in = rough_measure(500, 2, 0), out = {.columns = 3};
    for (size_t n = 0; n < in.count; n++)
        in.vector[3 * n + 2] = 2 * in.vector[3 * n + 1] - in.vector[3 * n];
    block_gauss_t work = {0};
    const block_target_t target = {1, 1e-10};
    bool shorter;
    assert_int_equal(block_gauss_reduce(&work, &in, 0, in.count, &target, &out, &shorter, NULL), 0);
    assert_true(shorter);
    assert_int_equal(out.count, 2);
    for (size_t n = 0; n < 2; n++) {
        assert_close(out.x[n], 2, 1e-15);
        assert_close(out.vector[3 * n] * out.vector[3 * n], 0.5, 1e-12);
    }
    for (size_t a = 0; a < 3; a++)
        for (size_t b = a; b < 3; b++)
            assert_close(measure_sum(&out, a, b, constant), measure_sum(&in, a, b, constant),
                         1e-12);
    /* Few points are not worth a rule. */
    assert_int_equal(block_gauss_reduce(&work, &in, 0, 3, &target, &out, &shorter, NULL), 0);
    assert_false(shorter);
    assert_int_equal(out.count, 2);
    block_gauss_free(&work);
    block_measure_free(&in);
    block_measure_free(&out);
}

static void smooth_vectors_take_short_rules(void **state)
{
    (void)state;
    block_measure_t in = rough_measure(3000, 5, 1), out = {.columns = 3};
    for (size_t n = 0; n < in.count; n++)
        in.vector[3 * n + 1] = in.vector[3 * n] * in.x[n];
    block_gauss_t work = {0};
    const block_target_t target = {1.5, 1e-10};
    bool shorter;
    assert_int_equal(block_gauss_reduce(&work, &in, 0, in.count, &target, &out, &shorter, NULL), 0);
    assert_true(out.count <= block_gauss_steps(&target, 1) + 3); /* not three times as many */
    for (size_t a = 0; a < 3; a++)
        assert_relative(measure_sum(&out, a, a, decay), measure_sum(&in, a, a, decay), 1e-9);
    block_gauss_free(&work);
    block_measure_free(&in);
    block_measure_free(&out);
}

/* ---- mixtures ---------------------------------------------------------------------------- */

static void power_laws(build_t *build)
{
    build_init(build, 2, D);
    build_covariance(build, 0, "power-law", "exponent", 1.1);
    build_covariance(build, 1, "power-law", "exponent", 1.5);
    build_mean(build, 0, "gaussian", NULL, 0);
    build_mean(build, 1, "opposite", "of", 1);
}

static void smooth_means(build_t *build)
{
    power_laws(build);
    build_mean(build, 0, "power-law", "exponent", -0.25);
    build_mean(build, 1, "power-law", "exponent", 0.5);
}

static void mixed_means(build_t *build)
{
    power_laws(build);
    build_mean(build, 0, "power-law", "exponent", -0.3);
    build_mean(build, 1, "gaussian", "scale", 2);
    build->mean[1].on[0] = 0.1;
    build->mean[1].on[1] = 0.6;
}

static void three_classes(build_t *build)
{
    build_init(build, 3, D);
    const double exponent[] = {0.5, 1.1, 2}, weight[] = {0.2, 0.5, 0.3};
    for (size_t i = 0; i < 3; i++) {
        build->weight[i] = weight[i];
        build_covariance(build, i, "power-law", "exponent", exponent[i]);
        build_mean(build, i, "gaussian", NULL, 0);
    }
}

/* Half of the eigenvalues are zero: one group, of two latent coordinates. */
static void marchenko_pastur(build_t *build)
{
    build_init(build, 2, D);
    for (size_t i = 0; i < 2; i++) {
        build_covariance(build, i, "marchenko-pastur", "ratio", 2);
        build_mean(build, i, "gaussian", NULL, 0);
    }
}

static void marchenko_pastur_and_power_law(build_t *build)
{
    power_laws(build);
    build_covariance(build, 0, "marchenko-pastur", "ratio", 0.5);
}

static void falling_and_rising(build_t *build)
{
    power_laws(build);
    build_covariance(build, 0, "power-law", "exponent", -0.3);
}

static void constant_and_power_law(build_t *build)
{
    power_laws(build);
    build_covariance(build, 0, "isotropic", "scale", 0.5);
}

static void zero_one_and_power_law(build_t *build)
{
    power_laws(build);
    build_covariance(build, 0, "zero-one", "zero", 0.3);
    build_mean(build, 1, "constant", NULL, 0);
}

static void clean_split(build_t *build)
{
    power_laws(build);
    build->mixture.clean_below = 1e-2;
}

typedef void mixture_t(build_t *build);

static mixture_t *const mixtures[] = {
    power_laws,         smooth_means,           mixed_means,
    three_classes,      marchenko_pastur,       marchenko_pastur_and_power_law,
    falling_and_rising, constant_and_power_law, zero_one_and_power_law,
    clean_split};
enum { MIXTURES = sizeof mixtures / sizeof *mixtures };

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
        start[k] = (normal_draw(5, 9, k) + (double)k / D) / sqrt(D);
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
    return exp(-6 * (double)rho / D) * (1 + 0.5 * sin(normal_draw(2, 3, rho)));
}
static double function_of_rough(size_t rho) { return 0.7 * pow(rough(rho), 1.3); }
static double unrelated(size_t rho) { return rough(rho) * exp(0.1 * normal_draw(2, 4, rho)); }

static void use_file(sgdl_spec_t *spec, const scratch_t *scratch)
{
    spec->setting[0].path = strdup(scratch->path);
    assert_non_null(spec->setting[0].path);
    spec->setting[0].count = 1;
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

/* ---- curves ------------------------------------------------------------------------------ */

static sgdl_table_t solve_text(const char *text, bool exact)
{
    sgdl_problem_t problem;
    sgdl_solve_options_t options = sgdl_solve_options_default();
    sgdl_table_t table;
    sgdl_error_t error = {0};
    options.exact = exact;
    sgdl_table_init(&table);
    if (sgdl_problem_parse(&problem, text, "test", NULL, 0, &error) ||
        sgdl_solve(&problem, &options, &table, &error))
        fail_msg("%s: %s", error.place, error.message);
    sgdl_problem_free(&problem);
    return table;
}

static void curves_equal_exact_ones(void **state)
{
    (void)state;
    const char *texts[] = {
        "{dimension: 20000, time: 1e6, output: {points: 13, spacing: log, first: 1}, classes: ["
        "{weight: 0.5, label: 1, covariance: {family: power-law, exponent: 1.1}, mean: {family: "
        "gaussian}}, {weight: 0.5, label: 0, covariance: {family: power-law, exponent: 1.5}, mean: "
        "{family: opposite, of: 1}}], clean_below: 1e-3}",
        "{dimension: 5000, time: 1e4, output: {points: 9, spacing: log, first: 1}, ridge: 1e-3, "
        "loss: least-squares, encoding: one-hot, learning_rate: 0.3, start: {norm2: 1}, classes: ["
        "{weight: 0.2, label: 1, covariance: {family: power-law, exponent: 0.5}, mean: {family: "
        "gaussian}}, {weight: 0.3, label: 2, covariance: {family: marchenko-pastur, ratio: 0.5}, "
        "mean: {family: constant}}, {weight: 0.5, label: 3, covariance: {family: isotropic}, "
        "mean: {family: power-law, exponent: -0.2}}]}"};
    for (size_t k = 0; k < 2; k++) {
        sgdl_table_t few = solve_text(texts[k], false), all = solve_text(texts[k], true);
        assert_int_equal(few.rows, all.rows);
        assert_int_equal(few.columns, all.columns);
        for (size_t n = 0; n < few.rows * few.columns; n++)
            if (!(isnan(few.value[n]) && isnan(all.value[n])))
                assert_close(few.value[n], all.value[n], 1e-7 * fabs(all.value[n]) + 1e-8);
        sgdl_table_free(&few);
        sgdl_table_free(&all);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_have_the_sums_of_their_measure),
        cmocka_unit_test(points_that_coincide_share_their_weight),
        cmocka_unit_test(smooth_vectors_take_short_rules),
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
        cmocka_unit_test(curves_equal_exact_ones),
    };
    cmocka_set_test_filter(getenv("CMOCKA_TEST_FILTER"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
