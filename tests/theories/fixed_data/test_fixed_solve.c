/* Curves of fixed data sets as users state them: numbers that were made independently, limits, and
 * ends that come early. */
#include "tests/curves.h"
#include "tests/theories/fixed_data/twenty_directions.h"

#include <string.h>

static sgdl_table_t solve_with(const sgdl_problem_t *problem, const sgdl_plan_t *plan, int expected)
{
    sgdl_table_t table;
    sgdl_error_t error = {0};
    sgdl_table_init(&table);
    const int status = sgdl_solve(problem, plan, INTO(&table), &error);
    if (status != expected)
        fail_msg("status %d (%s), expected %d", status, error.message, expected);
    return table;
}

static void assert_column(const sgdl_table_t *table, const char *name, const double *wanted,
                          size_t count, double tolerance)
{
    assert_int_equal(table->rows, count);
    for (size_t row = 0; row < count; row++)
        assert_close(table_at(table, row, name), wanted[row], tolerance, 0, name);
}

/* ---- numbers made independently -------------------------------------------------------------- */

static void small_batches_of_three_classes(void **unused)
{
    (void)unused;
    const twenty_t of = {3,
                         QUADRATIC_CLASSES "data: {ratio: 2}\nlearning_rate: 0.6\nridge: 0.03\n"
                                           "output: {times: [1, 2, 5, 10]}\n",
                         QUADRATIC_PROFILES, NULL};
    sgdl_problem_t *problem = twenty_problem(&of);
    sgdl_table_t table = solve_with(problem, NULL, SGDL_OK);
    assert_column(&table, "risk", (double[]){.373516, .367030, .359806, .357523}, 4, 2e-5);
    assert_column(&table, "train_risk", (double[]){.308882, .264656, .203808, .168620}, 4, 2e-5);
    assert_column(&table, "norm2", (double[]){.128675, .257073, .577657, .944190}, 4, 2e-5);
    assert_column(&table, "flow", (double[]){.6, 1.2, 3, 6}, 4, 1e-12);
    assert_column(&table, "epoch", (double[]){.5, 1, 2.5, 5}, 4, 1e-12);
    assert_column(&table, "risk_se", (double[]){0, 0, 0, 0}, 4, 0);
    for (size_t row = 0; row < table.rows; row++)
        assert_close(table_at(&table, row, "gap"),
                     table_at(&table, row, "risk") - table_at(&table, row, "train_risk"), 1e-15, 0,
                     "gap");
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
}

static void many_samples_of_three_classes(void **unused)
{
    (void)unused;
    const twenty_t of = {3,
                         QUADRATIC_CLASSES "data: {ratio: 1e5}\nlearning_rate: 0.6\nridge: 0.03\n"
                                           "output: {times: [1, 5, 10]}\n",
                         QUADRATIC_PROFILES, NULL};
    sgdl_problem_t *problem = twenty_problem(&of);
    sgdl_table_t table = solve_with(problem, NULL, SGDL_OK);
    assert_column(&table, "risk", (double[]){.365609, .302594, .273268}, 3, 2e-5);
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
}

static const char isotropic[] =
    "{dimension: inf, loss: least-squares, classes: [{mean: {family: zero}}], teacher: {signal: "
    "{family: constant}, labels: linear, noise: 0.5}, data: {ratio: 2}, ridge: 0.05, start: "
    "{norm2: 1}, %s}";

/* A Volterra equation in continuous time. */
static void small_batches_of_a_linear_teacher(void **unused)
{
    (void)unused;
    char text[500];
    (void)snprintf(text, sizeof text, isotropic,
                   "learning_rate: 0.8, output: {times: [1, 2.5, 5, 10, 20]}");
    sgdl_table_t table = solve_text(text);
    assert_column(&table, "overlap_signal", (double[]){.476326, .708993, .828287, .890065, .911611},
                  5, 1e-4);
    assert_column(&table, "norm2", (double[]){.922820, .932814, .982686, 1.050511, 1.091055}, 5,
                  1e-4);
    sgdl_table_free(&table);
}

