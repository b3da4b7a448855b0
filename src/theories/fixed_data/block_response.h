/**
 * A step of a block of samples: gradients, how they respond, and their sums (block_paths.h).
 *
 * D(t, s) are L x L numbers a sample, D(t, s) v, with v of signs, only L. Where v of the samples of
 * a block are the rows of a Hadamard matrix, whose columns are orthogonal,
 *
 *     sum_j D_j(t, s) v_j v_j^T
 *
 * has the mean of sum_j D_j(t, s), and no noise but from how D_j varies: a loss that is `probed`
 * follows D(t, s) v alone. H = D(t, t) itself is summed whole.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_BLOCK_RESPONSE_H
#define SGDLIMIT_THEORIES_FIXED_DATA_BLOCK_RESPONSE_H

#include "src/theories/fixed_data/block_paths.h"

/** Numbers of scratch that a thread needs. */
size_t block_response_scratch(const setup_t *setup, size_t steps);

/** At r [L*BLOCK] of block b. */
void block_response(block_paths_t *self, const block_side_t *nodes, size_t b, const double *r,
                    double *scratch);

#endif
