/* Where softmax ends on fixed data: against the logistic loss, a recursion that has ended, and what
 * its equations say of themselves. */
#include <string.h>

#include "tests/theories/fixed_data/stage.h"

#include "src/theories/fixed_data/limit/minimiser.h"
#include "src/theories/fixed_data/limit/sample_softmax.h"

/* ---- two labels: the logistic loss of r = r_2 - r_1 at twice the ridge, at the same minimum
 * ------ */

#define PAIR(first, second)                                                                        \
    "data: {ratio: 1.4}\nlabel_noise: 0.1\nbatch: full\nlearning_rate: 0.1\nclasses:\n"            \
    "  - {weight: 0.35, label: " first ", covariance: {family: power-law, exponent: 0.8}, mean: "  \
    "{family: constant}}\n"                                                                        \
    "  - {weight: 0.65, label: " second                                                            \
    ", covariance: {family: isotropic, scale: 0.6}, mean: {family: constant, scale: -0.5}}\n"

static sgdl_table_t limit_table(const char *text)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_plan_t plan = sgdl_plan_default();
    sgdl_table_t table;
    sgdl_error_t error = {0};
    plan.threads = 1;
    sgdl_table_init(&table);
    if (sgdl_limit_table(problem, &plan, INTO(&table), &error) != SGDL_OK)
        fail_msg("%s\n%s", error.message, text);
    sgdl_problem_free(problem);
    return table;
}

static void two_labels_end_as_the_logistic_loss(void **state)
{
    (void)state;
    static const struct {
        const char *softmax, *logistic;
    } ridges[] = {{"ridge: 0.04\n", "ridge: 0.02\n"},
                  {"ridge: 0.04\nintercept: 0.6\n", "ridge: 0.02\nintercept: 0.6\n"},
                  {"ridge: 0.002\nintercept: 0.3\n", "ridge: 0.001\nintercept: 0.3\n"}};
    for (size_t e = 0; e < sizeof ridges / sizeof *ridges; e++) {
        char text[768];
        (void)snprintf(text, sizeof text, PAIR("1", "2") "loss: softmax\n%s", ridges[e].softmax);
        sgdl_table_t softmax = limit_table(text);
        (void)snprintf(text, sizeof text, PAIR("0", "1") "loss: logistic\n%s", ridges[e].logistic);
        sgdl_table_t logistic = limit_table(text);
        const double tolerance = e < 2 ? 2e-8 : 1e-6;
        for (size_t c = 0; c < 3; c++) {
            static const char *const names[] = {"risk", "error", "train_risk"};
            assert_close(table_at(&softmax, 0, names[c]), table_at(&logistic, 0, names[c]),
                         tolerance, tolerance, names[c]);
        }
        assert_close(table_at(&softmax, 0, "train_error"), table_at(&logistic, 0, "train_error"),
                     3e-4, 0, "train_error");
        assert_close(2 * table_at(&softmax, 0, "norm2"), table_at(&logistic, 0, "norm2"), 0,
                     tolerance, "norm2");
        assert_close(table_at(&softmax, 0, "mean_2_2") - table_at(&softmax, 0, "mean_2_1"),
                     table_at(&logistic, 0, "mean_2"), tolerance, tolerance, "mean_2");
        assert_close(4 * table_at(&softmax, 0, "var_1_1"), table_at(&logistic, 0, "var_1"), 0,
                     tolerance, "var_1");
        assert_true(table_at(&softmax, 0, "risk_se") == 0);
        sgdl_table_free(&softmax);
        sgdl_table_free(&logistic);
    }
}

/* ---- several labels: a recursion that has ended ------------------------------------------------
 */

#define CLASSES(third)                                                                             \
    "data: {ratio: 1.5}\nloss: softmax\nridge: 0.05\nlearning_rate: 0.8\nbatch: full\nclasses:\n"  \
    "  - {weight: 0.3, label: 1, covariance: {family: power-law, exponent: 1.1}, mean: {family: "  \
    "constant}}\n"                                                                                 \
    "  - {weight: 0.45, label: 2, covariance: {family: isotropic}, mean: {family: constant, "      \
    "scale: -1.2}}\n"                                                                              \
    "  - {weight: " third                                                                          \
    ", label: 3, covariance: {family: isotropic, scale: 0.7}, mean: {family: "                     \
    "gaussian}}\n"
#define FOURTH                                                                                     \
    "  - {weight: 0.1, label: 4, covariance: {family: isotropic, scale: 0.5}, mean: {family: "     \
    "gaussian}}\n"

enum { ENOUGH = 40 };