static void gradient_flow_of_a_linear_teacher(void **unused)
{
    (void)unused;
    char text[500];
    (void)snprintf(text, sizeof text, isotropic,
                   "method: gradient-flow, output: {times: [0.8, 2, 4, 8, 16]}");
    sgdl_table_t table = solve_text(text);
    assert_column(&table, "overlap_signal", (double[]){.476326, .708993, .828287, .890065, .911611},
                  5, 1e-5);
    assert_column(&table, "norm2", (double[]){.610979, .741314, .870096, .967209, 1.013396}, 5,
                  1e-5);
    assert_true(isnan(table_at(&table, 0, "epoch")));
    sgdl_table_free(&table);
}

/* Of least squares the diffusion is what SGD is. */
static void diffusions_equal_small_batches(void **unused)
{
    (void)unused;
    char text[500];
    (void)snprintf(text, sizeof text, isotropic, "learning_rate: 0.8, output: {times: [1, 5]}");
    sgdl_table_t sgd = solve_text(text);
    (void)snprintf(text, sizeof text, isotropic,
                   "method: sme, learning_rate: 0.8, output: {times: [1, 5]}");
    sgdl_table_t sme = solve_text(text);
    for (size_t row = 0; row < 2; row++)
        for (size_t c = 0; c < sgd.columns; c++)
            if (!isnan(sgd.value[row * sgd.columns + c]))
                assert_close(sme.value[row * sme.columns + c], sgd.value[row * sgd.columns + c],
                             2e-5, 2e-5, sgd.column[c]);
    sgdl_table_free(&sgd);
    sgdl_table_free(&sme);
}

/* ---- many samples ---------------------------------------------------------------------------- */

/* A sample seen once: m = 1 - e^(-eta u), and what is left is of order 1/alpha. */
static double gap_to_stream(const char *ratio)
{
    char text[400];
    (void)snprintf(text, sizeof text,
                   "{loss: least-squares, classes: [{mean: {family: zero}}], teacher: {signal: "
                   "{family: constant}, labels: linear, noise: 0.5}, data: {ratio: %s}, "
                   "learning_rate: 0.5, start: {norm2: 1}, time: 10, output: {points: 21}}",
                   ratio);
    sgdl_table_t table = solve_text(text);
    double gap = 0;
    for (size_t row = 0; row < table.rows; row++)
        gap = fmax(gap, fabs(table_at(&table, row, "overlap_signal") +
                             expm1(-0.5 * table_at(&table, row, "t"))));
    sgdl_table_free(&table);
    return gap;
}

static void the_gap_to_a_stream_is_inverse_to_the_samples(void **unused)
{
    (void)unused;
    const double few = gap_to_stream("50"), many = gap_to_stream("250");
    assert_close(few, .0054, 1e-4, 0, "gap at ratio 50");
    assert_close(few / many, 5, 0.2, 0, "ratio of the gaps");
}

static void very_many_samples_are_a_stream(void **unused)
{
    (void)unused;
    static const char text[] =
        "loss: least-squares, learning_rate: {schedule: polynomial, value: 0.5, tau: 4, power: "
        "0.5}, time: 12, ridge: 0.01, batch: 2, output: {points: 7}, label_noise: 0.1, classes: "
        "[{weight: 0.3, label: 1, covariance: {family: power-law, exponent: 1.2}, mean: {family: "
        "constant}}, {weight: 0.7, label: -1, mean: {family: opposite, of: 1}}]";
    char stated[1000];
    (void)snprintf(stated, sizeof stated, "{%s}", text);
    sgdl_table_t stream = solve_text(stated);
    (void)snprintf(stated, sizeof stated, "{data: {ratio: 1e5}, %s}", text);
    sgdl_table_t fixed = solve_text(stated);
    assert_int_equal(fixed.rows, stream.rows);
    for (size_t row = 0; row < fixed.rows; row++) {
        assert_close(table_at(&fixed, row, "risk"), table_at(&stream, row, "risk"), 1e-4, 0,
                     "risk");
        assert_close(table_at(&fixed, row, "error"), table_at(&stream, row, "error"), 1e-4, 0,
                     "error");
        assert_close(table_at(&fixed, row, "train_error"), table_at(&stream, row, "error"), 0.03, 0,
                     "train_error");
        assert_close(table_at(&fixed, row, "learning_rate"),
                     table_at(&stream, row, "learning_rate"), 1e-12, 0, "learning_rate");
        assert_close(table_at(&fixed, row, "cos_1"), table_at(&stream, row, "cos_1"), 1e-4, 0,
                     "cos_1");
        assert_close(table_at(&fixed, row, "var_2"), table_at(&stream, row, "var_2"), 2e-4, 0,
                     "var_2");
    }
    sgdl_table_free(&stream);
    sgdl_table_free(&fixed);
}

