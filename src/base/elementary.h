/**
 * exp, log(1 + x) and powers to an ulp or two, without a branch or a call, so that loops over them
 * are vectorised.
 */
#ifndef SGDLIMIT_BASE_ELEMENTARY_H
#define SGDLIMIT_BASE_ELEMENTARY_H

#include <stdint.h>
#include <string.h>

/* A call that is left in the loop keeps it from being vectorised. */
#ifdef __GNUC__
#define ELEMENTARY_INLINE inline __attribute__((always_inline))
#else
#define ELEMENTARY_INLINE inline
#endif

static ELEMENTARY_INLINE double elementary_double(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static ELEMENTARY_INLINE uint64_t elementary_bits(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/** e^x; 0 below x = -708, no more than e^709 above. With x = k log 2 + r it is 2^k e^r by the
 * series, |r| <= log(2)/2. */
static ELEMENTARY_INLINE double elementary_exp(double x)
{
    const double shift = 0x1.8p52, high = 6.93147180369123816490e-01;
    const double low = 1.90821492927058770002e-10;
    const double y = x > -708 ? (x < 709 ? x : 709) : -708;
    const double magic = y * 1.44269504088896338700 + shift, k = magic - shift;
    const double r = (y - k * high) - k * low;
    double p = 1.0 / 6227020800;
    p = 1.0 / 479001600 + r * p;
    p = 1.0 / 39916800 + r * p;
    p = 1.0 / 3628800 + r * p;
    p = 1.0 / 362880 + r * p;
    p = 1.0 / 40320 + r * p;
    p = 1.0 / 5040 + r * p;
    p = 1.0 / 720 + r * p;
    p = 1.0 / 120 + r * p;
    p = 1.0 / 24 + r * p;
    p = 1.0 / 6 + r * p;
    p = 0.5 + r * p;
    p = 1 + (r + r * r * p);
    const double scale = elementary_double((elementary_bits(magic) << 52) + 0x3ff0000000000000);
    return x > -708 ? p * scale : 0;
}

/* u > 0 as 2^k (1 + f), 1/sqrt(2) < 1 + f < sqrt(2), and of log(1 + f) = 2 s + s R, s = f/(2 + f):
 * R by the minimax polynomial in s^2 of fdlibm's log (error below 2^-58). */
typedef struct elementary_log {
    double k, f, s, R;
} elementary_log_t;

static ELEMENTARY_INLINE elementary_log_t elementary_log_of(double u)
{
    const uint64_t one = 0x3ff0000000000000, root_half = 0x3fe6a09e667f3bcd;
    const uint64_t fraction = 0x000fffffffffffff, two_52 = 0x4330000000000000;
    const uint64_t bits = elementary_bits(u) + (one - root_half);
    const double k = elementary_double((bits >> 52) | two_52) - (0x1p52 + 1023);
    const double f = elementary_double((bits & fraction) + root_half) - 1;
    const double s = f / (2 + f), z = s * s;
    double R = 1.479819860511658591e-01;
    R = 1.531383769920937332e-01 + z * R;
    R = 1.818357216161805012e-01 + z * R;
    R = 2.222219843214978396e-01 + z * R;
    R = 2.857142874366239149e-01 + z * R;
    R = 3.999999999940941908e-01 + z * R;
    R = 6.666666666666735130e-01 + z * R;
    return (elementary_log_t){.k = k, .f = f, .s = s, .R = z * R};
}

/** log(1 + x) for x >= 0, to the last digits of a small x: what 1 + x rounds away comes back to
 * first order. */
static ELEMENTARY_INLINE double elementary_log1p(double x)
{
    const double u = 1 + x, lost = x < 1 ? x - (u - 1) : 1 - (u - x);
    const elementary_log_t log = elementary_log_of(u);
    return log.k * 6.93147180369123816490e-01 +
           (2 * log.s + (log.s * log.R + (log.k * 1.90821492927058770002e-10 + lost / u)));
}

/** u^a for 0 < u <= 1 and |a| log(1/u) < 700, to an ulp or two: log u as a sum of two numbers,
 * without which its rounding would count a log u times. */
static ELEMENTARY_INLINE double elementary_power(double u, double a)
{
    const double half_digits = 134217729; /* 2^27 + 1: the upper 26 bits of a product's factors */
    const elementary_log_t log = elementary_log_of(u);
    const double k = log.k, f = log.f, half = 0.5 * f * f;
    /* log u = k log 2 + f - f^2/2 + s (f^2/2 + R) = high + low; k times the upper part of log 2
     * is exact, and no less than f but where it is 0. */
    const double whole = k * 6.93147180369123816490e-01, high = whole + f;
    const double low =
        (f - (high - whole)) + (k * 1.90821492927058770002e-10 - (half - log.s * (half + log.R)));
    const double A = half_digits * a, a1 = A - (A - a), a2 = a - a1;
    const double H = half_digits * high, h1 = H - (H - high), h2 = high - h1;
    const double product = a * high;
    const double rest = (((a1 * h1 - product) + (a1 * h2 + a2 * h1)) + a2 * h2) + a * low;
    const double sum = product + rest, power = elementary_exp(sum);
    return power + power * (rest - (sum - product));
}

#endif
