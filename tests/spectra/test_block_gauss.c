/* Block Gauss rules: the sums of their measure with fewer points. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "spectra/compress/block_gauss.h"
#include "tests/spectra_build.h"

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
        vector[1] = vector[0] * trial_normal(7, n);
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

static int reduce_measure(block_gauss_t *work, const block_measure_t *in,
                          const block_target_t *target, block_measure_t *out, bool *shorter)
{
    const block_points_t points = block_measure_points(in);
    return block_gauss_reduce(work, &points, target, out, shorter, NULL);
}

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
            assert_int_equal(reduce_measure(&work, &in, &target, &out, &shorter), 0);
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
    assert_int_equal(reduce_measure(&work, &in, &target, &out, &shorter), 0);
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
    in.count = 3;
    assert_int_equal(reduce_measure(&work, &in, &target, &out, &shorter), 0);
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
    assert_int_equal(reduce_measure(&work, &in, &target, &out, &shorter), 0);
    assert_true(out.count <= block_gauss_steps(&target, 1) + 3); /* not three times as many */
    for (size_t a = 0; a < 3; a++)
        assert_relative(measure_sum(&out, a, a, decay), measure_sum(&in, a, a, decay), 1e-9);
    block_gauss_free(&work);
    block_measure_free(&in);
    block_measure_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_have_the_sums_of_their_measure),
        cmocka_unit_test(points_that_coincide_share_their_weight),
        cmocka_unit_test(smooth_vectors_take_short_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
