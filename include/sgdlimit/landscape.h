/**
 * Landscapes: a loss in one or two coordinates, its critical points, and how long SGD takes to
 * leave a minimum. Of problems of the model landscape.
 */
#ifndef SGDLIMIT_LANDSCAPE_H
#define SGDLIMIT_LANDSCAPE_H

#include "sgdlimit/curve.h"
#include "sgdlimit/error.h"
#include "sgdlimit/plan.h"
#include "sgdlimit/problem.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A row a critical point. Errors: SGDL_ERR_INPUT (no problem, or of another model),
 * SGDL_ERR_MEMORY. */
int sgdl_landscape(const sgdl_problem_t *problem, const sgdl_plan_t *plan, const sgdl_sink_t *sink,
                   sgdl_error_t *error) SGDL_CHECKED;

/** A row for each learning rate, batch and ordered pair of neighbouring minima: `learning_rate
 * batch from to mfpt mfpt_steps kramers rate mfpt_saddle`, basins from 1, left to right. mfpt is
 * the mean first-passage time of the diffusion from the one minimum to the other in t, mfpt_steps
 * in SGD steps, rate 1/mfpt, kramers the time of Kramers' rate, mfpt_saddle to the top of the
 * barrier between them. With plan.discrete also `mfpt_discrete mfpt_saddle_discrete`, in t: the
 * first step of SGD's exact chain that ends there or beyond. With plan.target a row a minimum,
 * `learning_rate batch from target mfpt mfpt_steps rate`, then mfpt_discrete. NAN: not known,
 * INFINITY: beyond what a double holds. Errors: as sgdl_landscape; SGDL_ERR_SOLVER where two ways
 * to compute a number disagree. */
int sgdl_escape(const sgdl_problem_t *problem, const sgdl_plan_t *plan, const sgdl_sink_t *sink,
                sgdl_error_t *error) SGDL_CHECKED;

#ifdef __cplusplus
}
#endif
#endif
