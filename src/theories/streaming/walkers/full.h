/**
 * The full kernel inside: what its plain and its general steps share.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_WALKERS_FULL_H
#define SGDLIMIT_THEORIES_STREAMING_WALKERS_FULL_H

#include <stdatomic.h>

#include "src/theories/streaming/walkers/draws.h"
#include "src/theories/streaming/walkers/kernel.h"
#include "src/theories/streaming/walkers/rate.h"
#include "src/theories/streaming/walkers/rows.h"
#include "src/theories/streaming/walkers/steps.h"
#include "src/theories/streaming/walkers/triangular.h"

/* How a sample's directions are cut up. A chunk's numbers stay in the first-level cache; a block's
 * products are summed apart, so that sums are the same for any number of threads. */
enum { FULL_CHUNK = 8 * NOISE_UNIT, FULL_BLOCK = 8 * FULL_CHUNK };

/* Outputs of batches that are drawn by their sums. */
enum { FULL_MOST_OUTPUTS = 32 };

/* Samples that plain steps draw, project and owe at once. */
enum { FULL_PANEL = 16 };

/* How batches of plain steps are drawn by their sums, if they are. */
typedef struct full_sums {
    bool used;
    size_t count;       /* of covariances that differ */
    size_t *covariance; /* [C] the one of each class, owned */
    size_t *first;      /* [count] the first class that has it; behind those */
} full_sums_t;

typedef struct full_model {
    const experiment_t *experiment;
    size_t stride;
    double *mean;      /* [C*stride] coordinates of mu_i */
    double *deviation; /* [C*stride] sqrt(lambda_i) */
    double *signal;    /* [stride] coordinates of X*; NULL without a teacher */
    double *start;     /* [d*L] X_0 in the basis of matrices; NULL without either */
    draws_t draws;     /* which rows mean and deviation once more */
    full_sums_t sums;  /* of batches */
    row_list_t rows;   /* that stand for samples; empty: these are drawn */
} full_model_t;

/* What one thread works with; `sums` is what full_team_init is asked for. */
typedef struct full_worker {
    _Alignas(64) atomic_size_t taken; /* blocks of its part of a pass, given out to whomever */
    _Alignas(64) float z[FULL_CHUNK];
    float next[FULL_CHUNK]; /* of a sample */
    double *sum;            /* [sums*PASS_LANES] */
    normals_t noise;        /* of gradients, in general runs */
    double *moved;          /* [L*FULL_CHUNK] of X; NULL where samples are drawn one by one */
} full_worker_t;

/* Who shares the passes of a run. */
typedef struct full_team {
    full_worker_t *worker; /* [workers] */
    size_t workers, blocks;
} full_team_t;

/* What X owes for: samples of plain steps. */
typedef struct full_panel {
    size_t room;                      /* samples that fit; 0 in runs that are not plain */
    size_t held;                      /* X owes for so many */
    bool ends_step;                   /* the last of them is its step's last */
    float *a;                         /* [room*stride] */
    double decay;                     /* X <- decay X + sum a factor^T is owed */
    double *factor;                   /* [L*room] */
    double *owed;                     /* [L*stride] updates of the step's earlier panels; NULL
                                         where steps fit into one */
    size_t drawn;                     /* samples on their way to replace them */
    size_t class_index[FULL_PANEL];   /* of these */
    const double *target[FULL_PANEL]; /* likewise */
    double gamma;                     /* of their step */
    uint64_t done;                    /* samples of this step before them */
    double *total;                    /* [blocks*room*L] their products with X, block by block */
} full_panel_t;

/* What a pass of general steps does: a sample, the gradient of a step, its move. */
typedef enum full_stage { FULL_SAMPLE, FULL_GRADIENT, FULL_MOVE } full_stage_t;

/* A general step on its way. */
typedef struct full_general {
    full_stage_t stage;    /* of the next pass */
    uint64_t done;         /* samples of this step before it */
    size_t class_index;    /* of its sample */
    const double *target;  /* likewise */
    const double *row;     /* likewise; NULL: it is drawn */
    recursion_t recursion; /* of this step, once it is known */
    double *share;         /* [L] how much of the last sample joins the gradient */
    double *total;         /* [blocks*sums] sums of the last pass, block by block */
} full_general_t;

