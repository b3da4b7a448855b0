/* Student's quantiles: closed forms, GSL's, and the tail of a quantile by quadrature. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

#include "src/base/student.h"

static void assert_close(double found, double expected, double relative)
{
    if (!(fabs(found - expected) <= relative * fabs(expected)))
        fail_msg("found %.17g, expected %.17g", found, expected);
}

/* T with one degree of freedom is the tangent of an angle, with two P(T > t) = (1 - t/sqrt(2 +
 * t^2))/2. */
static void few_degrees_have_closed_forms(void **state)
{
    (void)state;
    for (double tail = 0.25; tail > 1e-300; tail *= 0.07) {
        assert_close(student_quantile(tail, 1), 1 / tan(acos(-1) * tail), 1e-12);
        assert_close(student_quantile(tail, 2), (1 - 2 * tail) / sqrt(2 * tail * (1 - tail)),
                     1e-12);
    }
}

static void it_is_that_of_gsl(void **state)
{
    (void)state;
    for (double freedom = 2; freedom < 2e6; freedom = ceil(freedom * 1.7))
        for (double tail = 0.25; tail > 1e-12; tail *= 0.13)
            assert_close(student_quantile(tail, freedom), gsl_cdf_tdist_Qinv(tail, freedom), 1e-8);
}

/* P(T > q) by Simpson's rule over the angle of which T is sqrt(freedom) times the tangent. */
static double tail_by_quadrature(double q, double freedom)
{
    enum { PANELS = 20000 };
    const double from = atan(q / sqrt(freedom)), end = acos(0), h = (end - from) / PANELS;
    double sum = 0, whole = 0;
    for (int i = 0; i <= PANELS; i++) {
        const double weight = i == 0 || i == PANELS ? 1 : i % 2 ? 4 : 2;
        sum += weight * pow(fabs(cos(from + h * i)), freedom - 1);
        whole += weight * pow(fabs(cos(end / PANELS * i)), freedom - 1);
    }
    return sum * h / (2 * whole * end / PANELS);
}

static void the_tail_of_a_quantile_is_what_was_asked_for(void **state)
{
    (void)state;
    static const double freedoms[] = {3, 9, 30, 99, 1000};
    static const double tails[] = {0.2, 0.01, 1e-5, 1e-9};
    for (size_t i = 0; i < sizeof freedoms / sizeof *freedoms; i++)
        for (size_t k = 0; k < sizeof tails / sizeof *tails; k++) {
            const double q = student_quantile(tails[k], freedoms[i]);
            assert_close(tail_by_quadrature(q, freedoms[i]), tails[k], 1e-9);
        }
}

static void a_quantile_beyond_doubles_is_infinite(void **state)
{
    (void)state;
    assert_true(isinf(student_quantile(1e-310, 1)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_degrees_have_closed_forms),
        cmocka_unit_test(it_is_that_of_gsl),
        cmocka_unit_test(the_tail_of_a_quantile_is_what_was_asked_for),
        cmocka_unit_test(a_quantile_beyond_doubles_is_infinite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
