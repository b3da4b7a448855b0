/* Schedules with breaks early, late and side by side, against a reference that shares nothing with
 * the integrator (tests/radau.h) and against closed forms. */
#include "tests/curves.h"

#include <string.h>

#include "tests/radau.h"
#include "src/problem/problem.h"

/* ---- random numbers and texts -----------------------------------------------------------------
 */

static double draw(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 11) * 0x1p-53;
}

static double draw_between(uint64_t *state, double low, double high)
{
    return low + (high - low) * draw(state);
}

static double draw_decades(uint64_t *state, double low, double high)
{
    return pow(10, draw_between(state, low, high));
}

static int compare_numbers(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

typedef struct text {
    char data[8192];
    size_t length;
} text_t;

static void add(text_t *self, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length =
        vsnprintf(self->data + self->length, sizeof self->data - self->length, format, arguments);
    va_end(arguments);
    assert_true(length >= 0 && self->length + (size_t)length < sizeof self->data);
    self->length += (size_t)length;
}

static void add_list(text_t *self, const char *name, const double *values, size_t count)
{
    add(self, ", %s: [", name);
    for (size_t i = 0; i < count; i++)
        add(self, "%s%.17g", i ? ", " : "", values[i]);
    add(self, "]");
}

/* ---- random problems ---------------------------------------------------------------------------
 */

static radau_t draw_problem(uint64_t *state)
{
    radau_t self = {.logistic = draw(state) < 0.25,
                    .groups = 1 + (size_t)(RADAU_GROUPS * draw(state)),
                    .ridge = draw(state) < 0.3 ? 0.05 : 0,
                    .intercept = draw(state) < 0.3 ? 0.7 : 0,
                    .batch = draw(state) < 0.3 ? 3 : 1,
                    .start = draw(state) < 0.3 ? 0.5 : 0};
    self.weight[0] = draw_between(state, 0.2, 0.8);
    self.weight[1] = 1 - self.weight[0];
    self.label[0] = 1;
    self.label[1] = self.logistic ? 0 : -1;
    for (size_t i = 0; i < 2; i++) { /* one direction a group, at u = 1/d, 2/d, ... 1 */
        self.exponent[i] = draw_between(state, -1, 5);
        self.scale[i] = draw_decades(state, -1, 0);
        self.zero[i] = draw(state) < 0.3 ? 0.5 : 0;
        self.mean_exponent[i] = draw_between(state, -0.4, 1);
        self.mean_scale[i] = draw_between(state, -1.5, 1.5);
    }
    for (size_t g = 0; g < self.groups; g++) {
        double u = (double)(g + 1) / (double)self.groups;
        self.share[g] = 1 / (double)self.groups;
        for (size_t i = 0; i < 2; i++) {
            self.eigenvalue[i][g] = self.zero[i] == 0  ? self.scale[i] * pow(u, self.exponent[i])
                                    : u > self.zero[i] ? self.scale[i]
                                                       : 0;
            self.mean[i][g] = self.mean_scale[i] * pow(u, self.mean_exponent[i]);
        }
        self.y[self.groups + g] = self.start;
    }
    return self;
}

static double draw_rate(uint64_t *state)
{
    return draw(state) < 0.12 ? 0 : draw_decades(state, -2, -0.1);
}

static void draw_schedule(radau_schedule_t *self, uint64_t *state)
{
    self->kind = (radau_kind_t)(3 * draw(state));
    self->warmup = draw(state) < 0.25 ? draw_decades(state, -6, 12) : 0;
    self->breaks = 1 + (size_t)((RADAU_BREAKS - 1) * draw(state));
    for (size_t j = 0; j < self->breaks; j++)
        self->time[j] = draw_decades(state, -6, 12);
    qsort(self->time, self->breaks, sizeof *self->time, compare_numbers);
    for (size_t j = 1; j < self->breaks; j++) /* some side by side */
        if (draw(state) < 0.2)
            self->time[j] = nextafter(self->time[j - 1], INFINITY);
    qsort(self->time, self->breaks, sizeof *self->time, compare_numbers);
    for (size_t j = 1; j < self->breaks; j++)
        if (self->time[j] <= self->time[j - 1])
            self->time[j] = nextafter(self->time[j - 1], INFINITY);
    for (size_t j = 0; j <= self->breaks; j++)
        self->value[j] =
            self->kind == RADAU_PIECEWISE ? draw_rate(state) : draw_decades(state, -2, -0.1);
    self->final = draw_rate(state);
    self->over = draw_decades(state, -6, 12);
    self->tau = draw_decades(state, -6, 12);
    self->power = draw_between(state, 0, 1.5);
}

/* Strictly increasing; the last one is the horizon. */
static size_t draw_times(const radau_t *problem, double *times, uint64_t *state)
{
    size_t count = 0, kept = 0;
    for (size_t piece = 0; piece + 1 < radau_pieces(problem); piece++) {
        double end = radau_end(problem, piece);
        times[count++] = end;
        times[count++] = nextafter(end, 0);
        times[count++] = nextafter(end, INFINITY);
        times[count++] = end + draw_decades(state, -3, 3);
    }
    for (size_t j = 0; j < 3; j++)
        times[count++] = draw_decades(state, -6, 13);
    qsort(times, count, sizeof *times, compare_numbers);
    for (size_t j = 0; j < count; j++)
        if (kept == 0 || times[j] > times[kept - 1])
            times[kept++] = times[j];
    return kept;
}

static void write_problem(text_t *text, const radau_t *self, const double *times, size_t count)
{
    const radau_schedule_t *schedule = &self->schedule;
    static const char *const names[] = {"piecewise", "cosine", "polynomial"};
    add(text, "{loss: %s, ridge: %.17g, intercept: %.17g, batch: %g, start: {norm2: %.17g}, ",
        self->logistic ? "logistic" : "least-squares", self->ridge, self->intercept, self->batch,
        self->start);
    add(text, "learning_rate: {schedule: %s, warmup: %.17g", names[schedule->kind],
        schedule->warmup);
    if (schedule->kind == RADAU_PIECEWISE) {
        add_list(text, "times", schedule->time, schedule->breaks);
        add_list(text, "values", schedule->value, schedule->breaks + 1);
    } else if (schedule->kind == RADAU_COSINE) {
        add(text, ", value: %.17g, final: %.17g, over: %.17g", schedule->value[0], schedule->final,
            schedule->over);
    } else {
        add(text, ", value: %.17g, tau: %.17g, power: %.17g", schedule->value[0], schedule->tau,
            schedule->power);
    }
    add(text, "}, output: {times: [");
    for (size_t j = 0; j < count; j++)
        add(text, "%s%.17g", j ? ", " : "", times[j]);
    add(text, "]}, dimension: %zu, classes: [", self->groups);
    for (size_t i = 0; i < 2; i++) {
        add(text, "%s{weight: %.17g, label: %g, covariance: ", i ? ", " : "", self->weight[i],
            self->label[i]);
        if (self->zero[i] > 0)
            add(text, "{family: zero-one, zero: %g, scale: %.17g}", self->zero[i], self->scale[i]);
        else
            add(text, "{family: power-law, exponent: %.17g, scale: %.17g}", self->exponent[i],
                self->scale[i]);
        add(text, ", mean: {family: power-law, exponent: %.17g, scale: %.17g}}",
            self->mean_exponent[i], self->mean_scale[i]);
    }
    add(text, "]}\n");
}

/* ---- the comparison ----------------------------------------------------------------------------
 */

static void assert_follows(radau_t *reference, const double *times, size_t count,
                           const char *problem)
{
    sgdl_table_t table = solve_text(problem);
    size_t piece = 0;
    double begin = 0, elapsed = 0;
    assert_int_equal(table.rows, count);
    for (size_t row = 0; row < count; row++) {
        while (radau_end(reference, piece) < times[row]) {
            double end = radau_end(reference, piece++);
            radau_run(reference, piece - 1, elapsed, end - begin);
            begin = end;
            elapsed = 0;
        }
        radau_run(reference, piece, elapsed, times[row] - begin);
        elapsed = times[row] - begin;
        double risk = radau_risk(reference), norm2 = radau_norm2(reference);
        double found_risk = table_at(&table, row, "risk"), found = table_at(&table, row, "norm2");
        if (!(fabs(found_risk - risk) <= 1e-9 + 1e-6 * risk) ||
            !(fabs(found - norm2) <= 1e-9 + 1e-6 * norm2)) {
            (void)fputs(problem, stderr);
            fail_msg("at t = %.17g: risk %.15g, expected %.15g; norm2 %.15g, expected %.15g",
                     times[row], found_risk, risk, found, norm2);
        }
    }
    sgdl_table_free(&table);
}

static void random_schedules_follow_the_reference(void **unused)
{
    (void)unused;
    uint64_t state = 20;
    for (int trial = 0; trial < 300; trial++) {
        radau_t problem = draw_problem(&state);
        draw_schedule(&problem.schedule, &state);
        double times[4 * (RADAU_BREAKS + 2) + 3];
        size_t count = draw_times(&problem, times, &state);
        text_t text = {.length = 0};
        write_problem(&text, &problem, times, count);
        assert_follows(&problem, times, count, text.data);
    }
}

/* ---- closed forms: least squares without covariance, m' = -gamma M2 (m - 1), M2 = 1 -------------
 */

#define STILL                                                                                      \
    "classes: [{covariance: {family: isotropic, scale: 0}}, {covariance: {family: isotropic, "     \
    "scale: 0}}]}"

static void late_breaks_start_anew(void **unused)
{
    (void)unused;
    static const struct {
        const char *schedule, *times;
        double integral[3]; /* of gamma up to each of the times */
    } cases[] = {
        {"{schedule: piecewise, times: [1.0e+6], values: [1.0e-7, 0.1]}",
         "1.0e+6, 1000000.5, 1000020",
         {0.1, 0.15, 2.1}},
        {"{schedule: piecewise, times: [250], values: [0, 1]}", "250, 250.125, 251", {0, 0.125, 1}},
        {"{schedule: piecewise, times: [2, 1.0e+9], values: [0.25, 0, 1]}",
         "1.0e+9, 1000000000.5, 1000000001",
         {0.5, 1, 1.5}},
        {"{schedule: piecewise, times: [1.0e+12, 1000000000001], values: [0, 2, 0]}",
         "1000000000000.5, 1000000000001, 1.0e+13",
         {1, 2, 2}},
        {"{schedule: piecewise, times: [1, 1.0e+6], values: [1, 0, 1]}",
         "1, 999999, 1.0e+6", /* a break at the end */
         {1, 1, 1}},
        {"{schedule: piecewise, times: [3], values: [0.5, 1.0e+6]}", "1, 2, 3", {0.5, 1, 1.5}},
        {"{schedule: cosine, value: 1, final: 0, over: 2, warmup: 1}",
         "1, 3, 1.0e+9",
         {0.5, 1.5, 1.5}},
        {"{schedule: polynomial, value: 0.5, tau: 1.0e-3, power: 1, warmup: 1.0e-6}",
         "1.0e-6, 1.001e-3, 1.000001",
         {2.5e-7, 3.4682359027997264e-04, 3.4546276395773412e-03}},
        {"{schedule: piecewise, times: [10, 10.000000000000002, 10.000000000000004], values: [0.1, "
         "0.2, 0.3, 0]}",
         "10, 10.000000000000002, 10.000000000000004",
         {1, 1, 1}},
    };
    for (size_t v = 0; v < sizeof cases / sizeof cases[0]; v++) {
        text_t text = {.length = 0};
        add(&text, "{loss: least-squares, tolerance: {relative: 1.0e-10}, learning_rate: %s, ",
            cases[v].schedule);
        add(&text, "output: {times: [%s]}, " STILL, cases[v].times);
        sgdl_table_t table = solve_text(text.data);
        for (size_t row = 0; row < 3; row++)
            assert_close(table_at(&table, row, "mean_1"), -expm1(-cases[v].integral[row]), 1e-9, 0,
                         text.data);
        sgdl_table_free(&table);
    }
}

/* ---- what a row at a break says ----------------------------------------------------------------
 */

/* learning_rate and slope both belong to what comes after the break. */
static void rows_at_breaks_look_ahead(void **unused)
{
    (void)unused;
    static const char *const schedules[] = {
        "{schedule: piecewise, times: [4], values: [0.2, 0.7]}",
        "{schedule: piecewise, times: [4], values: [0.2, 0]}",
        "{schedule: piecewise, times: [1], values: [0.5, 0.1], warmup: 3}",
        "{schedule: piecewise, times: [4, 5], values: [0, 0.3, 0.9]}"};
    static const double rates[] = {0.7, 0, 0.1, 0.3};
    for (size_t v = 0; v < sizeof schedules / sizeof schedules[0]; v++) {
        text_t text = {.length = 0};
        add(&text,
            "{tolerance: {relative: 1.0e-11}, learning_rate: %s, output: {times: [4, 4.001, "
            "4.002]}, classes: [{covariance: {family: isotropic, scale: 0.5}}, {}]}",
            schedules[v]);
        sgdl_table_t table = solve_text(text.data);
        double log_risk[3];
        for (size_t row = 0; row < 3; row++)
            log_risk[row] = log(table_at(&table, row, "risk"));
        double derivative = (4 * log_risk[1] - 3 * log_risk[0] - log_risk[2]) / 2e-3;
        assert_true(table_at(&table, 0, "learning_rate") == rates[v]);
        assert_close(table_at(&table, 0, "slope"), 4 * derivative, 3e-6, 0, schedules[v]);
        sgdl_table_free(&table);
    }
}

/* ---- growth that a falling rate turns round ----------------------------------------------------
 */

static void growth_ends_where_the_rate_falls(void **unused)
{
    (void)unused;
    static const radau_schedule_t schedules[] = {
        {.kind = RADAU_POLYNOMIAL, .value = {8}, .tau = 1, .power = 0.5},
        {.kind = RADAU_COSINE, .value = {5}, .final = 0.5, .over = 10},
        {.kind = RADAU_PIECEWISE, .value = {8, 0.5}, .time = {2}, .breaks = 1}};
    const double times[] = {1, 3, 50, 1000};
    for (size_t v = 0; v < 3; v++) {
        radau_t problem = {.groups = 1,
                           .share = {1},
                           .eigenvalue = {{1}, {1}},
                           .mean = {{1}, {-1}},
                           .weight = {0.5, 0.5},
                           .label = {1, -1},
                           .batch = 1,
                           .scale = {1, 1},
                           .mean_scale = {1, -1},
                           .schedule = schedules[v]};
        text_t text = {.length = 0};
        write_problem(&text, &problem, times, 4);
        assert_follows(&problem, times, 4, text.data);
        assert_true(radau_risk(&problem) < 1);
    }
    /* no rate to come is stable: it has diverged, early or late */
    sgdl_table_t table = solve_expecting("{loss: least-squares, learning_rate: {schedule: cosine, "
                                         "value: 3, final: 2.5}, time: 100}",
                                         1, SGDL_LINEAR_STRUCTURED, SGDL_ERR_DIVERGED);
    assert_non_null(strstr(sgdl_table_value(&table, "curve_1_ended"), "grows without bound"));
    sgdl_table_free(&table);
    /* it would come back, but from beyond what numbers hold */
    table = solve_expecting("{loss: least-squares, learning_rate: {schedule: piecewise, times: "
                            "[40], values: [8, 0.5]}, time: 100}",
                            1, SGDL_LINEAR_STRUCTURED, SGDL_ERR_DIVERGED);
    assert_non_null(
        strstr(sgdl_table_value(&table, "curve_1_ended"), "beyond what can be computed"));
    sgdl_table_free(&table);
}

/* ---- giving up ---------------------------------------------------------------------------------
 */

static void (*least_squares_average)(const sgdl_targets_t *, size_t, size_t, const double *,
                                     const double *, sgdl_averages_t *);

/* No numbers any more once the prediction passes a half. */
static void broken_average(const sgdl_targets_t *targets, size_t label, size_t pairs,
                           const double *m, const double *B, sgdl_averages_t *out)
{
    least_squares_average(targets, label, pairs, m, B, out);
    if (m[0] > 0.5)
        out->G[0] = NAN;
}

/* The message says when on the axis t, not on the integrator's own clock. */
static void giving_up_names_the_time(void **unused)
{
    (void)unused;
    sgdl_problem_t *problem =
        parse_problem("{loss: least-squares, learning_rate: {schedule: piecewise, times: "
                      "[1.0e+6], values: [0, 1]}, output: {times: [1, 1.0e+7]}, " STILL);
    sgdl_loss_t broken = *problem->loss;
    least_squares_average = broken.average;
    broken.average = broken_average;
    problem->loss = &broken;
    sgdl_plan_t options = sgdl_plan_default();
    sgdl_table_t table;
    sgdl_error_t error = {0};
    sgdl_table_init(&table);
    assert_int_equal(sgdl_solve(problem, &options, INTO(&table), &error), SGDL_ERR_SOLVER);
    if (!strstr(error.message, "gave up at t = 1e+06") || strstr(error.message, "h = "))
        fail_msg("%s", error.message);
    assert_int_equal(table.rows, 1);
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_schedules_follow_the_reference),
        cmocka_unit_test(late_breaks_start_anew),
        cmocka_unit_test(rows_at_breaks_look_ahead),
        cmocka_unit_test(growth_ends_where_the_rate_falls),
        cmocka_unit_test(giving_up_names_the_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
