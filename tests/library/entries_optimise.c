/* The entries of optimal learning rates. */
#include "tests/library/entries.h"

/* One learning rate, a quadratic loss, few digits: all of a search in a moment. */
static int optimise_of(bool limit, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    const sgdl_optimise_options_t options = {.pieces = 2, .at = 0.5};
    sgdl_problem_t *problem = sgdl_problem_new();
    sgdl_plan_t plan = scene.plan;
    plan.rtol = 1e-3;
    plan.atol = 1e-4;
    int status = sgdl_problem_set(problem, "loss", "least-squares", error);
    if (status == SGDL_OK)
        status = sgdl_problem_set_number(problem, "dimension", 2, error);
    if (status == SGDL_OK)
        status = limit ? sgdl_limit_optimised(problem, &plan, 0.5, sink, error)
                       : sgdl_optimise(problem, &plan, &options, sink, error);
    sgdl_problem_free(problem);
    return status;
}

static int compute_optimum(const sgdl_sink_t *sink, sgdl_error_t *error)
{
    return optimise_of(false, sink, error);
}

static int compute_optimal_limit(const sgdl_sink_t *sink, sgdl_error_t *error)
{
    return optimise_of(true, sink, error);
}

int optimal_schedule(sgdl_error_t *error) { return into_curve(compute_optimum, error); }

int optimal_limit(sgdl_error_t *error) { return into_curve(compute_optimal_limit, error); }
