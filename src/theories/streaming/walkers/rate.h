/**
 * The learning rate of one run: gamma_k, k steps made. A driven one looks at the order parameters
 * of the actual X before every step.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_WALKERS_RATE_H
#define SGDLIMIT_THEORIES_STREAMING_WALKERS_RATE_H

#include "src/schedule/source.h"
#include "src/theories/streaming/walkers/kernel.h"

/** What is measured of a run that may drive its rate. */
enum { RATE_MEASURES = SGDL_MEASURE_RISK };

typedef struct rate {
    const experiment_t *experiment; /* borrowed */
    rate_source_t source;
    moments_t moments; /* for a driven rate: room in one block, owned; else NULL */
} rate_t;

/** Errors: SGDL_ERR_MEMORY; free is legal after it. */
int rate_init(rate_t *self, const experiment_t *experiment, size_t curve);
void rate_free(rate_t *self);

/** RATE_MEASURES at these order parameters. */
sgdl_measured_t rate_measured(const experiment_t *experiment, const moments_t *moments);

/** gamma_k where this was measured; only a driven rate looks at that. */
static inline double rate_at(const rate_t *self, uint64_t step, const sgdl_measured_t *measured)
{
    return rate_source_at(&self->source, (double)step / self->experiment->problem->dimension,
                          measured);
}

/** Whether it may be lower than its largest somewhere from this step on. */
static inline bool rate_falls(const rate_t *self, uint64_t step)
{
    double t = (double)step / self->experiment->problem->dimension;
    return rate_source_least(&self->source, t) < self->source.bound;
}

/** gamma_k at a kernel's state between two steps; its `read` is asked only by a driven rate. */
static inline double rate_now(rate_t *self, uint64_t step, void (*read)(void *, moments_t *),
                              void *state)
{
    sgdl_measured_t measured = {0};
    if (self->source.kind == RATE_DRIVEN) {
        read(state, &self->moments);
        measured = rate_measured(self->experiment, &self->moments);
    }
    return rate_at(self, step, &measured);
}

#endif
