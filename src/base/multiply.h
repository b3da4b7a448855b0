/**
 * Products of dense matrices stored by rows, blocked for the caches and the vector registers. The
 * BLAS that comes with a system may be the plain reference one, which is an order of magnitude
 * slower; this one does about half of what the machine's additions and multiplications can.
 *
 * Every sum is taken in the same order whatever the number of threads.
 */
#ifndef SGDLIMIT_BASE_MULTIPLY_H
#define SGDLIMIT_BASE_MULTIPLY_H

#include <stddef.h>

/** Doubles of scratch for a product whose result has this many columns; aligned_alloc(64). */
size_t multiply_room(size_t columns);

/** out = a b for a [rows*inner], b [inner*columns], out [rows*columns] apart from both. room is
 * aligned to 64 bytes. Allocates nothing. */
void multiply(size_t rows, size_t inner, size_t columns, const double *a, const double *b,
              double *out, double *room);

/** turned [columns*rows] = the transpose of a [rows*columns]. */
void transpose_rows(size_t rows, size_t columns, const double *a, double *turned);

/** a [n*n] = (a + its transpose) / 2. */
void symmetrise(size_t n, double *a);

#endif
