/* Small things of the ground floor. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/file_name.h"
#include "src/base/grow.h"
#include "src/base/packed.h"
#include "src/base/sums.h"

static void packed_triangles_are_rows_behind_one_another(void **state)
{
    (void)state;
    for (size_t n = 1; n < 9; n++) {
        size_t place = 0;
        for (size_t a = 0; a < n; a++)
            for (size_t b = a; b < n; b++, place++) {
                assert_int_equal(packed_index(n, a, b), place);
                assert_int_equal(packed_pair(n, a, b), place);
                assert_int_equal(packed_pair(n, b, a), place);
            }
        assert_int_equal(packed_length(n), place);
    }
}

static void arrays_keep_what_they_hold_as_they_grow(void **state)
{
    (void)state;
    int *item = NULL;
    size_t room = 0;
    for (size_t count = 0; count < 100; count++) {
        int *grown = grow(item, count, &room, 3, sizeof *grown);
        assert_non_null(grown);
        item = grown;
        assert_true(room > count && room <= 3 * (count + 1));
        item[count] = (int)(count * count);
    }
    for (size_t e = 0; e < 100; e++)
        assert_int_equal(item[e], (int)(e * e));
    room = SIZE_MAX / sizeof *item; /* more than there can be: refused before it overflows */
    assert_null(grow(item, room, &room, 3, sizeof *item));
    assert_int_equal(room, SIZE_MAX / sizeof *item);
    assert_int_equal(item[9], 81);
    free(item);
}

static void names_start_at_the_root(void **state)
{
    (void)state;
    char working[4096], expected[5000];
    char *name = absolute_name("/folder", "/file");
    assert_string_equal(name, "/file");
    free(name);
    name = absolute_name("/folder", "a/file");
    assert_string_equal(name, "/folder/a/file");
    free(name);
    assert_non_null(getcwd(working, sizeof working));
    (void)strcat(strcpy(expected, working), "/file");
    name = absolute_name(NULL, "file");
    assert_string_equal(name, expected);
    free(name);
}

static void compensated_sums_keep_small_terms(void **state)
{
    (void)state;
    double sum = 0, correction = 0;
    sum_accumulate(&sum, &correction, 1e17);
    for (int n = 0; n < 1000; n++)
        sum_accumulate(&sum, &correction, 1.5); /* each below the sum's last place */
    sum_accumulate(&sum, &correction, -1e17);
    assert_true(sum + correction == 1500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packed_triangles_are_rows_behind_one_another),
        cmocka_unit_test(arrays_keep_what_they_hold_as_they_grow),
        cmocka_unit_test(names_start_at_the_root),
        cmocka_unit_test(compensated_sums_keep_small_terms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
