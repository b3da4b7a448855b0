/* What several functions do beside their first on a landscape. */
#include "tests/library/entries.h"

static int compute_laws(const sgdl_sink_t *sink, sgdl_error_t *error)
{
    return sgdl_solve(scene.wells, &scene.plan, sink, error);
}

static int compute_densities(const sgdl_sink_t *sink, sgdl_error_t *error)
{
    sgdl_plan_t plan = scene.plan;
    plan.density = true;
    return sgdl_solve(scene.wells, &plan, sink, error);
}

static int compute_steps(const sgdl_sink_t *sink, sgdl_error_t *error)
{
    return sgdl_simulate(scene.wells, &scene.plan, sink, error);
}

static int compute_judged_steps(const sgdl_sink_t *sink, sgdl_error_t *error)
{
    sgdl_comparison_t verdict;
    return sgdl_compare(scene.wells, &scene.plan, sink, &verdict, error);
}

static int compute_passages(const sgdl_sink_t *sink, sgdl_error_t *error)
{
    sgdl_comparison_t verdict;
    sgdl_plan_t plan = scene.plan;
    plan.passage = true;
    return sgdl_compare(scene.wells, &plan, sink, &verdict, error);
}

int landscape_laws(sgdl_error_t *error) { return into_curve(compute_laws, error); }
int landscape_densities(sgdl_error_t *error) { return into_curve(compute_densities, error); }
int landscape_steps(sgdl_error_t *error) { return into_curve(compute_steps, error); }
int landscape_judged_steps(sgdl_error_t *error) { return into_curve(compute_judged_steps, error); }
int landscape_passages(sgdl_error_t *error) { return into_curve(compute_passages, error); }
