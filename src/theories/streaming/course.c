/* The integrator from one output time to the next, and when to give up. */
#include "src/theories/streaming/course.h"

#include <math.h>
#include <stdio.h>

#include "sgdlimit/solve.h"

/* A quadratic loss whose risk has grown by this factor has diverged, where the rate never becomes
 * stable again: nothing brings it back. */
#define DIVERGED_GROWTH 1e8
/* Between output times it may grow by this factor, and where the rate becomes stable later on by
 * the other one: beyond it products of state and weights leave the range of a double. */
#define DIVERGED_BETWEEN 1e30
#define DIVERGED_BEYOND 1e140

/* A smooth piece of a curve takes a few hundred steps; far beyond, rounding errors drive the step
 * control. */
#define STEPS_MAX 500000

/* One output time. */
static int reach(course_t *self, double t, const double *y, sgdl_error_t *error)
{
    const bool last = self->done + 1 == self->task.plan->points;
    if (self->task.plan->directions && !last) {
        observer_see_risk(&self->observer, t, y, NULL);
    } else {
        const flow_t flow = evolution_flow(&self->evolution, &self->integrator, t, y);
        if (self->task.plan->directions)
            observer_see_risk(&self->observer, t, y, &flow); /* does it diverge? */
        else
            observer_see(&self->observer, t, y, &flow);
    }
    if (self->observer.lacks_memory)
        return sgdl_fail_memory(error);
    int status = self->reached(self->context, self, y, error);
    if (status != SGDL_OK)
        return status;
    if (self->done == 0)
        self->first_risk = self->observer.seen.risk;
    self->done++;
    return SGDL_OK;
}

static void report(const course_t *self)
{
    sgdl_watch_report(&self->task.plan->watch, (double)self->done / (double)self->task.plan->points,
                      self->integrator.t);
}

/* Driven, as it was last. */
static double rate_at(const course_t *self, double t)
{
    const rate_source_t *source = &self->system.source;
    return source->kind == RATE_DRIVEN ? self->system.rate : rate_source_at(source, t, NULL);
}

static bool is_unstable(const course_t *self, double t)
{
    return rate_at(self, t) >= self->stability;
}

static bool stays_unstable(const course_t *self, double t)
{
    return rate_source_least(&self->system.source, t) >= self->stability;
}

static int fail_diverged(const course_t *self, double t, sgdl_error_t *error)
{
    char stable[64] = "no rate is stable with this momentum";
    if (self->stability > 0)
        (void)snprintf(stable, sizeof stable, "stable below %.6g", self->stability);
    return sgdl_fail(error, SGDL_ERR_DIVERGED, NULL,
                     "the run diverged: at t = %.4g the risk grows %s; the learning rate there is "
                     "%.6g, %s; %zu of %zu rows kept",
                     t,
                     stays_unstable(self, t) ? "without bound"
                                             : "beyond what can be computed, before the rate is "
                                               "stable again",
                     rate_at(self, t), stable, self->done, self->task.plan->points);
}

static bool has_outgrown(const course_t *self, double t, double risk, double factor)
{
    double most = stays_unstable(self, t) ? factor : DIVERGED_BEYOND;
    return !isfinite(risk) || (self->system.quadratic && !(risk <= most * (1 + self->first_risk)));
}

/* All output times up to the integrator's. A quadratic risk far above its start ends the run. */
static int emit(course_t *self, sgdl_error_t *error)
{
    const sgdl_plan_t *plan = self->task.plan;
    while (self->done < plan->points &&
           integrator_reached(&self->integrator, plan->times[self->done])) {
        double out = plan->times[self->done];
        const double *y = integrator_state(&self->integrator, out);
        if (!y)
            return sgdl_fail(error, SGDL_ERR_SOLVER, NULL, "no dense output at t = %g", out);
        int status = reach(self, out, y, error);
        if (status != SGDL_OK)
            return status;
        if (has_outgrown(self, out, self->observer.seen.risk, DIVERGED_GROWTH))
            return fail_diverged(self, out, error);
    }
    return SGDL_OK;
}

/* Between output times only the squared norm tells of a divergence. */
static bool has_exploded(const course_t *self)
{
    const sgdl_system_t *system = &self->system;
    return system->quadratic &&
           has_outgrown(self, self->integrator.t, system_largest_risk(system), DIVERGED_BETWEEN);
}

static bool is_interrupted(const course_t *self) { return system_interrupted(&self->system); }

