/* A problem stated by a program that knows the public headers alone. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <unistd.h>
#include <cmocka.h>

#include <sgdlimit/sgdlimit.h>

enum { D = 40 };

typedef int compute_f(const sgdl_problem_t *problem, sgdl_table_t *table, sgdl_error_t *error);

static int solve(const sgdl_problem_t *problem, sgdl_table_t *table, sgdl_error_t *error)
{
    const sgdl_sink_t sink = sgdl_table_sink(table);
    return sgdl_solve(problem, NULL, &sink, error);
}

static int simulate(const sgdl_problem_t *problem, sgdl_table_t *table, sgdl_error_t *error)
{
    const sgdl_sink_t sink = sgdl_table_sink(table);
    return sgdl_simulate(problem, NULL, &sink, error);
}

static int compare(const sgdl_problem_t *problem, sgdl_table_t *table, sgdl_error_t *error)
{
    const sgdl_sink_t sink = sgdl_table_sink(table);
    sgdl_comparison_t verdict;
    return sgdl_compare(problem, NULL, &sink, &verdict, error);
}

static int compare_dimensions(const sgdl_problem_t *problem, sgdl_table_t *table,
                              sgdl_error_t *error)
{
    static const double dimensions[] = {20, 40};
    const sgdl_sink_t sink = sgdl_table_sink(table);
    sgdl_comparison_t verdict;
    sgdl_plan_t plan = sgdl_plan_default();
    plan.dimensions = dimensions;
    plan.dimension_count = 2;
    return sgdl_compare_dimensions(problem, &plan, &sink, &verdict, error);
}

static int limit(const sgdl_problem_t *problem, sgdl_table_t *table, sgdl_error_t *error)
{
    const sgdl_sink_t sink = sgdl_table_sink(table);
    return sgdl_limit_table(problem, NULL, &sink, error);
}

static int limit_of_rate(const sgdl_problem_t *problem, sgdl_table_t *table, sgdl_error_t *error)
{
    sgdl_limit_t found;
    (void)table;
    int status = sgdl_limit_init(&found, problem, NULL, 0, error);
    sgdl_limit_free(&found);
    return status;
}

static int critical(const sgdl_problem_t *problem, sgdl_table_t *table, sgdl_error_t *error)
{
    const sgdl_sink_t sink = sgdl_table_sink(table);
    const sgdl_critical_options_t options = {.key = "ridge", .from = 0.1, .to = 1};
    return sgdl_critical(problem, NULL, &options, &sink, error);
}

static compute_f *const computations[] = {solve, simulate,      compare, compare_dimensions,
                                          limit, limit_of_rate, critical};

enum { COMPUTATIONS = sizeof computations / sizeof *computations };

/* ---- what is no problem -----------------------------------------------------------------------
 */

static void assert_refused_by_all(const sgdl_problem_t *problem, const char *words)
{
    for (size_t c = 0; c < COMPUTATIONS; c++) {
        sgdl_table_t table;
        sgdl_error_t error = {0};
        sgdl_table_init(&table);
        assert_int_equal(computations[c](problem, &table, &error), SGDL_ERR_INPUT);
        if (!strstr(error.message, words))
            fail_msg("computation %zu: found '%s', wanted '%s'", c, error.message, words);
        assert_int_equal(table.rows, 0);
        sgdl_table_free(&table);
    }
    assert_int_equal(sgdl_problem_classes(problem), 0);
    assert_null(sgdl_problem_weights(problem));
}

static void weights_of_more_than_all(void **unused)
{
    static const double weights[] = {0.7, 0.7}, right[] = {0.3, 0.7};
    sgdl_error_t error = {0};
    (void)unused;
    sgdl_problem_t *problem = sgdl_problem_new();
    assert_int_equal(sgdl_problem_set_number(problem, "dimension", 20, &error), SGDL_OK);
    assert_int_equal(sgdl_problem_set_number(problem, "time", 1, &error), SGDL_OK);
    assert_int_equal(sgdl_problem_validate(problem, &error), SGDL_OK);
    assert_int_equal(sgdl_problem_set_weights(problem, weights, 2, &error), SGDL_OK);
    assert_refused_by_all(problem, "key 'classes[2].weight': the weights sum to 1.4, allowed 1");
    assert_int_equal(sgdl_problem_set_weights(problem, right, 2, &error), SGDL_OK);
    assert_int_equal(sgdl_problem_validate(problem, &error), SGDL_OK);
    assert_true(sgdl_problem_weights(problem)[0] == 0.3);
    sgdl_problem_free(problem);
}

