/* Long runs: exponents, convergence in d and in the quadrature, every example to t = 1e8. */
#include "tests/curves.h"
#include "src/problem/problem.h"

#include <dirent.h>
#include <string.h>
#include "tests/examples.h"

#define PAIR                                                                                       \
    "classes: [{covariance: {family: power-law, exponent: %g}, mean: {family: power-law, "         \
    "exponent: %g}}, {covariance: {family: power-law, exponent: %g}, mean: {family: opposite, "    \
    "of: 1}}]}"

/* |R(t) - R_inf| ~ t^-theta, theta = |1 - (2 beta + 1)/alpha|: least squares, both sides. */
static void exponents_follow_the_law(void **unused)
{
    (void)unused;
    static const double cases[][2] = {{2, 0},       {3, 0.25},   {2, -0.25}, {4, 0},
                                      {1.5, -0.25}, {0.5, 0},    {1, 0.25},  {0.8, 0.25},
                                      {1.2, 0.5},   {0.4, -0.1}, {1.4, 0.35}};
    for (size_t v = 0; v < sizeof cases / sizeof cases[0]; v++) {
        double alpha = cases[v][0], beta = cases[v][1], gamma = 0.5;
        double theta = fabs(1 - (2 * beta + 1) / alpha), limit = 0;
        if (alpha < 2 * beta + 1) {
            double M = 1 / (2 * beta + 1 - alpha);
            limit = 0.5 / (1 + M) / (1 - gamma / (1 + alpha) / 2);
        }
        double t = pow(10, fmin(5.5 / theta, 16));
        char text[1024];
        (void)snprintf(text, sizeof text,
                       "{loss: least-squares, learning_rate: %g, tolerance: {relative: 1.0e-10, "
                       "absolute: 1.0e-14}, output: {times: [%.17e, %.17e]}, " PAIR,
                       gamma, t / 10, t, alpha, beta, alpha);
        sgdl_table_t table = solve_text(text);
        double found = -log10(fabs(table_at(&table, 1, "risk") - limit) /
                              fabs(table_at(&table, 0, "risk") - limit));
        assert_close(found, theta, 0.01, 0, text);
        sgdl_table_free(&table);
    }
}

/* The limit at two tolerances and at two resolutions of its quadrature. */
static void limit_agrees_with_itself(void **unused)
{
    (void)unused;
    static const double cases[][2] = {{0.5, 0}, {1.1, 0}, {1.5, -0.45}, {0.3, -0.45}, {1, 0.5}};
    static const char *const losses[] = {"logistic", "least-squares"};
    for (int l = 0; l < 2; l++)
        for (size_t v = 0; v < sizeof cases / sizeof cases[0]; v++) {
            sgdl_table_t table[3];
            for (int which = 0; which < 3; which++) {
                char text[1024];
                (void)snprintf(text, sizeof text,
                               "{loss: %s, learning_rate: 0.8, tolerance: {relative: %s, absolute: "
                               "1.0e-15}, time: 1.0e+6, output: {points: 31, spacing: log}, " PAIR,
                               losses[l], which == 1 ? "1.0e-12" : "1.0e-10", cases[v][0],
                               cases[v][1], cases[v][0]);
                table[which] =
                    solve_expecting(text, which == 2 ? 2 : 1, SGDL_LINEAR_STRUCTURED, SGDL_OK);
            }
            for (size_t row = 0; row < table[0].rows; row++)
                for (int which = 1; which < 3; which++)
                    assert_close(table_at(&table[0], row, "risk"),
                                 table_at(&table[which], row, "risk"), 1e-9, 0,
                                 which == 1 ? "tolerance" : "quadrature");
            for (int which = 0; which < 3; which++)
                sgdl_table_free(&table[which]);
        }
}

/* Largest deviation of the risk at dimension d from the limit over 0 < t <= 50. */
static double deviation(double d, double alpha, double beta, const char *loss)
{
    sgdl_table_t table[2];
    for (int which = 0; which < 2; which++) {
        char text[1024], dimension[32];
        (void)snprintf(dimension, sizeof dimension, "%.0f", d);
        (void)snprintf(text, sizeof text,
                       "{loss: %s, dimension: %s, learning_rate: 0.8, tolerance: {relative: "
                       "1.0e-10}, time: 50, output: {points: 11}, " PAIR,
                       loss, which ? dimension : "inf", alpha, beta, alpha);
        table[which] = solve_text(text);
    }
    double largest = 0;
    for (size_t row = 0; row < table[0].rows; row++)
        largest = fmax(largest,
                       fabs(table_at(&table[0], row, "risk") - table_at(&table[1], row, "risk")));
    sgdl_table_free(&table[0]);
    sgdl_table_free(&table[1]);
    return largest;
}

static void finite_dimension_converges_at_its_order(void **unused)
{
    (void)unused;
    static const double cases[][2] = {{1.1, 0}, {0.6, 0.5}, {1.5, -0.2}, {1.1, -0.35}};
    static const char *const losses[] = {"logistic", "least-squares"};
    for (int l = 0; l < 2; l++)
        for (size_t v = 0; v < sizeof cases / sizeof cases[0]; v++) {
            double alpha = cases[v][0], beta = cases[v][1], order = fmin(1, 1 + 2 * beta);
            double at_100 = deviation(100, alpha, beta, losses[l]);
            double at_1000 = deviation(1000, alpha, beta, losses[l]);
            double at_10000 = deviation(10000, alpha, beta, losses[l]);
            assert_true(at_100 > at_1000);
            assert_close(log10(at_1000 / at_10000), order, 0.06, 0, losses[l]);
        }
}

/* Every example reaches t = 1e8, with finite risks that never rise at the end of a curve. */
static void examples_reach_long_times(void **unused)
{
    (void)unused;
    const char *source = getenv("SGDLIMIT_SOURCE");
    char folder[2048], path[4096];
    (void)snprintf(folder, sizeof folder, "%s/examples", source ? source : ".");
    DIR *stream = opendir(folder);
    assert_non_null(stream);
    int examples = 0;
    for (struct dirent *entry; (entry = readdir(stream));) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (!example_is_of(path, "mixture"))
            continue;
        /* without friction at last the modes swing for ever: steps grow like t, not log t */
        const bool swings = strcmp(entry->d_name, "momentum.yaml") == 0;
        const sgdl_flag_value_t flags[] = {
            {"time", swings ? "1e4" : "1e8"}, {"output-points", "40"}, {"output-spacing", "log"}};
        sgdl_problem_t *problem = sgdl_problem_new();
        sgdl_error_t error = {0};
        sgdl_table_t table;
        sgdl_plan_t options = sgdl_plan_default();
        sgdl_table_init(&table);
        if (sgdl_problem_read(problem, path, flags, 3, &error) != SGDL_OK ||
            sgdl_solve(problem, &options, INTO(&table), &error) != SGDL_OK)
            fail_msg("%s: %s %s", path, error.place, error.message);
        assert_int_equal(table.rows, 40 * problem->rates);
        for (size_t row = 0; row < table.rows; row++)
            assert_true(isfinite(table_at(&table, row, "risk")));
        sgdl_table_free(&table);
        sgdl_problem_free(problem);
        examples++;
    }
    (void)closedir(stream);
    assert_true(examples >= 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exponents_follow_the_law),
        cmocka_unit_test(limit_agrees_with_itself),
        cmocka_unit_test(finite_dimension_converges_at_its_order),
        cmocka_unit_test(examples_reach_long_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
