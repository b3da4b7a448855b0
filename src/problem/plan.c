#include "src/problem/plan.h"

sgdl_plan_t sgdl_plan_default(void)
{
    return (sgdl_plan_t){
        .refine = 1, .runs = 10, .significance = 1e-3, .allowance = 3, .verify_close = 1e-6};
}

sgdl_plan_t plan_complete(const sgdl_plan_t *plan, const sgdl_problem_t *problem)
{
    const sgdl_plan_t *stated = &problem->plan;
    sgdl_plan_t whole = plan ? *plan : sgdl_plan_default();
    if (!whole.times) {
        whole.times = stated->times;
        whole.points = stated->points;
        whole.spacing = stated->spacing;
        whole.first = stated->first;
    }
    if (!(whole.rtol > 0))
        whole.rtol = stated->rtol;
    if (!(whole.atol > 0))
        whole.atol = stated->atol;
    return whole;
}

double plan_horizon(const sgdl_plan_t *plan, const sgdl_problem_t *problem)
{
    const double last = plan && plan->times ? plan->times[plan->points - 1] : 0;
    return last > problem->time ? last : problem->time;
}
