/* Two coordinates: cells of two sizes, factors of two kinds, quadrature where the law is known. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/gauss_legendre.h"
#include "src/base/sums.h"
#include "src/curve/emit.h"
#include "src/theories/diffusion/limit.h"
#include "src/theories/diffusion/plane_basins.h"
#include "src/theories/diffusion/plane_check.h"

enum {
    POINTS = 4, /* of a cell, in each direction */
    MODES = 8
}; /* that are looked for, at most */

/* Sums over cells and quadrature that differ by more are not believed. */
static const double most_apart = 0.02;

typedef struct limit {
    const setting_t *setting;
    const sgdl_plan_t *plan;
    plane_t plane;
    plane_modes_t modes;
    plane_basins_t basins;
    plane_check_t check;
    double coarse;            /* the slowest rate on half as many cells in each direction */
    double apart;             /* basins by quadrature and on cells */
    observables_t coarse_law; /* its basin [minima] is of basin's block */
    double *basin;            /* [minima] scratch; owned */
} limit_t;

/* ---- the gap -------------------------------------------------------------------------------- */

/* The rate and, where no closed form tells it better, the law. */
static int find_coarse(limit_t *self, sgdl_error_t *error)
{
    const size_t cells[] = {self->plane.cells[0] / 2, self->plane.cells[1] / 2};
    plane_t plane;
    plane_modes_t modes = {0};
    plane_basins_t basins = {0};
    int status = plane_init_cells(&plane, self->setting, cells, error);
    if (status == SGDL_OK)
        status = plane_modes_init(&modes, &plane, 1, self->plan, error);
    if (status == SGDL_OK)
        self->coarse = modes.rate[0];
    if (status == SGDL_OK && !plane.reversible) {
        status = plane_basins_init(&basins, &plane, self->plan, error);
        if (status == SGDL_OK)
            plane_basins_observe(&basins, modes.stationary, &self->coarse_law);
    }
    plane_basins_free(&basins);
    plane_modes_free(&modes);
    plane_free(&plane);
    return status;
}

static void fill_gap(const limit_t *self, limit_row_t *row)
{
    const plane_t *plane = &self->plane;
    const double fine = self->modes.rate[0];
    /* the error is of second order in the width, and halves may be rounded */
    const double ratio = (double)plane->cells[0] / (double)(plane->cells[0] / 2);
    row->gap = fine + (fine - self->coarse) / (ratio * ratio - 1);
    if (!(row->gap > 0.5 * fine && row->gap < 2 * fine))
        row->gap = fine; /* cells that resolve nothing */
}

static int note_gap(const limit_t *self, const limit_row_t *row, const sgdl_sink_t *sink,
                    sgdl_error_t *error)
{
    char key[SETTING_KEY];
    const plane_t *plane = &self->plane;
    const double fine = self->modes.rate[0];
    int status =
        emit_note(sink, setting_key(self->setting, "gap_check", key), error,
                  "extrapolated from %zu x %zu and %zu x %zu cells, on which it is off by "
                  "%.1e and %.1e",
                  plane->cells[0] / 2, plane->cells[1] / 2, plane->cells[0], plane->cells[1],
                  fabs(self->coarse / row->gap - 1), fabs(fine / row->gap - 1));
    if (status != SGDL_OK)
        return status;
    setting_key(self->setting, "gap_ways", key);
    if (!self->check.done)
        return emit_note(sink, key, error, "one alone: too many cells for LAPACK's factors");
    if (self->check.resolved > 1)
        return emit_note(sink, key, error,
                         "elimination without subtraction alone: LAPACK's factors resolve none "
                         "of it");
    return emit_note(sink, key, error,
                     "elimination without subtraction and LAPACK's %s agree to %.1e%s",
                     plane->reversible ? "Cholesky factors" : "LU factors", self->check.gap,
                     self->check.resolved > 1e-8 ? ", as far as the latter resolves it" : "");
}

/* Of several wells the exchange between them is slow, what is inside of one is not. */
static int note_rates(const limit_t *self, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    const plane_modes_t *modes = &self->modes;
    char key[SETTING_KEY], text[MODES * 16] = "";
    if (self->setting->landscape->minima < 2 || modes->lost)
        return SGDL_OK;
    for (size_t k = 0; k < modes->modes; k++) {
        const size_t length = strlen(text);
        (void)snprintf(text + length, sizeof text - length, "%s%.6g", k > 0 ? ", " : "",
                       modes->rate[k]);
    }
    return emit_note(sink, setting_key(self->setting, "rates", key), error,
                     "%s between %s; those within wells are above %.3g", text,
                     modes->modes + 1 < self->setting->landscape->minima ? "wells, the slowest"
                                                                         : "wells",
                     modes->next);
}

/* ---- the law -------------------------------------------------------------------------------- */

/* E over one cell of e^{-(U - lowest)/D} times 1, U and the trace of the Hessian, into sum[3]. */
static void integrate(const limit_t *self, const gauss_legendre_t *rule, size_t cell, double sum[3])
{
    const landscape_t *landscape = self->setting->landscape;
    const critical_point_t *lowest = landscape_minimum(landscape, 0);
    const double D = self->setting->heat * lowest->sigma[0];
    const double base = self->plane.loss[self->modes.ground];
    double centre[PLANE_AXES], x[PLANE_AXES], H[PLANE_AXES * PLANE_AXES];
    plane_centre(&self->plane, cell, centre);
    sum[0] = sum[1] = sum[2] = 0;
    for (size_t i = 0; i < rule->order * rule->order; i++) {
        const size_t k[] = {i / rule->order, i % rule->order};
        for (size_t axis = 0; axis < PLANE_AXES; axis++)
            x[axis] = centre[axis] + self->plane.width[axis] * (rule->point[k[axis]] - 0.5);
        const double U = landscape_loss(landscape, x);
        const double weight = rule->weight[k[0]] * rule->weight[k[1]] * exp((base - U) / D);
        landscape_hessian(landscape, x, H);
        sum[0] += weight;
        sum[1] += weight * U;
        sum[2] += weight * (H[0] + H[3]);
    }
}

