/* Schedules: values by hand, continuity, breaks, bounds. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sgdlimit/schedule.h"
#include "src/schedule/source.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const double horizon = 100.0;

static const sgdl_family_t *family(const char *name)
{
    for (size_t i = 0; sgdl_schedule_families[i]; i++)
        if (strcmp(sgdl_schedule_families[i]->name, name) == 0)
            return sgdl_schedule_families[i];
    fail_msg("no schedule is called %s", name);
    return NULL;
}

static void set(sgdl_schedule_t *self, const char *name, double value)
{
    sgdl_setting_t *setting = (sgdl_setting_t *)sgdl_spec_setting(&self->spec, name);
    setting->number[0] = value;
    setting->count = 1;
}

static void set_list(sgdl_schedule_t *self, const char *name, const double *values, size_t count)
{
    sgdl_setting_t *setting = (sgdl_setting_t *)sgdl_spec_setting(&self->spec, name);
    free(setting->list);
    setting->list = malloc(count * sizeof *values);
    assert_non_null(setting->list);
    memcpy(setting->list, values, count * sizeof *values);
    setting->count = count;
}

static sgdl_schedule_t make_polynomial(void)
{
    sgdl_schedule_t self = {.spec = sgdl_spec_default(family("polynomial"))};
    set(&self, "value", 2.0);
    set(&self, "tau", 4.0);
    set(&self, "power", 0.5);
    return self;
}

static sgdl_schedule_t make_cosine(double value, double final, double over)
{
    sgdl_schedule_t self = {.spec = sgdl_spec_default(family("cosine"))};
    set(&self, "value", value);
    if (final > 0.0)
        set(&self, "final", final);
    if (over > 0.0)
        set(&self, "over", over);
    return self;
}

static sgdl_schedule_t make_piecewise(void)
{
    static const double times[] = {1.0, 10.0, 200.0}, values[] = {0.3, 0.7, 0.1, 0.9};
    sgdl_schedule_t self = {.spec = sgdl_spec_default(family("piecewise"))};
    set_list(&self, "times", times, COUNT(times));
    set_list(&self, "values", values, COUNT(values));
    return self;
}

static void assert_rate(const sgdl_schedule_t *self, double t, double expected)
{
    double found = sgdl_schedule_rate(self, t, horizon);
    if (!(fabs(found - expected) <= 8 * DBL_EPSILON * fabs(expected)))
        fail_msg("rate(%g) is %.17g, not %.17g", t, found, expected);
}

static void assert_breaks(const sgdl_schedule_t *self, const double *expected,
                          size_t expected_count)
{
    double *times = NULL;
    size_t count = SIZE_MAX;
    assert_int_equal(sgdl_schedule_breaks(self, horizon, &times, &count, NULL), SGDL_OK);
    assert_int_equal(count, expected_count);
    for (size_t i = 0; i < count; i++)
        assert_true(times[i] == expected[i]);
    free(times);
}

static void test_constant(void **state)
{
    (void)state;
    sgdl_schedule_t self = sgdl_schedule_constant(0.25);
    assert_null(sgdl_spec_check(&self.spec));
    assert_rate(&self, 0.0, 0.25);
    assert_rate(&self, 1e9, 0.25);
    assert_true(sgdl_schedule_max(&self, horizon) == 0.25);
    assert_breaks(&self, NULL, 0);
    sgdl_schedule_free(&self);
    assert_null(self.spec.family);
}

static void test_polynomial(void **state)
{
    (void)state;
    sgdl_schedule_t self = make_polynomial();
    assert_rate(&self, 0.0, 2.0);
    assert_rate(&self, 12.0, 1.0);        /* 2 (1 + 3)^-1/2 */
    assert_rate(&self, 60.0, 0.5);        /* 2 (1 + 15)^-1/2 */
    assert_rate(&self, 4e-9, 2.0 - 1e-9); /* first order in t/tau */
    assert_true(sgdl_schedule_max(&self, horizon) == 2.0);
    assert_breaks(&self, NULL, 0);
    sgdl_schedule_free(&self);
}

