#include "src/theories/diffusion/momentum.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/curve/emit.h"
#include "src/theories/diffusion/kramers_underdamped.h"
#include "src/theories/diffusion/stationary.h"

/* Rates between basins that are as small beside what they are the difference of are lost. */
static const double lost = 1e-9;

/* ---- two sets of cells ----------------------------------------------------------------------- */

static void check_routes(momentum_t *self)
{
    for (size_t i = 0; i < 2; i++) {
        if (self->slow[i].why)
            self->why = self->slow[i].why;
        self->apart = fmax(self->apart, momentum_modes_apart(&self->slow[i]));
    }
    if (!self->why && !self->stands)
        self->why =
            "it does not stand yet with the most modes in V that are tried: friction is too "
            "low; hermite: N takes N of them all the same";
}

int momentum_init(momentum_t *self, const setting_t *setting, const sgdl_plan_t *plan,
                  sgdl_error_t *error)
{
    const size_t stated = (size_t)setting->problem->cells[0];
    *self = (momentum_t){.setting = setting};
    int status = momentum_modes_choose(setting, plan, &self->modes, &self->stands, error);
    for (size_t i = 0; i < 2 && status == SGDL_OK; i++) {
        const size_t cells = i == 1 ? stated : stated / 2;
        status = underdamped_init(&self->flow[i], setting, cells, self->modes, error);
        if (status == SGDL_OK)
            status = inverse_init(&self->inverse[i], &self->flow[i], false, plan, error);
        if (status == SGDL_OK)
            status = momentum_modes_init(&self->slow[i], &self->inverse[i], plan, error);
    }
    if (status == SGDL_OK)
        check_routes(self);
    return status;
}

void momentum_free(momentum_t *self)
{
    for (size_t i = 0; i < 2; i++) {
        momentum_modes_free(&self->slow[i]);
        inverse_free(&self->inverse[i]);
        underdamped_free(&self->flow[i]);
    }
    *self = (momentum_t){0};
}

/* Errors go by the square of the cells' width. */
static double extrapolate(const momentum_t *self, double coarse, double fine)
{
    const double cells = (double)self->flow[1].cells / (double)self->flow[0].cells;
    return cells > 1 ? fine + (fine - coarse) / (cells * cells - 1) : fine;
}

double momentum_rate(const momentum_t *self, size_t k)
{
    if (self->why || k >= self->slow[0].modes || k >= self->slow[1].modes)
        return NAN;
    const double coarse = self->slow[0].rate[k], fine = self->slow[1].rate[k];
    const double rate = extrapolate(self, coarse, fine);
    return rate > 0.5 * fine && rate < 2 * fine ? rate : fine; /* cells that resolve nothing */
}

/* ---- the law --------------------------------------------------------------------------------- */

/* What cells say of a state's masses. */
static int observe_cells(const momentum_t *self, size_t which, const double *c, observables_t *out,
                         sgdl_error_t *error)
{
    const underdamped_t *flow = &self->flow[which];
    double *mass = malloc(flow->cells * sizeof *mass);
    if (!mass)
        return sgdl_fail_memory(error);
    for (size_t i = 0; i < flow->cells; i++)
        mass[i] = flow->root[i] * c[i * flow->modes];
    observables_of_cells(self->setting->landscape, &flow->grid, mass, out);
    free(mass);
    return SGDL_OK;
}

int momentum_law(const momentum_t *self, observables_t *out, sgdl_error_t *error)
{
    const size_t minima = self->setting->landscape->minima;
    observables_t coarse = {.basin = NULL};
    if (!self->flow[1].warm)
        return stationary_law(self->setting, out, error);
    if (self->why) { /* what holds the wells together is lost, and their odds with it */
        for (size_t b = 0; b < minima; b++)
            out->basin[b] = NAN;
        out->mean_loss = out->sharpness = NAN;
        return SGDL_OK;
    }
    coarse.basin = malloc(minima * sizeof *coarse.basin);
    if (!coarse.basin)
        return sgdl_fail_memory(error);
    int status = observe_cells(self, 0, self->inverse[0].stationary, &coarse, error);
    if (status == SGDL_OK)
        status = observe_cells(self, 1, self->inverse[1].stationary, out, error);
    for (size_t b = 0; b < minima && status == SGDL_OK; b++)
        out->basin[b] = extrapolate(self, coarse.basin[b], out->basin[b]);
    out->mean_loss = extrapolate(self, coarse.mean_loss, out->mean_loss);
    out->sharpness = extrapolate(self, coarse.sharpness, out->sharpness);
    free(coarse.basin);
    return status;
}

/* ---- from basin to basin --------------------------------------------------------------------- */

/* What each mode has in the basins, `right` [minima] of them, and its left vector's averages there
 * over the stationary law, `left`. */
static int reduce_mode(const momentum_t *self, size_t k, const double *basin, double *right,
                       double *left, sgdl_error_t *error)
{
    const underdamped_t *flow = &self->flow[1];
    const size_t length = flow->length, minima = self->setting->landscape->minima;
    const double *l = self->slow[1].left + k * length;
    observables_t seen = {.basin = right};
    int status = observe_cells(self, 1, self->slow[1].right + k * length, &seen, error);
    double *weighted = calloc(length, sizeof *weighted);
    if (status == SGDL_OK && !weighted)
        status = sgdl_fail_memory(error);
    if (status == SGDL_OK) {
        /* root c_0 is what masses are made of: l stationary, summed over V */
        for (size_t i = 0; i < flow->cells; i++)
            for (size_t n = 0; n < flow->modes; n++)
                weighted[i * flow->modes] += l[i * flow->modes + n] *
                                             self->inverse[1].stationary[i * flow->modes + n] /
                                             flow->root[i];
        seen.basin = left;
        status = observe_cells(self, 1, weighted, &seen, error);
    }
    for (size_t b = 0; b < minima && status == SGDL_OK; b++)
        left[b] /= basin[b];
    free(weighted);
    return status;
}

