/* The inverse of heavy ball's operator on states without mass. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/linear.h"
#include "src/theories/diffusion/underdamped_modes.h"

/* ---- constant noise -------------------------------------------------------------------------- */

/* Mode 1 from the flux through each face, which is what leaves the cells on one side of it: the
 * side with less stationary mass, where nothing cancels. */
static void find_fluxes(const inverse_t *self, const double *b, double *x)
{
    const underdamped_t *flow = self->flow;
    const size_t modes = flow->modes, last = flow->cells - 1;
    const double s = flow->up[0] * flow->root[0] / flow->face[0];
    double sum = 0;
    for (size_t f = 0; f < last && self->below[f] < 0.5; f++) {
        sum += flow->root[f] * b[f * modes];
        x[f * modes + 1] = sum / (s * flow->face[f]);
    }
    sum = 0;
    for (size_t f = last; f-- > 0 && self->below[f] >= 0.5;) {
        sum -= flow->root[f + 1] * b[(f + 1) * modes];
        x[f * modes + 1] = sum / (s * flow->face[f]);
    }
    x[last * modes + 1] = 0;
}

/* The right-hand side of modes from 2 on, once mode 1 is known. */
static void move_flux(const inverse_t *self, const double *b, const double *x)
{
    const underdamped_t *flow = self->flow;
    const size_t modes = flow->modes;
    memcpy(self->work, b, flow->length * sizeof *b);
    for (size_t f = 0; f + 1 < flow->cells; f++) {
        double K[4];
        underdamped_entries(flow, f, 1, K);
        self->work[f * modes + 2] += K[1] * x[f * modes + 1];
        self->work[(f + 1) * modes + 2] += K[3] * x[f * modes + 1];
    }
}

/* c_0/root differs between cells by what mode 1's own equation asks for; no mass in all. */
static void sum_up(const inverse_t *self, const double *b, double *x)
{
    const underdamped_t *flow = self->flow;
    const size_t modes = flow->modes;
    const double s = flow->up[0] * flow->root[0] / flow->face[0];
    double mean = 0;
    for (size_t f = 0; f + 1 < flow->cells; f++) {
        double K[4];
        const size_t e = f * modes;
        underdamped_entries(flow, f, 1, K);
        self->work[f] =
            (b[e + 1] - flow->friction * x[e + 1] - (K[1] * x[e + 2] + K[3] * x[e + modes + 2])) /
            (s * flow->face[f]);
    }
    x[self->centre * modes] = 0;
    for (size_t i = self->centre; i + 1 < flow->cells; i++)
        x[(i + 1) * modes] = x[i * modes] + self->work[i];
    for (size_t i = self->centre; i-- > 0;)
        x[i * modes] = x[(i + 1) * modes] - self->work[i];
    for (size_t i = 0; i < flow->cells; i++)
        mean += flow->root[i] * flow->root[i] * x[i * modes];
    for (size_t i = 0; i < flow->cells; i++)
        x[i * modes] = flow->root[i] * (x[i * modes] - mean);
}

static void apply_by_flux(const inverse_t *self, const double *b, double *x)
{
    find_fluxes(self, b, x);
    move_flux(self, b, x);
    factor_solve(&self->factor, self->work, x, false);
    sum_up(self, b, x);
}

/* ---- T(x) ------------------------------------------------------------------------------------ */

/* x without mass; y without stationary part. */
static void deflate(const inverse_t *self, double *x)
{
    const double mass = underdamped_mass(self->flow, x);
    for (size_t e = 0; e < self->flow->length; e++)
        x[e] -= mass * self->stationary[e];
}

static void deflate_transposed(const inverse_t *self, double *y)
{
    const underdamped_t *flow = self->flow;
    double part = 0;
    for (size_t e = 0; e < flow->length; e++)
        part += y[e] * self->stationary[e];
    for (size_t i = 0; i < flow->cells; i++)
        y[i * flow->modes] -= part * flow->root[i];
}

