/**
 * The coordinates' side of the minimiser's equations (minimiser.h) where outputs look at one
 * another: R, V and H_n are L x L. Matrices by rows.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_LIMIT_BALANCE_BLOCKS_H
#define SGDLIMIT_THEORIES_FIXED_DATA_LIMIT_BALANCE_BLOCKS_H

#include "src/theories/fixed_data/limit/sample_softmax.h"

typedef struct balance_blocks {
    const setup_t *setup;
    double ridge;
    double *m, *B, *V; /* [C*L], [C*L*L], [C*L*L] m without the bias */
    double *norm2;     /* [L] */
    double *scratch;   /* [4*L*L + L*P] */
} balance_blocks_t;

/** Fills m, B, V and norm2 from the samples' averages [C]. */
void balance_blocks_take(balance_blocks_t *self, const softmax_average_t *average);

#endif
