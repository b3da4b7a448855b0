/* Committees in a stream: their equations against steps in many directions, and against fixed data
 * sets that are so large that no sample is seen twice. */
#include <math.h>
#include <stdlib.h>

#include "tests/curves.h"

#include "src/base/packed.h"
#include "src/problem/plan.h"
#include "src/random/stream.h"
#include "src/stepper/integrator.h"
#include "src/theories/committee/flow.h"
#include "src/theories/fixed_data/block_paths.h"

enum { L = 2, K = 2 };

typedef struct stream {
    sgdl_problem_t *problem;
    sgdl_plan_t plan;
    setup_t setup;
    committee_flow_t flow;
} stream_t;

static void begin(stream_t *self, const char *text)
{
    sgdl_error_t error = {0};
    self->problem = sgdl_problem_new();
    if (sgdl_problem_parse(self->problem, text, "text", NULL, 0, &error) != SGDL_OK)
        fail_msg("%s", error.message);
    const rate_source_t source = rate_source_of(&self->problem->learning_rate[0], 10);
    assert_int_equal(plan_complete(&self->plan, NULL, self->problem, &error), SGDL_OK);
    assert_int_equal(setup_init(&self->setup, self->problem, &self->plan, 1e4, 1e-8, &error),
                     SGDL_OK);
    assert_int_equal(committee_flow_init(&self->flow, &self->setup, &source, &error), SGDL_OK);
}

static void end(stream_t *self)
{
    committee_flow_free(&self->flow);
    setup_free(&self->setup);
    sgdl_problem_free(self->problem);
}

/* Order parameters (layout.h) at time t. */
static void integrate(stream_t *self, double t, double *row)
{
    integrator_t integrator;
    sgdl_error_t error = {0};
    assert_int_equal(integrator_init(&integrator, &self->flow.equation, &error), SGDL_OK);
    while (!integrator_reached(&integrator, t))
        if (integrator_step(&integrator, t, &error) != SGDL_OK)
            fail_msg("%s", error.message);
    committee_flow_see(&self->flow, integrator_state(&integrator, t), row);
    integrator_free(&integrator);
}

/* ---- steps in many directions ------------------------------------------------------------------
 */

/* Two classes whose means are along the first direction, of variances 1 and 0.5; signals along the
 * second and third direction, a start that overlaps with them. */
#define TWO_CLASSES(loss, rest)                                                                    \
    "dimension: 4\n"                                                                               \
    "loss: {family: committee, activation: " loss ", second_layer: [1, 0.8]}\n"                    \
    "teacher: {signals: [{family: file, path: [0, 1, 0, 0]},"                                      \
    " {family: file, path: [0, 0, 1, 0]}], activation: " loss                                      \
    ", second_layer: [1, -1], noise: 0.1}\n"                                                       \
    "classes: [{weight: 0.6, mean: {family: file, path: [0.7, 0, 0, 0]}},"                         \
    " {weight: 0.4, covariance: {family: isotropic, scale: 0.5},"                                  \
    " mean: {family: opposite, of: 1}}]\n"                                                         \
    "start: {file: [0.3, 0, 0.5, 0.1, 0.2, 0.6, 0.4, 0.7]}\nridge: 0.1\nbatch: 2\n"                \
    "learning_rate: 0.8\n" rest

enum { D = 1000, STEPS = 3 * D, RUNS = 8 };

typedef struct walk {
    const sgdl_problem_t *problem;
    normals_t normals;
    words_t words;
    double X[L][D], a[D], change[L][D];
} walk_t;

static void add_sample(walk_t *self)
{
    const committee_task_t *task = &self->problem->committee;
    const bool first = words_uniform(&self->words) < 0.6;
    double r[L] = {0}, g[L];
    for (size_t n = 0; n < D; n++) {
        self->a[n] = sqrt(first ? 1 : 0.5) * normals_next(&self->normals) +
                     (n == 0 ? first ? 0.7 : -0.7 : 0);
        for (size_t l = 0; l < L; l++)
            r[l] += self->a[n] * self->X[l][n];
    }
    const double y =
        committee_output(&task->teacher, self->a + 1) + task->noise * normals_next(&self->normals);
    committee_gradient(&task->student, r, y, g);
    for (size_t l = 0; l < L; l++)
        for (size_t n = 0; n < D; n++)
            self->change[l][n] += g[l] * self->a[n] / 2;
}

