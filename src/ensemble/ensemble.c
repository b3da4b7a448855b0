#include "src/ensemble/ensemble.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/curve/emit.h"

#ifdef _OPENMP
#include <omp.h>
#endif

/* A run looks up after about this many nanoseconds, for Ctrl-C and the progress. */
#define PACE 2e7

enum { MOST_THREADS = 4096 };

/* ---- preparation --------------------------------------------------------------------------- */

static size_t count_tasks(const ensemble_plan_t *plan) { return plan->curves * plan->runs; }

/* Asked for, or as many as there are processors. */
static size_t all_threads(const ensemble_plan_t *plan)
{
    size_t threads = plan->threads;
#ifdef _OPENMP
    if (threads == 0)
        threads = (size_t)omp_get_max_threads();
#else
    threads = 1;
#endif
    return threads < MOST_THREADS ? threads : MOST_THREADS;
}

size_t ensemble_threads(const ensemble_plan_t *plan)
{
    const size_t tasks = count_tasks(plan), threads = all_threads(plan);
    return threads < tasks ? threads : tasks;
}

size_t ensemble_share(const ensemble_plan_t *plan)
{
    return all_threads(plan) / ensemble_threads(plan);
}

uint64_t ensemble_steps(const ensemble_plan_t *plan, size_t curve, size_t row)
{
    return plan->steps[plan->apart ? curve * plan->points + row : row];
}

double ensemble_numbers(const ensemble_plan_t *plan, size_t quantities)
{
    const double tasks = (double)plan->curves * (double)plan->runs, points = (double)plan->points;
    return tasks * points * (double)quantities + points * (4 + tasks);
}

static int allocate(ensemble_t *self, sgdl_error_t *error)
{
    size_t tasks, rows, values;
    if (__builtin_mul_overflow(self->plan.curves, self->plan.runs, &tasks) ||
        __builtin_mul_overflow(tasks, self->plan.points, &rows) ||
        __builtin_mul_overflow(rows, self->quantities, &values))
        return sgdl_fail_memory(error);
    self->rows = calloc(tasks, sizeof *self->rows);
    self->stage = calloc(tasks, sizeof *self->stage);
    self->value = calloc(values, sizeof *self->value);
    self->sample = calloc(self->plan.runs, sizeof *self->sample);
    if (!self->rows || !self->stage || !self->value || !self->sample)
        return sgdl_fail_memory(error);
    return SGDL_OK;
}

int ensemble_init(ensemble_t *self, const ensemble_plan_t *plan, size_t quantities,
                  sgdl_error_t *error)
{
    assert(plan->curves > 0 && plan->runs > 0 && plan->points > 0 && quantities > 0);
    *self = (ensemble_t){.plan = *plan, .quantities = quantities};
    for (size_t curve = 0; curve < plan->curves; curve++)
        self->total += (double)ensemble_steps(plan, curve, plan->points - 1) * (double)plan->runs;
    return allocate(self, error);
}

void ensemble_free(ensemble_t *self)
{
    free(self->rows);
    free(self->stage);
    free(self->value);
    free(self->sample);
    *self = (ensemble_t){0};
}

/* ---- runs ---------------------------------------------------------------------------------- */

static void report(ensemble_t *self, double steps)
{
    if (!self->plan.watch.progress)
        return;
#ifdef _OPENMP
#pragma omp critical(sgdlimit_progress)
#endif
    {
        self->done += steps;
        sgdl_watch_report(&self->plan.watch, self->total > 0 ? self->done / self->total : 1, NAN);
    }
}

/* The row of a task, a run's number counted through all curves. */
static double *row_of(const ensemble_t *self, size_t task, size_t p)
{
    return self->value + (task * self->plan.points + p) * self->quantities;
}

/* One run from its start to its end; returns how it ended. */
static run_stage_t travel(ensemble_t *self, size_t task, void *state)
{
    const walker_t *walker = self->walker;
    const size_t points = self->plan.points;
    const uint64_t *steps =
        self->plan.steps + (self->plan.apart ? task / self->plan.runs * points : 0);
    uint64_t step = 0, most = PACE > walker->cost ? (uint64_t)(PACE / walker->cost) : 1;
    for (size_t p = 0; p < points; p++) {
        while (step < steps[p]) {
            uint64_t left = steps[p] - step, count = left < most ? left : most;
            if (sgdl_watch_stopped(&self->plan.watch) || !walker->advance(state, count))
                return RUN_GOING;
            step += count;
            report(self, (double)count);
        }
        if (!walker->measure(state, step, row_of(self, task, p))) {
            report(self, (double)(steps[points - 1] - step));
            return RUN_DIVERGED;
        }
        self->rows[task] = p + 1;
    }
    return RUN_FINISHED;
}

static int make_run(ensemble_t *self, size_t task, sgdl_error_t *error)
{
    const walker_t *walker = self->walker;
    void *state = NULL;
    if (sgdl_watch_stopped(&self->plan.watch))
        return SGDL_OK;
    int status =
        walker->begin(walker->model, task / self->plan.runs, task % self->plan.runs, &state, error);
    if (status == SGDL_OK)
        self->stage[task] = travel(self, task, state);
    walker->end(state);
    return status;
}

/* The failure of the first task that failed; written and read by one thread at a time. */
typedef struct failure {
    int status; /* SGDL_OK: none has */
    size_t task;
    sgdl_error_t error;
} failure_t;

