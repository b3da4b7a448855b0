/** Long sums: pairwise, where the rounding error grows with log n instead of n, or compensated. */
#ifndef SGDLIMIT_BASE_SUMS_H
#define SGDLIMIT_BASE_SUMS_H

#include <math.h>
#include <stddef.h>

/** sum_n x_n y_n */
double sum_products(const double *x, const double *y, size_t n);
/** sum_n w_n x_n y_n */
double sum_weighted(const double *w, const double *x, const double *y, size_t n);
/** sum_n w_n (x_n - y_n)^2 */
double sum_distance2(const double *w, const double *x, const double *y, size_t n);

/** Adds `term` to a sum with Neumaier's compensation: sum + correction stays at rounding error. */
static inline void sum_accumulate(double *sum, double *correction, double term)
{
    double next = *sum + term;
    *correction += fabs(*sum) >= fabs(term) ? (*sum - next) + term : (term - next) + *sum;
    *sum = next;
}

#endif
