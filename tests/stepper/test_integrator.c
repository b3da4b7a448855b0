/* The integrator on equations that have nothing to do with SGD, against closed forms. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/stepper/integrator.h"

enum { MOST = 64 };

/* y' = (lower, diagonal, upper) y + push[segment], with its own solve: tridiagonal elimination. */
typedef struct linear {
    size_t length;
    double lower[MOST], diagonal[MOST], upper[MOST]; /* row e: y_(e-1), y_e, y_(e+1) */
    double start[MOST];
    double push[4];
    double atol[MOST];
    const segment_t *segment; /* behind push; NULL: one segment, no push */
    double interrupt_after;   /* the clock's reading at which it is told to stop */
    volatile sig_atomic_t interrupted;
    long evaluations, refuse_every; /* 0: never */
} linear_t;

static void linear_start(void *context, double *y)
{
    const linear_t *self = context;
    memcpy(y, self->start, self->length * sizeof *y);
}

static void linear_times(void *context, const double *y, const double *v, double *Jv)
{
    const linear_t *self = context;
    (void)y;
    for (size_t e = 0; e < self->length; e++) {
        Jv[e] = self->diagonal[e] * v[e];
        Jv[e] += e > 0 ? self->lower[e] * v[e - 1] : 0;
        Jv[e] += e + 1 < self->length ? self->upper[e] * v[e + 1] : 0;
    }
}

static int linear_rhs(void *context, const segment_t *segment, double s, const double *y,
                      double *dy)
{
    linear_t *self = context;
    self->evaluations++;
    if (self->refuse_every > 0 && self->evaluations % self->refuse_every == 0)
        return 1;
    if (segment->begin + s >= self->interrupt_after)
        self->interrupted = 1;
    linear_times(self, y, y, dy);
    for (size_t e = 0; e < self->length && self->segment; e++)
        dy[e] += self->push[segment - self->segment];
    return 0;
}

static int linear_solve(void *context, const double *y, double h, const double *b, double *x)
{
    const linear_t *self = context;
    double pivot[MOST];
    (void)y;
    for (size_t e = 0; e < self->length; e++) {
        pivot[e] = 1 - h * self->diagonal[e];
        x[e] = b[e];
        if (e > 0) {
            double factor = -h * self->lower[e] / pivot[e - 1];
            pivot[e] += factor * h * self->upper[e - 1];
            x[e] -= factor * x[e - 1];
        }
    }
    for (size_t e = self->length; e-- > 0;) {
        x[e] += e + 1 < self->length ? h * self->upper[e] * x[e + 1] : 0;
        x[e] /= pivot[e];
    }
    return 0;
}

static const segment_t whole = {0, INFINITY, 1};

static equation_t linear_equation(linear_t *self, double rtol)
{
    for (size_t e = 0; e < self->length; e++)
        self->atol[e] = 1e-4 * rtol;
    if (self->interrupt_after == 0)
        self->interrupt_after = INFINITY;
    return (equation_t){.context = self,
                        .length = self->length,
                        .segment = &whole,
                        .segments = 1,
                        .rtol = rtol,
                        .atol = self->atol,
                        .interrupted = &self->interrupted,
                        .refusal = "it was refused",
                        .start = linear_start,
                        .rhs = linear_rhs,
                        .solve = linear_solve,
                        .times = linear_times};
}

static void begin(integrator_t *integrator, const equation_t *equation)
{
    sgdl_error_t error = {0};
    if (integrator_init(integrator, equation, &error) != SGDL_OK)
        fail_msg("%s", error.message);
}

/* The state at t, which is no earlier than what was asked for before. */
static const double *state_at(integrator_t *integrator, double t, double stop)
{
    sgdl_error_t error = {0};
    while (!integrator_reached(integrator, t))
        if (integrator_step(integrator, stop, &error) != SGDL_OK)
            fail_msg("%s", error.message);
    const double *y = integrator_state(integrator, t);
    assert_non_null(y);
    return y;
}

static void assert_near(double found, double expected, double most, const char *what)
{
    if (!(fabs(found - expected) <= most))
        fail_msg("%s: found %.17g, expected %.17g, differs by %.3g, allowed %.3g", what, found,
                 expected, fabs(found - expected), most);
}

/* ---- cases ------------------------------------------------------------------------------------
 */

