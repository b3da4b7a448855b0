/* Minima: on a line, by a simplex, and by projected quasi-Newton steps, where they are known. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdbool.h>

#include "src/base/descent.h"
#include "src/base/minimum.h"

typedef struct asked {
    int values, most; /* after which an error comes; 0: never */
    size_t n;
} asked_t;

static int count(asked_t *self, sgdl_error_t *error)
{
    self->values++;
    return self->most > 0 && self->values > self->most
               ? sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL, "interrupted")
               : SGDL_OK;
}

/* ---- on a line ------------------------------------------------------------------------------- */

/* Least at 1/3, with a kink; no value beyond 2. */
static int kinked(void *context, const double *x, double *value, sgdl_error_t *error)
{
    *value = *x > 2 ? INFINITY : fabs(*x - 1.0 / 3) + 0.5 * (*x - 1.0 / 3) * (*x - 1.0 / 3);
    return count(context, error);
}

/* Least at 1.7, quartic. */
static int smooth(void *context, const double *x, double *value, sgdl_error_t *error)
{
    const double u = *x - 1.7;
    *value = 3 + u * u + 0.3 * u * u * u + u * u * u * u;
    return count(context, error);
}

static void on_a_line(void **unused)
{
    (void)unused;
    asked_t asked = {0};
    const minimum_of_t of[] = {{smooth, &asked, 1e-7}, {kinked, &asked, 1e-9}};
    double x = 0.5, value = NAN;
    assert_int_equal(smooth(&asked, &x, &value, NULL), SGDL_OK);
    assert_int_equal(minimum_on_line(&of[0], -3, 9, &x, &value, NULL), SGDL_OK);
    assert_true(fabs(x - 1.7) < 1e-6 && fabs(value - 3) < 1e-12);
    assert_true(asked.values < 30); /* parabolas work */
    x = 1;
    assert_int_equal(kinked(&asked, &x, &value, NULL), SGDL_OK);
    assert_int_equal(minimum_on_line(&of[1], -1, 5, &x, &value, NULL), SGDL_OK);
    assert_true(fabs(x - 1.0 / 3) < 1e-8);
}

/* ---- by a simplex ---------------------------------------------------------------------------- */

/* Rosenbrock's valley, least at (1, 1), and two more numbers of a bowl. */
static int valley(void *context, const double *x, double *value, sgdl_error_t *error)
{
    const asked_t *asked = context;
    const double a = 1 - x[0], b = x[1] - x[0] * x[0];
    *value = a * a + 100 * b * b;
    for (size_t i = 2; i < asked->n; i++)
        *value += (x[i] - (double)i) * (x[i] - (double)i);
    return count(context, error);
}

static void by_a_simplex(void **unused)
{
    (void)unused;
    static const double size[] = {0.5, 0.5, 1, 1};
    for (size_t n = 2; n <= MINIMUM_MOST; n++) {
        asked_t asked = {.n = n};
        const minimum_of_t of = {valley, &asked, 1e-7};
        double x[MINIMUM_MOST] = {-1.2, 1, 0, 0}, value;
        assert_int_equal(valley(&asked, x, &value, NULL), SGDL_OK);
        assert_int_equal(minimum_by_simplex(&of, n, size, 3000, x, &value, NULL), SGDL_OK);
        assert_true(fabs(x[0] - 1) < 1e-5 && fabs(x[1] - 1) < 1e-5 && value < 1e-9);
        for (size_t i = 2; i < n; i++)
            assert_true(fabs(x[i] - (double)i) < 1e-5);
    }
}

/* What was found before an error is kept. */
static void errors_keep_the_best(void **unused)
{
    (void)unused;
    static const double size[] = {0.5, 0.5};
    asked_t asked = {.n = 2, .most = 40};
    const minimum_of_t of = {valley, &asked, 1e-7}, line = {smooth, &asked, 1e-7};
    double x[2] = {-1.2, 1}, first, value;
    sgdl_error_t error;
    assert_int_equal(valley(&asked, x, &first, &error), SGDL_OK);
    value = first;
    assert_int_equal(minimum_by_simplex(&of, 2, size, 3000, x, &value, &error),
                     SGDL_ERR_INTERRUPTED);
    assert_true(value < first);
    asked = (asked_t){.most = 5};
    x[0] = 5;
    assert_int_equal(smooth(&asked, x, &first, &error), SGDL_OK);
    value = first;
    assert_int_equal(minimum_on_line(&line, -3, 9, x, &value, &error), SGDL_ERR_INTERRUPTED);
    assert_true(value < first && x[0] < 5);
}