static void a_reading_that_failed(void **unused)
{
    sgdl_error_t error = {0};
    (void)unused;
    sgdl_problem_t *problem = sgdl_problem_new();
    assert_int_equal(sgdl_problem_classes(problem), 2); /* the defaults */
    assert_int_equal(sgdl_problem_parse(problem, "tiem: 1", "p.yaml", NULL, 0, &error),
                     SGDL_ERR_INPUT);
    assert_refused_by_all(problem, "whose reading failed");
    assert_int_equal(sgdl_problem_set(problem, "time", "1", &error), SGDL_ERR_INPUT);
    assert_int_equal(sgdl_problem_parse(problem, "time: 1", "p.yaml", NULL, 0, &error), SGDL_OK);
    assert_true(sgdl_problem_time(problem) == 1);
    sgdl_problem_free(problem);
    assert_int_equal(sgdl_problem_validate(NULL, &error), SGDL_ERR_MEMORY);
}

/* ---- arrays and files -------------------------------------------------------------------------
 */

static void fill(double *eigenvalues, double *mean, double *start)
{
    for (size_t e = 0; e < D; e++) {
        eigenvalues[e] = 1.0 / (double)(e + 1);
        mean[e] = 0.1 * (double)((e * 7) % 5) - 0.2;
        start[e] = 0.01 * (double)e;
    }
}

static void write_numbers(const char *path, const double *values)
{
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    for (size_t e = 0; e < D; e++)
        (void)fprintf(out, "%.17g\n", values[e]);
    assert_int_equal(fclose(out), 0);
}

static void assert_same_tables(const sgdl_table_t *one, const sgdl_table_t *other)
{
    assert_int_equal(one->rows, other->rows);
    assert_int_equal(one->columns, other->columns);
    for (size_t i = 0; i < one->rows * one->columns; i++)
        if (memcmp(&one->value[i], &other->value[i], sizeof(double)) != 0 &&
            one->value[i] == one->value[i])
            fail_msg("value %zu: %.17g and %.17g", i, one->value[i], other->value[i]);
}

static sgdl_problem_t *from_arrays(const double *eigenvalues, const double *mean,
                                   const double *start)
{
    sgdl_error_t error = {0};
    sgdl_problem_t *problem = sgdl_problem_new();
    if (sgdl_problem_set_eigenvalues(problem, 0, eigenvalues, D, &error) != SGDL_OK ||
        sgdl_problem_set_mean(problem, 1, mean, D, &error) != SGDL_OK ||
        sgdl_problem_set_start(problem, start, D, &error) != SGDL_OK ||
        sgdl_problem_set_number(problem, "time", 2, &error) != SGDL_OK ||
        sgdl_problem_validate(problem, &error) != SGDL_OK)
        fail_msg("%s: %s", error.place, error.message);
    return problem;
}

static sgdl_problem_t *from_files(const char *const path[3])
{
    char text[2048];
    sgdl_error_t error = {0};
    sgdl_problem_t *problem = sgdl_problem_new();
    (void)snprintf(
        text, sizeof text,
        "{time: 2, classes: [{covariance: {family: file, path: %s}, mean: {family: file, "
        "path: %s}}, {covariance: {family: file, path: %s}}], start: {file: %s}}",
        path[0], path[1], path[0], path[2]);
    if (sgdl_problem_parse(problem, text, "files", NULL, 0, &error) != SGDL_OK)
        fail_msg("%s: %s", error.place, error.message);
    return problem;
}

/* The problem as lines of YAML. */
static int add_line(void *context, const char *key, const char *value)
{
    return fprintf(context, "%s: %s\n", key, value) > 0 ? SGDL_OK : SGDL_ERR_MEMORY;
}

static sgdl_problem_t *written_and_read(const sgdl_problem_t *problem)
{
    char *text = NULL;
    size_t size;
    sgdl_error_t error = {0};
    sgdl_problem_t *again = sgdl_problem_new();
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_int_equal(sgdl_problem_write(problem, NULL, add_line, out, &error), SGDL_OK);
    assert_int_equal(fclose(out), 0);
    if (sgdl_problem_parse(again, text, "again", NULL, 0, &error) != SGDL_OK)
        fail_msg("%s: %s", error.place, error.message);
    free(text);
    return again;
}

/* The same numbers from files that are gone when they are computed with, from arrays, and from the
 * text of a header. */