static void test_cosine(void **state)
{
    (void)state;
    static const double end[] = {40.0};
    sgdl_schedule_t whole = make_cosine(0.8, 0.0, 0.0), part = make_cosine(0.8, 0.2, 40.0);
    assert_rate(&whole, 0.0, 0.8);
    assert_rate(&whole, 50.0, 0.4);        /* over defaults to the horizon */
    assert_rate(&whole, 100.0 / 3.0, 0.6); /* cos(pi/3) = 1/2 */
    /* Near the end it is the square of a small angle: sin^2 x = x^2 (1 - x^2/3 ...). */
    assert_rate(&whole, horizon - 0x1p-20, 0.8 * pow(M_PI / 200.0 * 0x1p-20, 2.0));
    assert_rate(&whole, horizon, 0.0);
    assert_breaks(&whole, &horizon, 1);
    assert_rate(&part, 20.0, 0.5);
    assert_rate(&part, 40.0, 0.2);
    assert_rate(&part, 99.0, 0.2);
    assert_breaks(&part, end, 1);
    assert_true(sgdl_schedule_max(&part, horizon) == 0.8);
    sgdl_schedule_free(&part);
    part = make_cosine(0.2, 0.8, 40.0); /* it may also rise */
    assert_true(sgdl_schedule_max(&part, horizon) == 0.8);
    sgdl_schedule_free(&whole);
    sgdl_schedule_free(&part);
}

static void test_piecewise(void **state)
{
    (void)state;
    static const double breaks[] = {1.0, 10.0}; /* 200 is beyond the horizon */
    sgdl_schedule_t self = make_piecewise();
    assert_null(sgdl_spec_check(&self.spec));
    assert_rate(&self, 0.0, 0.3);
    assert_rate(&self, nextafter(1.0, 0.0), 0.3);
    assert_rate(&self, 1.0, 0.7); /* continuous from the right */
    assert_rate(&self, 9.0, 0.7);
    assert_rate(&self, 10.0, 0.1);
    assert_rate(&self, 199.0, 0.1);
    assert_rate(&self, 200.0, 0.9);
    assert_true(sgdl_schedule_max(&self, horizon) >= 0.7);
    assert_breaks(&self, breaks, COUNT(breaks));
    sgdl_schedule_free(&self);
}

static void test_piecewise_check(void **state)
{
    (void)state;
    static const double equal[] = {1.0, 1.0, 2.0}, two[] = {1.0, 2.0};
    sgdl_schedule_t self = make_piecewise();
    set_list(&self, "times", equal, COUNT(equal));
    assert_non_null(strstr(sgdl_spec_check(&self.spec), "strictly increasing"));
    set_list(&self, "times", two, COUNT(two));
    assert_non_null(strstr(sgdl_spec_check(&self.spec), "one value more"));
    sgdl_schedule_free(&self);
}

/* A straight line from 0 to the first value, then the schedule as if it began there. */
static void test_warmup(void **state)
{
    (void)state;
    static const double breaks[] = {8.0, 9.0, 18.0};
    sgdl_schedule_t plain = make_piecewise(), warm = make_piecewise();
    warm.warmup = 8.0;
    assert_rate(&warm, 0.0, 0.0);
    assert_rate(&warm, 2.0, 0.25 * 0.3);
    assert_rate(&warm, 4.0, 0.5 * 0.3);
    for (double t = 0.0; t < 300.0; t += 0.25)
        assert_rate(&warm, 8.0 + t, sgdl_schedule_rate(&plain, t, horizon));
    assert_breaks(&warm, breaks, COUNT(breaks));
    sgdl_schedule_free(&plain);
    sgdl_schedule_free(&warm);
    static const double ends[] = {8.0, 48.0};
    warm = make_cosine(0.8, 0.2, 40.0);
    warm.warmup = 8.0;
    assert_rate(&warm, 28.0, 0.5);
    assert_breaks(&warm, ends, COUNT(ends));
    warm.warmup = 1e20; /* beyond the horizon: no breaks, and the bound still holds */
    assert_breaks(&warm, NULL, 0);
    assert_true(sgdl_schedule_max(&warm, horizon) >= sgdl_schedule_rate(&warm, horizon, horizon));
    sgdl_schedule_free(&warm);
}

