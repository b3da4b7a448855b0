/* The grid: who computes what. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef _OPENMP
#include <omp.h>
#endif

#include "src/base/memory.h"
#include "src/study/ranks.h"
#include "src/study/sweep_point.h"
#include "src/study/sweep_table.h"
#include "src/study/variable.h"
#include "src/study/variation.h"
#include "src/problem/plan.h"
#include "src/problem/problem.h"
#include "src/theories/theory.h"

/* ---- the grid -------------------------------------------------------------------------------- */

static int count_points(sgdl_sweep_t *self, sgdl_error_t *error)
{
    self->points = 1;
    for (size_t a = 0; a < self->axes; a++)
        if (__builtin_mul_overflow(self->points, self->axis[a].count, &self->points))
            return sgdl_fail_memory(error);
    if (self->points > 10000000)
        return sgdl_fail(error, SGDL_ERR_INPUT, "--vary",
                         "found %zu points, allowed: at most 10000000", self->points);
    return SGDL_OK;
}

/* The rows, and once more those of the table, which grows by doubling. */
static int check_memory(const sgdl_sweep_t *self, double memory, sgdl_error_t *error)
{
    const double row =
        3 * (double)self->columns * sizeof *self->value + sizeof *self->done + sizeof *self->reason;
    return memory_ask(memory, row * (double)self->points, error, "the rows of %zu points",
                      self->points);
}

static int check(const sgdl_sweep_t *self, sgdl_error_t *error)
{
    if (self->problem->rates > 1)
        return sgdl_fail(error, SGDL_ERR_INPUT, "learning_rate",
                         "found %zu learning rates, allowed in a sweep: one; vary learning_rate",
                         self->problem->rates);
    if (self->problem->batch_count > 1)
        return sgdl_fail(error, SGDL_ERR_INPUT, "batch",
                         "found %zu batches, allowed in a sweep: one; vary batch",
                         self->problem->batch_count);
    if (self->axes == 2 && strcmp(self->axis[0].key, self->axis[1].key) == 0)
        return sgdl_fail(error, SGDL_ERR_INPUT, "--vary", "found '%.100s' twice, allowed: once",
                         self->axis[0].key);
    return SGDL_OK;
}

int sgdl_sweep_init(sgdl_sweep_t *self, const sgdl_problem_t *problem, const sgdl_grid_t *grid,
                    sgdl_error_t *error)
{
    if (!self)
        return sgdl_fail_memory(error);
    *self = (sgdl_sweep_t){.axes = grid->axes,
                           .timings = grid->timings,
                           .accuracy = grid->accuracy,
                           .cell = grid->cell,
                           .paths = grid->paths,
                           .no_error = grid->no_error};
    if (grid->axes < 1 || grid->axes > SGDL_SWEEP_AXES)
        return sgdl_fail(error, SGDL_ERR_INPUT, "--vary", "found %zu, allowed: one or two",
                         grid->axes);
    memcpy(self->axis, grid->axis, grid->axes * sizeof *grid->axis);
    self->problem = sgdl_problem_new();
    sgdl_plan_t ignored, plan = sgdl_plan_default();
    sweep_point_plan(self, &plan);
    int status = plan_complete(&ignored, &plan, problem, error);
    if (status == SGDL_OK)
        status = variation_begin(self->problem, problem, NULL, error);
    if (status == SGDL_OK)
        status = theory_need(theory_of(self->problem), THEORY_MEASURES_POINTS, theories, error);
    if (status == SGDL_OK)
        status = check(self, error);
    if (status == SGDL_OK)
        status = variable_check(self->problem, self->axis, self->axes, error);
    if (status == SGDL_OK)
        status = count_points(self, error);
    if (status != SGDL_OK)
        return status;
    self->memory = grid->memory;
    status = sweep_point_shown(self, error);
    self->columns = sweep_point_width(self);
    if (status == SGDL_OK)
        status = check_memory(self, grid->memory, error);
    if (status != SGDL_OK)
        return status;
    self->value = calloc(self->points, self->columns * sizeof *self->value);
    self->done = calloc(self->points, sizeof *self->done);
    self->reason = calloc(self->points, sizeof *self->reason);
    return self->value && self->done && self->reason ? SGDL_OK : sgdl_fail_memory(error);
}