/* - sum_k rate_k right_k left_k: the generator of the jumps between basins. */
static int reduce(const momentum_t *self, const double *basin, double *rate, double *size,
                  sgdl_error_t *error)
{
    const size_t minima = self->setting->landscape->minima;
    double *right = size + minima * minima, *left = right + minima;
    int status = SGDL_OK;
    for (size_t k = 0; k + 1 < minima && status == SGDL_OK; k++) {
        status = reduce_mode(self, k, basin, right, left, error);
        for (size_t e = 0; e < minima * minima && status == SGDL_OK; e++) {
            const double part = -momentum_rate(self, k) * right[e / minima] * left[e % minima];
            rate[e] += part;
            size[e] += fabs(part);
        }
    }
    for (size_t e = 0; e < minima * minima; e++)
        if (!(rate[e] > lost * size[e]))
            rate[e] = NAN;
    return status;
}

int momentum_escape_rates(const momentum_t *self, const double *basin, double *rate,
                          sgdl_error_t *error)
{
    const size_t minima = self->setting->landscape->minima;
    for (size_t e = 0; e < minima * minima; e++)
        rate[e] = 0;
    if (minima == 2) { /* P_i k_i balance, and k_1 + k_2 is the rate */
        rate[1 * 2 + 0] = momentum_rate(self, 0) * basin[1];
        rate[0 * 2 + 1] = momentum_rate(self, 0) * basin[0];
        return SGDL_OK;
    }
    if (self->why) {
        for (size_t e = 0; e < minima * minima; e++)
            rate[e] = NAN;
        return SGDL_OK;
    }
    double *size = calloc(minima * minima + 2 * minima, sizeof *size);
    if (!size)
        return sgdl_fail_memory(error);
    int status = reduce(self, basin, rate, size, error);
    free(size);
    return status;
}

/* ---- notes ----------------------------------------------------------------------------------- */

int momentum_note_modes(const setting_t *setting, size_t modes, bool stands,
                        const sgdl_sink_t *sink, sgdl_error_t *error)
{
    char key[SETTING_KEY];
    setting_key(setting, "hermite_modes", key);
    if (setting->problem->hermite > 0)
        return emit_note(sink, key, error, "%zu modes in V, as stated", modes);
    return stands ? emit_note(sink, key, error,
                              "%zu modes in V: twice as many change the slowest rate by less than "
                              "1e-7",
                              modes)
                  : emit_note(sink, key, error,
                              "%zu modes in V, the most that are tried; the slowest rate does not "
                              "stand yet",
                              modes);
}

int momentum_note(const momentum_t *self, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    char key[SETTING_KEY];
    const double rate = momentum_rate(self, 0), frequency = self->slow[1].frequency[0];
    int status = momentum_note_modes(self->setting, self->modes, self->stands, sink, error);
    setting_key(self->setting, "gap_check", key);
    if (status == SGDL_OK && self->why)
        return emit_note(sink, key, error, "no rate%s: %s",
                         self->flow[1].warm ? ", and no law" : "", self->why);
    if (status == SGDL_OK)
        status = emit_note(
            sink, key, error,
            "extrapolated from %zu and %zu cells, on which it is off by %.1e and "
            "%.1e; %s agree to %.1e",
            self->flow[0].cells, self->flow[1].cells, fabs(self->slow[0].rate[0] / rate - 1),
            fabs(self->slow[1].rate[0] / rate - 1),
            self->flow[1].warm
                ? "the operator and its transpose, from factors of their own,"
                : "inverse iteration by fluxes and what friction takes from the mode",
            self->apart);
    if (status == SGDL_OK && frequency > 0)
        status = emit_note(sink, setting_key(self->setting, "oscillation", key), error,
                           "the slowest mode oscillates with %.6g radians per t", frequency);
    return status;
}

int momentum_note_steps(const setting_t *setting, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    const landscape_t *landscape = setting->landscape;
    int status = SGDL_OK;
    if (!landscape_noise_is_constant(landscape))
        return SGDL_OK;
    for (size_t e = 0; e + 2 < 2 * landscape->minima && status == SGDL_OK; e++) {
        char name[SETTING_KEY], key[SETTING_KEY];
        const size_t from = (e + 1) / 2, to = e % 2 ? from - 1 : from + 1;
        const finite_steps_t steps = kramers_finite_steps(setting, from, to);
        if (isnan(steps.K))
            continue; /* friction is so low that the descent has no end */
        (void)snprintf(name, sizeof name, "finite_steps_%zu_%zu", from + 1, to + 1);
        status = emit_note(sink, setting_key(setting, name, key), error,
                           "heavy ball goes %.4g times as often as the diffusion: exp(h^2 K/(6 T)) "
                           "= %.4g, K = %.6g, and a prefactor of %.4g",
                           steps.exponential * steps.prefactor, steps.exponential, steps.K,
                           steps.prefactor);
    }
    return status;
}