/* Between its breaks every schedule is continuous, and nowhere beyond its bound. */
static void test_continuity_and_bound(void **state)
{
    (void)state;
    sgdl_schedule_t all[] = {sgdl_schedule_constant(0.5), make_polynomial(),
                             make_cosine(0.8, 0.1, 60.0), make_piecewise()};
    for (size_t i = 0; i < COUNT(all); i++) {
        for (int warm = 0; warm < 2; warm++) {
            double *times = NULL;
            size_t count = 0;
            all[i].warmup = warm ? 7.5 : 0.0;
            assert_int_equal(sgdl_schedule_breaks(&all[i], horizon, &times, &count, NULL), SGDL_OK);
            double bound = sgdl_schedule_max(&all[i], horizon), step = 1e-3;
            size_t passed = 0;
            for (double t = 0.0; t + step < horizon; t += step) {
                double now = sgdl_schedule_rate(&all[i], t, horizon);
                double next = sgdl_schedule_rate(&all[i], t + step, horizon);
                assert_true(now <= bound && now >= 0.0);
                if (passed < count && times[passed] <= t + step)
                    passed++;
                else if (!(fabs(next - now) <= step)) /* no slope here is beyond 1 */
                    fail_msg("schedule %zu jumps by %g at %g", i, next - now, t);
            }
            assert_int_equal(passed, count);
            free(times);
        }
        sgdl_schedule_free(&all[i]);
    }
}

/* The infimum to come, against the rate at many later times. */
static void test_least(void **state)
{
    (void)state;
    sgdl_schedule_t all[] = {sgdl_schedule_constant(0.5), make_polynomial(),
                             make_cosine(0.8, 0.1, 60.0), make_cosine(0.2, 0.9, 60.0),
                             make_piecewise()};
    for (size_t i = 0; i < COUNT(all); i++) {
        for (int warm = 0; warm < 2; warm++) {
            all[i].warmup = warm ? 7.5 : 0.0;
            for (double t = 0.0; t < 300.0; t += 2.5) {
                double least = sgdl_schedule_least(&all[i], t, horizon), lowest = INFINITY;
                for (double later = t; later < 1e14; later += 0.5 + 0.01 * (later - t))
                    lowest = fmin(lowest, sgdl_schedule_rate(&all[i], later, horizon));
                assert_true(least <= lowest && lowest <= least + 1e-6);
            }
        }
        sgdl_schedule_free(&all[i]);
    }
}

/* Breaks are the first numbers at which the rate has jumped, whatever rounding makes of the sum of
 * warm-up and time; within a segment the rate is held below the jump, and resolves times that a
 * double near its begin does not. */
static void test_segments(void **state)
{
    (void)state;
    static const double warmups[] = {0.0, 0.1, 1.0 / 3.0, 12345.678, 1e9 / 7.0};
    for (size_t w = 0; w < COUNT(warmups); w++) {
        sgdl_schedule_t self = make_piecewise();
        double *times = NULL, far = 1e12;
        size_t count = 0;
        self.warmup = warmups[w];
        assert_int_equal(sgdl_schedule_breaks(&self, far, &times, &count, NULL), SGDL_OK);
        assert_int_equal(count, w > 0 ? 4 : 3);
        for (size_t i = w > 0; i < count; i++) {
            double before = sgdl_schedule_rate(&self, nextafter(times[i], 0.0), far);
            double after = sgdl_schedule_rate(&self, times[i], far);
            double begin = i > 0 ? times[i - 1] : 0.0, length = times[i] - begin;
            assert_true(before != after);
            assert_true(sgdl_schedule_rate_within(&self, begin, times[i], length, far) == before);
            assert_true(sgdl_schedule_rate_within(&self, times[i], INFINITY, 0.0, far) == after);
        }
        free(times);
        sgdl_schedule_free(&self);
    }
    sgdl_schedule_t late = make_polynomial();
    set(&late, "tau", 1e-9);
    late.warmup = 1e9;
    double found = sgdl_schedule_rate_within(&late, 1e9, INFINITY, 3e-9, horizon);
    assert_true(fabs(found - 1.0) < 1e-15); /* 2 (1 + 3)^-1/2 */
    sgdl_schedule_free(&late);
}

