/* Phase diagrams: a sweep over two keys as heat maps, with the verdict's boundary and, where it is
 * known, the line that theory draws. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sgdlimit/longtime.h"
#include "src/cli/plot.h"

static const double LOG_SPAN = 100; /* more than this asks for logarithmic colours */

/* A sweep's grid: point (i, j) has values i and j of its keys. */
typedef struct grid {
    const sgdl_table_t *table;
    sgdl_axis_t axis[2];
    char *key[2];
    double *row; /* [count0*count1] the table's row of a point, or -1 */
} grid_t;

size_t plot_sweep_axes(const sgdl_table_t *table)
{
    const char *command = sgdl_table_value(table, "command");
    if (!command || strcmp(command, "sweep") != 0 || !sgdl_table_value(table, "vary_1")) {
        return 0;
    }
    return sgdl_table_value(table, "vary_2") ? 2 : 1;
}

static void free_grid(grid_t *self)
{
    free(self->key[0]);
    free(self->key[1]);
    free(self->row);
}

static int read_grid(grid_t *self, const plot_request_t *request, sgdl_error_t *error)
{
    const sgdl_table_t *table = &request->table[0];
    static const char *const names[] = {"vary_1", "vary_2"};
    *self = (grid_t){.table = table};
    for (int a = 0; a < 2; a++) {
        int status = sgdl_axis_parse(&self->axis[a], sgdl_table_value(table, names[a]),
                                     &self->key[a], error);
        if (status) {
            return status;
        }
    }
    size_t points = self->axis[0].count * self->axis[1].count;
    self->row = malloc(points * sizeof *self->row);
    if (!self->row) {
        return sgdl_fail_memory(error);
    }
    for (size_t p = 0; p < points; p++) {
        self->row[p] = -1;
    }
    long column = sgdl_table_find(table, "point");
    for (size_t r = 0; r < table->rows && column >= 0; r++) {
        double point = table->value[r * table->columns + (size_t)column];
        if (point >= 1 && point <= (double)points) {
            self->row[(size_t)point - 1] = (double)r;
        }
    }
    return SGDL_OK;
}

/* NAN where there is no such point or column. */
static double value_at(const grid_t *self, size_t i, size_t j, long column)
{
    double row = self->row[i * self->axis[1].count + j];
    return row < 0 || column < 0
               ? NAN
               : self->table->value[(size_t)row * self->table->columns + (size_t)column];
}

/* Places on the picture: logarithmic keys are drawn by their logarithm. */
static double place(const sgdl_axis_t *axis, size_t index)
{
    double value = sgdl_axis_value(axis, index);
    return axis->log ? log10(value) : value;
}

static double spacing(const sgdl_axis_t *axis)
{
    double length = place(axis, axis->count - 1) - place(axis, 0);
    return axis->count > 1 ? fabs(length) / (double)(axis->count - 1) : 1;
}

/* ---- what gnuplot reads ------------------------------------------------------------------------
 */

static bool asks_for_log(const grid_t *self, long column)
{
    double smallest = INFINITY;
    double largest = 0;
    for (size_t i = 0; i < self->axis[0].count; i++) {
        for (size_t j = 0; j < self->axis[1].count; j++) {
            double value = value_at(self, i, j, column);
            if (isfinite(value)) {
                smallest = fmin(smallest, value);
                largest = fmax(largest, value);
            }
        }
    }
    return smallest > 0 && largest > LOG_SPAN * smallest;
}

static void write_values(FILE *out, const grid_t *self, long column)
{
    for (size_t i = 0; i < self->axis[0].count; i++) {
        for (size_t j = 0; j < self->axis[1].count; j++) {
            (void)fprintf(out, "%.10g %.10g %.10g\n", place(&self->axis[0], i),
                          place(&self->axis[1], j), value_at(self, i, j, column));
        }
        (void)fputc('\n', out);
    }
}

