/* What is done to gradients, in the equations: noise, momentum, clipping, each in two ways. */
#include "tests/curves.h"

#include <string.h>

/* Two curves of the same columns, value by value. */
static void assert_same(const sgdl_table_t *found, const sgdl_table_t *expected, double relative,
                        const char *but, const char *text)
{
    assert_int_equal(found->rows, expected->rows);
    for (size_t c = 0; c < expected->columns; c++) {
        const char *name = expected->column[c];
        if (strcmp(name, but) == 0)
            continue;
        for (size_t row = 0; row < expected->rows; row++) {
            double a = table_at(found, row, name), b = table_at(expected, row, name);
            if (isnan(a) != isnan(b))
                fail_msg("%s: %s is %g and %g", text, name, a, b);
            if (!isnan(b))
                assert_close(a, b, relative, relative, name);
        }
    }
}

/* One mean-zero class of least squares with K = c: dS = -2 gamma c S + gamma^2 (c (c S + 1) +
 * sigma^2), where the label is 1. Half of the directions have no variance: there S = gamma^2
 * sigma^2 t. */
static void noise_drives_every_direction(void **unused)
{
    (void)unused;
    const double gamma = 0.4, sigma = 0.7, c = 1.2;
    sgdl_table_t table = solve_text(
        "{loss: least-squares, learning_rate: 0.4, gradient_noise: 0.7, batch: 3, time: 20, "
        "classes: [{label: 1, covariance: {family: zero-one, zero: 0.5, scale: 1.2}, mean: "
        "{family: zero}}]}");
    /* B = c S/2 is what the noise is proportional to */
    const double decay = 2 * gamma * c - gamma * gamma * c * c / 2 / 3;
    const double limit = gamma * gamma * (c / 3 + sigma * sigma) / decay;
    for (size_t row = 0; row < table.rows; row++) {
        double t = table_at(&table, row, "t"), S = -limit * expm1(-decay * t);
        assert_close(table_at(&table, row, "risk"), 0.5 * (c * S / 2 + 1), 1e-9, 0, "risk");
        assert_close(table_at(&table, row, "norm2"), 0.5 * (S + gamma * gamma * sigma * sigma * t),
                     1e-8, 0, "norm2");
        assert_close(table_at(&table, row, "clean_norm2"), 0.5 * pow(gamma * sigma, 2) * t, 1e-8, 0,
                     "clean_norm2");
        double slope = t * 0.25 * c * limit * decay * exp(-decay * t);
        if (t < 5)
            assert_close(table_at(&table, row, "slope") * table_at(&table, row, "risk"), slope,
                         1e-7, 0, "slope");
    }
    sgdl_table_free(&table);
}

/* ... and every output alike: of one-hot labels by symmetry. */
static void noise_is_of_every_output(void **unused)
{
    (void)unused;
    sgdl_table_t table = solve_text(
        "{loss: least-squares, encoding: one-hot, learning_rate: 0.4, gradient_noise: 0.7, "
        "ridge: 0.5, time: 20, classes: [{label: 1, covariance: {family: isotropic, scale: 0}, "
        "mean: {family: zero}}, {label: 2, covariance: {family: isotropic, scale: 0}, mean: "
        "{family: zero}}]}");
    for (size_t row = 0; row < table.rows; row++) {
        double t = table_at(&table, row, "t");
        assert_close(table_at(&table, row, "norm2"),
                     2 * pow(0.4 * 0.7, 2) * -expm1(-2 * 0.4 * 0.5 * t) / (2 * 0.4 * 0.5), 1e-8, 0,
                     "norm2");
    }
    sgdl_table_free(&table);
}

#define MIXTURE                                                                                    \
    "dimension: 40, time: 30, classes: [{weight: 0.4, covariance: {family: power-law, exponent: "  \
    "1}, mean: {family: gaussian}}, {weight: 0.6, covariance: {family: isotropic, scale: 0.7}, "   \
    "mean: {family: constant}}], tolerance: {relative: 1e-12, absolute: 1e-14}}"

static const char *const losses[] = {"logistic", "least-squares"};

static void nothing_is_nothing(void **unused)
{
    (void)unused;
    for (size_t l = 0; l < 2; l++) {
        static const char *const nothing[] = {"gradient_noise: 0, momentum: 0, ", "clip: 1e6, ",
                                              "gradient_noise: 1e-9, "};
        char text[1024];
        (void)snprintf(text, sizeof text, "{loss: %s, learning_rate: 0.5, ridge: 0.1, " MIXTURE,
                       losses[l]);
        sgdl_table_t plain = solve_text(text);
        for (size_t n = 0; n < sizeof nothing / sizeof *nothing; n++) {
            (void)snprintf(text, sizeof text,
                           "{loss: %s, learning_rate: 0.5, ridge: 0.1, %s" MIXTURE, losses[l],
                           nothing[n]);
            sgdl_table_t table = solve_text(text);
            assert_same(&table, &plain, 1e-10, "slope", text);
            sgdl_table_free(&table);
        }
        sgdl_table_free(&plain);
    }
}

/* Momentum beta is the learning rate gamma/(1 - beta), under noise too and behind a warm-up; the
 * column shows gamma. */
static void momentum_is_a_larger_rate(void **unused)
{
    (void)unused;
    for (size_t l = 0; l < 2; l++) {
        char text[1024];
        (void)snprintf(text, sizeof text,
                       "{loss: %s, learning_rate: {schedule: polynomial, value: 0.1, tau: 5, "
                       "power: 0.5, warmup: 2}, momentum: 0.75, gradient_noise: 0.2, " MIXTURE,
                       losses[l]);
        sgdl_table_t with = solve_text(text);
        (void)snprintf(text, sizeof text,
                       "{loss: %s, learning_rate: {schedule: polynomial, value: 0.4, tau: 5, "
                       "power: 0.5, warmup: 2}, gradient_noise: 0.2, " MIXTURE,
                       losses[l]);
        sgdl_table_t without = solve_text(text);
        assert_same(&with, &without, 1e-10, "learning_rate", text);
        for (size_t row = 0; row < with.rows; row++)
            assert_close(table_at(&with, row, "learning_rate"),
                         table_at(&without, row, "learning_rate") / 4, 0, 1e-14, "learning_rate");
        sgdl_table_free(&with);
        sgdl_table_free(&without);
    }
}

/* K = 1, no mean: stable below gamma/(1 - beta) = 2 b. */
static void momentum_lowers_the_stable_rate(void **unused)
{
    (void)unused;
#define ISOTROPIC ", time: 400, classes: [{label: 1, mean: {family: zero}}]}"
    sgdl_table_t table =
        solve_text("{loss: least-squares, momentum: 0.9, learning_rate: 0.19" ISOTROPIC);
    assert_close(table_at(&table, table.rows - 1, "risk"), 0.5 / (1 - 0.95), 1e-6, 0, "risk");
    sgdl_table_free(&table);
    table = solve_expecting("{loss: least-squares, momentum: 0.9, learning_rate: 0.21" ISOTROPIC, 1,
                            SGDL_LINEAR_STRUCTURED, SGDL_ERR_DIVERGED);
    sgdl_table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_drives_every_direction),
        cmocka_unit_test(noise_is_of_every_output),
        cmocka_unit_test(nothing_is_nothing),
        cmocka_unit_test(momentum_is_a_larger_rate),
        cmocka_unit_test(momentum_lowers_the_stable_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
