/**
 * CVODE around a system: BDF, full Newton, our linear solver embedded. One integrator runs one
 * curve; its time is t = steps/d.
 *
 * Curves vary on the scale of t itself, for power laws over many decades. CVODE is therefore run on
 * the clock tau = log(1 + s/t0), dy/dtau = (t0 + s) dy/ds, where its steps stay even: a third of
 * the steps that it needs in t, at the same error. s is the time elapsed since the last break of
 * the schedule: after a jump of the rate curves vary on the scale of s again, and a double near t
 * may not resolve what happens just after it. t0 belongs to the rates up to the next break; where
 * these are zero nothing happens and CVODE is not asked.
 *
 * Directions with a singular mean profile carry little weight and large coordinates N: absolute
 * tolerances are atol max(1, |N|) on A and atol max(1, |N|^2) on S, N in units of |mu| where that
 * is above 1, and shrink with |mu| and tr(K)/d, so that they bound the error of m and B evenly.
 */
#ifndef SGDLIMIT_STEPPER_INTEGRATOR_H
#define SGDLIMIT_STEPPER_INTEGRATOR_H

#include <nvector/nvector_serial.h>
#include <sundials/sundials_context.h>
#include <sundials/sundials_linearsolver.h>
#include <sundials/sundials_version.h>

#include "sgdlimit/error.h"
#include "src/theories/streaming/newton.h"
#include "src/theories/streaming/system.h"
#include "src/theories/streaming/uncertainty.h"
#include "src/stepper/vector.h"

/**
 * CVODE controls the error of each step; over a run these add up. Its tolerances are the
 * problem's times this factor, so that the answer's error is of the order that was asked for.
 * A small system takes the stricter one: its steps cost next to nothing.
 */
#define INTEGRATOR_SAFETY 0.05
#define INTEGRATOR_SAFETY_SMALL 0.002
enum { INTEGRATOR_SMALL = 32 }; /* nodes */

typedef struct integrator_statistics {
    long steps, rhs_evaluations, newton_iterations, error_test_failures, newton_failures;
    long krylov_iterations;
} integrator_statistics_t;

typedef struct integrator {
    sgdl_system_t *system; /* borrowed */
    newton_t newton;       /* the whole solve, or the preconditioner of GMRES */
    bool krylov;
    SUNContext context;
    vector_space_t space;
    void *cvode;
    N_Vector y, interpolated, derivative, tolerance;
    SUNLinearSolver linear_solver;
    double *breaks;  /* [segments - 1] of the schedule, owned */
    size_t segments; /* between them */
    size_t segment;  /* the one at work */
    double begin;    /* of the segment */
    double end;      /* INFINITY for the last one */
    double t0;       /* of the clock: 1/(largest rate in the segment); 0: the rate is zero */
    double elapsed;  /* reached, since the segment's begin */
    bool segment_done;
    double t; /* reached: begin + elapsed */
    integrator_statistics_t before_restart;
} integrator_t;

/** Starts at t = 0 from the system's start. Errors: SGDL_ERR_MEMORY, SGDL_ERR_SOLVER, _INPUT. */
int integrator_init(integrator_t *self, sgdl_system_t *system, sgdl_linear_solver_t kind,
                    sgdl_error_t *error) SGDL_CHECKED;
void integrator_free(integrator_t *self);

/** One internal step, at most to `stop` or the schedule's next break; the time reached is self->t.
 * Errors: SGDL_ERR_SOLVER (raw: CVODE's flag), SGDL_ERR_MEMORY. */
int integrator_step(integrator_t *self, double stop, sgdl_error_t *error) SGDL_CHECKED;

/** Whether the run has come to time t. Sharper than t <= self->t, which is rounded. */
bool integrator_reached(const integrator_t *self, double t);

/** The state at a time within the last step, by CVODE's dense output. Borrowed, [length]; NULL if
 * t is not within the last step. */
const double *integrator_state(integrator_t *self, double t);

/** How the state moves and how well it is known at a time within the last step. What it borrows is
 * valid until the next call. */
flow_t integrator_flow(integrator_t *self, double t);

integrator_statistics_t integrator_statistics(const integrator_t *self);

#endif
