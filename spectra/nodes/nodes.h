/** The pieces that sgdl_nodes_init is made of. */
#ifndef SGDLIMIT_SPECTRA_NODES_NODES_H
#define SGDLIMIT_SPECTRA_NODES_NODES_H

#include "sgdlimit/spectra.h"

/** How many threads share work of so many nanoseconds: what ends before they are all awake, and
 * has them wait for one another a dozen times, is done by one. */
int mixture_threads(const sgdl_mixture_t *mixture, double work);

/** Allocates the arrays of `count` nodes, zeroed but for weight and eigenvalue_bar. outputs = 0: no
 * start. self must be empty, but for a weight, eigenvalue and mean, which are kept; on failure it
 * stays legal to free.
 * Errors: SGDL_ERR_MEMORY. */
int nodes_allocate(sgdl_nodes_t *self, size_t classes, size_t count, size_t latent, size_t outputs,
                   sgdl_error_t *error) SGDL_CHECKED;

/** sgdl_directions_init; with `matrices` those that do not commute are listed, too: K_i in
 * self->matrix [C*d*d], in the eigenbasis of their mean, and its diagonal for its eigenvalues. */
int directions_init(sgdl_directions_t *self, const sgdl_mixture_t *mixture, bool matrices,
                    sgdl_error_t *error) SGDL_CHECKED;

/** Exact groups of equal eigenvalues at finite d. On failure self may be freed. */
int nodes_init_finite(sgdl_nodes_t *self, const sgdl_mixture_t *mixture, bool matrices,
                      sgdl_error_t *error) SGDL_CHECKED;

/** Groups and quadrature points at d = infinity, and their mahalanobis2. */
int nodes_init_limit(sgdl_nodes_t *self, const sgdl_mixture_t *mixture,
                     const sgdl_quadrature_t *quadrature, sgdl_error_t *error) SGDL_CHECKED;

/** What follows from weights, eigenvalues and means: traces, the Gram matrix, at finite d
 * mahalanobis2, and which nodes are clean. */
int nodes_fill_sums(sgdl_nodes_t *self, const sgdl_mixture_t *mixture,
                    sgdl_error_t *error) SGDL_CHECKED;

#endif
