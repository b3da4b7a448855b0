#include "src/theories/streaming/walkers/sgd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "spectra/dense/matrix.h"
#include "src/theories/streaming/walkers/full.h"
#include "src/theories/streaming/walkers/matrices.h"

/* A quadratic loss whose risk has grown by this factor has diverged: nothing brings it back. */
#define DIVERGED_GROWTH 1e8

/* ---- what all runs share -------------------------------------------------------------------- */

int sgd_init(sgd_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
             sgdl_error_t *error)
{
    *self = (sgd_t){0};
    int status = experiment_init(&self->experiment, problem, plan, error);
    for (size_t r = 0; r < problem->rates && status == SGDL_OK; r++) {
        const rate_source_t source = rate_source_of(&problem->learning_rate[r], problem->time);
        status = rate_source_check(&source, RATE_MEASURES, "the simulation", error);
    }
    if (status != SGDL_OK)
        return status;
    self->readout = readout_choose(&self->experiment, plan->shown, plan->shown_count);
    return plan->directions ? bins_init(&self->bins, &self->experiment, error) : SGDL_OK;
}

void sgd_free(sgd_t *self)
{
    if (self->kernel)
        self->kernel->discard(self->model);
    bins_free(&self->bins);
    experiment_free(&self->experiment);
    *self = (sgd_t){0};
}

size_t sgd_quantities(const sgd_t *self) { return self->readout.count + self->bins.quantities; }

/* The directions, listed, once more in the kernel's own layout and again in half of it, and each
 * thread's X, debts or gradients, velocities and samples. */
double sgd_numbers(const sgd_t *self, double threads)
{
    const experiment_t *experiment = &self->experiment;
    const double C = (double)experiment->C, L = (double)experiment->L, d = (double)experiment->d;
    const double signal = experiment->problem->has_teacher ? 3 : 0;
    const double held = fmin((double)experiment->batch, fmax(FULL_PANEL, C * L));
    const bool beside = experiment->batch > 1 || !experiment->plain;
    const double samples = experiment->plain ? 0.5 * held : 1;
    return d * (5 * C + signal) + threads * d * (L * (1 + beside + experiment->velocity) + samples);
}

/* With matrices that do not commute there is one kernel; *chosen. */
static int choose_matrices(sgd_t *self, sgdl_kernel_t wish, bool *chosen, sgdl_error_t *error)
{
    const experiment_t *experiment = &self->experiment;
    const sgdl_mixture_t mixture = sgdl_problem_mixture(experiment->problem, experiment->plan);
    *chosen = false;
    if (!matrix_in(&mixture))
        return SGDL_OK;
    self->kernel = &kernel_matrices;
    int status = kernel_matrices.prepare(experiment, &self->model, error);
    *chosen = status == SGDL_OK && !matrices_commute(self->model);
    if (*chosen && wish == SGDL_KERNEL_COLLAPSED)
        return sgdl_fail(error, SGDL_ERR_INPUT, "--kernel",
                         "found collapsed beside covariances that do not commute, allowed there: "
                         "auto, full");
    if (status == SGDL_OK && !*chosen) {
        kernel_matrices.discard(self->model);
        self->model = NULL;
        self->kernel = NULL;
    }
    return status;
}

int sgd_choose_kernel(sgd_t *self, sgdl_kernel_t wish, sgdl_error_t *error)
{
    const experiment_t *experiment = &self->experiment;
    bool chosen;
    if (experiment->plan->rows && wish == SGDL_KERNEL_COLLAPSED)
        return sgdl_fail(error, SGDL_ERR_INPUT, "--kernel",
                         "found collapsed beside --rows, whose samples have all their coordinates; "
                         "allowed: full, auto");
    int found = choose_matrices(self, wish, &chosen, error);
    if (found != SGDL_OK || chosen)
        return found;
    const bool full = wish == SGDL_KERNEL_FULL || wish == SGDL_KERNEL_SAMPLES;
    if (!full && self->bins.quantities == 0 && !experiment->plan->rows) {
        sgdl_error_t refusal = {0};
        self->kernel = &kernel_collapsed;
        int status = kernel_collapsed.prepare(experiment, &self->model, &refusal);
        /* What it takes too much of, the other may still have. */
        bool other = wish == SGDL_KERNEL_AUTO && strcmp(refusal.place, "--memory") == 0;
        if (status != SGDL_OK && !other) {
            if (error)
                *error = refusal;
            return status;
        }
        if (status == SGDL_OK &&
            (wish == SGDL_KERNEL_COLLAPSED ||
             kernel_collapsed.cost(experiment, self->model) < kernel_full.cost(experiment, NULL)))
            return SGDL_OK;
        kernel_collapsed.discard(self->model);
        self->model = NULL;
    }
    self->kernel = &kernel_full;
    return kernel_full.prepare(experiment, &self->model, error);
}

