/* From a problem to a table: nodes once, then one curve a learning rate. */
#include "sgdlimit/solve.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/problem/plan.h"
#include "src/base/memory.h"
#include "src/theories/streaming/directions.h"
#include "src/stepper/integrator.h"
#include "src/theories/streaming/evolution.h"
#include "src/theories/streaming/observe.h"
#include "src/theories/streaming/system.h"
#include "src/problem/provenance.h"

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

/* One curve on its way. */
typedef struct curve {
    const sgdl_problem_t *problem;
    const sgdl_plan_t *plan;
    const sgdl_schedule_t *schedule;
    sgdl_table_t *table;
    sgdl_system_t system;
    observer_t observer;
    evolution_t evolution;
    integrator_t integrator;
    size_t done;      /* rows written */
    double stability; /* largest stable constant learning rate */
    double first_risk;
} curve_t;

static int add_state(curve_t *self, double t, const double *y, double *risk, sgdl_error_t *error)
{
    if (self->plan->directions)
        return directions_block(&self->system,
                                self->observer.curve_column ? self->observer.curve : NAN, t, y,
                                self->table, risk, error);
    double *row;
    int status = sgdl_table_row(self->table, &row, error);
    if (status == SGDL_OK) {
        flow_t flow = evolution_flow(&self->evolution, &self->integrator, t);
        *risk = observer_row(&self->observer, t, y, &flow, row);
    }
    return status;
}

static int add_row(curve_t *self, double t, const double *y, double *risk, sgdl_error_t *error)
{
    int status = add_state(self, t, y, risk, error);
    if (status != SGDL_OK)
        return status;
    if (self->done == 0)
        self->first_risk = *risk;
    self->done++;
    return SGDL_OK;
}

static void report(const curve_t *self)
{
    sgdl_watch_report(&self->plan->watch, (double)self->done / (double)self->plan->points,
                      self->integrator.t);
}

static bool is_unstable(const curve_t *self, double t)
{
    return sgdl_schedule_rate(self->schedule, t, self->problem->time) >= self->stability;
}

static bool stays_unstable(const curve_t *self, double t)
{
    return sgdl_schedule_least(self->schedule, t, self->problem->time) >= self->stability;
}

static int fail_diverged(const curve_t *self, double t, sgdl_error_t *error)
{
    double rate = sgdl_schedule_rate(self->schedule, t, self->problem->time);
    return sgdl_fail(error, SGDL_ERR_DIVERGED, NULL,
                     "the run diverged: at t = %.4g the risk grows %s; the learning rate there is "
                     "%.6g, stable below %.6g; %zu of %zu rows kept",
                     t,
                     stays_unstable(self, t) ? "without bound"
                                             : "beyond what can be computed, before the rate is "
                                               "stable again",
                     rate, self->stability, self->done, self->plan->points);
}

static bool has_outgrown(const curve_t *self, double t, double risk, double factor)
{
    double most = stays_unstable(self, t) ? factor : DIVERGED_BEYOND;
    return !isfinite(risk) ||
           (self->problem->loss->quadratic && !(risk <= most * (1 + self->first_risk)));
}

/* All output times up to the integrator's. A quadratic risk far above its start ends the run. */
static int emit(curve_t *self, sgdl_error_t *error)
{
    const sgdl_plan_t *plan = self->plan;
    double risk = 0;
    while (self->done < plan->points &&
           integrator_reached(&self->integrator, plan->times[self->done])) {
        double out = plan->times[self->done];
        const double *y = integrator_state(&self->integrator, out);
        if (!y)
            return sgdl_fail(error, SGDL_ERR_SOLVER, NULL, "no dense output at t = %g", out);
        int status = add_row(self, out, y, &risk, error);
        if (status != SGDL_OK)
            return status;
        if (has_outgrown(self, out, risk, DIVERGED_GROWTH))
            return fail_diverged(self, out, error);
    }
    return SGDL_OK;
}

/* Between output times only the squared norm tells of a divergence. */
static bool has_exploded(const curve_t *self)
{
    const sgdl_system_t *system = &self->system;
    double largest = 0;
    if (!system->loss->quadratic)
        return false;
    for (size_t i = 0; i < system->C; i++)
        largest = fmax(largest, system->average[i].risk);
    return has_outgrown(self, self->integrator.t, largest, DIVERGED_BETWEEN);
}

static bool is_interrupted(const curve_t *self) { return system_interrupted(&self->system); }

static int fail_interrupted(const curve_t *self, sgdl_error_t *error)
{
    return sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL,
                     "interrupted at t = %.4g; %zu of %zu rows kept", self->integrator.t,
                     self->done, self->plan->points);
}

/* One step of the integrator, and the rows that it has reached. */
static int advance(curve_t *self, double horizon, sgdl_error_t *error)
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