sgdl_sweep_t *sgdl_sweep_new(void) { return calloc(1, sizeof(sgdl_sweep_t)); }

void sgdl_sweep_free(sgdl_sweep_t *self)
{
    if (!self)
        return;
    for (size_t p = 0; self->reason && p < self->points; p++)
        free(self->reason[p]);
    free(self->reason);
    free(self->value);
    free(self->done);
    emit_free(&self->shown);
    sgdl_problem_free(self->problem);
    free(self);
}

size_t sgdl_sweep_points(const sgdl_sweep_t *self) { return self->points; }

size_t sgdl_sweep_columns(const sgdl_sweep_t *self) { return self->columns; }

const double *sgdl_sweep_row(const sgdl_sweep_t *self, size_t point)
{
    return self->done[point] ? self->value + point * self->columns : NULL;
}

const char *sgdl_sweep_reason(const sgdl_sweep_t *self, size_t point)
{
    return self->reason[point];
}

/* ---- running --------------------------------------------------------------------------------- */

typedef struct run {
    sgdl_sweep_t *sweep;
    const sgdl_sweep_options_t *options;
    size_t next, finished;
    int status; /* of the first failure that ends the sweep */
    sgdl_error_t error;
} run_t;

/* The next point that is not done, or -1; to be called by one thread at a time. */
static long take(run_t *self)
{
    if (self->status == SGDL_OK && sgdl_watch_stopped(&self->options->watch))
        self->status = sgdl_fail(&self->error, SGDL_ERR_INTERRUPTED, NULL,
                                 "interrupted; %zu of %zu points are done", self->finished,
                                 self->sweep->points);
    while (self->next < self->sweep->points && self->sweep->done[self->next])
        self->next++;
    if (self->status != SGDL_OK || self->next == self->sweep->points)
        return -1;
    return (long)self->next++;
}

/* A row has come; to be called by one thread at a time. */
static void deliver(run_t *self, size_t point, const double *row, const char *reason)
{
    const sgdl_sweep_options_t *options = self->options;
    sgdl_error_t error = {0};
    int status = sweep_keep(self->sweep, point, row, reason, &error);
    self->finished++;
    if (status == SGDL_OK && options->row)
        status = options->row(options->row_context, point, &error);
    if (status != SGDL_OK && self->status == SGDL_OK) {
        self->status = status;
        self->error = error;
    }
    sgdl_watch_report(&options->watch, (double)self->finished / (double)self->sweep->points, NAN);
}

/* One thread's share: point after point until none is left. */
static void work(run_t *self)
{
    const sgdl_sweep_t *sweep = self->sweep;
    char reason[SWEEP_REASON];
    double *row = malloc(sweep->columns * sizeof *row);
    for (;;) {
        long point;
        sgdl_error_t error = {0};
#pragma omp critical(sgdlimit_sweep)
        point = take(self);
        if (point < 0)
            break;
        int status =
            row ? sweep_point_compute(sweep, (size_t)point, self->options, row, reason, &error)
                : sgdl_fail_memory(&error);
#pragma omp critical(sgdlimit_sweep)
        {
            if (status == SGDL_OK)
                deliver(self, (size_t)point, row, reason);
            else if (status != SGDL_ERR_INTERRUPTED && self->status == SGDL_OK) {
                self->status = status;
                self->error = error;
            }
        }
    }
    free(row);
}

static int threads_of(const run_t *self)
{
    size_t threads = self->options->threads;
#ifdef _OPENMP
    if (threads == 0)
        threads = ranks_count() > 1 ? 1 : (size_t)omp_get_max_threads();
#endif
    return threads < 1 ? 1 : threads > 1024 ? 1024 : (int)threads;
}

