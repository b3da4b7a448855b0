/** A step of a block of samples: gradients, how they respond, and their sums (block_paths.h). */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_BLOCK_RESPONSE_H
#define SGDLIMIT_THEORIES_FIXED_DATA_BLOCK_RESPONSE_H

#include "src/theories/fixed_data/block_paths.h"

/** Numbers of scratch that a thread needs. */
size_t block_response_scratch(const setup_t *setup, size_t steps);

/** At r [L*BLOCK] of block b. */
void block_response(block_paths_t *self, const block_side_t *nodes, size_t b, const double *r,
                    double *scratch);

#endif
