/* Two coordinates: from minimum to minimum over the saddle that joins their basins. */
#include <math.h>
#include <stdlib.h>

#include "src/curve/emit.h"
#include "src/theories/diffusion/escape.h"
#include "src/theories/diffusion/plane_modes.h"
#include "src/theories/diffusion/plane_passage.h"

typedef struct escape {
    const setting_t *setting;
    const sgdl_plan_t *plan;
    const sgdl_sink_t *sink;
    plane_t plane, coarse; /* on half as many cells in each direction */
    plane_basins_t basins, coarse_basins;
    bool *core;       /* [plane.count] owned */
    double apart;     /* the largest difference of two ways so far; NAN: none was compared */
    double unrefined; /* the largest relative difference to the coarse plane so far */
} escape_t;

/* ---- ways ----------------------------------------------------------------------------------- */

static int add_way(escape_t *self, const escape_out_t *out, size_t from, size_t to,
                   sgdl_error_t *error)
{
    const setting_t *setting = self->setting;
    const critical_point_t *minimum = landscape_minimum(setting->landscape, from);
    const critical_point_t *saddle = plane_saddle(setting->landscape, from, to);
    plane_passage_t fine, coarse;
    if (!saddle)
        return SGDL_OK;
    plane_core(&self->coarse_basins, to, saddle, self->core);
    int status = plane_passage(&self->coarse, self->core, minimum->x, self->plan, &coarse, error);
    if (status != SGDL_OK)
        return status;
    plane_core(&self->basins, to, saddle, self->core);
    status = plane_passage(&self->plane, self->core, minimum->x, self->plan, &fine, error);
    if (status != SGDL_OK)
        return status;
    self->apart = fmax(self->apart, fine.apart);
    self->unrefined = fmax(self->unrefined, fabs(coarse.time / fine.time - 1));
    const double kramers = 1 / plane_kramers(setting, minimum, saddle);
    const escape_row_t row = {.from = from,
                              .to = to,
                              .mfpt = fine.time,
                              .kramers = kramers,
                              .kramers_leading = kramers,
                              .saddle = NAN,
                              .discrete = NAN,
                              .saddle_discrete = NAN};
    return escape_add(out, setting, &row, error);
}

static int add_ways(escape_t *self, const escape_out_t *out, sgdl_error_t *error)
{
    const size_t minima = self->setting->landscape->minima;
    int status = SGDL_OK;
    for (size_t from = 0; from < minima; from++)
        for (size_t to = 0; to < minima && status == SGDL_OK; to++)
            if (to != from)
                status = add_way(self, out, from, to, error);
    return status;
}

/* ---- words ---------------------------------------------------------------------------------- */

/* Of two wells the slowest rate is the sum of both ways' rates, and the law balances them. */
static int note_rates(const escape_t *self, const plane_modes_t *modes, sgdl_error_t *error)
{
    char key[SETTING_KEY];
    double basin[2];
    observables_t law = {.basin = basin};
    plane_basins_observe(&self->basins, modes->stationary, &law);
    return emit_note(self->sink, setting_key(self->setting, "gap_rates", key), error,
                     "out of basin 1 %.10g, out of basin 2 %.10g per t, by the slowest rate %.10g "
                     "and the stationary law",
                     modes->rate[0] * basin[1], modes->rate[0] * basin[0], modes->rate[0]);
}

static int note_check(const escape_t *self, sgdl_error_t *error)
{
    char key[SETTING_KEY];
    setting_key(self->setting, "passage_check", key);
    if (isnan(self->apart))
        return emit_note(self->sink, key, error,
                         "elimination without subtraction alone: LAPACK's factors would take "
                         "minutes or resolve none of it; %zu x %zu cells differ by %.1e",
                         self->coarse.cells[0], self->coarse.cells[1], self->unrefined);
    return emit_note(self->sink, key, error,
                     "elimination without subtraction and LAPACK's %s agree to %.1e; %zu x %zu "
                     "cells differ by %.1e",
                     self->plane.reversible ? "Cholesky factors" : "LU factors", self->apart,
                     self->coarse.cells[0], self->coarse.cells[1], self->unrefined);
}

static int note_ways(const escape_t *self, sgdl_error_t *error)
{
    int status = emit_note(self->sink, "mfpt", error,
                           "from the minimum to the core of the other basin, where the loss lies "
                           "below half way from that minimum to the saddle between them; no times "
                           "to the saddle");
    if (status == SGDL_OK)
        status = emit_note(self->sink, "kramers", error, "%s",
                           self->plane.reversible
                               ? "Eyring and Kramers' mean time over the saddle between the two "
                                 "alone, leading order; mfpt counts visits to other minima"
                               : "nan: no formula for noise that varies or differs between "
                                 "coordinates");
    return status;
}

/* ---- the rows ------------------------------------------------------------------------------- */

static int resolve(escape_t *self, const escape_out_t *out, sgdl_error_t *error)
{
    plane_modes_t modes = {0};
    int status = plane_init(&self->plane, self->setting, self->plan, error);
    const size_t half[] = {self->plane.cells[0] / 2, self->plane.cells[1] / 2};
    if (status == SGDL_OK)
        status = plane_init_cells(&self->coarse, self->setting, half, error);
    if (status == SGDL_OK)
        status = plane_basins_init(&self->basins, &self->plane, self->plan, error);
    if (status == SGDL_OK)
        status = plane_basins_init(&self->coarse_basins, &self->coarse, self->plan, error);
    if (status == SGDL_OK && !(self->core = calloc(self->plane.count, sizeof *self->core)))
        status = sgdl_fail_memory(error);
    if (status == SGDL_OK)
        status = plane_modes_init(&modes, &self->plane, 1, self->plan, error);
    if (status == SGDL_OK)
        status = plane_note(&self->plane, modes.stationary, self->sink, error);
    if (status == SGDL_OK)
        status = add_ways(self, out, error);
    if (status == SGDL_OK && self->setting->landscape->minima == 2)
        status = note_rates(self, &modes, error);
    plane_modes_free(&modes);
    return status;
}

int escape_plane(const setting_t *setting, const sgdl_plan_t *plan, const sgdl_sink_t *sink,
                 const escape_out_t *out, sgdl_error_t *error)
{
    escape_t self = {.setting = setting, .plan = plan, .sink = sink, .apart = NAN};
    int status = resolve(&self, out, error);
    if (status == SGDL_OK)
        status = note_check(&self, error);
    if (status == SGDL_OK)
        status = note_ways(&self, error);
    free(self.core);
    plane_basins_free(&self.basins);
    plane_basins_free(&self.coarse_basins);
    plane_free(&self.plane);
    plane_free(&self.coarse);
    return status;
}
