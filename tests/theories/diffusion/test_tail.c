/* Tails of least squares in one direction: closed forms, numbers made elsewhere, scaling. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "src/theories/diffusion/tail.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void assert_near(double found, double expected, double relative, const char *what)
{
    if (!(fabs(found - expected) <= relative * fabs(expected)))
        fail_msg("%s: found %.15g, expected %.15g", what, found, expected);
}

static tail_t tail_of(least_squares_t problem, double eta)
{
    tail_t tail;
    sgdl_error_t error = {0};
    if (tail_init(&tail, &problem, eta, &error) != SGDL_OK)
        fail_msg("%s", error.message);
    return tail;
}

/* Gaussian features of variance 1, noise 1. */
static least_squares_t gaussian(double batch)
{
    return (least_squares_t){.h = 1, .v = 2, .s2 = 1, .batch = batch};
}

/* Found elsewhere, and by long runs of SGD to their errors. */
static void gaussian_features(void **state)
{
    static const struct {
        double eta, batch, exponent, sde, moment;
    } cases[] = {{0.3, 1, 5.305901, 13.0 / 3, 0.2727272727},
                 {0.2, 1, 8.303, 6, 1.0 / 7},
                 {0.6, 2, 4.240, 13.0 / 3, 0.375},
                 {0.8, 4, 5.074, 6, 0.25}};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const tail_t tail = tail_of(gaussian(cases[i].batch), cases[i].eta);
        assert_near(tail.exponent, cases[i].exponent, 1e-4, "exponent");
        assert_near(tail.exponent_sde, cases[i].sde, 1e-12, "of the diffusion");
        assert_near(tail.second_moment, cases[i].moment, 1e-9, "second moment");
    }
    assert_near(tail_of(gaussian(1), 0.3).exponent, 5.305901, 2e-7, "exponent");
    assert_near(tail_of(gaussian(1), 0.3).second_moment, 3.0 / 11, 1e-12, "second moment");
    assert_near(tail_of(gaussian(1), 0.3).almost_surely_below, 2.421250, 5e-7, "threshold");
    assert_near(tail_of(gaussian(1), 0.4).exponent, 3.81, 2e-3, "exponent");
    assert_near(tail_of(gaussian(1), 0.4).exponent_sde, 3.5, 1e-12, "of the diffusion");
    assert_near(tail_of(gaussian(1), 0.1).exponent, 17.28, 5e-4, "exponent");
    assert_near(tail_of(gaussian(1), 0.1).exponent_sde, 11, 1e-12, "of the diffusion");
}

/* The exponent is 2 where the second moment ends. */
static void exponent_at_the_threshold(void **state)
{
    static const least_squares_t problems[] = {{1, 2, 1, 1},     {1, 2, 1, 64},   {0.3, 4, 1, 2},
                                               {10, 0.01, 1, 5}, {2, 800, 1, 16}, {1, 1, 0, 1}};
    (void)state;
    for (size_t i = 0; i < COUNT(problems); i++) {
        const tail_t here = tail_of(problems[i], 0.1);
        const double threshold = here.stable_below, gap = here.almost_surely_below - threshold;
        assert_near(tail_of(problems[i], threshold).exponent, 2, 1e-9, "exponent");
        assert_true(tail_of(problems[i], 0.99 * threshold).exponent > 2);
        const tail_t beyond = tail_of(problems[i], threshold + 0.1 * gap);
        assert_true(beyond.exponent < 2 && beyond.exponent > 0);
        assert_true(isinf(beyond.second_moment));
    }
}

/* Even moments of 1 - z from those of a Gamma law: E z^n = s^n k (k + 1) ... */
static void even_moments(void **state)
{
    static const least_squares_t problems[] = {
        {1, 2, 1, 1}, {1, 2, 1, 2}, {1, 2, 1, 9}, {0.5, 30, 1, 1}, {3, 1, 1, 100}};
    static const double etas[] = {0.05, 0.4, 1.3};
    (void)state;
    for (size_t i = 0; i < COUNT(problems); i++)
        for (size_t j = 0; j < COUNT(etas); j++)
            for (int power = 2; power <= 8; power += 2) {
                const least_squares_t *p = &problems[i];
                const double k = p->batch * p->h * p->h / p->v, s = etas[j] * p->h / k;
                double term = 1, sum = 1, size = 1;
                for (int n = 0; n < power; n++) {
                    term *= -s * (k + n) * (power - n) / (n + 1);
                    sum += term;
                    size += fabs(term);
                }
                const double found = exp(tail_log_moment(p, etas[j], power));
                if (!(fabs(found - sum) <= 1e-12 * size + 1e-10 * sum))
                    fail_msg("moment %d: found %.15g, expected %.15g", power, found, sum);
            }
}

