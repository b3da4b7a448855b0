/**
 * Serial vectors for CVODE with vectorised operations. On large systems CVODE's own vector work
 * (about 35 operations a step) costs more than the equations; these do it at the speed of memory,
 * several operands a pass where CVODE offers fused operations.
 *
 * SUNDIALS writes into a clone without asking whether there is one. A clone that finds no memory is
 * therefore the space's reserve, the same for all, and the space is exhausted: whoever called
 * SUNDIALS looks at that afterwards and believes nothing of what it did.
 */
#ifndef SGDLIMIT_STEPPER_VECTOR_H
#define SGDLIMIT_STEPPER_VECTOR_H

#include <nvector/nvector_serial.h>
#include <stdbool.h>

#include "sgdlimit/error.h"

typedef struct vector_space {
    N_Vector reserve;
    bool exhausted;
} vector_space_t;

/** For vectors [length]. The space must stay where it is and outlive its vectors. Errors:
 * SGDL_ERR_MEMORY; free is legal after it. */
int vector_space_init(vector_space_t *self, sunindextype length, SUNContext context,
                      sgdl_error_t *error) SGDL_CHECKED;
void vector_space_free(vector_space_t *self);

/** A serial vector whose clones, too, carry our operations. NULL if out of memory. */
N_Vector vector_new(vector_space_t *space);

/** weights[e] = 1/(rtol |y[e]| + atol[e]), atol [length]: one pass. Returns nonzero if one would be
 * infinite. */
int vector_error_weights(N_Vector y, double rtol, const double *atol, N_Vector weights);

#endif
