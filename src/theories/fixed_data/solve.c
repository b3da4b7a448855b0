/* From a problem to its curves. */
#include "src/problem/plan.h"
#include "src/theories/fixed_data/fixed_data.h"
#include "src/theories/fixed_data/setup.h"

int fixed_data_solve(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                     const sgdl_sink_t *sink, sgdl_error_t *error)
{
    sgdl_plan_t whole;
    setup_t setup = {0};
    (void)sink;
    int status = plan_complete(&whole, plan, problem, error);
    if (status == SGDL_OK)
        status = setup_init(&setup, problem, &whole, 1e4, 1e-8, error);
    setup_free(&setup);
    return status;
}