/* ---- paths that are sampled ------------------------------------------------------------------ */

static const twenty_t logistic_pair = {2,
                                       LOGISTIC_PAIR
                                       "data: {ratio: 1.5}\nlearning_rate: 0.5\nridge: 0.02\n"
                                       "batch: full\noutput: {times: [5, 20]}\n",
                                       PAIR_PROFILES, NULL};

static void full_batches_of_a_logistic_loss(void **unused)
{
    (void)unused;
    sgdl_problem_t *problem = twenty_problem(&logistic_pair);
    sgdl_plan_t plan = sgdl_plan_default();
    plan.paths = 512;
    sgdl_table_t table = solve_with(problem, &plan, SGDL_OK);
    assert_column(&table, "mean_1", (double[]){.79871, 1.64813}, 2, 6e-3);
    assert_column(&table, "mean_2", (double[]){-.35231, -.74614}, 2, 6e-3);
    assert_column(&table, "var_1", (double[]){.33666, 1.28431}, 2, 2e-2);
    assert_column(&table, "norm2", (double[]){.70462, 3.17752}, 2, 3e-2);
    assert_column(&table, "risk", (double[]){.51637, .43264}, 2, 2e-3);
    assert_column(&table, "error", (double[]){.21212, .19519}, 2, 2e-3);
    assert_column(&table, "train_risk", (double[]){.40855, .24902}, 2, 2e-3);
    for (size_t row = 0; row < 2; row++) {
        const double risk = table_at(&table, row, "risk_se");
        assert_true(risk > 0 && risk < 1e-3);
        assert_true(table_at(&table, row, "train_risk_se") > 0);
    }
    assert_non_null(strstr(sgdl_table_value(&table, "solver"), "512 paths a class, 8 replicates"));
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
}

static void threads_change_no_byte(void **unused)
{
    (void)unused;
    sgdl_problem_t *problem = parse_problem(
        "{data: {ratio: 1.5}, learning_rate: 1, time: 2, output: {points: 3}, classes: [{label: "
        "1, mean: {family: constant}}, {label: 0, mean: {family: opposite, of: 1}}]}");
    sgdl_plan_t plan = sgdl_plan_default();
    plan.paths = 300;
    plan.threads = 1;
    sgdl_table_t one = solve_with(problem, &plan, SGDL_OK);
    plan.threads = 3;
    sgdl_table_t three = solve_with(problem, &plan, SGDL_OK);
    assert_int_equal(one.rows, three.rows);
    assert_memory_equal(one.value, three.value, one.rows * one.columns * sizeof *one.value);
    sgdl_table_free(&one);
    sgdl_table_free(&three);
    sgdl_problem_free(problem);
}

/* ---- columns and curves ---------------------------------------------------------------------- */

static void columns_are_in_order(void **unused)
{
    (void)unused;
    static const char *const wanted[] = {"curve",      "t",
                                         "epoch",      "flow",
                                         "risk",       "error",
                                         "train_risk", "train_error",
                                         "gap",        "learning_rate",
                                         "norm2",      "risk_1",
                                         "error_1",    "train_risk_1",
                                         "mean_1",     "var_1",
                                         "cos_1",      "overlap_signal",
                                         "cos_signal", "bias",
                                         "risk_se",    "train_risk_se"};
    sgdl_table_t table = solve_text(
        "{loss: least-squares, teacher: {signal: {family: constant}, labels: sign}, classes: "
        "[{mean: {family: constant}}], data: {ratio: 3}, batch: full, learning_rate: [0.1, 0.2], "
        "intercept: 1, time: 4, output: {points: 3}}");
    assert_int_equal(table.columns, sizeof wanted / sizeof *wanted);
    for (size_t c = 0; c < table.columns; c++)
        assert_string_equal(table.column[c], wanted[c]);
    assert_int_equal(table.rows, 6);
    for (size_t row = 0; row < 6; row++) {
        assert_close(table_at(&table, row, "curve"), row < 3 ? 0.1 : 0.2, 0, 0, "curve");
        assert_close(table_at(&table, row, "t"), 2.0 * (double)(row % 3), 0, 0, "t");
    }
    sgdl_table_free(&table);
}

