#include "src/study/sweep_point.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "sgdlimit/solve.h"
#include "src/theories/theory.h"
#include "src/study/variation.h"
#include "src/base/text.h"

enum { SHOWN_CLASSES = 16 }; /* most classes whose clean shares are listed */

/* Times the integrator's tolerance: an excess below that has no exponent to be measured. */
static const double noise_factor = 30;

static size_t shown_classes(const sgdl_sweep_t *self)
{
    return self->problem->targets.outputs == 1 && self->problem->classes <= SHOWN_CLASSES
               ? self->problem->classes
               : 0;
}

/* Columns behind those of the axes and before and after the clean shares, in the order in which
 * row_t has them. */
enum { MEASURED_RISK, MEASURED_ERROR, MEASURED_SLOPE, MEASURED_NORM2 };
static const char *const measured_columns[] = {"risk", "error", "slope", "norm2"};
static const char *const limit_columns[] = {"verdict", "risk_limit", "risk_min",
                                            "excess",  "theta",      "theta_measured"};
static const char *const solver_columns[] = {"status", "steps", "rhs_evaluations",
                                             "newton_iterations", "failures"};

#define COUNT(array) (sizeof(array) / sizeof *(array))

size_t sweep_point_width(const sgdl_sweep_t *self)
{
    return 1 + self->axes + COUNT(measured_columns) + shown_classes(self) + COUNT(limit_columns) +
           COUNT(solver_columns) + (self->timings ? 1 : 0);
}

bool sweep_point_failed(const sgdl_sweep_t *self, const double *row)
{
    return row[1 + self->axes + COUNT(measured_columns) + shown_classes(self) +
               COUNT(limit_columns)] != 0;
}

static int add_names(sgdl_table_t *table, const char *const *names, size_t count,
                     sgdl_error_t *error)
{
    int status = SGDL_OK;
    for (size_t c = 0; c < count && status == SGDL_OK; c++)
        status = sgdl_table_column(table, error, "%s", names[c]);
    return status;
}

int sweep_point_columns(const sgdl_sweep_t *self, sgdl_table_t *table, sgdl_error_t *error)
{
    int status = sgdl_table_column(table, error, "point");
    for (size_t a = 0; a < self->axes && status == SGDL_OK; a++)
        status = sgdl_table_column(table, error, "%s", self->axis[a].key);
    if (status == SGDL_OK)
        status = add_names(table, measured_columns, COUNT(measured_columns), error);
    for (size_t i = 0; i < shown_classes(self) && status == SGDL_OK; i++)
        status = sgdl_table_column(table, error, "clean_share_%zu", i + 1);
    if (status == SGDL_OK)
        status = add_names(table, limit_columns, COUNT(limit_columns), error);
    if (status == SGDL_OK)
        status = add_names(table, solver_columns, COUNT(solver_columns), error);
    if (status == SGDL_OK && self->timings)
        status = sgdl_table_column(table, error, "wall_time");
    return status;
}

#define NOWHERE SIZE_MAX

/* A point on its way. */
typedef struct point {
    const sgdl_sweep_t *sweep;
    sgdl_problem_t *problem;
    sgdl_plan_t plan;
    double value[SGDL_SWEEP_AXES];
    size_t seen; /* times that were reached: of one */
    double measured[COUNT(measured_columns)], clean_share[SHOWN_CLASSES];
    size_t measured_at[COUNT(measured_columns)], clean_share_at[SHOWN_CLASSES]; /* in its rows */
    sgdl_solve_statistics_t statistics;
    sgdl_limit_t limit;
    bool has_limit, diverged;
    int failure; /* status of the first failure */
} point_t;

static void set_values(point_t *self, size_t point)
{
    const sgdl_sweep_t *sweep = self->sweep;
    for (size_t a = sweep->axes; a-- > 0;) {
        self->value[a] = sgdl_axis_value(&sweep->axis[a], point % sweep->axis[a].count);
        point /= sweep->axis[a].count;
    }
}

static bool ends_sweep(int status)
{
    return status == SGDL_ERR_MEMORY || status == SGDL_ERR_INTERRUPTED;
}

static void note_failure(point_t *self, int status, const sgdl_error_t *error,
                         char reason[SWEEP_REASON])
{
    if (status == SGDL_OK || self->failure != SGDL_OK)
        return;
    self->failure = status;
    char text[SWEEP_REASON]; /* which may be cut inside of a character */
    (void)snprintf(text, sizeof text, "%.100s%s%.140s", error->place, *error->place ? ": " : "",
                   error->message);
    text_printable(text, reason, SWEEP_REASON);
}

/* The columns of a point among the quantities of its run. */
static int choose(void *context, const sgdl_quantity_t *quantity, size_t count, sgdl_error_t *error)
{
    point_t *self = context;
    (void)error;
    for (size_t q = 0; q < count; q++) {
        for (size_t c = 0; c < COUNT(measured_columns); c++)
            if (strcmp(quantity[q].name, measured_columns[c]) == 0)
                self->measured_at[c] = q;
        for (size_t i = 0; i < shown_classes(self->sweep); i++) {
            char name[32];
            (void)snprintf(name, sizeof name, "clean_share_%zu", i + 1);
            if (strcmp(quantity[q].name, name) == 0)
                self->clean_share_at[i] = q;
        }
    }
    return SGDL_OK;
}

static double pick(const double *value, size_t at) { return at == NOWHERE ? NAN : value[at]; }

