/**
 * Covariances that are stated as matrices, d x d in the standard basis.
 */
#ifndef SGDLIMIT_SPECTRA_DENSE_MATRIX_H
#define SGDLIMIT_SPECTRA_DENSE_MATRIX_H

#include "sgdlimit/spectra.h"

/** What a matrix may miss symmetry by, relative to its largest entry, and what an eigenvalue may
 * lie below zero, relative to the largest one: files are rounded. */
#define MATRIX_ASYMMETRY 1e-8
#define MATRIX_INDEFINITE 1e-8

/** The matrix [d*d] by rows, not quite symmetric maybe, or NULL: the member is a profile or a list.
 */
const double *matrix_of(const sgdl_spec_t *covariance);

/** Is any covariance of the mixture one? */
bool matrix_in(const sgdl_mixture_t *mixture);

/** Refuses what is not symmetric. a [d*d]. Errors: SGDL_ERR_INPUT with the name. */
int matrix_check(const double *a, size_t d, const char *name, sgdl_error_t *error) SGDL_CHECKED;

/** Refuses an eigenvalue clearly below zero; others there become 0, as do those that are nothing
 * but rounding errors. eigenvalue [d]. Errors: SGDL_ERR_INPUT with the name. *clipped (may be NULL)
 * receives the lowest one that became 0 for being below it, relative to the largest; 0: none. */
int matrix_clip(double *eigenvalue, size_t d, const char *name, double *clipped,
                sgdl_error_t *error) SGDL_CHECKED;

#endif