/* The edges between neighbours whose verdicts differ: x y dx dy. */
static void write_boundary(FILE *out, const grid_t *self)
{
    long verdict = sgdl_table_find(self->table, "verdict");
    double width = spacing(&self->axis[0]);
    double height = spacing(&self->axis[1]);
    (void)fputs("nan nan nan nan\n", out);
    for (size_t i = 0; i < self->axis[0].count; i++) {
        for (size_t j = 0; j < self->axis[1].count; j++) {
            double x = place(&self->axis[0], i);
            double y = place(&self->axis[1], j);
            double here = value_at(self, i, j, verdict);
            double right = i + 1 < self->axis[0].count ? value_at(self, i + 1, j, verdict) : NAN;
            double above = j + 1 < self->axis[1].count ? value_at(self, i, j + 1, verdict) : NAN;
            if (isfinite(here) && isfinite(right) && here != right) {
                double edge = 0.5 * (x + place(&self->axis[0], i + 1));
                (void)fprintf(out, "%.10g %.10g 0 %.10g\n", edge, y - 0.5 * height, height);
            }
            if (isfinite(here) && isfinite(above) && here != above) {
                double edge = 0.5 * (y + place(&self->axis[1], j + 1));
                (void)fprintf(out, "%.10g %.10g %.10g 0\n", x - 0.5 * width, edge, width);
            }
        }
    }
}

static bool is_key(const char *key, const char *first, const char *second)
{
    return strcmp(key, first) == 0 || (second && strcmp(key, second) == 0);
}

/* Does the risk go to zero at some points and not at others? */
static bool has_transition(const grid_t *self)
{
    long verdict = sgdl_table_find(self->table, "verdict");
    bool zero = false;
    bool positive = false;
    for (size_t r = 0; r < self->table->rows && verdict >= 0; r++) {
        double value = self->table->value[r * self->table->columns + (size_t)verdict];
        zero |= value == SGDL_VERDICT_ZERO;
        positive |= value == SGDL_VERDICT_POSITIVE;
    }
    return zero && positive;
}

/* alpha = 1 + 2 beta: covariance exponents of all classes against the exponent of opposite means,
 * for clean labels and no ridge. -1: not known here, else the axis of alpha. */
static int exponent_axis(const grid_t *self)
{
    const char *ridge = sgdl_table_value(self->table, "ridge");
    const char *noise = sgdl_table_value(self->table, "label_noise");
    if (!has_transition(self) || !ridge || strcmp(ridge, "0") != 0 || !noise ||
        strcmp(noise, "0") != 0) {
        return -1;
    }
    for (int a = 0; a < 2; a++) {
        if (is_key(self->key[a], "classes.*.covariance.exponent", NULL) &&
            is_key(self->key[1 - a], "classes.*.mean.exponent", "classes.1.mean.exponent")) {
            return a;
        }
    }
    return -1;
}

static void write_theory(FILE *out, const grid_t *self)
{
    enum { PIECES = 200 };
    int alpha = exponent_axis(self);
    (void)fputs("nan nan\n", out);
    if (alpha < 0 || self->axis[0].log || self->axis[1].log) {
        return;
    }
    const sgdl_axis_t *along = &self->axis[1 - alpha];
    const sgdl_axis_t *across = &self->axis[alpha];
    double low = fmin(across->from, across->to);
    double high = fmax(across->from, across->to);
    for (int k = 0; k <= PIECES; k++) {
        double beta = along->from + (along->to - along->from) * k / PIECES;
        double value = 1 + 2 * beta;
        if (value >= low && value <= high) {
            (void)fprintf(out, "%.10g %.10g\n", alpha == 0 ? value : beta,
                          alpha == 0 ? beta : value);
        }
    }
}

/* What write_phase needs. */
typedef struct phase {
    const plot_request_t *request;
    const grid_t *grid;
    const long *column; /* [panels] */
    const char *ending;
} phase_t;

static void write_axis(FILE *out, const sgdl_table_t *table, const char *name,
                       const sgdl_axis_t *axis)
{
    char label[160];
    char text[176];
    double half = 0.5 * spacing(axis);
    double low = fmin(place(axis, 0), place(axis, axis->count - 1)) - half;
    double high = fmax(place(axis, 0), place(axis, axis->count - 1)) + half;
    plot_label(table, axis->key, label, sizeof label);
    (void)snprintf(text, sizeof text, axis->log ? "log₁₀ %s" : "%s", label);
    (void)fprintf(out, "%s_low = %.10g\n%s_high = %.10g\n", name, low, name, high);
    char key[32];
    (void)snprintf(key, sizeof key, "%s_label", name);
    plot_write_text(out, key, text);
}

