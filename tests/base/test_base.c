/* Small things of the ground floor. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/crc32.h"
#include "src/base/file_name.h"
#include "src/base/grow.h"
#include "src/base/order.h"
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

/* The standard's check value, and long blocks against short ones, wherever they are cut. */
static void checksums_do_not_depend_on_blocks(void **state)
{
    (void)state;
    enum { COUNT = 10007 };
    unsigned char *byte = malloc(COUNT);
    assert_non_null(byte);
    assert_int_equal(crc32_add(0, "123456789", 9), 0xCBF43926);
    uint32_t one_by_one = 0;
    for (size_t n = 0; n < COUNT; n++) {
        byte[n] = (unsigned char)(n * n * 2654435761u >> 13);
        one_by_one = crc32_add(one_by_one, byte + n, 1);
    }
    for (size_t cut = 0; cut < COUNT; cut += 611)
        assert_int_equal(crc32_add(crc32_add(0, byte, cut), byte + cut, COUNT - cut), one_by_one);
    byte[5000] ^= 1;
    assert_int_not_equal(crc32_add(0, byte, COUNT), one_by_one);
    free(byte);
}

/* Every place once, nothing falls, and equal ones as they come. */
static void numbers_are_ordered_digit_by_digit(void **state)
{
    (void)state;
    enum { COUNT = 5000 };
    const double special[] = {0.0, -0.0, INFINITY, -INFINITY, 5e-324, -5e-324, 1e300, 1, -1};
    static double key[COUNT];
    static uint32_t stratum[COUNT];
    static size_t place[COUNT];
    uint64_t word = 1;
    for (size_t n = 0; n < COUNT; n++) {
        word = word * 6364136223846793005u + 1442695040888963407u;
        key[n] = n % 7 == 0 ? special[word >> 60 & 7] : ldexp((double)(word >> 40), -(int)(n % 90));
        key[n] = n % 5 == 0 ? -key[n] : n % 11 == 0 ? special[8] : key[n];
        stratum[n] = (uint32_t)(word >> 33 & 3) << 30;
    }
    for (int strata = 0; strata < 2; strata++)
        for (size_t count = 0; count <= COUNT; count += 2500) {
            char seen[COUNT] = {0};
            assert_int_equal(order_numbers(key, strata ? stratum : NULL, count, place, NULL), 0);
            for (size_t n = 0; n < count; n++) {
                assert_true(place[n] < count && !seen[place[n]]++);
                if (n == 0)
                    continue;
                const size_t a = place[n - 1], b = place[n];
                const bool same = !strata || stratum[a] == stratum[b];
                assert_true(same ? key[a] < key[b] || (key[a] == key[b] && a < b)
                                 : stratum[a] < stratum[b]);
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packed_triangles_are_rows_behind_one_another),
        cmocka_unit_test(arrays_keep_what_they_hold_as_they_grow),
        cmocka_unit_test(names_start_at_the_root),
        cmocka_unit_test(compensated_sums_keep_small_terms),
        cmocka_unit_test(checksums_do_not_depend_on_blocks),
        cmocka_unit_test(numbers_are_ordered_digit_by_digit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
