/**
 * Points of low discrepancy: Sobol's sequence with the direction numbers of Joe and Kuo (2008,
 * criterion D6), randomised by Matousek's linear scrambling and a digital shift. Every point is
 * uniformly distributed, and a mean over 2^k of them of a smooth function is off by about
 * 2^(-3k/2) instead of 2^(-k/2).
 */
#ifndef SGDLIMIT_RANDOM_SOBOL_H
#define SGDLIMIT_RANDOM_SOBOL_H

#include <stddef.h>
#include <stdint.h>

enum { SOBOL_DIMENSIONS = 40, SOBOL_BITS = 32 };

typedef struct sobol {
    uint32_t direction[SOBOL_DIMENSIONS][SOBOL_BITS];
    uint32_t shift[SOBOL_DIMENSIONS];
} sobol_t;

/** Sets of other (seed, number) are independent. */
void sobol_init(sobol_t *self, uint64_t seed, uint64_t number);

/** Coordinate `dimension` of point `index` < 2^32, in (0, 1). Any first 2^k points are balanced. */
static inline double sobol_point(const sobol_t *self, size_t dimension, uint32_t index)
{
    uint32_t x = self->shift[dimension];
    for (size_t k = 0; index > 0; k++, index >>= 1)
        x ^= self->direction[dimension][k] & (0U - (index & 1U));
    return ((double)x + 0.5) * 0x1p-32;
}

/** The bits of x in reverse order: van der Corput's sequence is sobol_reverse(0, 1, 2, ...) 2^-32.
 */
uint32_t sobol_reverse(uint32_t x);

#endif