static int run(curve_t *self, sgdl_error_t *error)
{
    const integrator_t *integrator = &self->integrator;
    double horizon = self->plan->times[self->plan->points - 1];
    size_t segment = 0;
    long steps = 0;
    int status = emit(self, error); /* t = 0 */
    while (status == SGDL_OK && self->done < self->plan->points) {
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
                               integrator->t, STEPS_MAX, self->done, self->plan->points);
    }
    if (status != SGDL_OK)
        return status;
    /* Beyond the stable rate and rising: it diverges, however far the horizon let it. */
    const sgdl_table_t *table = self->table;
    long slope = sgdl_table_find(table, "slope");
    if (slope < 0)
        return SGDL_OK;
    double last = table->value[(table->rows - 1) * table->columns + (size_t)slope];
    return stays_unstable(self, horizon) && last > 0 ? fail_diverged(self, horizon, error)
                                                     : SGDL_OK;
}

/* ---- comments ------------------------------------------------------------------------------ */

/* What scales with d, and what the reader must know about the columns. */
static int comment_scales(const curve_t *self, const sgdl_nodes_t *nodes, sgdl_error_t *error)
{
    const sgdl_problem_t *problem = self->problem;
    sgdl_table_t *table = self->table;
    int status = sgdl_table_comment(table, false, "nodes", error, "%zu (latent coordinates %zu)",
                                    nodes->count, nodes->latent);
    char compression[160];
    if (status == SGDL_OK && *sgdl_nodes_compression(nodes, compression, sizeof compression))
        status = sgdl_table_comment(table, false, "compression", error, "%s", compression);
    if (status == SGDL_OK)
        status = sgdl_table_comment(table, false, "time_unit", error,
                                    "t = steps/d; samples = %g t d", problem->batch);
    if (status == SGDL_OK && isfinite(problem->dimension))
        status = sgdl_table_comment(table, false, "steps_at_end", error, "%.0f",
                                    rint(problem->time * problem->dimension));
    if (status == SGDL_OK && !self->observer.shows_outputs)
        status = sgdl_table_comment(table, false, "note_columns", error,
                                    "more than %d columns of the kind mean_i_a: none printed; "
                                    "choose classes with --classes",
                                    OBSERVER_COLUMNS);
    if (status == SGDL_OK && self->system.L > 1 && self->system.pairs == self->system.L)
        status = sgdl_table_comment(table, false, "note_error", error,
                                    "the argmax error is computed up to %d outputs: nan here",
                                    SGDL_ARGMAX_OUTPUTS);
    if (status == SGDL_OK && self->system.intercept)
        status = sgdl_table_comment(table, false, "note_bias", error,
                                    "the bias is in mean_i and gradient_norm2, not in norm2, "
                                    "cos_i and clean_share_i; the ridge leaves it alone");
    return status;
}

static int comment_curve(const curve_t *self, size_t index, sgdl_error_t *error)
{
    const sgdl_problem_t *problem = self->problem;
    sgdl_table_t *table = self->table;
    char prefix[32] = "", key[64];
    if (problem->rates > 1)
        (void)snprintf(prefix, sizeof prefix, "curve_%zu_", index + 1);
    integrator_statistics_t n = integrator_statistics(&self->integrator);
    double rate = sgdl_schedule_rate(self->schedule, 0, problem->time);
    (void)snprintf(key, sizeof key, "%ssolver", prefix);
    static const char *const names[] = {"structured", "krylov", "dense"};
    int status = sgdl_table_comment(
        table, false, key, error,
        "cvode-bdf %s; steps %ld; rhs_evaluations %ld; newton_iterations %ld; "
        "error_test_failures %ld; newton_failures %ld; krylov_iterations %ld",
        names[newton_choose(&self->system, self->plan->linear_solver)], n.steps, n.rhs_evaluations,
        n.newton_iterations, n.error_test_failures, n.newton_failures, n.krylov_iterations);
    if (status == SGDL_OK && isfinite(problem->dimension)) {
        (void)snprintf(key, sizeof key, "%sraw_step", prefix);
        status = sgdl_table_comment(table, false, key, error, "gamma/d = %.6g at t = 0",
                                    rate / problem->dimension);
    }
    if (status == SGDL_OK && problem->loss->quadratic) {
        double peak = sgdl_schedule_max(self->schedule, problem->time);
        (void)snprintf(key, sizeof key, "%sstability", prefix);
        status = sgdl_table_comment(table, false, key, error,
                                    "largest gamma %.6g is %.6g of the stability limit %.10g", peak,
                                    peak / self->stability, self->stability);
    }
    if (status == SGDL_OK && self->observer.argmax_estimate > 0) {
        (void)snprintf(key, sizeof key, "%sargmax_error_estimate", prefix);
        status =
            sgdl_table_comment(table, false, key, error, "%.2g", self->observer.argmax_estimate);
    }
    return status;
}

/* ---- curves -------------------------------------------------------------------------------- */

static void free_curve(curve_t *self)
{
    integrator_free(&self->integrator);
    evolution_free(&self->evolution);
    observer_free(&self->observer);
    system_free(&self->system);
}

static bool ends_with_rows(int status)
{
    return status == SGDL_OK || status == SGDL_ERR_DIVERGED || status == SGDL_ERR_INTERRUPTED ||
           status == SGDL_ERR_SOLVER;
}

