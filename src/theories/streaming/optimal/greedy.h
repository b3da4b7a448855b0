/**
 * The greedy line search (docs/theory.md): at every time the rate at which the risk falls fastest.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_OPTIMAL_GREEDY_H
#define SGDLIMIT_THEORIES_STREAMING_OPTIMAL_GREEDY_H

#include "sgdlimit/error.h"
#include "sgdlimit/plan.h"
#include "sgdlimit/problem.h"

typedef struct greedy {
    double *rate;     /* [pieces] in the middle of each piece; borrowed, NAN: not known */
    double risk;      /* at the end; NAN: not known */
    char reason[256]; /* why, "" where all is known */
} greedy_t;

/** time [pieces + 1]. What the problem does not allow, and a run that ends early, leave a reason.
 * Errors: SGDL_ERR_MEMORY, SGDL_ERR_INTERRUPTED. */
int greedy_run(const sgdl_problem_t *problem, const sgdl_plan_t *plan, const double *time,
               size_t pieces, greedy_t *out, sgdl_error_t *error) SGDL_CHECKED;

#endif
