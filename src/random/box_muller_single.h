/**
 * Two standard normals in single precision from two words of 32 bits: Box and Muller's map of two
 * uniform numbers onto the plane, radius sqrt(-2 log u) and a uniform angle.
 *
 * A float has 24 bits, which is enough nowhere but where it counts: u = (w + tail)/2^30 keeps ten
 * more bits near 0, so that the tails are smooth beyond seven deviations, and what rounding u loses
 * near 1 comes back as `lost`, so that small radii are smooth too.
 *
 * It is stated in fused multiply-adds, so that every processor gives the same bytes. `fused`, known
 * when this is compiled: the processor has them; else they are made of double precision. Neither
 * way branches or calls a library, so that a loop over words is vectorised.
 */
#ifndef SGDLIMIT_RANDOM_BOX_MULLER_SINGLE_H
#define SGDLIMIT_RANDOM_BOX_MULLER_SINGLE_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "src/base/elementary.h"

static ELEMENTARY_INLINE float single_of(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static ELEMENTARY_INLINE uint32_t single_bits(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* a b + c, rounded once. Without the instruction: the product is exact in double, and a sum that is
 * rounded to odd (what is lost decides between its two neighbours, unless the last bit is set) may
 * be rounded a second time (Boldo and Melquiond 2008). */
static ELEMENTARY_INLINE float single_fma(bool fused, float a, float b, float c)
{
    if (fused)
        return fmaf(a, b, c);
    const double product = (double)a * (double)b, addend = (double)c, sum = product + addend;
    const double back = sum - product, lost = (product - (sum - back)) + (addend - back);
    const uint64_t bits = elementary_bits(sum), even = (lost != 0) & ~bits & 1;
    const uint64_t inward = (elementary_bits(lost) ^ bits) >> 63;
    return (float)elementary_double(bits + even - 2 * (even & inward));
}

/** -2 log u of u = (w + (tail + 1/2)/1024)/2^30, w < 2^30, tail < 1024. With u = 2^k (1 + f),
 * 1/sqrt(2) < 1 + f < sqrt(2): log(1 + f) = f - f^2/2 + f^3 P(f), P the polynomial of Cephes' logf
 * (Moshier; error below 1e-7). */
static ELEMENTARY_INLINE float single_radius2(bool fused, uint32_t w, uint32_t tail)
{
    const uint32_t one = 0x3f800000, root_half = 0x3f3504f3, fraction = 0x007fffff;
    const float u = single_fma(fused, (float)(int32_t)tail, 0x1p-10f, (float)(int32_t)w + 0x1p-11f);
    const float lost = (float)(int32_t)(w - (uint32_t)(int32_t)u);
    const uint32_t bits = single_bits(u) + (one - root_half);
    const float k = (float)((int32_t)(bits >> 23) - (127 + 30));
    const float f = single_fma(fused, lost, 0x1p-30f, single_of((bits & fraction) + root_half) - 1);
    const float f2 = f * f;
    float P = -2 * 7.0376836292e-2F; /* -2 P */
    P = single_fma(fused, P, f, 2 * 1.1514610310e-1F);
    P = single_fma(fused, P, f, -2 * 1.1676998740e-1F);
    P = single_fma(fused, P, f, 2 * 1.2420140846e-1F);
    P = single_fma(fused, P, f, -2 * 1.4249322787e-1F);
    P = single_fma(fused, P, f, 2 * 1.6668057665e-1F);
    P = single_fma(fused, P, f, -2 * 2.0000714765e-1F);
    P = single_fma(fused, P, f, 2 * 2.4999993993e-1F);
    P = single_fma(fused, P, f, -2 * 3.3333331174e-1F);
    return single_fma(fused, k, -2 * 0.69314718056F,
                      single_fma(fused, f * f2, P, single_fma(fused, -2, f, f2)));
}

/* sin x and cos x for 0 < x < pi/4: Cephes' polynomials for single precision. */
static ELEMENTARY_INLINE float single_sin(bool fused, float x)
{
    const float y = x * x, p = single_fma(fused, -1.9515295891e-4F, y, 8.3321608736e-3F);
    return single_fma(fused, x * y, single_fma(fused, p, y, -1.6666654611e-1F), x);
}

static ELEMENTARY_INLINE float single_cos(bool fused, float x)
{
    const float y = x * x, p = single_fma(fused, 2.443315711809948e-5F, y, -1.388731625493765e-3F);
    return single_fma(fused, y * y, single_fma(fused, p, y, 4.166664568298827e-2F),
                      single_fma(fused, -0.5F, y, 1));
}

/** Two independent normals of two words: the radius of the upper 30 bits of the first, an angle in
 * (0, pi/4) of the upper 29 of the second and one of the circle's eight images of it by its lowest
 * three. The last ten bits of the angle, 2e-6 of it, serve once more as the radius's tail, which
 * is seen only where the upper 30 bits are nearly all zero. */
static ELEMENTARY_INLINE void single_pair(bool fused, uint32_t radius_word, uint32_t angle_word,
                                          float *first, float *second)
{
    const uint32_t sign = 0x80000000, turn = angle_word >> 3;
    const float step = 1.4629180792671596e-9F; /* pi/4/2^29 */
    const float r = sqrtf(single_radius2(fused, radius_word >> 2, turn & 1023));
    const float x = single_fma(fused, (float)(int32_t)turn, step, 0.5F * step);
    const uint32_t a = single_bits(r * single_cos(fused, x)),
                   b = single_bits(r * single_sin(fused, x));
    const uint32_t swap = (a ^ b) & (0 - (angle_word & 1));
    *first = single_of((a ^ swap) ^ (angle_word << 30 & sign));
    *second = single_of((b ^ swap) ^ (angle_word << 29 & sign));
}

#endif
