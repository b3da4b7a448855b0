/* Products of matrices against sums one by one. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "src/base/multiply.h"

static void products_are_sums(void **state)
{
    (void)state;
    const size_t sizes[][3] = {{1, 1, 1},    {2, 3, 5},     {4, 16, 16},
                               {7, 300, 17}, {70, 5, 33},   {130, 257, 2},
                               {3, 1, 40},   {65, 512, 66}, {300, 300, 300}};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        const size_t rows = sizes[s][0], inner = sizes[s][1], columns = sizes[s][2];
        double *a = malloc(rows * inner * sizeof *a), *b = malloc(inner * columns * sizeof *b);
        double *out = malloc(rows * columns * sizeof *out);
        double *turned = malloc(rows * inner * sizeof *turned);
        double *room = aligned_alloc(64, multiply_room(columns) * sizeof *room);
        assert_true(a && b && out && turned && room);
        for (size_t e = 0; e < rows * inner; e++)
            a[e] = sin((double)e + 1);
        for (size_t e = 0; e < inner * columns; e++)
            b[e] = cos(1.7 * (double)e);
        multiply(rows, inner, columns, a, b, out, room);
        transpose_rows(rows, inner, a, turned);
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < columns; j++) {
                double sum = 0;
                for (size_t k = 0; k < inner; k++)
                    sum += turned[k * rows + i] * b[k * columns + j];
                assert_true(fabs(out[i * columns + j] - sum) <= 1e-15 * (double)inner);
            }
        free(a);
        free(b);
        free(out);
        free(turned);
        free(room);
    }
}

static void halves_are_averaged(void **state)
{
    (void)state;
    double a[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    const double expected[9] = {1, 3, 5, 3, 5, 7, 5, 7, 9};
    symmetrise(3, a);
    for (size_t e = 0; e < 9; e++)
        assert_true(a[e] == expected[e]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(products_are_sums),
                                       cmocka_unit_test(halves_are_averaged)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
