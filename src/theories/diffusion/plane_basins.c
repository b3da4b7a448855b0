#include "src/theories/diffusion/plane_basins.h"

#include <math.h>
#include <stdlib.h>

#include "src/base/memory.h"
#include "src/base/sums.h"
#include "src/theories/diffusion/start.h"

enum { PARTS = 4 }; /* of a cell beside another basin, in each direction */

static const size_t unknown = SIZE_MAX;

/* A rectangle of cells, ends included. */
typedef struct block {
    size_t from[PLANE_AXES], to[PLANE_AXES];
} block_t;

/* ---- basins of centres ---------------------------------------------------------------------- */

static size_t cell_at(const plane_t *plane, size_t i, size_t j)
{
    return i * plane->stride[0] + j * plane->stride[1];
}

static size_t basin_of(plane_basins_t *self, size_t i, size_t j)
{
    const size_t cell = cell_at(self->plane, i, j);
    if (self->basin[cell] == unknown) {
        double x[PLANE_AXES];
        plane_centre(self->plane, cell, x);
        self->basin[cell] = landscape_basin(self->plane->setting->landscape, x);
        self->descents++;
    }
    return self->basin[cell];
}

/* Is the minimum of any other basin in it? */
static bool holds_other(const plane_basins_t *self, const block_t *block, size_t basin)
{
    const landscape_t *landscape = self->plane->setting->landscape;
    for (size_t b = 0; b < landscape->minima; b++) {
        const size_t cell = plane_cell(self->plane, landscape_minimum(landscape, b)->x);
        const size_t i = plane_place(self->plane, cell, 0), j = plane_place(self->plane, cell, 1);
        if (b != basin && i >= block->from[0] && i <= block->to[0] && j >= block->from[1] &&
            j <= block->to[1])
            return true;
    }
    return false;
}

/* Asks all cells of the rim: are they of one basin? */
static bool rim_is_of(plane_basins_t *self, const block_t *block, size_t basin)
{
    bool same = true;
    for (size_t i = block->from[0]; i <= block->to[0] && same; i++)
        same =
            basin_of(self, i, block->from[1]) == basin && basin_of(self, i, block->to[1]) == basin;
    for (size_t j = block->from[1]; j <= block->to[1] && same; j++)
        same =
            basin_of(self, block->from[0], j) == basin && basin_of(self, block->to[0], j) == basin;
    return same;
}

static int settle(plane_basins_t *self, const block_t *block, const sgdl_watch_t *watch,
                  sgdl_error_t *error)
{
    const size_t basin = basin_of(self, block->from[0], block->from[1]);
    const size_t length[] = {block->to[0] - block->from[0], block->to[1] - block->from[1]};
    if (sgdl_watch_stopped(watch))
        return sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL, "interrupted");
    if (rim_is_of(self, block, basin) && !holds_other(self, block, basin)) {
        for (size_t i = block->from[0]; i <= block->to[0]; i++)
            for (size_t j = block->from[1]; j <= block->to[1]; j++)
                self->basin[cell_at(self->plane, i, j)] = basin;
        return SGDL_OK;
    }
    const size_t axis = length[0] >= length[1] ? 0 : 1;
    if (length[axis] == 0)
        return SGDL_OK;
    block_t low = *block, high = *block;
    low.to[axis] = block->from[axis] + length[axis] / 2;
    high.from[axis] = low.to[axis] + 1;
    int status = settle(self, &low, watch, error);
    return status == SGDL_OK ? settle(self, &high, watch, error) : status;
}

/* ---- shares --------------------------------------------------------------------------------- */

static bool is_beside_another(const plane_basins_t *self, size_t cell)
{
    const plane_t *plane = self->plane;
    for (size_t axis = 0; axis < PLANE_AXES; axis++) {
        const size_t place = plane_place(plane, cell, axis), stride = plane->stride[axis];
        if ((place > 0 && self->basin[cell - stride] != self->basin[cell]) ||
            (place + 1 < plane->cells[axis] && self->basin[cell + stride] != self->basin[cell]))
            return true;
    }
    return false;
}

static void add_share(plane_basins_t *self, size_t cell, size_t basin, double part)
{
    if (basin < self->plane->setting->landscape->minima)
        self->share[basin * self->plane->count + cell] += part;
}

static void cut(plane_basins_t *self, size_t cell)
{
    const plane_t *plane = self->plane;
    double centre[PLANE_AXES], x[PLANE_AXES];
    plane_centre(plane, cell, centre);
    for (int part = 0; part < PARTS * PARTS; part++) {
        x[0] = centre[0] + plane->width[0] * ((part % PARTS + 0.5) / PARTS - 0.5);
        x[1] = centre[1] + plane->width[1] * ((part / PARTS + 0.5) / PARTS - 0.5);
        add_share(self, cell, landscape_basin(plane->setting->landscape, x), 1.0 / (PARTS * PARTS));
        self->descents++;
    }
}

static void fill_cell(plane_basins_t *self, size_t cell)
{
    double x[PLANE_AXES], H[PLANE_AXES * PLANE_AXES];
    plane_centre(self->plane, cell, x);
    landscape_hessian(self->plane->setting->landscape, x, H);
    self->sharpness[cell] = H[0] + H[3];
    if (is_beside_another(self, cell))
        cut(self, cell);
    else
        add_share(self, cell, self->basin[cell], 1);
}

