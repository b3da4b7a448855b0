/* Sweeps of landscapes: a point is what limit and solve say of it, whoever computes it. */
#include "tests/curves.h"

#include <string.h>

#include "tests/sweeps.h"

#define WELL                                                                                       \
    "model: landscape\npotential: {family: double-well, scale: 0.5, linear: 1.2, quadratic: "      \
    "0.5%s}\nnoise: {family: constant, value: 320}\nlearning_rate: %s\nbatch: %s\nbox: [-2.7, "    \
    "2.05]\ncells: 200\nstart: {at: 1}\ntime: 100\n"

static const char *well(const char *more, const char *rate, const char *batch)
{
    static char text[512];
    (void)snprintf(text, sizeof text, WELL, more, rate, batch);
    return text;
}

static double sweep_at(const sgdl_table_t *table, size_t row, const char *column)
{
    return table_at(table, row, column);
}

/* A row of a sweep beside limit and solve of the same problem. */
static void assert_row(const sgdl_table_t *sweep, size_t row, const char *text)
{
    static const char *const stationary[] = {"p_1", "p_2",    "mean_loss",       "sharpness",
                                             "gap", "p_flat", "relaxation_steps"};
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_plan_t plan = sgdl_plan_default();
    sgdl_error_t error = {0};
    sgdl_table_t limit, end;
    const double time = sgdl_problem_time(problem);
    plan.spacing = SGDL_SPACING_TIMES;
    plan.times = &time;
    plan.points = 1;
    sgdl_table_init(&limit);
    sgdl_table_init(&end);
    assert_int_equal(sgdl_limit_table(problem, NULL, INTO(&limit), &error), SGDL_OK);
    assert_int_equal(sgdl_solve(problem, &plan, INTO(&end), &error), SGDL_OK);
    for (size_t c = 0; c < sizeof stationary / sizeof *stationary; c++)
        if (sgdl_table_find(&limit, stationary[c]) >= 0)
            assert_true(sweep_at(sweep, row, stationary[c]) == table_at(&limit, 0, stationary[c]));
    assert_true(sweep_at(sweep, row, "p_flat_time") == table_at(&end, 0, "p_flat"));
    sgdl_table_free(&limit);
    sgdl_table_free(&end);
    sgdl_problem_free(problem);
}

static sgdl_table_t sweep_table(const char *text, const sgdl_axis_t *axes, size_t count)
{
    sgdl_sweep_t *sweep = sgdl_sweep_new();
    sgdl_error_t error = {0};
    sgdl_table_t table;
    if (sweep_of_text(sweep, text, axes, count, false, &error) != SGDL_OK ||
        sgdl_sweep_run(sweep, &(sgdl_sweep_options_t){.threads = 2}, &error) != SGDL_OK)
        fail_msg("%s: %s", error.place, error.message);
    sgdl_table_init(&table);
    assert_int_equal(sgdl_sweep_table(sweep, &table, &error), SGDL_OK);
    sgdl_sweep_free(sweep);
    return table;
}

static void rows_are_those_of_limit_and_solve(void **state)
{
    (void)state;
    const sgdl_axis_t axes[] = {{.key = "batch", .from = 4, .to = 16, .count = 3},
                                {.key = "learning_rate", .from = 0.005, .to = 0.01, .count = 2}};
    sgdl_table_t table = sweep_table(well("", "0.02", "1"), axes, 2);
    static const char *const batch[] = {"4", "10", "16"}, *const rate[] = {"0.005", "0.01"};
    assert_int_equal(table.rows, 6);
    for (size_t r = 0; r < table.rows; r++) {
        assert_true(sweep_at(&table, r, "status") == 0 && sweep_at(&table, r, "basins") == 2);
        assert_row(&table, r, well("", rate[r % 2], batch[r / 2]));
    }
    sgdl_table_free(&table);
}