static void write_parameters(FILE *out, const phase_t *self, const char *scripts,
                             const char *caption)
{
    const plot_request_t *request = self->request;
    char text[PLOT_PATH_ROOM + 16];
    (void)snprintf(text, sizeof text, "%s/style.gp", scripts);
    plot_write_path(out, "style", text);
    plot_write_text(out, "ending", self->ending);
    plot_write_text(out, "title_text", request->title ? request->title : "");
    (void)fprintf(out, "panels = %zu\nrows = %zu\nacross = %zu\n", request->panels, request->rows,
                  request->across);
    (void)fprintf(out, "theory = %d\n", exponent_axis(self->grid) >= 0);
    write_axis(out, &request->table[0], "x", &self->grid->axis[0]);
    write_axis(out, &request->table[0], "y", &self->grid->axis[1]);
    (void)fprintf(out, "array z_label[%zu]\narray log_z[%zu]\n", request->panels, request->panels);
    for (size_t p = 0; p < request->panels; p++) {
        char name[64];
        char label[128];
        (void)snprintf(name, sizeof name, "z_label[%zu]", p + 1);
        plot_label(&request->table[0], request->y[p], label, sizeof label);
        plot_write_text(out, name, label);
        (void)fprintf(out, "log_z[%zu] = %d\n", p + 1,
                      asks_for_log(self->grid, self->column[p]) && request->log != PLOT_LOG_NONE);
    }
    plot_write_caption(out, caption);
}

static int write_phase(const void *context, const char *folder, const char *scripts,
                       const char *caption, sgdl_error_t *error)
{
    const phase_t *self = context;
    for (size_t file = 0; file < self->request->panels + 3; file++) {
        static const char *const names[] = {"parameters", "boundary", "theory"};
        char path[PLOT_PATH_ROOM + 64];
        if (file < 3) {
            (void)snprintf(path, sizeof path, "%s/%s", folder, names[file]);
        } else {
            (void)snprintf(path, sizeof path, "%s/panel%zu", folder, file - 2);
        }
        FILE *out = fopen(path, "w");
        if (out && file == 0) {
            write_parameters(out, self, scripts, caption);
        } else if (out && file == 1) {
            write_boundary(out, self->grid);
        } else if (out && file == 2) {
            write_theory(out, self->grid);
        } else if (out) {
            write_values(out, self->grid, self->column[file - 3]);
        }
        bool failed = !out || ferror(out);
        failed |= out && fclose(out) != 0;
        if (failed) {
            return sgdl_fail(error, SGDL_ERR_OUTPUT, path, "cannot be written: %s",
                             strerror(errno));
        }
    }
    return SGDL_OK;
}

int plot_phase(const plot_request_t *request, const char *path, const char *ending,
               sgdl_error_t *error)
{
    grid_t grid = {0};
    long *column = calloc(request->panels, sizeof *column);
    int status = column ? read_grid(&grid, request, error) : sgdl_fail_memory(error);
    if (status == SGDL_OK && request->tables > 1) {
        status = sgdl_fail(error, SGDL_ERR_INPUT, request->path[1],
                           "a phase diagram is drawn of one table at a time");
    }
    for (size_t p = 0; p < request->panels && status == SGDL_OK; p++) {
        column[p] = sgdl_table_find(&request->table[0], request->y[p]);
        if (column[p] < 0) {
            status = plot_fail_missing(&request->table[0], request->path[0], request->y[p], error);
        }
    }
    if (status == SGDL_OK) {
        const phase_t phase = {
            .request = request, .grid = &grid, .column = column, .ending = ending};
        status = plot_run(request, "phase.gp", write_phase, &phase, path, error);
    }
    free_grid(&grid);
    free(column);
    return status;
}
