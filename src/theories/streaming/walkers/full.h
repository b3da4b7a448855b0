/**
 * The full kernel inside: what its plain and its general steps share.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_WALKERS_FULL_H
#define SGDLIMIT_THEORIES_STREAMING_WALKERS_FULL_H

#include "src/theories/streaming/walkers/kernel.h"
#include "src/theories/streaming/walkers/rate.h"
#include "src/theories/streaming/walkers/rows.h"
#include "src/theories/streaming/walkers/draws.h"
#include "src/theories/streaming/walkers/steps.h"

/* How a sample's directions are cut up. A chunk's numbers stay in the first-level cache; a block's
 * products are summed apart, so that sums are the same for any number of threads. */
enum { FULL_CHUNK = 8 * NOISE_UNIT, FULL_BLOCK = 8 * FULL_CHUNK };

/* Samples that plain steps draw, project and owe at once. */
enum { FULL_PANEL = 16 };

typedef struct full_model {
    const experiment_t *experiment;
    size_t stride;
    double *mean;      /* [C*stride] coordinates of mu_i */
    double *deviation; /* [C*stride] sqrt(lambda_i) */
    double *signal;    /* [stride] coordinates of X*; NULL without a teacher */
    double *start;     /* [d*L] X_0 in the basis of matrices; NULL without either */
    draws_t draws;     /* which rows mean and deviation once more */
    row_list_t rows;   /* that stand for samples; empty: these are drawn */
} full_model_t;

/* What one thread works with. */
typedef struct full_worker {
    _Alignas(64) float z[FULL_CHUNK];
    float next[FULL_CHUNK]; /* of a sample */
    double *sum;            /* [sums*PASS_LANES] */
    normals_t noise;        /* of gradients, in general runs */
} full_worker_t;

/* Who shares the passes of a run: workers, each with blocks of its own. */
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

/** General steps: the same, of run number `run`. */
int full_general_init(full_state_t *self, uint64_t run);
void full_general_free(full_state_t *self);
bool full_general_advance(full_state_t *self, uint64_t steps);

#endif
