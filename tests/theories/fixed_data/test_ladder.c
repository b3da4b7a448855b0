/* Grids that are extrapolated, on passes whose rows are known functions of the grid. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/problem/plan.h"
#include "src/theories/fixed_data/ladder.h"
#include "src/theories/fixed_data/outcome.h"

/* What the fake passes do, and what was asked of them. */
static struct script {
    size_t calls;
    size_t end_at; /* number of the call that ends early; 0: none */
    int end_by;
    size_t end_rows;
    double last_end;  /* of the progress */
    size_t violating; /* first replicates, whose identities do not hold */
} script;

/* Number of parts of a cell: the first grid of all problems here has 4 cells. */
static double parts_of(const timeline_t *timeline) { return (double)timeline->steps / 4; }

static double value_on(double parts, size_t replicate, size_t row)
{
    const double h = 1 / parts;
    return 3 + (double)row + 0.1 * (double)replicate + h * (2 + h * (5 - 4 * h));
}

static int fake_pass(const pass_task_t *task, double *rows, pass_result_t *result,
                     sgdl_error_t *error)
{
    const size_t width = layout_of(task->setup).width;
    const bool ends = ++script.calls == script.end_at;
    assert_true(task->begin >= script.last_end - 1e-12);
    script.last_end = task->begin + task->share;
    assert_true(script.last_end <= 1 + 1e-12);
    result->residual = task->replicate < script.violating ? 50 : 1 + (double)task->replicate / 100;
    result->rows = ends ? script.end_rows : task->timeline->rows;
    for (size_t row = 0; row < result->rows; row++)
        for (size_t v = 0; v < width; v++)
            rows[row * width + v] = value_on(parts_of(task->timeline), task->replicate, row);
    return ends ? sgdl_fail(error, (sgdl_status_t)script.end_by, NULL, "so it was asked") : SGDL_OK;
}

typedef struct scene {
    sgdl_problem_t *problem;
    sgdl_plan_t plan;
    setup_t setup;
    ladder_t ladder;
} scene_t;

static void set_up(scene_t *self, bool exact)
{
    static const char text[] = "{data: {ratio: 2}, loss: least-squares, learning_rate: 0.5, "
                               "output: {times: [0, 1, 2]}}";
    sgdl_error_t error;
    self->problem = sgdl_problem_new();
    assert_int_equal(sgdl_problem_parse(self->problem, text, "text", NULL, 0, &error), SGDL_OK);
    assert_int_equal(plan_complete(&self->plan, NULL, self->problem, &error), SGDL_OK);
    self->plan.threads = 1; /* calls are counted */
    assert_int_equal(outcome_setup(&self->setup, self->problem, &self->plan, &error), SGDL_OK);
    assert_int_equal(ladder_init(&self->ladder, &self->setup, 0, 0.5, &error), SGDL_OK);
    self->ladder.exact = exact;
    self->ladder.pass = fake_pass;
    script = (struct script){0};
}

static void tear_down(scene_t *self)
{
    ladder_free(&self->ladder);
    setup_free(&self->setup);
    sgdl_problem_free(self->problem);
}

static double extrapolated(const scene_t *self, size_t replicate, size_t row, size_t grids)
{
    double out[64];
    assert_true(self->ladder.layout.width <= 64);
    ladder_row(&self->ladder, replicate, row, grids, out);
    return out[0];
}

/* A polynomial of degree 3 in the length of a cell is known from four grids, and from the last of
 * five. */
static void polynomials_are_extrapolated_exactly(void **unused)
{
    (void)unused;
    for (int exact = 0; exact < 2; exact++) {
        scene_t scene;
        sgdl_error_t error;
        set_up(&scene, exact);
        ladder_restart(&scene.ladder, 2, 10);
        assert_int_equal(scene.ladder.replicates, exact ? 1 : 2);
        assert_int_equal(ladder_climb(&scene.ladder, 3, &error), SGDL_OK);
        assert_true(fabs(extrapolated(&scene, 0, 1, 3) - 4) > 0.1);
        assert_int_equal(ladder_climb(&scene.ladder, 5, &error), SGDL_OK);
        assert_int_equal(script.calls, exact ? 5 : 10);
        size_t grids;
        assert_int_equal(ladder_rows(&scene.ladder, &grids), 3);
        assert_int_equal(grids, 5);
        for (size_t g = 4; g <= 5; g++)
            for (size_t r = 0; r < scene.ladder.replicates; r++)
                for (size_t row = 0; row < 3; row++)
                    assert_true(fabs(extrapolated(&scene, r, row, g) -
                                     (3 + (double)row + 0.1 * (double)r)) < 1e-12);
        assert_true(fabs(extrapolated(&scene, 0, 0, 1) -
                         value_on(parts_of(ladder_timeline(&scene.ladder)), 0, 0)) < 1e-14);
        tear_down(&scene);
    }
}

