/* Tables of `limit` of landscapes: rows, numbers made elsewhere, words, refusals. */
#include <string.h>

#include "tests/theories/diffusion/rates_of.h"

static int limit_into(sgdl_table_t *table, const char *text, const sgdl_plan_t *plan,
                      sgdl_error_t *error)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_table_init(table);
    int status = sgdl_limit_table(problem, plan, INTO(table), error);
    sgdl_problem_free(problem);
    return status;
}

static sgdl_table_t limit_of(const char *text)
{
    sgdl_table_t table;
    sgdl_error_t error = {0};
    if (limit_into(&table, text, NULL, &error) != SGDL_OK)
        fail_msg("%s: %s", error.place, error.message);
    return table;
}

static void assert_says(const sgdl_table_t *table, const char *key, const char *words)
{
    const char *text = sgdl_table_value(table, key);
    if (!text || !strstr(text, words))
        fail_msg("%s: %s\nwanted: %s", key, text ? text : "(no such note)", words);
}

static void rows_of_the_double_well(void **state)
{
    static const double batch[] = {8, 16, 24, 80, 160},
                        p[] = {0.7073399461, 0.7259629234, 0.7330186650, NAN, 0.7468613179},
                        gap[] = {0.05829834152, 0.003288479775, 1.817851221e-4, 2.404008537e-13,
                                 4.775043558e-26};
    (void)state;
    sgdl_table_t table = limit_of(WELL "batch: [8, 16, 24, 80, 160]\nlearning_rate: 0.01\n");
    assert_int_equal(table.rows, COUNT(batch));
    for (size_t i = 0; i < COUNT(batch); i++) {
        assert_close(table_at(&table, i, "batch"), batch[i], 0, 0, "batch");
        assert_close(table_at(&table, i, "learning_rate"), 0.01, 0, 0, "learning rate");
        assert_close(table_at(&table, i, "temperature"), 1.6 / batch[i], 0, 1e-14, "temperature");
        assert_close(table_at(&table, i, "gap"), gap[i], 0, 1e-8, "gap");
        assert_close(table_at(&table, i, "relaxation_steps"), 100 / gap[i], 0, 1e-8, "steps");
        if (!isnan(p[i]))
            assert_close(table_at(&table, i, "p_1"), p[i], 1e-10, 0, "p_1");
        assert_close(table_at(&table, i, "p_1") + table_at(&table, i, "p_2"), 1, 1e-14, 0, "sum");
        assert_true(table_at(&table, i, "p_flat") == table_at(&table, i, "p_1"));
    }
    assert_says(&table, "curve_1_flat_minimum", "flat whatever the batch");
    assert_says(&table, "curve_1_flat_odds", "3 to 1");
    assert_null(sgdl_table_value(&table, "curve_1_critical_batch"));
    assert_says(&table, "curve_5_gap_check", "dqds and inverse iteration agree");
    assert_says(&table, "curve_5_law_check", "by quadrature");
    assert_says(&table, "curve_2_rates", "0.0032885 between wells; the next is 1.3");
    sgdl_table_free(&table);
}

/* All pairs, a rate's batches one after another; heat alone matters for the law. */
static void all_pairs(void **state)
{
    (void)state;
    sgdl_table_t table =
        limit_of(WELL "batch: [8, 16]\nlearning_rate: [0.01, 0.005]\ncells: 400\n");
    assert_int_equal(table.rows, 4);
    assert_int_equal(table.blocks, 2);
    assert_close(table_at(&table, 1, "batch"), 16, 0, 0, "batch");
    assert_close(table_at(&table, 2, "learning_rate"), 0.005, 0, 0, "rate");
    assert_close(table_at(&table, 2, "p_1"), table_at(&table, 1, "p_1"), 1e-14, 0, "p_1");
    assert_close(table_at(&table, 2, "gap"), table_at(&table, 1, "gap"), 0, 1e-12, "gap");
    assert_close(table_at(&table, 2, "relaxation_steps"),
                 2 * table_at(&table, 1, "relaxation_steps"), 0, 1e-12, "steps");
    assert_non_null(sgdl_table_value(&table, "curve_3_flat_minimum"));
    assert_null(sgdl_table_value(&table, "curve_4_flat_minimum")); /* said of its rate before */
    sgdl_table_free(&table);
}

