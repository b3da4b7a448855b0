/* Sobol points: balance of nets, and what randomising them must leave alone. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "src/random/sobol.h"

enum { POINTS = 1 << 10, SEEDS = 400 };

/* Of 2^k points one lies in each of 2^k intervals, in every dimension. */
static void every_dimension_is_stratified(void **state)
{
    sobol_t sobol;
    (void)state;
    sobol_init(&sobol, 1, 2);
    for (size_t d = 0; d < SOBOL_DIMENSIONS; d++) {
        unsigned char hit[POINTS] = {0};
        for (uint32_t i = 0; i < POINTS; i++) {
            const double x = sobol_point(&sobol, d, i);
            assert_true(x > 0 && x < 1);
            const size_t cell = (size_t)(x * POINTS);
            assert_int_equal(hit[cell], 0);
            hit[cell] = 1;
        }
    }
}

/* The first two dimensions: of 2^k points one in each rectangle 2^-a x 2^-(k-a). */
static void two_dimensions_are_a_net(void **state)
{
    sobol_t sobol;
    (void)state;
    sobol_init(&sobol, 3, 4);
    for (unsigned a = 0; a <= 10; a++) {
        unsigned char hit[POINTS] = {0};
        for (uint32_t i = 0; i < POINTS; i++) {
            const size_t x = (size_t)(sobol_point(&sobol, 0, i) * (double)(1U << a)),
                         y = (size_t)(sobol_point(&sobol, 1, i) * (double)(1U << (10 - a)));
            assert_int_equal(hit[(x << (10 - a)) + y], 0);
            hit[(x << (10 - a)) + y] = 1;
        }
    }
}

/* Sobol's property A, for which the direction numbers were sought: of the first 2^D points one is
 * in each orthant of the cube of D dimensions. */
static void orthants_are_hit_once(void **state)
{
    enum { D = 16 };
    static unsigned char hit[1 << D];
    sobol_t sobol;
    (void)state;
    sobol_init(&sobol, 5, 6);
    for (size_t i = 0; i < 1 << D; i++)
        hit[i] = 0;
    for (uint32_t i = 0; i < 1 << D; i++) {
        size_t cell = 0;
        for (size_t d = 0; d < D; d++)
            cell = 2 * cell + (sobol_point(&sobol, d, i) > 0.5);
        assert_int_equal(hit[cell], 0);
        hit[cell] = 1;
    }
}

/* A product of all dimensions: unbiased over seeds, and by far closer than independent points. */
static void means_are_close_and_unbiased(void **state)
{
    double sum = 0, sum2 = 0, variance = 1;
    (void)state;
    for (size_t d = 0; d < SOBOL_DIMENSIONS; d++)
        variance *= 1 + 1 / (12.0 * (double)((d + 1) * (d + 1)));
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        sobol_t sobol;
        double mean = 0;
        sobol_init(&sobol, seed, 0);
        for (uint32_t i = 0; i < 256; i++) {
            double product = 1;
            for (size_t d = 0; d < SOBOL_DIMENSIONS; d++)
                product *= 1 + (sobol_point(&sobol, d, i) - 0.5) / (double)(d + 1);
            mean += product / 256;
        }
        sum += mean - 1;
        sum2 += (mean - 1) * (mean - 1);
    }
    const double sd = sqrt(sum2 / SEEDS);
    assert_true(fabs(sum / SEEDS) < 4 * sd / sqrt(SEEDS));
    assert_true(sd < 0.1 * sqrt((variance - 1) / 256));
}

/* One point over seeds, and two points of a dimension: uniform, and the second independent of how
 * the first lies within its half. */
static void a_point_is_uniform_over_seeds(void **state)
{
    double mean = 0, square = 0, cross = 0;
    (void)state;
    for (uint64_t number = 0; number < SEEDS; number++) {
        sobol_t sobol;
        sobol_init(&sobol, 7, number);
        const double x = sobol_point(&sobol, 5, 77) - 0.5, y = sobol_point(&sobol, 6, 77) - 0.5;
        mean += x / SEEDS;
        square += x * x / SEEDS;
        cross += x * y / SEEDS;
    }
    assert_true(fabs(mean) < 4 * sqrt(1.0 / 12 / SEEDS));
    assert_true(fabs(square - 1.0 / 12) < 4 * sqrt(1.0 / 180 / SEEDS));
    assert_true(fabs(cross) < 4 * (1.0 / 12) / sqrt(SEEDS));
}

static void bits_are_reversed(void **state)
{
    (void)state;
    assert_int_equal(sobol_reverse(1), 0x80000000U);
    assert_int_equal(sobol_reverse(0x12345678U), 0x1e6a2c48U);
    for (uint32_t i = 0; i < 1000; i++)
        assert_int_equal(sobol_reverse(sobol_reverse(i * 2654435761U)), i * 2654435761U);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_dimension_is_stratified),
        cmocka_unit_test(two_dimensions_are_a_net),
        cmocka_unit_test(orthants_are_hit_once),
        cmocka_unit_test(means_are_close_and_unbiased),
        cmocka_unit_test(a_point_is_uniform_over_seeds),
        cmocka_unit_test(bits_are_reversed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
