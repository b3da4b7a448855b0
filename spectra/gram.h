/**
 * Gram matrices of mean coordinates as products N N^T with few columns.
 *
 * Rows are scaled to unit length first, so that the rank is decided for each class against its own
 * mean and not against the largest one. Columns are orthogonal after that scaling, in order of
 * decreasing size; the first entry of a column that is not small is positive.
 */
#ifndef SPECTRA_GRAM_H
#define SPECTRA_GRAM_H

#include <stddef.h>

#include "sgdlimit/error.h"

/** Factorises G [n*n], symmetric positive semidefinite (overwritten). N [n*n] receives rank
 * columns, column-major. Errors: SGDL_ERR_MEMORY, SGDL_ERR_EXTERNAL, SGDL_ERR_INPUT (n too large).
 */
int gram_factor(size_t n, double *G, double *N, size_t *rank, sgdl_error_t *error) SGDL_CHECKED;

/** Factorises V V^T / members, row i of V [classes x members] at V + i*stride. N has room for
 * classes * min(classes, members). Errors as above. */
int gram_factor_vectors(size_t classes, size_t members, const double *V, size_t stride, double *N,
                        size_t *rank, sgdl_error_t *error) SGDL_CHECKED;

#endif
