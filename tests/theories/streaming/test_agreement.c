/* Every file in examples/: the ensemble's mean agrees with the limit, and better so as d grows. */
#include "tests/curves.h"
#include "src/problem/problem.h"

#include <dirent.h>
#include <stdbool.h>
#include <string.h>
#include "tests/examples.h"

/* Runs a check on each example; returns how many there are. */
static size_t for_each_example(void (*check)(const char *path))
{
    char folder[1024];
    size_t count = 0;
    const char *source = getenv("SGDLIMIT_SOURCE");
    (void)snprintf(folder, sizeof folder, "%s/examples", source ? source : ".");
    DIR *directory = opendir(folder);
    assert_non_null(directory);
    for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
        char path[2048];
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (!example_is_of(path, "mixture"))
            continue;
        check(path);
        count++;
    }
    assert_int_equal(closedir(directory), 0);
    return count;
}

/* The example at another dimension and horizon; some fix their dimension by files: *fits is false.
 */
static sgdl_problem_t *read_example(const char *path, const char *dimension, const char *time,
                                    bool *fits)
{
    const sgdl_flag_value_t flags[] = {{"dimension", dimension},
                                       {"time", time},
                                       {"output-points", "21"},
                                       {"output-spacing", "log"}};
    sgdl_problem_t *problem = sgdl_problem_new();
    sgdl_error_t error = {0};
    *fits = true;
    if (sgdl_problem_read(problem, path, flags, 4, &error) == SGDL_OK)
        return problem;
    *fits = false;
    if (sgdl_problem_read(problem, path, flags + 1, 3, &error) != SGDL_OK)
        fail_msg("%s: %s: %s", path, error.place, error.message);
    return problem;
}

static void assert_agrees(const char *path, const char *dimension, const char *time, size_t runs)
{
    bool fits;
    sgdl_comparison_t verdict;
    sgdl_problem_t *problem = read_example(path, dimension, time, &fits);
    sgdl_plan_t options = sgdl_plan_default();
    sgdl_table_t table;
    sgdl_error_t error = {0};
    options.runs = runs;
    sgdl_table_init(&table);
    if (isfinite(problem->dimension)) {
        if (sgdl_compare(problem, &options, INTO(&table), &verdict, &error) != SGDL_OK)
            fail_msg("%s: %s", path, error.message);
        if (verdict != SGDL_AGREE)
            fail_msg("%s at d = %s: %s; risk: %s; error: %s", path, dimension,
                     sgdl_table_value(&table, "verdict"),
                     sgdl_table_value(&table, "largest_deviation_risk"),
                     sgdl_table_value(&table, "largest_deviation_error"));
        assert_true(table.rows == problem->rates * problem->plan.points);
    }
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
}

static void check_at_500(const char *path) { assert_agrees(path, "500", "100", 30); }
static void check_at_2000(const char *path) { assert_agrees(path, "2000", "20", 12); }

static void examples_agree_at_500(void **unused)
{
    (void)unused;
    assert_true(for_each_example(check_at_500) >= 8);
}

static void examples_agree_at_2000(void **unused)
{
    (void)unused;
    assert_true(for_each_example(check_at_2000) >= 8);
}

/* Root mean square over rows: the band falls like d^-1/2; the deviation, whose noise is the band
 * over sqrt(runs), at least as fast. */
static void check_fall(const char *path)
{
    static const double dimensions[] = {50, 200, 800};
    bool fits;
    sgdl_comparison_t verdict;
    sgdl_problem_t *problem = read_example(path, "50", "20", &fits);
    sgdl_plan_t options = sgdl_plan_default();
    sgdl_table_t table;
    sgdl_error_t error = {0};
    options.runs = 60;
    options.dimensions = dimensions;
    options.dimension_count = 3;
    sgdl_table_init(&table);
    if (fits) {
        if (sgdl_compare_dimensions(problem, &options, INTO(&table), &verdict, &error) != SGDL_OK)
            fail_msg("%s: %s", path, error.message);
        double ratio = dimensions[2] / dimensions[0];
        double band = log(table_at(&table, 2, "risk_sd") / table_at(&table, 0, "risk_sd"));
        double off =
            log(table_at(&table, 2, "risk_deviation") / table_at(&table, 0, "risk_deviation"));
        assert_int_equal(verdict, SGDL_AGREE);
        if (band / log(ratio) < -0.75 || band / log(ratio) > -0.35)
            fail_msg("%s: the band falls like d^%.3f", path, band / log(ratio));
        /* a deviation below twice its own error says nothing of how it falls, but that it has */
        if (off / log(ratio) > -0.35 &&
            table_at(&table, 2, "risk_deviation") > 2 * table_at(&table, 2, "risk_se"))
            fail_msg("%s: the deviation falls like d^%.3f", path, off / log(ratio));
    }
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
}

static void deviation_falls_in_every_example(void **unused)
{
    (void)unused;
    assert_true(for_each_example(check_fall) >= 8);
}

/* Inner products alone, at a dimension that no vector of this length was drawn for: the band is as
 * narrow as d says. */
static void a_million_dimensions_are_on_the_curve(void **unused)
{
    (void)unused;
    sgdl_problem_t *problem =
        parse_problem("{dimension: 1000000, learning_rate: 1, time: 5, output: {points: 6}}");
    sgdl_plan_t options = sgdl_plan_default();
    sgdl_table_t table;
    sgdl_error_t error = {0};
    sgdl_comparison_t verdict;
    options.runs = 8;
    options.kernel = SGDL_KERNEL_COLLAPSED;
    sgdl_table_init(&table);
    assert_int_equal(sgdl_compare(problem, &options, INTO(&table), &verdict, &error), SGDL_OK);
    assert_int_equal(verdict, SGDL_AGREE);
    for (size_t row = 1; row < table.rows; row++)
        assert_close(table_at(&table, row, "risk_mean"), table_at(&table, row, "risk_ode"), 2e-4, 0,
                     "risk");
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples_agree_at_500),
        cmocka_unit_test(examples_agree_at_2000),
        cmocka_unit_test(deviation_falls_in_every_example),
        cmocka_unit_test(a_million_dimensions_are_on_the_curve),
    };
    return cmocka_run_group_tests_name("agreement", tests, NULL, NULL);
}
