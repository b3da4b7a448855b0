/**
 * Samples of one class on their way, each with its label for good:
 *
 *     r^t = m(t) + w^t + sum_{s<t} rho(t,s) g^s      g^t = s^t f'(r^t; y)
 *
 * w is Gaussian, jointly with r* of a teacher's signal, and made of innovations xi: w^t = sum_q
 * L(t,q) xi_q. What is drawn hangs on (seed, replicate, class, step, block of samples) alone, so
 * that threads and steps without an innovation change nothing.
 *
 * Means over samples are means over paths with weights: where labels are drawn, every path goes
 * with each of them, in copies that have the weights of the labels. Paths are points of low
 * discrepancy in the first innovations. Where s is random, too, innovations are orthonormalised
 * over the paths besides, and s is spread evenly along r (array-RQMC).
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_SAMPLED_PATHS_H
#define SGDLIMIT_THEORIES_FIXED_DATA_SAMPLED_PATHS_H

#include "src/random/sobol.h"
#include "src/theories/fixed_data/sampled/gaussians.h"
#include "src/theories/fixed_data/sampled/response.h"
#include "src/theories/fixed_data/setup.h"
#include "src/theories/fixed_data/timeline.h"

/* s is spread within groups of samples. */
enum { PATHS_GROUP = 8, GROUP_SAMPLES = PATHS_GROUP * PATHS_BLOCK };

/* Sums over a block behind those of C_g(t, 0..t) and R_g(t, 0..t). */
enum {
    SUM_MEAN,
    SUM_SIGNAL,
    SUM_POWER,
    SUM_VALUE,
    SUM_CHECK,
    SUM_ERROR = SUM_CHECK + PATHS_CHECKS,
    SUMS = SUM_ERROR + PATHS_CHECKS
};

typedef struct paths {
    const setup_t *setup;
    const timeline_t *timeline;
    size_t class, T;
    size_t copies, points; /* paths = copies*points, copy by copy */
    size_t blocks;         /* the last ones may hold less */
    uint64_t replicate;
    sobol_t sobol;
    uint32_t *point;   /* [points] numbers of the points, shuffled: s must not follow their order */
    size_t dimensions; /* of the points that labels and innovations have */
    gaussians_t gaussians;
    double *covariance; /* [T+3] of the variable that comes, with those before */
    bool brings;        /* it brings an innovation */

    /* [blocks*BLOCK] of a path; weights are 0 behind the last one and sum to 1 */
    double *weight, *target;
    double *right;  /* probability that the right decision is r > 0 */
    double *signal; /* r* - m*; 0 without a teacher */
    double *noise;  /* of linear labels, normal; 0 of others */
    double *w, *r, *slope, *curvature, *s, *memory;
    double *held[2]; /* w at step 0 and at a later one, for the identities */
    uint32_t *sort;  /* [4*blocks*BLOCK] scratch */
    double *xi;      /* [blocks][T+3][BLOCK] */
    double *g;       /* [blocks][T][BLOCK] */
    response_t response;
} paths_t;

typedef struct paths_task {
    const setup_t *setup;
    const timeline_t *timeline;
    size_t class, paths;
    uint64_t replicate;
} paths_task_t;

double paths_memory(const setup_t *setup, const timeline_t *timeline, size_t paths);

/** Without labels. free is legal after an error. Errors: SGDL_ERR_MEMORY. */
int paths_init(paths_t *self, const paths_task_t *task, sgdl_error_t *error) SGDL_CHECKED;
void paths_free(paths_t *self);

/** Blocks for that many paths, copies included. */
size_t paths_blocks(const setup_t *setup, size_t paths);

/** The number of a stream of its random numbers. */
uint64_t paths_stream(const paths_t *self, size_t row, size_t block);

/* ---- one more Gaussian variable ---------------------------------------------------------------
 * gaussians_row says whether it `brings` an innovation. If so every block draws it, and the sums of
 * all blocks settle it; rows are numbers that no two variables share. */

/** sums [2 + rank]: mean, mean square, and means of products with the innovations before; not used
 * where law->all, whose innovations need no settling. */
void paths_draw(paths_t *self, size_t block, size_t row, double *sums);
void paths_settle(paths_t *self, size_t block, const double *sums);

/** The variable itself, [BLOCK]. */
void paths_gaussian(const paths_t *self, size_t block, double *value);

/* ---- steps -------------------------------------------------------------------------------------
 */

/** Labels, which hang on `signal` and `noise`; before any look. */
void paths_label(paths_t *self, size_t block);

/** w, r and f', f'' there, at a point whose mean and memory rho [t] are given. */
void paths_look(paths_t *self, size_t block, double m, const double *rho, size_t t);

/* Means there: of the loss, the error, and of the loss at m + w, whose exact mean is known, its
 * square and its product with the loss. */
enum { TRAIN_RISK, TRAIN_ERROR, TRAIN_GAUSSIAN, TRAIN_SQUARE, TRAIN_PRODUCT, TRAIN_SUMS };

/** sums [TRAIN_SUMS]; those of m + w where `gaussian` asks for them. */
void paths_train(const paths_t *self, size_t block, double m, bool gaussian, double *sums);

/** s of step t, of a group of samples. */
void paths_select(paths_t *self, size_t group, size_t t);

typedef struct paths_answer {
    size_t t;
    const float *rho; /* [t] */
    /* Of the identities' s: B(k,s) - B(k,*) B(s,*)/B(*,*) for k <= t, or NULL; B(s,*)/B(*,*). */
    const double *column[PATHS_CHECKS];
    double share[PATHS_CHECKS];
    size_t hold;    /* 0, 1: w is held there from now on; else nowhere */
    float *scratch; /* response_scratch */
} paths_answer_t;

/** g of step t and the sums [2(t+1) + SUMS]. Errors: SGDL_ERR_MEMORY. */
int paths_answer(paths_t *self, size_t block, const paths_answer_t *task,
                 double *sums) SGDL_CHECKED;

#endif