/* What is sampled beside an exact recursion goes by the grids of 2 and of 5 parts alone. */
static void noisy_errors_are_not_extrapolated_to_high_orders(void **unused)
{
    (void)unused;
    scene_t scene;
    sgdl_error_t error;
    double out[64];
    set_up(&scene, true);
    assert_int_equal(ladder_climb(&scene.ladder, 5, &error), SGDL_OK);
    ladder_row(&scene.ladder, 0, 1, 5, out);
    const double wanted = (5 * value_on(5, 0, 1) - 2 * value_on(2, 0, 1)) / 3;
    for (size_t i = 0; i < scene.setup.C; i++) {
        assert_true(fabs(out[scene.ladder.layout.train_error + i] - wanted) < 1e-12);
        assert_true(fabs(out[scene.ladder.layout.train_risk + i] - 4) < 1e-12);
    }
    tear_down(&scene);
}

static void replicates_join_on_all_grids(void **unused)
{
    (void)unused;
    scene_t scene;
    sgdl_error_t error;
    set_up(&scene, false);
    ladder_restart(&scene.ladder, 2, 10);
    assert_int_equal(ladder_climb(&scene.ladder, 4, &error), SGDL_OK);
    assert_int_equal(ladder_widen(&scene.ladder, 5, &error), SGDL_OK);
    assert_int_equal(script.calls, 20);
    for (size_t r = 0; r < 5; r++)
        assert_true(fabs(extrapolated(&scene, r, 2, 4) - (5 + 0.1 * (double)r)) < 1e-12);
    tear_down(&scene);
}

/* An interruption leaves what was whole: replicates, grids, and of the very first pass its rows. */
static void interruptions_leave_what_is_whole(void **unused)
{
    (void)unused;
    static const struct {
        size_t call, replicates, grids, rows;
    } cases[] = {{1, 1, 1, 1}, {3, 1, 2, 3}, {9, 2, 4, 3}, {14, 3, 4, 3}, {18, 4, 4, 3}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        scene_t scene;
        sgdl_error_t error;
        size_t grids;
        set_up(&scene, false);
        script.end_at = cases[i].call;
        script.end_by = SGDL_ERR_INTERRUPTED;
        script.end_rows = 1;
        ladder_restart(&scene.ladder, 4, 10);
        int status = ladder_climb(&scene.ladder, 4, &error);
        if (status == SGDL_OK)
            status = ladder_climb(&scene.ladder, 5, &error);
        assert_int_equal(status, SGDL_ERR_INTERRUPTED);
        assert_int_equal(scene.ladder.replicates, cases[i].replicates);
        assert_int_equal(ladder_rows(&scene.ladder, &grids), cases[i].rows);
        assert_int_equal(grids, cases[i].grids);
        tear_down(&scene);
    }
}

/* A coarse grid that diverges is passed over once finer ones do not; rows of the finest count. */
static void coarse_divergences_are_passed_over(void **unused)
{
    (void)unused;
    scene_t scene;
    sgdl_error_t error;
    size_t grids;
    set_up(&scene, true);
    script.end_at = 1;
    script.end_by = SGDL_ERR_DIVERGED;
    script.end_rows = 1;
    assert_int_equal(ladder_climb(&scene.ladder, 1, &error), SGDL_OK);
    assert_int_equal(scene.ladder.ended.code, SGDL_ERR_DIVERGED);
    assert_int_equal(ladder_rows(&scene.ladder, &grids), 1);
    assert_int_equal(grids, 1);
    assert_int_equal(ladder_climb(&scene.ladder, 5, &error), SGDL_OK);
    assert_int_equal(ladder_rows(&scene.ladder, &grids), 3);
    assert_int_equal(grids, 4);
    assert_true(fabs(extrapolated(&scene, 0, 2, grids) - 5) < 1e-12);
    tear_down(&scene);
}

static void memory_is_asked_for(void **unused)
{
    (void)unused;
    scene_t scene;
    sgdl_error_t error;
    set_up(&scene, true);
    assert_int_equal(ladder_ask(&scene.ladder, 9, &error), SGDL_OK);
    scene.plan.memory = 1000;
    assert_int_equal(ladder_ask(&scene.ladder, 9, &error), SGDL_ERR_INPUT);
    assert_string_equal(error.place, "--memory");
    assert_non_null(strstr(error.message, "--grid"));
    tear_down(&scene);
}

/* One set of paths out of many may be off by chance; half of them are not. */
static void violated_identities_are_judged_over_replicates(void **unused)
{
    (void)unused;
    scene_t scene;
    sgdl_error_t error;
    for (size_t violating = 0; violating <= 8; violating++) {
        set_up(&scene, false);
        script.violating = violating;
        ladder_restart(&scene.ladder, 8, 16);
        assert_int_equal(ladder_climb(&scene.ladder, 2, &error), SGDL_OK);
        if (violating <= 3)
            assert_true(ladder_residual(&scene.ladder) < 2);
        else
            assert_true(ladder_residual(&scene.ladder) == 50);
        tear_down(&scene);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(polynomials_are_extrapolated_exactly),
        cmocka_unit_test(noisy_errors_are_not_extrapolated_to_high_orders),
        cmocka_unit_test(replicates_join_on_all_grids),
        cmocka_unit_test(interruptions_leave_what_is_whole),
        cmocka_unit_test(coarse_divergences_are_passed_over),
        cmocka_unit_test(memory_is_asked_for),
        cmocka_unit_test(violated_identities_are_judged_over_replicates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
