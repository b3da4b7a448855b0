#include "src/schedule/source.h"

#include <math.h>
#include <stdlib.h>

#include "src/schedule/family.h"

rate_source_t rate_source_of(const sgdl_schedule_t *schedule, double horizon)
{
    const sgdl_schedule_family_t *family = schedule_family(schedule);
    rate_source_t self = {.kind = family->driven ? RATE_DRIVEN : RATE_GIVEN,
                          .schedule = schedule,
                          .horizon = horizon,
                          .value = NAN,
                          .bound = sgdl_schedule_max(schedule, horizon),
                          .measures = family->driven ? family->measures : 0};
    if (self.kind == RATE_DRIVEN)
        return self;
    /* A family without a maximum of its own never rises: equal ends mean constant. */
    double first = sgdl_schedule_rate(schedule, 0, horizon);
    if (schedule->warmup == 0 && !family->max &&
        first == sgdl_schedule_rate(schedule, horizon, horizon)) {
        self.kind = RATE_CONSTANT;
        self.value = first;
    }
    return self;
}

rate_source_t rate_source_constant(double value, double horizon)
{
    return (rate_source_t){
        .kind = RATE_CONSTANT, .horizon = horizon, .value = value, .bound = value};
}

double rate_source_ask(const rate_source_t *self, double t, const sgdl_measured_t *measured)
{
    return self->schedule ? schedule_rate(self->schedule, t, self->horizon, measured) : self->value;
}

double rate_source_within(const rate_source_t *self, double begin, double end, double elapsed,
                          const sgdl_measured_t *measured)
{
    if (self->kind == RATE_CONSTANT)
        return self->value;
    return schedule_rate_within(self->schedule, (double[]){begin, end}, elapsed, self->horizon,
                                measured);
}

sgdl_measured_t rate_source_partial(const rate_source_t *self, double begin, double end,
                                    double elapsed, const sgdl_measured_t *measured)
{
    return self->kind == RATE_DRIVEN
               ? schedule_partial_within(self->schedule, (double[]){begin, end}, elapsed,
                                         self->horizon, measured)
               : (sgdl_measured_t){0};
}

double rate_source_label(const rate_source_t *self)
{
    if (self->kind == RATE_CONSTANT)
        return self->value;
    if (self->kind == RATE_DRIVEN)
        return NAN;
    return sgdl_schedule_rate(self->schedule, self->schedule->warmup, self->horizon);
}

sgdl_schedule_ending_t rate_source_ending(const rate_source_t *self)
{
    return self->schedule ? sgdl_schedule_ending(self->schedule, self->horizon)
                          : (sgdl_schedule_ending_t){.rate = self->value};
}

double rate_source_least(const rate_source_t *self, double t)
{
    return self->schedule ? sgdl_schedule_least(self->schedule, t, self->horizon) : self->value;
}

int rate_source_breaks(const rate_source_t *self, double **times, size_t *count,
                       sgdl_error_t *error)
{
    *times = NULL;
    *count = 0;
    return self->schedule ? sgdl_schedule_breaks(self->schedule, self->horizon, times, count, error)
                          : SGDL_OK;
}

int rate_source_check(const rate_source_t *self, unsigned measured, const char *computation,
                      sgdl_error_t *error)
{
    if ((self->measures & ~measured) == 0)
        return SGDL_OK;
    return sgdl_fail(error, SGDL_ERR_INPUT, "learning_rate",
                     "the schedule '%s' looks at more than %s measures",
                     self->schedule->spec.family->name, computation);
}
