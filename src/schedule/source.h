/**
 * Where a learning rate comes from: it is constant, given as a function of time, or driven by what
 * is measured of the state.
 */
#ifndef SGDLIMIT_SCHEDULE_SOURCE_H
#define SGDLIMIT_SCHEDULE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "sgdlimit/schedule.h"

typedef enum rate_kind {
    RATE_CONSTANT, /* the same at all times */
    RATE_GIVEN,    /* a function of t */
    RATE_DRIVEN    /* a function of t and of what is measured */
} rate_kind_t;

/** What a driven rate may look at. Who asks fills what he knows, NAN elsewhere. */
typedef struct rate_measured {
    double risk, gradient_norm2, noise_power;
} rate_measured_t;

typedef struct rate_source {
    rate_kind_t kind;
    const sgdl_schedule_t *schedule; /* borrowed */
    double horizon;                  /* the problem's time */
    double value;                    /* RATE_CONSTANT: the rate */
    double bound;                    /* the rate is never more; INFINITY: there is no such bound */
} rate_source_t;

#endif
