/**
 * Serial vectors for CVODE with vectorised operations. On large systems CVODE's own vector work
 * (about 35 operations a step) costs more than the equations; these do it at the speed of memory,
 * several operands a pass where CVODE offers fused operations.
 */
#ifndef SGDLIMIT_ODE_VECTOR_H
#define SGDLIMIT_ODE_VECTOR_H

#include <nvector/nvector_serial.h>

/** A serial vector [length] whose clones, too, carry our operations. NULL if out of memory. */
N_Vector vector_new(sunindextype length, SUNContext context);

/** weights[e] = 1/(rtol |y[e]| + atol[e]): one pass. Returns nonzero if one would be infinite. */
int vector_error_weights(N_Vector y, double rtol, N_Vector atol, N_Vector weights);

#endif
