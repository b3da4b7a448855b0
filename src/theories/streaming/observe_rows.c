/* What was seen as a row of a curve. */
#include <math.h>

#include "src/theories/streaming/observe.h"

/* One name for L = 1, one an output otherwise: NAME_i or NAME_i_a. */
static int output_quantities(const observer_t *self, emit_list_t *list, size_t i,
                             sgdl_error_t *error)
{
    static const char *const names[] = {"mean", "var", "cos", "clean_share"};
    int status = SGDL_OK;
    for (size_t a = 0; a < self->system->L; a++)
        for (size_t c = 0; c < 4 && status == SGDL_OK; c++)
            status = self->system->L == 1
                         ? emit_add(list, error, "%s_%zu", names[c], i + 1)
                         : emit_add(list, error, "%s_%zu_%zu", names[c], i + 1, a + 1);
    return status;
}

int observer_quantities(const observer_t *self, emit_list_t *list, sgdl_error_t *error)
{
    static const char *const front[] = {"t", "risk", "error", "learning_rate", "norm2", "slope"};
    static const char *const back[] = {"clean_norm2", "gradient_norm2", "noise_power"};
    size_t L = self->system->L;
    int status = SGDL_OK;
    for (size_t c = 0; c < sizeof front / sizeof front[0] && status == SGDL_OK; c++)
        status = emit_add(list, error, "%s", front[c]);
    for (size_t e = 0; e < self->shown_count && status == SGDL_OK; e++) {
        size_t i = self->shown[e];
        status = emit_add(list, error, "risk_%zu", i + 1);
        if (status == SGDL_OK)
            status = emit_add(list, error, "error_%zu", i + 1);
        if (status == SGDL_OK && self->shows_outputs)
            status = output_quantities(self, list, i, error);
    }
    for (size_t c = 0; c < sizeof back / sizeof back[0] && status == SGDL_OK; c++)
        status = emit_add(list, error, "%s", back[c]);
    for (size_t a = 0; a < L && self->system->intercept && status == SGDL_OK; a++)
        status = L == 1 ? emit_add(list, error, "bias") : emit_add(list, error, "bias_%zu", a + 1);
    if (self->system->has_signal && status == SGDL_OK)
        status = emit_add(list, error, "overlap_signal");
    if (self->system->has_signal && status == SGDL_OK)
        status = emit_add(list, error, "cos_signal");
    return status;
}

double *observer_row(const observer_t *self, double *row)
{
    const observation_t *seen = &self->seen;
    const size_t L = self->system->L;
    double *next = row;
    *next++ = seen->t;
    *next++ = seen->risk;
    *next++ = seen->error;
    *next++ = seen->learning_rate;
    *next++ = seen->norm2;
    *next++ = seen->slope;
    for (size_t e = 0; e < self->shown_count; e++) {
        *next++ = seen->class_risk[self->shown[e]];
        *next++ = seen->class_error[self->shown[e]];
        for (size_t at = e * L; at < (e + 1) * L && self->shows_outputs; at++) {
            *next++ = seen->mean[at];
            *next++ = seen->var[at];
            *next++ = seen->cos[at];
            *next++ = seen->clean_share[at];
        }
    }
    *next++ = seen->clean_norm2;
    *next++ = seen->gradient_norm2;
    *next++ = seen->noise_power;
    for (size_t a = 0; a < L && self->system->intercept; a++)
        *next++ = seen->bias ? seen->bias[a] : NAN;
    if (self->system->has_signal) {
        *next++ = seen->overlap_signal;
        *next++ = seen->cos_signal;
    }
    return next;
}