/* The run at its end. */
static int measure(void *context, const double *value, sgdl_error_t *error)
{
    point_t *self = context;
    (void)error;
    self->seen++;
    for (size_t c = 0; c < COUNT(measured_columns); c++)
        self->measured[c] = pick(value, self->measured_at[c]);
    for (size_t i = 0; i < shown_classes(self->sweep); i++)
        self->clean_share[i] = pick(value, self->clean_share_at[i]);
    return SGDL_OK;
}

/* Integrates to the problem's time. */
static int run_to_end(point_t *self, sgdl_error_t *error)
{
    const sgdl_sink_t sink = {.context = self, .quantities = choose, .row = measure};
    sgdl_plan_t plan = self->plan;
    plan.spacing = SGDL_SPACING_TIMES;
    plan.times = &self->problem->time;
    plan.points = 1;
    for (size_t c = 0; c < COUNT(measured_columns); c++)
        self->measured_at[c] = NOWHERE;
    for (size_t i = 0; i < SHOWN_CLASSES; i++)
        self->clean_share_at[i] = NOWHERE;
    return sgdl_solve(self->problem, &plan, &sink, error);
}

static int run(point_t *self, const sgdl_sweep_options_t *options, char reason[SWEEP_REASON],
               sgdl_error_t *error)
{
    const char *keys[SGDL_SWEEP_AXES];
    sgdl_error_t local = {0};
    for (size_t a = 0; a < self->sweep->axes; a++)
        keys[a] = self->sweep->axis[a].key;
    int status = variation_read(self->problem, self->sweep->problem, keys, self->value,
                                self->sweep->axes, &local);
    if (status == SGDL_OK)
        self->plan = self->problem->plan;
    self->plan.memory = options->memory > 0 ? options->memory : self->sweep->memory;
    self->plan.watch.stop = options->watch.stop;
    self->plan.statistics = &self->statistics;
    note_failure(self, status, &local, reason);
    if (status == SGDL_OK) {
        if (theory_can(theory_of(self->problem), THEORY_FINDS_RISK_LIMITS)) {
            status = sgdl_limit_init(&self->limit, self->problem, &self->plan, 0, &local);
            self->has_limit = status == SGDL_OK;
        }
        note_failure(self, status, &local, reason);
        if (!ends_sweep(status))
            status = run_to_end(self, &local);
        self->diverged = status == SGDL_ERR_DIVERGED && self->has_limit &&
                         self->limit.verdict == SGDL_VERDICT_DIVERGES;
        if (!self->diverged) /* as it was expected to */
            note_failure(self, status, &local, reason);
    }
    return ends_sweep(status) ? sgdl_fail(error, status, local.place, "%s", local.message)
                              : SGDL_OK;
}

/* Did the run come to its end? */
static bool is_whole(const point_t *self)
{
    return self->seen == 1 && self->failure == SGDL_OK && !self->diverged;
}

static double *put(double *row, const double *values, size_t count)
{
    for (size_t c = 0; c < count; c++)
        *row++ = values[c];
    return row;
}

static double *put_limit(const point_t *self, double *row)
{
    const sgdl_limit_t *limit = &self->limit;
    const bool whole = is_whole(self);
    const double risk = whole ? self->measured[MEASURED_RISK] : NAN;
    const double slope = whole ? self->measured[MEASURED_SLOPE] : NAN;
    double values[COUNT(limit_columns)] = {NAN, NAN, NAN, NAN, NAN, NAN};
    if (self->has_limit) {
        double excess = risk - limit->risk;
        double noise = noise_factor * (self->plan.rtol * risk + self->plan.atol);
        double measured = fabs(excess) > noise ? -slope * risk / excess : NAN;
        const double known[] = {limit->verdict, limit->risk,         limit->risk_min,
                                excess,         limit->law.exponent, measured};
        (void)put(values, known, COUNT(values));
    }
    return put(row, values, COUNT(values));
}

static void fill_row(const point_t *self, size_t number, double seconds, double *row)
{
    const sgdl_sweep_t *sweep = self->sweep;
    const sgdl_solve_statistics_t *n = &self->statistics;
    const bool whole = is_whole(self);
    *row++ = (double)(number + 1);
    row = put(row, self->value, sweep->axes);
    for (size_t c = 0; c < COUNT(measured_columns); c++)
        *row++ = self->diverged && c == MEASURED_RISK ? INFINITY : whole ? self->measured[c] : NAN;
    for (size_t i = 0; i < shown_classes(sweep); i++)
        *row++ = whole ? self->clean_share[i] : NAN;
    row = put_limit(self, row);
    const double solver[] = {self->failure == SGDL_OK ? 0 : self->failure - SGDL_STATUS_FIRST,
                             (double)n->steps, (double)n->rhs_evaluations,
                             (double)n->newton_iterations,
                             (double)(n->error_test_failures + n->newton_failures)};
    row = put(row, solver, COUNT(solver));
    if (sweep->timings)
        *row++ = seconds;
}

int sweep_point_compute(const sgdl_sweep_t *self, size_t point, const sgdl_sweep_options_t *options,
                        double *row, char reason[SWEEP_REASON], sgdl_error_t *error)
{
    struct timespec begin, end;
    point_t work = {.sweep = self, .problem = sgdl_problem_new()};
    *reason = '\0';
    (void)timespec_get(&begin, TIME_UTC);
    set_values(&work, point);
    int status = run(&work, options, reason, error);
    (void)timespec_get(&end, TIME_UTC);
    if (status == SGDL_OK)
        fill_row(&work, point,
                 (double)(end.tv_sec - begin.tv_sec) + 1e-9 * (double)(end.tv_nsec - begin.tv_nsec),
                 row);
    if (work.has_limit)
        sgdl_limit_free(&work.limit);
    sgdl_problem_free(work.problem);
    return status;
}
