/* From a problem to the curves of its simulation. */
#include <math.h>
#include <stdlib.h>

#include "src/base/memory.h"
#include "src/ensemble/ensemble.h"
#include "src/problem/curves.h"
#include "src/problem/plan.h"
#include "src/theories/committee/committee_stream.h"
#include "src/theories/committee/walker.h"

/* Not to be moved: its parts point to each other. */
typedef struct trial {
    const sgdl_problem_t *problem;
    const sgdl_plan_t *plan; /* complete */
    setup_t setup;
    crowd_t crowd;
    uint64_t *steps; /* [points] made by each row; owned */
    ensemble_t ensemble;
    bool begun; /* it is known what is to be told */
} trial_t;

/* Nodes say only what is averaged over. */
static const double reach = 1, accuracy = 1e-8;

static int check(const sgdl_problem_t *problem, const sgdl_plan_t *plan, sgdl_error_t *error)
{
    if (plan->noise_law != SGDL_NOISE_GAUSSIAN)
        return sgdl_fail(error, SGDL_ERR_INPUT, "--noise-law",
                         "found binary beside a mixture, whose samples are Gaussian; allowed "
                         "there: gaussian");
    if (plan->kernel == SGDL_KERNEL_COLLAPSED)
        return sgdl_fail(error, SGDL_ERR_INPUT, "--kernel",
                         "found collapsed beside a committee, allowed there: full");
    if (isinf(problem->dimension))
        return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                         "found dimension: inf, which has no directions to draw; a simulation "
                         "needs a finite one, such as --dimension 1000");
    return SGDL_OK;
}

static int count_steps(trial_t *self, sgdl_error_t *error)
{
    const sgdl_plan_t *plan = self->plan;
    self->steps = calloc(plan->points, sizeof *self->steps);
    if (!self->steps)
        return sgdl_fail_memory(error);
    for (size_t p = 0; p < plan->points; p++) {
        const double steps = rint(plan->times[p] * self->problem->dimension);
        if (!(steps < 0x1p53))
            return sgdl_fail(error, SGDL_ERR_INPUT, "time",
                             "found %g, which is %g steps, allowed: fewer than 2^53",
                             plan->times[p], steps);
        self->steps[p] = (uint64_t)steps;
    }
    return SGDL_OK;
}

static int begin(trial_t *self, sgdl_error_t *error)
{
    const sgdl_plan_t *plan = self->plan;
    int status = check(self->problem, plan, error);
    if (status == SGDL_OK)
        status = count_steps(self, error);
    if (status == SGDL_OK)
        status = setup_init(&self->setup, self->problem, plan, reach, accuracy, error);
    if (status == SGDL_OK)
        status = crowd_init(&self->crowd, &self->setup, plan, error);
    if (status != SGDL_OK)
        return status;
    const ensemble_plan_t ensemble = {.curves = problem_curves(self->problem),
                                      .runs = plan->runs,
                                      .points = plan->points,
                                      .steps = self->steps,
                                      .threads = plan->threads,
                                      .watch = plan->watch};
    const size_t quantities = crowd_quantities(&self->crowd);
    const double numbers = ensemble_numbers(&ensemble, quantities) +
                           (double)ensemble_threads(&ensemble) * crowd_numbers(&self->crowd);
    status = memory_ask(plan->memory, 8 * numbers, error, "%zu runs of %.0f directions", plan->runs,
                        self->problem->dimension);
    if (status == SGDL_OK)
        status = ensemble_init(&self->ensemble, &ensemble, quantities, error);
    self->begun = status == SGDL_OK;
    return status;
}

static void end(trial_t *self)
{
    ensemble_free(&self->ensemble);
    crowd_free(&self->crowd);
    setup_free(&self->setup);
    free(self->steps);
}

/* ---- what is handed out ------------------------------------------------------------------------
 */

