#include "src/ensemble/ensemble.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/memory.h"
#ifdef _OPENMP
#include <omp.h>
#endif

/* A run looks up after about this many nanoseconds, for Ctrl-C and the progress. */
#define PACE 2e7

/* A quadratic loss whose risk has grown by this factor has diverged: nothing brings it back. */
#define DIVERGED_GROWTH 1e8

/* ---- preparation --------------------------------------------------------------------------- */

/* `auto` is the collapsed kernel where that is cheaper. */
static int choose_kernel(ensemble_t *self, sgdl_error_t *error)
{
    const experiment_t *experiment = &self->experiment;
    sgdl_kernel_t wish = self->options->directions ? SGDL_KERNEL_FULL : self->options->kernel;
    if (wish != SGDL_KERNEL_FULL) {
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

static size_t count_threads(const ensemble_t *self)
{
    size_t tasks = self->curves * self->runs, threads = self->options->threads;
#ifdef _OPENMP
    if (threads == 0)
        threads = (size_t)omp_get_max_threads();
#else
    threads = 1;
#endif
    threads = threads < tasks ? threads : tasks;
    return threads < 4096 ? threads : 4096;
}

/* Rows of all runs, tables of them, and what the full kernel needs: the directions, listed and once
 * more in its own layout, and each thread's X, debts and features. */
static int ask_memory(const ensemble_t *self, sgdl_error_t *error)
{
    const experiment_t *experiment = &self->experiment;
    const double C = (double)experiment->C, L = (double)experiment->L, d = (double)experiment->d;
    const double tasks = (double)self->curves * (double)self->runs, points = (double)self->points;
    const double threads = (double)count_threads(self);
    const double numbers = tasks * points * (double)self->width + points * (4 + tasks) + d * 4 * C +
                           threads * d * (L * (experiment->batch > 1 ? 2 : 1) + 1);
    return memory_ask(experiment->problem->memory, 8 * numbers, error,
                      "%.0f runs of %.0f rows, %.0f directions and %zu classes on %.0f threads",
                      tasks, points, d, experiment->C, threads);
}

static int allocate(ensemble_t *self, sgdl_error_t *error)
{
    size_t tasks, rows, values;
    int status = ask_memory(self, error);
    if (status != SGDL_OK)
        return status;
    if (__builtin_mul_overflow(self->curves, self->runs, &tasks) ||
        __builtin_mul_overflow(tasks, self->points, &rows) ||
        __builtin_mul_overflow(rows, self->width, &values))
        return sgdl_fail_memory(error);
    self->steps = calloc(self->points, sizeof *self->steps);
    self->rows = calloc(tasks, sizeof *self->rows);
    self->status = calloc(tasks, sizeof *self->status);
    self->value = calloc(values, sizeof *self->value);
    if (!self->steps || !self->rows || !self->status || !self->value)
        return sgdl_fail_memory(error);
    return SGDL_OK;
}

static int set_steps(ensemble_t *self, sgdl_error_t *error)
{
    const sgdl_problem_t *problem = self->experiment.problem;
    for (size_t p = 0; p < self->points; p++) {
        double steps = rint(problem->times[p] * problem->dimension);
        if (!(steps < 0x1p53))
            return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                             "time %g takes %g steps, allowed: a simulation of fewer than 2^53",
                             problem->times[p], steps);
        self->steps[p] = (uint64_t)steps;
    }
    self->total = (double)self->steps[self->points - 1] * (double)self->curves * (double)self->runs;
    return SGDL_OK;
}

int ensemble_init(ensemble_t *self, const sgdl_problem_t *problem,
                  const sgdl_simulate_options_t *options, sgdl_error_t *error)
{
    *self = (ensemble_t){.options = options, .curves = problem->rates, .runs = options->runs};
    if (options->runs < 1)
        return sgdl_fail(error, SGDL_ERR_INPUT, NULL, "found 0 runs, allowed from 1");
    int status = experiment_init(&self->experiment, problem, error);
    if (status != SGDL_OK)
        return status;
    self->experiment.interrupted = options->interrupted;
    self->points = problem->points;
    self->readout = readout_choose(&self->experiment, options->shown, options->shown_count);
    if (options->directions)
        status = bins_init(&self->bins, &self->experiment, error);
    self->width = self->readout.count + self->bins.quantities;
    if (status == SGDL_OK)
        status = allocate(self, error);
    if (status == SGDL_OK)
        status = set_steps(self, error);
    if (status == SGDL_OK)
        status = choose_kernel(self, error);
    self->threads = count_threads(self);
    return status;
}

void ensemble_free(ensemble_t *self)
{
    if (self->kernel)
        self->kernel->discard(self->model);
    experiment_free(&self->experiment);
    bins_free(&self->bins);
    free(self->steps);
    free(self->rows);
    free(self->status);
    free(self->value);
    *self = (ensemble_t){0};
}

/* ---- runs ---------------------------------------------------------------------------------- */

/* One run on its way. */
typedef struct journey {
    ensemble_t *ensemble;
    size_t task; /* curve*runs + run */
    void *state;
    moments_t moments; /* arrays in one block, owned */
    double *chi;       /* [L*d] owned; NULL if directions are not asked for */
    rate_t rate;
    double first_risk;
} journey_t;

static bool is_interrupted(const ensemble_t *self)
{
    return experiment_interrupted(&self->experiment);
}

static void report(ensemble_t *self, double steps)
{
    if (!self->options->progress)
        return;
#ifdef _OPENMP
#pragma omp critical(sgdlimit_progress)
#endif
    {
        self->done += steps;
        self->options->progress(self->options->progress_context,
                                self->total > 0 ? self->done / self->total : 1, NAN);
    }
}

/* Numbers all over, and a quadratic risk that has not grown out of all bounds; where the rate falls
 * it may come back from anywhere. */
static bool goes_on(const journey_t *self, uint64_t step, const double *row)
{
    const experiment_t *experiment = &self->ensemble->experiment;
    size_t C = experiment->C, moments = C * (experiment->L + experiment->pairs);
    double risk = row[READOUT_RISK], t = (double)step / experiment->problem->dimension;
    bool finite = isfinite(risk) && isfinite(row[READOUT_NORM2]);
    for (size_t e = 0; e < moments; e++)
        finite = finite && isfinite(self->moments.m[e]); /* B follows m */
    if (!finite || !experiment->loss->quadratic)
        return finite;
    bool falls = sgdl_schedule_least(self->rate.schedule, t, self->rate.horizon) <
                 sgdl_schedule_max(self->rate.schedule, self->rate.horizon);
    return falls || risk <= DIVERGED_GROWTH * (1 + self->first_risk);
}

/* Writes a row; false if the run has diverged. */
static bool write_row(journey_t *self, size_t p)
{
    ensemble_t *ensemble = self->ensemble;
    const readout_t *readout = &ensemble->readout;
    double *row = ensemble->value + (self->task * ensemble->points + p) * ensemble->width;
    ensemble->kernel->read(self->state, &self->moments);
    readout_row(readout, &self->moments, rate_at(&self->rate, ensemble->steps[p]), row);
    if (self->chi) {
        ensemble->kernel->coordinates(self->state, self->chi);
        bins_row(&ensemble->bins, self->chi, row + readout->count);
    }
    if (p == 0)
        self->first_risk = row[READOUT_RISK];
    if (!goes_on(self, ensemble->steps[p], row))
        return false;
    ensemble->rows[self->task] = p + 1;
    return true;
}

static void travel(journey_t *self)
{
    ensemble_t *ensemble = self->ensemble;
    double cost = ensemble->kernel->cost(&ensemble->experiment, ensemble->model);
    uint64_t step = 0, most = PACE > cost ? (uint64_t)(PACE / cost) : 1;
    ensemble->status[self->task] = RUN_GOING;
    for (size_t p = 0; p < ensemble->points; p++) {
        while (step < ensemble->steps[p]) {
            uint64_t left = ensemble->steps[p] - step, count = left < most ? left : most;
            if (is_interrupted(ensemble))
                return;
            if (!ensemble->kernel->advance(self->state, count))
                return;
            step += count;
            report(ensemble, (double)count);
        }
        if (!write_row(self, p)) {
            ensemble->status[self->task] = RUN_DIVERGED;
            report(ensemble, (double)(ensemble->steps[ensemble->points - 1] - step));
            return;
        }
    }
    ensemble->status[self->task] = RUN_FINISHED;
}

static int make_run(ensemble_t *self, size_t task)
{
    const experiment_t *experiment = &self->experiment;
    size_t curve = task / self->runs, run = task % self->runs, C = experiment->C;
    journey_t journey = {
        .ensemble = self, .task = task, .rate = experiment_rate(experiment, curve)};
    if (is_interrupted(self))
        return SGDL_OK;
    journey.moments.m = calloc(C * (experiment->L + experiment->pairs), sizeof(double));
    if (self->options->directions)
        journey.chi = calloc(experiment->L, experiment->d * sizeof *journey.chi);
    bool ready = journey.moments.m && (journey.chi || !self->options->directions);
    int status =
        ready ? self->kernel->begin(self->model, curve, run, &journey.state) : SGDL_ERR_MEMORY;
    if (status == SGDL_OK) {
        journey.moments.B = journey.moments.m + C * experiment->L;
        travel(&journey);
    }
    self->kernel->end(journey.state);
    free(journey.moments.m);
    free(journey.chi);
    return status;
}

int ensemble_run(ensemble_t *self, sgdl_error_t *error)
{
    size_t tasks = self->curves * self->runs;
    int worst = SGDL_OK;
#ifdef _OPENMP
#pragma omp parallel for schedule(dynamic, 1) num_threads((int)self->threads)
#endif
    for (size_t task = 0; task < tasks; task++) {
        int status = make_run(self, task);
        if (status != SGDL_OK) {
#ifdef _OPENMP
#pragma omp atomic write
#endif
            worst = status;
        }
    }
    if (worst != SGDL_OK)
        return sgdl_fail_memory(error);
    size_t ended = 0;
    for (size_t task = 0; task < tasks; task++)
        ended += self->status[task] == RUN_FINISHED || self->status[task] == RUN_DIVERGED;
    if (ended < tasks)
        return sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL,
                         "interrupted; %zu of %zu runs had come to their end", ended, tasks);
    return SGDL_OK;
}

double ensemble_time(const ensemble_t *self, size_t row)
{
    return (double)self->steps[row] / self->experiment.problem->dimension;
}
