/* From a problem to its curves: nodes once, then one outcome a learning rate. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/base/memory.h"
#include "src/problem/curves.h"
#include "src/problem/plan.h"
#include "src/theories/fixed_data/fixed_data.h"
#include "src/theories/fixed_data/outcome.h"

/* Curves on their way to the sink. */
typedef struct solution {
    const sgdl_problem_t *problem;
    const sgdl_plan_t *plan; /* complete */
    const sgdl_sink_t *sink;
    setup_t setup;
    columns_t columns;
    double *row; /* owned; behind it the columns of a whole row */
} solution_t;

/* ---- quantities ------------------------------------------------------------------------------ */

static int add_quantities(const solution_t *self, emit_list_t *list, sgdl_error_t *error)
{
    static const char *const front[] = {"t", "epoch", "flow"};
    static const char *const back[] = {"risk_se", "train_risk_se"};
    int status = curves_quantities(self->problem, list, error);
    for (size_t c = 0; c < sizeof front / sizeof *front && status == SGDL_OK; c++) {
        status = emit_add(list, error, "%s", front[c]);
        if (status == SGDL_OK && c == 0)
            list->quantity[list->count - 1].unit = timeline_unit(self->problem);
    }
    if (status == SGDL_OK)
        status = columns_quantities(&self->columns, list, error);
    for (size_t c = 0; c < sizeof back / sizeof *back && status == SGDL_OK; c++)
        status = emit_add(list, error, "%s", back[c]);
    if (status == SGDL_OK && self->plan->reference)
        status = emit_add(list, error, "excess");
    return status;
}

static int hand_out_quantities(solution_t *self, sgdl_error_t *error)
{
    emit_list_t list = {.group = QUANTITIES_OF_FIXED_DATA};
    int status = add_quantities(self, &list, error);
    if (status == SGDL_OK)
        status = emit_quantities(&list, self->sink, error);
    const double rows = (double)self->plan->points * (double)self->problem->rates;
    if (status == SGDL_OK)
        status = memory_ask(self->plan->memory, 24 * rows * (double)list.count, error,
                            "a table of %.0f rows and %zu columns", rows, list.count);
    if (status == SGDL_OK && !(self->row = calloc(list.count, sizeof *self->row)))
        status = sgdl_fail_memory(error);
    emit_free(&list);
    return status;
}

/* ---- rows ------------------------------------------------------------------------------------ */

static int emit_rows(const solution_t *self, const outcome_t *outcome, size_t curve,
                     sgdl_error_t *error)
{
    const timeline_t *timeline = &outcome->timeline;
    const double horizon = plan_horizon(self->plan, self->problem);
    int status = emit_block(self->sink, curve, 0, error);
    for (size_t row = 0; row < outcome->rows && status == SGDL_OK; row++) {
        const double *value = outcome->value + row * outcome->columns;
        double *next = curves_put(self->problem, curve, horizon, self->row);
        *next++ = timeline->t[row];
        *next++ = timeline->epoch[row];
        *next++ = timeline->flow[row];
        for (size_t c = 0; c < outcome->columns; c++)
            *next++ = value[c];
        *next++ = outcome->risk_se[row];
        *next++ = outcome->train_risk_se[row];
        if (self->plan->reference)
            *next = value[OBSERVED_RISK] - self->plan->reference[curve];
        status = emit_row(self->sink, self->row, error);
    }
    return status;
}

/* ---- notes ----------------------------------------------------------------------------------- */

static int note_units(const solution_t *self, sgdl_error_t *error)
{
    const sgdl_problem_t *problem = self->problem;
    if (problem->method == METHOD_FLOW)
        return emit_note(self->sink, "time_unit", error,
                         "t of dX/dt = - gradient of the objective; flow = t");
    if (!timeline_is_continuous(problem))
        return emit_note(self->sink, "time_unit", error,
                         "t = steps; epoch = %g t; flow = learning rate summed over steps",
                         problem->fraction);
    return emit_note(self->sink, "time_unit", error,
                     "t = steps/d; epoch = %g t; flow = integral of the learning rate",
                     problem->batch / problem->ratio);
}

static int note_scales(const solution_t *self, sgdl_error_t *error)
{
    const setup_t *setup = &self->setup;
    const sgdl_sink_t *sink = self->sink;
    int status = emit_note(sink, "nodes", error, "%zu (latent coordinates %zu)", setup->N,
                           setup->nodes.latent);
    char compression[160];
    if (status == SGDL_OK &&
        *sgdl_nodes_compression(&setup->nodes, compression, sizeof compression))
        status = emit_note(sink, "compression", error, "%s", compression);
    if (status == SGDL_OK)
        status = note_units(self, error);
    if (status == SGDL_OK && isfinite(self->problem->dimension))
        status = emit_note(sink, "samples", error, "%.0f",
                           rint(self->problem->ratio * self->problem->dimension));
    if (status == SGDL_OK && !self->columns.shows_outputs)
        status = emit_note(sink, "note_columns", error,
                           "more than %d columns of the kind mean_i_a: none printed; choose "
                           "classes with --classes",
                           COLUMNS_OF_OUTPUTS);
    if (status == SGDL_OK && self->problem->intercept != 0)
        status = emit_note(sink, "note_bias", error,
                           "the bias is in mean_i, not in norm2 and cos_i; the ridge leaves it "
                           "alone");
    return status;
}

