/* One coordinate without momentum: mean first-passage times, Kramers' beside them. */
#include <math.h>

#include "src/curve/emit.h"
#include "src/theories/diffusion/chain.h"
#include "src/theories/diffusion/escape.h"
#include "src/theories/diffusion/kramers.h"
#include "src/theories/diffusion/passage.h"

/* -zeta(1/2)/sqrt(2 pi): how far beyond a boundary a walk of normal steps is seen to cross it, in
 * standard deviations of a step. */
static const double overshoot = 0.5825971579390106;

typedef struct line {
    const setting_t *setting;
    const sgdl_plan_t *plan;
    const sgdl_sink_t *sink;
    double start; /* of the last passage */
    double apart; /* NAN: none yet; the largest difference of two ways so far */
    bool beyond;  /* a time was beyond what a double holds */
} line_t;

/* ---- times --------------------------------------------------------------------------------- */

static int find(line_t *self, double from, double target, double *time, sgdl_error_t *error)
{
    passage_t passage;
    passage_time_t found;
    int status = passage_init(&passage, self->setting, from, target, "box", error);
    if (status == SGDL_OK)
        status = passage_find(&passage, self->setting, &self->plan->watch, &found, error);
    if (status != SGDL_OK)
        return status;
    *time = found.time;
    self->start = passage.from;
    self->apart = fmax(self->apart, found.apart);
    self->beyond = self->beyond || isinf(found.time);
    return SGDL_OK;
}

/* From the start of the last passage. */
static int find_discrete(const line_t *self, double target, double *time, sgdl_error_t *error)
{
    *time = NAN;
    if (!self->plan->discrete)
        return SGDL_OK;
    int status = chain_passage(self->setting, self->plan, self->start, target, time, error);
    *time *= self->setting->stride;
    return status;
}

static int add_neighbour(line_t *self, const escape_out_t *out, size_t from, size_t to,
                         sgdl_error_t *error)
{
    const landscape_t *landscape = self->setting->landscape;
    const double x = landscape_minimum(landscape, from)->x[0];
    const double other = landscape_minimum(landscape, to)->x[0];
    const double top = landscape_barrier(landscape, from < to ? from : to)->x[0];
    escape_row_t row = {.from = from,
                        .to = to,
                        .kramers = kramers_time(self->setting, from, to),
                        .kramers_leading = kramers_leading_time(self->setting, from, to)};
    int status = find(self, x, other, &row.mfpt, error);
    if (status == SGDL_OK)
        status = find_discrete(self, other, &row.discrete, error);
    if (status == SGDL_OK)
        status = find(self, x, top, &row.saddle, error);
    if (status == SGDL_OK)
        status = find_discrete(self, top, &row.saddle_discrete, error);
    return status == SGDL_OK ? escape_add(out, self->setting, &row, error) : status;
}

static int add_target(line_t *self, const escape_out_t *out, size_t from, sgdl_error_t *error)
{
    const double x = landscape_minimum(self->setting->landscape, from)->x[0];
    const double target = self->plan->target;
    escape_row_t row = {.from = from};
    int status = find(self, x, target, &row.mfpt, error);
    if (status == SGDL_OK)
        status = find_discrete(self, target, &row.discrete, error);
    return status == SGDL_OK ? escape_add(out, self->setting, &row, error) : status;
}

/* ---- words --------------------------------------------------------------------------------- */

static int note_kramers(const line_t *self, sgdl_error_t *error)
{
    const landscape_t *landscape = self->setting->landscape;
    const char *order = kramers_has_next_order(self->setting) ? "next order in the temperature"
                        : landscape_noise_is_constant(landscape)
                            ? "leading order: a spline has no fourth derivative"
                            : "leading order: the noise varies";
    return emit_note(self->sink, "kramers", error,
                     "mean time to the other minimum, half of it to the barrier's top; %s%s", order,
                     landscape->minima > 2
                         ? "; over the barrier between the two alone, while mfpt counts visits to "
                           "minima behind"
                         : "");
}

static int note_check(const line_t *self, sgdl_error_t *error)
{
    char key[SETTING_KEY];
    int status = SGDL_OK;
    if (!isnan(self->apart))
        status = emit_note(self->sink, setting_key(self->setting, "passage_check", key), error,
                           "quadrature and cells agree to %.1e", self->apart);
    if (status == SGDL_OK && self->beyond)
        status = emit_note(self->sink, setting_key(self->setting, "warning_passage", key), error,
                           "inf: a time beyond 1.8e308, the largest number");
    return status;
}

/* SGD is seen at its steps only. */
static int note_steps(const line_t *self, sgdl_error_t *error)
{
    const setting_t *setting = self->setting;
    const landscape_t *landscape = setting->landscape;
    char key[SETTING_KEY];
    int status = SGDL_OK;
    for (size_t b = 0; b < landscape->minima && status == SGDL_OK; b++)
        if (setting->eta * landscape_minimum(landscape, b)->curvature >= 2)
            status = emit_note(self->sink, setting_key(setting, "warning_unstable", key), error,
                               "learning rate x U'' = %.3g in basin %zu; from 2 on steps lead away "
                               "from its minimum, which no diffusion knows",
                               setting->eta * landscape_minimum(landscape, b)->curvature, b + 1);
    if (isnan(self->plan->target) && status == SGDL_OK) {
        const double D = setting->heat * landscape_barrier(landscape, 0)->sigma[0];
        status = emit_note(self->sink, setting_key(setting, "boundary_shift", key), error,
                           "SGD is beyond a barrier's top later than mfpt_saddle: its steps see a "
                           "boundary 0.5826 sqrt(2 D learning_rate) = %.3g further out; nothing "
                           "to speak of for mfpt",
                           overshoot * sqrt(2 * D * setting->eta));
    }
    if (status == SGDL_OK && self->plan->discrete)
        status =
            emit_note(self->sink, "discrete", error,
                      "first step that ends at or beyond, of the chain of steps with Gaussian "
                      "noise%s, times the learning rate",
                      landscape_features(landscape) ? ", which that of least squares is not" : "");
    return status;
}

int escape_line(const setting_t *setting, const sgdl_plan_t *plan, const sgdl_sink_t *sink,
                const escape_out_t *out, sgdl_error_t *error)
{
    line_t self = {.setting = setting, .plan = plan, .sink = sink, .apart = NAN};
    const bool target = !isnan(plan->target);
    const size_t minima = setting->landscape->minima;
    passage_t passage;
    int status = SGDL_OK;
    if (target)
        status = passage_init(&passage, setting, landscape_minimum(setting->landscape, 0)->x[0],
                              plan->target, "--target", error);
    for (size_t from = 0; from < minima && status == SGDL_OK; from++) {
        if (target)
            status = add_target(&self, out, from, error);
        if (!target && from > 0)
            status = add_neighbour(&self, out, from, from - 1, error);
        if (!target && from + 1 < minima && status == SGDL_OK)
            status = add_neighbour(&self, out, from, from + 1, error);
    }
    if (status == SGDL_OK && !target)
        status = note_kramers(&self, error);
    if (status == SGDL_OK)
        status = note_check(&self, error);
    return status == SGDL_OK ? note_steps(&self, error) : status;
}
