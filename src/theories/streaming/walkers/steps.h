/**
 * Steps in general: what is done to the gradient of a sample and to that of a step.
 *
 *     g = f'(r; y) of the class's label or of a teacher's, a g shortened to norm clip sqrt(d)
 *     G = batch mean of a g + gradient_noise N(0, I_d) + ridge X
 *     V <- keep V + gain G        X <- X - rate G - weight V
 *
 * G, X and V are the kernels'; here is what both of them do alike.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_WALKERS_STEPS_H
#define SGDLIMIT_THEORIES_STREAMING_WALKERS_STEPS_H

#include "src/theories/streaming/walkers/experiment.h"
#include "src/theories/streaming/walkers/rate.h"

/** Whether a kernel's plain steps are what is asked for: faster, and nothing of this header. */
static inline bool steps_are_plain(const experiment_t *experiment, const rate_t *rate)
{
    return experiment->plain && rate->source.kind != RATE_DRIVEN;
}

typedef struct steps {
    const experiment_t *experiment; /* borrowed */
    normals_t *noise;               /* of a step's gradient; with label_normals one block, owned */
    normals_t *label_normals;
    words_t label_words;
    double *bias_velocity; /* [L] owned */
} steps_t;

/** Of run number `run`. Errors: SGDL_ERR_MEMORY; free is legal after it. */
int steps_init(steps_t *self, const experiment_t *experiment, uint64_t run);
void steps_free(steps_t *self);

/** g [L] of a sample at r [L]: the target's, or with a teacher (target NULL) that of the label that
 * it gives at r* = X*^T a; clipped by |a|^2, the sum of the squares of the d features. */
void steps_gradient(steps_t *self, const double *target, const double *r, double r_star, double a2,
                    double *g);

typedef struct recursion {
    double keep, gain;   /* V <- keep V + gain G */
    double rate, weight; /* X <- X - rate G - weight V */
} recursion_t;

/** That of step number `step` at a learning rate. */
recursion_t steps_recursion(const experiment_t *experiment, double gamma, uint64_t step);

/** Makes the step on `count` coordinates of G, X and V. v NULL: there is no velocity. */
void steps_move(const recursion_t *recursion, size_t count, const double *gradient, double *x,
                double *v);

/** The same for the bias [L], which no ridge holds; gradient [L] the batch mean of g c^2. */
void steps_move_bias(steps_t *self, const recursion_t *recursion, const double *gradient,
                     double *bias);

#endif