/* Keys of one curve among several. */
static const char *key_of(const solution_t *self, size_t curve, const char *name, char key[64])
{
    if (self->problem->rates > 1)
        (void)snprintf(key, 64, "curve_%zu_%s", curve + 1, name);
    else
        (void)snprintf(key, 64, "%s", name);
    return key;
}

static int note_method(const solution_t *self, const outcome_t *outcome, size_t curve,
                       sgdl_error_t *error)
{
    const timeline_t *timeline = &outcome->timeline;
    char key[64], grids[96] = "", paths[96] = "";
    if (timeline->continuous)
        (void)snprintf(grids, sizeof grids, "; cells of %.6g at most, %zu grids extrapolated",
                       timeline->cell, outcome->grids);
    if (outcome->replicates > 0)
        (void)snprintf(paths, sizeof paths, "; %zu paths a class, %zu replicates", outcome->paths,
                       outcome->replicates);
    return emit_note(self->sink, key_of(self, curve, "solver", key), error, "%s; %s, %zu steps%s%s",
                     outcome->replicates > 0 ? "sampled paths" : "exact recursion",
                     timeline->law->name, timeline->steps, grids, paths);
}

static int note_errors(const solution_t *self, const outcome_t *outcome, size_t curve,
                       sgdl_error_t *error)
{
    const sgdl_sink_t *sink = self->sink;
    char key[64], grid[64] = "0", unmet[96] = "";
    if (isnan(outcome->grid_error))
        (void)snprintf(grid, sizeof grid, "not known");
    else if (outcome->timeline.continuous)
        (void)snprintf(grid, sizeof grid, "%.2g", outcome->grid_error);
    if (!outcome->is_met)
        (void)snprintf(unmet, sizeof unmet, "; NOT met: %s would tell more",
                       outcome->se > outcome->accuracy ? "more --paths" : "a shorter --grid");
    return emit_note(sink, key_of(self, curve, "numerical_error", key), error,
                     "largest standard error %.2g, error of the grid %s, relative to risk and "
                     "train_risk; accuracy asked for %g%s",
                     outcome->se, grid, outcome->accuracy, unmet);
}

static int note_curve(const solution_t *self, const outcome_t *outcome, size_t curve,
                      sgdl_error_t *error)
{
    if (outcome->rows == 0)
        return SGDL_OK;
    int status = note_method(self, outcome, curve, error);
    if (status == SGDL_OK)
        status = note_errors(self, outcome, curve, error);
    char key[64];
    if (status == SGDL_OK && outcome->replicates > 0)
        status = emit_note(self->sink, key_of(self, curve, "identities", key), error,
                           "off by at most %.3g standard errors (the median of the replicates)",
                           outcome->residual);
    if (status == SGDL_OK && outcome->timeline.rounded)
        status =
            emit_note(self->sink, "note_times", error, "output times are rounded to whole steps");
    return status;
}

/* ---- curves ---------------------------------------------------------------------------------- */

static int solve_curve(void *context, size_t curve, sgdl_error_t *error)
{
    solution_t *self = context;
    outcome_t outcome;
    int status = outcome_init(&outcome, &self->setup, &self->columns, curve, error);
    if (curves_end_with_rows(status)) {
        sgdl_error_t other;
        int given = emit_rows(self, &outcome, curve, &other);
        if (given == SGDL_OK)
            given = note_curve(self, &outcome, curve, &other);
        if (given != SGDL_OK)
            status = sgdl_fail(error, given, NULL, "%s", other.message);
    }
    outcome_free(&outcome);
    return status;
}

int fixed_data_solve(const sgdl_problem_t *problem, const sgdl_plan_t *stated,
                     const sgdl_sink_t *sink, sgdl_error_t *error)
{
    sgdl_plan_t plan;
    int status = plan_complete(&plan, stated, problem, error);
    if (status != SGDL_OK)
        return status;
    sgdl_error_t own; /* the caller may not want the message, a note does */
    if (!error)
        error = &own;
    solution_t self = {.problem = problem, .plan = &plan, .sink = sink};
    status = outcome_setup(&self.setup, problem, &plan, error);
    if (status == SGDL_OK) {
        self.columns = columns_of(&self.setup);
        status = hand_out_quantities(&self, error);
    }
    if (status == SGDL_OK)
        status = note_scales(&self, error);
    if (status == SGDL_OK)
        status = curves_solve(problem, sink, solve_curve, &self, error);
    free(self.row);
    setup_free(&self.setup);
    return status;
}