/* ---- by quasi-Newton steps ------------------------------------------------------------------- */

enum { UNKNOWNS = 12 };

/* A badly scaled bowl around c_i = 1 - i/3, negative for most: with its bound the minimum is at
 * max(c_i, 0) of what is not coupled. A quartic makes it no parabola. */
static int bowl(void *context, const double *x, double *value, sgdl_error_t *error)
{
    *value = 2;
    for (int i = 0; i < UNKNOWNS; i++) {
        const double u = x[i] - (1 - i / 3.0);
        *value += pow(10, i % 5) * u * u + u * u * u * u;
    }
    return count(context, error);
}

static int bowl_gradient(void *context, const double *x, double *gradient, sgdl_error_t *error)
{
    (void)context, (void)error;
    for (int i = 0; i < UNKNOWNS; i++) {
        const double u = x[i] - (1 - i / 3.0);
        gradient[i] = 2 * pow(10, i % 5) * u + 4 * u * u * u;
    }
    return SGDL_OK;
}

static int valley_gradient(void *context, const double *x, double *gradient, sgdl_error_t *error)
{
    (void)context, (void)error;
    const double a = 1 - x[0], b = x[1] - x[0] * x[0];
    gradient[0] = -2 * a - 400 * b * x[0];
    gradient[1] = 200 * b;
    return SGDL_OK;
}

/* Until nothing moves; returns the steps. */
static long descend(const descent_of_t *of, double *x)
{
    descent_t descent;
    bool settled = false;
    double value;
    assert_int_equal(of->value(of->context, x, &value, NULL), SGDL_OK);
    assert_int_equal(descent_init(&descent, of, NULL), SGDL_OK);
    assert_int_equal(descent_begin(&descent, x, value, NULL), SGDL_OK);
    while (!settled && descent.steps < 500) {
        const double before = descent.value;
        assert_int_equal(descent_step(&descent, &settled, NULL), SGDL_OK);
        assert_true(descent.value <= before);
    }
    assert_true(settled);
    for (size_t i = 0; i < of->n; i++)
        x[i] = descent.x[i];
    const long steps = descent.steps;
    descent_free(&descent);
    return steps;
}

static void by_quasi_newton_steps(void **unused)
{
    (void)unused;
    asked_t asked = {.n = 2};
    double scale[UNKNOWNS], x[UNKNOWNS];
    for (int i = 0; i < UNKNOWNS; i++)
        scale[i] = x[i] = 1 + 0.1 * i;
    const descent_of_t of_bowl = {UNKNOWNS, bowl, bowl_gradient, &asked, scale, 1e-14};
    assert_true(descend(&of_bowl, x) < 100);
    for (int i = 0; i < UNKNOWNS; i++)
        assert_true(fabs(x[i] - fmax(1 - i / 3.0, 0)) < 1e-6);
    double start[] = {0.2, 3};
    const descent_of_t of_valley = {2, valley, valley_gradient, &asked, scale, 1e-14};
    assert_true(descend(&of_valley, start) < 100);
    assert_true(fabs(start[0] - 1) < 1e-6 && fabs(start[1] - 1) < 1e-6);
}

/* A start at a bound that the gradient leaves, and one that stays there. */
static void bounds_are_left_and_kept(void **unused)
{
    (void)unused;
    asked_t asked = {0};
    double scale[UNKNOWNS], x[UNKNOWNS] = {0};
    for (int i = 0; i < UNKNOWNS; i++)
        scale[i] = 1;
    const descent_of_t of = {UNKNOWNS, bowl, bowl_gradient, &asked, scale, 1e-14};
    (void)descend(&of, x);
    for (int i = 0; i < UNKNOWNS; i++)
        assert_true(i <= 3 ? fabs(x[i] - (1 - i / 3.0)) < 1e-5 : x[i] == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_a_line),
        cmocka_unit_test(by_a_simplex),
        cmocka_unit_test(errors_keep_the_best),
        cmocka_unit_test(by_quasi_newton_steps),
        cmocka_unit_test(bounds_are_left_and_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
