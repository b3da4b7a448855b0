/* Large ensembles of real steps beside the exact chain: first passages, gaps, basin probabilities,
 * with Gaussian and with binary noise. */
#include "tests/theories/diffusion/ensembles.h"

static void passages_are_the_chains(void **state)
{
    (void)state;
    static const double of_8[] = {62.1, 26.78, 11.87}, of_16[] = {1117, 414.1, 212.1},
                        known_8[] = {0.1, 0.01, 0.01}, known_16[] = {1, 0.1, 0.1};
    for (int law = SGDL_NOISE_GAUSSIAN; law <= SGDL_NOISE_BINARY; law++) {
        assert_passages("8", (making_t){20000, (sgdl_noise_law_t)law, true}, of_8, known_8);
        assert_passages("16", (making_t){3000, (sgdl_noise_law_t)law, true}, of_16, known_16);
    }
}

static void gaps_are_the_chains(void **state)
{
    (void)state;
    for (int law = SGDL_NOISE_GAUSSIAN; law <= SGDL_NOISE_BINARY; law++) {
        assert_gap("8", (making_t){20000, (sgdl_noise_law_t)law, false}, (double[]){2, 22},
                   0.05915);
        assert_gap("16", (making_t){6000, (sgdl_noise_law_t)law, false}, (double[]){3, 330},
                   0.00333736);
    }
}

/* A start in the stationary law of a well, and what is left of it after ten relaxation times. */
static void basins_are_as_likely_as_in_the_chain(void **state)
{
    (void)state;
    for (int law = SGDL_NOISE_GAUSSIAN; law <= SGDL_NOISE_BINARY; law++) {
        sgdl_problem_t *problem = parse_problem(WELL "batch: 8\n");
        sgdl_plan_t plan = sgdl_plan_default();
        sgdl_table_t limit;
        sgdl_error_t error = {0};
        plan.discrete = true;
        sgdl_table_init(&limit);
        assert_int_equal(sgdl_limit_table(problem, &plan, INTO(&limit), &error), SGDL_OK);
        sgdl_table_t table = simulate(WELL "batch: 8\ntime: 170\noutput: {times: [170]}\n",
                                      (making_t){20000, (sgdl_noise_law_t)law, false});
        assert_within(at(&table, 0, "p_flat_mean"), at(&table, 0, "p_flat_sd") / sqrt(20000),
                      at(&limit, 0, "discrete_p_1"), 3);
        sgdl_table_free(&table);
        sgdl_table_free(&limit);
        sgdl_problem_free(problem);
    }
}

/* Heavy ball beside its diffusion, of second order in h: within c h^2, and at a small one within
 * error bars alone. */
static void heavy_ball_agrees_with_its_diffusion(void **state)
{
    (void)state;
    static const char *const texts[] = {
        WELL "batch: 42\nmomentum: 0.5\nlearning_rate: 0.02\nstart: {at: 1}\n"
             "time: 30\noutput: {times: [0, 0.5, 2, 30]}\n",
        WELL "batch: 20\nmomentum: 0.8\nlearning_rate: 0.002\nstart: {at: 1}\n"
             "time: 8\noutput: {times: [0, 0.3, 1, 8]}\n"};
    for (size_t i = 0; i < 2; i++) {
        sgdl_problem_t *problem = parse_problem(texts[i]);
        sgdl_plan_t plan = plan_for((making_t){10000, SGDL_NOISE_GAUSSIAN, false});
        sgdl_comparison_t verdict;
        sgdl_table_t table;
        sgdl_error_t error = {0};
        plan.allowance = i == 0 ? 3 : 0.2;
        sgdl_table_init(&table);
        if (sgdl_compare(problem, &plan, INTO(&table), &verdict, &error) != SGDL_OK)
            fail_msg("%s: %s", error.place, error.message);
        if (verdict != SGDL_AGREE)
            fail_msg("%s", sgdl_table_value(&table, "verdict"));
        assert_non_null(strstr(sgdl_table_value(&table, "criterion"), "c h^2"));
        sgdl_table_free(&table);
        sgdl_problem_free(problem);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heavy_ball_agrees_with_its_diffusion),
        cmocka_unit_test(passages_are_the_chains),
        cmocka_unit_test(gaps_are_the_chains),
        cmocka_unit_test(basins_are_as_likely_as_in_the_chain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
