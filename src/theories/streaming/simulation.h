/**
 * A simulation: a problem's runs of streaming SGD and the ensemble that makes them.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_SIMULATION_H
#define SGDLIMIT_THEORIES_STREAMING_SIMULATION_H

#include "src/ensemble/ensemble.h"
#include "src/theories/streaming/walkers/sgd.h"

/** Not to be moved: its parts point to each other. */
typedef struct simulation {
    const sgdl_problem_t *problem; /* borrowed */
    const sgdl_plan_t *plan;       /* complete; borrowed */
    sgd_t sgd;
    uint64_t *steps; /* [points] steps made at each output time */
    ensemble_t ensemble;
} simulation_t;

/** Prepares; self is to be freed in any case. Where it was interrupted while a kernel was prepared
 * there is an ensemble without runs. Errors: see sgdl_simulate. */
int simulation_init(simulation_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                    sgdl_error_t *error) SGDL_CHECKED;
void simulation_free(simulation_t *self); /* all-zero is legal */

/** Is there anything to tell: is it known how it simulates, and what? */
static inline bool simulation_begun(const simulation_t *self) { return self->sgd.kernel != NULL; }

/** Makes all runs. Errors: SGDL_ERR_MEMORY, SGDL_ERR_INTERRUPTED. */
int simulation_run(simulation_t *self, sgdl_error_t *error) SGDL_CHECKED;

/** The output time of a row as it was met: steps/d. */
double simulation_time(const simulation_t *self, size_t row);

#endif
