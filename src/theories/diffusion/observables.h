/**
 * What is told of a law of X on a landscape: basin probabilities and means.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_OBSERVABLES_H
#define SGDLIMIT_THEORIES_DIFFUSION_OBSERVABLES_H

#include "src/theories/diffusion/grid.h"

typedef struct observables {
    double *basin;    /* [minima] probabilities, left to right; of the caller */
    double mean_loss; /* E U */
    double sharpness; /* E U'', of two coordinates E tr Hessian */
    double mean[LANDSCAPE_COORDINATES];
    double variance[LANDSCAPE_COORDINATES];
    double mass; /* their sum: 1 but for errors */
} observables_t;

/** One coordinate: of the masses [grid->cells] of cells. The cell that holds a barrier is split
 * linearly. */
void observables_of_cells(const landscape_t *landscape, const grid_t *grid, const double *mass,
                          observables_t *out);

#endif