/* ---- several ranks --------------------------------------------------------------------------- */

/* What a worker sends back: the point, the row, the reason. */
static size_t message_size(const sgdl_sweep_t *self)
{
    return (1 + self->columns) * sizeof(double) + SWEEP_REASON;
}

/* Numbers that a worker has asked for: while it computes one, the next is on its way. */
enum { AHEAD = 2 };

/* A worker's messages, and the numbers it gets for them, until all workers have been sent home. */
static void dispatch(run_t *self, double *message)
{
    const size_t room = message_size(self->sweep);
    const struct timespec pause = {.tv_nsec = 500000};
    size_t size;
    int from, working = AHEAD * (ranks_count() - 1);
    while (working > 0) {
        if (!ranks_poll(message, room, &size, &from)) {
            (void)nanosleep(&pause, NULL);
            continue;
        }
        long point;
#pragma omp critical(sgdlimit_sweep)
        {
            if (size == room)
                deliver(self, (size_t)message[0], message + 1,
                        (const char *)(message + 1 + self->sweep->columns));
            point = take(self);
            if (size > 0 && size < room && self->status == SGDL_OK) {
                self->status = sgdl_fail(&self->error, SGDL_ERR_EXTERNAL, NULL,
                                         "rank %d gave up on a point", from);
                point = -1;
            }
        }
        working -= point < 0;
        ranks_answer(from, point);
    }
}

/* Rank 0: one thread talks to the others, the rest compute. */
static void lead(run_t *self, int threads, double *message)
{
#ifdef _OPENMP
#pragma omp parallel num_threads(threads + 1)
    {
        if (omp_get_thread_num() == 0)
            dispatch(self, message);
        if (omp_get_thread_num() > 0 || omp_get_num_threads() == 1)
            work(self);
    }
#else
    (void)threads;
    dispatch(self, message);
    work(self);
#endif
}

/* Any other rank. A failure that would end the sweep is told by a message without a row. */
static int follow(run_t *self, double *message, sgdl_error_t *error)
{
    const sgdl_sweep_t *sweep = self->sweep;
    char *reason = (char *)(message + 1 + sweep->columns);
    int status = SGDL_OK, asked = 0;
    for (; asked < AHEAD; asked++)
        ranks_send(message, 0);
    while (asked > 0) {
        long point = ranks_receive();
        if (point < 0) {
            asked--;
            continue;
        }
        message[0] = (double)point;
        int computed = sweep_point_compute(sweep, (size_t)point, self->options, message + 1, reason,
                                           status == SGDL_OK ? error : NULL);
        if (status == SGDL_OK)
            status = computed;
        ranks_send(message, computed == SGDL_OK ? message_size(sweep) : sizeof *message);
    }
    return status;
}

static int run_ranks(run_t *self, int threads, sgdl_error_t *error)
{
    double *message = calloc(1, message_size(self->sweep));
    if (!message)
        return sgdl_fail_memory(error);
    int status = SGDL_OK;
    if (ranks_own() == 0)
        lead(self, threads, message);
    else
        status = follow(self, message, error);
    free(message);
    return status;
}

int sgdl_sweep_run(sgdl_sweep_t *self, const sgdl_sweep_options_t *options, sgdl_error_t *error)
{
    const sgdl_sweep_options_t standard = {0};
    run_t run = {.sweep = self, .options = options ? options : &standard};
    const int threads = threads_of(&run);
    int status = SGDL_OK;
    for (size_t p = 0; p < self->points; p++)
        run.finished += self->done[p];
    if (ranks_count() > 1)
        status = run_ranks(&run, threads, error);
    else if (threads == 1)
        work(&run); /* OpenMP ends the program where it has no memory for its threads */
    else {
#pragma omp parallel num_threads(threads)
        work(&run);
    }
    if (status == SGDL_OK && run.status != SGDL_OK) {
        status = run.status;
        if (error)
            *error = run.error;
    }
    return status;
}
