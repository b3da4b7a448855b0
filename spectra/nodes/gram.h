/**
 * Gram matrices of mean coordinates as products N N^T with few columns.
 *
 * Rows are scaled to unit length first, so that the rank is decided for each class against its own
 * mean and not against the largest one. Up to GRAM_DENSE rows, columns are orthogonal after that
 * scaling, in order of decreasing size; the first entry of a column that is not small is positive.
 * Beyond, where eigenvectors would take minutes, they are those of a pivoted Cholesky
 * factorisation, whose cost is the square of the rank times the rows: classes without a mean, or
 * with one that others have, cost nothing.
 */
#ifndef SGDLIMIT_SPECTRA_NODES_GRAM_H
#define SGDLIMIT_SPECTRA_NODES_GRAM_H

#include <signal.h>
#include <stddef.h>

#include "sgdlimit/error.h"

enum { GRAM_DENSE = 128 };

/** Factorises G [n*n], symmetric positive semidefinite (overwritten). N [n*n] receives rank
 * columns, column-major. `interrupted` may be NULL. Errors: SGDL_ERR_MEMORY, SGDL_ERR_EXTERNAL,
 * SGDL_ERR_INTERRUPTED. */
int gram_factor(size_t n, double *G, double *N, size_t *rank,
                const volatile sig_atomic_t *interrupted, sgdl_error_t *error) SGDL_CHECKED;

/** A vector for each of n classes. */
typedef struct gram_vectors {
    size_t n, members;
    const double *value; /* of class i: [members] at value + i*stride; borrowed */
    size_t stride;
} gram_vectors_t;

/** Factorises V V^T / members, V the vectors. N has room for n * min(n, members). Errors as
 * above. */
int gram_factor_vectors(const gram_vectors_t *vectors, double *N, size_t *rank,
                        const volatile sig_atomic_t *interrupted, sgdl_error_t *error) SGDL_CHECKED;

/** Where nu = N zeta, N [n*rank] the factor of the vectors: from `moment` [n], averages of x nu_i,
 * to those of x zeta_a, out [rank]. Errors: SGDL_ERR_MEMORY. */
int gram_solve(const gram_vectors_t *vectors, size_t rank, const double *N, const double *moment,
               double *out, sgdl_error_t *error) SGDL_CHECKED;

#endif
