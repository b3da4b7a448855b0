/**
 * The whole state at a stationary point, from its order parameters.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_LIMIT_STATE_H
#define SGDLIMIT_THEORIES_STREAMING_LIMIT_STATE_H

#include "sgdlimit/error.h"
#include "src/theories/streaming/system.h"

/**
 * A_n = -c_n/Hhat_n and S_n = A_n A_n^T + (gamma/2b) sum_i p_i lambda_i Q_i / Hhat_n, L = 1; on
 * nodes where Hhat_n = 0, and in the bias, the shortest move that makes up the rest of m. m, B [C],
 * y [system->length]. Errors: SGDL_ERR_MEMORY, SGDL_ERR_EXTERNAL.
 */
int state_at_stationary_point(const sgdl_system_t *system, double gamma, const double *m,
                              const double *B, double *y, sgdl_error_t *error) SGDL_CHECKED;

#endif
