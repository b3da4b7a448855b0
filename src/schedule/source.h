/**
 * Where a learning rate comes from: it is constant, given as a function of time, or driven by what
 * is measured of the state. Whoever needs a rate asks a source; only src/schedule and what states
 * problems look at schedules.
 */
#ifndef SGDLIMIT_SCHEDULE_SOURCE_H
#define SGDLIMIT_SCHEDULE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "sgdlimit/error.h"
#include "sgdlimit/schedule.h"

typedef enum rate_kind {
    RATE_CONSTANT, /* the same at all times up to the horizon */
    RATE_GIVEN,    /* a function of t */
    RATE_DRIVEN    /* a function of t and of what is measured */
} rate_kind_t;

typedef struct rate_source {
    rate_kind_t kind;
    const sgdl_schedule_t *schedule; /* borrowed; NULL: `value`, for ever */
    double horizon;                  /* the problem's time */
    double value;                    /* RATE_CONSTANT: the rate */
    double bound;      /* the rate up to the horizon is never more; INFINITY: none is known */
    unsigned measures; /* RATE_DRIVEN: SGDL_MEASURE_... that it looks at */
} rate_source_t;

rate_source_t rate_source_of(const sgdl_schedule_t *schedule, double horizon);
rate_source_t rate_source_constant(double value, double horizon);

/** The rate at a time at which this was measured; only a driven one looks at that. */
double rate_source_ask(const rate_source_t *self, double t, const sgdl_measured_t *measured);

/** The same for the many times: what is constant costs nothing. */
static inline double rate_source_at(const rate_source_t *self, double t,
                                    const sgdl_measured_t *measured)
{
    return self->kind == RATE_CONSTANT ? self->value : rate_source_ask(self, t, measured);
}

/** At begin + elapsed within the segment [begin, end), see sgdl_schedule_rate_within. */
double rate_source_within(const rate_source_t *self, double begin, double end, double elapsed,
                          const sgdl_measured_t *measured);

/** The derivatives of a driven rate there by what was measured; zero where its family tells none.
 */
sgdl_measured_t rate_source_partial(const rate_source_t *self, double begin, double end,
                                    double elapsed, const sgdl_measured_t *measured);

/** The rate is never less from t on; 0 where nothing better is known. */
double rate_source_least(const rate_source_t *self, double t);

/** How it ends, see sgdl_schedule_ending. */
sgdl_schedule_ending_t rate_source_ending(const rate_source_t *self);

/** The number by which curves of given rates are told apart: the rate at the end of the warm-up.
 * NAN of a driven one. */
double rate_source_label(const rate_source_t *self);

/** See sgdl_schedule_breaks. */
int rate_source_breaks(const rate_source_t *self, double **times, size_t *count,
                       sgdl_error_t *error) SGDL_CHECKED;

/** Refuses a driven source that looks at more than what is measured (SGDL_MEASURE_...) by the
 * computation of that name. Errors: SGDL_ERR_INPUT. */
int rate_source_check(const rate_source_t *self, unsigned measured, const char *computation,
                      sgdl_error_t *error) SGDL_CHECKED;

#endif
