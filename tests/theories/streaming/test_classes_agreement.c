/* Least squares against unit vectors simulated: ensembles agree with the limit. */
#include "tests/curves.h"

#define ONE_HOT "{loss: least-squares, encoding: one-hot, learning_rate: 0.5, "
#define FOUR                                                                                       \
    "classes: [{weight: 0.4, label: 1, covariance: {family: power-law, exponent: 1.1}, mean: "     \
    "{family: gaussian, scale: 1.5}}, {weight: 0.3, label: 2, covariance: {family: power-law, "    \
    "exponent: 0.5}, mean: {family: power-law, exponent: 0.2}}, {weight: 0.2, label: 3, "          \
    "covariance: {family: zero-one, zero: 0.4}, mean: {family: gaussian}}, {weight: 0.1, label: "  \
    "4, covariance: {family: isotropic}, mean: {family: zero}}]}"
#define FIFTY(weights, covariance)                                                                 \
    "classes: {count: 50, weights: " weights ", covariance: " covariance                           \
    ", mean: {family: gaussian}}}"

static void four_classes_agree(void **unused)
{
    (void)unused;
    assert_agrees_with_runs(ONE_HOT "dimension: 400, time: 20, output: {points: 6}, " FOUR,
                            SGDL_KERNEL_FULL, 30);
    assert_agrees_with_runs(ONE_HOT
                            "dimension: 300, time: 8, output: {points: 5}, label_noise: 0.1, "
                            "intercept: 0.7, ridge: 0.1, batch: 2, start: {norm2: 0.5}, " FOUR,
                            SGDL_KERNEL_COLLAPSED, 16);
}

/* The risk alone: outputs that a draw of means has correlated leave their error unknown. */
static void fifty_classes_agree(void **unused)
{
    (void)unused;
    assert_agrees_with_runs(ONE_HOT "dimension: 500, time: 10, output: {points: 5}, " FIFTY(
                                "uniform", "{family: isotropic}"),
                            SGDL_KERNEL_FULL, 10);
    assert_agrees_with_runs(
        ONE_HOT "dimension: 800, time: 6, output: {points: 4}, label_noise: 0.1, " FIFTY(
            "'zipf:1.1'", "{family: isotropic}"),
        SGDL_KERNEL_COLLAPSED, 8);
    assert_agrees_with_runs(ONE_HOT "dimension: 500, time: 6, output: {points: 4}, " FIFTY(
                                "'zipf:1.1'", "{family: power-law, exponent: 0.5}"),
                            SGDL_KERNEL_FULL, 10);
    assert_agrees_with_runs(ONE_HOT "dimension: 600, time: 6, output: {points: 4}, " FIFTY(
                                "uniform", "{family: zero-one, zero: 0.3}"),
                            SGDL_KERNEL_FULL, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_classes_agree),
        cmocka_unit_test(fifty_classes_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
