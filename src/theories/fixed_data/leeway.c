/* What an ensemble is compared with, what of it, and what it may be off by. */
#include <math.h>
#include <string.h>

#include "src/problem/plan.h"
#include "src/problem/problem.h"
#include "src/theories/fixed_data/fixed_data.h"
#include "src/theories/fixed_data/timeline.h"
#include "src/theories/fixed_data/whole.h"

bool fixed_data_compares(const sgdl_problem_t *problem, const char *name)
{
    return strcmp(name, "overlap_signal") != 0 ||
           (problem->signals == 1 && problem->targets.outputs == 1);
}

int fixed_data_beside(const sgdl_problem_t *problem, const sgdl_plan_t *plan, double d,
                      const sgdl_sink_t *sink, sgdl_error_t *error)
{
    sgdl_problem_t *whole;
    int status = whole_problem(&whole, problem, d, error);
    if (status == SGDL_OK)
        status = fixed_data_solve(whole, plan, sink, error);
    sgdl_problem_free(whole);
    return status;
}

int fixed_data_leeway(const sgdl_problem_t *problem, const sgdl_plan_t *plan, size_t curve,
                      double d, leeway_t *out, sgdl_error_t *error)
{
    (void)plan, (void)curve, (void)error;
    *out = (leeway_t){.scale = d,
                      .factor = 1,
                      .term = " + c/d",
                      .why = "",
                      .bound = "c/d",
                      .help = "a larger dimension",
                      .stride = timeline_is_continuous(problem) ? 1 / d : 1};
    return SGDL_OK;
}
