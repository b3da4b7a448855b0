/* What a program may get wrong in a plan or a sink: it is told so, and goes on. */
#include "tests/curves.h"

#include "sgdlimit/sgdlimit.h"

/* ---- plans -------------------------------------------------------------------------------- */

typedef void spoil_f(sgdl_plan_t *plan);

static const double falling[] = {0, 2, 1}, before[] = {-1, 0, 1}, no_number[] = {0, NAN, 1},
                    endless[] = {0, 1, INFINITY};
static const size_t third[] = {2}, back[] = {1, 0};

static void spoil_order(sgdl_plan_t *plan) { plan->times = falling, plan->points = 3; }
static void spoil_begin(sgdl_plan_t *plan) { plan->times = before, plan->points = 3; }
static void spoil_nan(sgdl_plan_t *plan) { plan->times = no_number, plan->points = 3; }
static void spoil_end(sgdl_plan_t *plan) { plan->times = endless, plan->points = 3; }
static void spoil_points(sgdl_plan_t *plan) { plan->times = falling, plan->points = 0; }
static void spoil_rtol(sgdl_plan_t *plan) { plan->rtol = NAN; }
static void spoil_coarse(sgdl_plan_t *plan) { plan->rtol = 1; }
static void spoil_atol(sgdl_plan_t *plan) { plan->atol = -1; }
static void spoil_significance(sgdl_plan_t *plan) { plan->significance = NAN; }
static void spoil_allowance(sgdl_plan_t *plan) { plan->allowance = -1; }
static void spoil_memory(sgdl_plan_t *plan) { plan->memory = NAN; }
static void spoil_refine(sgdl_plan_t *plan) { plan->refine = 0; }
static void spoil_solver(sgdl_plan_t *plan) { plan->linear_solver = (sgdl_linear_solver_t)77; }
static void spoil_kernel(sgdl_plan_t *plan) { plan->kernel = (sgdl_kernel_t)77; }
static void spoil_shown(sgdl_plan_t *plan) { plan->shown = third, plan->shown_count = 1; }
static void spoil_shown_order(sgdl_plan_t *plan) { plan->shown = back, plan->shown_count = 2; }

static void spoil_accuracy(sgdl_plan_t *plan) { plan->accuracy = 0.2; }
static void spoil_paths(sgdl_plan_t *plan) { plan->paths = 1; }
static void spoil_grid(sgdl_plan_t *plan) { plan->grid = -1; }
static void spoil_stream(sgdl_plan_t *plan) { plan->accuracy = 1e-3; }

static void plans_that_cannot_be_are_refused(void **unused)
{
    static const struct {
        spoil_f *spoil;
        const char *place;
    } rows[] = {
        {spoil_order, "plan.times"},         {spoil_begin, "plan.times"},
        {spoil_nan, "plan.times"},           {spoil_end, "plan.times"},
        {spoil_points, "plan.points"},       {spoil_rtol, "plan.rtol"},
        {spoil_coarse, "plan.rtol"},         {spoil_atol, "plan.atol"},
        {spoil_refine, "plan.refine"},       {spoil_significance, "plan.significance"},
        {spoil_allowance, "plan.allowance"}, {spoil_memory, "plan.memory"},
        {spoil_kernel, "plan.kernel"},       {spoil_solver, "plan.linear_solver"},
        {spoil_shown, "plan.shown"},         {spoil_shown_order, "plan.shown"},
        {spoil_accuracy, "plan.accuracy"},   {spoil_paths, "plan.paths"},
        {spoil_grid, "plan.grid"},           {spoil_stream, "--accuracy"},
    };
    sgdl_problem_t *problem = parse_problem("{dimension: 20, time: 2, output: {points: 3}}");
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sgdl_comparison_t verdict;
        sgdl_limit_t limit;
        sgdl_error_t error = {0};
        sgdl_plan_t plan = sgdl_plan_default();
        assert_int_equal(sgdl_solve(problem, &plan, NULL, &error), SGDL_OK);
        rows[i].spoil(&plan);
        assert_int_equal(sgdl_solve(problem, &plan, NULL, &error), SGDL_ERR_INPUT);
        assert_string_equal(error.place, rows[i].place);
        assert_int_equal(sgdl_simulate(problem, &plan, NULL, NULL), SGDL_ERR_INPUT);
        assert_int_equal(sgdl_compare(problem, &plan, NULL, &verdict, NULL), SGDL_ERR_INPUT);
        assert_int_equal(sgdl_limit_init(&limit, problem, &plan, 0, NULL), SGDL_ERR_INPUT);
        sgdl_limit_free(&limit);
    }
    sgdl_problem_free(problem);
}

/* ---- learning rates that there are not ------------------------------------------------------ */

static void limits_of_no_learning_rate_are_refused(void **unused)
{
    sgdl_problem_t *problem = parse_problem("{learning_rate: [0.5, 1]}");
    sgdl_limit_t limit;
    sgdl_verdict_t verdict;
    (void)unused;
    for (size_t rate = 0; rate < 4; rate++) {
        sgdl_error_t error = {0};
        const int expected = rate < 2 ? SGDL_OK : SGDL_ERR_INPUT;
        assert_int_equal(sgdl_limit_init(&limit, problem, NULL, rate, &error), expected);
        sgdl_limit_free(&limit);
        assert_int_equal(sgdl_limit_verdict(problem, NULL, rate, &verdict, NULL, &error), expected);
        assert_string_equal(error.place, rate < 2 ? "" : "learning_rate");
    }
    sgdl_problem_free(problem);
}