/* A constant feature of the other sign: its weight changes sign, and nothing else. */
static void the_sign_of_an_intercept_tells_nothing(void **unused)
{
    (void)unused;
    sgdl_table_t table[2];
    for (size_t s = 0; s < 2; s++) {
        char text[500];
        (void)snprintf(text, sizeof text,
                       "{loss: least-squares, data: {ratio: 3}, batch: full, learning_rate: 0.1, "
                       "classes: [{weight: 0.3, label: 1}, {weight: 0.7, label: -1}], time: 5, "
                       "intercept: %d, output: {points: 2}}",
                       s == 0 ? 1 : -1);
        table[s] = solve_text(text);
    }
    assert_true(table_at(&table[0], 1, "bias") < 0);
    assert_int_equal(table[0].columns, table[1].columns);
    for (size_t c = 0; c < table[0].columns; c++)
        assert_close(table_at(&table[1], 1, table[0].column[c]),
                     table_at(&table[0], 1, table[0].column[c]), 1e-13, 1e-15, table[0].column[c]);
    sgdl_table_free(&table[0]);
    sgdl_table_free(&table[1]);
}

static void outputs_have_columns_of_their_own(void **unused)
{
    (void)unused;
    sgdl_table_t table =
        solve_text("{loss: least-squares, encoding: one-hot, data: {ratio: 3}, batch: full, "
                   "learning_rate: 0.1, time: 2, classes: [{label: 1, mean: {family: constant}}, "
                   "{label: 2, mean: {family: opposite, of: 1}}], output: {points: 2}}");
    assert_true(sgdl_table_find(&table, "mean_2_1") >= 0);
    assert_true(sgdl_table_find(&table, "cos_1_2") >= 0);
    assert_close(table_at(&table, 1, "mean_1_1"), table_at(&table, 1, "mean_2_2"), 1e-14, 0,
                 "mean by symmetry");
    sgdl_table_free(&table);
}

/* ---- errors, and ends that come early -------------------------------------------------------- */

static const char smooth[] =
    "{loss: least-squares, data: {ratio: 1.5}, learning_rate: 0.7, time: 6, classes: [{label: 1, "
    "mean: {family: constant}}, {label: -1, mean: {family: opposite, of: 1}}], output: {points: "
    "4}}";

static void accuracy_is_kept(void **unused)
{
    (void)unused;
    sgdl_problem_t *problem = parse_problem(smooth);
    sgdl_plan_t plan = sgdl_plan_default();
    plan.accuracy = 1e-9;
    sgdl_table_t best = solve_with(problem, &plan, SGDL_OK);
    for (int digits = 3; digits <= 7; digits += 2) {
        plan.accuracy = pow(10, -digits);
        plan.grid = digits == 5 ? 0.37 : 0; /* and by another grid */
        sgdl_table_t table = solve_with(problem, &plan, SGDL_OK);
        for (size_t row = 0; row < best.rows; row++) {
            assert_close(table_at(&table, row, "risk"), table_at(&best, row, "risk"), 0,
                         plan.accuracy, "risk");
            assert_close(table_at(&table, row, "train_risk"), table_at(&best, row, "train_risk"), 0,
                         plan.accuracy, "train_risk");
        }
        sgdl_table_free(&table);
    }
    sgdl_table_free(&best);
    sgdl_problem_free(problem);
}

static void memory_is_refused_before_it_is_taken(void **unused)
{
    (void)unused;
    sgdl_problem_t *problem = parse_problem(
        "{loss: least-squares, data: {ratio: 2}, batch: full, time: 100000, learning_rate: 0.1}");
    sgdl_error_t error = {0};
    sgdl_table_t table;
    sgdl_table_init(&table);
    assert_int_equal(sgdl_solve(problem, NULL, INTO(&table), &error), SGDL_ERR_INPUT);
    assert_string_equal(error.place, "--memory");
    assert_non_null(strstr(error.message, "--time"));
    assert_int_equal(table.rows, 0);
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
}

