/* Simulations: ensembles of streaming SGD and their tables. */
#include "tests/curves.h"

#include <signal.h>
#include <string.h>

#include "src/theories/streaming/simulation.h"

static sgdl_table_t simulate_expecting(const char *text, const sgdl_plan_t *options, int expected,
                                       sgdl_error_t *error)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_table_t table;
    *error = (sgdl_error_t){0};
    sgdl_table_init(&table);
    int status = sgdl_simulate(problem, options, INTO(&table), error);
    if (status != expected)
        fail_msg("status %d (%s), expected %d\n%s", status, error->message, expected, text);
    sgdl_problem_free(problem);
    return table;
}

/* The table as written. */
static char *bytes_of(const sgdl_table_t *table)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    assert_int_equal(sgdl_table_write(table, stream, SGDL_FORMAT_TSV, NULL), SGDL_OK);
    assert_int_equal(fclose(stream), 0);
    return text;
}

/* ---- reproducibility ------------------------------------------------------------------------ */

#define SMALL                                                                                      \
    "{dimension: 30, time: 4, learning_rate: [0.5, 2], start: {norm2: 1}, batch: 2, label_noise: " \
    "0.1, output: {points: 5}, seed: %d}"

static void bytes_do_not_depend_on_threads(void **unused)
{
    (void)unused;
    static const size_t threads[] = {1, 2, 5};
    for (int kernel = SGDL_KERNEL_FULL; kernel <= SGDL_KERNEL_COLLAPSED; kernel++) {
        char *bytes[4], text[512];
        for (size_t e = 0; e < 4; e++) {
            sgdl_plan_t options = sgdl_plan_default();
            sgdl_error_t error;
            options.runs = 7;
            options.kernel = (sgdl_kernel_t)kernel;
            options.threads = e < 3 ? threads[e] : 1;
            (void)snprintf(text, sizeof text, SMALL, e < 3 ? 1 : 2);
            sgdl_table_t table = simulate_expecting(text, &options, SGDL_OK, &error);
            bytes[e] = bytes_of(&table);
            sgdl_table_free(&table);
        }
        assert_string_equal(bytes[0], bytes[1]);
        assert_string_equal(bytes[0], bytes[2]);
        /* another seed: other numbers behind the names of the columns */
        assert_string_not_equal(strstr(bytes[0], "curve\t"), strstr(bytes[3], "curve\t"));
        for (size_t e = 0; e < 4; e++)
            free(bytes[e]);
    }
}

static void a_run_is_the_same_in_any_ensemble(void **unused)
{
    (void)unused;
    char text[512];
    (void)snprintf(text, sizeof text, SMALL, 1);
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_plan_t options[2] = {problem->plan, problem->plan};
    simulation_t few, many;
    options[0].runs = 2;
    options[1].runs = 9;
    assert_int_equal(simulation_init(&few, problem, &options[0], NULL), SGDL_OK);
    assert_int_equal(simulation_init(&many, problem, &options[1], NULL), SGDL_OK);
    assert_int_equal(simulation_run(&few, NULL), SGDL_OK);
    assert_int_equal(simulation_run(&many, NULL), SGDL_OK);
    size_t run = problem->plan.points * sgd_quantities(&few.sgd);
    for (size_t curve = 0; curve < 2; curve++) {
        const double *a = ensemble_row(&few.ensemble, curve, 0, 0);
        const double *b = ensemble_row(&many.ensemble, curve, 0, 0);
        assert_memory_equal(a, b, 2 * run * sizeof *a);
        assert_memory_not_equal(a, a + run, run * sizeof *a);
    }
    simulation_free(&few);
    simulation_free(&many);
    sgdl_problem_free(problem);
}

/* ---- the table ------------------------------------------------------------------------------ */

