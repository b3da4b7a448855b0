/* A pass whose responses are blocks, in steps that a test states. */
#ifndef SGDLIMIT_TESTS_THEORIES_FIXED_DATA_STAGE_H
#define SGDLIMIT_TESTS_THEORIES_FIXED_DATA_STAGE_H

#include <string.h>

#include "tests/curves.h"

#include "src/base/packed.h"
#include "src/problem/plan.h"
#include "src/problem/problem.h"
#include "src/theories/fixed_data/block_paths.h"

enum { STEPS_MOST = 80 };

typedef struct stage {
    sgdl_problem_t *problem;
    sgdl_plan_t plan;
    setup_t setup;
    layout_t at;
    timeline_t timeline;
    timeline_step_t step[STEPS_MOST];
    size_t due[STEPS_MOST + 1];
    double t[STEPS_MOST + 1]; /* what progress is told by */
    double *rows;
    pass_result_t result;
} stage_t;

/* Of a problem that the stage owns from now on. */
static inline void begin_problem(stage_t *self, sgdl_problem_t *problem, size_t steps,
                                 const timeline_step_t *step, const selection_law_t *law)
{
    sgdl_error_t error = {0};
    *self = (stage_t){.problem = problem};
    assert_int_equal(plan_complete(&self->plan, NULL, self->problem, &error), SGDL_OK);
    assert_int_equal(setup_init(&self->setup, self->problem, &self->plan, 1e4, 1e-8, &error),
                     SGDL_OK);
    self->at = layout_of(&self->setup);
    for (size_t t = 0; t <= steps; t++) {
        self->due[t] = t;
        self->t[t] = (double)t;
        if (t < steps)
            self->step[t] = *step;
    }
    self->timeline = (timeline_t){.problem = self->problem,
                                  .steps = steps,
                                  .step = self->step,
                                  .rows = steps + 1,
                                  .due = self->due,
                                  .t = self->t,
                                  .law = law};
    self->rows = calloc((steps + 1) * self->at.width, sizeof *self->rows);
    assert_non_null(self->rows);
}

static inline void begin(stage_t *self, const char *text, size_t steps, const timeline_step_t *step,
                         const selection_law_t *law)
{
    begin_problem(self, parse_problem(text), steps, step, law);
}

/* loss NULL: the problem's own. */
static inline void run_replicate(stage_t *self, const block_loss_t *loss, size_t paths,
                                 size_t threads, uint64_t replicate)
{
    sgdl_error_t error = {0};
    const pass_task_t task = {.setup = &self->setup,
                              .timeline = &self->timeline,
                              .paths = paths,
                              .replicate = replicate,
                              .threads = threads,
                              .share = 1};
    const block_loss_t own = block_loss_of(self->problem);
    const int status = blocks_run(&task, loss ? loss : &own, self->rows, &self->result, &error);
    if (status != SGDL_OK)
        fail_msg("%s", error.message);
    assert_int_equal(self->result.rows, self->timeline.rows);
}

static inline void run(stage_t *self, const block_loss_t *loss, size_t paths, size_t threads)
{
    run_replicate(self, loss, paths, threads, 0);
}

static inline void end(stage_t *self)
{
    free(self->rows);
    setup_free(&self->setup);
    sgdl_problem_free(self->problem);
}

#endif
