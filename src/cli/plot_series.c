/* Panels out of tables. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/cli/plot.h"

static const double LOG_SPAN = 100;     /* more than this asks for a log axis */
static const size_t STEPPED_NODES = 32; /* a spectrum of so few nodes is drawn as steps */

void plot_panel_free(plot_panel_t *self)
{
    for (size_t i = 0; i < self->count; i++) {
        free(self->series[i].legend);
        free(self->series[i].point);
    }
    free(self->series);
    *self = (plot_panel_t){0};
}

/* ---- one series -------------------------------------------------------------------------------
 */

static double cell(const double *row, long column) { return column < 0 ? NAN : row[column]; }

static void fill_point(double *point, double x, const double *row, const plot_columns_t *columns)
{
    double line = cell(row, columns->line);
    if (columns->absolute) {
        line = 0;
        for (size_t a = 0; a < columns->span; a++) {
            line = hypot(line, row[columns->line + (long)a]);
        }
    }
    point[POINT_X] = x;
    point[POINT_LINE] = line;
    point[POINT_LOW] = cell(row, columns->low);
    point[POINT_HIGH] = cell(row, columns->high);
    point[POINT_MEAN] = cell(row, columns->mean);
}

static void fill_curve(plot_series_t *series, const sgdl_table_t *table, size_t first, size_t rows,
                       long x, const plot_columns_t *columns)
{
    for (size_t i = 0; i < rows; i++) {
        const double *row = table->value + (first + i) * table->columns;
        fill_point(series->point + i * POINT_SIZE, row[x], row, columns);
    }
    series->points = rows;
}

/* A node of a spectrum: its row and the eigenvalue that orders it. */
typedef struct ordered {
    double eigenvalue;
    size_t row;
} ordered_t;

static int compare_ordered(const void *a, const void *b)
{
    const ordered_t *left = a;
    const ordered_t *right = b;
    if (left->eigenvalue != right->eigenvalue) {
        return left->eigenvalue < right->eigenvalue ? -1 : 1;
    }
    return left->row < right->row ? -1 : left->row > right->row;
}

/* Against u, the weight of all directions whose eigenvalue is smaller: two points a node (its step
 * from edge to edge), or one in the middle where steps would be too fine to see. */
static int fill_profile(plot_series_t *series, const sgdl_table_t *table, size_t first, size_t rows,
                        const plot_columns_t *columns, sgdl_error_t *error)
{
    long weight = sgdl_table_find(table, "weight");
    long bar = sgdl_table_find(table, "eigenvalue_bar");
    ordered_t *order = calloc(rows + 1, sizeof *order);
    if (!order) {
        return sgdl_fail_memory(error);
    }
    for (size_t i = 0; i < rows; i++) {
        order[i] = (ordered_t){table->value[(first + i) * table->columns + (size_t)bar], first + i};
    }
    qsort(order, rows, sizeof *order, compare_ordered);

    bool steps = rows <= STEPPED_NODES;
    double u = 0;
    for (size_t i = 0; i < rows; i++) {
        const double *row = table->value + order[i].row * table->columns;
        double next = u + row[weight];
        if (steps) {
            fill_point(series->point + series->points++ * POINT_SIZE, u, row, columns);
            fill_point(series->point + series->points++ * POINT_SIZE, next, row, columns);
        } else {
            fill_point(series->point + series->points++ * POINT_SIZE, 0.5 * (u + next), row,
                       columns);
        }
        u = next;
    }
    free(order);
    return SGDL_OK;
}

/* ---- the panel --------------------------------------------------------------------------------
 */

/* A new series with room for two points a row. */
static plot_series_t *add_series(plot_panel_t *self, size_t rows)
{
    if (self->count == self->room) {
        size_t room = self->room ? 2 * self->room : 16;
        plot_series_t *grown = realloc(self->series, room * sizeof *grown);
        if (!grown) {
            return NULL;
        }
        self->series = grown;
        self->room = room;
    }
    plot_series_t *series = &self->series[self->count++];
    *series = (plot_series_t){.point = calloc(2 * rows + 1, POINT_SIZE * sizeof(double))};
    return series->point ? series : NULL;
}

