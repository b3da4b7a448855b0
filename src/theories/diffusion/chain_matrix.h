/**
 * Within the chain of steps: its points, its matrix, and what is found of that.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_CHAIN_MATRIX_H
#define SGDLIMIT_THEORIES_DIFFUSION_CHAIN_MATRIX_H

#include "src/theories/diffusion/chain.h"
#include "src/theories/diffusion/markov.h"

/** Standard deviation of a step from x. */
double chain_deviation(const setting_t *setting, double x);

/** self->end: the box of the cells; ends that nothing states lie further out, as the chain's law is
 * wider than the diffusion's. Errors: as grid_box. */
int chain_ends(chain_t *self, sgdl_error_t *error) SGDL_CHECKED;

/** Points between the ends. Errors: SGDL_ERR_INPUT (too many), SGDL_ERR_MEMORY. */
int chain_points(chain_t *self, sgdl_error_t *error) SGDL_CHECKED;

/** Steps between the points of the chain, which are made; to be freed in any case. Errors:
 * SGDL_ERR_INPUT where that takes too long or too much memory, SGDL_ERR_MEMORY. */
int chain_matrix(const chain_t *self, const sgdl_plan_t *plan, markov_t *matrix,
                 sgdl_error_t *error) SGDL_CHECKED;

/** self->gap, from the matrix once it is eliminated but for a state and the stationary law. Errors:
 * as chain_matrix, SGDL_ERR_INTERRUPTED. */
int chain_find_gap(chain_t *self, const markov_t *factors, const sgdl_plan_t *plan,
                   sgdl_error_t *error) SGDL_CHECKED;

#endif