static void apply_whole(const inverse_t *self, const double *b, double *x, bool transposed)
{
    const size_t ground = self->centre * self->flow->modes;
    memcpy(x, b, self->flow->length * sizeof *x);
    if (transposed)
        deflate_transposed(self, x);
    else
        x[ground] = 0;
    factor_solve(&self->factor, x, x, transposed);
    if (transposed) {
        x[ground] = 0;
        deflate_transposed(self, x);
    } else
        deflate(self, x);
}

/* The null vector: 1 at the ground, then of mass 1. */
static int find_stationary(inverse_t *self, sgdl_error_t *error)
{
    const underdamped_t *flow = self->flow;
    self->stationary[self->centre * flow->modes] = 1;
    factor_solve(&self->factor, self->stationary, self->stationary, false);
    const double mass = underdamped_mass(flow, self->stationary);
    if (!(fabs(mass) > 0) || !isfinite(mass))
        return sgdl_fail(error, SGDL_ERR_SOLVER, NULL,
                         "no stationary law of X and V: its mass is %g before it is normalised",
                         mass);
    for (size_t e = 0; e < flow->length; e++)
        self->stationary[e] /= mass;
    return SGDL_OK;
}

/* ---- both ------------------------------------------------------------------------------------ */

static int factorise(inverse_t *self, sgdl_error_t *error)
{
    const underdamped_t *flow = self->flow;
    const lapack_int info = factor_make(&self->factor, 0, 1, flow->warm ? self->centre : SIZE_MAX);
    if (info != 0) {
        int status = sgdl_fail(error, SGDL_ERR_SOLVER, NULL,
                               "the operator of X and V has no factors (%zu cells, %zu modes)",
                               flow->cells, flow->modes);
        if (error)
            error->raw = info;
        return status;
    }
    if (flow->warm)
        return find_stationary(self, error);
    for (size_t i = 0; i < flow->cells; i++)
        self->stationary[i * flow->modes] = flow->root[i];
    return SGDL_OK;
}

/* Away from the deepest cell: in another basin, or beside it. */
static size_t other_centre(const underdamped_t *flow, size_t deepest)
{
    const landscape_t *landscape = flow->setting->landscape;
    const size_t basin = landscape_basin(landscape, &flow->grid.centre[deepest]);
    const critical_point_t *other = landscape_minimum(landscape, (basin + 1) % landscape->minima);
    const size_t cell = grid_cell(&flow->grid, other->x[0]);
    return landscape->minima > 1 ? cell : (cell + flow->cells / 16 + 1) % flow->cells;
}

int inverse_init(inverse_t *self, const underdamped_t *flow, bool otherwise,
                 const sgdl_plan_t *plan, sgdl_error_t *error)
{
    double sum = 0;
    *self = (inverse_t){.flow = flow};
    int status = factor_init(&self->factor, flow, flow->warm ? 0 : 2, plan->memory, error);
    if (status != SGDL_OK)
        return status;
    self->stationary = calloc(2 * flow->length + flow->cells, sizeof *self->stationary);
    if (!self->stationary)
        return sgdl_fail_memory(error);
    self->work = self->stationary + flow->length;
    self->below = self->work + flow->length;
    for (size_t i = 0; i < flow->cells; i++) {
        self->below[i] = sum += flow->root[i] * flow->root[i];
        if (flow->root[i] > flow->root[self->centre])
            self->centre = i;
    }
    if (otherwise)
        self->centre = other_centre(flow, self->centre);
    return factorise(self, error);
}

void inverse_free(inverse_t *self)
{
    factor_free(&self->factor);
    free(self->stationary);
    *self = (inverse_t){0};
}

void inverse_apply(const inverse_t *self, const double *b, double *x, bool transposed)
{
    if (self->flow->warm)
        apply_whole(self, b, x, transposed);
    else
        apply_by_flux(self, b, x); /* transposed ones are not asked for */
}
