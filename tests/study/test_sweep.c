/* Grids: what a row holds, who computes it, and what is left when the work is cut short. */
#include <gsl/gsl_errno.h>
#include <float.h>
#include <math.h>

#include "sgdlimit/sgdlimit.h"
#include "src/study/grid.h"
#include "tests/sink.h"
#include "tests/program.h"
#include "tests/sweeps.h"

/* ---- the library ----------------------------------------------------------------------------- */

static const char text[] =
    "loss: logistic\nlearning_rate: 0.7\ntime: 1000\nclasses: [{covariance: {family: power-law, "
    "exponent: 1}, mean: {family: power-law, exponent: 0}}, {covariance: {family: power-law, "
    "exponent: 1}, mean: {family: opposite, of: 1}}]\n";

/* alpha over 3 values and beta over 2, of which the first is not allowed. */
static const sgdl_axis_t axes[] = {
    {.key = "classes.*.covariance.exponent", .from = 0.5, .to = 1.5, .count = 3},
    {.key = "classes.*.mean.exponent", .from = -0.6, .to = 0.1, .count = 2}};

static sgdl_sweep_t *make_sweep(void)
{
    sgdl_sweep_t *sweep = sgdl_sweep_new();
    sgdl_error_t error = {0};
    if (sweep_of_text(sweep, text, axes, 2, false, &error) != SGDL_OK)
        fail_msg("%s: %s", error.place, error.message);
    return sweep;
}

static sgdl_table_t table_of(const sgdl_sweep_t *sweep)
{
    sgdl_table_t table;
    sgdl_table_init(&table);
    assert_int_equal(sgdl_sweep_table(sweep, &table, NULL), SGDL_OK);
    return table;
}

static double at(const sgdl_table_t *table, size_t row, const char *column)
{
    long c = sgdl_table_find(table, column);
    if (c < 0 || row >= table->rows)
        fail_msg("no column %s or row %zu", column, row);
    return table->value[row * table->columns + (size_t)c];
}

static void run_sweep(sgdl_sweep_t *sweep, size_t threads)
{
    const sgdl_sweep_options_t options = {.threads = threads};
    sgdl_error_t error = {0};
    if (sgdl_sweep_run(sweep, &options, &error) != SGDL_OK)
        fail_msg("%s", error.message);
}

/* Grids from end to end of the doubles have all their points where they belong. */
static void axis_values_of_any_range(void **unused)
{
    (void)unused;
    static const double pairs[][2] = {{1e-300, 1e300}, {1e300, 1e-300}, {1e-200, 1e200},
                                      {5e-324, 1e308}, {1e308, 5e-324}, {1e-310, 1e-1},
                                      {1e-300, 1e10},  {1e-10, 1e300},  {DBL_MIN, DBL_MAX}};
    for (size_t e = 0; e < sizeof pairs / sizeof *pairs; e++) {
        const double *ends = pairs[e];
        for (size_t count = 2; count < 40; count += 3) {
            const sgdl_axis_t axis = {"ridge", ends[0], ends[1], count, true, false};
            for (size_t i = 0; i < count; i++) {
                const long double share = (long double)i / (long double)(count - 1);
                const long double exact = ends[0] * powl((long double)ends[1] / ends[0], share);
                const double value = sgdl_axis_value(&axis, i);
                if (!(fabsl(value - exact) <= 1e-12L * exact + DBL_TRUE_MIN))
                    fail_msg("%g to %g: point %zu of %zu is %.17g", ends[0], ends[1], i, count,
                             value);
            }
        }
    }
    const sgdl_axis_t middle = {"ridge", 1e-300, 1e300, 3, true, false};
    assert_true(fabs(sgdl_axis_value(&middle, 1) - 1) < 4 * DBL_EPSILON);
    static const double wide[][2] = {{-1e308, 1e308}, {DBL_MAX, -DBL_MAX}, {-1.5e308, 1e308}};
    for (size_t e = 0; e < sizeof wide / sizeof *wide; e++) {
        const sgdl_axis_t axis = {"ridge", wide[e][0], wide[e][1], 5, false, false};
        for (size_t i = 0; i < 5; i++) {
            const long double exact =
                wide[e][0] + ((long double)wide[e][1] - wide[e][0]) * (long double)i / 4;
            assert_true(fabsl(sgdl_axis_value(&axis, i) - exact) <= 1e293L);
        }
    }
}