/* Which of the cases holds is said in words. */
static void cases_in_words(void **state)
{
    static const char tilt[] =
        "potential: {family: double-well, scale: 0.5, linear: 1.2, quadratic: 0.5, tilt: %g}\n"
        "noise: {family: constant, value: 320}\ncells: 200\nbatch: 16\n";
    static const struct {
        const char *text, *words;
        bool critical;
    } cases[] = {
        {DOUBLE_WELL "noise: {family: loss, factor: 70, floor: 0.1}\ncells: 200\nbatch: 16\n",
         "power law in the loss", false},
        {DOUBLE_WELL
         "noise: {family: polynomial, coefficients: [300, 150, 60]}\ncells: 200\nbatch: 16\n",
         "the noise varies, and by int U'/Sigma the flat one is deeper: it wins exponentially in "
         "the batch",
         false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        sgdl_table_t table = limit_of(cases[i].text);
        assert_says(&table, "flat_minimum", cases[i].words);
        assert_int_equal(sgdl_table_value(&table, "critical_batch") != NULL, cases[i].critical);
        sgdl_table_free(&table);
    }
    for (int sign = -1; sign <= 1; sign += 2) {
        char text[512];
        (void)snprintf(text, sizeof text, tilt, sign * 0.025);
        sgdl_table_t table = limit_of(text);
        assert_says(&table, "flat_minimum", "not independent of the batch");
        assert_says(&table, "flat_minimum", sign < 0 ? "the sharp one is deeper" : "deeper, too");
        if (sign < 0)
            assert_says(&table, "critical_batch", "wins only below it");
        sgdl_table_free(&table);
    }
}

/* The exact chain beside the diffusion: its gap by other means. */
static void chain_of_steps(void **state)
{
    sgdl_table_t table;
    sgdl_error_t error = {0};
    sgdl_plan_t plan = sgdl_plan_default();
    (void)state;
    plan.discrete = true;
    assert_int_equal(
        limit_into(&table, WELL "batch: 16\ncells: 200\nlearning_rate: 0.01\n", &plan, &error),
        SGDL_OK);
    assert_close(table_at(&table, 0, "discrete_gap"), 0.00333736, 0, 2e-6, "gap of the chain");
    assert_close(table_at(&table, 0, "discrete_p_1") + table_at(&table, 0, "discrete_p_2"), 1,
                 1e-12, 0, "sum");
    /* SGD: 0.7115 +- 0.0014 at B = 8, modified equation 0.7106 */
    sgdl_table_free(&table);
    assert_int_equal(
        limit_into(&table, WELL "batch: 8\ncells: 200\nlearning_rate: 0.01\n", &plan, &error),
        SGDL_OK);
    assert_close(table_at(&table, 0, "discrete_p_1"), 0.7115, 3 * 0.0014, 0, "basin of the chain");
    assert_true(table_at(&table, 0, "discrete_p_1") > table_at(&table, 0, "p_1") + 0.002);
    sgdl_table_free(&table);
    assert_int_equal(limit_into(&table, "{}", &plan, &error), SGDL_ERR_INPUT);
    sgdl_table_free(&table);
}

/* A single well has no basins to choose from; a box that is too small is told. */
static void one_minimum_and_a_small_box(void **state)
{
    (void)state;
    sgdl_table_t table = limit_of("potential: {family: polynomial, coefficients: [0, 0, 1.5]}\n"
                                  "noise: {family: constant, value: 60}\nbox: [-0.4, 0.5]\n");
    assert_close(table_at(&table, 0, "p_1"), 1, 0, 0, "p_1");
    assert_null(sgdl_table_value(&table, "flat_minimum"));
    assert_says(&table, "warning_box", "outermost cells");
    sgdl_table_free(&table);
    table = limit_of("potential: {family: polynomial, coefficients: [0, 0, 1.5]}\n"
                     "noise: {family: constant, value: 60}\n");
    assert_close(table_at(&table, 0, "gap"), 3, 0, 1e-8, "gap of a parabola");
    assert_close(table_at(&table, 0, "mean_loss"), 0.15, 0, 1e-10, "mean loss");
    assert_null(sgdl_table_value(&table, "warning_box"));
    sgdl_table_free(&table);
}

/* Cells that resolve no well give no number. */
static void too_few_cells(void **state)
{
    sgdl_table_t table;
    sgdl_error_t error = {0};
    static const char well[] =
        "potential: {family: double-well, scale: 0.5, linear: 1.2, quadratic: 0.5}\n"
        "noise: {family: constant, value: 320}\n";
    char text[512];
    (void)state;
    (void)snprintf(text, sizeof text, "%sbox: [-1000, 1000]\nbatch: 16\n", well);
    assert_int_equal(limit_into(&table, text, NULL, &error), SGDL_ERR_SOLVER);
    assert_string_equal(error.place, "cells");
    assert_int_equal(table.rows, 0);
    sgdl_table_free(&table);
    /* the others have theirs */
    (void)snprintf(text, sizeof text, "%sbox: [-40, 40]\nbatch: [1600, 16]\ncells: 800\n", well);
    assert_int_equal(limit_into(&table, text, NULL, &error), SGDL_ERR_SOLVER);
    assert_int_equal(table.rows, 1);
    assert_close(table_at(&table, 0, "batch"), 16, 0, 0, "batch");
    assert_says(&table, "curve_1_failed", "too few");
    sgdl_table_free(&table);
}

/* The end of a schedule counts. */
static void schedules(void **state)
{
    sgdl_table_t table;
    sgdl_error_t error = {0};
    (void)state;
    table = limit_of(WELL "batch: 16\ncells: 200\ntime: 10\nlearning_rate: "
                          "{schedule: piecewise, times: [5], values: [0.04, 0.01]}\n");
    assert_close(table_at(&table, 0, "learning_rate"), 0.01, 0, 0, "rate");
    assert_close(table_at(&table, 0, "temperature"), 0.1, 0, 1e-14, "temperature");
    assert_string_equal(sgdl_table_value(&table, "time_unit"),
                        "t = learning_rate x steps, learning_rate = 0.01, at which the schedule "
                        "ends");
    sgdl_table_free(&table);
    assert_int_equal(limit_into(&table,
                                WELL "batch: 16\nlearning_rate: {schedule: polynomial, value: "
                                     "0.1, power: 0.5, tau: 1}\n",
                                NULL, &error),
                     SGDL_ERR_INPUT);
    assert_string_equal(error.place, "learning_rate");
    sgdl_table_free(&table);
}

static void what_a_plan_may_say(void **state)
{
    sgdl_table_t table;
    sgdl_error_t error = {0};
    sgdl_plan_t plan = sgdl_plan_default();
    volatile sig_atomic_t stop = 1;
    (void)state;
    plan.verify = true;
    assert_int_equal(limit_into(&table, WELL, &plan, &error), SGDL_ERR_INPUT);
    assert_string_equal(error.place, "--verify");
    sgdl_table_free(&table);
    plan.verify = false;
    plan.memory = 10000;
    assert_int_equal(limit_into(&table, WELL, &plan, &error), SGDL_ERR_INPUT);
    assert_string_equal(error.place, "--memory");
    sgdl_table_free(&table);
    plan.memory = 0;
    plan.watch.stop = &stop;
    assert_int_equal(limit_into(&table, WELL, &plan, &error), SGDL_ERR_INTERRUPTED);
    assert_int_equal(table.rows, 0);
    sgdl_table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_the_double_well),
        cmocka_unit_test(all_pairs),
        cmocka_unit_test(cases_in_words),
        cmocka_unit_test(one_minimum_and_a_small_box),
        cmocka_unit_test(chain_of_steps),
        cmocka_unit_test(too_few_cells),
        cmocka_unit_test(schedules),
        cmocka_unit_test(what_a_plan_may_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
