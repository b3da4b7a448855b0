/* The end of the spectrum, and what is tabulated of a limit. */
#include "tests/curves.h"
#include "src/problem/problem.h"

#include <gsl/gsl_errno.h>
#include <string.h>

/* ---- the end of the spectrum ------------------------------------------------------------------
 */

static sgdl_tail_t tail_of(const char *text)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_mixture_t mixture = sgdl_problem_mixture(problem, &problem->plan);
    sgdl_tail_t tail;
    assert_int_equal(sgdl_tail_init(&tail, &mixture, NULL), SGDL_OK);
    sgdl_problem_free(problem);
    return tail;
}

static void tails_of_profiles(void **unused)
{
    (void)unused;
    static const char *const without[] = {
        "{}", "{dimension: 100, " POWER_LAWS("1", "0") "}",
        "{classes: [{covariance: {family: zero-one, zero: 0.3}}, {covariance: {family: zero-one, "
        "zero: 0.2}}]}",
        "{classes: [{covariance: {family: marchenko-pastur, ratio: 0.5}}]}",
        "{classes: [{covariance: {family: power-law, exponent: 1}}, {covariance: {family: "
        "isotropic}}]}"};
    for (size_t v = 0; v < sizeof without / sizeof *without; v++) {
        sgdl_tail_t tail = tail_of(without[v]);
        assert_false(tail.exists);
        sgdl_tail_free(&tail);
    }
    /* 0.25 * 2 u^1.5 and 0.25 * 4 u^1.5 beside u^2 and the null space of the fourth */
    sgdl_tail_t tail = tail_of(
        "{classes: [{label: 1, covariance: {family: power-law, exponent: 1.5, scale: 2}, mean: "
        "{family: power-law, exponent: 0.5, scale: 3}}, {label: 0, covariance: {family: power-law, "
        "exponent: 2}, mean: {family: gaussian, scale: 5}}, {label: 1, covariance: {family: "
        "power-law, exponent: 1.5, scale: 4}, mean: {family: power-law, exponent: 0.5, scale: "
        "-7}}, {label: 0, covariance: {family: zero-one, zero: 0.3}, mean: {family: opposite, of: "
        "2}}]}");
    assert_true(tail.exists && tail.exponent == 1.5);
    assert_close(tail.coefficient, 1.5, 1e-14, 0, "coefficient");
    assert_int_equal(tail.columns, 2);
    assert_true(tail.power[0] == 0 && tail.power[1] == 0.5);
    static const double means[] = {0, 5, 0, -5, 3, 0, -7, 0};
    for (size_t e = 0; e < 8; e++)
        assert_close(tail.mean[e], means[e], 1e-15, 0, "mean");
    sgdl_tail_free(&tail);
    /* of the classes whose mean does not reach u = 0 nothing is seen */
    tail = tail_of("{classes: [{covariance: {family: power-law, exponent: 1}, mean: {family: "
                   "constant, on: [0.5, 1]}}]}");
    assert_true(tail.exists && tail.columns == 0);
    sgdl_tail_free(&tail);
}

/* ---- tables ---------------------------------------------------------------------------------- */

static int tabulate(const char *text, double verify_time, sgdl_table_t *table)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_plan_t options = sgdl_plan_default();
    options.verify = true;
    options.verify_time = verify_time;
    sgdl_table_init(table);
    int status = sgdl_limit_table(problem, &options, INTO(table), NULL);
    sgdl_problem_free(problem);
    return status;
}

