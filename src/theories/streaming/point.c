/* A point of a sweep: the run at its end beside its limit. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "src/problem/problem.h"
#include "src/schedule/source.h"
#include "src/theories/streaming/streaming.h"

enum { SHOWN_CLASSES = 16 }; /* most classes whose clean shares are listed */

/* Times the integrator's tolerance: an excess below that has no exponent to be measured. */
static const double noise_factor = 30;

/* Clean shares stand between the two. */
enum { MEASURED_RISK, MEASURED_ERROR, MEASURED_SLOPE, MEASURED_NORM2 };
static const char *const measured_columns[] = {"risk", "error", "slope", "norm2"};
static const char *const limit_columns[] = {"verdict", "risk_limit", "risk_min",
                                            "excess",  "theta",      "theta_measured"};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static int add_names(emit_list_t *list, const char *const *names, size_t count, sgdl_error_t *error)
{
    int status = SGDL_OK;
    for (size_t c = 0; c < count && status == SGDL_OK; c++)
        status = emit_add(list, error, "%s", names[c]);
    return status;
}

int streaming_point_columns(const sgdl_problem_t *problem, emit_list_t *columns,
                            sgdl_error_t *error)
{
    const bool shares = problem->targets.outputs == 1 && problem->classes <= SHOWN_CLASSES;
    int status = add_names(columns, measured_columns, COUNT(measured_columns), error);
    for (size_t i = 0; shares && i < problem->classes && status == SGDL_OK; i++)
        status = emit_add(columns, error, "clean_share_%zu", i + 1);
    return status == SGDL_OK ? add_names(columns, limit_columns, COUNT(limit_columns), error)
                             : status;
}

#define NOWHERE SIZE_MAX

/* A run whose last row is wanted. */
typedef struct point {
    const emit_list_t *columns;
    size_t measured;                                     /* columns of the run, the first ones */
    size_t at[COUNT(measured_columns) + SHOWN_CLASSES];  /* [measured] in its rows */
    double end[COUNT(measured_columns) + SHOWN_CLASSES]; /* [measured] there */
    size_t seen;                                         /* times that were reached: of one */
} point_t;

/* The columns of a point among the quantities of its run. */
static int choose(void *context, const sgdl_quantity_t *quantity, size_t count, sgdl_error_t *error)
{
    point_t *self = context;
    (void)error;
    for (size_t q = 0; q < count; q++)
        for (size_t c = 0; c < self->measured; c++)
            if (strcmp(quantity[q].name, self->columns->quantity[c].name) == 0)
                self->at[c] = q;
    return SGDL_OK;
}

static int take_end(void *context, const double *value, sgdl_error_t *error)
{
    point_t *self = context;
    (void)error;
    self->seen++;
    for (size_t c = 0; c < self->measured; c++)
        self->end[c] = self->at[c] == NOWHERE ? NAN : value[self->at[c]];
    return SGDL_OK;
}

/* Integrates to the problem's time. */
static int run_to_end(point_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *stated,
                      sgdl_error_t *error)
{
    const sgdl_sink_t sink = {.context = self, .quantities = choose, .row = take_end};
    sgdl_plan_t plan = *stated;
    plan.spacing = SGDL_SPACING_TIMES;
    plan.times = &problem->time;
    plan.points = 1;
    for (size_t c = 0; c < self->measured; c++)
        self->at[c] = NOWHERE;
    return streaming_solve(problem, &plan, &sink, error);
}

static void put_limit(const sgdl_limit_t *limit, const sgdl_plan_t *plan, const point_t *whole,
                      double *value)
{
    const double risk = whole ? whole->end[MEASURED_RISK] : NAN;
    const double slope = whole ? whole->end[MEASURED_SLOPE] : NAN;
    const double excess = risk - limit->risk;
    const double noise = noise_factor * (plan->rtol * risk + plan->atol);
    const double known[COUNT(limit_columns)] = {
        limit->verdict, limit->risk,         limit->risk_min,
        excess,         limit->law.exponent, fabs(excess) > noise ? -slope * risk / excess : NAN,
    };
    memcpy(value, known, sizeof known);
}

/* Where the run goes is not known of rates that the state drives, and of losses of whose long times
 * there is no law: nan. */
static int find_limit(sgdl_limit_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                      bool *is_known, sgdl_error_t *error)
{
    *is_known = rate_source_of(&problem->learning_rate[0], problem->time).kind != RATE_DRIVEN &&
                streaming_limit_is_known(problem);
    return *is_known ? streaming_limit_init(self, problem, plan, 0, error) : SGDL_OK;
}

static bool ends_work(int status)
{
    return status == SGDL_ERR_MEMORY || status == SGDL_ERR_INTERRUPTED;
}

int streaming_point_measure(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                            const emit_list_t *columns, double *value, sgdl_error_t *error)
{
    point_t point = {.columns = columns, .measured = columns->count - COUNT(limit_columns)};
    sgdl_error_t of_run = {0};
    sgdl_limit_t limit = {0};
    bool is_known;
    int status = find_limit(&limit, problem, plan, &is_known, error);
    const bool has_limit = status == SGDL_OK;
    int ran = ends_work(status) ? status : run_to_end(&point, problem, plan, &of_run);
    /* as it was expected to */
    const bool diverged =
        ran == SGDL_ERR_DIVERGED && has_limit && is_known && limit.verdict == SGDL_VERDICT_DIVERGES;
    const bool whole = has_limit && ran == SGDL_OK && point.seen == 1;
    if (whole)
        memcpy(value, point.end, point.measured * sizeof *value);
    if (diverged)
        value[MEASURED_RISK] = INFINITY;
    for (size_t c = 0; has_limit && c < COUNT(limit_columns); c++)
        value[point.measured + c] = NAN;
    if (has_limit && is_known)
        put_limit(&limit, plan, whole ? &point : NULL, value + point.measured);
    if (!diverged && ran != SGDL_OK && (has_limit || (ends_work(ran) && !ends_work(status))))
        status = sgdl_fail(error, ran, of_run.place, "%s", of_run.message);
    sgdl_limit_free(&limit);
    return status;
}
