/* The loss behind a table of a landscape: its header states the potential. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text_stream.h"
#include "src/draw/plot.h"
#include "src/problem/problem.h"

/* How far up the loss is shown, in heights of what there is between its critical points. */
static const double HEIGHTS = 2.2;

sgdl_problem_t *plot_landscape(const sgdl_table_t *table)
{
    static const char *const keys[] = {"model", "potential", "noise"};
    text_stream_t stream;
    char *text = NULL;
    bool stated = sgdl_table_value(table, "potential") && sgdl_table_value(table, "noise");
    if (!stated || text_stream_open(&stream, NULL) != SGDL_OK)
        return NULL;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *value = sgdl_table_value(table, keys[i]);
        (void)fprintf(stream.out, "%s: %s\n", keys[i], value ? value : "landscape");
    }
    sgdl_problem_t *problem =
        text_stream_close(&stream, &text, NULL) == SGDL_OK ? sgdl_problem_new() : NULL;
    if (problem && (sgdl_problem_parse(problem, text, "table", NULL, 0, NULL) != SGDL_OK ||
                    problem_ready(problem, NULL) != SGDL_OK)) {
        sgdl_problem_free(problem);
        problem = NULL;
    }
    free(text);
    return problem;
}

size_t plot_flattest(const sgdl_table_t *table)
{
    sgdl_problem_t *problem = plot_landscape(table);
    const size_t flattest = problem ? landscape_flattest(&problem->landscape) : 0;
    sgdl_problem_free(problem);
    return flattest;
}

/* The lowest and the highest of its critical points. */
static void heights(const landscape_t *landscape, double *low, double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t c = 0; c < landscape->critical_count; c++) {
        *low = fmin(*low, landscape->critical[c].loss);
        *high = fmax(*high, landscape->critical[c].loss);
    }
}

void plot_heights(const sgdl_problem_t *problem, double ends[2])
{
    heights(&problem->landscape, &ends[0], &ends[1]);
    ends[1] = ends[0] + (ends[1] > ends[0] ? HEIGHTS * (ends[1] - ends[0]) : 1);
}

static double bounded(const landscape_t *landscape, double x)
{
    return fmin(fmax(x, landscape->range[0][0]), landscape->range[0][1]);
}

/* ---- behind curves along x --------------------------------------------------------------------
 */

/* The part of the loss that is worth a look: where it has no barrier, as far as the panel. */
static void set_axis(plot_axis_t *axis, const landscape_t *landscape, const plot_axis_t *x)
{
    double low, high;
    heights(landscape, &low, &high);
    const double ends[] = {landscape_slope(landscape, bounded(landscape, x->low), 0),
                           landscape_slope(landscape, bounded(landscape, x->high), 0)};
    const double top = fmin(ends[0], ends[1]);
    (void)snprintf(axis->label, sizeof axis->label, "loss U(x)");
    axis->low = low;
    axis->high = high > low ? low + HEIGHTS * (high - low) : fmax(top, low);
    plot_axis_widen(axis);
}

int plot_ground_init(plot_panel_t *self, const plot_request_t *request, sgdl_error_t *error)
{
    sgdl_problem_t *problem = plot_landscape(&request->table[0]);
    const landscape_t *landscape = problem ? &problem->landscape : NULL;
    int status = SGDL_OK;
    if (landscape && landscape->coordinates == 1 && !self->x.log) {
        const double room = 0.05;
        self->ground = calloc(PLOT_SAMPLES, 2 * sizeof *self->ground);
        status = self->ground ? SGDL_OK : sgdl_fail_memory(error);
        set_axis(&self->second, landscape, &self->x);
        self->second.high += room * (self->second.high - self->second.low);
        self->grounded = status == SGDL_OK;
    }
    for (; self->grounded && self->ground_points < PLOT_SAMPLES; self->ground_points++) {
        const double share = (double)self->ground_points / (PLOT_SAMPLES - 1);
        double *point = self->ground + 2 * self->ground_points;
        point[0] = self->x.low + share * (self->x.high - self->x.low);
        const bool known = point[0] == bounded(landscape, point[0]);
        point[1] = known ? landscape_slope(landscape, point[0], 0) : NAN;
    }
    sgdl_problem_free(problem);
    return status;
}

/* ---- a table of critical points ---------------------------------------------------------------
 */

/* From some way left of the first to as far right of the last, as high as is worth a look. */
static void outskirts(const landscape_t *landscape, const sgdl_table_t *table, double ends[2])
{
    const long x = sgdl_table_find(table, "x");
    const double first = table->value[x];
    const double last = table->value[(table->rows - 1) * table->columns + (size_t)x];
    double low, high, step = 0.01 * fmax(last - first, 0.1 * fmax(fabs(first), 1));
    heights(landscape, &low, &high);
    const double enough = high > low ? low + (HEIGHTS - 0.4) * (high - low) : INFINITY;
    ends[0] = first;
    ends[1] = last;
    for (int e = 0; e < 2; e++)
        for (int k = 0; k < 100 && landscape_slope(landscape, ends[e], 0) < enough; k++)
            ends[e] = bounded(landscape, ends[e] + (e ? step : -step));
}

void plot_fill_loss(plot_series_t *series, const sgdl_table_t *table)
{
    sgdl_problem_t *problem = plot_landscape(table);
    double ends[2];
    if (problem && problem->landscape.coordinates == 1) {
        outskirts(&problem->landscape, table, ends);
        for (; series->points < PLOT_SAMPLES; series->points++) {
            double *point = series->point + series->points * POINT_SIZE;
            const double share = (double)series->points / (PLOT_SAMPLES - 1);
            for (int part = 0; part < POINT_SIZE; part++)
                point[part] = NAN;
            point[POINT_X] = ends[0] + share * (ends[1] - ends[0]);
            point[POINT_LINE] = landscape_slope(&problem->landscape, point[POINT_X], 0);
        }
    }
    sgdl_problem_free(problem);
}