/* Rates over 24 decades: each component is its own exponential, also the first of them, which is
 * over before CVODE by itself would have begun. */
static void stiff_exponentials(void **unused)
{
    (void)unused;
    linear_t linear = {.length = 25};
    for (size_t e = 0; e < linear.length; e++) {
        linear.diagonal[e] = -pow(10, (double)e - 4);
        linear.start[e] = 1 + (double)e;
    }
    equation_t equation = linear_equation(&linear, 1e-9);
    integrator_t integrator;
    begin(&integrator, &equation);
    for (int decade = -21; decade <= 4; decade++) {
        double t = 3 * pow(10, decade);
        const double *y = state_at(&integrator, t, 1e6);
        for (size_t e = 0; e < linear.length; e++)
            assert_near(y[e], linear.start[e] * exp(linear.diagonal[e] * t), 3e-7 * linear.start[e],
                        "exponential");
    }
    assert_in_range(integrator_statistics(&integrator).steps, 100, 10000);
    integrator_free(&integrator);
}

/* The heat equation on a line of 40 points from a random start, by its sine modes; Newton's systems
 * solved by elimination, and by GMRES with and without it as the preconditioner. */
static void heat_on_a_line(void **unused)
{
    (void)unused;
    enum { N = 40 };
    linear_t linear = {.length = N};
    double amplitude[N] = {0}, width = M_PI / (N + 1);
    uint64_t state = 7;
    for (size_t e = 0; e < N; e++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        linear.start[e] = (double)(state >> 11) * 0x1p-53;
        linear.diagonal[e] = -2;
        linear.lower[e] = linear.upper[e] = 1;
    }
    for (size_t k = 0; k < N; k++)
        for (size_t e = 0; e < N; e++)
            amplitude[k] +=
                2.0 / (N + 1) * linear.start[e] * sin((double)((k + 1) * (e + 1)) * width);
    for (int way = 0; way < 3; way++) {
        equation_t equation = linear_equation(&linear, 1e-9);
        equation.krylov = way > 0;
        if (way == 2)
            equation.solve = NULL;
        integrator_t integrator;
        begin(&integrator, &equation);
        for (double t = 0; t < 2000; t = 3 * t + 0.1) {
            const double *y = state_at(&integrator, t, 1e4);
            for (size_t e = 0; e < N; e++) {
                double expected = 0;
                for (size_t k = 0; k < N; k++) {
                    double root = 2 * sin(0.5 * (double)(k + 1) * width);
                    expected += amplitude[k] * exp(-root * root * t) *
                                sin((double)((k + 1) * (e + 1)) * width);
                }
                assert_near(y[e], expected, 3e-7, "heat");
            }
        }
        assert_true((integrator_statistics(&integrator).krylov_iterations > 0) == (way > 0));
        integrator_free(&integrator);
    }
}

/* y' = c - k y, c jumping at breaks: early, late, neighbouring numbers; where its scale says that
 * nothing happens the right-hand side is not asked. */
static void jumps_at_breaks(void **unused)
{
    (void)unused;
    const double late = 1e9, next = nextafter(late, INFINITY);
    const segment_t segments[] = {{0, 1, 1}, {1, late, 0}, {late, next, 1}, {next, INFINITY, 1}};
    linear_t linear = {.length = 1,
                       .diagonal = {-1},
                       .start = {0.25},
                       .push = {2, 1e300, -1, 5},
                       .segment = segments};
    equation_t equation = linear_equation(&linear, 1e-10);
    equation.segment = segments;
    equation.segments = 4;
    integrator_t integrator;
    begin(&integrator, &equation);
    const double times[] = {0, 0.5, nextafter(1, 0), 1, 2, 1e8, late, next, next + 1, next + 10};
    double at_break = 2 - 1.75 * exp(-1), gap = next - late;
    double at_last = -1 + (at_break + 1) * exp(-gap);
    for (size_t v = 0; v < sizeof times / sizeof times[0]; v++) {
        double t = times[v];
        double expected = t < 1       ? 2 - 1.75 * exp(-t)
                          : t <= late ? at_break
                                      : 5 + (at_last - 5) * exp(-(t - next));
        assert_near(*state_at(&integrator, t, INFINITY), expected, 1e-8, "jump");
        motion_t motion = integrator_motion(&integrator, t);
        assert_true(motion.elapsed == t - motion.segment->begin);
        if (t > next) {
            assert_true(motion.segment == &segments[3]);
            assert_near(*motion.derivative, 5 - expected, 1e-6, "derivative");
        } else if (t == 2) {
            assert_true(motion.segment == &segments[1] && !motion.derivative);
        }
    }
    assert_true(integrator.segment == 3);
    integrator_free(&integrator);
}