static volatile sig_atomic_t stop;
static double stop_at, latest;

static void watch(void *context, double fraction, double t)
{
    (void)context, (void)t;
    assert_true(fraction >= latest - 1e-12 && fraction <= 1 + 1e-12);
    latest = fraction;
    stop = stop || fraction > stop_at;
}

/* In the first pass some rows, of a later one all of them. */
static void interruptions_keep_rows(void **unused)
{
    (void)unused;
    static const char *const texts[] = {
        "{loss: least-squares, data: {ratio: 2}, batch: full, time: 400, learning_rate: 0.1, "
        "output: {points: 41}}",
        "{loss: least-squares, data: {ratio: 2}, time: 10, learning_rate: 0.5, output: {points: "
        "41}}"};
    for (size_t i = 0; i < 2; i++) {
        sgdl_problem_t *problem = parse_problem(texts[i]);
        sgdl_plan_t plan = sgdl_plan_default();
        sgdl_table_t whole = solve_with(problem, &plan, SGDL_OK);
        stop = 0;
        stop_at = 0.5;
        latest = 0;
        plan.watch = (sgdl_watch_t){.stop = &stop, .progress = watch};
        sgdl_table_t table = solve_with(problem, &plan, SGDL_ERR_INTERRUPTED);
        assert_true(table.rows > 3);
        assert_true(i == 0 ? table.rows < 41 : table.rows == 41);
        const char *ended = sgdl_table_value(&table, "curve_1_ended");
        assert_non_null(ended);
        assert_true((strstr(ended, "accuracy was worked on") != NULL) == (i == 1));
        for (size_t row = 0; row < table.rows; row++)
            assert_close(table_at(&table, row, "risk"), table_at(&whole, row, "risk"),
                         i == 0 ? 0 : 1e-3, 0, "risk");
        sgdl_table_free(&table);
        sgdl_table_free(&whole);
        sgdl_problem_free(problem);
    }
}

static void divergences_keep_rows(void **unused)
{
    (void)unused;
    static const char *const texts[] = {
        "{loss: least-squares, data: {ratio: 2}, batch: full, time: 100, learning_rate: [0.1, 5], "
        "output: {points: 51}}",
        "{loss: least-squares, data: {ratio: 2}, time: 60, learning_rate: [0.1, 4], output: "
        "{points: 31}}"};
    for (size_t i = 0; i < 2; i++) {
        sgdl_problem_t *problem = parse_problem(texts[i]);
        sgdl_table_t table = solve_with(problem, NULL, SGDL_ERR_DIVERGED);
        const size_t points = i == 0 ? 51 : 31;
        assert_true(table.rows > points + 1 && table.rows < 2 * points);
        assert_non_null(sgdl_table_value(&table, "curve_2_ended"));
        assert_null(sgdl_table_value(&table, "curve_1_ended"));
        for (size_t row = 0; row < table.rows; row++)
            assert_true(isfinite(table_at(&table, row, "risk")));
        sgdl_table_free(&table);
        sgdl_problem_free(problem);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_batches_of_three_classes),
        cmocka_unit_test(many_samples_of_three_classes),
        cmocka_unit_test(small_batches_of_a_linear_teacher),
        cmocka_unit_test(gradient_flow_of_a_linear_teacher),
        cmocka_unit_test(diffusions_equal_small_batches),
        cmocka_unit_test(the_gap_to_a_stream_is_inverse_to_the_samples),
        cmocka_unit_test(very_many_samples_are_a_stream),
        cmocka_unit_test(full_batches_of_a_logistic_loss),
        cmocka_unit_test(threads_change_no_byte),
        cmocka_unit_test(columns_are_in_order),
        cmocka_unit_test(the_sign_of_an_intercept_tells_nothing),
        cmocka_unit_test(outputs_have_columns_of_their_own),
        cmocka_unit_test(accuracy_is_kept),
        cmocka_unit_test(memory_is_refused_before_it_is_taken),
        cmocka_unit_test(interruptions_keep_rows),
        cmocka_unit_test(divergences_keep_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