/* z exponential: E log|1 - z| = -e^{-1/s} Ei(1/s), which is 0 at 1/s = 0.372507410781366... */
static void an_exponential_law(void **state)
{
    (void)state;
    assert_near(tail_of(gaussian(2), 0.1).almost_surely_below, 1 / 0.37250741078136663, 1e-12,
                "threshold");
    /* Ei(1) = 1.8951178163559368, Ei(2) = 4.9542343560018902 */
    const least_squares_t problem = gaussian(2);
    assert_near(tail_mean_log(&problem, 1), -exp(-1) * 1.8951178163559368, 1e-12, "s = 1");
    assert_near(tail_mean_log(&problem, 0.5), -exp(-2) * 4.9542343560018902, 1e-12, "s = 1/2");
}

/* One sample, Gaussian: E|1 - eta a^2|^kappa by Simpson's rule in a, on both sides of the kink. */
static void moment_at_the_exponent(void **state)
{
    static const double etas[] = {0.15, 0.3, 0.5, 0.62};
    enum { POINTS = 20000 };
    (void)state;
    for (size_t i = 0; i < COUNT(etas); i++) {
        const double kappa = tail_of(gaussian(1), etas[i]).exponent, kink = 1 / sqrt(etas[i]);
        double sum = 0;
        for (int side = 0; side < 2; side++) {
            const double from = side == 0 ? 0 : kink, step = (side == 0 ? kink : 30) / POINTS;
            for (int n = 0; n <= POINTS; n++) {
                const double a = from + n * step;
                const double weight = n == 0 || n == POINTS ? 1 : n % 2 == 1 ? 4 : 2;
                sum += weight * step / 3 * sqrt(2 / acos(-1)) * exp(-a * a / 2) *
                       pow(fabs(1 - etas[i] * a * a), kappa);
            }
        }
        assert_near(sum, 1, 1e-9, "E|1 - eta A|^kappa");
    }
}

/* a -> c a: h -> c^2 h, v -> c^4 v; eta -> eta/c^2 leaves the recursion as it was. */
static void scaling(void **state)
{
    (void)state;
    const tail_t here = tail_of((least_squares_t){1, 3, 2, 4}, 0.3);
    const tail_t there = tail_of((least_squares_t){100, 30000, 2, 4}, 0.003);
    assert_near(there.exponent, here.exponent, 1e-10, "exponent");
    assert_near(there.exponent_sde, here.exponent_sde, 1e-12, "of the diffusion");
    assert_near(100 * there.stable_below, here.stable_below, 1e-12, "threshold");
    assert_near(100 * there.almost_surely_below, here.almost_surely_below, 1e-10, "threshold");
    assert_near(100 * there.second_moment, here.second_moment, 1e-12, "second moment");
    assert_near(there.gap / 100, here.gap, 1e-12, "gap");
}

/* Features of one length have no tail; narrow laws come to them. */
static void no_spread(void **state)
{
    (void)state;
    const tail_t none = tail_of((least_squares_t){2, 0, 1, 1}, 0.3);
    assert_true(isinf(none.exponent) && isinf(none.exponent_sde));
    assert_near(none.stable_below, 1, 1e-15, "threshold");
    assert_near(none.almost_surely_below, 1, 1e-15, "threshold");
    assert_near(none.second_moment, 0.3 * 2 / (4 - 0.3 * 4), 1e-14, "second moment");
    const tail_t narrow = tail_of((least_squares_t){2, 1e-9, 1, 1}, 0.3);
    assert_near(narrow.almost_surely_below, 1, 1e-8, "threshold");
    assert_near(narrow.second_moment, none.second_moment, 1e-8, "second moment");
    assert_true(narrow.exponent > 1e8);
    assert_true(tail_of((least_squares_t){2, 0, 1, 1}, 1.01).exponent == 0);
}

static void unstable(void **state)
{
    (void)state;
    const tail_t tail = tail_of(gaussian(1), 2.5);
    assert_true(tail.exponent == 0 && isinf(tail.second_moment));
    /* just below the threshold the exponent is small */
    const tail_t last = tail_of(gaussian(1), 0.9999 * tail.almost_surely_below);
    assert_true(last.exponent > 0 && last.exponent < 1e-3);
    assert_true(tail.continuous);
    assert_near(tail.gap, (1 + 2.5) * (1 + 2.5) / (4 * 2.5), 1e-14, "edge of the spectrum");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gaussian_features),
        cmocka_unit_test(exponent_at_the_threshold),
        cmocka_unit_test(even_moments),
        cmocka_unit_test(an_exponential_law),
        cmocka_unit_test(moment_at_the_exponent),
        cmocka_unit_test(scaling),
        cmocka_unit_test(no_spread),
        cmocka_unit_test(unstable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