static void add_statistics(const curve_t *self)
{
    sgdl_solve_statistics_t *total = self->plan->statistics;
    if (!total)
        return;
    integrator_statistics_t n = integrator_statistics(&self->integrator);
    total->steps += n.steps;
    total->rhs_evaluations += n.rhs_evaluations;
    total->newton_iterations += n.newton_iterations;
    total->error_test_failures += n.error_test_failures;
    total->newton_failures += n.newton_failures;
}

/* What the rows of all curves take: the table doubles its room as it grows. */
static int ask_table(const curve_t *self, sgdl_error_t *error)
{
    const sgdl_problem_t *problem = self->problem;
    double rows = (double)self->plan->points * (double)problem->rates *
                  (self->plan->directions ? (double)self->system.N : 1);
    return memory_ask(self->plan->memory, 24 * rows * (double)self->table->columns, error,
                      "a table of %.0f rows and %zu columns", rows, self->table->columns);
}

static int solve_curve(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                       const sgdl_nodes_t *nodes, size_t index, sgdl_table_t *table,
                       sgdl_error_t *error)
{
    curve_t self = {.problem = problem, .plan = plan, .table = table};
    self.schedule = &problem->learning_rate[index];
    double value = sgdl_schedule_rate(self.schedule, self.schedule->warmup, problem->time);
    int status = system_init(&self.system, problem, plan, nodes, self.schedule, error);
    if (status == SGDL_OK)
        status =
            observer_init(&self.observer, &self.system, plan, problem->rates > 1, value, error);
    if (status == SGDL_OK)
        status = system_stability_limit(&self.system, &self.stability, error);
    if (status == SGDL_OK)
        status = evolution_init(&self.evolution, &self.system, plan->linear_solver, error);
    if (status == SGDL_OK)
        status = integrator_init(&self.integrator, &self.evolution.equation, error);
    if (status == SGDL_OK && plan->reference) {
        self.observer.shows_excess = true;
        self.observer.reference = plan->reference[index];
    }
    if (status == SGDL_OK && index == 0)
        status = plan->directions
                     ? directions_columns(&self.system, problem->rates > 1, table, error)
                     : observer_columns(&self.observer, table, error);
    if (status == SGDL_OK && index == 0)
        status = ask_table(&self, error);
    if (status == SGDL_OK && index == 0)
        status = comment_scales(&self, nodes, error);
    if (status == SGDL_OK && !plan->directions)
        status = sgdl_table_block(table, error);
    if (status == SGDL_OK) {
        status = run(&self, error);
        add_statistics(&self);
        sgdl_error_t ignored;
        int commented = comment_curve(&self, index, &ignored);
        if (ends_with_rows(status) && commented != SGDL_OK)
            status = sgdl_fail(error, commented, NULL, "%s", ignored.message);
    }
    free_curve(&self);
    return status;
}

static int build_nodes(const sgdl_problem_t *problem, const sgdl_plan_t *plan, sgdl_nodes_t *nodes,
                       sgdl_error_t *error)
{
    sgdl_mixture_t mixture = sgdl_problem_mixture(problem, plan);
    sgdl_quadrature_t quadrature = sgdl_problem_quadrature(problem, plan);
    return sgdl_nodes_init(nodes, &mixture, &quadrature, error);
}

/* All curves. One that ends early does not take the others with it: the table says why it ended,
 * and the first such failure is reported. */
static int solve_curves(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                        const sgdl_nodes_t *nodes, sgdl_table_t *table, sgdl_error_t *error)
{
    sgdl_error_t first = {.code = SGDL_OK};
    for (size_t r = 0; r < problem->rates && first.code != SGDL_ERR_INTERRUPTED; r++) {
        int status = solve_curve(problem, plan, nodes, r, table, error);
        if (status == SGDL_OK)
            continue;
        if (!ends_with_rows(status))
            return status;
        sgdl_error_t reason = *error;
        char key[64];
        (void)snprintf(key, sizeof key, "curve_%zu_ended", r + 1);
        int noted = sgdl_table_comment(table, false, key, error, "%s", reason.message);
        if (noted != SGDL_OK)
            return noted;
        if (first.code == SGDL_OK || status == SGDL_ERR_INTERRUPTED)
            first = reason;
    }
    *error = first;
    return first.code;
}

int sgdl_solve(const sgdl_problem_t *problem, const sgdl_plan_t *stated, sgdl_table_t *table,
               sgdl_error_t *error)
{
    const sgdl_plan_t whole = plan_complete(stated, problem), *plan = &whole;
    sgdl_error_t own; /* the caller may not want the message, the table does */
    if (!error)
        error = &own;
    sgdl_nodes_t nodes = {0};
    int status = provenance_add(table, "solve", problem, plan, error);
    if (status == SGDL_OK)
        status = build_nodes(problem, plan, &nodes, error);
    if (status == SGDL_OK)
        status = solve_curves(problem, plan, &nodes, table, error);
    sgdl_nodes_free(&nodes);
    return status;
}