static void numbers_come_from_anywhere(void **unused)
{
    double eigenvalues[D], mean[D], start[D];
    char folder[] = "/tmp/sgdlimit-statement-XXXXXX", name[3][64];
    const char *const path[3] = {name[0], name[1], name[2]};
    (void)unused;
    fill(eigenvalues, mean, start);
    assert_non_null(mkdtemp(folder));
    for (int f = 0; f < 3; f++)
        (void)snprintf(name[f], sizeof name[f], "%s/%d.txt", folder, f);
    write_numbers(name[0], eigenvalues);
    write_numbers(name[1], mean);
    write_numbers(name[2], start);
    sgdl_problem_t *problem[] = {from_arrays(eigenvalues, mean, start), from_files(path), NULL};
    problem[2] = written_and_read(problem[0]);
    for (int f = 0; f < 3; f++)
        assert_int_equal(unlink(name[f]), 0);
    assert_int_equal(rmdir(folder), 0);
    memset(eigenvalues, 0, sizeof eigenvalues); /* arrays are copied */
    for (size_t c = 0; c < COMPUTATIONS; c++) {
        if (computations[c] == compare_dimensions)
            continue;
        sgdl_table_t table[3];
        sgdl_error_t error = {0};
        int status[3];
        for (int p = 0; p < 3; p++) {
            sgdl_table_init(&table[p]);
            status[p] = computations[c](problem[p], &table[p], &error);
            assert_int_equal(status[p], status[0]);
            assert_same_tables(&table[p], &table[0]);
        }
        for (int p = 0; p < 3; p++)
            sgdl_table_free(&table[p]);
    }
    for (int p = 0; p < 3; p++) {
        assert_true(sgdl_problem_dimension(problem[p]) == D);
        sgdl_problem_free(problem[p]);
    }
}

static void arrays_are_checked(void **unused)
{
    static const double two[] = {1, 2}, three[] = {1, 2, 3}, negative[] = {1, -2};
    sgdl_error_t error = {0};
    (void)unused;
    sgdl_problem_t *problem = sgdl_problem_new();
    assert_int_equal(sgdl_problem_set_eigenvalues(problem, 0, two, 2, &error), SGDL_OK);
    assert_int_equal(sgdl_problem_set_mean(problem, 1, three, 3, &error), SGDL_OK);
    assert_int_equal(sgdl_problem_validate(problem, &error), SGDL_ERR_INPUT);
    assert_non_null(strstr(error.message, "holds 3 numbers, allowed 2 coordinates of mu"));
    assert_int_equal(sgdl_problem_set_mean(problem, 1, negative, 2, &error), SGDL_OK);
    assert_int_equal(sgdl_problem_validate(problem, &error), SGDL_OK);
    assert_int_equal(sgdl_problem_set_eigenvalues(problem, 2, negative, 2, &error), SGDL_OK);
    assert_int_equal(sgdl_problem_validate(problem, &error), SGDL_ERR_INPUT);
    assert_non_null(strstr(error.message, "found -2 as number 2, allowed a number >= 0"));
    assert_int_equal(sgdl_problem_set_eigenvalues(problem, 2, NULL, 0, &error), SGDL_OK);
    assert_int_equal(sgdl_problem_validate(problem, &error), SGDL_ERR_INPUT);
    sgdl_problem_free(problem);
}

static void three_classes(void **unused)
{
    static const double weights[] = {0.5, 0.25, 0.25}, labels[] = {0, 1, 1}, rates[] = {0.1, 0.2};
    sgdl_error_t error = {0};
    char text[64];
    (void)unused;
    sgdl_problem_t *problem = sgdl_problem_new();
    assert_int_equal(sgdl_problem_set_classes(problem, 3, &error), SGDL_OK);
    assert_int_equal(sgdl_problem_validate(problem, &error), SGDL_ERR_INPUT); /* labels */
    assert_int_equal(sgdl_problem_set_weights(problem, weights, 3, &error), SGDL_OK);
    assert_int_equal(sgdl_problem_set_labels(problem, labels, 3, &error), SGDL_OK);
    assert_int_equal(sgdl_problem_set_numbers(problem, "learning_rate", rates, 2, &error), SGDL_OK);
    assert_int_equal(sgdl_problem_validate(problem, &error), SGDL_OK);
    assert_int_equal(sgdl_problem_classes(problem), 3);
    assert_int_equal(sgdl_problem_rates(problem), 2);
    assert_int_equal(sgdl_problem_outputs(problem), 1);
    assert_string_equal(sgdl_problem_loss(problem)->name, "logistic");
    assert_true(sgdl_problem_labels(problem)[1] == 1);
    assert_int_equal(sgdl_problem_get(problem, "learning_rate", text, sizeof text, &error),
                     SGDL_OK);
    assert_string_equal(text, "[0.1, 0.2]");
    assert_int_equal(sgdl_problem_get(problem, "tiem", text, sizeof text, &error), SGDL_ERR_INPUT);
    sgdl_problem_free(problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_of_more_than_all),
        cmocka_unit_test(a_reading_that_failed),
        cmocka_unit_test(numbers_come_from_anywhere),
        cmocka_unit_test(arrays_are_checked),
        cmocka_unit_test(three_classes),
    };
    return cmocka_run_group_tests_name("statement", tests, NULL, NULL);
}
