/**
 * The stationary law of one coordinate between reflecting ends,
 *
 *     p(x) = C e^{-W(x)},   W = phi + log D,   phi' = U'/D
 *
 * by adaptive quadrature, and by the masses of cells: two ways that share U and Sigma alone.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_STATIONARY_H
#define SGDLIMIT_THEORIES_DIFFUSION_STATIONARY_H

#include "src/theories/diffusion/generator.h"
#include "src/theories/diffusion/observables.h"

/** By quadrature; fills out->basin [minima], too. A mean that does not exist, of a heavy tail whose
 * box is no stated one, is INFINITY. mean and variance stay 0. Errors: as grid_box,
 * SGDL_ERR_SOLVER (the integrals do not converge). */
int stationary_law(const setting_t *setting, observables_t *out, sgdl_error_t *error) SGDL_CHECKED;

/** How far two ways are apart. */
typedef struct stationary_apart {
    double cells;        /* largest difference of a basin's probability on the fine cells */
    double extrapolated; /* the same, extrapolated from coarse and fine cells */
    double outermost;    /* mass in the outermost cells */
} stationary_apart_t;

/** Compares `law`, by quadrature, with generators of N and 2N cells: basins and means. Errors:
 * SGDL_ERR_SOLVER (they differ by more than what cells are off by), SGDL_ERR_MEMORY. */
int stationary_compare(const observables_t *law, const generator_t *coarse, const generator_t *fine,
                       stationary_apart_t *apart, sgdl_error_t *error) SGDL_CHECKED;

#endif
