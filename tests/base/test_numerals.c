/* Numbers of tables against printf. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/numerals.h"

static void check(double value)
{
    char ours[TEXT_NUMBER_SIZE], theirs[TEXT_NUMBER_SIZE];
    for (int sign = 1; sign >= -1; sign -= 2) {
        const int length = snprintf(theirs, sizeof theirs, "%.17g", sign * value);
        assert_int_equal(numeral_write(sign * value, ours), (size_t)length);
        assert_string_equal(ours, theirs);
    }
}

/* Halves that go to the even digit, powers of ten and of two, their neighbours, both ends. */
static void hard_numbers_are_those_of_printf(void **state)
{
    (void)state;
    const double values[] = {0,
                             1,
                             0.1,
                             0.5,
                             1e-4,
                             1e-5,
                             9.9999999999999995e-5,
                             123456,
                             1e15,
                             1e16,
                             1e17,
                             1e22,
                             1e-22,
                             5e-324,
                             DBL_MIN,
                             DBL_MAX,
                             DBL_EPSILON,
                             1. / 3,
                             2. / 3,
                             4503599627370496,
                             4503599627370495.5,
                             9007199254740994,
                             0.30000000000000004,
                             1e-7,
                             99999999999999.984,
                             0.99999999999999989};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        check(values[i]);
    for (int e = -1074; e < 1024; e++)
        for (int around = -2; around <= 2; around++)
            check(ldexp(1 + around * DBL_EPSILON, e));
    for (int e = -323; e <= 308; e++) {
        char text[16];
        (void)snprintf(text, sizeof text, "1e%d", e);
        const double power = strtod(text, NULL);
        check(power);
        check(nextafter(power, 0));
        check(nextafter(power, INFINITY));
    }
    for (int halves = 1; halves < 2000; halves += 2) /* 18 digits, the last a 5 */
        for (int e = 0; e < 20; e++)
            check(ldexp(1e12 + halves, -e));
}

static void random_numbers_are_those_of_printf(void **state)
{
    (void)state;
    uint64_t bits = 1;
    for (int i = 0; i < 100000; i++) {
        double value;
        bits = bits * 6364136223846793005U + 1442695040888963407U;
        uint64_t mixed = bits ^ (bits >> 31);
        memcpy(&value, &mixed, sizeof value);
        if (isfinite(value))
            check(value);
        check(ldexp((double)(mixed >> 11), (int)(mixed % 150) - 130)); /* mostly without printf */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hard_numbers_are_those_of_printf),
        cmocka_unit_test(random_numbers_are_those_of_printf),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