/* A source says of every schedule what the schedule says, and of a number the number. */
static void test_sources(void **state)
{
    (void)state;
    sgdl_schedule_t all[] = {sgdl_schedule_constant(0.5), make_polynomial(),
                             make_cosine(0.8, 0.1, 50.0), make_piecewise(),
                             sgdl_schedule_constant(0.5)};
    const rate_kind_t kinds[] = {RATE_CONSTANT, RATE_GIVEN, RATE_GIVEN, RATE_GIVEN, RATE_GIVEN};
    all[4].warmup = 3.0;
    for (size_t i = 0; i < COUNT(all); i++) {
        const rate_source_t source = rate_source_of(&all[i], horizon);
        double *times, *expected, begin = 0.0;
        size_t count, expected_count;
        assert_int_equal(source.kind, kinds[i]);
        assert_true(source.bound == sgdl_schedule_max(&all[i], horizon));
        assert_true(rate_source_label(&source) ==
                    sgdl_schedule_rate(&all[i], all[i].warmup, horizon));
        assert_true(rate_source_ending(&source).rate ==
                    sgdl_schedule_ending(&all[i], horizon).rate);
        assert_int_equal(rate_source_check(&source, 0, "nobody", NULL), SGDL_OK);
        assert_int_equal(rate_source_breaks(&source, &times, &count, NULL), SGDL_OK);
        assert_int_equal(sgdl_schedule_breaks(&all[i], horizon, &expected, &expected_count, NULL),
                         SGDL_OK);
        assert_int_equal(count, expected_count);
        for (size_t b = 0; b <= count; b++) {
            double end = b < count ? times[b] : INFINITY;
            for (double s = 0.0; s < 20.0; s += 0.7) {
                double t = begin + s;
                assert_true(rate_source_at(&source, t, NULL) ==
                            sgdl_schedule_rate(&all[i], t, horizon));
                assert_true(rate_source_within(&source, begin, end, s, NULL) ==
                            sgdl_schedule_rate_within(&all[i], begin, end, s, horizon));
                assert_true(rate_source_least(&source, t) ==
                            sgdl_schedule_least(&all[i], t, horizon));
            }
            begin = end;
        }
        free(times);
        free(expected);
        sgdl_schedule_free(&all[i]);
    }
}

static void test_source_of_a_number(void **state)
{
    (void)state;
    const rate_source_t source = rate_source_constant(0.25, horizon);
    double *times;
    size_t count;
    assert_int_equal(rate_source_breaks(&source, &times, &count, NULL), SGDL_OK);
    assert_int_equal(count, 0);
    assert_true(rate_source_at(&source, 1e9, NULL) == 0.25);
    assert_true(rate_source_within(&source, 0.0, INFINITY, 7.0, NULL) == 0.25);
    assert_true(rate_source_least(&source, 3.0) == 0.25 && source.bound == 0.25);
    assert_true(rate_source_ending(&source).rate == 0.25);
    assert_true(rate_source_label(&source) == 0.25);
    free(times);
}

/* ---- driven by the state ----------------------------------------------------------------------
 */

static void assert_within(double found, double expected, double error)
{
    if (!(fabs(found - expected) <= error) && found != expected)
        fail_msg("found %.17g, expected %.17g", found, expected);
}

