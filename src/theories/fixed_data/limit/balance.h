/**
 * The coordinates' side of the minimiser's equations, L = 1: from the samples' averages to the
 * order parameters that they are averages at.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_LIMIT_BALANCE_H
#define SGDLIMIT_THEORIES_FIXED_DATA_LIMIT_BALANCE_H

#include "src/theories/fixed_data/limit/minimiser.h"

/** Of one class; the averages of samples in it, and what follows. */
typedef struct pull {
    double gradient, response, square, signal; /* Ebar, Rhat, Q, Rhat* */
} pull_t;

typedef struct balance {
    const setup_t *setup;
    double ridge, ratio;
    bool centred;
    /* filled by balance_take */
    double *m, *B, *V, *cross; /* [C] m without the bias */
    double *H;                 /* [N] */
    double *a;                 /* [P] of one node: scratch */
    double norm2, overlap;
} balance_t;

/** Fills all of it from pull [C]. */
void balance_take(balance_t *self, const pull_t *pull);

#endif
