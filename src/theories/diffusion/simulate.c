/* From a landscape to an ensemble of real steps on it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/base/memory.h"
#include "src/problem/curves.h"
#include "src/problem/plan.h"
#include "src/theories/diffusion/diffusion.h"
#include "src/theories/diffusion/runs.h"
#include "src/theories/diffusion/simulated.h"
#include "src/theories/diffusion/warnings.h"

/* Not to be moved. */
typedef struct simulation {
    const sgdl_problem_t *problem;
    const sgdl_plan_t *plan; /* complete */
    runs_t runs;
    uint64_t *steps; /* [curves*points] owned */
    double *t;       /* [curves*points] owned */
    basin_finder_t finder;
    double *row, *sample; /* owned */
} simulation_t;

/* Rows of all runs, and tables of them. */
static int ask_memory(const simulation_t *self, const ensemble_plan_t *plan, sgdl_error_t *error)
{
    const size_t coordinates = self->problem->landscape.coordinates;
    return memory_ask(self->plan->memory, 8 * ensemble_numbers(plan, coordinates), error,
                      "%.0f runs of %.0f rows", (double)plan->curves * (double)plan->runs,
                      (double)plan->points);
}

static int prepare(simulation_t *self, sgdl_error_t *error)
{
    const size_t curves = problem_curves(self->problem), points = self->plan->points;
    ensemble_plan_t plan = {.curves = curves,
                            .runs = self->plan->runs,
                            .points = points,
                            .apart = true,
                            .threads = self->plan->threads,
                            .watch = self->plan->watch};
    int status = ask_memory(self, &plan, error);
    if (status == SGDL_OK)
        status = walk_init(&self->runs.walk, self->problem, self->plan, error);
    self->steps = calloc(curves * points, sizeof *self->steps);
    self->t = calloc(curves * points, sizeof *self->t);
    self->sample = calloc(plan.runs, sizeof *self->sample);
    if (status == SGDL_OK && (!self->steps || !self->t || !self->sample))
        status = sgdl_fail_memory(error);
    if (status == SGDL_OK)
        status = walk_steps(&self->runs.walk, self->plan, self->steps, self->t, error);
    if (status == SGDL_OK)
        status =
            basin_finder_init(&self->finder, &self->runs.walk.curve[0].setting, self->plan, error);
    plan.steps = self->steps;
    return status == SGDL_OK ? ensemble_init(&self->runs.ensemble, &plan,
                                             self->problem->landscape.coordinates, error)
                             : status;
}

static void free_simulation(simulation_t *self)
{
    runs_free(&self->runs);
    basin_finder_free(&self->finder);
    free(self->steps);
    free(self->t);
    free(self->sample);
    free(self->row);
}

/* ---- handing out ----------------------------------------------------------------------------- */

static int hand_out_quantities(simulation_t *self, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    emit_list_t list = {.group = QUANTITIES_OF_DIFFUSION};
    int status = curves_quantities(self->problem, &list, error);
    if (status == SGDL_OK)
        status = emit_add(&list, error, "t");
    if (status == SGDL_OK)
        status = emit_add(&list, error, "step");
    if (status == SGDL_OK)
        status = simulated_quantities(&self->problem->landscape, &list, error);
    if (status == SGDL_OK)
        status = emit_quantities(&list, sink, error);
    if (status == SGDL_OK && !(self->row = calloc(list.count, sizeof *self->row)))
        status = sgdl_fail_memory(error);
    emit_free(&list);
    return status;
}

static int add_curve(simulation_t *self, size_t curve, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    const kept_t kept = ensemble_kept(&self->runs.ensemble, curve);
    const setting_t *setting = &self->runs.walk.curve[curve].setting;
    const double horizon = plan_horizon(self->plan, self->problem);
    int status = setting_note(setting, sink, error);
    if (status == SGDL_OK)
        status = warnings_note(setting, sink, error);
    if (status == SGDL_OK)
        status = ensemble_note_incomplete(&self->runs.ensemble, curve, sink, error);
    if (status == SGDL_OK && kept.rows > 0)
        status = emit_block(sink, curve, kept.runs, error);
    for (size_t p = 0; p < kept.rows && status == SGDL_OK; p++) {
        const size_t at = curve * self->plan->points + p;
        double *next = curves_put(self->problem, curve, horizon, self->row);
        *next++ = self->t[at];
        *next++ = (double)self->steps[at];
        (void)simulated_put(&self->runs.ensemble, &self->finder, curve, p, self->sample, next);
        status = emit_row(sink, self->row, error);
    }
    return status;
}

static int hand_out(simulation_t *self, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    int status = runs_note(&self->runs, sink, error);
    if (status == SGDL_OK)
        status = hand_out_quantities(self, sink, error);
    for (size_t curve = 0; curve < self->runs.ensemble.plan.curves && status == SGDL_OK; curve++)
        status = add_curve(self, curve, sink, error);
    return status;
}

int diffusion_simulate(const sgdl_problem_t *problem, const sgdl_plan_t *stated,
                       const sgdl_sink_t *sink, sgdl_error_t *error)
{
    sgdl_plan_t plan;
    int status = plan_complete(&plan, stated, problem, error);
    if (status != SGDL_OK)
        return status;
    simulation_t self = {.problem = problem, .plan = &plan};
    status = prepare(&self, error);
    const bool prepared = status == SGDL_OK;
    if (prepared)
        status = runs_make(&self.runs, error);
    if (prepared && (status == SGDL_OK || status == SGDL_ERR_INTERRUPTED)) {
        int filled = hand_out(&self, sink, status == SGDL_OK ? error : NULL);
        if (status == SGDL_OK)
            status = filled;
    }
    if (status == SGDL_OK)
        status = runs_divergence(&self.runs, self.t, error);
    free_simulation(&self);
    return status;
}
