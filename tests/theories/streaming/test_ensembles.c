/* Ensembles of general steps around the equations, at dimensions where the error bars are small. */
#include "tests/curves.h"

#include "src/problem/problem.h"

static sgdl_table_t simulate_text(const char *text, size_t runs)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_plan_t plan = problem->plan;
    sgdl_error_t error = {0};
    sgdl_table_t table;
    plan.runs = runs;
    sgdl_table_init(&table);
    if (sgdl_simulate(problem, &plan, INTO(&table), &error) != SGDL_OK)
        fail_msg("%s\n%s", error.message, text);
    sgdl_problem_free(problem);
    return table;
}

/* A mean over the runs, its standard error, and what it may be off by at this dimension. */
static void assert_mean(const sgdl_table_t *runs, size_t row, const char *name, double expected,
                        double allowed)
{
    char column[64];
    (void)snprintf(column, sizeof column, "%s_mean", name);
    assert_close(table_at(runs, row, column), expected, allowed, 0, name);
}

static double standard_error(const sgdl_table_t *table, size_t row, const char *name, size_t runs)
{
    char column[64];
    (void)snprintf(column, sizeof column, "%s_sd", name);
    return table_at(table, row, column) / sqrt((double)runs);
}

/* ---- known risks ------------------------------------------------------------------------------
 */

/* Risks in the limit at t = 0, .8, ..., 4, found by another program to 2e-5. */
typedef struct known {
    const char *options;
    double risk[6];
} known_t;

static const known_t known[] = {
    {"learning_rate: 1.2, clip: 0.3, ridge: 0.1", {.69315, .55174, .47332, .42831, .39981, .38041}},
    {"learning_rate: 1.2, clip: 0.4, gradient_noise: 0.3, ridge: 0.1",
     {.69315, .54246, .47072, .42999, .40401, .38618}},
    {"learning_rate: 0.4, momentum: {gain: 1, weight: 1.2, decay: 2}, ridge: 0.05",
     {.69315, .57402, .48277, .42798, .39333, .36959}},
    {"learning_rate: 0.4, momentum: {gain: 1, weight: 1.2, decay: 2}, clip: 0.4, gradient_noise: "
     "0.2, ridge: 0.05",
     {.69315, .57855, .48873, .43447, .40005, .37645}},
};

#define TWO_POWERS                                                                                 \
    "classes: [{weight: 0.35, label: 1, covariance: {family: power-law, exponent: 0.5}, mean: "    \
    "{family: power-law, exponent: 0.25, scale: 1.5}}, {weight: 0.65, label: 0, covariance: "      \
    "{family: power-law, exponent: 1.5, scale: 2}, mean: {family: constant, scale: -1}}]"

static void runs_have_the_known_risks(void **unused)
{
    (void)unused;
    enum { RUNS = 60 };
    for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
        char text[1024];
        (void)snprintf(text, sizeof text,
                       "{dimension: 1000, time: 4, output: {points: 6}, %s, " TWO_POWERS "}",
                       known[k].options);
        sgdl_table_t runs = simulate_text(text, RUNS);
        for (size_t row = 0; row < 6; row++) {
            const double se = standard_error(&runs, row, "risk", RUNS);
            assert_true(se < 1e-3);
            assert_mean(&runs, row, "risk", known[k].risk[row], 2e-5 + 4 * se + 1.0 / 1000);
        }
        sgdl_table_free(&runs);
    }
}

/* ---- momentum that forgets within steps -------------------------------------------------------
 */

/* The limit of another problem, without momentum at the rate gamma/(1 - beta). */
static void momentum_is_a_larger_rate(void **unused)
{
    (void)unused;
    static const char *const kinds[] = {
        "", "loss: least-squares, intercept: 0.5, ridge: 0.1, batch: 2, ",
        "start: {norm2: 1}, teacher: {signal: {family: constant}, labels: logistic}, "};
    static const int dimensions[] = {500, 4000};
    enum { RUNS = 40 };
    for (size_t c = 0; c < 6; c++) {
        const int d = dimensions[c / 3];
        char text[1024];
        const char *body = "output: {points: 5}, classes: [{weight: 0.4, covariance: {family: "
                           "isotropic, scale: 0.8}}, {weight: 0.6, covariance: {family: "
                           "isotropic}, mean: {family: opposite, of: 1}}]}";
        (void)snprintf(text, sizeof text,
                       "{dimension: %d, time: 4, learning_rate: 0.1, momentum: 0.8, %s%s", d,
                       kinds[c % 3], body);
        sgdl_table_t runs = simulate_text(text, RUNS);
        (void)snprintf(text, sizeof text, "{time: 4, learning_rate: 0.5, %s%s", kinds[c % 3], body);
        sgdl_table_t limit = solve_text(text);
        for (size_t row = 0; row < 5; row++) {
            static const char *const names[] = {"risk", "norm2", "mean_1", "var_2"};
            for (size_t n = 0; n < 4; n++) {
                const double expected = table_at(&limit, row, names[n]);
                const double allowed = 4 * standard_error(&runs, row, names[n], RUNS) + 10.0 / d;
                assert_mean(&runs, row, names[n], expected, allowed);
            }
        }
        sgdl_table_free(&runs);
        sgdl_table_free(&limit);
    }
}