/* The tilt takes a basin away, or its key is one number of a list. */
static void keys_of_the_potential_are_varied(void **state)
{
    (void)state;
    const sgdl_axis_t tilt = {.key = "potential.tilt", .from = -3, .to = 0.25, .count = 2};
    sgdl_table_t table = sweep_table(well("", "0.01", "8"), &tilt, 1);
    assert_true(sweep_at(&table, 0, "basins") == 1 && sweep_at(&table, 1, "basins") == 2);
    assert_true(isnan(sweep_at(&table, 0, "p_2")) && sweep_at(&table, 1, "p_2") > 0);
    assert_true(sweep_at(&table, 0, "status") == 0);
    assert_row(&table, 1, well(", tilt: 0.25", "0.01", "8"));
    sgdl_table_free(&table);
    /* the same tilt as the second coefficient of the polynomial that the double well is */
    const sgdl_axis_t second = {
        .key = "potential.coefficients.2", .from = 0.6, .to = 0.85, .count = 2};
    table = sweep_table("potential: {family: polynomial, coefficients: [0.5, 0.6, -0.75, -1.2, 0, "
                        "0.6, 0.25]}\nnoise: {family: constant, value: 320}\nbatch: 8\nbox: "
                        "[-2.7, 2.05]\ncells: 200\ntime: 1\n",
                        &second, 1);
    sgdl_problem_t *problem = parse_problem(well(", tilt: 0.25", "0.01", "8"));
    sgdl_table_t limit;
    sgdl_error_t error = {0};
    sgdl_table_init(&limit);
    assert_int_equal(sgdl_limit_table(problem, NULL, INTO(&limit), &error), SGDL_OK);
    assert_close(sweep_at(&table, 1, "p_1"), table_at(&limit, 0, "p_1"), 1e-10, 0, "p_1");
    sgdl_problem_free(problem);
    sgdl_table_free(&limit);
    sgdl_table_free(&table);
}

static void what_is_no_grid_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *batch, *key, *words;
        double from, to;
    } cases[] = {{"[8, 16]", "momentum", "found 2 batches, allowed in a sweep: one", 0, 0.5},
                 {"8", "batch", "allowed whole numbers", 1, 2},
                 {"8", "batch", "found 0, allowed an integer from 1", 0, 4},
                 {"8", "momentum", "allowed a number in [0, 1)", 0, 1},
                 {"8", "potential.tlit", "did you mean 'tilt'", 0, 1},
                 {"8", "ridge", "models that take it: mixture", 0, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const sgdl_axis_t axis = {
            .key = cases[i].key, .from = cases[i].from, .to = cases[i].to, .count = 3};
        sgdl_sweep_t *sweep = sgdl_sweep_new();
        sgdl_error_t error = {0};
        assert_int_equal(
            sweep_of_text(sweep, well("", "0.01", cases[i].batch), &axis, 1, false, &error),
            SGDL_ERR_INPUT);
        if (!strstr(error.message, cases[i].words))
            fail_msg("%s: %s", error.place, error.message);
        sgdl_sweep_free(sweep);
    }
}

static int stop_after_two(void *context, size_t point, sgdl_error_t *error)
{
    size_t *done = context;
    (void)point;
    return ++*done < 2 ? SGDL_OK : sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL, "enough");
}

/* A sweep that broke off goes on from its table, basins that are not there included. */
static void a_sweep_is_resumed(void **state)
{
    (void)state;
    const sgdl_axis_t tilt = {.key = "potential.tilt", .from = -3, .to = 0.25, .count = 4};
    sgdl_table_t whole = sweep_table(well("", "0.01", "8"), &tilt, 1), part, again;
    sgdl_sweep_t *first = sgdl_sweep_new(), *second = sgdl_sweep_new();
    sgdl_error_t error = {0};
    size_t done = 0;
    const sgdl_sweep_options_t two = {.threads = 1, .row = stop_after_two, .row_context = &done};
    sgdl_table_init(&part);
    sgdl_table_init(&again);
    assert_int_equal(sweep_of_text(first, well("", "0.01", "8"), &tilt, 1, false, &error), SGDL_OK);
    assert_int_equal(sweep_of_text(second, well("", "0.01", "8"), &tilt, 1, false, &error),
                     SGDL_OK);
    assert_int_equal(sgdl_sweep_run(first, &two, &error), SGDL_ERR_INTERRUPTED);
    assert_int_equal(sgdl_sweep_table(first, &part, &error), SGDL_OK);
    assert_int_equal(part.rows, 2);
    assert_int_equal(sgdl_sweep_restore(second, &part, "earlier", &error), SGDL_OK);
    assert_int_equal(sgdl_sweep_run(second, NULL, &error), SGDL_OK);
    assert_int_equal(sgdl_sweep_table(second, &again, &error), SGDL_OK);
    assert_int_equal(again.rows, 4);
    assert_memory_equal(again.value, whole.value, 4 * whole.columns * sizeof *whole.value);
    assert_string_equal(sgdl_table_value(&again, "checksum"), sgdl_table_value(&whole, "checksum"));
    sgdl_sweep_free(first);
    sgdl_sweep_free(second);
    sgdl_table_free(&whole);
    sgdl_table_free(&part);
    sgdl_table_free(&again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_those_of_limit_and_solve),
        cmocka_unit_test(keys_of_the_potential_are_varied),
        cmocka_unit_test(what_is_no_grid_is_refused),
        cmocka_unit_test(a_sweep_is_resumed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
