/**
 * The slowest rate of a plane a second way, which shares nothing with plane_factor.h but the rates:
 * LAPACK's factors of bands, of the symmetrised operator (Cholesky) where the chain is reversible,
 * of the operator itself (LU with pivots) where it is not.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_PLANE_CHECK_H
#define SGDLIMIT_THEORIES_DIFFUSION_PLANE_CHECK_H

#include "src/theories/diffusion/plane_modes.h"

typedef struct plane_check {
    bool done;       /* false: too many cells for it */
    double gap;      /* relative difference of the rates */
    double law;      /* sum of absolute differences of the stationary laws */
    double resolved; /* relative; rounding alone makes so much of `gap` */
} plane_check_t;

/** Errors: SGDL_ERR_SOLVER (the ways disagree by more than 1e-8 and rounding), SGDL_ERR_INPUT
 * (memory), SGDL_ERR_MEMORY, SGDL_ERR_EXTERNAL, SGDL_ERR_INTERRUPTED. */
int plane_check(const plane_modes_t *modes, const sgdl_plan_t *plan, plane_check_t *out,
                sgdl_error_t *error) SGDL_CHECKED;

#endif