/* Steps, the highest order seen and the error at t = 10 of y'' = -y. */
static long turn(int order_max, double rtol, int *highest, double *error_found)
{
    linear_t linear = {.length = 2, .start = {1, 0}, .upper = {1, 0}, .lower = {0, -1}};
    equation_t equation = linear_equation(&linear, rtol);
    sgdl_error_t error = {0};
    equation.order_max = order_max;
    integrator_t integrator;
    begin(&integrator, &equation);
    *highest = 0;
    while (integrator.t < 10) {
        assert_int_equal(integrator_step(&integrator, 10, &error), SGDL_OK);
        int order = integrator_motion(&integrator, integrator.t).order;
        *highest = order > *highest ? order : *highest;
    }
    const double *y = integrator_state(&integrator, 10);
    *error_found = hypot(y[0] - cos(10), y[1] + sin(10));
    long steps = integrator_statistics(&integrator).steps;
    integrator_free(&integrator);
    return steps;
}

static void order_is_limited(void **unused)
{
    (void)unused;
    int highest;
    double error;
    long free_steps = turn(0, 1e-8, &highest, &error);
    assert_int_equal(highest, 5);
    assert_true(error < 1e-5);
    long limited_steps = turn(2, 1e-8, &highest, &error);
    assert_int_equal(highest, 2);
    assert_true(error < 1e-3);
    assert_true(limited_steps > 3 * free_steps);
}

static void tighter_tolerances_err_less(void **unused)
{
    (void)unused;
    int highest;
    double before = INFINITY, error;
    for (double rtol = 1e-4; rtol > 1e-11; rtol /= 100, before = error) {
        (void)turn(0, rtol, &highest, &error);
        assert_true(error < 0.2 * before && error < 1e4 * rtol);
    }
    (void)turn(0, 1e-300, &highest, &error); /* no less than rounding errors allow */
    assert_true(error < 1e-10);
}

/* y' = -y^3 / 2, y = (1 + t)^(-1/2): on the clock a dozen decades are a dozen times one. */
static void cube_start(void *context, double *y)
{
    (void)context;
    *y = 1;
}

static int cube_rhs(void *context, const segment_t *segment, double s, const double *y, double *dy)
{
    (void)context, (void)segment, (void)s;
    *dy = -0.5 * *y * *y * *y;
    return 0;
}

static int cube_solve(void *context, const double *y, double h, const double *b, double *x)
{
    (void)context;
    *x = *b / (1 + 1.5 * h * *y * *y);
    return 0;
}

static void power_law_over_decades(void **unused)
{
    (void)unused;
    const double atol = 1e-14;
    equation_t equation = {.length = 1,
                           .segment = &whole,
                           .segments = 1,
                           .rtol = 1e-9,
                           .atol = &atol,
                           .start = cube_start,
                           .rhs = cube_rhs,
                           .solve = cube_solve};
    integrator_t integrator;
    begin(&integrator, &equation);
    long before = 0;
    for (int decade = 1; decade <= 12; decade++) {
        double t = pow(10, decade), expected = 1 / sqrt(1 + t);
        assert_near(*state_at(&integrator, t, 1e13), expected, 1e-6 * expected, "power law");
        long steps = integrator_statistics(&integrator).steps;
        assert_true(decade < 3 || steps - before < 100);
        before = steps;
    }
    integrator_free(&integrator);
}

/* y' = -1/(2y), y = sqrt(1 - t), which ends at t = 1: states of no positive y are refused. */
static int root_rhs(void *context, const segment_t *segment, double s, const double *y, double *dy)
{
    (void)context, (void)segment, (void)s;
    if (!(*y > 0))
        return 1;
    *dy = -0.5 / *y;
    return 0;
}

static int root_solve(void *context, const double *y, double h, const double *b, double *x)
{
    (void)context;
    *x = *b / (1 - 0.5 * h / (*y * *y));
    return isfinite(*x) ? 0 : 1;
}

