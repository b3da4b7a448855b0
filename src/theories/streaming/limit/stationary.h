/**
 * Stationary points in the order parameters (m_i, B_i): see resolvent.h.
 *
 * The part of m in F is free: there the condition is that the mean gradient vanishes. With P the
 * projector onto F's complement and g_i = p_i G_i,
 *
 *     P m - M(m, B) + (1 - P) g = 0,       B - B(m, B) = 0
 *
 * With a teacher m and B are those of the deviation from the signal, and the covariances with the
 * signal, R(m, B, R), are unknowns and equations of their own.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_LIMIT_STATIONARY_H
#define SGDLIMIT_THEORIES_STREAMING_LIMIT_STATIONARY_H

#include "sgdlimit/error.h"
#include "src/problem/problem.h"
#include "src/theories/streaming/limit/resolvent.h"

/** What a search needs; all borrowed. */
typedef struct stationary {
    const sgdl_problem_t *problem;
    const sgdl_plan_t *plan;
    resolvent_t *resolvent;         /* means projected by `separation` */
    const separation_t *separation; /* F of the problem with its own ridge */
    const population_t *population; /* without thresholds for the minimiser of the risk */
    drive_t drive;                  /* drive_none: the minimiser of the risk */
} stationary_t;

/**
 * Least squares that is not clipped, any number of outputs, no teacher: two linear systems. m
 * [C*L], B [C*pairs]. B is NAN where the learning rate is at or beyond the stability limit (a
 * negative variance would solve the system).
 * Errors: SGDL_ERR_MEMORY.
 */
int stationary_quadratic(const stationary_t *self, size_t pairs, bool stable, double *m, double *B,
                         sgdl_error_t *error) SGDL_CHECKED;

/**
 * Any loss with L = 1, by a trust-region Newton method (Powell's hybrid method). The search follows
 * the stationary point from a large ridge, where it is next to no weights, down to the problem's.
 * m, B [C]; cross [C] with a teacher, else NULL. Errors: SGDL_ERR_SOLVER if the path is lost,
 * SGDL_ERR_MEMORY.
 */
int stationary_nonlinear(const stationary_t *self, double *m, double *B, double *cross,
                         sgdl_error_t *error) SGDL_CHECKED;

#endif
