/**
 * The samples' side where outputs look at one another: paths of the preactivations r^t in R^L of
 * many samples of one class, drawn from what they see of the queries (block_side.h).
 *
 *     r^t = m(t) + w^t + sum_{s<t} rho(t,s) g^s ,   g^t = s^t g(r^t; y)
 *     D(t,s) = s^t H(r^t) [ 1_{ts} + sum_{k=s}^{t-1} rho(t,k) D(k,s) ]
 *
 * (w, r* - m*) is Gaussian: a bordered Cholesky factor by scalar rows, whose vanishing pivots are
 * skipped, times innovations that are made orthonormal over the samples. D of a sample has rows and
 * columns for the steps that looked at it alone. Samples go in blocks of a fixed length, whose sums
 * are added in order: threads change no bit.
 *
 * Where g jumps no derivative of a path tells what its mean does. D then is what a push of r_m at
 * step s, by 3% of the standard deviation of w_m, up in every second sample and down in the
 * others, makes of g^t, by the push: all that follows is finite, as it is on paths.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_BLOCK_PATHS_H
#define SGDLIMIT_THEORIES_FIXED_DATA_BLOCK_PATHS_H

#include "src/theories/fixed_data/block_loss.h"
#include "src/theories/fixed_data/block_side.h"
#include "src/theories/fixed_data/pass.h"

enum { PATHS_BLOCK = 64 }; /* samples that are handled together */

typedef struct block_paths {
    const setup_t *setup;
    const timeline_t *timeline;
    const block_loss_t *loss; /* these three borrowed */
    size_t i;                 /* class */
    size_t blocks, threads;
    size_t columns;  /* of D(t, s): L, or 1 along which it is followed */
    size_t Z;        /* K + 1 + TL rows of innovations: of r*, of the label, of w^0, w^1, ... */
    bool is_stiff;   /* innovations are made orthonormal */
    uint64_t number; /* of the streams, beside rows */
    double *xi;      /* [blocks*Z*BLOCK] */
    double *g;       /* [blocks*TL*BLOCK] g^s */
    double *y;       /* [blocks*BLOCK] */
    double *s;       /* [blocks*T*BLOCK] weights of all steps */
    double *chol;    /* [(K+TL)*(K+TL)] rows */
    double *cross;   /* [(T+1)*L*K] Cov(w^s, r*) */
    double *push;    /* [(T+1)*L] of r^s, where g jumps */
    double *sums;    /* [blocks*width] of the last step */
    double *total;   /* [width] their means over samples */
    double *scratch; /* [threads*scratch_size] */
    size_t width, scratch_size;
    double *own;
    size_t *offset;  /* [samples + 1] where a sample's D begins */
    unsigned *event; /* [samples*T] the steps that look at it, in order */
    unsigned *seen;  /* [samples] how many of them have been */
    float *D;        /* row e of sample j, of L*(e+1)*columns numbers l, (event, l'), one after
                        another */
} block_paths_t;

/** Bytes, as the law's mean number of visits makes them. */
double block_paths_memory(const setup_t *setup, const timeline_t *timeline, size_t paths,
                          size_t threads);

/** free is legal after an error. Errors: SGDL_ERR_MEMORY. */
int block_paths_init(block_paths_t *self, const pass_task_t *task, const block_loss_t *loss,
                     size_t i, sgdl_error_t *error) SGDL_CHECKED;
void block_paths_free(block_paths_t *self);

/** Where sums are: [L] E g; [(T+1)] blocks E g^t g^s; the same of D(t, s); [L*K] E g (r* - m*);
 * r^t . g; f; how often the decision is wrong. */
typedef struct block_sums {
    size_t mean, second, response, star, product, value, wrong, width;
} block_sums_t;

block_sums_t block_sums(const setup_t *setup, size_t steps);

/** Draws r^t of the query (or of X_t) that the look is of, and sums f and the decisions alone, or
 * all. */
void block_paths_see(block_paths_t *self, const block_side_t *side, bool all);

/** Fills the answer of the class from the last look. */
void block_paths_answer(block_paths_t *self, block_side_t *side);

/** How far E r.g is off from what averages make of it, in standard errors, as of the last answer.
 */
double block_paths_residual(const block_paths_t *self, const block_side_t *side);

/** The pass of any such loss: pass_blocks has those that problems state. */
int blocks_run(const pass_task_t *task, const block_loss_t *loss, double *rows,
               pass_result_t *result, sgdl_error_t *error) SGDL_CHECKED;

#endif