/* ---- runs ---------------------------------------------------------------------------------- */

typedef struct sgd_run {
    const sgd_t *sgd;
    void *state;       /* the kernel's */
    moments_t moments; /* arrays in one block, owned */
    double *chi;       /* [L*d] owned; NULL without quantities by direction */
    rate_t rate;
    bool measured;
    double first_risk; /* of the first measurement */
} sgd_run_t;

static void sgd_end(void *state)
{
    sgd_run_t *self = state;
    if (!self)
        return;
    self->sgd->kernel->end(self->state);
    rate_free(&self->rate);
    free(self->moments.m);
    free(self->chi);
    free(self);
}

static int sgd_begin(const void *model, size_t curve, uint64_t run, void **state,
                     sgdl_error_t *error)
{
    const sgd_t *sgd = model;
    const experiment_t *experiment = &sgd->experiment;
    const bool by_direction = sgd->bins.quantities > 0;
    sgd_run_t *self = *state = calloc(1, sizeof *self);
    if (!self)
        return sgdl_fail_memory(error);
    self->sgd = sgd;
    self->moments.m =
        calloc(experiment->C * (experiment->L + experiment->pairs + 1), sizeof *self->moments.m);
    if (by_direction)
        self->chi = calloc(experiment->L, experiment->d * sizeof *self->chi);
    if (!self->moments.m || (by_direction && !self->chi) ||
        rate_init(&self->rate, experiment, curve) != SGDL_OK ||
        sgd->kernel->begin(sgd->model, curve, run, &self->state) != SGDL_OK)
        return sgdl_fail_memory(error);
    self->moments.B = self->moments.m + experiment->C * experiment->L;
    if (experiment->population.teacher)
        self->moments.cross = self->moments.B + experiment->C * experiment->pairs;
    return SGDL_OK;
}

static bool sgd_advance(void *state, uint64_t steps)
{
    sgd_run_t *self = state;
    return self->sgd->kernel->advance(self->state, steps);
}

/* Numbers all over, and a quadratic risk that has not grown out of all bounds; where the rate falls
 * it may come back from anywhere. */
static bool goes_on(const sgd_run_t *self, uint64_t step, const double *row)
{
    const experiment_t *experiment = &self->sgd->experiment;
    size_t C = experiment->C, moments = C * (experiment->L + experiment->pairs + 1);
    double risk = row[READOUT_RISK];
    bool finite = isfinite(risk) && isfinite(row[READOUT_NORM2]);
    for (size_t e = 0; e < moments; e++)
        finite = finite && isfinite(self->moments.m[e]); /* B and cross follow m */
    if (!finite || !experiment->loss->quadratic)
        return finite;
    return rate_falls(&self->rate, step) || risk <= DIVERGED_GROWTH * (1 + self->first_risk);
}

static bool sgd_measure(void *state, uint64_t step, double *row)
{
    sgd_run_t *self = state;
    const sgd_t *sgd = self->sgd;
    sgd->kernel->read(self->state, &self->moments);
    readout_row(&sgd->readout, &self->moments, &self->rate, step, row);
    if (sgd->readout.has_rows)
        sgd->kernel->test(self->state, row + sgd->readout.rows, row + sgd->readout.rows + 1);
    if (self->chi) {
        sgd->kernel->coordinates(self->state, self->chi);
        bins_row(&sgd->bins, self->chi, row + sgd->readout.count);
    }
    if (!self->measured)
        self->first_risk = row[READOUT_RISK];
    self->measured = true;
    return goes_on(self, step, row);
}

bool sgd_sums_batches(const sgd_t *self)
{
    return self->kernel == &kernel_full && full_sums_batches(self->model);
}

walker_t sgd_walker(const sgd_t *self)
{
    return (walker_t){.name = self->kernel->name,
                      .model = self,
                      .quantities = sgd_quantities(self),
                      .cost = self->kernel->cost(&self->experiment, self->model),
                      .begin = sgd_begin,
                      .advance = sgd_advance,
                      .measure = sgd_measure,
                      .end = sgd_end};
}
