/**
 * First passages of an ensemble beside what is exact, and whether they agree.
 */
#ifndef SGDLIMIT_STUDY_PASSAGES_H
#define SGDLIMIT_STUDY_PASSAGES_H

#include "sgdlimit/compare.h"

/** Of a complete plan. A row a way, as the theory's `passages` hands it out with plan.discrete;
 * they agree if |mean - exact| <= z se + c/scale in every time, and if at least half of the runs
 * came and that is nowhere more than half of the time itself. Errors: as sgdl_simulate. */
int compare_passages(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                     const sgdl_sink_t *sink, sgdl_comparison_t *verdict,
                     sgdl_error_t *error) SGDL_CHECKED;

#endif