static void axis_values(void **unused)
{
    (void)unused;
    sgdl_axis_t axis;
    char *key;
    assert_int_equal(sgdl_axis_parse(&axis, "a.*.b=-1:3:5", &key, NULL), SGDL_OK);
    assert_string_equal(axis.key, "a.*.b");
    for (size_t i = 0; i < 5; i++)
        assert_true(sgdl_axis_value(&axis, i) == (double)i - 1);
    free(key);
    assert_int_equal(sgdl_axis_parse(&axis, "a=1:1e4:5:log", &key, NULL), SGDL_OK);
    for (size_t i = 0; i < 5; i++)
        assert_true(fabs(sgdl_axis_value(&axis, i) / pow(10, (double)i) - 1) < 1e-14);
    free(key);
    assert_int_equal(sgdl_axis_parse(&axis, "a=2:9:1", &key, NULL), SGDL_OK);
    assert_true(sgdl_axis_value(&axis, 0) == 2);
    free(key);
    static const char *const wrong[] = {
        "a",       "=1:2:3",      "a=1:2",        "a=1:2:0",   "a=1:2:2.5", "a=1:2:3:lin",
        "a=1:x:3", "a=0:1:3:log", "a=1:2:3:log:", "a=inf:2:3", "a=1:2:1e9", "a=1: 2:3"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(sgdl_axis_parse(&axis, wrong[i], &key, NULL), SGDL_ERR_INPUT);
        assert_null(key);
    }
}

/* A row against solve and limit at the same values. */
static void assert_row(const sgdl_table_t *table, size_t row, const char *alpha, const char *beta)
{
    sgdl_problem_t *problem = sgdl_problem_new();
    sgdl_plan_t options = sgdl_plan_default();
    sgdl_table_t curve;
    sgdl_limit_t limit;
    assert_int_equal(sgdl_problem_parse(problem, text, "test", NULL, 0, NULL), SGDL_OK);
    assert_int_equal(sgdl_problem_set(problem, "classes.*.covariance.exponent", alpha, NULL), 0);
    assert_int_equal(sgdl_problem_set(problem, "classes.1.mean.exponent", beta, NULL), 0);
    sgdl_table_init(&curve);
    assert_int_equal(sgdl_solve(problem, &options, INTO(&curve), NULL), SGDL_OK);
    assert_int_equal(sgdl_limit_init(&limit, problem, NULL, 0, NULL), SGDL_OK);
    size_t last = curve.rows - 1;
    static const char *const same[] = {"risk", "error", "norm2", "clean_share_2"};
    for (size_t c = 0; c < 4; c++) {
        double expected = at(&curve, last, same[c]), found = at(table, row, same[c]);
        assert_true(fabs(found - expected) <= 1e-6 * fabs(expected));
    }
    assert_true(at(table, row, "verdict") == limit.verdict);
    assert_true(at(table, row, "risk_limit") == limit.risk);
    assert_true(at(table, row, "theta") == limit.law.exponent);
    assert_true(at(table, row, "excess") == at(table, row, "risk") - limit.risk);
    assert_true(at(table, row, "status") == 0 && at(table, row, "steps") > 10);
    sgdl_limit_free(&limit);
    sgdl_table_free(&curve);
    sgdl_problem_free(problem);
}

