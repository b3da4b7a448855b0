/**
 * The whole state at a stationary point, from its order parameters.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_LIMIT_STATE_H
#define SGDLIMIT_THEORIES_STREAMING_LIMIT_STATE_H

#include "sgdlimit/error.h"
#include "src/theories/streaming/drive.h"
#include "src/theories/streaming/system.h"

/** Order parameters of a stationary point; with a teacher those of the deviation. */
typedef struct stationary_point {
    double rate;         /* the stated learning rate */
    const double *m, *B; /* [C] */
    const double *cross; /* [C] with a teacher, else NULL */
} stationary_point_t;

/**
 * A_n = -c_n/Hhat_n and S_n = A_n A_n^T + the noise (drive.h), L = 1; on nodes where Hhat_n = 0,
 * and in the bias, the shortest move from no weights that makes up the rest of m. Gradient noise,
 * which grows without bound on such nodes and is not seen in r, is left out there, and so is what
 * it makes of a velocity. y [system->length]. Errors: SGDL_ERR_MEMORY,
 * SGDL_ERR_EXTERNAL.
 */
int state_at_stationary_point(const sgdl_system_t *system, const stationary_point_t *point,
                              double *y, sgdl_error_t *error) SGDL_CHECKED;

/** With a teacher, of X itself at such a state: |X|^2, its product with the signal, and the cosine;
 * INFINITY and 0 where a norm is not finite. */
void state_overlap(const sgdl_system_t *system, const double *y, double *norm2, double *overlap,
                   double *cosine);

#endif
