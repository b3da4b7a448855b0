/**
 * The coordinates' side where outputs look at one another: node_side.h with responses that are
 * L x L blocks. Rows of the noise are counted by z = s L + l, step s and output l.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_BLOCK_SIDE_H
#define SGDLIMIT_THEORIES_FIXED_DATA_BLOCK_SIDE_H

#include "src/theories/fixed_data/layout.h"
#include "src/theories/fixed_data/timeline.h"

/** What samples see of a point q (a query, or X_t itself) beside all queries before it. Blocks are
 * [L*L], l*L + l', with l of q or of the later step. */
typedef struct block_look {
    double *m;     /* [C*L] m_i, the bias included */
    double *B;     /* [C*(T+1)] blocks B_i(q, q^s) at i*(T+1) + s; B_i(q, q) at s = t */
    double *cross; /* [C*L*K] Cov(w, r*) */
    double *rho;   /* [C*T] blocks rho_i(q, s), s < t, at i*T + s */
} block_look_t;

/** What the sample side answers to the query of step t. */
typedef struct block_answer {
    double *Cg;     /* [C*(T+1)] blocks C_{g,i}(t, s), s <= t, at i*(T+1) + s */
    double *Rg;     /* [C*(T+1)] blocks R_{g,i}(t, s) likewise */
    double *signal; /* [C*L*K] R_{g,i}(t, *) */
    double *mean;   /* [C*L] Ebar_i(t) */
} block_answer_t;

typedef struct block_side {
    const setup_t *setup; /* borrowed */
    size_t T, t;          /* steps at most, steps made */
    block_look_t look;    /* of the last block_side_look; owned */
    block_answer_t answer;
    double *Cbar;                            /* [N] symmetric [TL*TL] */
    double *Rq;                              /* [N*T*L*TL] rows of queries */
    double *aq;                              /* [N*T*L*P] */
    double *R, *R_before, *a, *a_before;     /* [N*L*TL], [N*L*P] of X_t and X_{t-1} */
    double *row, *noise, *latent;            /* [N*L*TL], [N*L*TL], [N*L*P] of the last look */
    double *memory;                          /* [N*T] blocks */
    double *bias, *bias_before, *bias_query; /* [L] */
    double *own;
} block_side_t;

/** Bytes that it takes. */
double block_side_memory(const setup_t *setup, size_t steps);

/** At X_0. free is legal after an error. Errors: SGDL_ERR_MEMORY. */
int block_side_init(block_side_t *self, const setup_t *setup, size_t steps,
                    sgdl_error_t *error) SGDL_CHECKED;
void block_side_free(block_side_t *self);

/** Fills `look` with what samples see at X_t + ahead (X_t - X_{t-1}). */
void block_side_look(block_side_t *self, double ahead);

/** Makes step t: the last look was its query, `answer` the sample side's to it. */
void block_side_advance(block_side_t *self, const timeline_step_t *step);

/** All of a row (layout.h) but the train columns, at X_t; spoils the last look. */
void block_side_state(block_side_t *self, double *row);

#endif
