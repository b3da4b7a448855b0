/**
 * Can the signs of the labels of a fixed data set be met without exception, whatever X costs? Then
 * the training risk of a loss that falls exponentially has no minimum: it falls to zero, X grows
 * without bound, and its direction goes to the one of the widest margin.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_LIMIT_SEPARABLE_H
#define SGDLIMIT_THEORIES_FIXED_DATA_LIMIT_SEPARABLE_H

#include "src/theories/fixed_data/limit/minimiser.h"

typedef struct separability {
    bool is_separable;
    double ratio;       /* up to that many samples per direction; INFINITY: any; NAN: not needed */
    const char *reason; /* static */
} separability_t;

/** Of labels of two values, soft ones are met by no sign. Errors: SGDL_ERR_MEMORY,
 * SGDL_ERR_SOLVER, SGDL_ERR_INTERRUPTED. */
int separable_decide(const setup_t *setup, separability_t *out, sgdl_error_t *error) SGDL_CHECKED;

/** The widest margin: `self`, which is to be initialised, gets the row of the X of margin one.
 * Errors: those of minimiser_nonlinear. */
int separable_margin(minimiser_t *self, sgdl_error_t *error) SGDL_CHECKED;

#endif
