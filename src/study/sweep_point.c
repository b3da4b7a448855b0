#include "src/study/sweep_point.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "sgdlimit/solve.h"
#include "src/theories/theory.h"
#include "src/study/variation.h"
#include "src/base/text.h"

/* What the integrator did. */
static const char *const work_columns[] = {"steps", "rhs_evaluations", "newton_iterations",
                                           "failures"};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const point_theory_t *theory_of_points(const sgdl_sweep_t *self)
{
    return theory_of(self->problem)->point;
}

int sweep_point_shown(sgdl_sweep_t *self, sgdl_error_t *error)
{
    self->shown = (emit_list_t){.group = QUANTITIES_OF_SWEEP};
    return theory_of_points(self)->columns(self->problem, &self->shown, error);
}

/* Behind the point's number, its axes and what the theory shows. */
static size_t status_column(const sgdl_sweep_t *self) { return 1 + self->axes + self->shown.count; }

size_t sweep_point_width(const sgdl_sweep_t *self)
{
    return status_column(self) + 1 + (theory_of_points(self)->work ? COUNT(work_columns) : 0) +
           (self->timings ? 1 : 0);
}

bool sweep_point_failed(const sgdl_sweep_t *self, const double *row)
{
    return row[status_column(self)] != 0;
}

int sweep_point_columns(const sgdl_sweep_t *self, sgdl_table_t *table, sgdl_error_t *error)
{
    const size_t work = theory_of_points(self)->work ? COUNT(work_columns) : 0;
    int status = sgdl_table_column(table, error, "point");
    for (size_t a = 0; a < self->axes && status == SGDL_OK; a++)
        status = sgdl_table_column(table, error, "%s", self->axis[a].key);
    for (size_t c = 0; c < self->shown.count && status == SGDL_OK; c++)
        status = sgdl_table_column(table, error, "%s", self->shown.quantity[c].name);
    if (status == SGDL_OK)
        status = sgdl_table_column(table, error, "status");
    for (size_t c = 0; c < work && status == SGDL_OK; c++)
        status = sgdl_table_column(table, error, "%s", work_columns[c]);
    if (status == SGDL_OK && self->timings)
        status = sgdl_table_column(table, error, "wall_time");
    return status;
}

/* A point on its way. */
typedef struct point {
    const sgdl_sweep_t *sweep;
    sgdl_problem_t *problem;
    double value[SGDL_SWEEP_AXES];
    double *shown; /* [sweep->shown.count] in its row */
    sgdl_solve_statistics_t statistics;
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
    self->failure = status;
    char text[SWEEP_REASON]; /* which may be cut inside of a character */
    (void)snprintf(text, sizeof text, "%.100s%s%.140s", error->place, *error->place ? ": " : "",
                   error->message);
    text_printable(text, reason, SWEEP_REASON);
}

void sweep_point_plan(const sgdl_sweep_t *self, sgdl_plan_t *plan)
{
    plan->accuracy = self->accuracy;
    plan->paths = self->paths;
    plan->grid = self->cell;
    plan->no_error = self->no_error;
}

static int run(point_t *self, const sgdl_sweep_options_t *options, char reason[SWEEP_REASON],
               sgdl_error_t *error)
{
    const sgdl_sweep_t *sweep = self->sweep;
    const char *keys[SGDL_SWEEP_AXES];
    sgdl_error_t local = {0};
    for (size_t a = 0; a < sweep->axes; a++)
        keys[a] = sweep->axis[a].key;
    int status =
        variation_read(self->problem, sweep->problem, keys, self->value, sweep->axes, &local);
    if (status == SGDL_OK) {
        sgdl_plan_t plan = self->problem->plan;
        plan.memory = options->memory > 0 ? options->memory : sweep->memory;
        plan.watch.stop = options->watch.stop;
        sweep_point_plan(sweep, &plan);
        plan.statistics = &self->statistics;
        status = theory_of_points(sweep)->measure(self->problem, &plan, &sweep->shown, self->shown,
                                                  &local);
    }
    if (ends_sweep(status))
        return sgdl_fail(error, status, local.place, "%s", local.message);
    if (status != SGDL_OK)
        note_failure(self, status, &local, reason);
    return SGDL_OK;
}

static void fill_row(const point_t *self, size_t number, double seconds, double *row)
{
    const sgdl_sweep_t *sweep = self->sweep;
    const sgdl_solve_statistics_t *n = &self->statistics;
    const double work[COUNT(work_columns)] = {
        (double)n->steps, (double)n->rhs_evaluations, (double)n->newton_iterations,
        (double)(n->error_test_failures + n->newton_failures)};
    double *next = row + status_column(sweep);
    *row = (double)(number + 1);
    memcpy(row + 1, self->value, sweep->axes * sizeof *row);
    *next++ = self->failure == SGDL_OK ? 0 : self->failure - SGDL_STATUS_FIRST;
    if (theory_of_points(sweep)->work) {
        memcpy(next, work, sizeof work);
        next += COUNT(work);
    }
    if (sweep->timings)
        *next = seconds;
}

int sweep_point_compute(const sgdl_sweep_t *self, size_t point, const sgdl_sweep_options_t *options,
                        double *row, char reason[SWEEP_REASON], sgdl_error_t *error)
{
    struct timespec begin, end;
    point_t work = {.sweep = self, .problem = sgdl_problem_new(), .shown = row + 1 + self->axes};
    *reason = '\0';
    (void)timespec_get(&begin, TIME_UTC);
    set_values(&work, point);
    for (size_t c = 0; c < self->shown.count; c++)
        work.shown[c] = NAN;
    int status = run(&work, options, reason, error);
    (void)timespec_get(&end, TIME_UTC);
    if (status == SGDL_OK)
        fill_row(&work, point,
                 (double)(end.tv_sec - begin.tv_sec) + 1e-9 * (double)(end.tv_nsec - begin.tv_nsec),
                 row);
    sgdl_problem_free(work.problem);
    return status;
}