static void rows_are_points(void **unused)
{
    (void)unused;
    sgdl_sweep_t *sweep = make_sweep();
    assert_int_equal(sweep->points, 6);
    run_sweep(sweep, 1);
    sgdl_table_t table = table_of(sweep);
    assert_int_equal(table.rows, 6);
    for (size_t row = 0; row < 6; row++) {
        assert_true(at(&table, row, "point") == (double)row + 1);
        assert_true(at(&table, row, axes[0].key) == 0.5 + 0.5 * (double)(row / 2));
        assert_true(at(&table, row, axes[1].key) == (row % 2 == 0 ? -0.6 : 0.1));
    }
    assert_row(&table, 1, "0.5", "0.1");
    assert_row(&table, 3, "1", "0.1");
    assert_row(&table, 5, "1.5", "0.1");
    /* a point that cannot be: a row with its reason, and the others are there */
    assert_true(isnan(at(&table, 2, "risk")) && at(&table, 2, "status") > 0);
    assert_non_null(strstr(sgdl_table_value(&table, "failed_3"), "-0.5"));
    assert_null(sgdl_table_value(&table, "failed_4"));
    sgdl_table_free(&table);
    sgdl_sweep_free(sweep);
}

static void threads_do_not_matter(void **unused)
{
    (void)unused;
    sgdl_sweep_t *one = make_sweep(), *three = make_sweep();
    run_sweep(one, 1);
    run_sweep(three, 3);
    assert_memory_equal(one->value, three->value, one->points * one->columns * sizeof *one->value);
    sgdl_sweep_free(one);
    sgdl_sweep_free(three);
}

typedef struct calls {
    size_t count, points[8];
    int status;
} calls_t;

static int count_call(void *context, size_t point, sgdl_error_t *error)
{
    calls_t *self = context;
    self->points[self->count++] = point;
    return self->status ? sgdl_fail(error, self->status, NULL, "no more") : SGDL_OK;
}

/* Rows of an earlier table are kept as they are, and only the others are computed. */
static void restored_rows_are_kept(void **unused)
{
    (void)unused;
    sgdl_sweep_t *whole = make_sweep(), *part = make_sweep();
    run_sweep(whole, 1);
    whole->done[4] = whole->done[1] = false;
    whole->value[3 * whole->columns + 3] = 42; /* a mark */
    sgdl_table_t table = table_of(whole);
    assert_non_null(strstr(sgdl_table_value(&table, "unfinished"), "4 of 6"));
    assert_int_equal(sgdl_sweep_restore(part, &table, "earlier", NULL), SGDL_OK);
    calls_t calls = {0};
    const sgdl_sweep_options_t options = {.threads = 1, .row = count_call, .row_context = &calls};
    assert_int_equal(sgdl_sweep_run(part, &options, NULL), SGDL_OK);
    assert_int_equal(calls.count, 2);
    assert_int_equal(calls.points[0], 1);
    assert_int_equal(calls.points[1], 4);
    assert_memory_equal(part->value, whole->value, whole->points * whole->columns * sizeof(double));
    assert_non_null(part->reason[2]); /* of a failure: kept too */
    sgdl_table_free(&table);
    sgdl_sweep_free(whole);
    sgdl_sweep_free(part);
}

static void other_sweeps_are_refused(void **unused)
{
    (void)unused;
    sgdl_axis_t other[] = {axes[0], axes[1]};
    other[1].to = 0.2;
    sgdl_sweep_t *first = make_sweep(), *second = sgdl_sweep_new();
    sgdl_error_t error = {0};
    sgdl_table_t table = table_of(first);
    assert_int_equal(sweep_of_text(second, text, other, 2, false, NULL), SGDL_OK);
    assert_int_equal(sgdl_sweep_restore(second, &table, "earlier", &error), SGDL_ERR_INPUT);
    assert_string_equal(error.place, "earlier");
    assert_non_null(strstr(error.message, "vary_2"));
    sgdl_sweep_free(second);
    second = sgdl_sweep_new();
    assert_int_equal(sweep_of_text(second, text, axes, 2, true, NULL), SGDL_OK);
    assert_int_equal(sgdl_sweep_restore(second, &table, "earlier", &error), SGDL_ERR_INPUT);
    sgdl_sweep_free(second);
    sgdl_table_free(&table);
    sgdl_sweep_free(first);
}

