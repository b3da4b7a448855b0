/**
 * The collapsed kernel inside: what its plain and its general steps share.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_WALKERS_COLLAPSED_H
#define SGDLIMIT_THEORIES_STREAMING_WALKERS_COLLAPSED_H

#include <string.h>

#include "src/theories/streaming/walkers/kernel.h"
#include "src/theories/streaming/walkers/rate.h"
#include "src/theories/streaming/walkers/steps.h"
#include "src/theories/streaming/walkers/triangular.h"

typedef struct group {
    size_t first; /* row of x at which its basis begins */
    size_t k, q;  /* rows that span the means, rows that span what else there is of X and V */
    double rest;  /* directions left over */
} group_t;

typedef struct collapsed_model {
    const experiment_t *experiment;
    size_t count;   /* of groups */
    size_t rows;    /* of x, all groups together */
    size_t columns; /* M, of X and V together: L, or 2L with a velocity */
    group_t *group;
    double *mean;      /* [C*rows] coordinates of mu_i, zero in the q rows */
    double *deviation; /* [C*count] sqrt(lambda_i) */
    double *signal;    /* [rows] coordinates of X*; NULL without a teacher */
    double *start;     /* [rows*L] a given X_0, or NULL */
} collapsed_model_t;

typedef struct collapsed_state {
    const collapsed_model_t *model;
    rate_t rate;
    uint64_t step;
    double *x;       /* [rows*L] */
    double *moved;   /* [rows*L] sum over the batch of a g^T */
    double *a;       /* [rows] */
    double *noise;   /* [count*L*L] R of each group */
    double *stack;   /* [(M+L)*M] */
    double *T;       /* [L*L] */
    double *v;       /* [rows*L] the velocity of X; NULL without one */
    double *outside; /* [2*count] of a clipped sample: z along the noise so far, and across it */
    bool general;    /* steps are not plain, and of them: */
    steps_t steps;
    double *r, *g, *row, *bias, *bias_moved; /* [L] */
    normals_t *features;
    words_t words; /* for the chi variates */
    words_t choices;
} collapsed_state_t;

/** A sample of class i in the groups' bases, and r = x^T a. */
static inline void collapsed_project(collapsed_state_t *self, size_t class_index)
{
    const collapsed_model_t *model = self->model;
    size_t L = model->experiment->L;
    const double *mean = model->mean + class_index * model->rows;
    const double *deviation = model->deviation + class_index * model->count;
    memcpy(self->r, self->bias, L * sizeof *self->r);
    for (size_t n = 0; n < model->count; n++) {
        const group_t *group = &model->group[n];
        size_t end = group->first + group->k + group->q;
        for (size_t e = group->first; e < end; e++) {
            double z = deviation[n] > 0 ? normals_next(self->features) : 0;
            double a = self->a[e] = mean[e] + deviation[n] * z;
            for (size_t l = 0; l < L; l++)
                self->r[l] += a * self->x[e * L + l];
        }
    }
}

/** Adds a sample's a g^T to what is moved, in the bases; and of the bias. */
static inline void collapsed_add_inside(collapsed_state_t *self)
{
    const experiment_t *experiment = self->model->experiment;
    size_t L = experiment->L;
    double intercept = experiment->problem->intercept;
    for (size_t e = 0; e < self->model->rows; e++)
        for (size_t l = 0; l < L; l++)
            self->moved[e * L + l] += self->a[e] * self->g[l];
    for (size_t l = 0; l < L; l++)
        self->bias_moved[l] += intercept * intercept * self->g[l];
}

/** Adds a sample's sqrt(lambda) g to the factor R of the noise outside the bases. */
static inline void collapsed_add_outside(collapsed_state_t *self, size_t class_index)
{
    const collapsed_model_t *model = self->model;
    size_t L = model->experiment->L;
    for (size_t n = 0; n < model->count; n++) {
        double deviation = model->deviation[class_index * model->count + n];
        double *R = self->noise + n * L * L;
        if (model->group[n].rest == 0 || deviation == 0)
            continue;
        for (size_t l = 0; l < L; l++)
            self->row[l] = deviation * self->g[l];
        if (model->experiment->batch == 1)
            memcpy(R, self->row, L * sizeof *R); /* the rest of R stays zero */
        else
            triangular_push(L, R, self->row);
    }
}

/** General steps; see kernel.h. */
bool collapsed_general_advance(collapsed_state_t *self, uint64_t steps);

#endif
