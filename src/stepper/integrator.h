/**
 * One curve of an equation: step by step through its segments, with dense output. The numerical
 * work is CVODE's (bdf.h); time is t, the clock's business stays inside.
 */
#ifndef SGDLIMIT_STEPPER_INTEGRATOR_H
#define SGDLIMIT_STEPPER_INTEGRATOR_H

#include <stdbool.h>
#include <stddef.h>

#include "sgdlimit/error.h"
#include "src/stepper/equation.h"

typedef struct integrator_statistics {
    long steps, rhs_evaluations, newton_iterations, error_test_failures, newton_failures;
    long krylov_iterations;
} integrator_statistics_t;

typedef struct integrator {
    const equation_t *equation; /* borrowed */
    struct bdf *bdf;            /* owned */
    size_t segment;             /* the one at work */
    double elapsed;             /* reached, since the segment's begin */
    bool segment_done;
    double t; /* reached: begin + elapsed */
} integrator_t;

/** Starts at t = 0 from the equation's start. Errors: SGDL_ERR_MEMORY, SGDL_ERR_SOLVER. */
int integrator_init(integrator_t *self, const equation_t *equation,
                    sgdl_error_t *error) SGDL_CHECKED;
void integrator_free(integrator_t *self);

/** One internal step, at most to `stop` or the segment's end; the time reached is self->t.
 * Errors: SGDL_ERR_SOLVER (raw: CVODE's flag), SGDL_ERR_INTERRUPTED, SGDL_ERR_MEMORY, and those of
 * the equation's `check`. */
int integrator_step(integrator_t *self, double stop, sgdl_error_t *error) SGDL_CHECKED;

/** Whether the run has come to time t. Sharper than t <= self->t, which is rounded. */
bool integrator_reached(const integrator_t *self, double t);

/** The state at a time within the last step, by dense output. Borrowed, [length]; NULL if t is not
 * within the last step. */
const double *integrator_state(const integrator_t *self, double t);

/** How the state moves at a time within the last step. */
typedef struct motion {
    const segment_t *segment;
    double elapsed;           /* since its begin */
    const double *derivative; /* [length] of dense output by t; NULL: unknown, or the state is kept.
                                 Borrowed, valid until the next call */
    int order;                /* of the last step */
    double step;              /* its length, as it counts at this time, in t */
} motion_t;

motion_t integrator_motion(const integrator_t *self, double t);

integrator_statistics_t integrator_statistics(const integrator_t *self);

#endif
