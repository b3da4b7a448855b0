/* First passages of real runs, and ensembles beside the exact chain, in small; large ones are in
 * test_large_ensembles.c. Expected numbers of the chain were made elsewhere. */
#include "tests/theories/diffusion/ensembles.h"

static const double known_8[] = {0.1, 0.01, 0.01}, known_16[] = {1, 0.1, 0.1};

static void passages_of_few_runs_are_the_chains(void **state)
{
    (void)state;
    static const double of_8[] = {62.1, 26.78, 11.87}, of_16[] = {1117, 414.1, 212.1};
    for (int law = SGDL_NOISE_GAUSSIAN; law <= SGDL_NOISE_BINARY; law++) {
        const making_t many = {1000, (sgdl_noise_law_t)law, true},
                       few = {60, (sgdl_noise_law_t)law, true};
        assert_passages("8", many, of_8, known_8);
        assert_passages("16", few, of_16, known_16);
    }
}

static void differences_fall_as_the_chains_gap_says(void **state)
{
    (void)state;
    for (int law = SGDL_NOISE_GAUSSIAN; law <= SGDL_NOISE_BINARY; law++)
        assert_gap("8", (making_t){2000, (sgdl_noise_law_t)law, false}, (double[]){2, 22}, 0.05915);
}

/* ---- what is told ---------------------------------------------------------------------------- */

/* U = x^2 (x^2 - 1)^2: minima at -1, 0 and 1. */
#define THREE                                                                                      \
    "potential: {family: polynomial, coefficients: [0, 0, 1, 0, -2, 0, 1]}\n"                      \
    "noise: {family: constant, value: 10}\nlearning_rate: 0.01\n"

static void runs_are_counted_once(void **state)
{
    (void)state;
    sgdl_table_t table = simulate(THREE "time: 200\n", (making_t){1000, SGDL_NOISE_GAUSSIAN, true});
    static const double way[][2] = {{1, 2}, {2, 1}, {2, 3}, {3, 2}};
    assert_int_equal(table.rows, 4);
    for (size_t r = 0; r < 4; r++) {
        assert_true(at(&table, r, "from") == way[r][0] && at(&table, r, "to") == way[r][1]);
        assert_true(at(&table, r, "runs") == 1000);
        assert_true(at(&table, r, "reached") + at(&table, r, "unfinished") == 1000);
        assert_true(at(&table, r, "first") <= at(&table, r, "reached"));
        assert_true(at(&table, r, "mfpt_saddle") < at(&table, r, "mfpt"));
        assert_within(at(&table, r, "mfpt_steps") * 0.01, 1e-9, at(&table, r, "mfpt"), 1);
    }
    /* out of the middle each side is as likely; almost all runs come to one of them */
    const double left = at(&table, 1, "first"), right = at(&table, 2, "first");
    assert_true(left + right > 990 && left + right <= 1000);
    assert_true(fabs(left - right) < 4 * sqrt(1000));
    /* from outside there is one way, and who comes to the middle had not been elsewhere */
    assert_true(at(&table, 0, "first") == at(&table, 0, "reached"));
    /* back and forth takes longer than there alone: far from all come to a given side at first */
    assert_true(at(&table, 1, "mfpt") > 2 * at(&table, 0, "mfpt"));
    sgdl_table_free(&table);
}

/* Where runs are cut short the mean is still that of the law, which is nearly exponential. */
static void runs_that_did_not_come_count_with_their_time(void **state)
{
    (void)state;
    sgdl_table_t table =
        simulate(WELL "batch: 8\ntime: 40\n", (making_t){4000, SGDL_NOISE_GAUSSIAN, true});
    assert_true(at(&table, 1, "unfinished") > 700 && at(&table, 1, "unfinished") < 1100);
    assert_within(at(&table, 1, "mfpt"), at(&table, 1, "mfpt_se"), 26.78, 3);
    assert_within(at(&table, 0, "mfpt"), at(&table, 0, "mfpt_se"), 62.1, 3);
    /* of an exponential law the error is the mean over the root of those that came */
    const double relative = at(&table, 1, "mfpt_se") / at(&table, 1, "mfpt");
    assert_true(fabs(relative * sqrt(at(&table, 1, "reached")) - 1) < 0.1);
    sgdl_table_free(&table);
    /* nobody comes in one step */
    table = simulate(WELL "batch: 24\ntime: 0.01\n", (making_t){20, SGDL_NOISE_GAUSSIAN, true});
    assert_true(at(&table, 0, "reached") == 0 && isnan(at(&table, 0, "mfpt")));
    sgdl_table_free(&table);
}

/* Two coordinates: into the core of the other basin, where the diffusion's cells say how long that
 * takes, up to O(eta). */
