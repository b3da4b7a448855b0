/** What the tests of losses share. */
#ifndef SGDLIMIT_TESTS_LOSS_CHECKS_H
#define SGDLIMIT_TESTS_LOSS_CHECKS_H

#include <math.h>

static void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.17g, not %.17g (off by %.2g, allowed %.2g)", value, expected,
                 fabs(value - expected), tolerance);
}

static size_t packed(size_t L, size_t a, size_t b)
{
    size_t place = 0;
    for (size_t i = 0; i < L; i++)
        for (size_t j = i; j < L; j++, place++)
            if ((i == a && j == b) || (i == b && j == a))
                return place;
    fail_msg("no place for (%zu, %zu)", a, b);
    return 0;
}

#endif
