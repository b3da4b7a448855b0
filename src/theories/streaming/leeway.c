/* What is compared, and what an ensemble may be off by. */
#include <math.h>
#include <string.h>

#include "src/problem/plan.h"
#include "src/problem/problem.h"
#include "src/schedule/source.h"
#include "src/theories/streaming/streaming.h"
#include "src/theories/streaming/system.h"

/* Linear labels have no error, and rates that are given no runs. */
bool streaming_compares(const sgdl_problem_t *problem, const char *name)
{
    if (strcmp(name, "learning_rate") == 0)
        return problem_driven_rate(problem, ~0u) != NULL;
    return strcmp(name, "overlap_signal") != 0 || problem->has_teacher;
}

/* A velocity is 1/(1 - momentum) steps behind. */
static void add_momentum(const sgdl_problem_t *problem, leeway_t *out)
{
    out->factor *= problem_amplification(problem);
    if (problem->momentum > 0)
        out->why = ", over 1 - momentum";
}

/* Where the noise feeds back upon itself, which rates that look at the state look after. */
static void add_stability(const sgdl_problem_t *problem, double gamma, double limit, leeway_t *out)
{
    out->factor /= fmax(1 - gamma / limit, 0.01);
    out->why = problem->momentum > 0
                   ? ", over 1 - momentum and over 1 - gamma/(its stability limit)"
                   : ", over 1 - gamma/(its stability limit)";
}

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
    add_momentum(problem, out);
    if (!problem->loss->quadratic || isfinite(problem->clip))
        return SGDL_OK;
    const rate_source_t source =
        rate_source_of(&problem->learning_rate[curve], plan_horizon(plan, problem));
    if (source.kind == RATE_DRIVEN)
        return SGDL_OK;
    sgdl_mixture_t mixture = sgdl_problem_mixture(problem, plan);
    sgdl_quadrature_t quadrature = problem_quadrature(problem, plan, 0, 0); /* no time in it */
    quadrature.matrices = true;
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
    if (status == SGDL_OK)
        add_stability(problem, source.bound, limit, out);
    return status;
}
