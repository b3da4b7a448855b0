/** Sums over nodes, pairwise: the rounding error grows with log n instead of n. */
#ifndef SGDLIMIT_BASE_SUMS_H
#define SGDLIMIT_BASE_SUMS_H

#include <stddef.h>

/** sum_n x_n y_n */
double sum_products(const double *x, const double *y, size_t n);
/** sum_n w_n x_n y_n */
double sum_weighted(const double *w, const double *x, const double *y, size_t n);
/** sum_n w_n (x_n - y_n)^2 */
double sum_distance2(const double *w, const double *x, const double *y, size_t n);

#endif