static void sweeps_end_early(void **unused)
{
    (void)unused;
    sgdl_sweep_t *sweep = make_sweep();
    sgdl_error_t error = {0};
    calls_t calls = {.status = SGDL_ERR_OUTPUT};
    sgdl_sweep_options_t options = {.threads = 1, .row = count_call, .row_context = &calls};
    assert_int_equal(sgdl_sweep_run(sweep, &options, &error), SGDL_ERR_OUTPUT);
    assert_string_equal(error.message, "no more");
    assert_int_equal(calls.count, 1);
    volatile sig_atomic_t interrupted = 1;
    options = (sgdl_sweep_options_t){.threads = 2, .watch.stop = &interrupted};
    assert_int_equal(sgdl_sweep_run(sweep, &options, &error), SGDL_ERR_INTERRUPTED);
    interrupted = 0;
    assert_int_equal(sgdl_sweep_run(sweep, &options, &error), SGDL_OK);
    sgdl_sweep_free(sweep);
}

/* ---- the program ----------------------------------------------------------------------------- */

#define ALPHAS "classes.*.covariance.exponent=0.5:1.5:3"
#define BETAS "classes.*.mean.exponent=-0.6:0.1:2"
#define POWER_LAWS "--covariance", "power-law:exponent=1", "--mean", "power-law:exponent=0"

static void tables_and_streams(void **state)
{
    (void)state;
    outcome_t printed =
        run("sweep", POWER_LAWS, "--time", "100", "--vary", ALPHAS, "--vary", BETAS);
    outcome_t saved = run("sweep", POWER_LAWS, "--time", "100", "--vary", ALPHAS, "--vary", BETAS,
                          "-o", in_folder("a.tsv"), "--threads", "3");
    assert_done(&printed);
    assert_done(&saved);
    assert_string_equal(saved.out, "");
    assert_false(exists("a.tsv.part"));
    sgdl_table_t from_file, from_stream;
    assert_int_equal(sgdl_table_read(&from_file, in_folder("a.tsv"), NULL), SGDL_OK);
    assert_int_equal(sgdl_table_read(&from_stream, write_file("b.tsv", printed.out), NULL),
                     SGDL_OK);
    assert_int_equal(from_file.rows, 6);
    assert_int_equal(from_file.rows, from_stream.rows);
    assert_int_equal(from_file.columns, from_stream.columns);
    for (size_t e = 0; e < from_file.rows * from_file.columns; e++) {
        double a = from_file.value[e], b = from_stream.value[e];
        assert_true(a == b || (isnan(a) && isnan(b)));
    }
    assert_string_equal(sgdl_table_value(&from_file, "failed_3"),
                        sgdl_table_value(&from_stream, "failed_3"));
    sgdl_table_free(&from_file);
    sgdl_table_free(&from_stream);
    outcome_free(&printed);
    outcome_free(&saved);
}

/* A table that swept is a problem file again, as every table is. */
static void tables_reproduce_themselves(void **state)
{
    (void)state;
    outcome_t first = run("sweep", POWER_LAWS, "--time", "10", "--vary", ALPHAS, "-o",
                          in_folder("a.csv"), "--format", "csv");
    outcome_t second = run("sweep", in_folder("a.csv"), "--vary", ALPHAS, "-o", in_folder("b.csv"));
    assert_done(&first);
    assert_done(&second);
    char *a = read_file(in_folder("a.csv")), *b = read_file(in_folder("b.csv"));
    assert_string_equal(a, b);
    free(a);
    free(b);
    outcome_free(&first);
    outcome_free(&second);
}

static size_t count_lines(const char *path)
{
    size_t lines = 0;
    FILE *stream = fopen(path, "r");
    for (int c; stream && (c = fgetc(stream)) != EOF;)
        lines += c == '\n';
    if (stream)
        (void)fclose(stream);
    return lines;
}

/* kill -9 in the middle, a torn last line on top, then --resume: the table of an undisturbed run.
 */
