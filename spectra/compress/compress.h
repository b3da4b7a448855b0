/**
 * Many nodes replaced by few that give the same sums.
 *
 * The nodes are cut into panels on which the eigenvalues are smooth functions of one variable x
 * (compress_panel.h). On each panel the equations see the nodes only through the sums
 *
 *     sum_n w_n f(x_n)        sum_n w_n N_n N_n^T f(x_n)
 *
 * with f analytic, so that a Gauss rule of the measure with the vectors sqrt(w_n) (1, N_n)
 * (block_gauss.h) stands for them. Its weights are positive and its Gram matrices are positive
 * semidefinite. Stretches of a few nodes stay as they are.
 */
#ifndef SGDLIMIT_SPECTRA_COMPRESS_COMPRESS_H
#define SGDLIMIT_SPECTRA_COMPRESS_COMPRESS_H

#include "sgdlimit/spectra.h"

/**
 * Compresses `self` in place, or leaves it as it is and sets exact_because.
 * trace, gram and mahalanobis2 stay those of the exact nodes. On failure self may be freed. Errors:
 * SGDL_ERR_MEMORY, SGDL_ERR_EXTERNAL, SGDL_ERR_INTERRUPTED.
 */
int nodes_compress(sgdl_nodes_t *self, const sgdl_mixture_t *mixture,
                   const sgdl_quadrature_t *quadrature, sgdl_error_t *error) SGDL_CHECKED;

#endif
