/* From a problem to its curves: a setting each, whose forward equation goes on from time to time.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/base/memory.h"
#include "src/curve/emit.h"
#include "src/problem/curves.h"
#include "src/problem/plan.h"
#include "src/theories/diffusion/diffusion.h"
#include "src/theories/diffusion/forward.h"
#include "src/theories/diffusion/warnings.h"

/* Curves on their way to the sink. */
typedef struct solution {
    const sgdl_problem_t *problem;
    const sgdl_plan_t *plan; /* complete */
    double horizon;          /* of schedules */
    const sgdl_sink_t *sink;
    size_t lead; /* columns that tell curves apart */
    double *row; /* owned, and behind it the probabilities of basins */
    double *basin;
    setting_t setting;
    forward_t forward;
} solution_t;

const forward_kind_t *forward_kind_of(const setting_t *setting)
{
    if (setting->landscape->coordinates > 1)
        return &forward_plane;
    return setting->friction > 0 ? &forward_momentum : &forward_line;
}

/* ---- columns ------------------------------------------------------------------------------- */

static int add_names(emit_list_t *list, const char *const *names, sgdl_error_t *error)
{
    int status = SGDL_OK;
    for (; *names && status == SGDL_OK; names++)
        status = emit_add(list, error, "%s", *names);
    return status;
}

static int add_density(emit_list_t *list, const landscape_t *landscape, sgdl_error_t *error)
{
    static const char *const line[] = {"x", "density", NULL};
    static const char *const plane[] = {"x", "y", "density", NULL};
    return add_names(list, landscape->coordinates == 1 ? line : plane, error);
}

static int add_observables(emit_list_t *list, const landscape_t *landscape, sgdl_error_t *error)
{
    static const char *const line[] = {"mean_loss",  "sharpness", "mean_x", "var_x",
                                       "mass_error", "p_flat",    NULL};
    static const char *const plane[] = {"mean_loss", "sharpness",  "mean_x", "var_x", "mean_y",
                                        "var_y",     "mass_error", "p_flat", NULL};
    int status = SGDL_OK;
    for (size_t b = 0; b < landscape->minima && status == SGDL_OK; b++)
        status = emit_add(list, error, "p_%zu", b + 1);
    return status == SGDL_OK ? add_names(list, landscape->coordinates == 1 ? line : plane, error)
                             : status;
}

/* What the rows of all curves take where they are kept: a table doubles its room as it grows. */
static int ask_memory(const solution_t *self, size_t columns, sgdl_error_t *error)
{
    const forward_t *forward = &self->forward;
    const double rows = (double)self->plan->points * (double)problem_curves(self->problem) *
                        (self->plan->density ? (double)forward->kind->cells(forward) : 1);
    return memory_ask(self->plan->memory, 24 * rows * (double)columns, error,
                      "a table of %.0f rows and %zu columns", rows, columns);
}

static int hand_out_quantities(solution_t *self, sgdl_error_t *error)
{
    const landscape_t *landscape = &self->problem->landscape;
    const char *lead[CURVE_COLUMNS + 1] = {NULL};
    static const char *const clock[] = {"t", "step", NULL};
    emit_list_t list = {.group = QUANTITIES_OF_DIFFUSION};
    self->lead = problem_curve_columns(self->problem, lead);
    int status = add_names(&list, lead, error);
    if (status == SGDL_OK)
        status = add_names(&list, clock, error);
    if (status == SGDL_OK)
        status = self->plan->density ? add_density(&list, landscape, error)
                                     : add_observables(&list, landscape, error);
    if (status == SGDL_OK)
        status = emit_quantities(&list, self->sink, error);
    if (status == SGDL_OK)
        status = ask_memory(self, list.count, error);
    if (status == SGDL_OK &&
        !(self->row = calloc(list.count + landscape->minima, sizeof *self->row)))
        status = sgdl_fail_memory(error);
    self->basin = self->row ? self->row + list.count : NULL;
    emit_free(&list);
    return status;
}

/* ---- rows ---------------------------------------------------------------------------------- */

