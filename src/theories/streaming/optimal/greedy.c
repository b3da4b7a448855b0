#include "src/theories/streaming/optimal/greedy.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/theories/streaming/streaming.h"

static int solve(const sgdl_problem_t *problem, const sgdl_plan_t *stated, const double *times,
                 size_t points, sgdl_curve_t *curve, sgdl_error_t *error)
{
    sgdl_problem_t *copy = sgdl_problem_copy(problem, error);
    sgdl_plan_t plan = *stated;
    plan.times = times;
    plan.points = points;
    plan.watch.progress = NULL;
    if (!copy)
        return error->code;
    const sgdl_sink_t sink = sgdl_curve_sink(curve);
    int status = sgdl_problem_set(copy, "learning_rate", "{schedule: line-search}", error);
    if (status == SGDL_OK)
        status = streaming_solve(copy, &plan, &sink, error);
    sgdl_problem_free(copy);
    return status;
}

static void take(const sgdl_curve_t *curve, size_t pieces, greedy_t *out)
{
    const double *rate = sgdl_curve_column(curve, "learning_rate");
    const double *risk = sgdl_curve_column(curve, "risk");
    const size_t rows = sgdl_curve_rows(curve);
    for (size_t j = 0; rate && j < pieces && j < rows; j++)
        out->rate[j] = rate[j];
    if (risk && rows > pieces)
        out->risk = risk[pieces];
}

int greedy_run(const sgdl_problem_t *problem, const sgdl_plan_t *plan, const double *time,
               size_t pieces, greedy_t *out, sgdl_error_t *error)
{
    sgdl_error_t found = {0};
    sgdl_curve_t *curve = sgdl_curve_new();
    double *times = malloc((pieces + 1) * sizeof *times);
    out->risk = NAN;
    out->reason[0] = '\0';
    int status = curve && times ? SGDL_OK : sgdl_fail_memory(&found);
    for (size_t j = 0; j < pieces && status == SGDL_OK; j++) {
        out->rate[j] = NAN;
        times[j] = 0.5 * (time[j] + time[j + 1]);
        times[j + 1] = time[j + 1];
    }
    if (status == SGDL_OK)
        status = solve(problem, plan, times, pieces + 1, curve, &found);
    if (status != SGDL_ERR_MEMORY)
        take(curve, pieces, out);
    sgdl_curve_free(curve);
    free(times);
    if (status == SGDL_ERR_MEMORY || status == SGDL_ERR_INTERRUPTED)
        return sgdl_fail(error, status, found.place, "%s", found.message);
    if (status != SGDL_OK)
        (void)snprintf(out->reason, sizeof out->reason, "%.200s", found.message);
    return SGDL_OK;
}