static void domain_ends(void **unused)
{
    (void)unused;
    const double atol = 1e-12;
    equation_t equation = {.length = 1,
                           .segment = &whole,
                           .segments = 1,
                           .rtol = 1e-8,
                           .atol = &atol,
                           .refusal = "y is no longer positive",
                           .start = cube_start,
                           .rhs = root_rhs,
                           .solve = root_solve};
    integrator_t integrator;
    sgdl_error_t error = {0};
    begin(&integrator, &equation);
    assert_near(*state_at(&integrator, 0.75, 10), 0.5, 1e-6, "root");
    int status = SGDL_OK;
    for (int step = 0; step < 100000 && status == SGDL_OK; step++)
        status = integrator_step(&integrator, 10, &error);
    assert_int_equal(status, SGDL_ERR_SOLVER);
    assert_true(error.raw < 0);
    assert_non_null(strstr(error.message, "the integrator gave up at t = "));
    assert_near(integrator.t, 1, 1e-6, "the end");
    integrator_free(&integrator);
}

/* What is refused now and then is tried again with a smaller step; what is always refused is not,
 * and the message has the equation's words. */
static void refusals(void **unused)
{
    (void)unused;
    linear_t linear = {.length = 1, .diagonal = {-1}, .start = {1}, .refuse_every = 17};
    equation_t equation = linear_equation(&linear, 1e-8);
    integrator_t integrator;
    sgdl_error_t error = {0};
    begin(&integrator, &equation);
    assert_near(*state_at(&integrator, 3, 10), exp(-3), 1e-6, "refused now and then");
    assert_true(linear.evaluations > 2 * 17);
    linear.refuse_every = 1;
    int status = SGDL_OK;
    while (status == SGDL_OK && integrator.t < 10)
        status = integrator_step(&integrator, 10, &error);
    assert_int_equal(status, SGDL_ERR_SOLVER);
    assert_non_null(strstr(error.message, "it was refused, however small the step"));
    integrator_free(&integrator);
}

static void interruption(void **unused)
{
    (void)unused;
    linear_t linear = {.length = 1, .diagonal = {-1}, .start = {1}, .interrupt_after = 0.5};
    equation_t equation = linear_equation(&linear, 1e-8);
    integrator_t integrator;
    sgdl_error_t error = {0};
    begin(&integrator, &equation);
    int status = SGDL_OK;
    while (status == SGDL_OK && integrator.t < 10)
        status = integrator_step(&integrator, 10, &error);
    assert_int_equal(status, SGDL_ERR_INTERRUPTED);
    assert_non_null(strstr(error.message, "interrupted at t = "));
    assert_true(integrator.t < 10);
    const double *y = integrator_state(&integrator, integrator.t); /* what was reached is there */
    assert_near(*y, exp(-integrator.t), 1e-6, "before the interruption");
    integrator_free(&integrator);
}

/* An equation may forbid a segment: the run comes to its begin and no further. */
static int forbid_later(void *context, const segment_t *segment, sgdl_error_t *error)
{
    (void)context;
    return segment->begin > 0
               ? sgdl_fail(error, SGDL_ERR_INPUT, NULL, "nothing after %g", segment->begin)
               : SGDL_OK;
}

static void check_is_asked(void **unused)
{
    (void)unused;
    const segment_t segments[] = {{0, 2, 1}, {2, INFINITY, 1}};
    linear_t linear = {.length = 1, .diagonal = {-1}, .start = {1}, .segment = segments};
    equation_t equation = linear_equation(&linear, 1e-8);
    sgdl_error_t error = {0};
    equation.segment = segments;
    equation.segments = 2;
    equation.check = forbid_later;
    integrator_t integrator;
    begin(&integrator, &equation);
    assert_near(*state_at(&integrator, 2, 10), exp(-2), 1e-6, "before");
    assert_int_equal(integrator_step(&integrator, 10, &error), SGDL_ERR_INPUT);
    assert_string_equal(error.message, "nothing after 2");
    integrator_free(&integrator);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stiff_exponentials),
        cmocka_unit_test(heat_on_a_line),
        cmocka_unit_test(jumps_at_breaks),
        cmocka_unit_test(order_is_limited),
        cmocka_unit_test(tighter_tolerances_err_less),
        cmocka_unit_test(power_law_over_decades),
        cmocka_unit_test(domain_ends),
        cmocka_unit_test(refusals),
        cmocka_unit_test(interruption),
        cmocka_unit_test(check_is_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
