/**
 * The full kernel inside: what its plain and its general steps share.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_WALKERS_FULL_H
#define SGDLIMIT_THEORIES_STREAMING_WALKERS_FULL_H

#include "src/theories/streaming/walkers/kernel.h"
#include "src/theories/streaming/walkers/rate.h"
#include "src/theories/streaming/walkers/rows.h"
#include "src/theories/streaming/walkers/steps.h"

/* Directions begin .. end-1 of a class, all of zero variance or not. */
typedef struct stretch {
    size_t end;
    bool quiet;
} stretch_t;

typedef struct full_model {
    const experiment_t *experiment;
    size_t stride;
    double *mean;       /* [C*stride] coordinates of mu_i */
    double *deviation;  /* [C*stride] sqrt(lambda_i) */
    double *signal;     /* [stride] coordinates of X*; NULL without a teacher */
    double *start;      /* [d*L] X_0 in the basis of matrices; NULL without either */
    stretch_t *stretch; /* stretches of all classes, one class after another */
    size_t *first;      /* [C+1] where a class's stretches begin */
    row_list_t rows;    /* that stand for samples; empty: these are drawn */
} full_model_t;

typedef struct full_state {
    const full_model_t *model;
    rate_t rate;
    uint64_t step;
    size_t stride;
    double *x;        /* [L*stride] columns of X, one after another */
    double *a;        /* [stride] the sample that X still owes an update for */
    double *owed;     /* [L*stride] with a batch: the step's updates so far; NULL otherwise */
    double *v;        /* [L*stride] the velocity of X; NULL without one */
    double *gradient; /* [L*stride] of a general step, anything between steps; NULL in plain runs */
    steps_t steps;    /* of a run that is not plain */
    row_order_t rows; /* likewise, and in the place of drawn samples */
    double *bias;     /* [L] */
    double decay;     /* X <- decay X + a factor^T is owed */
    double *factor;   /* [L] */
    double *r, *g;    /* [L] */
    double *bias_owed; /* [L] */
    double *sum;       /* [L*PASS_LANES] */
    normals_t *features;
    words_t choices;
} full_state_t;

/** The next chunk of a sample's features: up to `left` coordinates, whose normals begin at
 * features->value + features->used. Quiet ones use up no normals; any will do for them. */
static inline size_t full_next_chunk(normals_t *features, size_t left, bool quiet)
{
    if (features->used == NORMALS_BLOCK)
        normals_refill(features);
    size_t room = quiet ? NORMALS_BLOCK : NORMALS_BLOCK - features->used;
    return left < room ? left : room;
}

/** Once `count` of them are used: on to the next multiple of 8, so that loads stay aligned. */
static inline void full_used(normals_t *features, size_t count)
{
    features->used += (count + 7) / 8 * 8;
}

/** x . y over the d directions. */
double full_dot(full_state_t *self, const double *x, const double *y);

/** General steps; see kernel.h. */
bool full_general_advance(full_state_t *self, uint64_t steps);

#endif
