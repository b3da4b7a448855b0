/* A pass through time without sampling. */
#include "src/theories/fixed_data/exact_paths.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/interrupted.h"
#include "src/theories/fixed_data/pass.h"

/* Rounding errors of what was so large would spoil what comes after. */
static const double GROWTH = 1e12;

bool pass_exact_serves(const setup_t *setup, const timeline_t *timeline)
{
    return setup->problem->loss == &sgdl_loss_least_squares && timeline->law->independent &&
           (setup->K == 0 || (setup->K == 1 && setup->L == 1));
}

double pass_exact_memory(const setup_t *setup, const timeline_t *timeline)
{
    const size_t steps = timeline->steps;
    return node_side_memory(setup, steps) + exact_memory(setup, steps) +
           exact_paths_memory(setup, timeline);
}

typedef struct run {
    const pass_task_t *task;
    layout_t layout;
    node_side_t side;
    exact_t exact;
    exact_paths_t paths;
    double first; /* risk at X_0 */
    double *risk; /* [C] */
    bool is_seen; /* the last look was at X_t */
} run_t;

static int fail_diverged(const run_t *self, size_t rows, sgdl_error_t *error)
{
    const timeline_t *timeline = self->task->timeline;
    const size_t t = self->side.t;
    return sgdl_fail(error, SGDL_ERR_DIVERGED, NULL,
                     "the run diverged: after %zu steps the training risk is beyond %g times what "
                     "it began with; the learning rate of the last step is %.6g; %zu of %zu rows "
                     "kept",
                     t, GROWTH, t > 0 ? timeline->step[t - 1].rate : 0, rows, timeline->rows);
}

/* What samples see at X_t + ahead (X_t - X_{t-1}); false if that is beyond all bounds. */
static bool look(run_t *self, double ahead)
{
    const setup_t *setup = self->task->setup;
    double risk = 0;
    node_side_look(&self->side, ahead);
    exact_see(&self->exact);
    exact_paths_see(&self->paths);
    exact_risk(&self->exact, self->risk);
    for (size_t i = 0; i < setup->C; i++)
        risk += setup->p[i] * self->risk[i];
    if (self->side.t == 0)
        self->first = risk;
    self->is_seen = ahead == 0;
    return risk <= GROWTH * (1 + self->first);
}

static void see_row(run_t *self, double *row)
{
    const setup_t *setup = self->task->setup;
    node_side_state(&self->side, row);
    memcpy(row + self->layout.train_risk, self->risk, setup->C * sizeof *row);
    exact_error(&self->exact, row + self->layout.train_error);
    exact_paths_error(&self->paths, row + self->layout.train_error);
}

/* All rows that are due after t steps. */
static int see_rows(run_t *self, double *rows, pass_result_t *result, sgdl_error_t *error)
{
    const timeline_t *timeline = self->task->timeline;
    const size_t width = self->layout.width, first = result->rows;
    while (result->rows < timeline->rows && timeline->due[result->rows] == self->side.t) {
        if (result->rows == first) {
            if (!look(self, 0))
                return fail_diverged(self, first, error);
            see_row(self, rows + first * width);
        } else {
            memcpy(rows + result->rows * width, rows + first * width, width * sizeof *rows);
        }
        result->rows++;
    }
    return SGDL_OK;
}

static int make_step(run_t *self, size_t rows, sgdl_error_t *error)
{
    const timeline_step_t *step = &self->task->timeline->step[self->side.t];
    if (!(self->is_seen && step->ahead == 0) && !look(self, step->ahead))
        return fail_diverged(self, rows, error);
    exact_answer(&self->exact, step, &self->side.answer);
    exact_paths_answer(&self->paths);
    node_side_advance(&self->side, step);
    self->is_seen = false;
    return SGDL_OK;
}

/* Steps cost as their number squared. */
static void report(const run_t *self, size_t rows)
{
    const pass_task_t *task = self->task;
    const double done = (double)self->side.t / (double)self->side.T;
    sgdl_watch_report(&task->setup->plan->watch, task->begin + task->share * done * done * done,
                      rows > 0 ? task->timeline->t[rows - 1] : 0);
}

static int travel(run_t *self, double *rows, pass_result_t *result, sgdl_error_t *error)
{
    const timeline_t *timeline = self->task->timeline;
    const sgdl_watch_t *watch = &self->task->setup->plan->watch;
    int status = see_rows(self, rows, result, error);
    while (status == SGDL_OK && result->rows < timeline->rows) {
        if (check_interrupted(watch->stop, error))
            return SGDL_ERR_INTERRUPTED;
        status = make_step(self, result->rows, error);
        if (status == SGDL_OK)
            status = see_rows(self, rows, result, error);
        report(self, result->rows);
    }
    return status;
}

int pass_exact(const pass_task_t *task, double *rows, pass_result_t *result, sgdl_error_t *error)
{
    const timeline_t *timeline = task->timeline;
    const size_t steps = timeline->rows > 0 ? timeline->due[timeline->rows - 1] : 0;
    run_t run = {.task = task, .layout = layout_of(task->setup)};
    *result = (pass_result_t){0};
    run.risk = malloc(task->setup->C * sizeof *run.risk);
    int status =
        run.risk ? node_side_init(&run.side, task->setup, steps, error) : sgdl_fail_memory(error);
    if (status == SGDL_OK)
        status = exact_init(&run.exact, &run.side, error);
    if (status == SGDL_OK)
        status = exact_paths_init(&run.paths, &run.exact, timeline, error);
    if (status == SGDL_OK)
        status = travel(&run, rows, result, error);
    exact_paths_free(&run.paths);
    exact_free(&run.exact);
    node_side_free(&run.side);
    free(run.risk);
    return status;
}
