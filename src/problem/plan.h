/**
 * The plan of a computation, complete.
 */
#ifndef SGDLIMIT_PROBLEM_PLAN_H
#define SGDLIMIT_PROBLEM_PLAN_H

#include "src/problem/problem.h"

/** With it every computation begins: is it a problem? And the plan with all that it leaves open as
 * stated with the problem; `plan` NULL leaves all open. *whole borrows from both. Errors: as
 * problem_ready, SGDL_ERR_INPUT for a plan that cannot be. */
int plan_complete(sgdl_plan_t *whole, const sgdl_plan_t *plan, const sgdl_problem_t *problem,
                  sgdl_error_t *error) SGDL_CHECKED;

/** The last time: the problem's or, where the plan looks later, the plan's. `plan` may be NULL. */
double plan_horizon(const sgdl_plan_t *plan, const sgdl_problem_t *problem);

#endif
