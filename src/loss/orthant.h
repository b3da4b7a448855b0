/**
 * Probability that a Gaussian vector leaves the positive orthant.
 *
 * With D = mean + F y, y ~ N(0, I) and F lower triangular (Cholesky), component k fails, D_k <= 0,
 * with a conditional probability e_k(y_1..y_{k-1}) that is a normal cdf. The probability that some
 * component fails is the sum over the first one that does,
 *
 *     E[ e_1 + (1 - e_1) (e_2 + (1 - e_2) (e_3 + ...)) ],  y_k conditioned on D_k > 0,
 *
 * which has no cancellation when failures are rare (Genz, J. Comput. Graph. Stat. 1, 1992).
 */
#ifndef SGDL_LOSS_ORTHANT_H
#define SGDL_LOSS_ORTHANT_H

#include <stddef.h>

enum { SGDL_ORTHANT_MAX = 15 };

/** D in the order of its factorisation. Rows from `rank` on are functions of those before them. */
typedef struct sgdl_orthant {
    size_t size;                                       /* n components */
    size_t rank;                                       /* of the covariance */
    double mean[SGDL_ORTHANT_MAX];                     /* [n] */
    double factor[SGDL_ORTHANT_MAX][SGDL_ORTHANT_MAX]; /* [n][rank] F, lower triangular */
} sgdl_orthant_t;

/**
 * Factorises a covariance [n][n] (lower triangle is read) of positive diagonal, semidefinite up to
 * rounding. Components are taken in order of their probability to fail, the likeliest first: the
 * first terms of the sum then carry most of it.
 */
void sgdl_orthant_init(sgdl_orthant_t *self, size_t size, const double *mean,
                       double covariance[SGDL_ORTHANT_MAX][SGDL_ORTHANT_MAX]);

/**
 * P(D_k <= 0 for some k); a component that is 0 for certain fails with probability one half.
 * Closed for n = 1, adaptive quadrature for n = 2 and 3, a lattice rule beyond. *error receives an
 * estimate of the absolute error.
 */
double sgdl_orthant_fail(const sgdl_orthant_t *self, double *error);

#endif
