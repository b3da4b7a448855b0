/**
 * What is told of an ensemble of runs on a landscape, from where they are.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_SIMULATED_H
#define SGDLIMIT_THEORIES_DIFFUSION_SIMULATED_H

#include "src/curve/emit.h"
#include "src/ensemble/ensemble.h"
#include "src/theories/diffusion/plane_basins.h"

/** Finds the basin of a point quickly. To be freed in any case. */
typedef struct basin_finder {
    const landscape_t *landscape; /* borrowed */
    plane_t plane;                /* two coordinates and several minima */
    plane_basins_t basins;
} basin_finder_t;

/** Errors: as plane_init, plane_basins_init. */
int basin_finder_init(basin_finder_t *self, const setting_t *setting, const sgdl_plan_t *plan,
                      sgdl_error_t *error) SGDL_CHECKED;
void basin_finder_free(basin_finder_t *self);
size_t basin_finder_of(const basin_finder_t *self, const double *x);

/** Adds NAME_mean .. NAME_q90 of p_1 .. p_m, mean_loss, sharpness, mean_x, var_x (mean_y, var_y),
 * p_flat. Errors: SGDL_ERR_MEMORY. */
int simulated_quantities(const landscape_t *landscape, emit_list_t *list,
                         sgdl_error_t *error) SGDL_CHECKED;

/** Writes them [4*their number] of row `row` of a curve; returns where the next number goes.
 * sample [runs] is scratch. */
double *simulated_put(const ensemble_t *ensemble, const basin_finder_t *finder, size_t curve,
                      size_t row, double *sample, double *next);

#endif
