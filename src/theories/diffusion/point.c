/* A point of a sweep: the stationary law of its landscape, and what has become of it by the
 * problem's time. */
#include <string.h>

#include "src/problem/problem.h"
#include "src/theories/diffusion/diffusion.h"
#include "src/theories/diffusion/limit.h"

int diffusion_point_columns(const sgdl_problem_t *problem, emit_list_t *columns,
                            sgdl_error_t *error)
{
    static const char *const names[] = {"mean_loss",        "sharpness",   "p_flat", "gap",
                                        "relaxation_steps", "p_flat_time", "basins"};
    int status = SGDL_OK;
    for (size_t b = 0; b < problem->landscape.minima && status == SGDL_OK; b++)
        status = emit_add(columns, error, "p_%zu", b + 1);
    for (size_t i = 0; i < sizeof names / sizeof *names && status == SGDL_OK; i++)
        status = emit_add(columns, error, "%s", names[i]);
    for (const char *const *name = limit_tail_columns;
         limit_has_tail(problem) && *name && status == SGDL_OK; name++)
        status = emit_add(columns, error, "%s", *name);
    return status;
}

/* The value of a column, if the sweep has it: a point's basins may be others than the base's. */
static void put(const emit_list_t *columns, const char *name, double found, double *value)
{
    for (size_t c = 0; c < columns->count; c++)
        if (strcmp(columns->quantity[c].name, name) == 0)
            value[c] = found;
}

static int measure_limit(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                         const emit_list_t *columns, double *value, sgdl_error_t *error)
{
    sgdl_curve_t *row = sgdl_curve_new();
    const sgdl_sink_t sink = sgdl_curve_sink(row);
    int status = row ? diffusion_limit(problem, plan, &sink, error) : sgdl_fail_memory(error);
    for (size_t q = 0; status == SGDL_OK && q < sgdl_curve_quantities(row); q++) {
        const char *name = sgdl_curve_quantity(row, q).name;
        put(columns, name, sgdl_curve_column(row, name)[0], value);
    }
    sgdl_curve_free(row);
    return status;
}

static int measure_time(const sgdl_problem_t *problem, const sgdl_plan_t *stated,
                        const emit_list_t *columns, double *value, sgdl_error_t *error)
{
    sgdl_curve_t *end = sgdl_curve_new();
    const sgdl_sink_t sink = sgdl_curve_sink(end);
    sgdl_plan_t plan = *stated;
    plan.spacing = SGDL_SPACING_TIMES;
    plan.times = &problem->time;
    plan.points = 1;
    int status = end ? diffusion_solve(problem, &plan, &sink, error) : sgdl_fail_memory(error);
    if (status == SGDL_OK)
        put(columns, "p_flat_time", sgdl_curve_column(end, "p_flat")[0], value);
    sgdl_curve_free(end);
    return status;
}

static bool ends_work(int status)
{
    return status == SGDL_ERR_MEMORY || status == SGDL_ERR_INTERRUPTED;
}

int diffusion_point_measure(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                            const emit_list_t *columns, double *value, sgdl_error_t *error)
{
    sgdl_error_t later = {0};
    put(columns, "basins", (double)problem->landscape.minima, value);
    int status = measure_limit(problem, plan, columns, value, error);
    if (ends_work(status))
        return status;
    const int timed = measure_time(problem, plan, columns, value, &later);
    return timed != SGDL_OK && (status == SGDL_OK || ends_work(timed))
               ? sgdl_fail(error, timed, later.place, "%s", later.message)
               : status;
}
