#include "src/theories/diffusion/plane_passage.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "src/base/memory.h"
#include "src/theories/diffusion/plane_band.h"
#include "src/theories/diffusion/plane_factor.h"

/* Ways that agree no better are not believed. */
static const double most_apart = 1e-8;

const critical_point_t *plane_saddle(const landscape_t *landscape, size_t a, size_t b)
{
    const critical_point_t *lowest = NULL;
    for (size_t c = 0; c < landscape->critical_count; c++) {
        const critical_point_t *point = &landscape->critical[c];
        const bool joins = (point->joins[0] == a && point->joins[1] == b) ||
                           (point->joins[0] == b && point->joins[1] == a);
        if (point->kind == CRITICAL_SADDLE && joins && (!lowest || point->loss < lowest->loss))
            lowest = point;
    }
    return lowest;
}

void plane_core(const plane_basins_t *basins, size_t basin, const critical_point_t *saddle,
                bool *absorbing)
{
    const plane_t *plane = basins->plane;
    const critical_point_t *minimum = landscape_minimum(plane->setting->landscape, basin);
    const double level = 0.5 * (minimum->loss + saddle->loss);
    for (size_t c = 0; c < plane->count; c++)
        absorbing[c] = basins->basin[c] == basin && plane->loss[c] < level;
    absorbing[plane_cell(plane, minimum->x)] = true;
}

/* ---- a field between centres ---------------------------------------------------------------- */

/* The two centres about x along an axis: the lower one's place, and how far x is from it. */
static size_t lower_place(const plane_t *plane, const double *x, size_t axis, double *part)
{
    const double at = (x[axis] - plane->box[axis][0]) / plane->width[axis] - 0.5;
    const double place = fmin(fmax(floor(at), 0), (double)plane->cells[axis] - 2);
    *part = fmin(fmax(at - place, 0), 1);
    return (size_t)place;
}

static double value_at(const plane_t *plane, const double *field, const double *x)
{
    double part[PLANE_AXES];
    size_t cell = 0;
    for (size_t axis = 0; axis < PLANE_AXES; axis++)
        cell += lower_place(plane, x, axis, &part[axis]) * plane->stride[axis];
    const double *low = field + cell, *high = low + plane->stride[0];
    const size_t next = plane->stride[1];
    return (1 - part[0]) * ((1 - part[1]) * low[0] + part[1] * low[next]) +
           part[0] * ((1 - part[1]) * high[0] + part[1] * high[next]);
}

/* ---- two ways ------------------------------------------------------------------------------- */

/* Nothing is subtracted: every digit of the rates is in the times. */
static int by_elimination(const plane_t *plane, const bool *absorbing, const sgdl_plan_t *plan,
                          double *tau, sgdl_error_t *error)
{
    plane_factor_t factor = {0};
    int status = memory_ask(plan->memory, plane_factor_bytes(plane), error,
                            "the factors of the rates between %zu cells", plane->count);
    if (status == SGDL_OK)
        status = plane_factor_init(&factor, plane, 0, absorbing, &plan->watch, error);
    for (size_t c = 0; c < plane->count; c++)
        tau[c] = absorbing[c] ? 0 : 1;
    if (status == SGDL_OK)
        plane_factor_solve_transposed(&factor, tau);
    plane_factor_free(&factor);
    return status;
}

/* Q' is S between two diagonals of roots of the law. */
static int by_band(const plane_t *plane, const bool *absorbing, const sgdl_plan_t *plan,
                   double *tau, sgdl_error_t *error)
{
    const setting_t *setting = plane->setting;
    const critical_point_t *minimum = landscape_minimum(setting->landscape, 0);
    const double D = setting->heat * minimum->sigma[0];
    plane_band_t band = {0};
    int status = plane_band_init(&band, plane, 0, absorbing, plan, error);
    for (size_t c = 0; c < plane->count; c++) {
        const double root = plane->reversible ? exp(0.5 * (minimum->loss - plane->loss[c]) / D) : 1;
        tau[c] = absorbing[c] ? 0 : root;
    }
    if (status == SGDL_OK)
        status = plane_band_solve(&band, true, tau, error);
    for (size_t c = 0; c < plane->count && plane->reversible; c++)
        tau[c] *= exp(0.5 * (plane->loss[c] - minimum->loss) / D);
    plane_band_free(&band);
    return status;
}

static int compare(double other, plane_passage_t *out, sgdl_error_t *error)
{
    out->apart = fabs(other / out->time - 1);
    if (out->apart <= most_apart + out->resolved)
        return SGDL_OK;
    return sgdl_fail(error, SGDL_ERR_SOLVER, NULL,
                     "two ways to find a first-passage time disagree: %.12g and %.12g", out->time,
                     other);
}

/* What rounding alone does to a time by factors with pivots. */
static double rounding_of(const plane_t *plane, double time)
{
    double size = 0;
    for (size_t c = 0; c < plane->count; c++)
        size = fmax(size, plane_out(plane, c));
    return 100 * DBL_EPSILON * size * time;
}

int plane_passage(const plane_t *plane, const bool *absorbing, const double *x,
                  const sgdl_plan_t *plan, plane_passage_t *out, sgdl_error_t *error)
{
    *out = (plane_passage_t){.time = NAN, .apart = NAN};
    double *tau = malloc(plane->count * sizeof *tau);
    if (!tau)
        return sgdl_fail_memory(error);
    int status = by_elimination(plane, absorbing, plan, tau, error);
    if (status == SGDL_OK) {
        out->time = value_at(plane, tau, x);
        out->resolved = rounding_of(plane, out->time);
    }
    if (status == SGDL_OK && out->resolved < 1 && plane_band_is_small(plane)) {
        status = by_band(plane, absorbing, plan, tau, error);
        if (status == SGDL_OK)
            status = compare(value_at(plane, tau, x), out, error);
    }
    free(tau);
    return status;
}

/* ---- Eyring and Kramers --------------------------------------------------------------------- */

double plane_kramers(const setting_t *setting, const critical_point_t *minimum,
                     const critical_point_t *saddle)
{
    const double D = setting->heat * minimum->sigma[0];
    if (!landscape_noise_is_constant(setting->landscape) || minimum->sigma[0] != minimum->sigma[1])
        return NAN;
    const double below = fabs(saddle->eigenvalue[0] * saddle->eigenvalue[1]);
    return fabs(saddle->eigenvalue[0]) / (2 * M_PI) *
           sqrt(minimum->eigenvalue[0] * minimum->eigenvalue[1] / below) *
           exp(-(saddle->loss - minimum->loss) / D);
}
