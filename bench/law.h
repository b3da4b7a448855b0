/**
 * Whether numbers follow the standard normal law independently, over as many draws as one likes:
 * sums that threads gather block by block, and numbers made of them that are standard normal if the
 * law is right.
 */
#ifndef SGDLIMIT_BENCH_LAW_H
#define SGDLIMIT_BENCH_LAW_H

#include <stdint.h>

enum {
    LAW_BLOCK = 4096, /* draws that are looked at together */
    LAW_MOMENTS = 12,
    LAW_LAGS = 12,
    LAW_PRODUCTS = 4,
    LAW_REACH = 8, /* cells cover (-8, 8); the outer ones hold what lies beyond */
    LAW_CELLS_A_UNIT = 8192,
    LAW_CELLS = 2 * LAW_REACH * LAW_CELLS_A_UNIT
};

typedef struct law {
    uint64_t draws;
    long double moment[LAW_MOMENTS + 1]; /* sums of x^k */
    /* Sums over pairs (x, y) so far apart in a block, of xy, x(y^2-1), (x^2-1)y, (x^2-1)(y^2-1). */
    long double product[LAW_LAGS][LAW_PRODUCTS];
    uint64_t cell[LAW_CELLS]; /* counts */
} law_t;

/** All zeros; to be freed. NULL: no memory. */
law_t *law_new(void);

/** Takes in the block x [LAW_BLOCK]. */
void law_add(law_t *self, const double *x);

/** Takes in what another has gathered. */
void law_merge(law_t *self, const law_t *other);

/** Prints all numbers; how many there are that a thousand of their kind reach in one case of a
 * thousand only. */
int law_report(const law_t *self);

#endif
