/* Verdicts: what they are from the table's own numbers, that they find a theory at fault, and that
 * they find none at fault more often than stated. */
#include "tests/curves.h"

#include <gsl/gsl_cdf.h>
#include <string.h>

#include "src/problem/problem.h"
#include "src/study/verdict.h"

/* ---- one comparison --------------------------------------------------------------------- */

static sgdl_table_t simulate(const char *text, size_t runs)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_plan_t options = sgdl_plan_default();
    sgdl_table_t table;
    sgdl_error_t error = {0};
    options.runs = runs;
    sgdl_table_init(&table);
    if (sgdl_simulate(problem, &options, INTO(&table), &error) != SGDL_OK)
        fail_msg("%s\n%s", error.message, text);
    sgdl_problem_free(problem);
    return table;
}

/* The verdict on runs, at dimension d, about the limit that `text` states. */
static sgdl_comparison_t judge(const char *text, const sgdl_table_t *simulated, double dimension,
                               double significance, double allowance, sgdl_table_t *table)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_plan_t options = sgdl_plan_default();
    sgdl_comparison_t verdict;
    sgdl_error_t error = {0};
    options.significance = significance;
    options.allowance = allowance;
    sgdl_table_init(table);
    if (sgdl_compare_simulated(problem, &(sgdl_simulated_t){simulated, dimension}, &options,
                               INTO(table), &verdict, &error) != SGDL_OK)
        fail_msg("%s\n%s", error.message, text);
    sgdl_problem_free(problem);
    return verdict;
}

static sgdl_comparison_t compare(const char *text, size_t runs, sgdl_table_t *table)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_plan_t options = sgdl_plan_default();
    sgdl_comparison_t verdict;
    sgdl_error_t error = {0};
    options.runs = runs;
    sgdl_table_init(table);
    if (sgdl_compare(problem, &options, INTO(table), &verdict, &error) != SGDL_OK)
        fail_msg("%s\n%s", error.message, text);
    sgdl_problem_free(problem);
    return verdict;
}

/* ---- the verdict from the table ----------------------------------------------------------- */

/* The largest allowed deviation over what its curve does, and whether a row fails: of one curve
 * with the logistic loss, where c is three times the largest value. */
static double power_of(const sgdl_table_t *table, double d, double runs, bool *fails)
{
    static const char *const names[] = {"risk", "error"};
    double z = gsl_cdf_tdist_Qinv(1e-3 / (2 * 2 * (double)table->rows), runs - 1), power = 0;
    *fails = false;
    for (size_t v = 0; v < 2; v++) {
        char ode[32], mean[32], sd[32];
        double least = INFINITY, largest = 0;
        (void)snprintf(ode, sizeof ode, "%s_ode", names[v]);
        (void)snprintf(mean, sizeof mean, "%s_mean", names[v]);
        (void)snprintf(sd, sizeof sd, "%s_sd", names[v]);
        for (size_t row = 0; row < table->rows; row++) {
            least = fmin(least, table_at(table, row, ode));
            largest = fmax(largest, table_at(table, row, ode));
        }
        for (size_t row = 0; row < table->rows; row++) {
            double allowed = z * table_at(table, row, sd) / sqrt(runs) + 3 * largest / d;
            double off = table_at(table, row, mean) - table_at(table, row, ode);
            power = fmax(power, allowed / fmax(largest - least, largest / 10));
            *fails = *fails || fabs(off) > allowed;
        }
    }
    return power;
}