static void check_ended(const char *text, size_t paths)
{
    const timeline_step_t step = {
        .rate = 0.8, .momentum = 0.7, .ahead = 0.7, .chance = 1, .second = 1};
    stage_t stage;
    minimiser_t minimiser;
    sgdl_error_t error = {0};
    double se[2];
    begin(&stage, text, ENOUGH, &step, &selection_full);
    run(&stage, NULL, paths, 2);
    stage.plan.threads = 1;
    assert_int_equal(minimiser_init(&minimiser, &stage.setup, &error), SGDL_OK);
    if (minimiser_softmax(&minimiser, 0.05, se, &error) != SGDL_OK)
        fail_msg("%s", error.message);
    assert_true(se[0] < 3e-4 && se[1] < 1e-4);
    const double *end_row = stage.rows + ENOUGH * stage.at.width;
    for (size_t j = 0; j < stage.at.width; j++) {
        const double found = minimiser.row[j];
        const double tolerance = j < stage.at.train_risk    ? 0.01 + 0.01 * fabs(found)
                                 : j < stage.at.train_error ? 0.002
                                                            : 0.015; /* decisions of few paths */
        assert_close(end_row[j], found, tolerance, 0, "ended");
    }
    minimiser_free(&minimiser);
    end(&stage);
}

static void three_labels_end_where_the_recursion_does(void **state)
{
    (void)state;
    check_ended(CLASSES("0.25"), 512);
}

static void four_labels_end_where_the_recursion_does(void **state)
{
    (void)state;
    check_ended(CLASSES("0.15") FOURTH, 256);
}

/* ---- averages: equal steps and Sobol's points
 * ---------------------------------------------------- */

static void steps_and_points_agree(void **state)
{
    (void)state;
    const timeline_step_t step = {.rate = 1, .chance = 1, .second = 1};
    const double m[] = {0.5, -0.8, 0.3};
    const double root[] = {1.2, 0, 0, -0.5, 0.9, 0, -0.7, -0.9, 0};
    const double give[] = {1.5, 0, 0, -0.9, 1.1, 0, -0.6, -1.1, 0};
    double room[2][3 + 9 + 9];
    softmax_average_t average[2];
    sgdl_error_t error = {0};
    stage_t stage;
    begin(&stage, CLASSES("0.25") "label_noise: 0.2\n", 1, &step, &selection_full);
    for (size_t k = 0; k < 2; k++) {
        sample_points_t points;
        const softmax_law_t law = {1, m, root, give};
        average[k] = (softmax_average_t){room[k], room[k] + 3, room[k] + 12};
        assert_int_equal(
            k ? sample_points_init_sobol(&points, 2, 1 << 16, 3, &error)
              : sample_points_init_steps(&points, 2, sample_points_step(3, root), &error),
            SGDL_OK);
        double *scratch = malloc(sample_softmax_scratch(3, points.count) * sizeof *scratch);
        sample_softmax(&stage.setup, &points, &law, scratch, &average[k]);
        free(scratch);
        sample_points_free(&points);
    }
    for (size_t j = 0; j < 21; j++)
        assert_close(room[0][j], room[1][j], 2e-5, 0, "averages");
    assert_close(average[0].risk, average[1].risk, 2e-5, 0, "risk");
    /* d E g/d m is the response: by a difference of m_1 */
    double other[21], moved[] = {m[0] + 1e-4, m[1], m[2]};
    softmax_average_t there = {other, other + 3, other + 12};
    sample_points_t points;
    const softmax_law_t law = {1, moved, root, give};
    assert_int_equal(sample_points_init_steps(&points, 2, sample_points_step(3, root), &error),
                     SGDL_OK);
    double *scratch = malloc(sample_softmax_scratch(3, points.count) * sizeof *scratch);
    sample_softmax(&stage.setup, &points, &law, scratch, &there);
    for (size_t l = 0; l < 3; l++)
        assert_close((other[l] - room[0][l]) / 1e-4, room[0][3 + l * 3], 1e-4, 0, "response");
    free(scratch);
    sample_points_free(&points);
    end(&stage);
}

static void without_a_ridge_it_is_refused(void **state)
{
    (void)state;
    sgdl_problem_t *problem = parse_problem(
        "data: {ratio: 1.5}\nloss: softmax\nbatch: full\nclasses: [{mean: {family: constant}}, "
        "{mean: {family: zero}}, {mean: {family: gaussian}}]\n");
    sgdl_plan_t plan = sgdl_plan_default();
    sgdl_table_t table;
    sgdl_error_t error = {0};
    sgdl_table_init(&table);
    assert_int_equal(sgdl_limit_table(problem, &plan, INTO(&table), &error), SGDL_ERR_INPUT);
    assert_string_equal(error.place, "ridge");
    assert_non_null(strstr(error.message, "above 0"));
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_labels_end_as_the_logistic_loss),
        cmocka_unit_test(three_labels_end_where_the_recursion_does),
        cmocka_unit_test(four_labels_end_where_the_recursion_does),
        cmocka_unit_test(steps_and_points_agree),
        cmocka_unit_test(without_a_ridge_it_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
