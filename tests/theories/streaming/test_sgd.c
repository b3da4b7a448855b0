/* The two kernels: against plain SGD, against each other, against a closed form. */
#include "tests/curves.h"

#include <string.h>

#include "tests/plain_sgd.h"
#include "tests/same_law.h"

/* ---- plain SGD ------------------------------------------------------------------------------ */

#define MIXED                                                                                      \
    "classes: [{weight: 0.3, label: 1, covariance: {family: isotropic, scale: 0.7}, mean: "        \
    "{family: gaussian}}, {weight: 0.5, label: 2, covariance: {family: zero-one, zero: [0.5, 1], " \
    "scale: 1.5}, mean: {family: constant, scale: 0.5}}, {weight: 0.2, label: 3, covariance: "     \
    "{family: power-law, exponent: 1}, mean: {family: zero}}]"

static const char *const streamed[] = {
    "{dimension: 600, time: 0.2, learning_rate: 0.9}",
    "{dimension: 20, time: 5, learning_rate: 0.9, start: {norm2: 2}}",
    "{dimension: 1, time: 9, loss: least-squares, learning_rate: 0.1}",
    "{dimension: 1400, time: 0.1, ridge: 0.4, batch: 3, intercept: 0.5, label_noise: 0.1, "
    "start: {norm2: 1}, classes: [{weight: 0.7, label: 1, covariance: {family: zero-one, zero: "
    "[0.5, 1]}}, "
    "{weight: 0.3, label: 0, covariance: {family: isotropic}, mean: {family: opposite, of: 1}}]}",
    "{dimension: 1024, time: 0.2, loss: least-squares, encoding: one-hot, label_noise: 0.3, "
    "ridge: 0.1, " MIXED "}",
    "{dimension: 160, time: 1, loss: least-squares, encoding: one-hot, batch: 5, intercept: 2, "
    "learning_rate: {schedule: polynomial, value: 0.5, tau: 0.3, power: 0.5}, start: {norm2: "
    "0.5}, " MIXED "}",
};

static void full_kernel_is_plain_sgd(void **unused)
{
    (void)unused;
    for (size_t c = 0; c < sizeof streamed / sizeof streamed[0]; c++)
        assert_full_is_plain(streamed[c], 1, assert_same_moments);
}

/* ---- the collapsed kernel against the full one ---------------------------------------------- */

#define THREE                                                                                      \
    "loss: least-squares, encoding: one-hot, classes: [{weight: 0.3, label: 1, covariance: "       \
    "{family: zero-one, zero: 0.4}, mean: {family: gaussian}}, {weight: 0.5, label: 2, "           \
    "covariance: {family: isotropic, scale: 0.6}, mean: {family: gaussian, scale: 1.5}}, "         \
    "{weight: "                                                                                    \
    "0.2, label: 3, covariance: {family: zero-one, zero: [0.3, 0.7]}, mean: {family: power-law, "  \
    "exponent: 0.5}}]"
#define ZERO_ONE                                                                                   \
    "classes: [{weight: 0.6, label: 1, covariance: {family: zero-one, zero: 0.5}, mean: {family: " \
    "gaussian, scale: 2, on: [0.25, 1]}}, {weight: 0.4, label: 0, covariance: {family: zero-one, " \
    "zero: [0.25, 0.75]}, mean: {family: opposite, of: 1}}]"

static void collapsed_has_the_law_of_full_at_20(void **unused)
{
    (void)unused;
    static const char *const cases[] = {
        "{dimension: 20, learning_rate: 2, output: {times: [0, 0.5, 3]}}",
        "{dimension: 20, learning_rate: 2, start: {norm2: 1.5}, batch: 4, ridge: 0.3, intercept: "
        "1, label_noise: 0.2, output: {times: [0, 0.05, 3]}, " ZERO_ONE "}",
        "{dimension: 20, learning_rate: 0.7, output: {times: [0, 0.1, 2]}, " THREE "}",
        "{dimension: 20, learning_rate: 0.7, batch: 2, ridge: 0.2, start: {norm2: 1}, intercept: "
        "1, label_noise: 0.1, output: {times: [0, 0.1, 2]}, " THREE "}",
        "{dimension: 20, learning_rate: 1, batch: 7, output: {times: [0, 0.1, 2]}, " THREE "}",
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++)
        assert_same_law(cases[c], 2000);
}

/* Groups with fewer directions than classes and outputs: nothing is left over in some of them. */
static void collapsed_has_the_law_of_full_in_small_groups(void **unused)
{
    (void)unused;
    static const char *const cases[] = {
        "{dimension: 1, learning_rate: 1, output: {times: [0, 1, 5]}}",
        "{dimension: 2, learning_rate: 1, start: {norm2: 1}, output: {times: [0, 1, 5]}}",
        "{dimension: 7, learning_rate: 0.3, start: {norm2: 1}, batch: 2, output: {times: [0, 1, "
        "3]}, " THREE "}",
        "{dimension: 13, learning_rate: 0.5, start: {norm2: 1}, batch: 5, output: {times: [0, 1, "
        "3]}, " THREE "}",
        "{dimension: 10, learning_rate: 0.5, output: {times: [0, 1, 3]}, classes: [{covariance: "
        "{family: power-law, exponent: 1}}, {covariance: {family: isotropic}, mean: {family: "
        "opposite, of: 1}}]}",
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++)
        assert_same_law(cases[c], 2000);
}

