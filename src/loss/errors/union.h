/**
 * Probability that at least one of many Gaussian variables is negative, where a few common factors
 * explain most of what they have in common.
 *
 * Given the factors x ~ N(0, I) the variables are nearly independent, and what correlation is left
 * is expanded (dependence.h). The average over x is a sum of positive terms 1 - P(all positive | x)
 * on a regular grid, which converges geometrically and is laid where failures happen: rare ones
 * keep their relative accuracy.
 */
#ifndef SGDLIMIT_LOSS_ERRORS_UNION_H
#define SGDLIMIT_LOSS_ERRORS_UNION_H

#include <stddef.h>

/** P(D_b < 0 for some b < count), where D_b/sd_b has mean margin [count] and variance 1, and
 * correlations C [count*count]. `guess` [count] is what one factor is if it explains all of them,
 * as the variable that others are compared with. *error receives an estimate of the absolute error:
 * INFINITY where the rest is too strong for the expansion. Allocates; NAN if it cannot. */
double union_probability(size_t count, const double *margin, const double *C, const double *guess,
                         double *error);

#endif