/* The x column: `t`, else the first that is not the curve's value; -1: a spectrum's u. */
static int choose_x(const plot_request_t *request, size_t number, long *x, sgdl_error_t *error)
{
    const sgdl_table_t *table = &request->table[number];
    *x = -1;
    if (!request->x && plot_is_spectrum(table)) {
        return SGDL_OK;
    }
    const char *usual = plot_is_directions(table) ? "eigenvalue_bar" : "t";
    *x = sgdl_table_find(table, request->x ? request->x : usual);
    if (*x < 0 && request->x) {
        return plot_fail_missing(table, request->path[number], request->x, error);
    }
    if (*x < 0) {
        bool counted = plot_sweep_axes(table) > 0 || strcmp(table->column[0], "curve") == 0;
        *x = table->columns > 1 && counted;
    }
    return SGDL_OK;
}

static int add_block(plot_panel_t *self, const plot_request_t *request, size_t number, size_t block,
                     const char *name, const plot_columns_t *columns, bool several_classes,
                     sgdl_error_t *error)
{
    const sgdl_table_t *table = &request->table[number];
    size_t first = table->block_start[block];
    size_t end = block + 1 < table->blocks ? table->block_start[block + 1] : table->rows;
    long x;
    int status = choose_x(request, number, &x, error);
    if (status) {
        return status;
    }
    plot_series_t *series = add_series(self, end - first);
    if (!series) {
        return sgdl_fail_memory(error);
    }
    series->legend = plot_legend(request, number, block, columns, several_classes);
    if (!series->legend) {
        return sgdl_fail_memory(error);
    }
    series->floor = plot_floor(table, name);
    plot_label(table, x < 0 ? "u" : table->column[x], self->x_label, sizeof self->x_label);
    if (x < 0) {
        return fill_profile(series, table, first, end - first, columns, error);
    }
    fill_curve(series, table, first, end - first, x, columns);
    return SGDL_OK;
}

static int add_table(plot_panel_t *self, const plot_request_t *request, size_t number,
                     const char *name, sgdl_error_t *error)
{
    const sgdl_table_t *table = &request->table[number];
    plot_columns_t *columns;
    size_t count;
    int status = plot_columns_find(table, request->path[number], name, &columns, &count, error);
    if (status) {
        return status;
    }
    for (size_t block = 0; block < table->blocks && status == SGDL_OK; block++) {
        for (size_t i = 0; i < count && status == SGDL_OK; i++) {
            status = add_block(self, request, number, block, name, &columns[i], count > 1, error);
        }
    }
    free(columns);
    return status;
}

/* ---- axes -------------------------------------------------------------------------------------
 */

static bool finite_point(const double *point)
{
    return isfinite(point[POINT_X]) && (isfinite(point[POINT_LINE]) || isfinite(point[POINT_MEAN]));
}

/* Times that are uniform in t are read best on a plain axis, whatever they span; those that crowd
 * towards 0 ask for a log axis. */
static bool asks_for_log_x(const plot_panel_t *self)
{
    double smallest = INFINITY;
    double largest = 0;
    size_t positive = 0;
    size_t small = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < self->count; i++) {
            for (size_t k = 0; k < self->series[i].points; k++) {
                double x = self->series[i].point[k * POINT_SIZE + POINT_X];
                if (x < 0) {
                    return false;
                }
                if (pass == 0 && x > 0 && isfinite(x)) {
                    smallest = fmin(smallest, x);
                    largest = fmax(largest, x);
                    positive++;
                }
                small += pass == 1 && x > 0 && x < 0.25 * largest;
            }
        }
    }
    return largest > LOG_SPAN * smallest && 2 * small > positive;
}