static double measured_rate(const sgdl_schedule_t *self, const sgdl_measured_t *measured)
{
    const rate_source_t source = rate_source_of(self, horizon);
    assert_int_equal(source.kind, RATE_DRIVEN);
    return rate_source_at(&source, 3.0, measured);
}

static void driven_values(void **unused)
{
    (void)unused;
    const sgdl_measured_t measured = {
        .risk = 0.8, .step_power = 0.5, .descent = 3.0, .curvature = 2.0, .accumulated = 0.75};
    sgdl_schedule_t self = {.spec = sgdl_spec_default(family("adagrad-norm"))};
    set(&self, "eta", 3.0);
    set(&self, "b0", 0.5);
    assert_within(measured_rate(&self, &measured), 3.0, 1e-15);
    assert_within(sgdl_schedule_max(&self, horizon), 6.0, 0.0);
    assert_within(sgdl_schedule_least(&self, 1.0, horizon), 0.0, 0.0);
    assert_true(isnan(sgdl_schedule_rate(&self, 1.0, horizon)));
    assert_true(isnan(measured_rate(&self, &(sgdl_measured_t){.accumulated = -1.0})));
    sgdl_schedule_free(&self);
    self = (sgdl_schedule_t){.spec = sgdl_spec_default(family("line-search"))};
    assert_within(measured_rate(&self, &measured), 0.75, 0.0);
    assert_within(measured_rate(&self, &(sgdl_measured_t){.risk = 0.0}), 0.0, 0.0);
    assert_true(isinf(sgdl_schedule_max(&self, horizon)));
    sgdl_schedule_free(&self);
    self = (sgdl_schedule_t){.spec = sgdl_spec_default(family("polyak"))};
    assert_within(measured_rate(&self, &measured), 1.6, 1e-15);
    set(&self, "factor", 0.5);
    set(&self, "risk_min", 0.3);
    assert_within(measured_rate(&self, &measured), 0.5, 1e-15);
    assert_within(measured_rate(&self, &(sgdl_measured_t){.risk = 0.2}), 0.0, 0.0);
    sgdl_schedule_free(&self);
}

/* Derivatives against differences. */
static void driven_derivatives(void **unused)
{
    (void)unused;
    enum { MEASURES = sizeof(sgdl_measured_t) / sizeof(double) };
    static const char *const names[] = {"adagrad-norm", "line-search", "polyak"};
    for (size_t v = 0; v < COUNT(names); v++) {
        union {
            sgdl_measured_t measured;
            double value[MEASURES];
        } at = {.measured = {0.8, 0.9, 0.5, 3.0, 2.0, 0.75}}, partial;
        sgdl_schedule_t self = {.spec = sgdl_spec_default(family(names[v]))};
        if (v == 0) {
            set(&self, "eta", 3.0);
            set(&self, "b0", 0.5);
        }
        const rate_source_t source = rate_source_of(&self, horizon);
        partial.measured = rate_source_partial(&source, 0.0, INFINITY, 3.0, &at.measured);
        for (size_t e = 0; e < MEASURES; e++) {
            const double step = 1e-5, value = at.value[e];
            at.value[e] = value + step;
            const double above = measured_rate(&self, &at.measured);
            at.value[e] = value - step;
            const double below = measured_rate(&self, &at.measured);
            at.value[e] = value;
            assert_within(partial.value[e], (above - below) / (2 * step), 1e-8);
        }
        sgdl_schedule_free(&self);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_constant),
        cmocka_unit_test(test_polynomial),
        cmocka_unit_test(test_cosine),
        cmocka_unit_test(test_piecewise),
        cmocka_unit_test(test_piecewise_check),
        cmocka_unit_test(test_warmup),
        cmocka_unit_test(test_continuity_and_bound),
        cmocka_unit_test(test_least),
        cmocka_unit_test(test_segments),
        cmocka_unit_test(test_sources),
        cmocka_unit_test(test_source_of_a_number),
        cmocka_unit_test(driven_values),
        cmocka_unit_test(driven_derivatives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
