/**
 * Four standard normals from one counter: Threefry's 256 bits, then Box and Muller's map of two
 * uniform numbers onto the plane, radius sqrt(-2 log u) and a uniform angle.
 *
 * Nothing here branches or calls a library, so that a loop over counters is vectorised.
 */
#ifndef SGDLIMIT_RANDOM_BOX_MULLER_H
#define SGDLIMIT_RANDOM_BOX_MULLER_H

#include <Random123/threefry.h>
#include <math.h>
#include <stdint.h>

#include "src/base/elementary.h"

/* Salmon et al. (2011) find that 12 rounds of Threefry 4x64 pass BigCrush. */
enum { BOX_MULLER_ROUNDS = 13 };

/** The 52 upper bits of a word as a number in [1, 2). */
static ELEMENTARY_INLINE double box_muller_uniform(uint64_t word)
{
    return elementary_double((word >> 12) | 0x3ff0000000000000);
}

/** -2 log u, u in [2^-52, 1]. */
static ELEMENTARY_INLINE double box_muller_radius2(double u)
{
    const elementary_log_t log = elementary_log_of(u);
    return -2 * (log.k * 6.9314718055994530942e-01 + (2 * log.s + log.s * log.R));
}

/* sin x and cos x for 0 <= x <= pi/4: fdlibm's minimax polynomials. A library's sincos would keep
 * the loop from being vectorised. */
static ELEMENTARY_INLINE double box_muller_sin(double x)
{
    double y = x * x, p = 1.58969099521155010221e-10;
    p = -2.50507602534068634195e-08 + y * p;
    p = 2.75573137070700676789e-06 + y * p;
    p = -1.98412698298579493134e-04 + y * p;
    p = 8.33333333332248946124e-03 + y * p;
    p = -1.66666666666666324348e-01 + y * p;
    return x + x * (y * p);
}

static ELEMENTARY_INLINE double box_muller_cos(double x)
{
    double y = x * x, p = -1.13596475577881948265e-11;
    p = 2.08757232129817482790e-09 + y * p;
    p = -2.75573143513906633035e-07 + y * p;
    p = 2.48015872894767294178e-05 + y * p;
    p = -1.38888888888741095749e-03 + y * p;
    p = 4.16666666666666019037e-02 + y * p;
    return 1 - (0.5 * y - y * y * p);
}

/** Two independent normals of two words: the first gives the radius, the second an angle in
 * [0, pi/4) by its upper bits and one of the circle's eight images of it by its lowest three. */
static ELEMENTARY_INLINE void box_muller_pair(uint64_t radius_word, uint64_t angle_word,
                                              double *first, double *second)
{
    const uint64_t sign = 0x8000000000000000;
    double r = sqrt(box_muller_radius2(2 - box_muller_uniform(radius_word)));
    double x = (box_muller_uniform(angle_word) - 1) * 7.8539816339744830962e-01;
    uint64_t a = elementary_bits(r * box_muller_cos(x));
    uint64_t b = elementary_bits(r * box_muller_sin(x));
    uint64_t swap = (a ^ b) & (0 - (angle_word & 1));
    *first = elementary_double((a ^ swap) ^ (angle_word << 62 & sign));
    *second = elementary_double((b ^ swap) ^ (angle_word << 61 & sign));
}

/** The four normals of a counter. */
static ELEMENTARY_INLINE void box_muller_normals(const uint64_t key[4], uint64_t counter,
                                                 double *n0, double *n1, double *n2, double *n3)
{
    threefry4x64_key_t k = {{key[0], key[1], key[2], key[3]}};
    threefry4x64_ctr_t c = {{counter, 0, 0, 0}};
    threefry4x64_ctr_t words = threefry4x64_R(BOX_MULLER_ROUNDS, c, k);
    box_muller_pair(words.v[0], words.v[1], n0, n1);
    box_muller_pair(words.v[2], words.v[3], n2, n3);
}

#endif
