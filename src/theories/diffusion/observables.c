#include "src/theories/diffusion/observables.h"

#include <math.h>

static void fill_basins(const landscape_t *landscape, const grid_t *grid, const double *mass,
                        double *basin)
{
    size_t cell = 0;
    double rest = mass[0]; /* what is left of the cell */
    for (size_t b = 0; b < landscape->minima; b++) {
        const bool last = b + 1 == landscape->minima;
        const double end = last ? grid->edge[grid->cells] : landscape_barrier(landscape, b)->x[0];
        basin[b] = 0;
        for (; cell + 1 < grid->cells && grid->edge[cell + 1] <= end; rest = mass[++cell])
            basin[b] += rest;
        double part = rest;
        if (!last)
            part = fmin(rest, mass[cell] * fmax(end - grid->edge[cell], 0) /
                                  (grid->edge[cell + 1] - grid->edge[cell]));
        basin[b] += part;
        rest -= part;
    }
}

void observables_of_cells(const landscape_t *landscape, const grid_t *grid, const double *mass,
                          observables_t *out)
{
    double *basin = out->basin;
    *out = (observables_t){.basin = basin};
    for (size_t i = 0; i < grid->cells; i++) {
        const double x = grid->centre[i];
        out->mass += mass[i];
        out->mean[0] += mass[i] * x;
        out->mean_loss += mass[i] * landscape_slope(landscape, x, 0);
        out->sharpness += mass[i] * landscape_slope(landscape, x, 2);
    }
    for (size_t i = 0; i < grid->cells; i++)
        out->variance[0] +=
            mass[i] * (grid->centre[i] - out->mean[0]) * (grid->centre[i] - out->mean[0]);
    fill_basins(landscape, grid, mass, basin);
}
