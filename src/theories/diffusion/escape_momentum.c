/* One coordinate with momentum: rates between basins from the slow modes, Kramers' beside them. */
#include <math.h>
#include <stdlib.h>

#include "src/curve/emit.h"
#include "src/theories/diffusion/escape.h"
#include "src/theories/diffusion/kramers_underdamped.h"
#include "src/theories/diffusion/momentum.h"

static int note(const momentum_t *self, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    const landscape_t *landscape = self->setting->landscape;
    int status =
        emit_note(sink, "mfpt", error,
                  "1/rate from basin to basin, of the slow modes of (X, V)%s; times to the "
                  "barrier's top are not known",
                  landscape->minima == 2 ? ": both rates add up to the gap, and P_i rate_i balance"
                                         : ", between neighbours");
    if (status == SGDL_OK)
        status = emit_note(sink, "kramers", error, "%s",
                           landscape_noise_is_constant(landscape)
                               ? "with inertia at the barrier and, at low friction, Melnikov and "
                                 "Meshkov's factor"
                               : "nan: not known where the noise varies");
    if (status == SGDL_OK)
        status = momentum_note(self, sink, error);
    return status == SGDL_OK ? momentum_note_steps(self->setting, sink, error) : status;
}

static int add_rows(const momentum_t *self, const double *rate, const escape_out_t *out,
                    sgdl_error_t *error)
{
    const size_t minima = self->setting->landscape->minima;
    int status = SGDL_OK;
    for (size_t from = 0; from < minima; from++)
        for (size_t to = 0; to < minima && status == SGDL_OK; to++) {
            if (from + 1 != to && to + 1 != from)
                continue;
            const escape_row_t row = {.from = from,
                                      .to = to,
                                      .mfpt = 1 / rate[to * minima + from],
                                      .kramers = kramers_underdamped_time(self->setting, from, to),
                                      .kramers_leading =
                                          kramers_inertial_time(self->setting, from, to),
                                      .saddle = NAN,
                                      .discrete = NAN,
                                      .saddle_discrete = NAN};
            status = escape_add(out, self->setting, &row, error);
        }
    return status;
}

int escape_momentum(const setting_t *setting, const sgdl_plan_t *plan, const sgdl_sink_t *sink,
                    const escape_out_t *out, sgdl_error_t *error)
{
    const size_t minima = setting->landscape->minima;
    momentum_t self;
    observables_t law = {.basin = malloc((minima + 1) * minima * sizeof *law.basin)};
    int status = momentum_init(&self, setting, plan, error);
    if (status == SGDL_OK && !law.basin)
        status = sgdl_fail_memory(error);
    if (status == SGDL_OK)
        status = note(&self, sink, error);
    if (status == SGDL_OK)
        status = momentum_law(&self, &law, error);
    if (status == SGDL_OK)
        status = momentum_escape_rates(&self, law.basin, law.basin + minima, error);
    if (status == SGDL_OK)
        status = add_rows(&self, law.basin + minima, out, error);
    momentum_free(&self);
    free(law.basin);
    return status;
}
