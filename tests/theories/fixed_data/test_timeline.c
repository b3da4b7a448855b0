/* Steps, cells and rows of fixed data sets, counted by hand. */
#include <math.h>

#include "src/problem/plan.h"
#include "src/theories/fixed_data/timeline.h"
#include "tests/problem_text.h"

typedef struct made {
    sgdl_problem_t *problem;
    sgdl_plan_t plan;
    timeline_t timeline;
} made_t;

static made_t make(const char *text, double cell, unsigned parts)
{
    made_t made = {.problem = read_good(text, NULL)};
    sgdl_error_t error = {0};
    assert_int_equal(plan_complete(&made.plan, NULL, made.problem, &error), SGDL_OK);
    if (timeline_init(&made.timeline, made.problem, &made.plan, 0, cell, parts, &error) != SGDL_OK)
        fail_msg("%s\nin: %s", error.message, text);
    return made;
}

static void drop(made_t *self)
{
    timeline_free(&self->timeline);
    sgdl_problem_free(self->problem);
}

static void assert_near(double found, double wanted)
{
    if (!(fabs(found - wanted) <= 1e-13 * (1 + fabs(wanted))))
        fail_msg("found %.17g, wanted %.17g", found, wanted);
}

/* Rows must be after these steps, at these t. */
static void assert_rows(const timeline_t *self, const size_t *due, const double *t, size_t count)
{
    assert_int_equal(self->rows, count);
    for (size_t row = 0; row < count; row++) {
        assert_int_equal(self->due[row], due[row]);
        assert_near(self->t[row], t[row]);
    }
    assert_int_equal(self->steps, due[count - 1]);
}

/* ---- steps of the method's own --------------------------------------------------------------- */

static void full_batches_count_steps(void **unused)
{
    (void)unused;
    made_t made = make("{data: {ratio: 2}, batch: full, learning_rate: 0.1, time: 20, output: "
                       "{points: 5}}",
                       0, 1);
    const timeline_t *line = &made.timeline;
    assert_rows(line, (size_t[]){0, 5, 10, 15, 20}, (double[]){0, 5, 10, 15, 20}, 5);
    assert_ptr_equal(line->law, &selection_full);
    assert_false(line->continuous);
    assert_string_equal(timeline_unit(made.problem), "steps");
    for (size_t row = 0; row < line->rows; row++) {
        assert_near(line->epoch[row], line->t[row]);
        assert_near(line->flow[row], 0.1 * line->t[row]);
    }
    for (size_t k = 0; k < line->steps; k++) {
        assert_near(line->step[k].rate, 0.1);
        assert_near(line->step[k].chance, 1);
        assert_near(line->step[k].second, 1);
        assert_near(line->step[k].momentum, 0);
    }
    drop(&made);
}

static void fractions_are_parts_of_epochs(void **unused)
{
    (void)unused;
    static const struct {
        const char *sampling;
        const selection_law_t *law;
    } laws[] = {{"independent", &selection_fraction},
                {"reshuffled", &selection_reshuffled},
                {"{persistent: 2}", &selection_persistent}};
    for (size_t i = 0; i < COUNT(laws); i++) {
        char text[200];
        (void)snprintf(text, sizeof text,
                       "{data: {ratio: 2}, batch: {fraction: 0.25}, learning_rate: 0.1, time: 8, "
                       "sampling: %s, output: {times: [1, 8]}}",
                       laws[i].sampling);
        made_t made = make(text, 0, 1);
        assert_rows(&made.timeline, (size_t[]){1, 8}, (double[]){1, 8}, 2);
        assert_ptr_equal(made.timeline.law, laws[i].law);
        assert_near(made.timeline.epoch[1], 2);
        assert_near(made.timeline.step[7].second, 4);
        assert_near(made.timeline.step[7].chance, 0.25);
        assert_near(made.timeline.persistence, i == 2 ? 2 : 0);
        drop(&made);
    }
}

/* The rate of step k is gamma(k), and a row shows the rate of the step to come. */
static void schedules_go_by_steps(void **unused)
{
    (void)unused;
    made_t made = make("{data: {ratio: 2}, batch: full, time: 5, learning_rate: {schedule: "
                       "piecewise, times: [3], values: [0.5, 0.2]}, output: {times: [0, 3, 5]}}",
                       0, 1);
    const timeline_t *line = &made.timeline;
    for (size_t k = 0; k < 5; k++)
        assert_near(line->step[k].rate, k < 3 ? 0.5 : 0.2);
    assert_near(line->flow[1], 1.5);
    assert_near(line->flow[2], 1.9);
    assert_near(line->rate[0], 0.5);
    assert_near(line->rate[1], 0.2);
    drop(&made);
}