static void cores_of_a_plane_are_reached(void **state)
{
    (void)state;
    static const char text[] =
        "potential: {family: terms, terms: [[0, 0, 0.5], [1, 0, 0.6], [2, 0, -0.75], [3, 0, -1.2], "
        "[5, 0, 0.6], [6, 0, 0.25], [0, 2, 0.75], [1, 2, 0.6], [2, 2, 0.2]]}\n"
        "noise: {family: constant, value: 40}\nlearning_rate: 0.01\ntime: 2000\ncells: [80, 40]\n";
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_table_t table = simulate(text, (making_t){400, SGDL_NOISE_GAUSSIAN, true}), escape;
    sgdl_error_t error = {0};
    sgdl_table_init(&escape);
    assert_int_equal(sgdl_escape(problem, NULL, INTO(&escape), &error), SGDL_OK);
    assert_int_equal(table.rows, 2);
    assert_int_equal(escape.rows, 2);
    for (size_t r = 0; r < 2; r++) {
        const double expected = at(&escape, r, "mfpt");
        assert_true(at(&table, r, "unfinished") == 0 && isnan(at(&table, r, "mfpt_saddle")));
        assert_within(at(&table, r, "mfpt"), hypot(at(&table, r, "mfpt_se"), 0.01 * expected),
                      expected, 3);
    }
    sgdl_table_free(&escape);
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
}

/* ---- comparisons ----------------------------------------------------------------------------- */

static sgdl_comparison_t compare(const char *text, const sgdl_plan_t *plan, sgdl_table_t *table)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_comparison_t verdict;
    sgdl_error_t error = {0};
    sgdl_table_init(table);
    if (sgdl_compare(problem, plan, INTO(table), &verdict, &error) != SGDL_OK)
        fail_msg("%s: %s\n%s", error.place, error.message, text);
    sgdl_problem_free(problem);
    return verdict;
}

#define CURVES WELL "batch: [8, 12]\nstart: {at: 1}\ntime: 30\noutput: {times: [0, 0.1, 3, 30]}\n"

static void real_steps_agree_with_the_chain(void **state)
{
    (void)state;
    for (int law = SGDL_NOISE_GAUSSIAN; law <= SGDL_NOISE_BINARY; law++) {
        const sgdl_plan_t plan = plan_for((making_t){4000, (sgdl_noise_law_t)law, false});
        sgdl_table_t table;
        assert_int_equal(compare(CURVES, &plan, &table), SGDL_AGREE);
        assert_int_equal(table.rows, 8);
        assert_non_null(sgdl_table_value(&table, "largest_sde_deviation_p_1"));
        /* the diffusion is slower by about 1.5 % */
        const double chain = at(&table, 2, "p_1_ode"), sde = at(&table, 2, "p_1_sde");
        assert_true(sde < chain && sde > 0.95 * chain);
        sgdl_table_free(&table);
    }
}

static void what_is_exact_may_stand_alone(void **state)
{
    (void)state;
    sgdl_plan_t plan = plan_for((making_t){4000, SGDL_NOISE_GAUSSIAN, false});
    sgdl_table_t table;
    plan.discrete = true;
    assert_int_equal(compare(CURVES, &plan, &table), SGDL_AGREE);
    assert_true(sgdl_table_find(&table, "p_1_ode") >= 0);
    assert_int_equal(sgdl_table_find(&table, "p_1_sde"), -1);
    sgdl_table_free(&table);
}

/* Runs of one batch held against another. */
static void a_wrong_batch_is_found(void **state)
{
    (void)state;
    sgdl_table_t runs = simulate(WELL "batch: 8\nstart: {at: 1}\noutput: {times: [0, 3, 30]}\n",
                                 (making_t){4000, SGDL_NOISE_GAUSSIAN, false});
    sgdl_problem_t *other =
        parse_problem(WELL "batch: 9\nstart: {at: 1}\noutput: {times: [0, 3, 30]}\n");
    const sgdl_simulated_t simulated = {&runs, INFINITY};
    sgdl_table_t table;
    sgdl_comparison_t verdict;
    sgdl_error_t error = {0};
    sgdl_table_init(&table);
    assert_int_equal(
        sgdl_compare_simulated(other, &simulated, NULL, INTO(&table), &verdict, &error), SGDL_OK);
    assert_int_equal(verdict, SGDL_DISAGREE);
    sgdl_table_free(&table);
    sgdl_table_free(&runs);
    sgdl_problem_free(other);
}

/* Events that no run shows yet are no fault of the theory. */
static void rare_events_find_no_fault(void **state)
{
    (void)state;
    const sgdl_plan_t plan = plan_for((making_t){1000, SGDL_NOISE_GAUSSIAN, false});
    for (int seed = 1; seed <= 5; seed++) {
        char text[512];
        (void)snprintf(text, sizeof text,
                       WELL "batch: 12\nseed: %d\nstart: {at: 1}\ntime: 0.6\n"
                            "output: {times: [0, 0.1, 0.15, 0.2, 0.3, 0.6]}\n",
                       seed);
        sgdl_table_t table;
        assert_true(compare(text, &plan, &table) != SGDL_DISAGREE);
        sgdl_table_free(&table);
    }
}

