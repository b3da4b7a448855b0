/**
 * The passes over the data of which steps are made: a few rows of features at a time, so that what
 * is projected on X is still near when it is added to the gradient. A pass over all data reads them
 * from memory once.
 *
 * Sums are kept in a fixed number of partial sums and rows go in fixed groups, so that every byte
 * is the same whatever the width of the processor's registers.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_WALKERS_SAMPLES_H
#define SGDLIMIT_THEORIES_FIXED_DATA_WALKERS_SAMPLES_H

#include <stddef.h>

/** Most rows of a panel; lengths of rows are multiples of SAMPLES_LANES, rows aligned like them. */
enum { SAMPLES_ROWS = 32, SAMPLES_LANES = 8 };

/** r[j] = row[j] . x, j < rows <= SAMPLES_ROWS. */
void rows_dot(size_t length, size_t rows, const double *const *row, const double *x, double *r);

/** y += sum_j g[j] row[j]. */
void rows_add(size_t length, size_t rows, const double *const *row, const double *g, double *y);

#endif
