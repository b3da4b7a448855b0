/* Tables of `limit` of least squares in one direction. */
#include <string.h>

#include "tests/theories/diffusion/rates_of.h"

#define PROBLEM(second, fourth, noise)                                                             \
    "potential: {family: least-squares, second_moment: " second ", fourth_moment: " fourth         \
    ", noise: " noise "}\n"

static sgdl_table_t limit_of(const char *text)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_table_t table;
    sgdl_error_t error = {0};
    sgdl_table_init(&table);
    if (sgdl_limit_table(problem, NULL, INTO(&table), &error) != SGDL_OK)
        fail_msg("%s: %s", error.place, error.message);
    sgdl_problem_free(problem);
    return table;
}

static void assert_says(const sgdl_table_t *table, const char *key, const char *words)
{
    const char *text = sgdl_table_value(table, key);
    if (!text || !strstr(text, words))
        fail_msg("%s: %s\nwanted: %s", key, text ? text : "(no such note)", words);
}

static void gaussian_features(void **state)
{
    (void)state;
    sgdl_table_t table =
        limit_of(PROBLEM("1", "3", "1") "learning_rate: [0.3, 0.1]\nbatch: [1, 4]\n");
    assert_int_equal(table.rows, 4);
    assert_close(table_at(&table, 0, "p_1"), 1, 0, 0, "p_1");
    assert_close(table_at(&table, 0, "second_moment"), 0.2727272727, 0, 1e-9, "second moment");
    assert_close(table_at(&table, 0, "tail_exponent"), 5.305901, 0, 2e-7, "exponent");
    assert_close(table_at(&table, 0, "tail_exponent_sde"), 13.0 / 3, 0, 1e-12, "of the diffusion");
    assert_close(table_at(&table, 0, "stable_below"), 2.0 / 3, 0, 1e-12, "threshold");
    assert_close(table_at(&table, 0, "almost_surely_below"), 2.421250, 0, 5e-7, "threshold");
    assert_close(table_at(&table, 1, "batch"), 4, 0, 0, "batch");
    assert_close(table_at(&table, 1, "stable_below"), 2 / (1 + 2.0 / 4), 0, 1e-12, "threshold");
    assert_close(table_at(&table, 2, "tail_exponent"), 17.28, 0, 5e-4, "exponent");
    assert_close(table_at(&table, 0, "gap"), 1, 0, 1e-14, "gap");
    assert_close(table_at(&table, 0, "relaxation_steps"), 1 / 0.3, 0, 1e-12, "steps");
    assert_says(&table, "curve_1_tail", "Kesten's exponent, which is the answer");
    assert_says(&table, "features", "Gamma distributed");
    sgdl_table_free(&table);
}

/* The diffusion's mean loss is h/2 E e^2 of a Student law above the noise that stays, and cells see
 * the rate of the mean. */
static void the_diffusion(void **state)
{
    static const double h = 0.5, v = 0.3 - 0.25, s2 = 0.25, eta = 0.4, batch = 2;
    (void)state;
    sgdl_table_t table = limit_of(PROBLEM("0.5", "0.3", "0.5") "learning_rate: 0.4\nbatch: 2\n");
    const double alpha = eta * v / (2 * batch);
    const double moment = eta * s2 * h / (2 * batch) / (h - alpha);
    sgdl_problem_t *problem = parse_problem(PROBLEM("0.5", "0.3", "0.5"));
    const double least = landscape_slope(&problem->landscape, 0, 0);
    sgdl_problem_free(problem);
    assert_close(table_at(&table, 0, "mean_loss") - least, h / 2 * moment, 1e-15, 1e-10,
                 "mean loss");
    assert_close(table_at(&table, 0, "sharpness"), h, 0, 1e-12, "sharpness");
    assert_close(table_at(&table, 0, "gap"), h, 0, 1e-14, "gap");
    const char *cells = strstr(sgdl_table_value(&table, "gap_check"), "cells give ");
    assert_non_null(cells);
    assert_close(strtod(cells + strlen("cells give "), NULL), h, 0, 1e-7, "gap on cells");
    sgdl_table_free(&table);
}

static void unstable_rates(void **state)
{
    (void)state;
    sgdl_table_t table = limit_of(PROBLEM("1", "3", "1") "learning_rate: [0.7, 2.5]\n");
    for (size_t i = 0; i < 2; i++)
        assert_true(isinf(table_at(&table, i, "second_moment")));
    assert_true(table_at(&table, 0, "tail_exponent") < 2);
    assert_true(table_at(&table, 1, "tail_exponent") == 0);
    assert_true(isinf(table_at(&table, 1, "mean_loss")));
    assert_says(&table, "curve_1_tail", "without a second moment");
    assert_says(&table, "curve_2_tail", "not even almost surely stable");
    /* the continuous spectrum begins at (h + alpha)^2/(4 alpha), alpha = eta v/2 */
    assert_close(table_at(&table, 1, "gap"), 3.5 * 3.5 / 10, 0, 1e-12, "gap");
    sgdl_table_free(&table);
}

/* Features of one length: SGD on a parabola with constant noise. */
static void no_spread(void **state)
{
    (void)state;
    sgdl_table_t table = limit_of(PROBLEM("2", "4", "1") "learning_rate: 0.1\n");
    assert_true(isinf(table_at(&table, 0, "tail_exponent")));
    assert_close(table_at(&table, 0, "second_moment"), 0.2 / (4 - 0.4), 0, 1e-14, "second moment");
    assert_close(table_at(&table, 0, "gap"), 2, 0, 1e-14, "gap");
    assert_says(&table, "features", "no tail");
    sgdl_table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gaussian_features),
        cmocka_unit_test(the_diffusion),
        cmocka_unit_test(unstable_rates),
        cmocka_unit_test(no_spread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