int plane_basins_init(plane_basins_t *self, const plane_t *plane, const sgdl_plan_t *plan,
                      sgdl_error_t *error)
{
    const size_t minima = plane->setting->landscape->minima, count = plane->count;
    *self = (plane_basins_t){.plane = plane};
    int status = memory_ask(plan->memory, (double)((minima + 2) * count) * sizeof(double), error,
                            "the basins of %zu cells", count);
    if (status != SGDL_OK)
        return status;
    self->share = calloc((minima + 1) * count, sizeof *self->share);
    self->basin = malloc(count * sizeof *self->basin);
    if (!self->share || !self->basin)
        return sgdl_fail_memory(error);
    self->sharpness = self->share + minima * count;
    for (size_t c = 0; c < count; c++)
        self->basin[c] = minima > 1 ? unknown : 0;
    const block_t all = {{0, 0}, {plane->cells[0] - 1, plane->cells[1] - 1}};
    if (minima > 1)
        status = settle(self, &all, &plan->watch, error);
    for (size_t c = 0; c < count && status == SGDL_OK; c++) {
        if (c % plane->band == 0 && sgdl_watch_stopped(&plan->watch))
            return sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL, "interrupted");
        fill_cell(self, c);
    }
    return status;
}

void plane_basins_free(plane_basins_t *self)
{
    free(self->share);
    free(self->basin);
    *self = (plane_basins_t){0};
}

/* ---- laws ----------------------------------------------------------------------------------- */

void plane_basins_observe(const plane_basins_t *self, const double *mass, observables_t *out)
{
    const plane_t *plane = self->plane;
    double *basin = out->basin, x[PLANE_AXES];
    *out = (observables_t){.basin = basin};
    for (size_t b = 0; b < plane->setting->landscape->minima; b++)
        basin[b] = sum_products(self->share + b * plane->count, mass, plane->count);
    out->mean_loss = sum_products(plane->loss, mass, plane->count);
    out->sharpness = sum_products(self->sharpness, mass, plane->count);
    for (size_t c = 0; c < plane->count; c++) {
        plane_centre(plane, c, x);
        out->mass += mass[c];
        for (size_t axis = 0; axis < PLANE_AXES; axis++)
            out->mean[axis] += mass[c] * x[axis];
    }
    for (size_t c = 0; c < plane->count; c++) {
        plane_centre(plane, c, x);
        for (size_t axis = 0; axis < PLANE_AXES; axis++)
            out->variance[axis] +=
                mass[c] * (x[axis] - out->mean[axis]) * (x[axis] - out->mean[axis]);
    }
}

/* The stationary law about the minimum of a basin, so that a shallow one does not underflow beside
 * a deep one where it is known in closed form. */
static int start_in_basin(const plane_basins_t *self, size_t basin, const double *stationary,
                          double *mass, sgdl_error_t *error)
{
    const plane_t *plane = self->plane;
    const critical_point_t *minimum = landscape_minimum(plane->setting->landscape, basin);
    const double D = plane->setting->heat * minimum->sigma[0];
    double sum = 0;
    for (size_t c = 0; c < plane->count; c++) {
        const double share = self->share[basin * plane->count + c];
        const double law = plane->reversible ? exp(fmin((minimum->loss - plane->loss[c]) / D, 700))
                                             : stationary[c];
        mass[c] = share > 0 ? share * law : 0;
        sum += mass[c];
    }
    for (size_t c = 0; c < plane->count; c++)
        mass[c] /= sum;
    if (!(sum > 0))
        return sgdl_fail(error, SGDL_ERR_INPUT, "start",
                         "the stationary law has no mass in basin %zu of the box", basin + 1);
    return SGDL_OK;
}

static int start_gaussian(const plane_basins_t *self, double *mass, sgdl_error_t *error)
{
    const plane_t *plane = self->plane;
    const sgdl_problem_t *problem = plane->setting->problem;
    const double *at = problem->start_at, width = problem->start_width;
    double sum = 0;
    for (size_t c = 0; c < plane->count; c++) {
        double x[PLANE_AXES];
        plane_centre(plane, c, x);
        mass[c] = 1;
        for (size_t axis = 0; axis < PLANE_AXES; axis++)
            mass[c] *= start_between((x[axis] - 0.5 * plane->width[axis] - at[axis]) / width,
                                     (x[axis] + 0.5 * plane->width[axis] - at[axis]) / width);
        sum += mass[c];
    }
    if (!(sum >= 1 - START_OUTSIDE))
        return sgdl_fail(error, SGDL_ERR_INPUT, "start",
                         "a Gaussian at (%g, %g) of width %g has %.3g of its mass in the box; "
                         "allowed: at least %g, or a wider box",
                         at[0], at[1], width, sum, 1 - START_OUTSIDE);
    for (size_t c = 0; c < plane->count; c++)
        mass[c] /= sum;
    return SGDL_OK;
}

int plane_basins_start(const plane_basins_t *self, const double *stationary, double *mass,
                       sgdl_error_t *error)
{
    const double basin = self->plane->setting->problem->start_basin;
    return basin > 0 ? start_in_basin(self, (size_t)basin - 1, stationary, mass, error)
                     : start_gaussian(self, mass, error);
}