/* ---- every option and every rate that the state drives ----------------------------------------
 */

static void assert_compared(const char *options, const char *body, int d, size_t runs)
{
    char text[1024];
    sgdl_comparison_t verdict;
    sgdl_error_t error = {0};
    sgdl_table_t table;
    (void)snprintf(text, sizeof text, "{dimension: %d, time: 4, output: {points: 9}, %s, %s}", d,
                   options, body);
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_plan_t plan = problem->plan;
    plan.runs = runs;
    sgdl_table_init(&table);
    if (sgdl_compare(problem, &plan, INTO(&table), &verdict, &error) != SGDL_OK)
        fail_msg("%s\n%s", error.message, text);
    if (verdict != SGDL_AGREE)
        fail_msg("%s\n%s\nrisk: %s\nerror: %s\n%s", sgdl_table_value(&table, "verdict"), text,
                 sgdl_table_value(&table, "largest_deviation_risk"),
                 sgdl_table_value(&table, "largest_deviation_error"),
                 sgdl_table_value(&table, "power"));
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
}

#define SIGNAL(labels) "teacher: {signal: {family: constant}, labels: " labels "}"
#define ONE "classes: [{covariance: {family: isotropic}, mean: {family: zero}}]"
#define TWO                                                                                        \
    "classes: [{weight: 0.4, covariance: {family: zero-one, zero: 0.3, scale: 1.2}, mean: "        \
    "{family: constant, scale: 0.7}}, {weight: 0.6, covariance: {family: isotropic}, mean: "       \
    "{family: power-law, exponent: 0.5, scale: -1}}]"

typedef struct compared {
    const char *options, *body;
} compared_t;

static const compared_t compared[] = {
    {"learning_rate: 1, clip: 0.3, batch: 2", TWO},
    {"loss: least-squares, learning_rate: 0.8, clip: 0.4, intercept: 1", TWO},
    {"learning_rate: 0.5, gradient_noise: 0.5, ridge: 0.2", TWO},
    {"learning_rate: 0.15, momentum: 0.7, intercept: 1, gradient_noise: 0.2, clip: 0.6", TWO},
    {"loss: least-squares, learning_rate: 0.3, momentum: {gain: 1, weight: 1, decay: {value: 3, "
     "over: 1}}",
     TWO},
    {"learning_rate: 0.4, intercept: 0.5, batch: 2, momentum: {gain: 1, weight: 1.2, decay: 2}, "
     "clip: 0.4, gradient_noise: 0.2, ridge: 0.05",
     TWO},
    {"loss: least-squares, learning_rate: 0.5, " SIGNAL("linear, noise: 0.5"), ONE},
    {"loss: least-squares, learning_rate: 0.5, " SIGNAL("sign"), TWO},
    {"loss: least-squares, learning_rate: 0.4, batch: 2, clip: 0.6, " SIGNAL(
         "logistic, steepness: 2"),
     TWO},
    {"loss: least-squares, learning_rate: 0.3, " SIGNAL("logistic-soft"), TWO},
    {"learning_rate: 1, " SIGNAL("sign"), ONE},
    {"learning_rate: 1, intercept: 1, " SIGNAL("logistic, steepness: 2"), TWO},
    {"learning_rate: 0.5, momentum: {gain: 1, weight: 1, decay: 1}, " SIGNAL(
         "logistic-soft, steepness: 3"),
     TWO},
    {"loss: least-squares, learning_rate: {schedule: adagrad-norm, eta: 0.5, b0: 0.5}, batch: 2, "
     "gradient_noise: 0.2, " SIGNAL("linear, noise: 0.5"),
     TWO},
    {"loss: least-squares, learning_rate: {schedule: cosine, value: 0.8, final: 0.1, warmup: 1}, "
     "momentum: {gain: 1, weight: 0.5, decay: 2}, " SIGNAL("linear, noise: 0.5"),
     TWO},
    {"learning_rate: {schedule: piecewise, times: [1.3, 2], values: [0.5, 0.1, 0.3]}, momentum: "
     "0.6, clip: 0.5",
     TWO},
    {"learning_rate: {schedule: polynomial, value: 1, tau: 1, power: 0.7, warmup: 0.5}, "
     "gradient_noise: 0.4, batch: 3, " SIGNAL("logistic"),
     TWO},
    {"learning_rate: {schedule: adagrad-norm, eta: 1, b0: 1}, clip: 0.4", TWO},
    {"learning_rate: {schedule: line-search}, ridge: 0.05", TWO},
    {"loss: least-squares, learning_rate: {schedule: line-search}, " SIGNAL("linear, noise: 0.5"),
     TWO},
    {"loss: least-squares, learning_rate: {schedule: polyak, factor: 1}, " SIGNAL("linear"), ONE},
};

