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

/* Measured on random problems of all methods, laws and losses: the mean of an ensemble is off by no
 * more than what its curve has moved over d where noise does not feed back upon itself, a third of
 * what is allowed elsewhere; the test's risk by no more than what the training's has moved, too. It
 * is not off at a start that is the same in all runs.
 *
 * A learning rate 3% off moves a row before half convergence by 0.02 to 0.03 of what it has moved,
 * as half convergence is at rate * t = log 2 and 0.03 * log 2 / 1 = 0.02. Where that is 6 standard
 * errors it is seen if z/6 + 50 c/d < 1, c being 1 over 1 - f, z as the criterion states it: of 400
 * runs and 20 tests (z = 4.1) from d = 160 on, of 40 runs (4.6) from d = 220 on, of 40 runs and 300
 * tests (5.4) from d = 500 on. Of 20 runs and fewer z reaches 6: what such an ensemble is spread by
 * is not known well enough. Theories that are sampled need an --accuracy that is finer than the
 * ensemble's standard error, too. */
static const double share = 1. / 3;

/* The learning rate of one visit to a sample, in units of flow: of fractions what an independent
 * choice adds to the noise. */
static double visit_rate(const sgdl_problem_t *problem, const sgdl_plan_t *plan, size_t curve)
{
    const double f = problem->fraction;
    if (problem->method == METHOD_FLOW || f == 1)
        return 0;
    const double rate = timeline_largest_rate(problem, plan, curve);
    return isnan(f) ? rate / problem->batch
                    : rate * problem_amplification(problem) * (1 / f - 1) / problem->ratio;
}

/* A random start meets the means by chance, |X_0.mu|^2 = |X_0|^2 |mu|^2/d in the mean: a risk
 * begins off by half the curvature of that. */
static double start_of(const sgdl_problem_t *problem, const sgdl_nodes_t *nodes)
{
    const size_t stride = problem->classes + problem->signals;
    const double curvature = problem->loss->hessian_max;
    double most = 0;
    if (!(problem->start_norm2 > 0))
        return 0;
    for (size_t i = 0; i < problem->classes; i++)
        most = fmax(most, nodes->gram[i * stride + i]);
    return (isfinite(curvature) ? curvature : 1) / 2 * problem->start_norm2 *
           (double)problem->targets.outputs * most;
}

/* The part of a visit's noise that comes back as risk: at 1 it grows without bound. And what a
 * start is off by. */
static int feedback_of(const sgdl_problem_t *problem, const sgdl_plan_t *plan, size_t curve,
                       double out[2], sgdl_error_t *error)
{
    const sgdl_mixture_t mixture = sgdl_problem_mixture(problem, plan);
    const sgdl_quadrature_t quadrature =
        problem_quadrature(problem, plan, 0, 0); /* no time in it */
    sgdl_nodes_t nodes = {0};
    double trace = 0;
    int status = sgdl_nodes_init(&nodes, &mixture, &quadrature, error);
    for (size_t i = 0; i < problem->classes && status == SGDL_OK; i++)
        trace += problem->weight[i] * nodes.trace[i];
    out[1] = status == SGDL_OK ? start_of(problem, &nodes) : 0;
    sgdl_nodes_free(&nodes);
    out[0] = visit_rate(problem, plan, curve) * trace * problem->loss->hessian_max / 2;
    return status;
}

/* What cells of no length are extrapolated from is known to the accuracy alone, which no standard
 * error tells. */
static double grid_share(const sgdl_problem_t *problem, const sgdl_plan_t *plan, double d)
{
    const double accuracy = plan->accuracy > 0 ? plan->accuracy : 1e-3;
    const bool drawn = timeline_is_continuous(problem) && !problem->loss->quadratic;
    return drawn && plan->allowance > 0 ? accuracy * d / plan->allowance : 0;
}

int fixed_data_leeway(const sgdl_problem_t *problem, const sgdl_plan_t *plan, size_t curve,
                      double d, leeway_t *out, sgdl_error_t *error)
{
    const bool velocity = isnan(problem->fraction) && problem->momentum > 0;
    double feedback[2] = {0};
    *out =
        (leeway_t){.scale = d,
                   .factor = share,
                   .term = " + c/d",
                   .why = ", a third of that, over 1 - f where a share f of the noise feeds back",
                   .bound = "c/d",
                   .help = "a larger dimension",
                   .stride = timeline_is_continuous(problem) ? 1 / d : 1,
                   .by_progress = true};
    const int status = feedback_of(problem, plan, curve, feedback, error);
    out->start = feedback[1];
    out->factor /= fmax(1 - feedback[0], 0.01);
    if (velocity)
        out->factor *= problem_amplification(problem);
    out->factor += grid_share(problem, plan, d);
    if (!velocity)
        return status;
    out->why = ", a third of that, over 1 - momentum and over 1 - f where a share f of the noise "
               "feeds back";
    return status;
}
