/**
 * Arnoldi's process on vectors of cells under a weighted inner product: an orthonormal basis and
 * the Hessenberg matrix of the operator in it. Who knows the operator applies it.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_PLANE_ARNOLDI_H
#define SGDLIMIT_THEORIES_DIFFUSION_PLANE_ARNOLDI_H

#include <stddef.h>

#include "sgdlimit/error.h"

enum { ARNOLDI_MOST = 72 };

typedef struct arnoldi {
    size_t count;
    const double *weight; /* [count] borrowed */
    double *basis;        /* [(size + 1)*count] borrowed, with room for one vector more than there
                             will be */
    size_t size;          /* vectors to which the operator was applied */
    double H[ARNOLDI_MOST * ARNOLDI_MOST]; /* by rows of ARNOLDI_MOST */
    double next; /* what is below H's last row: the part of the last image outside of the basis */
} arnoldi_t;

/** The root of the inner product of x with itself. */
double arnoldi_norm(const arnoldi_t *self, const double *x);

/** From x, which is not 0. */
void arnoldi_begin(arnoldi_t *self, const double *x);

/** The operator's image of basis vector `size` was written behind it: orthogonalises it. */
void arnoldi_add(arnoldi_t *self);

/** x <- x + sum_i column_i basis_i, column [size]. */
void arnoldi_combine(const arnoldi_t *self, const double *column, double *x);

/** The operator's largest eigenvalue as the basis knows it, which is real: its vector of norm 1
 * into x [count], and the norm of the residual over the eigenvalue. Errors: SGDL_ERR_MEMORY,
 * SGDL_ERR_EXTERNAL. */
int arnoldi_largest(const arnoldi_t *self, double *x, double *residual,
                    sgdl_error_t *error) SGDL_CHECKED;

#endif
