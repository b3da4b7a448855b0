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

/** A row for each learning rate, batch and ordered pair of neighbouring minima: mean first-passage
 * times and rates. Errors: as sgdl_landscape; SGDL_ERR_SOLVER where two ways to compute a number
 * disagree. */
int sgdl_escape(const sgdl_problem_t *problem, const sgdl_plan_t *plan, const sgdl_sink_t *sink,
                sgdl_error_t *error) SGDL_CHECKED;

#ifdef __cplusplus
}
#endif
#endif
