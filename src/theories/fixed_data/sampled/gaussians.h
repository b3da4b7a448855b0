/**
 * Gaussian variables one after another: rows of the Cholesky factor of their covariance. One
 * that those before it determine, up to rounding, brings no innovation of its own: full batches of
 * 60 steps have some 15 that do.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_SAMPLED_GAUSSIANS_H
#define SGDLIMIT_THEORIES_FIXED_DATA_SAMPLED_GAUSSIANS_H

#include <stdbool.h>
#include <stddef.h>

#include "sgdlimit/error.h"

typedef struct gaussians {
    size_t room;   /* variables at most */
    size_t rows;   /* variables so far */
    size_t rank;   /* innovations so far */
    double *L;     /* [room*room] variable v is sum_q L[v*room + q] xi_q */
    size_t *pivot; /* [room] the variable that brought innovation q */
} gaussians_t;

double gaussians_memory(size_t room);
/** free is legal after an error. Errors: SGDL_ERR_MEMORY. */
int gaussians_init(gaussians_t *self, size_t room, sgdl_error_t *error) SGDL_CHECKED;
void gaussians_free(gaussians_t *self);

/** The row of one more variable, whose covariances with those before are `covariance` [rows]:
 * L[rows*room + q], q < rank, and, if it brings an innovation (returned), q = rank. It stays there
 * until gaussians_commit keeps it or another takes its place. */
bool gaussians_row(gaussians_t *self, const double *covariance, double variance);
void gaussians_commit(gaussians_t *self, bool brings);

static inline const double *gaussians_last(const gaussians_t *self)
{
    return self->L + self->rows * self->room;
}

#endif