/* A covariance of batches that are drawn by their sums. */
typedef struct full_covariance {
    size_t class_index; /* the first class that has it */
    uint64_t samples;   /* of the step on its way */
    size_t drawn;       /* vectors of normals for it */
    uint64_t number;    /* of the first among those of the run */
    size_t held;        /* vectors that X owes for */
    size_t sum;         /* the first of its sums of a pass: B packed, and W^T [drawn*L] */
    float *y;           /* [room*stride] K^(1/2) times them, in units of the class's scale */
    double *spread;     /* [L*L] X owes K X spread */
    double *factor;     /* [L*room] and y^T factor^T */
    size_t rank;        /* of B = X^T K X */
    double *R;          /* [L*L] in its first rank rows B = R^T R */
    double *T;          /* [L*L] in its first rank columns: K^(1/2) X T is orthonormal */
    double *along;      /* [L*L] sum over the samples of zeta g^T */
    double *gram;       /* [pairs] sum of g g^T, packed */
} full_covariance_t;

/* What X owes for: a batch that is drawn by its sums. */
typedef struct full_summed {
    size_t room;                   /* vectors of normals that a covariance takes at most */
    size_t pairs;                  /* L(L+1)/2 */
    size_t sums;                   /* sums of a pass over directions */
    float *y;                      /* those of the covariances, owned */
    double *numbers;               /* all of theirs and below, owned */
    full_covariance_t *covariance; /* owned */
    uint64_t *samples;             /* [C] of the step on its way, owned */
    words_t choices;               /* before its samples were chosen */
    double gamma;                  /* of that step */
    double decay;                  /* X <- decay X + ... is owed, */
    double *mean_factor;           /* [C*L] with mu_i times this */
    double *m;                     /* [C*L] X^T mu_i + bias */
    double *gradient;              /* [C*L] sum of g over samples of each class */
    double *packed;                /* [pairs] scratch; likewise: */
    double *across;                /* [L*L] */
    double *total;                 /* [blocks*sums] */
    normals_t *projections;        /* owned */
} full_summed_t;

typedef struct full_state {
    const full_model_t *model;
    rate_t rate;
    uint64_t step;
    uint64_t sample; /* samples drawn */
    size_t stride;
    double *x;        /* [L*stride] columns of X, one after another */
    double *v;        /* [L*stride] the velocity of X; NULL without one */
    double *gradient; /* [L*stride] of a general step, anything between steps; NULL in plain runs */
    double *a;        /* [stride] its sample; NULL in plain runs */
    full_team_t team;
    full_panel_t panel;     /* of plain runs */
    full_summed_t summed;   /* in its place in runs whose batches are drawn by their sums */
    full_general_t general; /* of those that are not plain */
    steps_t steps;          /* of a run that is not plain */
    row_order_t rows;       /* likewise, and in the place of drawn samples */
    double *bias;           /* [L] */
    double *r, *g;          /* [L] */
    double *bias_owed;      /* [L] */
    noise_t features;
    words_t choices;
} full_state_t;

/** A pass over X: what it is about, by one thread; its blocks, by all of them; what follows of it,
 * by one. */
typedef struct full_pass {
    bool (*choose)(full_state_t *self, uint64_t end, bool *interrupted); /* false: no more */
    void (*block)(full_state_t *self, full_worker_t *worker, size_t block);
    void (*settle)(full_state_t *self);
} full_pass_t;

/** The team of a run, whose workers keep that many sums. Errors: SGDL_ERR_MEMORY; free is legal
 * after it, and without a team. */
int full_team_init(full_state_t *self, size_t sums);
void full_team_free(full_state_t *self);

/** Passes until none is chosen. False: interrupted. */
bool full_team_advance(full_state_t *self, const full_pass_t *pass, uint64_t end);

/** Plain steps. Errors: SGDL_ERR_MEMORY; free is legal after it, and in runs that are not plain. */
int full_plain_init(full_state_t *self);
void full_plain_free(full_state_t *self);
bool full_plain_advance(full_state_t *self, uint64_t steps);

/** X pays what it owes. */
void full_plain_settle(full_state_t *self);

/** Which classes share a covariance, and whether batches are drawn by their sums. Errors:
 * SGDL_ERR_MEMORY; free is legal after it. */
int full_sums_init(full_sums_t *self, const full_model_t *model);
void full_sums_free(full_sums_t *self);

/** Whether a model of kernel_full draws batches by their sums. */
bool full_sums_batches(const void *model);

/** Nanoseconds of a plain step that draws every sample, and of one by sums. */
double full_plain_cost(const experiment_t *experiment);
double full_summed_cost(const experiment_t *experiment, size_t covariances);

/** Plain steps whose batches are drawn by their sums; errors as above. */
int full_summed_init(full_state_t *self, uint64_t run);
void full_summed_free(full_state_t *self);
bool full_summed_advance(full_state_t *self, uint64_t steps);
void full_summed_settle(full_state_t *self);

/** General steps: the same, of run number `run`. */
int full_general_init(full_state_t *self, uint64_t run);
void full_general_free(full_state_t *self);
bool full_general_advance(full_state_t *self, uint64_t steps);

#endif