static void killed_sweeps_resume(void **state)
{
    (void)state;
    enum { HEADER = 30 };
    const char *const sweep[] = {"sweep",     POWER_LAWS,
                                 "--time",    "1e5",
                                 "--vary",    "classes.*.covariance.exponent=0.3:2:60",
                                 "--vary",    "classes.*.mean.exponent=-0.6:0.5:2",
                                 "--threads", "2",
                                 "-o",        in_folder("a.tsv"),
                                 NULL};
    pid_t child = start_program(NULL, NULL, sweep);
    while (count_lines(in_folder("a.tsv.part")) < HEADER + 5)
        (void)usleep(1000);
    assert_int_equal(kill(child, SIGKILL), 0);
    outcome_t killed = finish_program(child);
    assert_int_equal(killed.status, 256 + SIGKILL);
    assert_false(exists("a.tsv"));
    size_t before = count_lines(in_folder("a.tsv.part"));
    FILE *part = fopen(in_folder("a.tsv.part"), "a");
    assert_true(fputs("77\t1.5\t0.1\t0.3", part) >= 0);
    assert_int_equal(fclose(part), 0);

    outcome_t resumed = run("sweep", POWER_LAWS, "--time", "1e5", "--vary", sweep[8], "--vary",
                            sweep[10], "-o", in_folder("a.tsv"), "--resume");
    outcome_t whole = run("sweep", POWER_LAWS, "--time", "1e5", "--vary", sweep[8], "--vary",
                          sweep[10], "-o", in_folder("b.tsv"));
    assert_done(&resumed);
    assert_done(&whole);
    assert_false(exists("a.tsv.part"));
    char *a = read_file(in_folder("a.tsv")), *b = read_file(in_folder("b.tsv"));
    assert_string_equal(a, b);
    assert_true(before > HEADER && before < count_lines(in_folder("b.tsv")));
    free(a);
    free(b);
    outcome_free(&killed);
    outcome_free(&resumed);
    outcome_free(&whole);
}

/* Ctrl-C: the rows that there are, exit status 1, and the rest later. */
static void interrupted_sweeps_resume(void **state)
{
    (void)state;
    const char *const sweep[] = {"sweep",     POWER_LAWS,
                                 "--time",    "1e6",
                                 "--vary",    "classes.*.covariance.exponent=0.3:2:100",
                                 "--threads", "1",
                                 "-o",        in_folder("a.tsv"),
                                 NULL};
    pid_t child = start_program(NULL, NULL, sweep);
    while (count_lines(in_folder("a.tsv.part")) < 40)
        (void)usleep(1000);
    assert_int_equal(kill(child, SIGINT), 0);
    assert_fails(finish_program(child), 130, "interrupted; ");
    sgdl_table_t table;
    assert_int_equal(sgdl_table_read(&table, in_folder("a.tsv"), NULL), SGDL_OK);
    assert_true(table.rows > 1 && table.rows < 100);
    assert_non_null(sgdl_table_value(&table, "unfinished"));
    sgdl_table_free(&table);
    outcome_t resumed = run("sweep", POWER_LAWS, "--time", "1e6", "--vary", sweep[8], "-o",
                            in_folder("a.tsv"), "--resume");
    assert_done(&resumed);
    assert_int_equal(sgdl_table_read(&table, in_folder("a.tsv"), NULL), SGDL_OK);
    assert_int_equal(table.rows, 100);
    assert_null(sgdl_table_value(&table, "unfinished"));
    sgdl_table_free(&table);
    outcome_free(&resumed);
}

static void refusals(void **state)
{
    (void)state;
    assert_fails(run("sweep"), 2, "--vary: missing");
    assert_fails(run("sweep", "--vary", "ridge=1:2"), 2, "KEY=from:to:count");
    assert_fails(run("sweep", "--vary", "ridge=1:2:3", "--vary", "ridge=1:2:3"), 2, "twice");
    assert_fails(run("sweep", "--vary", "ridge=1:2:3", "--resume"), 2, "needs --output");
    assert_fails(run("sweep", "--vary", "ridge=0:1:2", "--lr", "1,2"), 2, "allowed in a sweep");
    assert_fails(run("sweep", "--vary", "ridge=0:1:2", "-o", "/nowhere/a.tsv"), 1, "/nowhere");
    assert_fails(run("critical", "--vary", "ridge", "--from", "0"), 2, "--to: missing");
    assert_fails(run("critical", "--vary", "ridge", "--from", "0", "--to", "x"), 2, "'x'");
    assert_fails(run("solve", "--reference", "best"), 2, "limit, minimum or a number");
    /* a file of another sweep is left alone */
    outcome_t first =
        run("sweep", "--time", "1", "--vary", "ridge=0:1:2", "-o", in_folder("a.tsv"));
    assert_done(&first);
    outcome_free(&first);
    char *before = read_file(in_folder("a.tsv"));
    assert_fails(
        run("sweep", "--time", "1", "--vary", "ridge=0:1:3", "-o", in_folder("a.tsv"), "--resume"),
        2, "is of another sweep");
    char *after = read_file(in_folder("a.tsv"));
    assert_string_equal(before, after);
    free(before);
    free(after);
}

