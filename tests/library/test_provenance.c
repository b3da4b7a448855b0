/* A table that a program of one's own writes makes itself again, whatever its plan says. */
#include "tests/curves.h"
#include "tests/program.h"

#define PROBLEM                                                                                    \
    "{dimension: 30, learning_rate: 0.5, time: 2, output: {points: 3}, classes: [{covariance: "    \
    "{family: power-law, exponent: 1}}, {covariance: {family: isotropic}}]}"

#define LANDSCAPE                                                                                  \
    "{potential: {family: double-well}, noise: {family: constant, value: 50}, batch: [4, 9]}"

typedef int compute_f(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                      const sgdl_sink_t *sink, sgdl_error_t *error);

static int compare(const sgdl_problem_t *problem, const sgdl_plan_t *plan, const sgdl_sink_t *sink,
                   sgdl_error_t *error)
{
    sgdl_comparison_t verdict;
    return sgdl_compare(problem, plan, sink, &verdict, error);
}

/* The program, given the table, prints the same columns and rows, and the same of the runs. */
static void assert_remade_of(const char *text, const char *command, compute_f *compute,
                             const sgdl_plan_t *plan)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_table_t table, again;
    sgdl_error_t error = {0};
    sgdl_table_init(&table);
    if (sgdl_provenance(&table, command, problem, plan, &error) != SGDL_OK ||
        compute(problem, plan, INTO(&table), &error) != SGDL_OK ||
        sgdl_table_save(&table, in_folder("a.tsv"), SGDL_FORMAT_TSV, &error) != SGDL_OK)
        fail_msg("%s: %s %s", command, error.place, error.message);
    outcome_t made = run(command, in_folder("a.tsv"), "--quiet", "-o", in_folder("b.tsv"));
    if (made.status > 1 || sgdl_table_read(&again, in_folder("b.tsv"), &error) != SGDL_OK)
        fail_msg("%s: %s%s", command, made.err, error.message);
    assert_int_equal(again.rows, table.rows);
    assert_int_equal(again.columns, table.columns);
    assert_true(table.rows > 0);
    for (size_t c = 0; c < table.columns; c++)
        assert_string_equal(again.column[c], table.column[c]);
    for (size_t e = 0; e < table.rows * table.columns; e++)
        if (again.value[e] != table.value[e] && !(isnan(again.value[e]) && isnan(table.value[e])))
            fail_msg("%s: %s was %.17g and is %.17g", command, table.column[e % table.columns],
                     table.value[e], again.value[e]);
    for (size_t n = 0; n < table.comments; n++) {
        const char *there = sgdl_table_value(&again, table.comment[n].key);
        if (!there || strcmp(there, table.comment[n].value) != 0)
            fail_msg("%s: '%s' was '%s' and is '%s'", command, table.comment[n].key,
                     table.comment[n].value, there ? there : "nothing");
    }
    outcome_free(&made);
    sgdl_table_free(&table);
    sgdl_table_free(&again);
    sgdl_problem_free(problem);
}

static void assert_remade(const char *command, compute_f *compute, const sgdl_plan_t *plan)
{
    assert_remade_of(PROBLEM, command, compute, plan);
}

static void plans_of_landscapes_are_options(void **unused)
{
    (void)unused;
    sgdl_plan_t plan = sgdl_plan_default();
    assert_remade_of(LANDSCAPE, "escape", sgdl_escape, &plan);
    plan.discrete = true;
    assert_remade_of(LANDSCAPE, "escape", sgdl_escape, &plan);
    assert_remade_of(LANDSCAPE, "limit", sgdl_limit_table, &plan);
    plan.target = -0.25;
    assert_remade_of(LANDSCAPE, "escape", sgdl_escape, &plan);
}

static void plans_are_options(void **unused)
{
    (void)unused;
    static const size_t shown[] = {1};
    static const double times[] = {0, 0.1, 2}, reference[] = {0.3};
    sgdl_plan_t plan = sgdl_plan_default();
    assert_remade("solve", sgdl_solve, NULL);
    assert_remade("limit", sgdl_limit_table, &plan);
    plan.shown = shown;
    plan.shown_count = 1;
    plan.times = times;
    plan.points = 3;
    plan.rtol = 1e-8;
    plan.runs = 25;
    plan.kernel = SGDL_KERNEL_FULL;
    plan.significance = 0.01;
    plan.allowance = 4;
    plan.verify = true;
    assert_remade("compare", compare, &plan);
    assert_remade("simulate", sgdl_simulate, &plan);
    assert_remade("limit", sgdl_limit_table, &plan);
    plan.reference = reference; /* and what other commands have no options for */
    plan.refine = 2;
    plan.exact = true;
    plan.linear_solver = SGDL_LINEAR_DENSE;
    assert_remade("solve", sgdl_solve, &plan);
    plan.reference = NULL;
    plan.shown = NULL;
    plan.directions = true;
    assert_remade("solve", sgdl_solve, &plan);
    plan = sgdl_plan_default();
    plan.runs = 3;
    plan.times = times;
    plan.points = 2;
    plan.directions = true;
    assert_remade("simulate", sgdl_simulate, &plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(plans_are_options, empty_folder),
        cmocka_unit_test_teardown(plans_of_landscapes_are_options, empty_folder),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
