/**
 * The risk at the end of a piecewise constant learning rate, and its exact derivative with respect
 * to the rate of each piece: forward sensitivities.
 *
 * With dy/dt = f(y; gamma_j) on piece j, s_j = dy/dgamma_j is zero before its piece begins and
 *
 *     ds_j/dt = J s_j + df/dgamma    on piece j,        ds_j/dt = J s_j    after it,
 *
 * J the Jacobian of the equations. They are integrated along with the state under the same control
 * of the error, piece by piece, those of the pieces that have begun; Newton's systems go block by
 * block through the solver of the state. At the end dR/dgamma_j = dR/dy s_j.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_OPTIMAL_STAIRCASE_H
#define SGDLIMIT_THEORIES_STREAMING_OPTIMAL_STAIRCASE_H

#include "sgdlimit/error.h"
#include "src/theories/streaming/evolution.h"
#include "src/theories/streaming/system.h"

/** What it is of; all borrowed. */
typedef struct staircase_of {
    const sgdl_problem_t *problem;
    const sgdl_plan_t *plan; /* complete */
    const sgdl_nodes_t *nodes;
    const double *time; /* [pieces + 1] from 0, increasing: piece j is [time_j, time_j+1) */
    size_t pieces;
} staircase_of_t;

/** Not to be moved while it integrates. */
typedef struct staircase {
    staircase_of_t of;
    sgdl_system_t system;
    population_t risk;     /* the population whose risk it is: of gradients that nobody clips */
    evolution_t evolution; /* of a run */
    double stability;      /* largest stable constant learning rate */
    double *y;             /* [(1 + pieces)*length] state and sensitivities, those that are */
    double *atol;          /* [(1 + pieces)*length] */
    double *scratch;       /* [length] */
    size_t active;         /* pieces whose sensitivities are integrated */
    double first_risk;
    long runs, gradients; /* of the state alone, and with all sensitivities */
} staircase_t;

/** Room for gradients too if asked for. To be freed in any case. Errors: SGDL_ERR_MEMORY,
 * SGDL_ERR_EXTERNAL. */
int staircase_init(staircase_t *self, const staircase_of_t *of, bool gradients,
                   sgdl_error_t *error) SGDL_CHECKED;
void staircase_free(staircase_t *self);

/** The risk at the end for rates [pieces], and its gradient [pieces] unless NULL; INFINITY, and no
 * gradient, where the run diverges or the integrator gives up. Errors: SGDL_ERR_INTERRUPTED,
 * SGDL_ERR_MEMORY, SGDL_ERR_INPUT. */
int staircase_risk(staircase_t *self, const double *rate, double *risk, double *gradient,
                   sgdl_error_t *error) SGDL_CHECKED;

#endif