static void limit_and_critical_print_tables(void **state)
{
    (void)state;
    outcome_t limit = run("limit", POWER_LAWS, "--lr", "0.5,1", "--verify");
    assert_done(&limit);
    assert_non_null(strstr(limit.out, "# curve_2_law: "));
    assert_non_null(strstr(limit.out, "learning_rate\tverdict\trisk_limit\t"));
    outcome_t critical = run("critical", POWER_LAWS, "--vary", "classes.*.covariance.exponent",
                             "--from", "0.5", "--to", "2");
    assert_done(&critical);
    assert_non_null(strstr(critical.out, "critical\tuncertainty\t"));
    outcome_t curve = run("solve", POWER_LAWS, "--reference", "limit", "--times", "1");
    assert_done(&curve);
    assert_non_null(strstr(curve.out, "\texcess\n"));
    outcome_t nodes = run("solve", POWER_LAWS, "--directions", "1,10");
    assert_done(&nodes);
    assert_non_null(strstr(nodes.out, "t\tnode\tweight\t"));
    outcome_free(&limit);
    outcome_free(&critical);
    outcome_free(&curve);
    outcome_free(&nodes);
}

/* Phase diagrams and curves through the transition become pictures. */
static void sweeps_are_drawn(void **state)
{
    (void)state;
    outcome_t plane = run("sweep", POWER_LAWS, "--time", "100", "--vary", ALPHAS, "--vary",
                          "classes.*.mean.exponent=-0.3:0.6:4", "-o", in_folder("a.tsv"));
    outcome_t line =
        run("sweep", POWER_LAWS, "--time", "100", "--vary", ALPHAS, "-o", in_folder("b.tsv"));
    assert_done(&plane);
    assert_done(&line);
    outcome_t first =
        run("plot", in_folder("a.tsv"), "--y", "risk,theta", "-o", in_folder("a.svg"));
    outcome_t second = run("plot", in_folder("b.tsv"), "-o", in_folder("b.svg"));
    assert_done(&first);
    assert_done(&second);
    char *svg = read_file(in_folder("a.svg"));
    assert_non_null(strstr(svg, "theory: α = 1 + 2β"));
    assert_non_null(strstr(svg, "the verdict changes"));
    assert_non_null(strstr(svg, "<polygon")); /* cells stay cells: no smoothed image */
    free(svg);
    assert_fails(run("plot", in_folder("a.tsv"), "--y", "rsik"), 2, "did you mean 'risk'");
    outcome_free(&plane);
    outcome_free(&line);
    outcome_free(&first);
    outcome_free(&second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(axis_values),
        cmocka_unit_test(axis_values_of_any_range),
        cmocka_unit_test(rows_are_points),
        cmocka_unit_test(threads_do_not_matter),
        cmocka_unit_test(restored_rows_are_kept),
        cmocka_unit_test(other_sweeps_are_refused),
        cmocka_unit_test(sweeps_end_early),
        cmocka_unit_test_teardown(tables_and_streams, empty_folder),
        cmocka_unit_test_teardown(tables_reproduce_themselves, empty_folder),
        cmocka_unit_test_teardown(killed_sweeps_resume, empty_folder),
        cmocka_unit_test_teardown(interrupted_sweeps_resume, empty_folder),
        cmocka_unit_test_teardown(refusals, empty_folder),
        cmocka_unit_test_teardown(limit_and_critical_print_tables, empty_folder),
        cmocka_unit_test_teardown(sweeps_are_drawn, empty_folder),
    };
    (void)gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
