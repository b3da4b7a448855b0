/**
 * Which law of approach holds, and its constant: docs/transitions.md derives them.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_LIMIT_LAWS_H
#define SGDLIMIT_THEORIES_STREAMING_LIMIT_LAWS_H

#include "sgdlimit/limit.h"
#include "sgdlimit/spectra.h"
#include "src/theories/streaming/limit/resolvent.h"
#include "src/theories/streaming/limit/separation.h"
#include "src/theories/streaming/limit/stages.h"
#include "src/theories/streaming/limit/work.h"

/** All that decides a law; borrowed. */
typedef struct laws {
    const sgdl_problem_t *problem;
    const sgdl_plan_t *plan;
    const sgdl_nodes_t *nodes;
    const sgdl_tail_t *tail;
    const separation_t *separation;
    const stages_t *stages;    /* empty for a quadratic loss */
    const work_t *work;        /* what the rest is of */
    const sgdl_limit_t *limit; /* all of it but the law; with a teacher, of the deviation */
} laws_t;

/** Errors: SGDL_ERR_MEMORY, SGDL_ERR_EXTERNAL. */
int laws_find(const laws_t *self, sgdl_law_t *law, sgdl_error_t *error) SGDL_CHECKED;

/** The slowest rate at which the equations, linearised at the stationary point of `limit`, relax;
 * NAN for systems too large for a dense eigenvalue problem. Errors: as above. */
int laws_relaxation_rate(const laws_t *self, double *rate, sgdl_error_t *error) SGDL_CHECKED;

/* ---- parts of it, in laws_options.c ------------------------------------------------------------
 */

extern const sgdl_law_t laws_unknown;

/** Learning rate of the law: with a decaying rate, time is tau = int gamma dt at stated gamma 1. */
double laws_pace(const laws_t *self);

/** What SGD noise does to a falling risk of least squares that feeds it. */
double laws_amplification(const laws_t *self);

/** Do all classes have the same eigenvalues? */
bool laws_common_covariance(const laws_t *self);

/** Equal but for rounding. */
bool laws_same_exponent(double a, double b);

/** Noise has not yet reached, and the start not yet left, the slowest directions of a tail: the
 * power, and of least squares with a common covariance the constant. */
double laws_noise_exponent(const laws_t *self);
double laws_noise_constant(const laws_t *self);

/** A learning rate that falls to zero while the gradient has noise of its own, which falls with it
 * and may outlast what laws speak of. */
bool laws_fading_noise(const laws_t *self);

/** A heavy ball whose friction fades, or whose learning rate does. */
bool laws_outlived(const laws_t *self);

/** Signs that separate the classes while the gradient has noise of its own. */
sgdl_law_t laws_of_seen_noise(const laws_t *self);

/** Errors: as laws_find. */
int laws_of_teacher(const laws_t *self, sgdl_law_t *law, sgdl_error_t *error) SGDL_CHECKED;
int laws_exponential(const laws_t *self, sgdl_law_t *law, sgdl_error_t *error) SGDL_CHECKED;

#endif
