/**
 * CVODE around a system: BDF, full Newton, our linear solver embedded. One integrator runs one
 * curve; its time is t = steps/d.
 */
#ifndef SGDLIMIT_ODE_INTEGRATOR_H
#define SGDLIMIT_ODE_INTEGRATOR_H

#include <nvector/nvector_serial.h>
#include <sundials/sundials_context.h>
#include <sundials/sundials_linearsolver.h>
#include <sundials/sundials_version.h>

#include "sgdlimit/error.h"
#include "src/ode/newton.h"
#include "src/ode/system.h"

/**
 * CVODE controls the error of each step; over a run these add up. Its tolerances are the
 * problem's times this factor, so that the answer's error is of the order that was asked for.
 */
#define INTEGRATOR_SAFETY 0.1

typedef struct integrator_statistics {
    long steps, rhs_evaluations, newton_iterations, error_test_failures, newton_failures;
} integrator_statistics_t;

typedef struct integrator {
    sgdl_system_t *system; /* borrowed */
    newton_t newton;
    SUNContext context;
    void *cvode;
    N_Vector y, interpolated;
    SUNLinearSolver linear_solver;
    double t;           /* reached */
    char message[256];  /* CVODE's last complaint */
    integrator_statistics_t before_restart;
} integrator_t;

/** Starts at t = 0 from the system's start. Errors: SGDL_ERR_MEMORY, SGDL_ERR_SOLVER, _INPUT. */
int integrator_init(integrator_t *self, sgdl_system_t *system, sgdl_linear_solver_t kind,
                    sgdl_error_t *error) SGDL_CHECKED;
void integrator_free(integrator_t *self);

/** One internal step, at most to `stop`; the time reached is self->t.
 * Errors: SGDL_ERR_SOLVER (raw: CVODE's flag). */
int integrator_step(integrator_t *self, double stop, sgdl_error_t *error) SGDL_CHECKED;

/** After a jump of the right-hand side at self->t: forget the history. */
int integrator_restart(integrator_t *self, sgdl_error_t *error) SGDL_CHECKED;

/** The state at a time within the last step, by CVODE's dense output. Borrowed, [length]; NULL if
 * t is not within the last step. */
const double *integrator_state(integrator_t *self, double t);

integrator_statistics_t integrator_statistics(const integrator_t *self);

#endif
