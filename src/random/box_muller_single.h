/**
 * Two standard normals in single precision from two words of 32 bits: Box and Muller's map of two
 * uniform numbers onto the plane, radius sqrt(-2 log u) and a uniform angle.
 *
 * A float has 24 bits, which is enough nowhere but where it counts: u = (w + tail)/2^30 keeps ten
 * more bits near 0, so that the tails are smooth beyond seven deviations, and what rounding u loses
 * near 1 comes back as `lost`, so that small radii are smooth too.
 *
 * Nothing here branches or calls a library where the processor has fused multiply-adds, so that a
 * loop over words is vectorised; as these are stated, every processor gives the same bytes.
 */
#ifndef SGDLIMIT_RANDOM_BOX_MULLER_SINGLE_H
#define SGDLIMIT_RANDOM_BOX_MULLER_SINGLE_H

#include <math.h>
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

/** -2 log u of u = (w + (tail + 1/2)/1024)/2^30, w < 2^30, tail < 1024. With u = 2^k (1 + f),
 * 1/sqrt(2) < 1 + f < sqrt(2): log(1 + f) = f - f^2/2 + f^3 P(f), P the polynomial of Cephes' logf
 * (Moshier; error below 1e-7). */
static ELEMENTARY_INLINE float single_radius2(uint32_t w, uint32_t tail)
{
    const uint32_t one = 0x3f800000, root_half = 0x3f3504f3, fraction = 0x007fffff;
    const float u = fmaf((float)(int32_t)tail, 0x1p-10f, (float)(int32_t)w + 0x1p-11f);
    const float lost = (float)(int32_t)(w - (uint32_t)(int32_t)u);
    const uint32_t bits = single_bits(u) + (one - root_half);
    const float k = (float)((int32_t)(bits >> 23) - (127 + 30));
    const float f = fmaf(lost, 0x1p-30f, single_of((bits & fraction) + root_half) - 1);
    const float f2 = f * f;
    float P = -2 * 7.0376836292e-2F; /* -2 P */
    P = fmaf(P, f, 2 * 1.1514610310e-1F);
    P = fmaf(P, f, -2 * 1.1676998740e-1F);
    P = fmaf(P, f, 2 * 1.2420140846e-1F);
    P = fmaf(P, f, -2 * 1.4249322787e-1F);
    P = fmaf(P, f, 2 * 1.6668057665e-1F);
    P = fmaf(P, f, -2 * 2.0000714765e-1F);
    P = fmaf(P, f, 2 * 2.4999993993e-1F);
    P = fmaf(P, f, -2 * 3.3333331174e-1F);
    return fmaf(k, -2 * 0.69314718056F, fmaf(f * f2, P, fmaf(-2, f, f2)));
}

/* sin x and cos x for 0 < x < pi/4: Cephes' polynomials for single precision. */
static ELEMENTARY_INLINE float single_sin(float x)
{
    const float y = x * x, p = fmaf(-1.9515295891e-4F, y, 8.3321608736e-3F);
    return fmaf(x * y, fmaf(p, y, -1.6666654611e-1F), x);
}

static ELEMENTARY_INLINE float single_cos(float x)
{
    const float y = x * x, p = fmaf(2.443315711809948e-5F, y, -1.388731625493765e-3F);
    return fmaf(y * y, fmaf(p, y, 4.166664568298827e-2F), fmaf(-0.5F, y, 1));
}

/** Two independent normals of two words: the radius of the upper 30 bits of the first, an angle in
 * (0, pi/4) of the upper 29 of the second and one of the circle's eight images of it by its lowest
 * three. (The radius borrows its tail from the angle's last ten bits, 1e-6 of it: both are seen
 * together nowhere.) */
static ELEMENTARY_INLINE void single_pair(uint32_t radius_word, uint32_t angle_word, float *first,
                                          float *second)
{
    const uint32_t sign = 0x80000000, turn = angle_word >> 3;
    const float step = 1.4629180792671596e-9F; /* pi/4/2^29 */
    const float r = sqrtf(single_radius2(radius_word >> 2, turn & 1023));
    const float x = fmaf((float)(int32_t)turn, step, 0.5F * step);
    const uint32_t a = single_bits(r * single_cos(x)), b = single_bits(r * single_sin(x));
    const uint32_t swap = (a ^ b) & (0 - (angle_word & 1));
    *first = single_of((a ^ swap) ^ (angle_word << 30 & sign));
    *second = single_of((b ^ swap) ^ (angle_word << 29 & sign));
}

#endif
