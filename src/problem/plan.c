#include "src/problem/plan.h"

#include <math.h>

#include "src/problem/keys.h"

sgdl_plan_t sgdl_plan_default(void)
{
    return (sgdl_plan_t){.refine = 1,
                         .significance = 1e-3,
                         .allowance = 3,
                         .held_out = 0.2,
                         .target = NAN,
                         .verify_close = 1e-6};
}

/* Programs fill a plan by hand. Times that a simulation meets after the same step are the same. */
static int check_times(const sgdl_plan_t *plan, sgdl_error_t *error)
{
    double before = -1;
    if (plan->times && plan->points == 0)
        return sgdl_fail(error, SGDL_ERR_INPUT, "plan.points", "found 0 times, allowed from 1");
    for (size_t i = 0; plan->times && i < plan->points; i++) {
        const double t = plan->times[i];
        if (!(t >= 0) || !isfinite(t) || !(t >= before))
            return sgdl_fail(error, SGDL_ERR_INPUT, "plan.times",
                             "found %g as number %zu, allowed: finite times from 0, none before "
                             "the one in front of it",
                             t, i + 1);
        before = t;
    }
    return SGDL_OK;
}

static int check_shown(const sgdl_plan_t *plan, size_t classes, sgdl_error_t *error)
{
    for (size_t i = 0; plan->shown && i < plan->shown_count; i++)
        if (plan->shown[i] >= classes || (i > 0 && plan->shown[i] <= plan->shown[i - 1]))
            return sgdl_fail(error, SGDL_ERR_INPUT, "plan.shown",
                             "found class %zu as number %zu, allowed: 0 to %zu, increasing",
                             plan->shown[i], i + 1, classes - 1);
    return SGDL_OK;
}

static int check_numbers(const sgdl_plan_t *plan, sgdl_error_t *error)
{
    if (!(plan->rtol >= 0 && plan->rtol <= 0.1))
        return sgdl_fail(error, SGDL_ERR_INPUT, "plan.rtol",
                         "found %g, allowed: up to 0.1, and 0 for what is stated with the problem",
                         plan->rtol);
    if (!(plan->atol >= 0) || isinf(plan->atol))
        return sgdl_fail(error, SGDL_ERR_INPUT, "plan.atol",
                         "found %g, allowed: a finite number above 0, and 0 for what is stated "
                         "with the problem",
                         plan->atol);
    if (!(plan->significance > 0 && plan->significance <= 0.5))
        return sgdl_fail(error, SGDL_ERR_INPUT, "plan.significance",
                         "found %g, allowed: a number above 0, up to 0.5", plan->significance);
    if (!(plan->allowance >= 0))
        return sgdl_fail(error, SGDL_ERR_INPUT, "plan.allowance", "found %g, allowed: from 0",
                         plan->allowance);
    if (isinf(plan->target))
        return sgdl_fail(error, SGDL_ERR_INPUT, "plan.target",
                         "found %g, allowed: a finite number, and NAN for none", plan->target);
    if (!(plan->memory >= 0))
        return sgdl_fail(error, SGDL_ERR_INPUT, "plan.memory",
                         "found %g, allowed: bytes, and 0 for no bound", plan->memory);
    if (plan->refine < 1)
        return sgdl_fail(error, SGDL_ERR_INPUT, "plan.refine",
                         "found %d, allowed: from 1, which sgdl_plan_default says", plan->refine);
    if ((unsigned)plan->linear_solver > SGDL_LINEAR_DENSE)
        return sgdl_fail(error, SGDL_ERR_INPUT, "plan.linear_solver",
                         "found %u, which is no solver", (unsigned)plan->linear_solver);
    if ((unsigned)plan->kernel > SGDL_KERNEL_SAMPLES)
        return sgdl_fail(error, SGDL_ERR_INPUT, "plan.kernel", "found %u, which is no kernel",
                         (unsigned)plan->kernel);
    if ((unsigned)plan->noise_law > SGDL_NOISE_BINARY)
        return sgdl_fail(error, SGDL_ERR_INPUT, "plan.noise_law", "found %u, which is no law",
                         (unsigned)plan->noise_law);
    return SGDL_OK;
}

static int check_estimates(const sgdl_plan_t *plan, sgdl_error_t *error)
{
    if (!(plan->held_out >= 0 && plan->held_out < 1))
        return sgdl_fail(error, SGDL_ERR_INPUT, "plan.held_out",
                         "found %g, allowed: from 0, below 1", plan->held_out);
    if (!(plan->accuracy >= 0 && plan->accuracy <= 0.1))
        return sgdl_fail(error, SGDL_ERR_INPUT, "plan.accuracy",
                         "found %g, allowed: up to 0.1, and 0 for what is usual", plan->accuracy);
    if (plan->paths == 1)
        return sgdl_fail(error, SGDL_ERR_INPUT, "plan.paths",
                         "found 1, allowed: from 2, and 0 to choose");
    if (!(plan->grid >= 0) || isinf(plan->grid))
        return sgdl_fail(error, SGDL_ERR_INPUT, "plan.grid",
                         "found %g, allowed: a finite number above 0, and 0 to choose", plan->grid);
    return SGDL_OK;
}

/* What says how close an answer is to come belongs to those that are estimates. */
static int check_applies(const sgdl_plan_t *plan, const sgdl_problem_t *problem,
                         sgdl_error_t *error)
{
    const char *stated = plan->accuracy > 0 ? "--accuracy"
                         : plan->paths > 0  ? "--paths"
                         : plan->grid > 0   ? "--grid"
                                            : NULL;
    if (stated && !problem->model->estimates)
        return sgdl_fail(error, SGDL_ERR_INPUT, stated, "found for a %s, allowed for a %s",
                         problem->model->told, model_fixed_data.told);
    if (plan->linear_solver != SGDL_LINEAR_STRUCTURED && problem->model->estimates)
        return sgdl_fail(error, SGDL_ERR_INPUT, "--linear-solver",
                         "found for a %s, whose steps solve no linear systems, allowed for a %s",
                         problem->model->told, model_mixture.told);
    if (plan->grid > 0 && problem_counts_steps(problem))
        return sgdl_fail(error, SGDL_ERR_INPUT, "--grid",
                         "found where t counts steps, allowed for small batches and gradient "
                         "flow, whose time has cells");
    return SGDL_OK;
}

static int check(const sgdl_plan_t *plan, const sgdl_problem_t *problem, sgdl_error_t *error)
{
    const size_t classes = problem->classes;
    int status = check_times(plan, error);
    if (status == SGDL_OK)
        status = check_shown(plan, classes, error);
    if (status == SGDL_OK)
        status = check_numbers(plan, error);
    if (status == SGDL_OK)
        status = check_estimates(plan, error);
    return status == SGDL_OK ? check_applies(plan, problem, error) : status;
}

int plan_complete(sgdl_plan_t *whole, const sgdl_plan_t *plan, const sgdl_problem_t *problem,
                  sgdl_error_t *error)
{
    int status = problem_ready(problem, error);
    *whole = plan ? *plan : sgdl_plan_default();
    if (status == SGDL_OK && plan)
        status = check(plan, problem, error);
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
    if (whole->runs == 0)
        whole->runs = problem->model->runs;
    if (whole->memory == 0)
        whole->memory = problem->model->memory;
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
