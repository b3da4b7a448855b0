/* Numbers that others published. AdaGrad-Norm on least squares: 30 runs each, made by the authors
 * of "The High Line" (arXiv 2405.19585; github.com/amackenzie1/adagrad, simulation_cache): identity
 * covariance, |X*| = 1, X_0 = 0, eta = 1, labels r* + omega eps. */
#include "tests/curves.h"

typedef struct published {
    double d, omega, b0, t, risk, risk_sd, rate, rate_sd;
} published_t;

static const published_t adagrad[] = {
    {16384, 1, 0.3, 0.1, 1.33351, 0.00657, 1.72057, 0.01985},
    {16384, 1, 0.3, 0.5, 1.28464, 0.00623, 0.84047, 0.00722},
    {16384, 1, 0.3, 1, 1.09609, 0.00482, 0.61914, 0.00321},
    {16384, 1, 0.3, 2, 0.87024, 0.00451, 0.46886, 0.00189},
    {16384, 1, 0.3, 5, 0.65401, 0.00164, 0.33456, 0.00075},
    {16384, 1, 0.3, 10, 0.58681, 0.00077, 0.25779, 0.00048},
    {1024, 1, 1, 1, 0.87191, 0.01439, 0.58836, 0.00938},
    {1024, 1, 1, 10, 0.58618, 0.00399, 0.26038, 0.00155},
    {1024, 0, 1, 1, 0.18693, 0.00649, 0.78065, 0.00342},
    {1024, 0, 1, 5, 0.00464, 0.00041, 0.70125, 0.00054},
};

/* Four standard errors, of 40 numbers none is beyond by chance, and c/d with c = 3 largest values
 * as in the verdicts of `compare`. */
static double allowed(double sd, double d, double largest)
{
    return 4 * sd / sqrt(30) + 3 * largest / d;
}

static void adagrad_norm_is_that_of_the_high_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof adagrad / sizeof *adagrad; i++) {
        const published_t *row = &adagrad[i];
        char text[512];
        (void)snprintf(text, sizeof text,
                       "{loss: least-squares, teacher: {signal: {family: constant}, labels: linear,"
                       " noise: %g}, classes: [{weight: 1, covariance: {family: isotropic}, mean: "
                       "{family: zero}}], learning_rate: {schedule: adagrad-norm, eta: 1, b0: %g},"
                       " time: %g, output: {times: [%g]}}",
                       row->omega, row->b0, row->t, row->t);
        sgdl_table_t table = solve_text(text);
        assert_close(table_at(&table, 0, "risk"), row->risk,
                     allowed(row->risk_sd, row->d, 0.5 * (1 + row->omega * row->omega)), 0, text);
        assert_close(table_at(&table, 0, "learning_rate"), row->rate,
                     allowed(row->rate_sd, row->d, 1 / row->b0), 0, text);
        sgdl_table_free(&table);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adagrad_norm_is_that_of_the_high_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
