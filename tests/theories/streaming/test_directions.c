/* Where simulated SGD puts its weight: the bins against the curve's own columns and the theory. */
#include "tests/curves.h"

#include <gsl/gsl_errno.h>

static sgdl_table_t simulate(const char *text, size_t runs, bool directions)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_plan_t options = sgdl_plan_default();
    sgdl_table_t table;
    sgdl_error_t error = {0};
    options.runs = runs;
    options.kernel = SGDL_KERNEL_FULL;
    options.directions = directions;
    sgdl_table_init(&table);
    if (sgdl_simulate(problem, &options, INTO(&table), &error) != SGDL_OK)
        fail_msg("%s", error.message);
    sgdl_problem_free(problem);
    return table;
}

static size_t block_end(const sgdl_table_t *table, size_t block)
{
    return block + 1 < table->blocks ? table->block_start[block + 1] : table->rows;
}

/* The same runs: overlaps weighted over bins are m_i, and with S they give the squared norm. */
static void bins_sum_to_the_curve(void **unused)
{
    (void)unused;
    static const char *const problems[] = {
        "{dimension: 300, learning_rate: [0.5, 1], output: {times: [0.5, 4]}, classes: "
        "[{covariance: {family: power-law, exponent: 1.2}, mean: {family: power-law, exponent: "
        "0.3}}, {covariance: {family: power-law, exponent: 0.7}, mean: {family: opposite, of: "
        "1}}]}",
        "{dimension: 100, output: {times: [3]}, classes: [{covariance: {family: zero-one, zero: "
        "0.3}, mean: {family: gaussian}}, {covariance: {family: zero-one, zero: 0.6}, mean: "
        "{family: gaussian}}]}"};
    for (size_t v = 0; v < 2; v++) {
        sgdl_table_t curve = simulate(problems[v], 3, false);
        sgdl_table_t bins = simulate(problems[v], 3, true);
        assert_int_equal(bins.blocks, curve.rows);
        for (size_t b = 0; b < bins.blocks; b++) {
            double m[2] = {0}, norm2 = 0, weight = 0, last = -1;
            for (size_t row = bins.block_start[b]; row < block_end(&bins, b); row++) {
                double w = table_at(&bins, row, "weight");
                weight += w;
                m[0] += w * table_at(&bins, row, "overlap_1_mean");
                m[1] += w * table_at(&bins, row, "overlap_2_mean");
                norm2 += w * table_at(&bins, row, "S_mean");
                assert_true(table_at(&bins, row, "eigenvalue_bar") > last);
                last = table_at(&bins, row, "eigenvalue_bar");
                assert_true(table_at(&bins, row, "t") == table_at(&curve, b, "t"));
            }
            assert_close(weight, 1, 1e-12, 0, "weight");
            assert_close(m[0], table_at(&curve, b, "mean_1_mean"), 1e-12, 1e-10, "m_1");
            assert_close(m[1], table_at(&curve, b, "mean_2_mean"), 1e-12, 1e-10, "m_2");
            assert_close(norm2, table_at(&curve, b, "norm2_mean"), 1e-12, 1e-10, "norm2");
        }
        sgdl_table_free(&curve);
        sgdl_table_free(&bins);
    }
}

/* Zero-one: a bin a half, each within its error bars of the limit's node. */
static void bins_follow_the_theory(void **unused)
{
    (void)unused;
    enum { RUNS = 40 };
    static const char text[] =
        "{dimension: 400, learning_rate: 0.5, output: {times: [1, 10, 50]}, classes: "
        "[{covariance: {family: zero-one, zero: 0.5}}, {covariance: {family: zero-one, zero: "
        "0.5}}]}";
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_plan_t options = sgdl_plan_default();
    sgdl_table_t nodes, bins = simulate(text, RUNS, true);
    options.directions = true;
    sgdl_table_init(&nodes);
    assert_int_equal(sgdl_solve(problem, &options, INTO(&nodes), NULL), SGDL_OK);
    assert_int_equal(nodes.rows, 6);
    assert_int_equal(bins.rows, 6);
    for (size_t row = 0; row < 6; row++) {
        double eigenvalue = table_at(&bins, row, "eigenvalue_bar");
        size_t node = row - row % 2; /* of the same eigenvalue */
        node += table_at(&nodes, node, "eigenvalue_bar") != eigenvalue;
        assert_close(table_at(&nodes, node, "eigenvalue_bar"), eigenvalue, 1e-12, 0, "eigenvalue");
        double error = table_at(&bins, row, "overlap_1_sd") / sqrt(RUNS);
        assert_close(table_at(&bins, row, "overlap_1_mean"), table_at(&nodes, node, "overlap_1"),
                     4.5 * error + 5.0 / 400, 0, "overlap");
        error = table_at(&bins, row, "S_sd") / sqrt(RUNS);
        assert_close(table_at(&bins, row, "S_mean"), table_at(&nodes, node, "S"),
                     4.5 * error + 20.0 / 400, 0, "S");
    }
    /* the effect: from some time on the clean half alone goes on growing */
    assert_true(table_at(&bins, 4, "overlap_1_mean") > 2 * table_at(&bins, 2, "overlap_1_mean"));
    assert_true(table_at(&bins, 5, "overlap_1_mean") < 1.5 * table_at(&bins, 3, "overlap_1_mean"));
    sgdl_table_free(&nodes);
    sgdl_table_free(&bins);
    sgdl_problem_free(problem);
}

/* Several outputs: one column each. */
static void outputs_have_columns(void **unused)
{
    (void)unused;
    sgdl_table_t bins =
        simulate("{loss: least-squares, encoding: one-hot, dimension: 50, output: {times: [1]}, "
                 "classes: [{label: 1}, {label: 2}]}",
                 2, true);
    assert_int_equal(bins.rows, 1);
    assert_true(table_at(&bins, 0, "overlap_2_1_mean") < 0);
    assert_true(table_at(&bins, 0, "overlap_2_2_mean") > 0);
    assert_true(table_at(&bins, 0, "S_2_mean") > 0);
    sgdl_table_free(&bins);
}

/* Whether a run diverges does not depend on what is shown of it: beyond the stable learning rate, 2
 * here, rising at the end or outgrown; below it, and where the rate falls below it in time. */
static void views_end_alike(void **unused)
{
    (void)unused;
    static const struct {
        const char *rate;
        int status;
    } cases[] = {{"2.5", SGDL_ERR_DIVERGED},
                 {"2.02", SGDL_ERR_DIVERGED},
                 {"1.9", SGDL_OK},
                 {"60", SGDL_ERR_DIVERGED},
                 {"{schedule: polynomial, value: 2.5, tau: 1, power: 0.5}", SGDL_OK}};
    for (size_t c = 0; c < 2 * sizeof cases / sizeof *cases; c++) {
        char text[256];
        sgdl_plan_t options = sgdl_plan_default();
        sgdl_table_t table;
        (void)snprintf(text, sizeof text,
                       "{loss: least-squares, time: 20, output: {points: 3}, learning_rate: %s}",
                       cases[c / 2].rate);
        sgdl_problem_t *problem = parse_problem(text);
        options.directions = c % 2 == 1;
        sgdl_table_init(&table);
        assert_int_equal(sgdl_solve(problem, &options, INTO(&table), NULL), cases[c / 2].status);
        assert_true(table.rows >= 1);
        sgdl_table_free(&table);
        sgdl_problem_free(problem);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bins_sum_to_the_curve),
        cmocka_unit_test(bins_follow_the_theory),
        cmocka_unit_test(outputs_have_columns),
        cmocka_unit_test(views_end_alike),
    };
    (void)gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