/* Overlaps with the signals [L*K], then X_a . X_b packed. */
static void walk(walk_t *self, uint64_t run, double *out)
{
    normals_init(&self->normals, 5, run, STREAM_TRIALS);
    words_init(&self->words, 5, run, STREAM_TRIALS);
    for (size_t l = 0; l < L; l++)
        for (size_t n = 0; n < D; n++)
            self->X[l][n] = n < 4 ? self->problem->start[n * L + l] : 0;
    for (size_t step = 0; step < STEPS; step++) {
        for (size_t l = 0; l < L; l++)
            for (size_t n = 0; n < D; n++)
                self->change[l][n] = 0.1 * self->X[l][n];
        add_sample(self);
        add_sample(self);
        for (size_t l = 0; l < L; l++)
            for (size_t n = 0; n < D; n++)
                self->X[l][n] -= 0.8 / D * self->change[l][n];
    }
    for (size_t l = 0; l < L; l++) {
        for (size_t k = 0; k < K; k++)
            out[l * K + k] = self->X[l][1 + k];
        for (size_t h = l; h < L; h++) {
            double *product = &out[L * K + packed_index(L, l, h)];
            *product = 0;
            for (size_t n = 0; n < D; n++)
                *product += self->X[l][n] * self->X[h][n];
        }
    }
}

static void check_walks(const char *text)
{
    enum { COUNT = L * K + 3 };
    stream_t stream;
    walk_t *self = calloc(1, sizeof *self);
    double mean[COUNT] = {0}, square[COUNT] = {0}, row[64];
    begin(&stream, text);
    assert_true(self && stream.flow.at.width <= sizeof row / sizeof *row);
    self->problem = stream.problem;
    for (uint64_t run = 0; run < RUNS; run++) {
        double out[COUNT];
        walk(self, run, out);
        for (size_t c = 0; c < COUNT; c++) {
            mean[c] += out[c] / RUNS;
            square[c] += out[c] * out[c] / RUNS;
        }
    }
    integrate(&stream, 3, row);
    for (size_t c = 0; c < COUNT; c++) {
        /* the first class's covariance is the identity */
        const double known =
            row[c < L * K ? stream.flow.at.overlap + c : stream.flow.at.moment + c - L * K];
        const double se = sqrt(fmax(0, square[c] - mean[c] * mean[c]) / (RUNS - 1));
        assert_close(mean[c], known, 5 * se + 3.0 / D, 0, "an order parameter");
    }
    free(self);
    end(&stream);
}

static void steps_follow_the_equations(void **state)
{
    (void)state;
    check_walks(TWO_CLASSES("erf", ""));
    check_walks(TWO_CLASSES("relu", ""));
}

/* ---- large data sets ---------------------------------------------------------------------------
 */

/* After a time of 1 in T steps of a data set of 1e8 samples a direction, whose batches are 2. */
static void pass(const sgdl_problem_t *problem, const setup_t *setup, size_t T, double *row)
{
    const double dt = 1 / (double)T, rate = 0.8;
    const timeline_step_t step = {
        .rate = rate * dt, .chance = 1e-9, .second = setup->ratio / (2 * dt)};
    timeline_step_t *steps = calloc(T, sizeof *steps);
    size_t due[] = {T};
    sgdl_error_t error = {0};
    pass_result_t result;
    for (size_t t = 0; t < T; t++)
        steps[t] = step;
    const timeline_t timeline = {.problem = problem,
                                 .steps = T,
                                 .step = steps,
                                 .rows = 1,
                                 .due = due,
                                 .law = &selection_fraction};
    const pass_task_t task = {
        .setup = setup, .timeline = &timeline, .paths = 8192, .threads = 1, .share = 1};
    if (pass_blocks(&task, row, &result, &error) != SGDL_OK)
        fail_msg("%s", error.message);
    free(steps);
}

static void large_data_sets_are_streams(void **state)
{
    (void)state;
    stream_t stream, fixed;
    double row[64], coarse[64], fine[64];
    begin(&stream, TWO_CLASSES("erf", ""));
    begin(&fixed, TWO_CLASSES("erf", "data: {ratio: 1e8}\n"));
    integrate(&stream, 1, row);
    pass(fixed.problem, &fixed.setup, 10, coarse);
    pass(fixed.problem, &fixed.setup, 20, fine);
    for (size_t j = 0; j < stream.flow.at.train_risk; j++)
        assert_close(2 * fine[j] - coarse[j], row[j], 0.012, 0, "an order parameter");
    end(&stream);
    end(&fixed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_follow_the_equations),
        cmocka_unit_test(large_data_sets_are_streams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
