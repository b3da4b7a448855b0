/* What an ensemble may be off by. */
#include <math.h>

#include "src/problem/plan.h"
#include "src/problem/problem.h"
#include "src/schedule/source.h"
#include "src/theories/streaming/streaming.h"
#include "src/theories/streaming/system.h"

int streaming_leeway(const sgdl_problem_t *problem, const sgdl_plan_t *plan, size_t curve, double d,
                     leeway_t *out, sgdl_error_t *error)
{
    *out = (leeway_t){.scale = d,
                      .factor = 1,
                      .term = " + c/d",
                      .why = "",
                      .bound = "c/d",
                      .help = "a larger dimension",
                      .stride = 1 / d};
    if (!problem->loss->quadratic || isfinite(problem->clip))
        return SGDL_OK;
    const rate_source_t source =
        rate_source_of(&problem->learning_rate[curve], plan_horizon(plan, problem));
    sgdl_mixture_t mixture = sgdl_problem_mixture(problem, plan);
    sgdl_quadrature_t quadrature = problem_quadrature(problem, plan, 0, 0); /* no time in it */
    sgdl_nodes_t nodes = {0};
    sgdl_system_t system = {0};
    double limit = INFINITY;
    int status = sgdl_nodes_init(&nodes, &mixture, &quadrature, error);
    if (status == SGDL_OK)
        status = system_init(&system, problem, plan, &nodes, &source, error);
    if (status == SGDL_OK)
        status = system_stability_limit(&system, &limit, error);
    system_free(&system);
    sgdl_nodes_free(&nodes);
    out->factor = 1 / fmax(1 - source.bound / limit, 0.01);
    out->why = ", over 1 - gamma/(its stability limit)";
    return status;
}
