#include "src/theories/diffusion/start.h"

#include <math.h>

double start_between(double from, double to)
{
    const double a = from * M_SQRT1_2, b = to * M_SQRT1_2;
    if (a > 0)
        return 0.5 * (erfc(a) - erfc(b));
    return b < 0 ? 0.5 * (erfc(-b) - erfc(-a)) : 0.5 * (erf(b) - erf(a));
}

static int fill_gaussian(const generator_t *generator, double *mass, sgdl_error_t *error)
{
    const sgdl_problem_t *problem = generator->setting->problem;
    const grid_t *grid = &generator->grid;
    const double at = problem->start_at[0], width = problem->start_width;
    const double box[] = {grid->edge[0], grid->edge[grid->cells]};
    const double inside = start_between((box[0] - at) / width, (box[1] - at) / width);
    if (!(inside >= 1 - START_OUTSIDE))
        return sgdl_fail(error, SGDL_ERR_INPUT, "start",
                         "a Gaussian at %g of width %g has %.3g of its mass in the box from %.6g "
                         "to %.6g; allowed: at least %g, or a wider box",
                         at, width, inside, box[0], box[1], 1 - START_OUTSIDE);
    for (size_t i = 0; i < grid->cells; i++)
        mass[i] =
            start_between((grid->edge[i] - at) / width, (grid->edge[i + 1] - at) / width) / inside;
    return SGDL_OK;
}

/* ---- the stationary law of a basin ----------------------------------------------------------- */

/* From the cell `from` outwards, so that a shallow basin does not underflow beside a deep one. */
static void fill_weights(const generator_t *generator, size_t from, double *mass)
{
    const double *edge = generator->grid.edge;
    double W = 0;
    for (size_t i = from; i < generator->grid.cells; W += generator->step[i++])
        mass[i] = (edge[i + 1] - edge[i]) * exp(-W);
    W = 0;
    for (size_t i = from; i-- > 0;) {
        W -= generator->step[i];
        mass[i] = (edge[i + 1] - edge[i]) * exp(-W);
    }
}

/* The part of a cell that lies in [from, to]. */
static double part(const grid_t *grid, size_t cell, double from, double to)
{
    const double begin = fmax(grid->edge[cell], from), end = fmin(grid->edge[cell + 1], to);
    return fmax(end - begin, 0) / (grid->edge[cell + 1] - grid->edge[cell]);
}

/* What is left of a cell that a barrier cuts goes to its neighbour: then no mass counts as beyond
 * the barrier, and the error is that of the cells. */
static void move_in(double *mass, size_t cut, size_t neighbour)
{
    mass[neighbour] += mass[cut];
    mass[cut] = 0;
}

static void fill_basin(const generator_t *generator, size_t basin, double *mass)
{
    const landscape_t *landscape = generator->setting->landscape;
    const grid_t *grid = &generator->grid;
    const double from = basin > 0 ? landscape_barrier(landscape, basin - 1)->x[0] : -INFINITY;
    const double to =
        basin + 1 < landscape->minima ? landscape_barrier(landscape, basin)->x[0] : INFINITY;
    double sum = 0;
    fill_weights(generator, grid_cell(grid, landscape_minimum(landscape, basin)->x[0]), mass);
    for (size_t i = 0; i < grid->cells; i++) {
        const double inside = part(grid, i, from, to);
        mass[i] = inside > 0 ? inside * mass[i] : 0; /* beyond, it may have overflown */
        sum += mass[i];
    }
    const size_t first = grid_cell(grid, from), last = grid_cell(grid, to);
    if (basin > 0 && last - first > 1)
        move_in(mass, first, first + 1);
    if (basin + 1 < landscape->minima && last - first > 1)
        move_in(mass, last, last - 1);
    for (size_t i = 0; i < grid->cells; i++)
        mass[i] /= sum;
}

int start_fill(const generator_t *generator, double *mass, sgdl_error_t *error)
{
    const sgdl_problem_t *problem = generator->setting->problem;
    if (problem->start_basin == 0)
        return fill_gaussian(generator, mass, error);
    fill_basin(generator, (size_t)problem->start_basin - 1, mass);
    return SGDL_OK;
}