static bool has_failed(const failure_t *self)
{
    int status;
#ifdef _OPENMP
#pragma omp critical(sgdlimit_failure)
#endif
    status = self->status;
    return status != SGDL_OK;
}

static void add_failure(failure_t *self, size_t task, int status, const sgdl_error_t *error)
{
#ifdef _OPENMP
#pragma omp critical(sgdlimit_failure)
#endif
    if (self->status == SGDL_OK || task < self->task)
        *self = (failure_t){.status = status, .task = task, .error = *error};
}

static void run_task(ensemble_t *self, size_t task, failure_t *failure)
{
    sgdl_error_t own = {0};
    int status = has_failed(failure) ? SGDL_OK : make_run(self, task, &own);
    if (status != SGDL_OK)
        add_failure(failure, task, status, &own);
}

/* OpenMP ends the program where it has no memory for its threads: one thread does without it. */
static void run_tasks(ensemble_t *self, size_t tasks, failure_t *failure)
{
    const int threads = (int)ensemble_threads(&self->plan);
    if (threads > 1) {
#ifdef _OPENMP
        const int levels = omp_get_max_active_levels();
        omp_set_max_active_levels(levels > 2 ? levels : 2); /* runs may have threads of their own */
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
#endif
        for (size_t task = 0; task < tasks; task++)
            run_task(self, task, failure);
#ifdef _OPENMP
        omp_set_max_active_levels(levels);
#endif
    } else {
        for (size_t task = 0; task < tasks; task++)
            run_task(self, task, failure);
    }
}

int ensemble_run(ensemble_t *self, const walker_t *walker, sgdl_error_t *error)
{
    assert(walker->quantities == self->quantities);
    const size_t tasks = count_tasks(&self->plan);
    failure_t failure = {.status = SGDL_OK};
    self->walker = walker;
    run_tasks(self, tasks, &failure);
    self->walker = NULL;
    if (failure.status != SGDL_OK) {
        if (error)
            *error = failure.error;
        return failure.status;
    }
    size_t ended = 0;
    for (size_t task = 0; task < tasks; task++)
        ended += self->stage[task] == RUN_FINISHED || self->stage[task] == RUN_DIVERGED;
    if (ended < tasks)
        return sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL,
                         "interrupted; %zu of %zu runs had come to their end", ended, tasks);
    return SGDL_OK;
}

/* ---- what there is of the runs -------------------------------------------------------------- */

/* A run that counts: see ensemble_kept. */
static bool counts(const ensemble_t *self, size_t task, bool unfinished)
{
    run_stage_t stage = self->stage[task];
    return stage == RUN_FINISHED || stage == RUN_DIVERGED ||
           (unfinished && stage == RUN_GOING && self->rows[task] > 0);
}

bool ensemble_counts(const ensemble_t *self, const kept_t *kept, size_t curve, size_t run)
{
    return counts(self, curve * self->plan.runs + run, kept->unfinished);
}

kept_t ensemble_kept(const ensemble_t *self, size_t curve)
{
    kept_t kept = {.rows = self->plan.points, .unfinished = true};
    const size_t first = curve * self->plan.runs, end = first + self->plan.runs;
    for (size_t r = first; r < end; r++) {
        kept.unfinished = kept.unfinished && !counts(self, r, false);
        kept.diverged += self->stage[r] == RUN_DIVERGED;
    }
    for (size_t r = first; r < end; r++) {
        if (!counts(self, r, kept.unfinished))
            continue;
        kept.runs++;
        kept.rows = self->rows[r] < kept.rows ? self->rows[r] : kept.rows;
    }
    if (kept.runs == 0)
        kept.rows = 0;
    return kept;
}

const double *ensemble_row(const ensemble_t *self, size_t curve, size_t run, size_t row)
{
    return row_of(self, curve * self->plan.runs + run, row);
}

statistics_t ensemble_statistics(const ensemble_t *self, size_t curve, size_t row, size_t quantity)
{
    size_t count = 0;
    const bool unfinished = ensemble_kept(self, curve).unfinished;
    for (size_t run = 0; run < self->plan.runs; run++)
        if (counts(self, curve * self->plan.runs + run, unfinished))
            self->sample[count++] = ensemble_row(self, curve, run, row)[quantity];
    return statistics_of(self->sample, count);
}

int ensemble_note_incomplete(const ensemble_t *self, size_t curve, const sgdl_sink_t *sink,
                             sgdl_error_t *error)
{
    char key[64];
    const ensemble_plan_t *plan = &self->plan;
    const kept_t kept = ensemble_kept(self, curve);
    int status = SGDL_OK;
    if (kept.unfinished || kept.runs < plan->runs) {
        (void)snprintf(key, sizeof key, "curve_%zu_interrupted", curve + 1);
        const char *which = kept.runs == 0    ? "none had begun"
                            : kept.unfinished ? "still under way"
                                              : "those that had come to their end";
        status = emit_note(sink, key, error, "%zu of %zu runs kept (%s); %zu of %zu rows",
                           kept.runs, plan->runs, which, kept.rows, plan->points);
    }
    if (status == SGDL_OK && kept.diverged > 0) {
        (void)snprintf(key, sizeof key, "curve_%zu_ended", curve + 1);
        status = emit_note(sink, key, error,
                           "%zu of %zu runs diverged; kept are the rows before the first: "
                           "%zu of %zu",
                           kept.diverged, plan->runs, kept.rows, plan->points);
    }
    return status;
}
