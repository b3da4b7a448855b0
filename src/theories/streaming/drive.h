/**
 * What keeps a run's noise alive at long times. With kappa_n = (1/b) sum_i p_i lambda_{i,n} Q_i +
 * sigma^2, the variance that SGD leaves on a node that contracts by h_n is
 *
 *     (kappa_n / 2 h_n) Gamma(h_n),     Gamma(h) = gamma + g1 g3/(gamma h + delta)
 *
 * of a heavy ball of gain g1, weight g3 and friction delta (docs/transitions.md); gamma is the
 * learning rate of the equations, that of a fixed momentum enlarged. Means do not see any of it.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_DRIVE_H
#define SGDLIMIT_THEORIES_STREAMING_DRIVE_H

#include <math.h>

#include "src/problem/problem.h"

typedef struct drive {
    double rate;    /* gamma */
    double push;    /* g1 g3; 0 without a heavy ball */
    double damping; /* delta at t -> infinity */
    double batch;
    double noise2; /* sigma^2 */
} drive_t;

/** At a stated learning rate. */
static inline drive_t drive_of(const sgdl_problem_t *problem, double stated)
{
    const heavy_ball_t *ball = &problem->heavy_ball;
    return (drive_t){.rate = stated * problem_amplification(problem),
                     .push = ball->is_stated ? ball->gain * ball->weight : 0,
                     .damping = isfinite(ball->over) ? 0 : ball->decay,
                     .batch = problem->batch,
                     .noise2 = problem->gradient_noise * problem->gradient_noise};
}

/** The limit gamma -> 0 of it all: the minimum of the risk. */
static inline drive_t drive_none(const sgdl_problem_t *problem)
{
    return (drive_t){.batch = problem->batch};
}

/** Gamma(h), and its derivative. */
static inline double drive_strength(const drive_t *self, double h)
{
    return self->push > 0 ? self->rate + self->push / (self->rate * h + self->damping) : self->rate;
}

static inline double drive_slope(const drive_t *self, double h)
{
    const double friction = self->rate * h + self->damping;
    return self->push > 0 ? -self->push * self->rate / (friction * friction) : 0;
}

/** Gamma of directions that hardly contract, which is also the rate at which they move; INFINITY
 * without friction. */
static inline double drive_pace(const drive_t *self) { return drive_strength(self, 0); }

/** A finite unit of Gamma: it itself where it is the same everywhere. */
static inline double drive_unit(const drive_t *self)
{
    return self->rate > 0 ? self->rate : drive_pace(self);
}

#endif
