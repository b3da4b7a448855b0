/** Symmetric n x n matrices stored as their upper triangle, row by row. */
#ifndef SGDLIMIT_BASE_PACKED_H
#define SGDLIMIT_BASE_PACKED_H

#include <stddef.h>

/** How many numbers that are. */
static inline size_t packed_length(size_t n) { return n * (n + 1) / 2; }

/** Place of the entry (a, b), a <= b. */
static inline size_t packed_index(size_t n, size_t a, size_t b)
{
    return a * n - a * (a + 1) / 2 + b;
}

/** The same for a and b in any order. */
static inline size_t packed_pair(size_t n, size_t a, size_t b)
{
    return a < b ? packed_index(n, a, b) : packed_index(n, b, a);
}

#endif
