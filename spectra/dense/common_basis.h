/**
 * The basis that a mixture with matrices is computed in: one in which all covariances are diagonal
 * where there is one, else the eigenbasis of the mean covariance sum_i p_i K_i.
 *
 * The eigenbasis of the mean covariance is tried first. Where it leaves off-diagonal parts although
 * all K_i commute with their mean, that has equal eigenvalues which some K_i tells apart: a generic
 * combination does, too. What still is not diagonal does not commute.
 */
#ifndef SGDLIMIT_SPECTRA_DENSE_COMMON_BASIS_H
#define SGDLIMIT_SPECTRA_DENSE_COMMON_BASIS_H

#include "sgdlimit/spectra.h"

/** Off-diagonal parts up to this, relative to K_i (Frobenius norms), are rounding errors of files:
 * they are left out. */
#define COMMON_BASIS_TOLERANCE 1e-9

typedef struct common_basis {
    size_t classes, dimension; /* C, signals included; d */
    double *direction;         /* [d*d] one in each row, in the standard basis */
    double *eigenvalue;        /* [C*d] the diagonals of all K_i, signals' zero */
    double *matrix;            /* [C*d*d] all K_i, unless they commute: then NULL */
    bool commute;
    double residual; /* the largest off-diagonal part of a K_i in the basis, relative to K_i */
    double clipped; /* the lowest eigenvalue of a K_i that was set to 0 for being below it, relative
                       to its largest; 0: none */
} common_basis_t;

/** Of a mixture with a matrix. Errors: SGDL_ERR_INPUT (indefinite ones; more memory than the
 * mixture allows), SGDL_ERR_MEMORY, SGDL_ERR_INTERRUPTED, SGDL_ERR_EXTERNAL; free is legal after
 * them. */
int common_basis_init(common_basis_t *self, const sgdl_mixture_t *mixture,
                      sgdl_error_t *error) SGDL_CHECKED;
void common_basis_free(common_basis_t *self);

/** Means [C*d], class-major, from the standard basis to this one, in place. Errors:
 * SGDL_ERR_MEMORY. */
int common_basis_means(const common_basis_t *self, double *mean, size_t classes,
                       sgdl_error_t *error) SGDL_CHECKED;

/** The mixture's start in this basis, [d*outputs] direction-major, to be freed; NULL without one.
 * Errors: SGDL_ERR_MEMORY. */
int common_basis_start(const common_basis_t *self, const sgdl_mixture_t *mixture, double **start,
                       sgdl_error_t *error) SGDL_CHECKED;

#endif
