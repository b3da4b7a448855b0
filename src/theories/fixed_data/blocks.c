/* The pass whose responses are blocks. */
#include <math.h>
#include <stdlib.h>

#include "src/base/interrupted.h"
#include "src/theories/fixed_data/block_paths.h"

double pass_blocks_memory(const setup_t *setup, const timeline_t *timeline, size_t paths,
                          size_t threads)
{
    return block_side_memory(setup, timeline->steps) +
           (double)setup->C * block_paths_memory(setup, timeline, paths, threads);
}

typedef struct blocks {
    const pass_task_t *task;
    block_loss_t loss;
    block_side_t nodes;
    block_paths_t *paths; /* [C] */
    pass_result_t *result;
    double *rows;
    size_t row; /* the next one */
} blocks_t;

static int begin(blocks_t *self, sgdl_error_t *error)
{
    const setup_t *setup = self->task->setup;
    self->paths = calloc(setup->C, sizeof *self->paths);
    if (!self->paths)
        return sgdl_fail_memory(error);
    int status = block_side_init(&self->nodes, setup, self->task->timeline->steps, error);
    for (size_t i = 0; i < setup->C && status == SGDL_OK; i++)
        status = block_paths_init(&self->paths[i], self->task, &self->loss, i, error);
    return status;
}

static void end(blocks_t *self)
{
    for (size_t i = 0; self->paths && i < self->task->setup->C; i++)
        block_paths_free(&self->paths[i]);
    free(self->paths);
    block_side_free(&self->nodes);
}

/* Rows that are due now, whose samples look at X_t. `all`: it is the query, too. */
static int write_rows(blocks_t *self, bool all, sgdl_error_t *error)
{
    const setup_t *setup = self->task->setup;
    const timeline_t *timeline = self->task->timeline;
    const layout_t at = layout_of(setup);
    const block_sums_t sums = block_sums(setup, self->nodes.T);
    double *row = self->rows + self->row * at.width;
    bool is_finite = true;
    block_side_state(&self->nodes, row); /* looks at X_t */
    for (size_t i = 0; i < setup->C; i++) {
        block_paths_see(&self->paths[i], &self->nodes, all);
        row[at.train_risk + i] = self->paths[i].total[sums.value];
        row[at.train_error + i] = self->paths[i].total[sums.wrong];
    }
    for (size_t j = 0; j < at.train_error; j++)
        is_finite &= isfinite(row[j]);
    if (!is_finite)
        return sgdl_fail(error, SGDL_ERR_DIVERGED, NULL, "diverged after %zu steps", self->nodes.t);
    for (self->row++; self->row < timeline->rows && timeline->due[self->row] == self->nodes.t;
         self->row++)
        for (size_t j = 0; j < at.width; j++)
            self->rows[self->row * at.width + j] = row[j];
    return SGDL_OK;
}

static void note_residual(blocks_t *self)
{
    pass_result_t *result = self->result;
    for (size_t i = 0; i < self->task->setup->C; i++)
        result->residual =
            fmax(result->residual, block_paths_residual(&self->paths[i], &self->nodes));
}

static int advance(blocks_t *self, sgdl_error_t *error)
{
    const timeline_t *timeline = self->task->timeline;
    const size_t t = self->nodes.t;
    const bool last = t == timeline->steps;
    const bool due = self->row < timeline->rows && timeline->due[self->row] == t;
    const bool seen = due && !last && timeline->step[t].ahead == 0;
    int status = due ? write_rows(self, seen, error) : SGDL_OK;
    if (status != SGDL_OK || last)
        return status;
    if (!seen) {
        block_side_look(&self->nodes, timeline->step[t].ahead);
        for (size_t i = 0; i < self->task->setup->C; i++)
            block_paths_see(&self->paths[i], &self->nodes, true);
    }
    for (size_t i = 0; i < self->task->setup->C; i++)
        block_paths_answer(&self->paths[i], &self->nodes);
    note_residual(self);
    block_side_advance(&self->nodes, &timeline->step[t]);
    return status;
}

int blocks_run(const pass_task_t *task, const block_loss_t *loss, double *rows,
               pass_result_t *result, sgdl_error_t *error)
{
    const sgdl_watch_t *watch = &task->setup->plan->watch;
    const size_t T = task->timeline->steps;
    blocks_t self = {.task = task, .loss = *loss, .result = result, .rows = rows};
    *result = (pass_result_t){0};
    int status = begin(&self, error);
    for (size_t t = 0; t <= T && status == SGDL_OK; t++) {
        status = check_interrupted(watch->stop, error);
        if (status == SGDL_OK)
            status = advance(&self, error);
        const double part = (double)(t + 1) / (double)(T + 1); /* a step's work grows like t^2 */
        sgdl_watch_report(watch, task->begin + task->share * part * part * part, NAN);
    }
    result->rows = self.row;
    end(&self);
    return status;
}

int pass_blocks(const pass_task_t *task, double *rows, pass_result_t *result, sgdl_error_t *error)
{
    const sgdl_problem_t *problem = task->setup->problem;
    const block_loss_t loss = block_loss_of(problem);
    return blocks_run(task, &loss, rows, result, error);
}
