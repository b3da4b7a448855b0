/**
 * Can the signs of the labels of a fixed data set be met without exception, whatever X costs? Then
 * the training risk of a loss that falls exponentially has no minimum: it falls to zero, X grows
 * without bound, and its direction goes to the one of the widest margin.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_LIMIT_SEPARABLE_H
#define SGDLIMIT_THEORIES_FIXED_DATA_LIMIT_SEPARABLE_H

#include "src/theories/fixed_data/limit/minimiser.h"

/** The squared hinge at two tiny ridges tells: V goes like one over the ridge if they can and is
 * finite if not, with a power of one half where that changes. The row of `hinge`, which is to be
 * initialised, is then that of the widest margin, of length one. Errors: those of
 * minimiser_nonlinear. */
int separable_decide(minimiser_t *hinge, bool *is_separable, const char **reason,
                     sgdl_error_t *error) SGDL_CHECKED;

#endif