static void momentum_is_of_steps(void **unused)
{
    (void)unused;
    static const struct {
        const char *momentum;
        double first, third;
        bool ahead;
    } kinds[] = {{"0.6", 0.6, 0.6, false},
                 {"{nesterov: 0.7}", 0.7, 0.7, true},
                 {"{nesterov: increasing}", 0, 0.4, true}};
    for (size_t i = 0; i < COUNT(kinds); i++) {
        char text[200];
        (void)snprintf(text, sizeof text,
                       "{data: {ratio: 2}, batch: full, time: 3, learning_rate: 0.1, momentum: "
                       "%s, output: {times: [3]}}",
                       kinds[i].momentum);
        made_t made = make(text, 0, 1);
        const timeline_step_t *step = made.timeline.step;
        assert_near(step[0].momentum, kinds[i].first);
        assert_near(step[2].momentum, kinds[i].third);
        assert_near(step[0].ahead, kinds[i].ahead ? kinds[i].first : 0);
        assert_near(step[2].ahead, kinds[i].ahead ? kinds[i].third : 0);
        drop(&made);
    }
}

/* Times between steps are rounded; two on one step are one row unless both were asked for. */
static void times_are_whole_steps(void **unused)
{
    (void)unused;
    sgdl_error_t error = {0};
    made_t made = make("{data: {ratio: 2}, batch: full, time: 3, output: {points: 2}}", 0, 1);
    const double times[] = {0, 0.4, 0.6, 1.4, 2.5};
    sgdl_plan_t plan = made.plan;
    timeline_t line;
    plan.times = times;
    plan.points = COUNT(times);
    plan.spacing = SGDL_SPACING_LOG;
    assert_int_equal(timeline_init(&line, made.problem, &plan, 0, 0, 1, &error), SGDL_OK);
    assert_rows(&line, (size_t[]){0, 1, 3}, (double[]){0, 1, 3}, 3);
    assert_true(line.rounded);
    timeline_free(&line);
    plan.spacing = SGDL_SPACING_TIMES;
    assert_int_equal(timeline_init(&line, made.problem, &plan, 0, 0, 1, &error), SGDL_OK);
    assert_rows(&line, (size_t[]){0, 0, 1, 1, 3}, (double[]){0, 0, 1, 1, 3}, 5);
    timeline_free(&line);
    drop(&made);
}

/* ---- cells ----------------------------------------------------------------------------------- */

static const char two_rates[] =
    "{data: {ratio: 3}, batch: 2, time: 2, learning_rate: {schedule: piecewise, times: [1.5], "
    "values: [0.5, 0.2]}, output: {times: [0, 1, 2]}}";

/* 0 .. 1 in 3 cells of at most 0.4, 1 .. 1.5 and 1.5 .. 2 in 2 each; all halved. */
static void cells_end_at_outputs_and_breaks(void **unused)
{
    (void)unused;
    made_t made = make(two_rates, 0.4, 2);
    const timeline_t *line = &made.timeline;
    assert_rows(line, (size_t[]){0, 6, 14}, (double[]){0, 1, 2}, 3);
    assert_true(line->continuous);
    assert_near(line->cell, 1.0 / 6);
    assert_near(line->flow[1], 0.5);
    assert_near(line->flow[2], 0.5 * 1.5 + 0.2 * 0.5);
    assert_near(line->epoch[2], 4.0 / 3);
    assert_near(line->rate[1], 0.5);
    assert_near(line->rate[2], 0.2);
    double time = 0;
    for (size_t k = 0; k < line->steps; k++) {
        const double length = k < 6 ? 1.0 / 6 : 0.125;
        assert_near(line->step[k].rate, (k < 10 ? 0.5 : 0.2) * length);
        assert_near(line->step[k].chance, 2 * length / 3);
        assert_near(line->step[k].second, 1.5 / length);
        time += length;
    }
    assert_near(time, 2);
    assert_ptr_equal(line->law, &selection_fraction);
    drop(&made);
}

/* Beyond a quarter of the samples in a cell visits are counted; on all grids alike. */
static void large_cells_are_poisson(void **unused)
{
    (void)unused;
    for (unsigned parts = 1; parts <= 4; parts *= 2) {
        made_t made = make(two_rates, 0.5, parts);
        assert_ptr_equal(made.timeline.law, &selection_poisson);
        assert_near(made.timeline.step[0].chance, 1.0 / (3 * parts));
        assert_near(made.timeline.step[0].second, 1 + 3.0 * parts);
        assert_int_equal(made.timeline.steps, 4 * parts);
        drop(&made);
    }
}

