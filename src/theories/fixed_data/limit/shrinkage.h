/**
 * How the sample covariance S = (1/n) sum_j a_j a_j^T of least squares shrinks what it meets: its
 * resolvent at -z, as n = alpha d grows, in any of these forms
 *
 *     h_n = r + sum_i p_i lambda_{i,n}/e_i        e_i = c + (1/alpha) sum_n w_n lambda_{i,n}/h_n
 *
 * which for r = z, c = 1 are H_n = h_n and e_i = 1 + V_i, and for r = 1, c = z the same over z and
 * times z: there z = 0 is legal where samples are fewer than directions (V is infinite), here where
 * they are more. z < 0 is legal below minus the largest eigenvalue of S that belongs to its bulk.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_LIMIT_SHRINKAGE_H
#define SGDLIMIT_THEORIES_FIXED_DATA_LIMIT_SHRINKAGE_H

#include "src/theories/fixed_data/setup.h"

typedef struct shrinkage {
    const setup_t *setup; /* borrowed */
    double r, c;
    double *e; /* [C] */
    double *h; /* [N] */
    double *own;
} shrinkage_t;

/** free is legal after an error. Errors: SGDL_ERR_MEMORY. */
int shrinkage_init(shrinkage_t *self, const setup_t *setup, sgdl_error_t *error) SGDL_CHECKED;
void shrinkage_free(shrinkage_t *self);

/** Solves for e > 0, h > 0; r, c >= 0. Errors: SGDL_ERR_SOLVER, SGDL_ERR_MEMORY. */
int shrinkage_solve(shrinkage_t *self, double r, double c, sgdl_error_t *error) SGDL_CHECKED;

/** The resolvent at a point z > 0 to the right of the bulk: r = -z, c = 1, 0 < e <= 1, h < 0.
 * *inside: it is not to its right. Errors: SGDL_ERR_MEMORY. */
int shrinkage_beyond(shrinkage_t *self, double z, bool *inside, sgdl_error_t *error) SGDL_CHECKED;

#endif
