/**
 * The learning rate of one run: gamma_k, k steps made. A driven one looks, before every step, at
 * the order parameters of the actual X, or it is late: it accumulates the squared gradients of the
 * steps, the present one included, and is known once that gradient is.
 *
 * A kernel asks rate_now before it draws, unless rate_is_late: then, once the step's gradient
 *
 *     G_k = (1/b) sum over the batch of a g^T (clipped) + gradient noise + ridge X
 *
 * is known, rate_late for gamma_k. Its `read` ends with rate_look.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_WALKERS_RATE_H
#define SGDLIMIT_THEORIES_STREAMING_WALKERS_RATE_H

#include "src/schedule/source.h"
#include "src/theories/streaming/walkers/kernel.h"

/** What is measured of a run that may drive its rate. */
enum {
    RATE_MEASURES = SGDL_MEASURE_RISK | SGDL_MEASURE_NOISE_POWER | SGDL_MEASURE_STEP_POWER |
                    SGDL_MEASURE_PROGRESS | SGDL_MEASURE_ACCUMULATED
};

/** One direction of a kernel's basis (of a group's), each number `step` behind the last. */
typedef struct direction {
    const double *x; /* [L] coordinates of X */
    size_t x_step;
    const double *mean; /* [C] of mu_i */
    size_t mean_step;
    const double *deviation; /* [C] sqrt(lambda_i) */
    size_t deviation_step;
    double signal; /* of X*; 0 without a teacher */
} direction_t;

typedef struct rate {
    const experiment_t *experiment; /* borrowed */
    rate_source_t source;
    population_t population; /* the experiment's, with a room of this run's own, owned */
    double accumulated;      /* sum of |G_k|^2/d^2 so far */
    /* For a driven rate, owned, else NULL: */
    moments_t moments;        /* room in one block */
    sgdl_averages_t *average; /* [C] at the moments that rate_look saw last */
} rate_t;

/** Errors: SGDL_ERR_MEMORY; free is legal after it. */
int rate_init(rate_t *self, const experiment_t *experiment, size_t curve);
void rate_free(rate_t *self);

/** Whether gamma_k is known only once the step's gradient is. */
static inline bool rate_is_late(const rate_t *self)
{
    return (self->source.measures & SGDL_MEASURE_ACCUMULATED) != 0;
}

/** gamma_k of such a rate; norm2 = |G_k|^2, which joins what is accumulated. */
double rate_late(rate_t *self, uint64_t step, double norm2);

/** The end of a kernel's `read`, m, B and cross being set. Writes `accumulated`; true if the kernel
 * is to set `gradient2`, the sum of rate_slope2 over its directions. */
bool rate_look(rate_t *self, moments_t *moments);

/** The squared gradient of F = R + ridge/2 |X|^2 along one direction, after rate_look. */
double rate_slope2(const rate_t *self, const direction_t *at);

/** RATE_MEASURES at what was read: as much as this rate looks at, and the risk always. */
sgdl_measured_t rate_measured(rate_t *self, const moments_t *moments);

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

/** gamma_k at a kernel's state between two steps; its `read` is asked only by a driven rate. Not
 * for late ones. */
static inline double rate_now(rate_t *self, uint64_t step, void (*read)(void *, moments_t *),
                              void *state)
{
    sgdl_measured_t measured = {0};
    if (self->source.kind == RATE_DRIVEN) {
        read(state, &self->moments);
        measured = rate_measured(self, &self->moments);
    }
    return rate_at(self, step, &measured);
}

#endif
