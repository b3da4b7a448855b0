#include "sgdlimit/schedule.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "src/schedule/family.h"

const sgdl_family_t *const sgdl_schedule_families[] = {
    &schedule_constant.family,     &schedule_polynomial.family,
    &schedule_cosine.family,       &schedule_piecewise.family,
    &schedule_adagrad_norm.family, &schedule_line_search.family,
    &schedule_polyak.family,       NULL,
};

const sgdl_schedule_family_t *schedule_family(const sgdl_schedule_t *self)
{
    return (const sgdl_schedule_family_t *)(const void *)self->spec.family;
}

/* At s after the end of the warm-up. */
static double rate_after(const sgdl_schedule_t *self, double s, double horizon,
                         const sgdl_measured_t *measured)
{
    const sgdl_schedule_family_t *row = schedule_family(self);
    if (!row->driven)
        return row->rate(&self->spec, s, horizon);
    return measured ? row->driven(&self->spec, s, horizon, measured) : NAN;
}

double schedule_rate(const sgdl_schedule_t *self, double t, double horizon,
                     const sgdl_measured_t *measured)
{
    if (t < self->warmup)
        return rate_after(self, 0.0, horizon, measured) * (t / self->warmup);
    return rate_after(self, t - self->warmup, horizon, measured);
}

double schedule_rate_within(const sgdl_schedule_t *self, const double segment[2], double elapsed,
                            double horizon, const sgdl_measured_t *measured)
{
    double begin = segment[0], end = segment[1], last = nextafter(end, 0.0);
    if (begin < self->warmup)
        return schedule_rate(self, fmin(begin + elapsed, last), horizon, measured);
    double s = fmin((begin - self->warmup) + elapsed, last - self->warmup);
    return rate_after(self, s, horizon, measured);
}

sgdl_measured_t schedule_partial_within(const sgdl_schedule_t *self, const double segment[2],
                                        double elapsed, double horizon,
                                        const sgdl_measured_t *measured)
{
    const sgdl_schedule_family_t *row = schedule_family(self);
    const double t = segment[0] + elapsed;
    const double share = t < self->warmup ? t / self->warmup : 1;
    sgdl_measured_t out = {0};
    if (!row->partial)
        return out;
    row->partial(&self->spec, fmax(t - self->warmup, 0), horizon, measured, &out);
    return (sgdl_measured_t){.risk = share * out.risk,
                             .noise_power = share * out.noise_power,
                             .step_power = share * out.step_power,
                             .descent = share * out.descent,
                             .curvature = share * out.curvature,
                             .accumulated = share * out.accumulated};
}

double sgdl_schedule_rate(const sgdl_schedule_t *self, double t, double horizon)
{
    return schedule_rate(self, t, horizon, NULL);
}

double sgdl_schedule_rate_within(const sgdl_schedule_t *self, double begin, double end,
                                 double elapsed, double horizon)
{
    return schedule_rate_within(self, (double[]){begin, end}, elapsed, horizon, NULL);
}

/* The first number from which on t - warmup is at least s: sgdl_schedule_rate jumps just there. */
static double arrival(const sgdl_schedule_t *self, double s)
{
    double t = self->warmup + s;
    while (t - self->warmup < s)
        t = nextafter(t, INFINITY);
    while (t > self->warmup && nextafter(t, 0.0) - self->warmup >= s)
        t = nextafter(t, 0.0);
    return t;
}

int sgdl_schedule_breaks(const sgdl_schedule_t *self, double horizon, double **times, size_t *count,
                         sgdl_error_t *error)
{
    const sgdl_schedule_family_t *row = schedule_family(self);
    size_t inner = row->breaks ? row->breaks(&self->spec, horizon, NULL, 0) : 0;
    if (inner >= SIZE_MAX / sizeof **times)
        return sgdl_fail_memory(error);
    double *list = malloc((inner + 1) * sizeof *list);
    if (!list)
        return sgdl_fail_memory(error);
    /* The end of the warm-up, then the schedule's own breaks after it. */
    list[0] = 0.0;
    if (inner > 0)
        (void)row->breaks(&self->spec, horizon, list + 1, inner);
    size_t kept = 0;
    double last = 0.0;
    for (size_t i = 0; i <= inner; i++) {
        double t = arrival(self, list[i]);
        if (t > last && t <= horizon)
            list[kept++] = last = t;
    }
    *times = list;
    *count = kept;
    return SGDL_OK;
}

double sgdl_schedule_max(const sgdl_schedule_t *self, double horizon)
{
    const sgdl_schedule_family_t *row = schedule_family(self);
    if (row->max)
        return row->max(&self->spec, horizon);
    return row->driven ? INFINITY : row->rate(&self->spec, 0.0, horizon);
}

double sgdl_schedule_least(const sgdl_schedule_t *self, double t, double horizon)
{
    const sgdl_schedule_family_t *row = schedule_family(self);
    double s = fmax(t - self->warmup, 0.0);
    double after = row->least    ? row->least(&self->spec, s, horizon)
                   : row->driven ? 0.0
                                 : sgdl_schedule_ending(self, horizon).rate;
    if (row->driven)
        return t < self->warmup ? 0.0 : after;
    return t < self->warmup ? fmin(sgdl_schedule_rate(self, t, horizon), after) : after;
}

sgdl_schedule_ending_t sgdl_schedule_ending(const sgdl_schedule_t *self, double horizon)
{
    const sgdl_schedule_family_t *row = schedule_family(self);
    if (row->driven)
        return (sgdl_schedule_ending_t){.rate = NAN, .power = NAN};
    double power = row->decay ? row->decay(&self->spec) : 0.0;
    if (power > 0.0)
        return (sgdl_schedule_ending_t){.rate = 0.0, .power = power};
    double rate = row->rate(&self->spec, DBL_MAX, horizon);
    return (sgdl_schedule_ending_t){.rate = rate, .power = rate > 0.0 ? 0.0 : INFINITY};
}

sgdl_schedule_t sgdl_schedule_constant(double value)
{
    sgdl_schedule_t self = {.spec = sgdl_spec_default(&schedule_constant.family)};
    self.spec.setting[0].number[0] = value;
    self.spec.setting[0].count = 1;
    return self;
}

void sgdl_schedule_free(sgdl_schedule_t *self)
{
    sgdl_spec_free(&self->spec);
    self->warmup = 0.0;
}