/* ---- sinks ---------------------------------------------------------------------------------- */

static void nobody_need_listen(void **unused)
{
    sgdl_problem_t *problem = parse_problem("{dimension: 20, time: 2, output: {points: 3}}");
    sgdl_plan_t plan = sgdl_plan_default();
    sgdl_solve_statistics_t statistics = {0};
    sgdl_comparison_t verdict;
    (void)unused;
    plan.statistics = &statistics;
    assert_int_equal(sgdl_solve(problem, &plan, NULL, NULL), SGDL_OK);
    assert_true(statistics.steps > 0);
    assert_int_equal(sgdl_simulate(problem, NULL, NULL, NULL), SGDL_OK);
    assert_int_equal(sgdl_limit_table(problem, NULL, NULL, NULL), SGDL_OK);
    assert_int_equal(sgdl_compare(problem, NULL, NULL, &verdict, NULL), SGDL_OK);
    sgdl_problem_free(problem);
}

static int end_silently(void *context, const double *value, sgdl_error_t *error)
{
    size_t *rows = context;
    (void)value;
    (void)error;
    return ++*rows < 2 ? SGDL_OK : SGDL_ERR_INTERRUPTED;
}

/* A sink need not say why it ends a computation, whatever stands in the error. */
static void a_sink_ends_a_computation_without_a_word(void **unused)
{
    sgdl_problem_t *problem = parse_problem("{dimension: 20, time: 2, output: {points: 5}}");
    size_t rows = 0;
    const sgdl_sink_t sink = {.context = &rows, .row = end_silently};
    (void)unused;
    for (int computation = 0; computation < 2; computation++) {
        sgdl_error_t error = {.code = SGDL_ERR_SOLVER, .message = "stale"};
        rows = 0;
        assert_int_equal(computation == 0 ? sgdl_solve(problem, NULL, &sink, &error)
                                          : sgdl_simulate(problem, NULL, &sink, &error),
                         SGDL_ERR_INTERRUPTED);
        assert_int_equal(error.code, SGDL_ERR_INTERRUPTED);
        assert_string_equal(error.message, sgdl_status_text(SGDL_ERR_INTERRUPTED));
        assert_int_equal(rows, 2);
        rows = 0;
        assert_int_equal(sgdl_solve(problem, NULL, &sink, NULL), SGDL_ERR_INTERRUPTED);
    }
    sgdl_problem_free(problem);
}

/* A problem that is none has a mixture of no classes, which has no nodes. */
static void no_problem_has_no_nodes(void **unused)
{
    sgdl_problem_t *problem = parse_problem("{}");
    sgdl_nodes_t nodes;
    sgdl_error_t error = {0};
    (void)unused;
    assert_int_equal(sgdl_problem_set_number(problem, "ridge", -1, &error), SGDL_OK);
    const sgdl_mixture_t mixture = sgdl_problem_mixture(problem, NULL);
    assert_int_equal(mixture.classes, 0);
    assert_int_equal(sgdl_nodes_init(&nodes, &mixture, NULL, &error), SGDL_ERR_INPUT);
    assert_string_equal(error.place, "classes");
    sgdl_nodes_free(&nodes);
    sgdl_problem_free(problem);
}

/* A second computation into what holds the first leaves that as it is. */
static void what_is_filled_is_not_filled_again(void **unused)
{
    sgdl_problem_t *problem = parse_problem("{time: 2, output: {points: 3}}");
    sgdl_curve_t *curve = sgdl_curve_new();
    sgdl_table_t table = {0};
    (void)unused;
    assert_non_null(curve);
    const sgdl_sink_t into_curve = sgdl_curve_sink(curve), into_table = sgdl_table_sink(&table);
    for (int time = 0; time < 2; time++) {
        const int expected = time == 0 ? SGDL_OK : SGDL_ERR_INPUT;
        assert_int_equal(sgdl_solve(problem, NULL, &into_curve, NULL), expected);
        assert_int_equal(sgdl_solve(problem, NULL, &into_table, NULL), expected);
        assert_int_equal(sgdl_curve_rows(curve), 3);
        assert_int_equal(table.rows, 3);
        assert_int_equal(table.columns, sgdl_curve_quantities(curve));
    }
    sgdl_table_free(&table);
    sgdl_curve_free(curve);
    sgdl_problem_free(problem);
}

/* ---- what a problem writes ------------------------------------------------------------------ */

static int compare_line(void *context, const char *key, const char *value)
{
    char text[1024];
    assert_int_equal(sgdl_problem_get(context, key, text, sizeof text, NULL), SGDL_OK);
    assert_string_equal(value, text);
    return SGDL_OK;
}

/* A plan that leaves times and tolerances open does not write zeros in their place. */
static void an_open_plan_is_written_as_stated(void **unused)
{
    sgdl_problem_t *problem =
        parse_problem("{time: 2, output: {points: 3}, tolerance: {relative: 1e-6}}");
    const sgdl_plan_t plan = sgdl_plan_default();
    (void)unused;
    assert_int_equal(sgdl_problem_write(problem, &plan, compare_line, problem, NULL), SGDL_OK);
    sgdl_problem_free(problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plans_that_cannot_be_are_refused),
        cmocka_unit_test(limits_of_no_learning_rate_are_refused),
        cmocka_unit_test(nobody_need_listen),
        cmocka_unit_test(a_sink_ends_a_computation_without_a_word),
        cmocka_unit_test(no_problem_has_no_nodes),
        cmocka_unit_test(what_is_filled_is_not_filled_again),
        cmocka_unit_test(an_open_plan_is_written_as_stated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