/* The walker's measures by their names. */
static int list_measures(const trial_t *self, emit_list_t *list, sgdl_error_t *error)
{
    static const char *const names[CROWD_COMMON] = {"risk", "learning_rate", "norm2"};
    const size_t C = self->setup.C, L = self->setup.L, K = self->setup.K;
    int status = SGDL_OK;
    for (size_t c = 0; c < CROWD_COMMON && status == SGDL_OK; c++)
        status = emit_add(list, error, "%s", names[c]);
    for (size_t q = 0; q < 2 * C * L && status == SGDL_OK; q++) {
        const char *name = q % 2 ? "var" : "mean";
        const size_t i = q / (2 * L) + 1, a = q / 2 % L + 1;
        status = L == 1 ? emit_add(list, error, "%s_%zu", name, i)
                        : emit_add(list, error, "%s_%zu_%zu", name, i, a);
    }
    for (size_t o = 0; o < L * K && status == SGDL_OK; o++)
        status = L * K == 1 ? emit_add(list, error, "overlap_signal")
                            : emit_add(list, error, "overlap_signal_%zu_%zu", o / K + 1, o % K + 1);
    return status;
}

static int list_quantities(const trial_t *self, emit_list_t *list, sgdl_error_t *error)
{
    emit_list_t names = {.group = list->group};
    int status = curves_quantities(self->problem, list, error);
    if (status == SGDL_OK)
        status = emit_add(list, error, "t");
    if (status == SGDL_OK)
        status = list_measures(self, &names, error);
    for (size_t q = 0; q < names.count && status == SGDL_OK; q++)
        status = statistics_quantities(list, names.quantity[q].name, error);
    emit_free(&names);
    return status;
}

static int add_curve(const trial_t *self, size_t curve, double *row, const sgdl_sink_t *sink,
                     sgdl_error_t *error)
{
    const kept_t kept = ensemble_kept(&self->ensemble, curve);
    int status = ensemble_note_incomplete(&self->ensemble, curve, sink, error);
    if (status == SGDL_OK && kept.rows > 0)
        status = emit_block(sink, curve, kept.runs, error);
    for (size_t p = 0; p < kept.rows && status == SGDL_OK; p++) {
        double *next = curves_put(self->problem, curve, self->problem->time, row);
        *next++ = (double)self->steps[p] / self->problem->dimension;
        for (size_t q = 0; q < crowd_quantities(&self->crowd); q++)
            next = statistics_put(next, ensemble_statistics(&self->ensemble, curve, p, q));
        status = emit_row(sink, row, error);
    }
    return status;
}

static int hand_out(const trial_t *self, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    const size_t points = self->plan->points;
    emit_list_t list = {.group = QUANTITIES_OF_SIMULATE};
    double *row = NULL;
    int status = emit_note(sink, "runs", error, "%zu", self->ensemble.plan.runs);
    if (status == SGDL_OK)
        status = emit_note(sink, "steps_at_end", error, "%llu",
                           (unsigned long long)self->steps[points - 1]);
    if (status == SGDL_OK)
        status = list_quantities(self, &list, error);
    if (status == SGDL_OK)
        status = emit_quantities(&list, sink, error);
    if (status == SGDL_OK && !(row = calloc(list.count, sizeof *row)))
        status = sgdl_fail_memory(error);
    for (size_t c = 0; c < self->ensemble.plan.curves && status == SGDL_OK; c++)
        status = add_curve(self, c, row, sink, error);
    free(row);
    emit_free(&list);
    return status;
}

static int find_divergence(const trial_t *self, sgdl_error_t *error)
{
    for (size_t curve = 0; curve < self->ensemble.plan.curves; curve++) {
        const kept_t kept = ensemble_kept(&self->ensemble, curve);
        char words[CURVES_WORDS];
        if (kept.diverged > 0)
            return sgdl_fail(error, SGDL_ERR_DIVERGED, NULL,
                             "%zu of %zu runs diverged at %s; %zu of %zu rows kept", kept.diverged,
                             self->ensemble.plan.runs,
                             curves_words(self->problem, curve, self->problem->time, words),
                             kept.rows, self->plan->points);
    }
    return SGDL_OK;
}

int committee_stream_simulate(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                              const sgdl_sink_t *sink, sgdl_error_t *error)
{
    sgdl_plan_t whole;
    int status = plan_complete(&whole, plan, problem, error);
    if (status != SGDL_OK)
        return status;
    trial_t self = {.problem = problem, .plan = &whole};
    status = begin(&self, error);
    if (status == SGDL_OK) {
        const walker_t walker = crowd_walker(&self.crowd);
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
