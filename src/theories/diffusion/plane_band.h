/**
 * LAPACK's factors of shift I - Q as a band, some cells absorbing: the second way to whatever
 * plane_factor.h finds, which shares nothing with it.
 *
 * A reversible chain is symmetrised, S_ij = sqrt(Q_ij Q_ji), and factored by Cholesky; any other by
 * LU with pivots.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_PLANE_BAND_H
#define SGDLIMIT_THEORIES_DIFFUSION_PLANE_BAND_H

#include <lapacke.h>

#include "src/theories/diffusion/plane.h"

/** To be freed in any case. */
typedef struct plane_band {
    size_t count, band;
    bool symmetric;
    double *entry;     /* LAPACK's band storage; owned */
    lapack_int *pivot; /* [count]; owned */
} plane_band_t;

/** Whether factors take seconds rather than minutes: LAPACK cannot be interrupted. */
bool plane_band_is_small(const plane_t *plane);

/** absorbing [count] may be NULL. Errors: SGDL_ERR_INPUT (memory), SGDL_ERR_MEMORY,
 * SGDL_ERR_EXTERNAL (singular). */
int plane_band_init(plane_band_t *self, const plane_t *plane, double shift, const bool *absorbing,
                    const sgdl_plan_t *plan, sgdl_error_t *error) SGDL_CHECKED;
void plane_band_free(plane_band_t *self);

/** x <- (shift I - S)^-1 x where symmetric, else (shift I - Q)^-1 x or with the transpose. */
int plane_band_solve(const plane_band_t *self, bool transposed, double *x,
                     sgdl_error_t *error) SGDL_CHECKED;

#endif