static void verdicts_follow_from_their_tables(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        double d;
        size_t runs;
        sgdl_comparison_t expected;
        const char *words;
    } cases[] = {
        {"{dimension: 50, time: 5, output: {points: 11}}", 50, 2, SGDL_INCONCLUSIVE,
         "2 runs are too few, about "},
        {"{dimension: 50, time: 5, output: {points: 11}}", 50, 3, SGDL_INCONCLUSIVE,
         "3 runs are too few, about "},
        {"{dimension: 50, time: 5, output: {points: 11}}", 50, 30, SGDL_AGREE, "agree"},
        {"{dimension: 400, time: 5, learning_rate: 8, output: {points: 11}}", 400, 4,
         SGDL_INCONCLUSIVE, "4 runs are too few, about "},
        {"{dimension: 8, time: 5, output: {points: 6}}", 8, 4000, SGDL_INCONCLUSIVE,
         "alone is too much; a larger dimension would tell"},
        /* a curve that does nothing: a tenth of its value stands in for its range */
        {"{dimension: 3000, output: {times: [3]}}", 3000, 3, SGDL_INCONCLUSIVE, "too few"},
        {"{dimension: 3000, output: {times: [3]}}", 3000, 40, SGDL_AGREE, "agree"},
        /* an error of one half, which nobody misses */
        {"{dimension: 500, time: 3, classes: [{label: 1, mean: {family: zero}}, {label: 0, mean: "
         "{family: zero}}], output: {points: 4}}",
         500, 20, SGDL_AGREE, "agree"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sgdl_table_t table;
        bool fails;
        sgdl_comparison_t verdict = compare(cases[i].text, cases[i].runs, &table);
        const char *words = sgdl_table_value(&table, "verdict");
        double power = power_of(&table, cases[i].d, (double)cases[i].runs, &fails);
        double stated = strtod(strstr(sgdl_table_value(&table, "power"), "at most ") + 8, NULL);
        if (verdict != cases[i].expected || !strstr(words, cases[i].words) ||
            strncmp(words, sgdl_comparison_name(verdict), strlen(sgdl_comparison_name(verdict))) !=
                0)
            fail_msg("%s; %s\n%s", words, sgdl_table_value(&table, "power"), cases[i].text);
        assert_false(fails);
        assert_true((power > 0.5) == (verdict == SGDL_INCONCLUSIVE));
        assert_close(stated, power, 0, 1e-3, "power");
        sgdl_table_free(&table);
    }
}

/* What agrees with any learning rate tells nothing of one: rows at the start, by design, by
 * rounding or because the others were deleted, and rows so early that nothing has happened. */
