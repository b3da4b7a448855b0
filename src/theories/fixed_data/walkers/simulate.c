/* From a problem to the curves of its simulation. */
#include <math.h>
#include <stdlib.h>

#include "src/base/memory.h"
#include "src/ensemble/ensemble.h"
#include "src/problem/curves.h"
#include "src/problem/plan.h"
#include "src/theories/fixed_data/fixed_data.h"
#include "src/theories/fixed_data/walkers/walk.h"
#include "src/theories/fixed_data/whole.h"

/* Not to be moved: its parts point to each other. */
typedef struct trial {
    const sgdl_problem_t *problem; /* as stated */
    const sgdl_plan_t *plan;
    sgdl_problem_t *whole; /* in whole samples; owned */
    setup_t setup;
    columns_t columns;
    walks_t walks;
    ensemble_t ensemble;
    bool begun; /* it is known what is to be told */
} trial_t;

/* ---- preparation -------------------------------------------------------------------------------
 */

/* Directions of zero variance or not, the nodes say only what is averaged over. */
static const double reach = 1, accuracy = 1e-8;

static int ask_memory(const trial_t *self, const ensemble_plan_t *plan, sgdl_error_t *error)
{
    const double threads = (double)ensemble_threads(plan);
    const double numbers =
        ensemble_numbers(plan, self->columns.count) + threads * walks_numbers(&self->walks);
    return memory_ask(self->plan->memory, 8 * numbers, error,
                      "%zu samples of %zu directions in each of %.0f runs at once (a smaller "
                      "dimension or ratio, or fewer --threads, take less)",
                      self->walks.scene.n, self->walks.scene.experiment.d, threads);
}

static int check(const sgdl_problem_t *problem, const sgdl_plan_t *plan, sgdl_error_t *error)
{
    const double n = whole_samples(problem, problem->dimension);
    if (plan->noise_law != SGDL_NOISE_GAUSSIAN)
        return sgdl_fail(error, SGDL_ERR_INPUT, "--noise-law",
                         "found binary beside a mixture, whose samples are Gaussian; allowed "
                         "there: gaussian");
    if (plan->kernel == SGDL_KERNEL_COLLAPSED)
        return sgdl_fail(error, SGDL_ERR_INPUT, "--kernel",
                         "found collapsed beside a fixed data set, whose samples are kept; "
                         "allowed there: full");
    if (isinf(problem->dimension))
        return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                         "found dimension: inf, which has no directions to draw; a simulation "
                         "needs a finite one, such as --dimension 1000");
    if (!(n * (problem->dimension + 1) < 0x1p53))
        return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                         "found %g samples of %g directions, allowed: fewer than 2^53 features", n,
                         problem->dimension);
    return SGDL_OK;
}

static int begin(trial_t *self, sgdl_error_t *error)
{
    const sgdl_plan_t *plan = self->plan;
    int status = check(self->problem, plan, error);
    if (status == SGDL_OK)
        status = whole_problem(&self->whole, self->problem, self->problem->dimension, error);
    if (status == SGDL_OK)
        status = setup_init(&self->setup, self->whole, plan, reach, accuracy, error);
    if (status != SGDL_OK)
        return status;
    self->columns = columns_of(&self->setup);
    status = walks_init(&self->walks, self->whole, plan, &self->columns, error);
    if (status != SGDL_OK)
        return status;
    const ensemble_plan_t ensemble = {.curves = self->walks.curves,
                                      .runs = plan->runs,
                                      .points = self->walks.rows,
                                      .steps = self->walks.steps,
                                      .apart = true,
                                      .threads = plan->threads,
                                      .watch = plan->watch};
    status = ask_memory(self, &ensemble, error);
    if (status == SGDL_OK)
        status = ensemble_init(&self->ensemble, &ensemble, self->columns.count, error);
    self->begun = status == SGDL_OK;
    return status;
}

static void end(trial_t *self)
{
    ensemble_free(&self->ensemble);
    walks_free(&self->walks);
    setup_free(&self->setup);
    sgdl_problem_free(self->whole);
}

/* ---- what is handed out ------------------------------------------------------------------------
 */

static int note_batch(const trial_t *self, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    const walks_t *walks = &self->walks;
    const double f = self->whole->fraction, n = (double)walks->scene.n;
    if (f < 1 && !self->whole->reshuffled && !(self->whole->persistence > 0))
        return emit_note(sink, "samples_of_a_batch", error, "%.0f (fraction %.6g)", rint(f * n), f);
    if (self->whole->method == METHOD_SME)
        return emit_note(sink, "cell", error, "%.6g steps/d: each is a step of Euler and Maruyama",
                         walks->course[0].timeline.cell);
    return SGDL_OK;
}

