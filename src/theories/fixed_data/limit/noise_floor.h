/**
 * What the choice of samples adds, at a constant rate, to where least squares ends. Samples whose
 * weights s are independent from step to step kick X by rate^2 (E s^2 - 1) (1/n^2) sum_j e_j^2 a_j
 * a_j^T, e_j their residuals; where all classes have one covariance, these are as good as
 * independent of the a_j, and the mean square psi of residuals closes on itself:
 *
 *     psi = F + mass psi      mass = rate^2 (E s^2 - 1)/alpha int x^2 g(x + ridge) dmu(x)
 *
 * with F that of the minimiser, mu the eigenvalues of the samples' covariance, and g the sum of
 * squares of how a step's kick shows later: rational in x, so that integrals are values of the
 * resolvent at its poles. mass = 1 is the limit of stability. For small batches rate^2 (E s^2 -
 * 1) g becomes alpha gamma/(2 b (x + ridge)).
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_LIMIT_NOISE_FLOOR_H
#define SGDLIMIT_THEORIES_FIXED_DATA_LIMIT_NOISE_FLOOR_H

#include "src/theories/fixed_data/limit/minimiser.h"

typedef struct noise_floor {
    double mass;     /* INFINITY where full-batch steps grow already */
    double training; /* psi at X_t itself over that at queries, what noise adds to it: psi = F +
                        training psi_query */
    double variance; /* B_i, all the same, */
    double norm2;    /* and |X|^2 per psi at queries */
} noise_floor_t;

/** Whether it is known: least squares, one covariance, independent choices, a fixed momentum. */
bool noise_floor_serves(const setup_t *setup);

/** `largest` as edge_find. Errors: SGDL_ERR_SOLVER, SGDL_ERR_MEMORY. */
int noise_floor_find(noise_floor_t *self, const setup_t *setup, double ridge, double rate,
                     double largest, sgdl_error_t *error) SGDL_CHECKED;

/** The rate at which mass = 1. Errors: as above. */
int noise_floor_stability(const setup_t *setup, double ridge, double largest, double *rate,
                          sgdl_error_t *error) SGDL_CHECKED;

/** Adds it to the minimiser's row; mass < 1. Training errors are no longer known. */
void noise_floor_add(const noise_floor_t *self, minimiser_t *minimiser);

#endif
