/* Shared by the tests of fixed data: problems from profiles in a few directions, timelines by hand,
 * and the exact pass over them with a row after every step. */
#ifndef SGDLIMIT_TESTS_FIXED_DATA_H
#define SGDLIMIT_TESTS_FIXED_DATA_H

#include "tests/curves.h"

#include "src/problem/plan.h"
#include "src/theories/fixed_data/pass.h"

typedef double profile_f(double u);

/* Values of a profile in `directions` at u = (k - 1/2)/directions, by `factor`. */
static inline double *profile_values(profile_f *profile, size_t directions, double factor)
{
    double *value = calloc(directions, sizeof *value);
    for (size_t k = 0; k < directions; k++)
        value[k] = factor * profile(((double)k + 0.5) / (double)directions);
    return value;
}

static inline void state_eigenvalues(sgdl_problem_t *problem, size_t number, profile_f *profile,
                                     size_t directions)
{
    sgdl_error_t error = {0};
    double *value = profile_values(profile, directions, 1);
    if (sgdl_problem_set_eigenvalues(problem, number, value, directions, &error) != SGDL_OK)
        fail_msg("%s", error.message);
    free(value);
}

/* nu(u), which is sqrt(d) times the mean's coordinate. */
static inline void state_mean(sgdl_problem_t *problem, size_t number, profile_f *profile,
                              size_t directions)
{
    sgdl_error_t error = {0};
    double *value = profile_values(profile, directions, 1 / sqrt((double)directions));
    if (sgdl_problem_set_mean(problem, number, value, directions, &error) != SGDL_OK)
        fail_msg("%s", error.message);
    free(value);
}

/* T equal steps of a law whose E s^2 is `second`. */
typedef struct steps {
    size_t T;
    double rate, momentum, second;
    bool nesterov;
    bool increasing; /* momentum t/(t+3) */
} steps_t;

static inline timeline_t steps_timeline(const steps_t *self)
{
    timeline_t timeline = {.steps = self->T,
                           .rows = self->T + 1,
                           .law = self->second > 1 ? &selection_fraction : &selection_full};
    timeline.step = calloc(self->T, sizeof *timeline.step);
    timeline.due = calloc(self->T + 1, sizeof *timeline.due);
    timeline.t = calloc(self->T + 1, sizeof *timeline.t);
    for (size_t t = 0; t <= self->T; t++) {
        timeline.due[t] = t;
        timeline.t[t] = (double)t;
    }
    for (size_t t = 0; t < self->T; t++) {
        const double beta = self->increasing ? (double)t / (double)(t + 3) : self->momentum;
        timeline.step[t] = (timeline_step_t){.rate = self->rate,
                                             .momentum = beta,
                                             .ahead = self->nesterov ? beta : 0,
                                             .chance = 1 / self->second,
                                             .second = self->second};
    }
    return timeline;
}

/* A row after every step. */
typedef struct passed {
    sgdl_plan_t plan;
    setup_t setup;
    layout_t at;
    double *rows;
    pass_result_t result;
} passed_t;

static inline passed_t *pass_setup(const sgdl_problem_t *problem)
{
    passed_t *self = calloc(1, sizeof *self);
    sgdl_error_t error = {0};
    if (plan_complete(&self->plan, &problem->plan, problem, &error) != SGDL_OK ||
        setup_init(&self->setup, problem, &self->plan, 50, 1e-8, &error) != SGDL_OK)
        fail_msg("%s: %s", error.place, error.message);
    self->at = layout_of(&self->setup);
    return self;
}

static inline int pass_steps(passed_t *self, const steps_t *steps, sgdl_error_t *error)
{
    timeline_t timeline = steps_timeline(steps);
    const pass_task_t task = {
        .setup = &self->setup, .timeline = &timeline, .threads = 1, .share = 1};
    self->rows = calloc(timeline.rows * self->at.width, sizeof *self->rows);
    const int status = pass_exact(&task, self->rows, &self->result, error);
    free(timeline.step);
    free(timeline.due);
    free(timeline.t);
    return status;
}

static inline passed_t *pass_over(const sgdl_problem_t *problem, const steps_t *steps)
{
    passed_t *self = pass_setup(problem);
    sgdl_error_t error = {0};
    if (pass_steps(self, steps, &error) != SGDL_OK)
        fail_msg("%s", error.message);
    assert_int_equal(self->result.rows, steps->T + 1);
    return self;
}

static inline void passed_free(passed_t *self)
{
    setup_free(&self->setup);
    free(self->rows);
    free(self);
}

/* The number at `column` of a layout in the row after t steps. */
static inline double passed_at(const passed_t *self, size_t t, size_t column)
{
    return self->rows[t * self->at.width + column];
}

static inline double passed_norm2(const passed_t *self, size_t t)
{
    double sum = 0;
    for (size_t l = 0; l < self->setup.L; l++)
        sum += passed_at(self, t, self->at.norm2 + l);
    return sum;
}

static inline double passed_train(const passed_t *self, size_t t)
{
    double sum = 0;
    for (size_t i = 0; i < self->setup.C; i++)
        sum += self->setup.p[i] * passed_at(self, t, self->at.train_risk + i);
    return sum;
}

#endif
