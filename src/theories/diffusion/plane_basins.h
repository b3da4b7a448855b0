/**
 * Basins on the cells of a plane, and what a law on them is told by.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_PLANE_BASINS_H
#define SGDLIMIT_THEORIES_DIFFUSION_PLANE_BASINS_H

#include "src/theories/diffusion/observables.h"
#include "src/theories/diffusion/plane.h"

/** To be freed in any case. */
typedef struct plane_basins {
    const plane_t *plane; /* borrowed */
    double *share;        /* [minima*count] of a cell's area; steepest descent from there comes to
                             that minimum; owned */
    double *sharpness;    /* [count] trace of the Hessian; of share's block */
    size_t *basin;        /* [count] of centres; owned */
    size_t descents;
} plane_basins_t;

/** Descends from few centres: where a rectangle's rim lies in one basin and no other minimum in it,
 * all of it does. Cells beside another basin are cut into smaller ones. Errors: SGDL_ERR_INPUT
 * (memory), SGDL_ERR_MEMORY, SGDL_ERR_INTERRUPTED. */
int plane_basins_init(plane_basins_t *self, const plane_t *plane, const sgdl_plan_t *plan,
                      sgdl_error_t *error) SGDL_CHECKED;
void plane_basins_free(plane_basins_t *self);

/** Of masses [count] of cells; `out->basin` [minima] is the caller's. */
void plane_basins_observe(const plane_basins_t *self, const double *mass, observables_t *out);

/** The problem's start into mass [count], sum 1: a Gaussian, integrated over each cell, or the part
 * of the stationary law [count] in a basin. Errors: SGDL_ERR_INPUT (it is not in the box). */
int plane_basins_start(const plane_basins_t *self, const double *stationary, double *mass,
                       sgdl_error_t *error) SGDL_CHECKED;

#endif