static void fill_observables(solution_t *self, double *next)
{
    const landscape_t *landscape = self->setting.landscape;
    observables_t seen = {.basin = self->basin};
    self->forward.kind->observe(&self->forward, &seen);
    for (size_t b = 0; b < landscape->minima; b++)
        *next++ = seen.basin[b];
    *next++ = seen.mean_loss;
    *next++ = seen.sharpness;
    for (size_t i = 0; i < landscape->coordinates; i++) {
        *next++ = seen.mean[i];
        *next++ = seen.variance[i];
    }
    *next++ = seen.mass - 1;
    *next = seen.basin[landscape_flattest(landscape)];
}

/* A block of cells. */
static int hand_out_cells(solution_t *self, double *values, sgdl_error_t *error)
{
    const forward_t *forward = &self->forward;
    const size_t cells = forward->kind->cells(forward);
    int status = emit_block(self->sink, self->setting.curve, 0, error);
    for (size_t c = 0; c < cells && status == SGDL_OK; c++) {
        forward->kind->cell(forward, c, values);
        status = emit_row(self->sink, self->row, error);
    }
    return status;
}

static int hand_out(solution_t *self, double t, sgdl_error_t *error)
{
    double *next = self->row + self->lead;
    *next++ = t;
    int status = setting_steps(&self->setting, t, next++, error);
    if (status != SGDL_OK)
        return status;
    if (self->plan->density)
        return hand_out_cells(self, next, error);
    fill_observables(self, next);
    return emit_row(self->sink, self->row, error);
}

static int run(solution_t *self, sgdl_error_t *error)
{
    const sgdl_plan_t *plan = self->plan;
    const double curves = (double)problem_curves(self->problem);
    int status = SGDL_OK;
    for (size_t p = 0; p < plan->points && status == SGDL_OK; p++) {
        const double t = plan->times[p];
        const double done = (double)self->setting.curve + (double)p / (double)plan->points;
        sgdl_watch_report(&plan->watch, done / curves, t);
        if (sgdl_watch_stopped(&plan->watch))
            return sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL, "interrupted at t = %.4g", t);
        status = self->forward.kind->advance(&self->forward, t, error);
        if (status == SGDL_OK)
            status = hand_out(self, t, error);
    }
    return status;
}

/* ---- curves -------------------------------------------------------------------------------- */

static int solve_curve(void *context, size_t curve, sgdl_error_t *error)
{
    solution_t *self = context;
    forward_t *forward = &self->forward;
    const sgdl_plan_t *plan = self->plan;
    int status = setting_init(&self->setting, self->problem, plan, curve, error);
    if (status != SGDL_OK)
        return status;
    *forward = (forward_t){.kind = forward_kind_of(&self->setting),
                           .setting = &self->setting,
                           .plan = plan,
                           .horizon = plan->times[plan->points - 1]};
    status = forward->kind->init(forward, error);
    if (status == SGDL_OK && !self->row)
        status = hand_out_quantities(self, error);
    if (status == SGDL_OK)
        status = setting_note(&self->setting, self->sink, error);
    if (status == SGDL_OK)
        status = warnings_note(&self->setting, self->sink, error);
    if (status == SGDL_OK && !plan->density)
        status = emit_block(self->sink, curve, 0, error);
    if (status == SGDL_OK) {
        sgdl_error_t ignored;
        if (self->lead > 0)
            problem_curve_values(self->problem, curve, self->horizon, self->row);
        status = run(self, error);
        const int noted = forward->kind->note(forward, self->sink, &ignored);
        if (curves_end_with_rows(status) && noted != SGDL_OK)
            status = sgdl_fail(error, noted, NULL, "%s", ignored.message);
    }
    forward->kind->free_state(forward->state);
    return status;
}

int diffusion_solve(const sgdl_problem_t *problem, const sgdl_plan_t *stated,
                    const sgdl_sink_t *sink, sgdl_error_t *error)
{
    sgdl_plan_t plan;
    int status = plan_complete(&plan, stated, problem, error);
    if (status != SGDL_OK)
        return status;
    sgdl_error_t own = {0}; /* the caller may not want the message, a note does */
    if (!error)
        error = &own;
    solution_t self = {
        .problem = problem, .plan = &plan, .horizon = plan_horizon(&plan, problem), .sink = sink};
    status = curves_solve(problem, sink, solve_curve, &self, error);
    free(self.row);
    return status;
}