static void columns_and_times_are_as_promised(void **unused)
{
    (void)unused;
    sgdl_plan_t options = sgdl_plan_default();
    sgdl_error_t error;
    options.runs = 3;
    sgdl_table_t table = simulate_expecting(
        "{dimension: 3, output: {times: [0, 0.1, 0.2, 1, 1.5]}}", &options, SGDL_OK, &error);
    static const char *const names[] = {"risk",   "error", "learning_rate", "norm2",
                                        "mean_1", "var_1", "mean_2",        "var_2"};
    static const char *const kinds[] = {"mean", "sd", "q10", "q90"};
    assert_int_equal(table.columns, 33);
    assert_string_equal(table.column[0], "t");
    for (size_t n = 0; n < 8; n++)
        for (size_t k = 0; k < 4; k++) {
            char name[64];
            (void)snprintf(name, sizeof name, "%s_%s", names[n], kinds[k]);
            assert_string_equal(table.column[1 + 4 * n + k], name);
        }
    /* after round(t d) steps; halves to even */
    static const double steps[] = {0, 0, 1, 3, 4};
    for (size_t row = 0; row < 5; row++)
        assert_true(table_at(&table, row, "t") == steps[row] / 3);
    assert_close(table_at(&table, 0, "risk_mean"), log(2), 0, 1e-15, "risk at the start");
    assert_true(table_at(&table, 0, "error_mean") == 0.5);
    assert_true(table_at(&table, 1, "risk_sd") == 0);
    assert_true(table_at(&table, 3, "risk_sd") > 0);
    assert_string_equal(sgdl_table_value(&table, "runs"), "3");
    sgdl_table_free(&table);
}

static void refuses_what_cannot_be_simulated(void **unused)
{
    (void)unused;
    sgdl_error_t error;
    sgdl_plan_t options = sgdl_plan_default();
    sgdl_table_t table = simulate_expecting("{dimension: inf}", &options, SGDL_ERR_INPUT, &error);
    assert_non_null(strstr(error.message, "--dimension"));
    sgdl_table_free(&table);
}

/* What a plan leaves open is what is usual for the model. */
static void makes_as_many_runs_as_is_usual(void **unused)
{
    (void)unused;
    sgdl_error_t error;
    sgdl_plan_t options = sgdl_plan_default();
    assert_int_equal(options.runs, 0);
    sgdl_table_t table = simulate_expecting("{dimension: 5, time: 1}", &options, SGDL_OK, &error);
    assert_string_equal(sgdl_table_value(&table, "runs"), "10");
    sgdl_table_free(&table);
}

/* ---- early ends ----------------------------------------------------------------------------- */

static void divergence_keeps_the_rows_before(void **unused)
{
    (void)unused;
    for (int kernel = SGDL_KERNEL_FULL; kernel <= SGDL_KERNEL_COLLAPSED; kernel++) {
        sgdl_plan_t options = sgdl_plan_default();
        sgdl_error_t error;
        options.runs = 4;
        options.kernel = (sgdl_kernel_t)kernel;
        sgdl_table_t table = simulate_expecting(
            "{dimension: 40, loss: least-squares, learning_rate: [0.2, 2.4], time: 200, output: "
            "{points: 201}}",
            &options, SGDL_ERR_DIVERGED, &error);
        assert_int_equal(table.blocks, 2);
        assert_int_equal(table.block_start[1], 201);
        assert_true(table.rows > 202 && table.rows < 402);
        assert_non_null(sgdl_table_value(&table, "curve_2_ended"));
        assert_null(sgdl_table_value(&table, "curve_1_ended"));
        for (size_t row = 0; row < table.rows; row++)
            assert_true(isfinite(table_at(&table, row, "risk_mean")));
        sgdl_table_free(&table);
    }
}

