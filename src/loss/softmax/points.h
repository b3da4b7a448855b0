/**
 * Fixed normal points of low discrepancy: two independent scramblings, tabulated at the first use.
 * Beyond the dimensions of the sequence the same points come again in another order (Latin
 * supercube sampling, Owen 1998).
 */
#ifndef SGDLIMIT_LOSS_SOFTMAX_POINTS_H
#define SGDLIMIT_LOSS_SOFTMAX_POINTS_H

#include <stddef.h>

enum { POINTS_SETS = 2, POINTS_COUNT = 8192 };

/** Coordinate `dimension` of `count` points of a set from number `begin` on. */
void points_fill(size_t set, size_t dimension, size_t begin, size_t count, double *x);

#endif
