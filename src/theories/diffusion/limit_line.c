/* One coordinate: quadrature, and cells of two sizes. */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/c_locale.h"
#include "src/base/memory.h"
#include "src/curve/emit.h"
#include "src/theories/diffusion/limit.h"
#include "src/theories/diffusion/spectrum.h"
#include "src/theories/diffusion/stationary.h"
#include "src/theories/diffusion/warnings.h"

/* Cells on which rates differ by more resolve nothing. */
static const double most_apart = 0.5;

enum { NUMBERS = 20, MODES = 8 }; /* that a cell takes; that are told of */

typedef struct line {
    const setting_t *setting;
    generator_t coarse, fine; /* N and 2N cells */
    spectrum_t slow[2];       /* their slowest modes */
    double ways;              /* how far the ways to find rates are apart */
} line_t;

static int resolve(line_t *self, const sgdl_plan_t *plan, sgdl_error_t *error)
{
    const size_t cells = (size_t)self->setting->problem->cells[0];
    generator_t *generator[] = {&self->coarse, &self->fine};
    const size_t wells = self->setting->landscape->minima;
    const size_t modes = wells < 2 ? 1 : wells <= MODES ? wells - 1 : MODES;
    const double numbers = (double)(3 * (NUMBERS + 2 * modes) * cells);
    int status = memory_ask(plan->memory, numbers * sizeof(double), error, "%zu and %zu cells",
                            cells, 2 * cells);
    for (size_t i = 0; i < 2 && status == SGDL_OK; i++) {
        if (sgdl_watch_stopped(&plan->watch))
            return sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL, "interrupted");
        status = generator_init(generator[i], self->setting, (i + 1) * cells, error);
        if (status == SGDL_OK)
            status = spectrum_init(&self->slow[i], generator[i], modes, error);
    }
    return status == SGDL_OK ? spectrum_check(&self->slow[0], &self->coarse, &self->ways, error)
                             : status;
}

static void line_free(line_t *self)
{
    generator_free(&self->coarse);
    generator_free(&self->fine);
    spectrum_free(&self->slow[0]);
    spectrum_free(&self->slow[1]);
}

/* ---- the gap ------------------------------------------------------------------------------- */

static int note_gap(const line_t *self, const limit_row_t *row, const sgdl_sink_t *sink,
                    sgdl_error_t *error)
{
    char key[SETTING_KEY];
    const size_t cells = self->coarse.grid.cells;
    setting_key(self->setting, "gap_check", key);
    if (!(row->gap > 0))
        return emit_note(sink, key, error, "below %g: lost to underflow", SPECTRUM_LEAST);
    return emit_note(sink, key, error,
                     "extrapolated from %zu and %zu cells, on which it is off by %.1e and %.1e; "
                     "bisection, %s inverse iteration agree to %.1e",
                     cells, 2 * cells, fabs(self->slow[0].rate[0] / row->gap - 1),
                     fabs(self->slow[1].rate[0] / row->gap - 1),
                     cells <= SPECTRUM_COMPARED ? "dqds and" : "and", self->ways);
}

/* Of several wells the exchange between them is slow, what is inside of one is not. */
static int note_rates(const line_t *self, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    char key[SETTING_KEY], text[32 * MODES] = "";
    const spectrum_t *slow = &self->slow[1];
    if (self->setting->landscape->minima < 2)
        return SGDL_OK;
    for (size_t k = 0; k < slow->modes; k++) {
        const size_t used = strlen(text);
        const bool lost = !(slow->rate[k] > SPECTRUM_LEAST);
        (void)c_print(text + used, sizeof text - used, "%s%.6g", k > 0 ? ", " : "",
                      lost ? 0 : slow->rate[k]);
    }
    return emit_note(
        sink, setting_key(self->setting, "rates", key), error, "%s between %s; the next is %.6g",
        text, slow->modes + 1 < self->setting->landscape->minima ? "wells, the slowest" : "wells",
        slow->next);
}

static int fill_gap(const line_t *self, limit_row_t *row, sgdl_error_t *error)
{
    const double coarse = self->slow[0].rate[0], fine = self->slow[1].rate[0];
    row->gap = 0;
    if (!(coarse > SPECTRUM_LEAST && fine > SPECTRUM_LEAST))
        return SGDL_OK;
    row->gap = fine + (fine - coarse) / 3;
    if (fabs(fine - coarse) <= most_apart * fine)
        return SGDL_OK;
    return sgdl_fail(error, SGDL_ERR_SOLVER, "cells",
                     "%zu are too few: the relaxation rate is %.6g, and %.6g with twice as many; "
                     "allowed: more, or a smaller box",
                     self->coarse.grid.cells, coarse, fine);
}

/* ---- the law ------------------------------------------------------------------------------- */

static int note_law(const line_t *self, const stationary_apart_t *apart, const sgdl_sink_t *sink,
                    sgdl_error_t *error)
{
    char key[SETTING_KEY];
    const size_t cells = self->coarse.grid.cells;
    int status = emit_note(sink, setting_key(self->setting, "law_check", key), error,
                           "by quadrature; basins on %zu cells agree to %.1e, extrapolated from "
                           "%zu to %.1e",
                           2 * cells, apart->cells, cells, apart->extrapolated);
    if (status == SGDL_OK)
        status = warnings_note_outermost(self->setting, apart->outermost, sink, error);
    return status;
}

static int fill_law(const line_t *self, limit_row_t *row, const sgdl_sink_t *sink,
                    sgdl_error_t *error)
{
    stationary_apart_t apart;
    int status = stationary_law(self->setting, &row->law, error);
    if (status == SGDL_OK)
        status = stationary_compare(&row->law, &self->coarse, &self->fine, &apart, error);
    return status == SGDL_OK ? note_law(self, &apart, sink, error) : status;
}

int limit_line(const setting_t *setting, const sgdl_plan_t *plan, const sgdl_sink_t *sink,
               limit_row_t *row, sgdl_error_t *error)
{
    line_t self = {.setting = setting};
    int status = resolve(&self, plan, error);
    if (status == SGDL_OK)
        status = grid_note(&self.coarse.grid, setting, sink, error);
    if (status == SGDL_OK)
        status = fill_gap(&self, row, error);
    if (status == SGDL_OK)
        status = note_gap(&self, row, sink, error);
    if (status == SGDL_OK)
        status = note_rates(&self, sink, error);
    if (status == SGDL_OK)
        status = fill_law(&self, row, sink, error);
    line_free(&self);
    return status;
}
