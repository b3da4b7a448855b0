/**
 * CVODE's BDF with full Newton on an equation, within one segment and on its clock. All that is
 * SUNDIALS' stays behind this header and vector.h.
 *
 * What fails comes back as CVODE's flag, negative; bdf_fail says it in words.
 */
#ifndef SGDLIMIT_STEPPER_BDF_H
#define SGDLIMIT_STEPPER_BDF_H

#include <sundials/sundials_context.h>
#include <sundials/sundials_linearsolver.h>
#include <sundials/sundials_matrix.h>

#include "sgdlimit/error.h"
#include "src/stepper/equation.h"
#include "src/stepper/integrator.h"
#include "src/stepper/vector.h"

typedef struct bdf {
    const equation_t *equation; /* borrowed */
    const segment_t *segment;   /* the one at work */
    double scale;               /* of its clock, once the first step is chosen */
    SUNContext context;
    vector_space_t space;
    void *cvode;
    N_Vector y, interpolated, derivative;
    SUNLinearSolver linear_solver;
    SUNMatrix matrix; /* of no content: where there is one CVODE asks for setups, at times of its
                         choice; none beside GMRES */
    integrator_statistics_t before; /* the last restart */
} bdf_t;

/** Starts at t = 0 from the equation's start, in its first segment. Errors: SGDL_ERR_MEMORY,
 * SGDL_ERR_SOLVER. */
int bdf_init(bdf_t *self, const equation_t *equation, sgdl_error_t *error) SGDL_CHECKED;
void bdf_free(bdf_t *self);

/** On to a segment, from the state reached: forgets the history, which a jump of the right-hand
 * side makes worthless. */
int bdf_enter(bdf_t *self, const segment_t *segment);

/** Before the first step into a segment whose way is to s = goal: its length, and with it the
 * clock's scale. */
int bdf_choose_first_step(bdf_t *self, double goal);

/** One step, at most to tau = goal; *tau is where it came to. */
int bdf_step(bdf_t *self, double goal, double *tau);

/** The state at a time within the last step, by CVODE's dense output, and its derivative by t.
 * [length] borrowed, valid until the next call; NULL outside of the step. */
const double *bdf_state(const bdf_t *self, double elapsed);
const double *bdf_derivative(const bdf_t *self, double elapsed);

/** The last step's length in tau and its order. */
void bdf_last_step(const bdf_t *self, double *length, int *order);

integrator_statistics_t bdf_statistics(const bdf_t *self);

/** What a flag says, at time t. Errors: SGDL_ERR_INTERRUPTED, SGDL_ERR_MEMORY, else SGDL_ERR_SOLVER
 * with the flag in `raw`. */
int bdf_fail(const bdf_t *self, double t, int flag, sgdl_error_t *error);

#endif