/* The law e^{-U/D} by quadrature over cells. */
static void law_by_quadrature(const limit_t *self, observables_t *law)
{
    const plane_t *plane = &self->plane;
    const size_t minima = self->setting->landscape->minima;
    gauss_legendre_t rule;
    double mass = 0, sum[3];
    gauss_legendre_init(&rule, POINTS);
    for (size_t b = 0; b < minima; b++)
        law->basin[b] = 0;
    law->mean_loss = law->sharpness = 0;
    for (size_t c = 0; c < plane->count; c++) {
        integrate(self, &rule, c, sum);
        mass += sum[0];
        law->mean_loss += sum[1];
        law->sharpness += sum[2];
        for (size_t b = 0; b < minima; b++)
            law->basin[b] += sum[0] * self->basins.share[b * plane->count + c];
    }
    for (size_t b = 0; b < minima; b++)
        law->basin[b] /= mass;
    law->mean_loss /= mass;
    law->sharpness /= mass;
    law->mass = 1;
}

static int fill_law(limit_t *self, limit_row_t *row, sgdl_error_t *error)
{
    const size_t minima = self->setting->landscape->minima;
    observables_t cells = {.basin = self->basin};
    plane_basins_observe(&self->basins, self->modes.stationary, &cells);
    if (!self->plane.reversible) {
        double *basin = row->law.basin;
        for (size_t b = 0; b < minima; b++)
            basin[b] = cells.basin[b];
        row->law = cells;
        row->law.basin = basin;
        for (size_t b = 0; b < minima; b++)
            self->apart = fmax(self->apart, fabs(cells.basin[b] - self->coarse_law.basin[b]));
        return SGDL_OK;
    }
    law_by_quadrature(self, &row->law);
    for (size_t b = 0; b < minima; b++)
        self->apart = fmax(self->apart, fabs(cells.basin[b] - row->law.basin[b]));
    if (!(self->apart <= most_apart))
        return sgdl_fail(
            error, SGDL_ERR_SOLVER, NULL,
            "basins by quadrature and on cells are %.2g apart, allowed: %g; more cells "
            "may help",
            self->apart, most_apart);
    return SGDL_OK;
}

static int note_law(const limit_t *self, const observables_t *law, const sgdl_sink_t *sink,
                    sgdl_error_t *error)
{
    char key[SETTING_KEY];
    setting_key(self->setting, "law_check", key);
    if (self->plane.reversible)
        return emit_note(sink, key, error,
                         "basins by quadrature; cells agree to %.1e, the law on cells found by "
                         "elimination to %.1e",
                         self->apart, self->modes.apart);
    char ways[96] = "one way alone, too many cells for LAPACK's factors";
    if (self->check.done)
        (void)snprintf(ways, sizeof ways,
                       "elimination without subtraction and LAPACK's LU factors agree to %.1e",
                       self->check.law);
    return emit_note(sink, key, error,
                     "on cells; %s; half as many in each direction differ by %.1e in basins and "
                     "%.1e in the mean loss",
                     ways, self->apart, fabs(self->coarse_law.mean_loss - law->mean_loss));
}

/* ---- the row -------------------------------------------------------------------------------- */

static int resolve(limit_t *self, sgdl_error_t *error)
{
    const size_t wells = self->setting->landscape->minima;
    const size_t modes = wells < 2 ? 1 : wells <= MODES ? wells - 1 : MODES;
    int status = plane_init(&self->plane, self->setting, self->plan, error);
    if (status == SGDL_OK)
        status = plane_modes_init(&self->modes, &self->plane, modes, self->plan, error);
    if (status == SGDL_OK)
        status = plane_check(&self->modes, self->plan, &self->check, error);
    if (status == SGDL_OK)
        status = find_coarse(self, error);
    return status == SGDL_OK ? plane_basins_init(&self->basins, &self->plane, self->plan, error)
                             : status;
}

int limit_plane(const setting_t *setting, const sgdl_plan_t *plan, const sgdl_sink_t *sink,
                limit_row_t *row, sgdl_error_t *error)
{
    limit_t self = {.setting = setting, .plan = plan};
    self.basin = calloc(2 * setting->landscape->minima, sizeof *self.basin);
    self.coarse_law.basin = self.basin ? self.basin + setting->landscape->minima : NULL;
    int status = self.basin ? resolve(&self, error) : sgdl_fail_memory(error);
    if (status == SGDL_OK)
        status = plane_note(&self.plane, self.modes.stationary, sink, error);
    if (status == SGDL_OK) {
        fill_gap(&self, row);
        status = note_gap(&self, row, sink, error);
    }
    if (status == SGDL_OK)
        status = note_rates(&self, sink, error);
    if (status == SGDL_OK)
        status = fill_law(&self, row, error);
    if (status == SGDL_OK)
        status = note_law(&self, &row->law, sink, error);
    plane_basins_free(&self.basins);
    plane_modes_free(&self.modes);
    plane_free(&self.plane);
    free(self.basin);
    return status;
}
