/**
 * How the noise of SGD feeds itself: what it adds to the risk enlarges the gradients, which are
 * noise again. Where Q_i = Q0_i + Q'_i B_i, the variances obey B = B0 + T B with
 *
 *     T_ji = (1/2b) p_i Q'_i sum_n w_n lambda_{j,n} lambda_{i,n} Gamma(h_n)/h_n
 *
 * (drive.h), and the kernel behind it is nowhere negative, so that a run diverges exactly where the
 * spectral radius of T is not below 1.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_FEEDBACK_H
#define SGDLIMIT_THEORIES_STREAMING_FEEDBACK_H

#include "sgdlimit/error.h"
#include "sgdlimit/spectra.h"
#include "src/theories/streaming/drive.h"

/** At which averages; borrowed. */
typedef struct feedback {
    const sgdl_problem_t *problem;
    const sgdl_nodes_t *nodes;
    const double *H, *Q_B; /* [C] Hbar_i and Q'_i; NULL: 1, those of least squares */
} feedback_t;

/** The spectral radius of T. Errors: SGDL_ERR_MEMORY, SGDL_ERR_EXTERNAL, SGDL_ERR_INTERRUPTED. */
int feedback_radius(const feedback_t *self, const drive_t *drive, const sgdl_plan_t *plan,
                    double *radius, sgdl_error_t *error) SGDL_CHECKED;

/** Least squares with a heavy ball: the largest stable learning rate as it is stated, no more than
 * `most`, which it is without one; 0 where none is. Errors: as above. */
int feedback_largest_rate(const feedback_t *self, double most, const sgdl_plan_t *plan,
                          double *rate, sgdl_error_t *error) SGDL_CHECKED;

#endif