static void diffusions_have_poissons_second_moment(void **unused)
{
    (void)unused;
    made_t made = make("{data: {ratio: 3}, batch: 2, method: sme, time: 1, learning_rate: 0.5, "
                       "output: {times: [1]}}",
                       0.25, 1);
    assert_ptr_equal(made.timeline.law, &selection_gaussian);
    assert_near(made.timeline.step[0].second, 7);
    assert_string_equal(timeline_unit(made.problem), "steps/d");
    drop(&made);
}

/* X moves 1/(1 - beta) times as far, in a flow that is that of the learning rate. */
static void momentum_of_small_batches_is_a_rate(void **unused)
{
    (void)unused;
    made_t made = make("{data: {ratio: 3}, momentum: 0.75, time: 1, learning_rate: 0.5, output: "
                       "{times: [1]}}",
                       0.5, 1);
    assert_near(made.timeline.step[1].rate, 1);
    assert_near(made.timeline.step[1].momentum, 0);
    assert_near(made.timeline.flow[0], 0.5);
    assert_near(made.timeline.rate[0], 0.5);
    drop(&made);
}

static void smooth_rates_are_integrated(void **unused)
{
    (void)unused;
    made_t made =
        make("{data: {ratio: 3}, time: 4, learning_rate: {schedule: polynomial, value: 0.8, tau: "
             "0.3, power: 1}, output: {times: [0.5, 4]}}",
             0.25, 3);
    const timeline_t *line = &made.timeline;
    assert_near(line->flow[0], 0.8 * 0.3 * log1p(0.5 / 0.3));
    assert_near(line->flow[1], 0.8 * 0.3 * log1p(4 / 0.3));
    assert_near(line->step[0].rate, 0.8 * 0.3 * log1p(0.25 / 3 / 0.3));
    drop(&made);
    made = make("{data: {ratio: 3}, time: 4, learning_rate: {schedule: constant, value: 0.8, "
                "warmup: 2}, output: {times: [1, 4]}}",
                0.25, 1);
    assert_near(made.timeline.flow[0], 0.2);
    assert_near(made.timeline.flow[1], 0.8 + 2 * 0.8);
    drop(&made);
}

static void gradient_flow_goes_by_time(void **unused)
{
    (void)unused;
    made_t made =
        make("{data: {ratio: 3}, method: gradient-flow, time: 3, output: {points: 3}}", 0.5, 1);
    const timeline_t *line = &made.timeline;
    assert_rows(line, (size_t[]){0, 3, 6}, (double[]){0, 1.5, 3}, 3);
    assert_ptr_equal(line->law, &selection_full);
    assert_true(isnan(line->epoch[2]));
    assert_near(line->flow[2], 3);
    assert_near(line->step[5].rate, 0.5);
    assert_near(line->step[5].second, 1);
    assert_string_equal(timeline_unit(made.problem), "t");
    drop(&made);
}

/* Explicit steps are stable, and a cell is never longer than all of the time. */
static void first_cells_are_short_enough(void **unused)
{
    (void)unused;
    made_t made = make(two_rates, 1, 1);
    const double stiff = timeline_standard_cell(made.problem, &made.plan, 0, 100);
    assert_true(stiff > 0 && 0.5 * 100 * stiff < 2);
    assert_near(timeline_standard_cell(made.problem, &made.plan, 0, 1e-9), 2);
    /* Those a little longer than what allows one visit at most are that long. */
    assert_near(timeline_standard_cell(made.problem, &made.plan, 0, 1 / (0.5 * 0.7)), 0.375);
    drop(&made);
}

static void too_many_steps_are_refused(void **unused)
{
    (void)unused;
    made_t made = make(two_rates, 1, 1);
    timeline_t line;
    sgdl_error_t error = {0};
    assert_int_equal(timeline_init(&line, made.problem, &made.plan, 0, 1e-9, 1, &error),
                     SGDL_ERR_INPUT);
    assert_string_equal(error.place, "--grid");
    timeline_free(&line);
    drop(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_batches_count_steps),
        cmocka_unit_test(fractions_are_parts_of_epochs),
        cmocka_unit_test(schedules_go_by_steps),
        cmocka_unit_test(momentum_is_of_steps),
        cmocka_unit_test(times_are_whole_steps),
        cmocka_unit_test(cells_end_at_outputs_and_breaks),
        cmocka_unit_test(large_cells_are_poisson),
        cmocka_unit_test(diffusions_have_poissons_second_moment),
        cmocka_unit_test(momentum_of_small_batches_is_a_rate),
        cmocka_unit_test(smooth_rates_are_integrated),
        cmocka_unit_test(gradient_flow_goes_by_time),
        cmocka_unit_test(first_cells_are_short_enough),
        cmocka_unit_test(too_many_steps_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