static void verification(void **unused)
{
    (void)unused;
    static const char *const problems[] = {
        "{learning_rate: [0.3, 1], " POWER_LAWS("0.4", "0") "}",
        "{loss: least-squares, learning_rate: [0.5, 3.5], " POWER_LAWS("0.4", "0") "}",
        "{loss: least-squares, " POWER_LAWS("3", "0") "}",
        "{" POWER_LAWS("3", "0") "}",
        "{learning_rate: {schedule: polynomial, value: 1, tau: 1, power: 0.5}}",
        "{learning_rate: {schedule: polynomial, value: 1, tau: 1, power: 0.5}, " POWER_LAWS(
            "0.5", "0") "}",
        "{learning_rate: {schedule: polynomial, value: 1, tau: 1, power: 0.5}, classes: "
        "[{covariance: {family: zero-one, zero: 0.5}}, {covariance: {family: zero-one, zero: "
        "0.5}}]}",
        "{classes: [{covariance: {family: zero-one, zero: 0.5}, mean: {family: constant, on: [0, "
        "0.5]}}, {covariance: {family: zero-one, zero: 0.5}, mean: {family: opposite, of: 1}}]}",
        "{loss: least-squares, classes: [{covariance: {family: zero-one, zero: 0.5}, mean: "
        "{family: constant}}, {covariance: {family: zero-one, zero: 0.5}, mean: {family: opposite, "
        "of: 1}}]}"};
    sgdl_table_t table;
    for (size_t v = 0; v < sizeof problems / sizeof *problems; v++) {
        assert_int_equal(tabulate(problems[v], 0, &table), SGDL_OK);
        for (size_t row = 0; row < table.rows; row++)
            assert_true(table_at(&table, row, "verify_agrees") == 1);
        assert_true(sgdl_table_find(&table, "excess") < 0);
        for (size_t row = 0; row < table.rows; row++)
            if (isfinite(table_at(&table, row, "risk_limit")))
                assert_true(table_at(&table, row, "noise_excess") ==
                            table_at(&table, row, "risk_limit") -
                                table_at(&table, row, "risk_min"));
        sgdl_table_free(&table);
    }
    /* far too early: the limit is not confirmed, and the table is there all the same */
    assert_int_equal(tabulate("{learning_rate: 0.1}", 1, &table), SGDL_ERR_DISAGREED);
    assert_true(table_at(&table, 0, "verify_agrees") == 0);
    sgdl_table_free(&table);
}

/* The column `excess` counts from the reference of each learning rate. */
static void excess_column(void **unused)
{
    (void)unused;
    sgdl_problem_t *problem =
        parse_problem("{learning_rate: [0.5, 1], output: {times: [1, 10]}, time: 10}");
    const double reference[] = {0.25, 0.125};
    sgdl_plan_t options = sgdl_plan_default();
    sgdl_table_t table;
    options.reference = reference;
    sgdl_table_init(&table);
    assert_int_equal(sgdl_solve(problem, &options, INTO(&table), NULL), SGDL_OK);
    assert_int_equal(table.rows, 4);
    for (size_t row = 0; row < 4; row++)
        assert_close(table_at(&table, row, "excess"),
                     table_at(&table, row, "risk") - reference[row / 2], 1e-16, 0, "excess");
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
}

/* Node by node: the overlaps sum to m_i, and weighted with the eigenvalues S sums to B_i. */
static void directions_sum_to_the_curve(void **unused)
{
    (void)unused;
    static const char text[] =
        "{learning_rate: 0.7, output: {times: [1, 1000]}, " POWER_LAWS("1.5", "0.1") "}";
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_plan_t options = sgdl_plan_default();
    sgdl_table_t nodes, curve = solve_text(text);
    options.directions = true;
    sgdl_table_init(&nodes);
    assert_int_equal(sgdl_solve(problem, &options, INTO(&nodes), NULL), SGDL_OK);
    assert_int_equal(nodes.blocks, 2);
    for (size_t block = 0; block < 2; block++) {
        double m[2] = {0}, B = 0;
        size_t end = block == 0 ? nodes.block_start[1] : nodes.rows;
        for (size_t row = nodes.block_start[block]; row < end; row++) {
            double w = table_at(&nodes, row, "weight");
            assert_close(table_at(&nodes, row, "t"), table_at(&curve, block, "t"), 0, 0, "t");
            m[0] += w * table_at(&nodes, row, "overlap_1");
            m[1] += w * table_at(&nodes, row, "overlap_2");
            B += w * table_at(&nodes, row, "eigenvalue_bar") * table_at(&nodes, row, "S");
        }
        assert_close(m[0], table_at(&curve, block, "mean_1"), 0, 1e-10, "m_1");
        assert_close(m[1], table_at(&curve, block, "mean_2"), 0, 1e-10, "m_2");
        assert_close(B, table_at(&curve, block, "var_1"), 0, 1e-10, "B");
    }
    sgdl_table_free(&nodes);
    sgdl_table_free(&curve);
    sgdl_problem_free(problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tails_of_profiles),
        cmocka_unit_test(verification),
        cmocka_unit_test(excess_column),
        cmocka_unit_test(directions_sum_to_the_curve),
    };
    (void)gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