/* Rows hold numbers: a run that leaves the range of a double anywhere has diverged. */
static void what_no_double_holds_has_diverged(void **unused)
{
    (void)unused;
    static const char *const problems[] = {
        "{dimension: 10, ridge: 1.0e+100, time: 0.6, output: {points: 7}}",
        "{dimension: 10, ridge: 1.0e+100, time: 0.6, output: {points: 7}, loss: least-squares}",
        "{dimension: 10, learning_rate: 1.0e+155, time: 0.6, output: {points: 7}}",
        "{dimension: 10, start: {norm2: 1.0e+307}, ridge: 1, learning_rate: 30, time: 0.6, output: "
        "{points: 7}}"};
    for (size_t v = 0; v < 4; v++)
        for (int kernel = SGDL_KERNEL_FULL; kernel <= SGDL_KERNEL_COLLAPSED; kernel++) {
            sgdl_plan_t options = sgdl_plan_default();
            sgdl_error_t error;
            options.runs = 2;
            options.kernel = (sgdl_kernel_t)kernel;
            sgdl_table_t table =
                simulate_expecting(problems[v], &options, SGDL_ERR_DIVERGED, &error);
            assert_true(table.rows > 0 && table.rows < 7);
            for (size_t e = 0; e < table.rows * table.columns; e++)
                if (!isfinite(table.value[e]))
                    fail_msg("%s\nrow %zu, column %s is %g", problems[v], e / table.columns,
                             table.column[e % table.columns], table.value[e]);
            sgdl_table_free(&table);
        }
}

/* Growth under a rate that falls later on is no divergence. */
static void runs_come_back_where_the_rate_falls(void **unused)
{
    (void)unused;
    static const char *const schedules[] = {"{schedule: polynomial, value: 8, tau: 1, power: 0.5}",
                                            "{schedule: piecewise, times: [1], values: [8, 0.5]}",
                                            "{schedule: cosine, value: 5, final: 0.2, over: 10}"};
    for (size_t v = 0; v < 3; v++) {
        char text[512];
        sgdl_plan_t options = sgdl_plan_default();
        sgdl_error_t error;
        options.runs = 2;
        (void)snprintf(text, sizeof text,
                       "{dimension: 50, loss: least-squares, learning_rate: %s, output: {times: "
                       "[0, 1, 200]}}",
                       schedules[v]);
        sgdl_table_t table = simulate_expecting(text, &options, SGDL_OK, &error);
        assert_int_equal(table.rows, 3);
        assert_true(table_at(&table, 1, "risk_mean") > 1e3);
        assert_true(table_at(&table, 2, "risk_mean") < 1);
        sgdl_table_free(&table);
    }
}

/* Sets the flag once a part of the work is done. */
typedef struct fuse {
    volatile sig_atomic_t flag;
    double length;
} fuse_t;

static void burn(void *context, double fraction, double t)
{
    fuse_t *self = context;
    assert_true(isnan(t) && fraction > 0 && fraction <= 1 + 1e-12);
    if (fraction > self->length)
        self->flag = 1;
}

/* One step of a batch that takes minutes ends at once when it is told to, whatever the kernel; and
 * a run that nobody interrupts makes its steps to the end. */
static void interruption_within_a_batch(void **unused)
{
    (void)unused;
    static const kernel_t *const kernels[] = {&kernel_full, &kernel_collapsed};
    static const char *const texts[] = {
        "{dimension: 10, batch: 1000000000}",
        "{dimension: 40, batch: 1000000000, loss: least-squares, encoding: one-hot}",
        "{dimension: 1, batch: 1000000000, label_noise: 0.1, intercept: 1}"};
    for (size_t e = 0; e < 2 * sizeof texts / sizeof *texts; e++) {
        const kernel_t *kernel = kernels[e % 2];
        sgdl_problem_t *problem = parse_problem(texts[e / 2]);
        experiment_t experiment;
        sig_atomic_t flag = 1;
        void *model, *state;
        assert_int_equal(experiment_init(&experiment, problem, &problem->plan, NULL), SGDL_OK);
        experiment.interrupted = &flag;
        assert_int_equal(kernel->prepare(&experiment, &model, NULL), SGDL_OK);
        assert_int_equal(kernel->begin(model, 0, 0, &state), SGDL_OK);
        assert_false(kernel->advance(state, 1));
        kernel->end(state);
        flag = 0;
        experiment.batch = 2;
        assert_int_equal(kernel->begin(model, 0, 0, &state), SGDL_OK);
        assert_true(kernel->advance(state, 3));
        kernel->end(state);
        kernel->discard(model);
        experiment_free(&experiment);
        sgdl_problem_free(problem);
    }
}