static bool asks_for_log_y(const plot_panel_t *self)
{
    double smallest = INFINITY;
    double largest = 0;
    for (size_t i = 0; i < self->count; i++) {
        const plot_series_t *series = &self->series[i];
        for (size_t k = 0; k < series->points; k++) {
            const double *point = series->point + k * POINT_SIZE;
            if (!finite_point(point) || (self->log_x && point[POINT_X] <= 0)) {
                continue;
            }
            for (int part = POINT_LINE; part <= POINT_MEAN; part += POINT_MEAN - POINT_LINE) {
                if (isfinite(point[part]) && fabs(point[part]) >= series->floor) {
                    smallest = fmin(smallest, point[part]);
                    largest = fmax(largest, point[part]);
                }
            }
        }
    }
    return smallest > 0 && largest > LOG_SPAN * smallest;
}

/* Takes out what a log axis cannot show. */
static void fit_to_axes(const plot_panel_t *self, double floor, double *point)
{
    if (self->log_x && point[POINT_X] <= 0) {
        point[POINT_X] = NAN;
    }
    if (!self->log_y) {
        return;
    }
    for (int part = POINT_LINE; part < POINT_SIZE; part++) {
        if ((point[part] <= 0 || point[part] < floor) && part != POINT_LOW) {
            point[part] = NAN;
        }
    }
    if ((point[POINT_LOW] <= 0 || point[POINT_LOW] < floor) && point[POINT_HIGH] > 0) {
        double middle = fmax(point[POINT_LINE], point[POINT_MEAN]);
        point[POINT_LOW] = middle > 0 ? 1e-3 * middle : point[POINT_HIGH]; /* runs off downwards */
    }
}

static int set_axes(plot_panel_t *self, const plot_request_t *request, const char *name,
                    sgdl_error_t *error)
{
    plot_log_t log = request->log;
    self->log_x =
        log == PLOT_LOG_AUTO ? asks_for_log_x(self) : log == PLOT_LOG_X || log == PLOT_LOG_XY;
    self->log_y =
        log == PLOT_LOG_AUTO ? asks_for_log_y(self) : log == PLOT_LOG_Y || log == PLOT_LOG_XY;
    self->x_low = INFINITY;
    self->x_high = -INFINITY;
    size_t numbers = 0;
    size_t visible = 0;
    for (size_t i = 0; i < self->count; i++) {
        for (size_t k = 0; k < self->series[i].points; k++) {
            double *point = self->series[i].point + k * POINT_SIZE;
            numbers += finite_point(point);
            fit_to_axes(self, self->series[i].floor, point);
            if (isfinite(point[POINT_X])) {
                self->x_low = fmin(self->x_low, point[POINT_X]);
                self->x_high = fmax(self->x_high, point[POINT_X]);
            }
            if (!finite_point(point)) {
                continue;
            }
            visible++;
            self->lines |= isfinite(point[POINT_LINE]);
            self->means |= isfinite(point[POINT_MEAN]);
            self->bands |= isfinite(point[POINT_LOW]) && isfinite(point[POINT_HIGH]);
        }
    }
    if (plot_is_spectrum(&request->table[0]) && !request->x) {
        self->x_low = self->log_x ? self->x_low : 0; /* u, beyond the middles of its steps */
        self->x_high = 1;
    }
    if (visible == 0) {
        return sgdl_fail(error, SGDL_ERR_INPUT, request->path[0],
                         "column '%.80s' has no %snumber to draw%s", name,
                         numbers ? "positive " : "", numbers ? " on logarithmic axes" : "");
    }
    return SGDL_OK;
}

int plot_panel_init(plot_panel_t *self, const plot_request_t *request, size_t number,
                    sgdl_error_t *error)
{
    const char *name = request->y[number];
    *self = (plot_panel_t){0};
    plot_label(&request->table[0], name, self->y_label, sizeof self->y_label);
    int status = SGDL_OK;
    for (size_t i = 0; i < request->tables && status == SGDL_OK; i++) {
        status = add_table(self, request, i, name, error);
    }
    if (status == SGDL_OK) {
        status = set_axes(self, request, name, error);
    }
    if (status) {
        plot_panel_free(self);
    }
    return status;
}