static void what_agrees_with_anything_tells_nothing(void **unused)
{
    (void)unused;
    static const struct {
        const char *simulated, *words;
        size_t kept; /* rows of the table, from its begin */
    } cases[] = {
        {"{dimension: 200, output: {times: [0]}}", "no row lies after the first step", 1},
        {"{dimension: 200, output: {times: [1.0e-9, 2.0e-9]}}", "no row lies after", 1},
        {"{dimension: 200, time: 10, output: {points: 11}}", "no row lies after", 1},
        {"{dimension: 200, loss: least-squares, time: 10, output: {points: 11}}", "no row lies", 1},
        {"{dimension: 1000, learning_rate: 1.0e-6, output: {times: [0, 1.0e-3]}, classes: [{mean: "
         "{family: zero}}, {mean: {family: zero}}]}",
         "times after t = 0.001 would tell", 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static const char *const rates[] = {"0.001", "0.5", "1"};
        sgdl_problem_t *problem = parse_problem(cases[i].simulated);
        sgdl_table_t table, simulated = simulate(cases[i].simulated, 20);
        simulated.rows = cases[i].kept;
        for (size_t r = 0; r < sizeof rates / sizeof *rates && i + 1 < sizeof cases / sizeof *cases;
             r++) {
            char text[128];
            (void)snprintf(text, sizeof text, "{learning_rate: %s, loss: %s}", rates[r],
                           problem->loss->quadratic ? "least-squares" : "logistic");
            sgdl_comparison_t verdict =
                judge(text, &simulated, problem->dimension, 1e-3, 3, &table);
            assert_int_equal(verdict, SGDL_INCONCLUSIVE);
            assert_non_null(strstr(sgdl_table_value(&table, "verdict"), cases[i].words));
            sgdl_table_free(&table);
        }
        assert_int_equal(compare(cases[i].simulated, 20, &table),
                         i == 2 || i == 3 ? SGDL_AGREE : SGDL_INCONCLUSIVE);
        if (i != 2 && i != 3)
            assert_non_null(strstr(sgdl_table_value(&table, "verdict"), cases[i].words));
        sgdl_table_free(&table);
        sgdl_table_free(&simulated);
        sgdl_problem_free(problem);
    }
}

/* Small learning rates, whose errors are known or, where nothing can know them, passed over: runs
 * at their own theory are not found at fault. */
static void small_rates_raise_no_alarm(void **unused)
{
    (void)unused;
    static const char *const rates[] = {"1.0e-8", "1.0e-12", "1.0e-100", "1.0e-150"};
    static const char *const losses[] = {"logistic", "least-squares"};
    for (size_t e = 0; e < 8; e++) {
        char text[160];
        sgdl_table_t table;
        (void)snprintf(text, sizeof text,
                       "{dimension: 500, learning_rate: %s, loss: %s, time: 10, output: {points: "
                       "5}}",
                       rates[e / 2], losses[e % 2]);
        if (compare(text, 12, &table) != SGDL_AGREE)
            fail_msg("%s\n%s", sgdl_table_value(&table, "verdict"), text);
        sgdl_table_free(&table);
    }
}

/* The number of runs that is offered is enough by the same spread, one fewer is not. */
static void runs_that_would_tell(void **unused)
{
    (void)unused;
    for (double sd = 1e-3; sd < 0.3; sd *= 1.7) {
        verdict_t verdict = {.tail = 1e-5, .power = {.does = 0.4, .bias = 0.05, .sd = sd}};
        size_t needed = verdict_runs_needed(&verdict);
        for (size_t runs = needed - 1; runs <= needed; runs++) {
            double z = runs > 1 ? gsl_cdf_tdist_Qinv(1e-5, (double)runs - 1) : INFINITY;
            assert_true((z * sd / sqrt((double)runs) + 0.05 <= 0.2) == (runs == needed));
        }
    }
    const verdict_t hopeless = {.tail = 1e-5, .power = {.does = 0.4, .bias = 0.21, .sd = 0.1}};
    assert_int_equal(verdict_runs_needed(&hopeless), 0);
}

/* ---- tables of simulate --------------------------------------------------------------------- */

/* The runs of a table are judged as the same runs made on the spot. */
static void a_table_is_judged_as_its_runs(void **unused)
{
    (void)unused;
    static const char *const cases[] = {
        "{dimension: 60, time: 3, output: {points: 5}, learning_rate: [0.5, 2]}",
        "{dimension: 90, time: 3, output: {points: 7, spacing: log}, loss: least-squares}",
        "{dimension: 40, time: 3, output: {times: [0.51, 1, 2]}, learning_rate: {schedule: cosine, "
        "value: 1}}",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sgdl_table_t direct, judged, simulated = simulate(cases[i], 12);
        sgdl_problem_t *problem = parse_problem(cases[i]);
        sgdl_comparison_t verdict = compare(cases[i], 12, &direct);
        assert_int_equal(judge(cases[i], &simulated, problem->dimension, 1e-3, 3, &judged),
                         verdict);
        assert_int_equal(judged.rows, direct.rows);
        assert_int_equal(judged.blocks, direct.blocks);
        assert_int_equal(judged.columns, direct.columns);
        for (size_t e = 0; e < direct.rows * direct.columns; e++)
            assert_true(judged.value[e] == direct.value[e]);
        static const char *const keys[] = {"verdict", "criterion", "power", "runs",
                                           "largest_deviation_risk"};
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
            assert_string_equal(sgdl_table_value(&judged, keys[k]),
                                sgdl_table_value(&direct, keys[k]));
        sgdl_problem_free(problem);
        sgdl_table_free(&direct);
        sgdl_table_free(&judged);
        sgdl_table_free(&simulated);
    }
}

/* One run has no error bar; a limit that diverges leaves the rows before; of runs that were
 * interrupted those count that are there. */
static void what_there_is_is_judged(void **unused)
{
    (void)unused;
    static const char text[] = "{dimension: 200, loss: least-squares, time: 20, output: {points: "
                               "11}}";
    sgdl_table_t table, simulated = simulate(text, 1);
    assert_int_equal(judge(text, &simulated, 200, 1e-3, 3, &table), SGDL_INCONCLUSIVE);
    assert_string_equal(sgdl_table_value(&table, "verdict"), "inconclusive: one run, no error bar");
    assert_int_equal(table.rows, 11);
    sgdl_table_free(&table);
    sgdl_table_free(&simulated);

    simulated = simulate(text, 20);
    sgdl_problem_t *hot = parse_problem("{loss: least-squares, learning_rate: 5, time: 20}");
    sgdl_comparison_t verdict = SGDL_AGREE;
    sgdl_error_t error = {0};
    sgdl_table_init(&table);
    assert_int_equal(sgdl_compare_simulated(hot, &(sgdl_simulated_t){&simulated, 200}, NULL,
                                            INTO(&table), &verdict, &error),
                     SGDL_ERR_DIVERGED);
    assert_true(table.rows > 1 && table.rows < 11);
    assert_int_equal(verdict, SGDL_INCONCLUSIVE);
    assert_non_null(strstr(error.message, "diverged"));
    sgdl_problem_free(hot);
    sgdl_table_free(&table);

    assert_int_equal(sgdl_table_comment(&simulated, false, "curve_1_interrupted", &error,
                                        "3 of 20 runs kept (those that had come to their end)"),
                     SGDL_OK);
    assert_int_equal(judge(text, &simulated, 200, 0.4, 3, &table), SGDL_AGREE);
    assert_non_null(strstr(sgdl_table_value(&table, "verdict"), "as far as it went"));
    assert_non_null(strstr(sgdl_table_value(&table, "criterion"), "Student's t, 3 runs"));
    assert_non_null(sgdl_table_value(&table, "curve_1_interrupted"));
    sgdl_table_free(&table);
    sgdl_table_free(&simulated);
}

static void other_tables_are_refused(void **unused)
{
    (void)unused;
    const char *text = "{dimension: 30, time: 2, output: {points: 3}, learning_rate: [0.5, 1]}";
    static const char *const one = "{dimension: 30, time: 2, output: {points: 3}}";
    sgdl_plan_t options = sgdl_plan_default();
    sgdl_problem_t *two = parse_problem(text), *single = parse_problem(one);
    sgdl_comparison_t verdict = SGDL_AGREE;
    sgdl_error_t error = {0};
    sgdl_table_t simulated = simulate(text, 3), table, curve = solve_text(one);
    sgdl_table_init(&table);
#define REFUSED(problem, runs, words)                                                              \
    do {                                                                                           \
        assert_int_equal(sgdl_compare_simulated(problem, &(sgdl_simulated_t){runs, 30}, &options,  \
                                                INTO(&table), &verdict, &error),                   \
                         SGDL_ERR_INPUT);                                                          \
        if (!strstr(error.message, words))                                                         \
            fail_msg("%s", error.message);                                                         \
        assert_int_equal(verdict, SGDL_INCONCLUSIVE);                                              \
    } while (0)
    REFUSED(single, &simulated, "holds 2 curves, allowed 1: one a learning rate");
    REFUSED(single, &curve, "has no column 'risk_mean', allowed: a table of simulate");
    simulated.value[simulated.columns] = 1e3; /* the curve's column is 0, t is 1 */
    simulated.value[simulated.columns + 1] = 1.5;
    REFUSED(two, &simulated, "found t = 1 in row 2 of curve 2 where others have 1.5");
    simulated.value[simulated.columns + 1] = 0;
    REFUSED(two, &simulated, "found t = 0 in row 2 of curve 1, allowed: increasing times");
    assert_int_equal(sgdl_table_comment(&simulated, false, "runs", &error, "many"), SGDL_OK);
    REFUSED(two, &simulated, "found runs: many, allowed: a comment 'runs' with their number");
    simulated.rows = 0;
    REFUSED(two, &simulated, "has no rows");
#undef REFUSED
    sgdl_table_free(&simulated);
    sgdl_table_free(&table);
    sgdl_table_free(&curve);
    sgdl_problem_free(two);
    sgdl_problem_free(single);
}

/* ---- the verdict's own error rates --------------------------------------------------------- */

/* Runs at a learning rate that is 5% off are told from the stated one; of two runs nobody can tell,
 * and nobody says that they agree. */
static void a_wrong_theory_is_found(void **unused)
{
    (void)unused;
    enum { SEEDS = 3 };
    static const char *const losses[] = {"logistic", "least-squares"};
    for (size_t e = 0; e < 2 * SEEDS; e++) {
        char limit[256], right[256], wrong[256];
        static const char form[] =
            "{dimension: 4000, loss: %s, learning_rate: %g, time: 4, output: "
            "{points: 9}, seed: %zu}";
        const char *loss = losses[e % 2];
        (void)snprintf(limit, sizeof limit, form, loss, 0.5, e + 1);
        (void)snprintf(right, sizeof right, form, loss, 0.5, e + 100);
        (void)snprintf(wrong, sizeof wrong, form, loss, 0.525, e + 200);
        sgdl_table_t table, runs = simulate(wrong, 30);
        assert_int_equal(judge(limit, &runs, 4000, 1e-3, 3, &table), SGDL_DISAGREE);
        sgdl_table_free(&table);
        sgdl_table_free(&runs);
        runs = simulate(right, 30);
        assert_int_equal(judge(limit, &runs, 4000, 1e-3, 3, &table), SGDL_AGREE);
        sgdl_table_free(&table);
        sgdl_table_free(&runs);
        runs = simulate(wrong, 2);
        assert_int_equal(judge(limit, &runs, 4000, 1e-3, 3, &table), SGDL_INCONCLUSIVE);
        sgdl_table_free(&table);
        sgdl_table_free(&runs);
    }
}

/* How many of `count` ensembles at their own theory are found at fault. */
static size_t false_alarms(const char *form, size_t count, size_t runs, double significance,
                           double allowance)
{
    size_t alarms = 0;
    for (size_t seed = 1; seed <= count; seed++) {
        char text[256];
        (void)snprintf(text, sizeof text, form, seed);
        sgdl_table_t table, simulated = simulate(text, runs);
        sgdl_problem_t *problem = parse_problem(text);
        alarms += judge(text, &simulated, problem->dimension, significance, allowance, &table) ==
                  SGDL_DISAGREE;
        sgdl_problem_free(problem);
        sgdl_table_free(&table);
        sgdl_table_free(&simulated);
    }
    return alarms;
}

/* At a significance that can be counted. One row has two tests on numbers that go together: between
 * one half of the stated rate and all of it. Many rows go together too: at most the stated rate. */
static void false_alarms_stay_at_the_stated_rate(void **unused)
{
    (void)unused;
    enum { SEEDS = 200 };
    const double stated = 0.2, spread = 4 * sqrt(SEEDS * 0.2 * 0.8);
    double alarms = (double)false_alarms(
        "{dimension: 1200, time: 1, output: {times: [1]}, seed: %zu}", SEEDS, 6, stated, 1e-9);
    assert_true(alarms <= SEEDS * stated + spread);
    assert_true(alarms >= SEEDS * stated / 2 - spread);
    alarms = (double)false_alarms("{dimension: 300, time: 2, output: {points: 11}, seed: %zu}",
                                  SEEDS, 8, stated, 3);
    assert_true(alarms <= SEEDS * stated + spread);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts_follow_from_their_tables),
        cmocka_unit_test(what_agrees_with_anything_tells_nothing),
        cmocka_unit_test(small_rates_raise_no_alarm),
        cmocka_unit_test(runs_that_would_tell),
        cmocka_unit_test(a_table_is_judged_as_its_runs),
        cmocka_unit_test(what_there_is_is_judged),
        cmocka_unit_test(other_tables_are_refused),
        cmocka_unit_test(a_wrong_theory_is_found),
        cmocka_unit_test(false_alarms_stay_at_the_stated_rate),
    };
    return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
