/**
 * The plan of a computation, complete.
 */
#ifndef SGDLIMIT_PROBLEM_PLAN_H
#define SGDLIMIT_PROBLEM_PLAN_H

#include "src/problem/problem.h"

/** The plan with all that it leaves open as stated with the problem; `plan` NULL leaves all open.
 * Borrows from both. */
sgdl_plan_t plan_complete(const sgdl_plan_t *plan, const sgdl_problem_t *problem);

/** The last time: the problem's or, where the plan looks later, the plan's. `plan` may be NULL. */
double plan_horizon(const sgdl_plan_t *plan, const sgdl_problem_t *problem);

#endif
