/* Simulations on fixed data beside the theory where that draws nothing: they agree, in whole
 * samples too, and another learning rate does not go unseen. */
#include "tests/curves.h"

#define CLASSES                                                                                    \
    "loss: least-squares\nclasses: [{weight: 0.3, label: 1, covariance: {family: power-law, "      \
    "exponent: 1.1}, mean: {family: constant}}, {weight: 0.7, label: -1, covariance: {family: "    \
    "isotropic}, mean: {family: opposite, of: 1}}]\nridge: 0.02\n"

/* 150 samples, of which 0.11 are 16.5. */
#define SAMPLES "dimension: 100\ndata: {ratio: 1.5}\nbatch: {fraction: 0.11}\n"
#define TIMES "output: {times: [0, 1, 2, 4, 8, 15, 30]}\n"

static void agreement(void **state)
{
    (void)state;
    static const char *const texts[] = {
        CLASSES SAMPLES TIMES "learning_rate: 0.15\nseed: 11",
        CLASSES TIMES "dimension: 101\ndata: {ratio: 0.777}\nbatch: full\nlearning_rate: 0.3\n"
                      "momentum: {nesterov: 0.5}\nintercept: 0.5\nseed: 12",
        CLASSES "dimension: 100\ndata: {ratio: 2}\nlearning_rate: 0.5\nseed: 13\n"
                "output: {times: [0, 0.5, 1, 2, 4]}\nstart: {norm2: 0.5}",
    };
    for (size_t e = 0; e < sizeof texts / sizeof *texts; e++) {
        sgdl_problem_t *problem = parse_problem(texts[e]);
        sgdl_plan_t plan = sgdl_plan_default();
        sgdl_table_t table;
        sgdl_comparison_t verdict;
        sgdl_error_t error = {0};
        plan.runs = 100;
        plan.accuracy = 1e-4;
        sgdl_table_init(&table);
        if (sgdl_compare(problem, &plan, INTO(&table), &verdict, &error) != SGDL_OK)
            fail_msg("%s\n%s", error.message, texts[e]);
        if (verdict != SGDL_AGREE)
            fail_msg("%s\n%s", sgdl_table_value(&table, "verdict"), texts[e]);
        assert_close(table_at(&table, 1, "risk_ode"), table_at(&table, 1, "risk_mean"), 0, 0.05,
                     "risk");
        sgdl_table_free(&table);
        sgdl_problem_free(problem);
    }
}

/* The theory is asked for 16 samples of 150, not for 16.5: the table says that of what was asked.
 */
static void theory_is_in_whole_samples(void **state)
{
    (void)state;
    sgdl_problem_t *problem = parse_problem(CLASSES SAMPLES TIMES "learning_rate: 0.15");
    sgdl_plan_t plan = sgdl_plan_default();
    sgdl_table_t compared;
    sgdl_comparison_t verdict;
    sgdl_error_t error = {0};
    plan.runs = 2;
    sgdl_table_init(&compared);
    if (sgdl_compare(problem, &plan, INTO(&compared), &verdict, &error) != SGDL_OK)
        fail_msg("%s", error.message);
    sgdl_table_t whole = solve_text(CLASSES "dimension: 100\ndata: {ratio: 1.5}\nbatch: {fraction: "
                                            "0.10666666666666667}\n" TIMES "learning_rate: 0.15");
    sgdl_table_t stated = solve_text(CLASSES SAMPLES TIMES "learning_rate: 0.15");
    for (size_t row = 0; row < whole.rows; row++)
        assert_close(table_at(&compared, row, "train_risk_ode"),
                     table_at(&whole, row, "train_risk"), 1e-12, 1e-12, "train risk");
    assert_true(fabs(table_at(&stated, 6, "train_risk") - table_at(&whole, 6, "train_risk")) >
                1e-4);
    sgdl_table_free(&compared);
    sgdl_table_free(&whole);
    sgdl_table_free(&stated);
    sgdl_problem_free(problem);
}

/* Whether runs at a rate are told from the theory at 0.1. */
static sgdl_comparison_t judge(const char *rate, unsigned dimension, size_t runs_made, double *most)
{
    static const char text[] = CLASSES "dimension: %u\ndata: {ratio: 1.5}\nbatch: full\n"
                                       "output: {times: [0, 1, 2, 3, 5]}\nlearning_rate: %s";
    char stated[2][1000];
    sgdl_table_t runs, table;
    sgdl_comparison_t verdict;
    sgdl_error_t error = {0};
    sgdl_plan_t plan = sgdl_plan_default();
    (void)snprintf(stated[0], sizeof stated[0], text, dimension, "0.1");
    (void)snprintf(stated[1], sizeof stated[1], text, dimension, rate);
    sgdl_problem_t *theory = parse_problem(stated[0]), *simulated = parse_problem(stated[1]);
    plan.runs = runs_made;
    sgdl_table_init(&runs);
    sgdl_table_init(&table);
    if (sgdl_simulate(simulated, &plan, INTO(&runs), &error) != SGDL_OK)
        fail_msg("%s", error.message);
    const sgdl_simulated_t beside = {.table = &runs, .dimension = dimension};
    if (sgdl_compare_simulated(theory, &beside, &plan, INTO(&table), &verdict, &error) != SGDL_OK)
        fail_msg("%s", error.message);
    *most = 0;
    for (size_t row = 1; row < table.rows; row++)
        *most = fmax(*most,
                     fabs(table_at(&table, row, "risk_ode") - table_at(&table, row, "risk_mean")) /
                         (table_at(&table, row, "risk_sd") / sqrt((double)runs_made)));
    sgdl_table_free(&runs);
    sgdl_table_free(&table);
    sgdl_problem_free(theory);
    sgdl_problem_free(simulated);
    return verdict;
}

static void another_rate_is_seen(void **state)
{
    (void)state;
    double most;
    assert_int_equal(judge("0.1", 600, 100, &most), SGDL_AGREE);
    assert_true(most < 4.5);
    assert_int_equal(judge("0.103", 600, 100, &most), SGDL_DISAGREE);
    assert_true(most > 6);
    assert_int_equal(judge("0.103", 200, 400, &most), SGDL_DISAGREE);
    assert_true(most > 6 && most < 14);
    assert_int_equal(judge("0.1", 200, 400, &most), SGDL_AGREE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agreement),
        cmocka_unit_test(theory_is_in_whole_samples),
        cmocka_unit_test(another_rate_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
