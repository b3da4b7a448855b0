/* Softmax simulated: ensembles agree with the limit, both kernels, with all that a step may have
 * beside its gradient. */
#include "tests/curves.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define THREE                                                                                      \
    "classes: [{weight: 0.3, label: 1, covariance: {family: power-law, exponent: 1.1}, mean: "     \
    "{family: gaussian, scale: 1.5}}, {weight: 0.5, label: 2, covariance: {family: power-law, "    \
    "exponent: 0.5}, mean: {family: power-law, exponent: 0.2}}, {weight: 0.2, label: 3, "          \
    "covariance: {family: zero-one, zero: 0.4}, mean: {family: gaussian}}]"
#define TEN(covariance)                                                                            \
    "classes: {count: 10, weights: 'zipf:1.1', covariance: " covariance ", mean: {family: "        \
    "gaussian}}"

static void assert_agrees(const char *keys, sgdl_kernel_t kernel, size_t runs)
{
    char text[2048];
    (void)snprintf(text, sizeof text, "{loss: softmax, %s}", keys);
    assert_agrees_with_runs(text, kernel, runs);
}

/* Three labels, covariances that are different in all directions. */
static void three_labels_agree(void **unused)
{
    (void)unused;
    static const char *const keys[] = {
        "dimension: 500, learning_rate: 0.8, time: 20, output: {points: 11}, " THREE,
        "dimension: 300, learning_rate: 0.8, time: 10, output: {points: 6}, batch: 3, label_noise: "
        "0.1, intercept: 0.7, ridge: 0.1, momentum: 0.5, gradient_noise: 0.3, start: {norm2: "
        "0.5}, " THREE,
        "dimension: 300, learning_rate: {schedule: adagrad-norm, eta: 1, b0: 0.5}, time: 10, "
        "output: {points: 6}, " THREE,
        "dimension: 300, learning_rate: {schedule: polyak, factor: 0.8, risk_min: 0.1}, time: 4, "
        "output: {points: 5}, " THREE,
        "dimension: 200, learning_rate: {schedule: line-search}, time: 3, output: {points: "
        "4}, " THREE};
    for (size_t v = 0; v < COUNT(keys); v++)
        assert_agrees(keys[v], SGDL_KERNEL_FULL, v == 0 ? 30 : 12);
    assert_agrees(keys[1], SGDL_KERNEL_COLLAPSED, 12);
}

static void ten_labels_agree(void **unused)
{
    (void)unused;
    assert_agrees("dimension: 400, learning_rate: 0.8, time: 6, output: {points: 4}, " TEN(
                      "{family: power-law, exponent: 0.8}"),
                  SGDL_KERNEL_FULL, 12);
    assert_agrees("dimension: 2000, learning_rate: 0.8, time: 6, output: {points: 4}, " TEN(
                      "{family: isotropic}"),
                  SGDL_KERNEL_COLLAPSED, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_labels_agree),
        cmocka_unit_test(ten_labels_agree),
    };
    return cmocka_run_group_tests_name("softmax_agreement", tests, NULL, NULL);
}