static void every_option_agrees_at_500(void **unused)
{
    (void)unused;
    for (size_t c = 0; c < sizeof compared / sizeof compared[0]; c++)
        assert_compared(compared[c].options, compared[c].body, 500, 40);
}

static void every_option_agrees_at_4000(void **unused)
{
    (void)unused;
    for (size_t c = 0; c < sizeof compared / sizeof compared[0]; c++)
        assert_compared(compared[c].options, compared[c].body, 4000, 40);
}

/* ---- what differs is told ---------------------------------------------------------------------
 */

static sgdl_comparison_t judge(const sgdl_table_t *runs, const char *options)
{
    char text[1024];
    double *times = NULL;
    sgdl_comparison_t verdict;
    sgdl_table_t table;
    sgdl_error_t error = {0};
    (void)snprintf(text, sizeof text, "{time: 4, output: {points: 9}, %s, " TWO "}", options);
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_plan_t plan = problem->plan;
    const sgdl_simulated_t simulated = {.table = runs, .dimension = 4000};
    sgdl_table_init(&table);
    if (sgdl_compare_times(problem, runs, &plan, &times, &error) != SGDL_OK ||
        sgdl_compare_simulated(problem, &simulated, &plan, INTO(&table), &verdict, &error) !=
            SGDL_OK)
        fail_msg("%s\n%s", error.message, text);
    free(times);
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
    return verdict;
}

/* Runs, the equations that they follow, and those of a problem without the option. */
static void an_option_left_out_is_told(void **unused)
{
    (void)unused;
    static const char *const options[][3] = {
        {"learning_rate: 1, clip: 0.3", "learning_rate: 1, clip: 0.3", "learning_rate: 1"},
        {"gradient_noise: 0.7", "gradient_noise: 0.7", "gradient_noise: 0"},
        {"learning_rate: 0.3, momentum: 0.5", "learning_rate: 0.6", "learning_rate: 0.3"},
        {"learning_rate: 0.3, momentum: {gain: 1, weight: 1, decay: 2}",
         "learning_rate: 0.3, momentum: {gain: 1, weight: 1, decay: 2}", "learning_rate: 0.3"},
        {SIGNAL("logistic, steepness: 2"), SIGNAL("logistic, steepness: 2"), SIGNAL("sign")},
    };
    for (size_t c = 0; c < sizeof options / sizeof options[0]; c++) {
        char text[1024];
        (void)snprintf(text, sizeof text,
                       "{dimension: 4000, time: 4, output: {points: 9}, %s, " TWO "}",
                       options[c][0]);
        sgdl_table_t runs = simulate_text(text, 20);
        sgdl_problem_t *problem = parse_problem(text);
        sgdl_error_t error = {0};
        assert_int_equal(sgdl_provenance(&runs, "simulate", problem, NULL, &error), SGDL_OK);
        assert_int_equal(judge(&runs, options[c][1]), SGDL_AGREE);
        assert_int_equal(judge(&runs, options[c][2]), SGDL_DISAGREE);
        sgdl_problem_free(problem);
        sgdl_table_free(&runs);
    }
}

/* ---- adagrad-norm -----------------------------------------------------------------------------
 */

/* So far out in d that what it is off by is far below the error bars. */
static void assert_accumulated(const char *options, size_t runs)
{
    char text[512];
    (void)snprintf(text, sizeof text,
                   "{dimension: 100000, time: 2, output: {points: 5}, %s, " ONE "}", options);
    sgdl_table_t table = simulate_text(text, runs);
    (void)snprintf(text, sizeof text, "{time: 2, output: {points: 5}, %s, " ONE "}", options);
    sgdl_table_t limit = solve_text(text);
    for (size_t row = 0; row < 5; row++) {
        static const char *const names[] = {"risk", "learning_rate", "overlap_signal"};
        for (size_t n = 0; n < 3; n++) {
            const double expected = table_at(&limit, row, names[n]);
            const double se = standard_error(&table, row, names[n], runs);
            assert_mean(&table, row, names[n], expected, 3 * se + 1e-6);
            assert_true(row == 0 || se < 2e-3 * expected);
        }
    }
    sgdl_table_free(&table);
    sgdl_table_free(&limit);
}

static void adagrad_is_on_the_curve(void **unused)
{
    (void)unused;
    assert_accumulated("loss: least-squares, learning_rate: {schedule: adagrad-norm, eta: 1, b0: "
                       "0.3}, " SIGNAL("linear, noise: 1"),
                       100);
    assert_accumulated(
        "learning_rate: {schedule: adagrad-norm, eta: 1, b0: 1}, " SIGNAL("logistic-soft"), 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_have_the_known_risks),  cmocka_unit_test(momentum_is_a_larger_rate),
        cmocka_unit_test(every_option_agrees_at_500), cmocka_unit_test(every_option_agrees_at_4000),
        cmocka_unit_test(an_option_left_out_is_told), cmocka_unit_test(adagrad_is_on_the_curve),
    };
    return cmocka_run_group_tests_name("ensembles", tests, NULL, NULL);
}
