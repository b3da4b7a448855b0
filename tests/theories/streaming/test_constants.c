/* Constants of laws where several terms fall alike: all of them count. */
#include "tests/curves.h"
#include "tests/late.h"

#include <string.h>

#include "src/problem/problem.h"

/* (R - R_inf) t^theta where t^theta is 1e5 and 1e6, its correction of order 1/t taken out. */
static double measured_constant(const sgdl_problem_t *problem, const sgdl_limit_t *limit)
{
    const double theta = limit->law.exponent, ratio = pow(10, 1 / theta);
    const double times[] = {pow(1e5, 1 / theta), pow(1e6, 1 / theta)};
    size_t count = 2;
    double risk[2], value[2];
    assert_int_equal(late_risks(problem, times, &count, risk, NULL), SGDL_OK);
    for (size_t row = 0; row < 2; row++)
        value[row] = (risk[row] - limit->risk) * pow(times[row], theta);
    return (ratio * value[1] - value[0]) / (ratio - 1);
}

static double check(const char *text, const char *name)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_limit_t limit;
    assert_int_equal(sgdl_limit_init(&limit, problem, NULL, 0, NULL), SGDL_OK);
    assert_string_equal(limit.law.name, name);
    assert_close(measured_constant(problem, &limit), limit.law.constant, 0, 0.05, text);
    double constant = limit.law.constant;
    sgdl_limit_free(&limit);
    sgdl_problem_free(problem);
    return constant;
}

/* alpha = beta: (2 beta + 1)/alpha - 1 = 1 + 1/alpha. The values are known from elsewhere. */
static void signal_and_noise_tie(void **unused)
{
    (void)unused;
    static const double cases[][7] = {/* gamma, alpha, c, s, start, batch, constant */
                                      {0.5, 0.5, 1, 1, 0, 1, 0.43},  {0.5, 1, 1, 1, 0, 1, 0.145},
                                      {1, 0.5, 1, 1, 0, 1, NAN},     {0.3, 0.7, 2, 1.5, 0, 1, NAN},
                                      {0.4, 0.6, 1, 2, 0.5, 2, NAN}, {0.3, 0.9, 0.8, 3, 2, 1, NAN}};
    for (size_t v = 0; v < sizeof cases / sizeof *cases; v++) {
        const double *x = cases[v];
        char text[1024];
        (void)snprintf(text, sizeof text,
                       "{loss: least-squares, learning_rate: %g, start: {norm2: %g}, batch: %g, "
                       "tolerance: {relative: 1.0e-12, absolute: 1.0e-16}, classes: [{covariance: "
                       "{family: power-law, exponent: %.17g, scale: %g}, mean: {family: power-law, "
                       "exponent: %.17g, scale: %g}}, {covariance: {family: power-law, exponent: "
                       "%.17g, scale: %g}, mean: {family: opposite, of: 1}}]}",
                       x[0], x[4], x[5], x[1], x[2], x[1], x[3], x[1], x[2]);
        double constant = check(text, "power law, limited by signal and noise alike");
        if (!isnan(x[6]))
            assert_close(constant, x[6], 0, 0.01, text);
    }
}

/* Two independent means of one power: their terms add. */
static void two_signals_tie(void **unused)
{
    (void)unused;
    check(
        "{loss: least-squares, learning_rate: 0.4, tolerance: {relative: 1.0e-12, absolute: "
        "1.0e-16}, classes: [{weight: 0.3, covariance: {family: power-law, exponent: 0.4}, mean: "
        "{family: gaussian}}, {weight: 0.7, covariance: {family: power-law, exponent: 0.4}, mean: "
        "{family: gaussian, scale: 0.7}}]}",
        "power law, limited by the signal");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signal_and_noise_tie),
        cmocka_unit_test(two_signals_tie),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
