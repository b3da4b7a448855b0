/** Gauss-Legendre points and weights. */
#ifndef SGDLIMIT_BASE_GAUSS_LEGENDRE_H
#define SGDLIMIT_BASE_GAUSS_LEGENDRE_H

#include <stddef.h>

enum { GAUSS_LEGENDRE_MAX = 64 };

typedef struct gauss_legendre {
    size_t order;
    double point[GAUSS_LEGENDRE_MAX];  /* in (0, 1), increasing */
    double weight[GAUSS_LEGENDRE_MAX]; /* sum 1 */
} gauss_legendre_t;

/** The rule with `order` points, 1 .. GAUSS_LEGENDRE_MAX. */
void gauss_legendre_init(gauss_legendre_t *self, size_t order);

#endif