/* Least squares by its recursion of moments: the variance is the chain's, not the diffusion's.
 * Where tails are heavy (kappa 2.6 at eta = 0.6, B = 1) squares are not compared. */
static void least_squares_is_judged_by_its_moments(void **state)
{
    (void)state;
    const sgdl_plan_t plan = plan_for((making_t){10000, SGDL_NOISE_GAUSSIAN, false});
    sgdl_table_t table;
    assert_int_equal(compare("potential: {family: least-squares}\nlearning_rate: 0.3\ntime: 18\n"
                             "start: {at: 1}\noutput: {times: [0, 0.9, 18]}\n",
                             &plan, &table),
                     SGDL_AGREE);
    assert_within(at(&table, 2, "var_x_ode"), 1e-9, 3.0 / 11, 1);
    assert_within(at(&table, 2, "var_x_sde"), 1e-3, 3.0 / 14, 1);
    sgdl_table_free(&table);
    (void)compare("potential: {family: least-squares}\nlearning_rate: 0.6\ntime: 18\n"
                  "start: {at: 1}\noutput: {times: [0, 0.6, 18]}\n",
                  &plan, &table);
    assert_true(sgdl_table_find(&table, "mean_x_ode") >= 0);
    assert_int_equal(sgdl_table_find(&table, "var_x_ode"), -1);
    sgdl_table_free(&table);
}

/* A plane and a schedule are judged by the diffusion, within c eta. */
static void what_has_no_chain_is_judged_by_the_diffusion(void **state)
{
    (void)state;
    const sgdl_plan_t plan = plan_for((making_t){4000, SGDL_NOISE_GAUSSIAN, false});
    sgdl_table_t table;
    assert_int_equal(
        compare("potential: {family: terms, terms: [[2, 0, 1], [0, 2, 0.5], [1, 1, 0.5]]}\n"
                "noise: {family: constant, value: 4}\nlearning_rate: 0.02\nbatch: 2\n"
                "start: {at: [1, -1], width: 0.1}\ntime: 3\noutput: {times: [0, 0.4, 3]}\n"
                "cells: [120, 120]\nbox: [[-2, 2], [-2, 2]]\n",
                &plan, &table),
        SGDL_AGREE);
    assert_int_equal(sgdl_table_find(&table, "mean_x_sde"), -1);
    assert_non_null(strstr(sgdl_table_value(&table, "criterion"), "c eta"));
    sgdl_table_free(&table);
    assert_int_equal(
        compare(WELL "learning_rate: {schedule: polynomial, value: 0.02, tau: 5, power: 0.5}\n"
                     "batch: 16\nstart: {at: 1}\ntime: 20\noutput: {times: [0, 2, 20]}\n",
                &plan, &table),
        SGDL_AGREE);
    sgdl_table_free(&table);
}

static void passages_are_judged(void **state)
{
    (void)state;
    sgdl_plan_t plan = plan_for((making_t){1000, SGDL_NOISE_GAUSSIAN, true});
    sgdl_table_t table;
    assert_int_equal(compare(WELL "batch: 8\ntime: 400\n", &plan, &table), SGDL_AGREE);
    assert_within(at(&table, 0, "mfpt_discrete"), 0.1, 62.1, 1);
    assert_within(at(&table, 1, "mfpt_discrete"), 0.01, 26.78, 1);
    assert_within(at(&table, 1, "mfpt_saddle_discrete"), 0.01, 11.87, 1);
    sgdl_table_free(&table);
    /* too few came, or too few ran */
    assert_int_equal(compare(WELL "batch: 8\ntime: 10\n", &plan, &table), SGDL_INCONCLUSIVE);
    sgdl_table_free(&table);
    plan.runs = 20;
    assert_int_equal(compare(WELL "batch: 8\ntime: 400\n", &plan, &table), SGDL_INCONCLUSIVE);
    sgdl_table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passages_of_few_runs_are_the_chains),
        cmocka_unit_test(differences_fall_as_the_chains_gap_says),
        cmocka_unit_test(runs_are_counted_once),
        cmocka_unit_test(runs_that_did_not_come_count_with_their_time),
        cmocka_unit_test(cores_of_a_plane_are_reached),
        cmocka_unit_test(real_steps_agree_with_the_chain),
        cmocka_unit_test(what_is_exact_may_stand_alone),
        cmocka_unit_test(a_wrong_batch_is_found),
        cmocka_unit_test(rare_events_find_no_fault),
        cmocka_unit_test(least_squares_is_judged_by_its_moments),
        cmocka_unit_test(what_has_no_chain_is_judged_by_the_diffusion),
        cmocka_unit_test(passages_are_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
