#include "src/problem/plan.h"

sgdl_plan_t sgdl_plan_default(void)
{
    return (sgdl_plan_t){
        .refine = 1, .runs = 10, .significance = 1e-3, .allowance = 3, .verify_close = 1e-6};
}

int plan_complete(sgdl_plan_t *whole, const sgdl_plan_t *plan, const sgdl_problem_t *problem,
                  sgdl_error_t *error)
{
    int status = problem_ready(problem, error);
    *whole = plan ? *plan : sgdl_plan_default();
    if (status != SGDL_OK)
        return status;
    const sgdl_plan_t *stated = &problem->plan;
    if (!whole->times) {
        whole->times = stated->times;
        whole->points = stated->points;
        whole->spacing = stated->spacing;
        whole->first = stated->first;
    } else if (whole->times != stated->times) {
        whole->spacing = SGDL_SPACING_TIMES; /* whatever it says: they are the caller's own */
    }
    if (!(whole->rtol > 0))
        whole->rtol = stated->rtol;
    if (!(whole->atol > 0))
        whole->atol = stated->atol;
    return SGDL_OK;
}

double plan_horizon(const sgdl_plan_t *plan, const sgdl_problem_t *problem)
{
    const double last = plan && plan->times ? plan->times[plan->points - 1] : 0;
    return last > problem->time ? last : problem->time;
}
