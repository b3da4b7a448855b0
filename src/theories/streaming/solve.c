/* From a problem to its curves: nodes once, then one course a learning rate. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/base/memory.h"
#include "src/curve/emit.h"
#include "src/problem/curves.h"
#include "src/problem/plan.h"
#include "src/theories/streaming/course.h"
#include "src/theories/streaming/directions.h"
#include "src/theories/streaming/matrices.h"
#include "src/theories/streaming/streaming.h"

/* Curves on their way to the sink. */
typedef struct solution {
    const sgdl_problem_t *problem;
    const sgdl_plan_t *plan; /* complete */
    double horizon;
    const sgdl_sink_t *sink;
    const sgdl_nodes_t *nodes;
    course_t course;
    size_t index;     /* of the learning rate */
    double curve;     /* the column `curve`: the learning rate behind its warm-up */
    double reference; /* of the excess risk */
    double *row;      /* owned */
} solution_t;

/* ---- rows ---------------------------------------------------------------------------------- */

static int add_row(void *context, course_t *course, const double *y, sgdl_error_t *error)
{
    const solution_t *self = context;
    const bool several = self->problem->rates > 1;
    double *next = self->row;
    if (several)
        *next++ = self->curve;
    if (self->plan->directions) {
        int status = emit_block(self->sink, self->index, 0, error);
        return status == SGDL_OK ? directions_rows(course, y, self->row, several, self->sink, error)
                                 : status;
    }
    next = observer_row(&course->observer, next);
    if (self->plan->reference)
        *next = course->observer.seen.risk - self->reference;
    return emit_row(self->sink, self->row, error);
}

/* What the rows of all curves take where they are kept: a table doubles its room as it grows. */
static int ask_memory(const solution_t *self, size_t columns, sgdl_error_t *error)
{
    const double rows = (double)self->plan->points * (double)self->problem->rates *
                        (self->plan->directions ? (double)self->course.system.N : 1);
    return memory_ask(self->plan->memory, 24 * rows * (double)columns, error,
                      "a table of %.0f rows and %zu columns", rows, columns);
}

static int hand_out_quantities(solution_t *self, sgdl_error_t *error)
{
    const bool directions = self->plan->directions;
    emit_list_t list = {.group = directions ? QUANTITIES_OF_DIRECTIONS : QUANTITIES_OF_SOLVE};
    int status = curves_quantities(self->problem, &list, error);
    if (status == SGDL_OK)
        status = directions ? directions_quantities(&self->course.system, &list, error)
                            : observer_quantities(&self->course.observer, &list, error);
    if (status == SGDL_OK && self->plan->reference && !directions)
        status = emit_add(&list, error, "excess");
    if (status == SGDL_OK)
        status = emit_quantities(&list, self->sink, error);
    if (status == SGDL_OK)
        status = ask_memory(self, list.count, error);
    if (status == SGDL_OK && !(self->row = calloc(list.count, sizeof *self->row)))
        status = sgdl_fail_memory(error);
    emit_free(&list);
    return status;
}

/* ---- notes --------------------------------------------------------------------------------- */

/* What scales with d, and what the reader must know about the columns. */
static int note_scales(const solution_t *self, const sgdl_nodes_t *nodes, sgdl_error_t *error)
{
    const sgdl_problem_t *problem = self->problem;
    const course_t *course = &self->course;
    const sgdl_sink_t *sink = self->sink;
    int status = emit_note(sink, "nodes", error, "%zu (latent coordinates %zu)", nodes->count,
                           nodes->latent);
    char compression[160];
    if (status == SGDL_OK && *sgdl_nodes_compression(nodes, compression, sizeof compression))
        status = emit_note(sink, "compression", error, "%s", compression);
    if (status == SGDL_OK)
        status = matrices_note(sink, nodes, error);
    if (status == SGDL_OK)
        status =
            emit_note(sink, "time_unit", error, "t = steps/d; samples = %g t d", problem->batch);
    if (status == SGDL_OK && isfinite(problem->dimension))
        status = emit_note(sink, "steps_at_end", error, "%.0f",
                           rint(self->horizon * problem->dimension));
    if (status == SGDL_OK && !course->observer.shows_outputs)
        status = emit_note(sink, "note_columns", error,
                           "more than %d columns of the kind mean_i_a: none printed; "
                           "choose classes with --classes",
                           OBSERVER_COLUMNS);
    if (status == SGDL_OK && !self->plan->no_error && course->system.L > 1 &&
        course->system.pairs == course->system.L && !course->system.population.uncorrelated)
        status = emit_note(sink, "note_error", error,
                           "the argmax error is computed up to %d outputs: nan here",
                           SECOND_MOMENTS_OUTPUTS);
    if (status == SGDL_OK && course->system.intercept)
        status = emit_note(sink, "note_bias", error,
                           "the bias is in mean_i and gradient_norm2, not in norm2, "
                           "cos_i and clean_share_i; the ridge leaves it alone");
    return status;
}