static void interruption_keeps_finished_runs(void **unused)
{
    (void)unused;
    fuse_t fuse = {.length = 0.55};
    sgdl_plan_t options = sgdl_plan_default();
    sgdl_error_t error;
    options.runs = 4;
    options.threads = 1;
    options.watch.progress = burn;
    options.watch.context = &fuse;
    options.watch.stop = &fuse.flag;
    const char *text = "{dimension: 30, time: 4, output: {points: 9}}";
    sgdl_table_t stopped = simulate_expecting(text, &options, SGDL_ERR_INTERRUPTED, &error);
    assert_non_null(sgdl_table_value(&stopped, "curve_1_interrupted"));
    options = sgdl_plan_default();
    options.runs = 2;
    sgdl_table_t whole = simulate_expecting(text, &options, SGDL_OK, &error);
    assert_int_equal(stopped.rows, 9);
    for (size_t e = 0; e < whole.rows * whole.columns; e++)
        assert_true(stopped.value[e] == whole.value[e]);
    sgdl_table_free(&whole);
    sgdl_table_free(&stopped);

    /* In the first run: the rows that it has. */
    fuse = (fuse_t){.length = 0.1};
    options.runs = 4;
    options.threads = 1;
    options.watch.progress = burn;
    options.watch.context = &fuse;
    options.watch.stop = &fuse.flag;
    stopped = simulate_expecting(text, &options, SGDL_ERR_INTERRUPTED, &error);
    assert_true(stopped.rows > 1 && stopped.rows < 9);
    sgdl_table_free(&stopped);

    /* Before anything was done. */
    fuse = (fuse_t){.flag = 1};
    stopped = simulate_expecting(text, &options, SGDL_ERR_INTERRUPTED, &error);
    assert_int_equal(stopped.rows, 0);
    sgdl_table_free(&stopped);
}

/* While directions are listed or a kernel is prepared: no run, no rows. */
static void interruption_before_there_are_runs(void **unused)
{
    (void)unused;
    const sig_atomic_t flag = 1;
    for (int e = 0; e < 6; e++) {
        sgdl_problem_t *problem = parse_problem("{dimension: 30, learning_rate: [0.5, 1]}");
        sgdl_plan_t options = sgdl_plan_default();
        sgdl_error_t error = {0};
        sgdl_table_t table;
        sgdl_table_init(&table);
        options.kernel = (sgdl_kernel_t)(e % 3);
        options.directions = e >= 3;
        problem->plan.watch.stop = options.watch.stop = &flag;
        assert_int_equal(sgdl_simulate(problem, &options, INTO(&table), &error),
                         SGDL_ERR_INTERRUPTED);
        assert_int_equal(error.code, SGDL_ERR_INTERRUPTED);
        assert_int_equal(table.rows, 0);
        sgdl_table_free(&table);
        sgdl_problem_free(problem);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_do_not_depend_on_threads),
        cmocka_unit_test(a_run_is_the_same_in_any_ensemble),
        cmocka_unit_test(columns_and_times_are_as_promised),
        cmocka_unit_test(refuses_what_cannot_be_simulated),
        cmocka_unit_test(makes_as_many_runs_as_is_usual),
        cmocka_unit_test(divergence_keeps_the_rows_before),
        cmocka_unit_test(what_no_double_holds_has_diverged),
        cmocka_unit_test(runs_come_back_where_the_rate_falls),
        cmocka_unit_test(interruption_keeps_finished_runs),
        cmocka_unit_test(interruption_within_a_batch),
        cmocka_unit_test(interruption_before_there_are_runs),
    };
    return cmocka_run_group_tests_name("simulation", tests, NULL, NULL);
}
