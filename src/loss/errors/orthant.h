/**
 * Probability that a Gaussian vector leaves the positive orthant.
 *
 * Split by the first component that is negative it is a sum of orthant probabilities, none of which
 * cancels another, so that rare failures keep their relative accuracy:
 *
 *     P(D_k < 0 for some k) = sum_k P(D_1 > 0, ..., D_{k-1} > 0, D_k < 0).
 *
 * Each term is an integral of a product of normal cdfs by separation of variables (Genz, J. Comput.
 * Graph. Stat. 1, 1992): with D = mean + F y, F lower triangular, D_k > 0 is y_k >
 * a_k(y_1..y_{k-1}).
 */
#ifndef SGDLIMIT_LOSS_ERRORS_ORTHANT_H
#define SGDLIMIT_LOSS_ERRORS_ORTHANT_H

#include <stddef.h>

/** Most components, and the largest rank of a covariance for adaptive quadrature. */
enum { SGDL_ORTHANT_MAX = 15, ORTHANT_RANK = 3 };

/**
 * P(D_k < 0 for some k < size) for D ~ N(mean, covariance), size <= SGDL_ORTHANT_MAX. The
 * covariance [n][n] is full, of positive diagonal, and semidefinite up to rounding. Terms of rank
 * up to ORTHANT_RANK are integrated by adaptive quadrature, the others by a fixed lattice rule to
 * three to four digits. *error receives an estimate of the absolute error.
 */
double orthant_fail(size_t size, const double *mean,
                    double covariance[SGDL_ORTHANT_MAX][SGDL_ORTHANT_MAX], double *error);

/** Rank of the covariance, up to rounding. */
size_t orthant_rank(size_t size, const double *mean,
                    double covariance[SGDL_ORTHANT_MAX][SGDL_ORTHANT_MAX]);

#endif
