/**
 * Gauss quadrature of a discrete matrix-valued measure sum_n v_n v_n^T delta(x - x_n).
 *
 * With X = diag(x_n) and the v_n as rows of V, sum_n v_n v_n^T f(x_n) = V^T f(X) V. Let the columns
 * of Q be an orthonormal basis of the vectors p(X) V_a, p any polynomial of degree below s, and
 * T = Q^T X Q. The eigenpairs (theta_k, s_k) of T are a rule sum_k u_k u_k^T f(theta_k) with
 * u_k = V^T Q s_k: the same sum for all polynomials f up to degree 2 s - 1, and positive
 * semidefinite weights whatever the measure.
 */
#ifndef SGDLIMIT_SPECTRA_COMPRESS_BLOCK_GAUSS_H
#define SGDLIMIT_SPECTRA_COMPRESS_BLOCK_GAUSS_H

#include <stdbool.h>
#include <stddef.h>

#include "sgdlimit/error.h"

typedef struct block_measure {
    size_t columns; /* length of each v_n */
    size_t count, room;
    double *x;      /* [count] */
    double *vector; /* [count*columns] v_n, point by point */
} block_measure_t;

/** Points of a measure, however they lie in memory; borrowed. */
typedef struct block_points {
    size_t columns, count;
    const double *x;      /* [count] */
    const double *vector; /* v_n has its entry a at n*row + a*column */
    size_t row, column;
} block_points_t;

static inline block_points_t block_measure_points(const block_measure_t *self)
{
    return (block_points_t){self->columns, self->count, self->x, self->vector, self->columns, 1};
}

/** Appends a point; returns where its vector goes, NULL without memory. */
double *block_measure_add(block_measure_t *self, double x);
void block_measure_free(block_measure_t *self);

/** What the rule is to be good for. */
typedef struct block_target {
    double radius;    /* f is analytic up to this distance from the interval of the points */
    double tolerance; /* error of the sums relative to the measure */
} block_target_t;

/** Workspace, all zero at first, kept from rule to rule. */
typedef struct block_gauss {
    double *storage;
    size_t room;
} block_gauss_t;

/**
 * Appends to `out` the rule of the points of `in`, which may be its own. Directions whose
 * share in the sums is below the tolerance are left out of the basis, so that the rule is as short
 * as the measure allows: smooth vectors need fewer points than rough ones. *shorter says whether
 * the rule has at most half as many points as the measure; otherwise nothing is appended. Points of
 * the rule that coincide share out their first components evenly. Errors: SGDL_ERR_MEMORY,
 * SGDL_ERR_EXTERNAL (LAPACK; info in error->raw).
 */
int block_gauss_reduce(block_gauss_t *self, const block_points_t *in, const block_target_t *target,
                       block_measure_t *out, bool *shorter, sgdl_error_t *error) SGDL_CHECKED;
void block_gauss_free(block_gauss_t *self);

/** Points per column that a rule over an interval of this half width takes. */
size_t block_gauss_steps(const block_target_t *target, double half_width);

#endif
