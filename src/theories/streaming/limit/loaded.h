/**
 * Which relaxations a run can show. A mode of the linearised equations is *loaded* if the equations
 * push along it from the start on (its left eigenvector meets one of the probes), and is seen if
 * it moves some order parameter (its right eigenvector meets one of the observers). A latent
 * coordinate on which no class has a mean, or a combination that the problem's symmetry leaves at
 * rest, is neither.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_LIMIT_LOADED_H
#define SGDLIMIT_THEORIES_STREAMING_LIMIT_LOADED_H

#include <stddef.h>

#include "sgdlimit/error.h"

typedef struct modes {
    size_t n;
    double *matrix; /* [n*n] column-major, owned by the caller; overwritten */
    size_t probes;
    double *probe; /* [probes*n] one after another; compacted with the matrix */
    size_t observers;
    double *observer; /* [n*observers]: what coordinate e brings to each; compacted */
} modes_t;

/** The smallest decay rate of the modes that are loaded and seen, NAN if there is none.
 * Errors: SGDL_ERR_MEMORY, SGDL_ERR_EXTERNAL. */
int modes_slowest(modes_t *self, double *rate, sgdl_error_t *error) SGDL_CHECKED;

#endif
