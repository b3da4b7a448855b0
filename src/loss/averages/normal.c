#include "src/loss/averages/normal.h"

#include <math.h>

static const double density_0 = 0.39894228040143267794; /* 1/sqrt(2 pi) */

pair_t pair_sum(double a, double b)
{
    pair_t sum = {.high = a + b};
    const double part = sum.high - a; /* Knuth's two-sum */
    sum.low = (a - (sum.high - part)) + (b - part);
    return sum;
}

double normal_gauss(pair_t x, pair_t v)
{
    const double square = x.high * x.high;
    const double quotient = square / v.high;
    if (!(quotient < 1490)) /* exp(-745) is 0; also where the square overflows */
        return quotient >= 1490 ? 0 : quotient;
    const double square_low = fma(x.high, x.high, -square) + 2 * x.high * x.low;
    const double rest = fma(-quotient, v.high, square) + square_low - quotient * v.low;
    return exp(-quotient / 2) * (1 - rest / (2 * v.high));
}

double normal_density(double x) { return density_0 * normal_gauss((pair_t){x, 0}, (pair_t){1, 0}); }

/* From the innermost term outwards as one fraction, numerator over denominator, which costs a
 * single division: all terms are positive, so nothing cancels. */
double normal_fraction(double x)
{
    if (x > 1e16)
        return 1 / x;
    /* enough terms for 1e-17 (checked against 3000 terms in 40 digits) */
    double above = 0, below = 1;
    for (int k = 8 + (int)(160 / x); k > 0; k--) {
        const double next = k * below;
        below = x * below + above;
        above = next;
    }
    return above / below;
}

double normal_upper(double x)
{
    if (x >= SGDL_NORMAL_TAIL) /* erfc alone loses x^2 ulps through its rounded argument */
        return normal_density(x) / (x + normal_fraction(x));
    if (x < -9)
        return 1;
    const double root_half = 0.70710678118654752440;
    const double root_half_low = -4.8336466567264567e-17; /* what the double leaves out */
    const double y = x * root_half;
    const double y_low = fma(x, root_half, -y) + x * root_half_low;
    return 0.5 * erfc(y) - normal_density(x) * y_low / root_half;
}