static int note(const trial_t *self, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    const walks_t *walks = &self->walks;
    int status = emit_note(sink, "runs", error, "%zu", self->ensemble.plan.runs);
    if (status == SGDL_OK)
        status = emit_note(sink, "kernel", error, "%s", walks->gait->name);
    if (status == SGDL_OK)
        status =
            emit_note(sink, "samples", error, "%zu (%.6g a dimension), drawn anew in every run",
                      walks->scene.n, self->whole->ratio);
    if (status == SGDL_OK)
        status = note_batch(self, sink, error);
    if (status == SGDL_OK && walks->gait != &gait_flow)
        status = emit_note(sink, "steps_at_end", error, "%llu",
                           (unsigned long long)walks->steps[walks->rows - 1]);
    return status;
}

static int list_quantities(const trial_t *self, emit_list_t *list, sgdl_error_t *error)
{
    static const char *const times[] = {"t", "epoch", "flow"};
    emit_list_t names = {.group = list->group};
    int status = curves_quantities(self->problem, list, error);
    for (size_t c = 0; c < 3 && status == SGDL_OK; c++) {
        status = emit_add(list, error, "%s", times[c]);
        if (status == SGDL_OK && c == 0)
            list->quantity[list->count - 1].unit = timeline_unit(self->problem);
    }
    if (status == SGDL_OK)
        status = columns_quantities(&self->columns, &names, error);
    for (size_t q = 0; q < names.count && status == SGDL_OK; q++)
        status = statistics_quantities(list, names.quantity[q].name, error);
    emit_free(&names);
    return status;
}

static int add_curve(const trial_t *self, size_t curve, double *row, const sgdl_sink_t *sink,
                     sgdl_error_t *error)
{
    const walks_t *walks = &self->walks;
    const kept_t kept = ensemble_kept(&self->ensemble, curve);
    int status = ensemble_note_incomplete(&self->ensemble, curve, sink, error);
    if (status == SGDL_OK && kept.rows > 0)
        status = emit_block(sink, curve, kept.runs, error);
    for (size_t p = 0; p < kept.rows && status == SGDL_OK; p++) {
        const size_t at = curve * walks->rows + p;
        double *next = curves_put(self->problem, curve, self->problem->time, row);
        *next++ = walks->t[at];
        *next++ = walks->epoch[at];
        *next++ = walks->flow[at];
        for (size_t q = 0; q < self->columns.count; q++)
            next = statistics_put(next, ensemble_statistics(&self->ensemble, curve, p, q));
        status = emit_row(sink, row, error);
    }
    return status;
}

static int hand_out(const trial_t *self, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    emit_list_t list = {.group = QUANTITIES_OF_SIMULATE};
    double *row = NULL;
    int status = note(self, sink, error);
    if (status == SGDL_OK)
        status = list_quantities(self, &list, error);
    if (status == SGDL_OK)
        status = emit_quantities(&list, sink, error);
    if (status == SGDL_OK && !(row = calloc(list.count, sizeof *row)))
        status = sgdl_fail_memory(error);
    for (size_t c = 0; c < self->walks.curves && status == SGDL_OK; c++)
        status = add_curve(self, c, row, sink, error);
    free(row);
    emit_free(&list);
    return status;
}

static int find_divergence(const trial_t *self, sgdl_error_t *error)
{
    const walks_t *walks = &self->walks;
    for (size_t curve = 0; curve < walks->curves; curve++) {
        const kept_t kept = ensemble_kept(&self->ensemble, curve);
        char words[CURVES_WORDS];
        if (kept.diverged == 0)
            continue;
        const size_t row = kept.rows < walks->rows ? kept.rows : walks->rows - 1;
        return sgdl_fail(
            error, SGDL_ERR_DIVERGED, NULL,
            "%zu of %zu runs diverged, the first by t = %.4g at %s; "
            "%zu of %zu rows kept",
            kept.diverged, self->ensemble.plan.runs, walks->t[curve * walks->rows + row],
            curves_words(self->problem, curve, self->problem->time, words), kept.rows, walks->rows);
    }
    return SGDL_OK;
}

int fixed_data_simulate(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                        const sgdl_sink_t *sink, sgdl_error_t *error)
{
    sgdl_plan_t whole;
    int status = plan_complete(&whole, plan, problem, error);
    if (status != SGDL_OK)
        return status;
    trial_t self = {.problem = problem, .plan = &whole};
    status = begin(&self, error);
    if (status == SGDL_OK) {
        const walker_t walker = walks_walker(&self.walks);
        status = ensemble_run(&self.ensemble, &walker, error);
    }
    if (status == SGDL_OK || (status == SGDL_ERR_INTERRUPTED && self.begun)) {
        const int filled = hand_out(&self, sink, status == SGDL_OK ? error : NULL);
        if (status == SGDL_OK)
            status = filled;
    }
    if (status == SGDL_OK)
        status = find_divergence(&self, error);
    end(&self);
    return status;
}