static int fail_interrupted(const course_t *self, sgdl_error_t *error)
{
    return sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL,
                     "interrupted at t = %.4g; %zu of %zu rows kept", self->integrator.t,
                     self->done, self->task.plan->points);
}

/* One step of the integrator, and the rows that it has reached. */
static int advance(course_t *self, double horizon, sgdl_error_t *error)
{
    integrator_t *integrator = &self->integrator;
    int status = integrator_step(integrator, horizon, error);
    if (status == SGDL_ERR_INTERRUPTED)
        return fail_interrupted(self, error);
    if (status == SGDL_ERR_SOLVER && is_unstable(self, integrator->t))
        return fail_diverged(self, integrator->t, error);
    if (status == SGDL_OK && has_exploded(self))
        return fail_diverged(self, integrator->t, error);
    return status == SGDL_OK ? emit(self, error) : status;
}

int course_run(course_t *self, course_reached_f *reached, void *context, sgdl_error_t *error)
{
    self->reached = reached;
    self->context = context;
    const integrator_t *integrator = &self->integrator;
    double horizon = self->task.plan->times[self->task.plan->points - 1];
    size_t segment = 0;
    long steps = 0;
    int status = emit(self, error); /* t = 0 */
    while (status == SGDL_OK && self->done < self->task.plan->points) {
        if (is_interrupted(self))
            return fail_interrupted(self, error);
        report(self);
        status = advance(self, horizon, error);
        steps = integrator->segment == segment ? steps + 1 : 0;
        segment = integrator->segment;
        if (status == SGDL_OK && steps > STEPS_MAX)
            status = sgdl_fail(error, SGDL_ERR_SOLVER, NULL,
                               "gave up at t = %.4g after %d steps: rounding errors stand in the "
                               "way; loosen the tolerance; %zu of %zu rows kept",
                               integrator->t, STEPS_MAX, self->done, self->task.plan->points);
    }
    if (status != SGDL_OK)
        return status;
    /* Beyond the stable rate and rising: it diverges, however far the horizon let it. Friction that
     * falls is only at last as little as the stable rate takes it to be. */
    const heavy_ball_t *ball = &self->task.problem->heavy_ball;
    const bool friction_falls = ball->is_stated && isfinite(ball->over);
    return stays_unstable(self, horizon) && self->observer.seen.slope > 0 && !friction_falls
               ? fail_diverged(self, horizon, error)
               : SGDL_OK;
}

/* ---- the whole ----------------------------------------------------------------------------- */

int course_nodes(const course_task_t *task, sgdl_nodes_t *nodes, sgdl_error_t *error)
{
    const sgdl_mixture_t mixture = sgdl_problem_mixture(task->problem, task->plan);
    sgdl_quadrature_t quadrature =
        problem_quadrature(task->problem, task->plan, task->source.bound, task->source.horizon);
    quadrature.matrices = true;
    return sgdl_nodes_init(nodes, &mixture, &quadrature, error);
}

int course_init(course_t *self, const course_task_t *task, const sgdl_nodes_t *nodes,
                sgdl_error_t *error)
{
    *self = (course_t){.task = *task};
    const bool plain =
        task->plan->directions || task->plan->linear_solver != SGDL_LINEAR_STRUCTURED;
    int status = (plain ? system_init : system_init_shared)(
        &self->system, task->problem, task->plan, nodes, &task->source, error);
    if (status == SGDL_OK)
        status = observer_init(&self->observer, &self->system, task->plan, error);
    if (status == SGDL_OK)
        status = system_stability_limit(&self->system, &self->stability, error);
    if (status == SGDL_OK)
        status = evolution_init(&self->evolution, &self->system, task->plan->linear_solver, error);
    return status != SGDL_OK ? status
                             : integrator_init(&self->integrator, &self->evolution.equation, error);
}

void course_free(course_t *self)
{
    integrator_free(&self->integrator);
    evolution_free(&self->evolution);
    observer_free(&self->observer);
    system_free(&self->system);
}

void course_count(const course_t *self)
{
    sgdl_solve_statistics_t *total = self->task.plan->statistics;
    if (!total)
        return;
    integrator_statistics_t n = integrator_statistics(&self->integrator);
    total->steps += n.steps;
    total->rhs_evaluations += n.rhs_evaluations;
    total->newton_iterations += n.newton_iterations;
    total->error_test_failures += n.error_test_failures;
    total->newton_failures += n.newton_failures;
}