static int note_curve(const solution_t *self, size_t index, sgdl_error_t *error)
{
    const sgdl_problem_t *problem = self->problem;
    const course_t *course = &self->course;
    const sgdl_sink_t *sink = self->sink;
    char prefix[32] = "", key[64];
    if (problem->rates > 1)
        (void)snprintf(prefix, sizeof prefix, "curve_%zu_", index + 1);
    integrator_statistics_t n = integrator_statistics(&course->integrator);
    const rate_source_t *source = &course->task.source;
    (void)snprintf(key, sizeof key, "%ssolver", prefix);
    static const char *const names[] = {"structured", "krylov", "dense"};
    int status = emit_note(sink, key, error,
                           "cvode-bdf %s; steps %ld; rhs_evaluations %ld; newton_iterations %ld; "
                           "error_test_failures %ld; newton_failures %ld; krylov_iterations %ld",
                           names[newton_choose(&course->system, self->plan->linear_solver)],
                           n.steps, n.rhs_evaluations, n.newton_iterations, n.error_test_failures,
                           n.newton_failures, n.krylov_iterations);
    if (status == SGDL_OK && isfinite(problem->dimension) && source->kind != RATE_DRIVEN) {
        (void)snprintf(key, sizeof key, "%sraw_step", prefix);
        status = emit_note(sink, key, error, "gamma/d = %.6g at t = 0",
                           rate_source_at(source, 0, NULL) / problem->dimension);
    }
    if (status == SGDL_OK && course->system.quadratic && isfinite(source->bound)) {
        (void)snprintf(key, sizeof key, "%sstability", prefix);
        if (course->stability > 0)
            status = emit_note(sink, key, error,
                               "largest gamma %.6g is %.6g of the stability limit %.10g",
                               source->bound, source->bound / course->stability, course->stability);
        else
            status = emit_note(sink, key, error, "no learning rate is stable with this momentum");
    }
    if (status == SGDL_OK && course->observer.argmax_estimate > 0) {
        (void)snprintf(key, sizeof key, "%sargmax_error_estimate", prefix);
        status = emit_note(sink, key, error, "%.2g", course->observer.argmax_estimate);
    }
    if (status == SGDL_OK && course->observer.average_estimate > 0) {
        (void)snprintf(key, sizeof key, "%saverages_error_estimate", prefix);
        status = emit_note(sink, key, error, "%.2g", course->observer.average_estimate);
    }
    return status;
}

/* ---- curves -------------------------------------------------------------------------------- */

static int begin(solution_t *self, const sgdl_nodes_t *nodes, sgdl_error_t *error)
{
    int status = hand_out_quantities(self, error);
    return status == SGDL_OK ? note_scales(self, nodes, error) : status;
}

static int solve_curve(void *context, size_t index, sgdl_error_t *error)
{
    solution_t *self = context;
    const sgdl_nodes_t *nodes = self->nodes;
    const sgdl_plan_t *plan = self->plan;
    const course_task_t task = {
        self->problem, plan, rate_source_of(&self->problem->learning_rate[index], self->horizon)};
    self->curve = problem_curve_value(self->problem, index, self->horizon);
    self->index = index;
    self->reference = plan->reference ? plan->reference[index] : NAN;
    int status = course_init(&self->course, &task, nodes, error);
    if (status == SGDL_OK && !self->row)
        status = begin(self, nodes, error);
    if (status == SGDL_OK && !plan->directions)
        status = emit_block(self->sink, index, 0, error);
    if (status == SGDL_OK) {
        status = course_run(&self->course, add_row, self, error);
        course_count(&self->course);
        sgdl_error_t ignored;
        int noted = note_curve(self, index, &ignored);
        if (curves_end_with_rows(status) && noted != SGDL_OK)
            status = sgdl_fail(error, noted, NULL, "%s", ignored.message);
    }
    course_free(&self->course);
    return status;
}

int streaming_solve(const sgdl_problem_t *problem, const sgdl_plan_t *stated,
                    const sgdl_sink_t *sink, sgdl_error_t *error)
{
    sgdl_plan_t plan;
    int status = plan_complete(&plan, stated, problem, error);
    if (status != SGDL_OK)
        return status;
    sgdl_error_t own; /* the caller may not want the message, a note does */
    if (!error)
        error = &own;
    sgdl_nodes_t nodes = {0};
    solution_t self = {
        .problem = problem, .plan = &plan, .horizon = plan_horizon(&plan, problem), .sink = sink};
    const double largest = problem_largest_rate(problem, self.horizon);
    const course_task_t all = {problem, &plan, rate_source_constant(largest, self.horizon)};
    self.nodes = &nodes;
    status = course_nodes(&all, &nodes, error);
    if (status == SGDL_OK)
        status = curves_solve(problem, sink, solve_curve, &self, error);
    free(self.row);
    sgdl_nodes_free(&nodes);
    return status;
}