static void collapsed_has_the_law_of_full_at_2000(void **unused)
{
    (void)unused;
    static const char *const cases[] = {
        "{dimension: 2000, learning_rate: 2, output: {times: [0, 0.2, 1]}, " ZERO_ONE "}",
        "{dimension: 2000, learning_rate: 0.8, batch: 2, start: {norm2: 1}, output: {times: [0, "
        "0.1, 0.4]}, " THREE "}",
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++)
        assert_same_law(cases[c], 200);
}

/* Without variance nothing is random but the order of the classes: the same numbers. */
static void kernels_agree_without_variance(void **unused)
{
    (void)unused;
    sgdl_problem_t *problem =
        parse_problem("{dimension: 50, time: 4, classes: [{covariance: {family: zero-one, zero: "
                      "[0, 1]}, mean: {family: gaussian}}, {covariance: {family: zero-one, zero: "
                      "[0, 1]}, mean: {family: power-law, exponent: 1}}], intercept: 1, ridge: "
                      "0.1, output: {points: 9}}");
    sgdl_plan_t options[2];
    simulation_t full, collapsed;
    run_simulation(&full, problem, &options[0], SGDL_KERNEL_FULL, 3);
    run_simulation(&collapsed, problem, &options[1], SGDL_KERNEL_COLLAPSED, 3);
    size_t row = problem->plan.points - 1, width = full.sgd.readout.count;
    for (size_t run = 0; run < 3; run++)
        for (size_t p = 0; p <= row; p++)
            for (size_t q = 0; q < width; q++)
                assert_close(ensemble_row(&collapsed.ensemble, 0, run, p)[q],
                             ensemble_row(&full.ensemble, 0, run, p)[q], 1e-13, 1e-12, "value");
    const double *first = ensemble_row(&full.ensemble, 0, 0, row);
    const double *second = ensemble_row(&full.ensemble, 0, 1, row);
    assert_true(first[width - 1] != second[width - 1] || first[width - 2] != second[width - 2]);
    simulation_free(&full);
    simulation_free(&collapsed);
    sgdl_problem_free(problem);
}

/* A given start, read before the first step: by definition, by both kernels. */
static void given_start_is_read_exactly(void **unused)
{
    (void)unused;
    static const char *const mixtures[] = {ZERO_ONE, THREE};
    for (size_t c = 0; c < 2; c++) {
        char text[1024];
        (void)snprintf(text, sizeof text, "{dimension: 23, time: 1, %s}", mixtures[c]);
        sgdl_problem_t *problem = parse_problem(text);
        size_t count = 23 * problem->targets.outputs;
        double *start = calloc(count, sizeof *start);
        problem->start = problem->start_list = start;
        problem->start_norm2 = NAN;
        for (size_t e = 0; e < count; e++)
            start[e] = sin((double)(e * e));
        static plain_t plain;
        double values[2][128];
        moments_t found = {.m = values[0], .B = values[0] + 64};
        moments_t expected = {.m = values[1], .B = values[1] + 64};
        plain_init(&plain, problem, 0);
        plain_read(&plain, &expected);
        const kernel_t *const kernels[] = {&kernel_full, &kernel_collapsed};
        for (size_t k = 0; k < 2; k++) {
            void *model, *state;
            assert_int_equal(kernels[k]->prepare(&plain.experiment, &model, NULL), SGDL_OK);
            assert_int_equal(kernels[k]->begin(model, 0, 0, &state), SGDL_OK);
            kernels[k]->read(state, &found);
            assert_same_moments(&plain.experiment, &found, &expected, 1e-12);
            kernels[k]->end(state);
            kernels[k]->discard(model);
        }
        plain_free(&plain);
        sgdl_problem_free(problem);
    }
}

/* ---- closed form ---------------------------------------------------------------------------- */

/* Least squares is linear in X: at any d, E m_k = m_inf (1 - (1 - (gamma/d)(M2 + c))^k). */
static void mean_follows_the_closed_form(void **unused)
{
    (void)unused;
    sgdl_problem_t *problem =
        parse_problem("{dimension: 6, loss: least-squares, learning_rate: 0.3, time: 4, classes: "
                      "[{covariance: {family: isotropic, scale: 0.8}, mean: {family: constant, "
                      "scale: 0.6}}, {covariance: {family: isotropic, scale: 0.8}, mean: {family: "
                      "opposite, of: 1}}], output: {points: 5}}");
    enum { RUNS = 20000 };
    double M2 = 0.36, c = 0.8;
    for (int kernel = SGDL_KERNEL_FULL; kernel <= SGDL_KERNEL_COLLAPSED; kernel++) {
        sgdl_plan_t options;
        simulation_t simulation;
        run_simulation(&simulation, problem, &options, (sgdl_kernel_t)kernel, RUNS);
        for (size_t row = 1; row < problem->plan.points; row++) {
            sample_t m = sample_of(&simulation, 0, RUNS, row, READOUT_FIRST_CLASS);
            double expected =
                M2 / (M2 + c) * (1 - pow(1 - 0.3 / 6 * (M2 + c), (double)simulation.steps[row]));
            assert_close(m.mean, expected, 4.5 * sqrt(m.variance / m.runs), 0, "E m");
        }
        simulation_free(&simulation);
    }
    sgdl_problem_free(problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_kernel_is_plain_sgd),
        cmocka_unit_test(collapsed_has_the_law_of_full_at_20),
        cmocka_unit_test(collapsed_has_the_law_of_full_in_small_groups),
        cmocka_unit_test(collapsed_has_the_law_of_full_at_2000),
        cmocka_unit_test(kernels_agree_without_variance),
        cmocka_unit_test(given_start_is_read_exactly),
        cmocka_unit_test(mean_follows_the_closed_form),
    };
    return cmocka_run_group_tests_name("sgd", tests, NULL, NULL);
}
