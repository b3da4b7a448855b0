/* Powell's hybrid method on equations whose roots are known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/powell.h"

enum { MOST = 12, STEPS = 200 };

/* Searches from x, in place; the steps that it took. */
static int search(size_t n, const equations_t *equations, double *x)
{
    powell_t self;
    int steps = 0;
    assert_int_equal(powell_init(&self, n, NULL), SGDL_OK);
    if (powell_begin(&self, equations, x))
        while (steps++ < STEPS && powell_step(&self) && !powell_settled(&self, 1e-15, 1e-14))
            continue;
    memcpy(x, self.x, n * sizeof *x);
    powell_free(&self);
    return steps;
}

/* 10 (y - x^2) = 0, 1 - x = 0: a curved valley. */
typedef struct valley {
    double x;
} valley_t;

static bool valley(void *context, const double *x, double *f)
{
    ((valley_t *)context)->x = x[0];
    f[0] = 10 * (x[1] - x[0] * x[0]);
    f[1] = 1 - x[0];
    return true;
}

static void valley_slopes(void *context, double *J)
{
    const double columns[] = {-20 * ((valley_t *)context)->x, -1, 10, 0};
    memcpy(J, columns, sizeof columns);
}

static void it_finds_the_end_of_a_curved_valley(void **state)
{
    (void)state;
    static const double starts[][2] = {{-1.2, 1}, {50, -300}, {0, 0}, {1, 1}, {-1e4, 1e3}};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        valley_t self;
        const equations_t equations = {valley, valley_slopes, &self, NULL};
        double x[] = {starts[i][0], starts[i][1]};
        assert_true(search(2, &equations, x) < STEPS);
        assert_true(fabs(x[0] - 1) < 1e-14 && fabs(x[1] - 1) < 1e-14);
    }
}

/* f = A (x - r) + |D (x - r)|^2 v with a root at r, D the scales of A's columns: 1 or far apart. */
typedef struct bowl {
    size_t n;
    double A[MOST * MOST], scale[MOST], v[MOST], root[MOST], x[MOST];
} bowl_t;

static double drawn(uint64_t *stream)
{
    *stream = *stream * 6364136223846793005u + 1442695040888963407u;
    return (double)(*stream >> 11) / 0x1p53 - 0.5;
}

static void bowl_make(bowl_t *self, size_t n, double spread, uint64_t *stream)
{
    *self = (bowl_t){.n = n};
    for (size_t j = 0; j < n; j++) {
        const double scale = self->scale[j] = pow(10, spread * drawn(stream));
        for (size_t i = 0; i < n; i++)
            self->A[j * n + i] = scale * (drawn(stream) + (i == j ? 3 : 0));
        self->v[j] = 0.1 * drawn(stream);
        self->root[j] = drawn(stream) / scale;
    }
}

static bool bowl(void *context, const double *x, double *f)
{
    bowl_t *self = context;
    double square = 0;
    for (size_t j = 0; j < self->n; j++) {
        self->x[j] = x[j] - self->root[j];
        square += pow(self->scale[j] * self->x[j], 2);
    }
    for (size_t i = 0; i < self->n; i++) {
        f[i] = square * self->v[i];
        for (size_t j = 0; j < self->n; j++)
            f[i] += self->A[j * self->n + i] * self->x[j];
    }
    return true;
}

static void bowl_slopes(void *context, double *J)
{
    const bowl_t *self = context;
    for (size_t j = 0; j < self->n; j++)
        for (size_t i = 0; i < self->n; i++)
            J[j * self->n + i] =
                self->A[j * self->n + i] + 2 * pow(self->scale[j], 2) * self->x[j] * self->v[i];
}

static void it_finds_roots_whatever_the_scale_of_the_unknowns(void **state)
{
    (void)state;
    uint64_t stream = 1;
    for (size_t trial = 0; trial < 200; trial++) {
        bowl_t self;
        double x[MOST] = {0};
        bowl_make(&self, 1 + trial % MOST, trial % 2 ? 8 : 0, &stream);
        const equations_t equations = {bowl, bowl_slopes, &self, NULL};
        assert_true(search(self.n, &equations, x) < STEPS);
        for (size_t j = 0; j < self.n; j++)
            assert_true(self.scale[j] * fabs(x[j] - self.root[j]) <= 1e-13);
    }
}

/* x^2 + 1: no root. And a residual that is not to be had beyond 2. */
static bool rootless(void *context, const double *x, double *f)
{
    *(double *)context = x[0];
    f[0] = x[0] * x[0] + 1;
    return fabs(x[0]) <= 1e8;
}

static void rootless_slopes(void *context, double *J) { J[0] = 2 * *(double *)context; }

static void without_a_root_it_ends(void **state)
{
    (void)state;
    double seen, x = 3;
    const equations_t equations = {rootless, rootless_slopes, &seen, NULL};
    assert_true(search(1, &equations, &x) < STEPS);
    assert_true(isfinite(x) && x * x + 1 >= 1);
}

/* 1 / log x: a step gains a percent or two, for ever. */
static bool creeping(void *context, const double *x, double *f)
{
    *(double *)context = x[0];
    f[0] = 1 / log(x[0]);
    return x[0] > 1;
}

static void creeping_slopes(void *context, double *J)
{
    const double x = *(double *)context;
    J[0] = -1 / (x * log(x) * log(x));
}

/* Residuals are dear, and whoever follows a path takes a shorter step of it instead. */
static void what_creeps_is_left_soon(void **state)
{
    (void)state;
    double seen, x = 1e100;
    const equations_t equations = {creeping, creeping_slopes, &seen, NULL};
    assert_true(search(1, &equations, &x) <= 25);
    assert_true(x > 1e100 && 1 / log(x) > 0.1 / log(1e100));
}

static bool nowhere(void *context, const double *x, double *f)
{
    (void)context;
    (void)x;
    f[0] = 0;
    return false;
}

static void a_residual_that_is_not_there_ends_it_at_once(void **state)
{
    (void)state;
    double x = 3;
    const equations_t equations = {nowhere, rootless_slopes, &x, NULL};
    assert_int_equal(search(1, &equations, &x), 0);
    assert_true(x == 3);
}

static void too_many_unknowns_are_refused(void **state)
{
    (void)state;
    powell_t self;
    sgdl_error_t error;
    assert_int_equal(powell_init(&self, (size_t)1 << 33, &error), SGDL_ERR_MEMORY);
    powell_free(&self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_finds_the_end_of_a_curved_valley),
        cmocka_unit_test(it_finds_roots_whatever_the_scale_of_the_unknowns),
        cmocka_unit_test(without_a_root_it_ends),
        cmocka_unit_test(what_creeps_is_left_soon),
        cmocka_unit_test(a_residual_that_is_not_there_ends_it_at_once),
        cmocka_unit_test(too_many_unknowns_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
