/* Phase diagrams: a sweep over two keys as heat maps, with the verdict's boundary and, where it is
 * known, the line that theory draws. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/draw/plot_cells.h"

static const double LOG_SPAN = 100; /* more than this asks for logarithmic colours */

enum { STYLE_BOUNDARY = 501, STYLE_THEORY = 503, STYLE_DIVERGED = 505, STYLE_MISSING = 506 };

/* What is drawn. */
typedef struct phase {
    const plot_request_t *request;
    cells_t cells;
    plot_panel_t panel[PLOT_MOST_PANELS];
    long column[PLOT_MOST_PANELS];
    bool diverged, missing; /* some cell is */
    const char *ending;
} phase_t;

/* ---- theory -----------------------------------------------------------------------------------
 */

static bool is_key(const char *key, const char *first, const char *second)
{
    return strcmp(key, first) == 0 || (second && strcmp(key, second) == 0);
}

/* Does the risk go to zero at some points and not at others? */
static bool has_transition(const cells_t *cells)
{
    long verdict = sgdl_table_find(cells->table, "verdict");
    bool zero = false;
    bool positive = false;
    for (size_t k = 0; k < cells->count; k++) {
        double value = cells_value(cells, &cells->cell[k], verdict);
        zero |= value == SGDL_VERDICT_ZERO;
        positive |= value == SGDL_VERDICT_POSITIVE;
    }
    return zero && positive;
}

/* alpha = 1 + 2 beta: covariance exponents of all classes against the exponent of opposite means,
 * for clean labels and no ridge. -1: not known here, else the axis of alpha. */
static int exponent_axis(const cells_t *cells)
{
    const char *ridge = sgdl_table_value(cells->table, "ridge");
    const char *noise = sgdl_table_value(cells->table, "label_noise");
    if (!has_transition(cells) || !ridge || strcmp(ridge, "0") != 0 || !noise ||
        strcmp(noise, "0") != 0 || cells->axis[0].log || cells->axis[1].log)
        return -1;
    for (int a = 0; a < 2; a++)
        if (is_key(cells->key[a], "classes.*.covariance.exponent", NULL) &&
            is_key(cells->key[1 - a], "classes.*.mean.exponent", "classes.1.mean.exponent"))
            return a;
    return -1;
}

static void write_theory(FILE *out, const cells_t *cells)
{
    enum { PIECES = 200 };
    int alpha = exponent_axis(cells);
    (void)fputs("nan nan\n", out);
    if (alpha < 0)
        return;
    const sgdl_axis_t *along = &cells->axis[1 - alpha];
    const sgdl_axis_t *across = &cells->axis[alpha];
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

/* ---- axes and colours -------------------------------------------------------------------------
 */

static double unplaced(const sgdl_axis_t *axis, double place)
{
    return axis->log ? pow(10, place) : place;
}

/* From edge to edge of the outermost cells. */
static int set_axis(const phase_t *self, int a, plot_axis_t *axis, sgdl_error_t *error)
{
    const plot_request_t *request = self->request;
    const sgdl_axis_t *key = &self->cells.axis[a];
    double first = cells_place(&self->cells, a, 0);
    double last = cells_place(&self->cells, a, key->count - 1);
    double half = 0.5 * cells_spacing(&self->cells, a);
    int status =
        plot_axis_ends(axis, a ? "--range y" : "--range x", a ? request->y_low : request->x_low,
                       a ? request->y_high : request->x_high, error);
    if (status != SGDL_OK)
        return status;
    axis->log = axis->by_exponent = key->log;
    axis->whole = plot_counts(key->key);
    axis->low = axis->low_given ? axis->low : unplaced(key, fmin(first, last) - half);
    axis->high = axis->high_given ? axis->high : unplaced(key, fmax(first, last) + half);
    if (!(axis->low < axis->high) || (axis->log && axis->low <= 0)) {
        return sgdl_fail(error, SGDL_ERR_INPUT, a ? "--range y" : "--range x",
                         "found from %g to %g, allowed: rising%s", axis->low, axis->high,
                         axis->log ? ", and above 0 on this logarithmic axis" : "");
    }
    plot_label(self->cells.table, key->key, axis->label, sizeof axis->label);
    return SGDL_OK;
}

static int set_colours(phase_t *self, size_t p, sgdl_error_t *error)
{
    const plot_request_t *request = self->request;
    const cells_t *cells = &self->cells;
    plot_axis_t *axis = &self->panel[p].colour;
    double low = INFINITY;
    double high = -INFINITY;
    for (size_t k = 0; k < cells->count; k++) {
        double value = cells_value(cells, &cells->cell[k], self->column[p]);
        bool diverged = cells_diverges(cells, &cells->cell[k], self->column[p]);
        self->diverged |= diverged;
        self->missing |= !diverged && isnan(value);
        if (isfinite(value)) {
            low = fmin(low, value);
            high = fmax(high, value);
        }
    }
    int status =
        plot_axis_ends(axis, "--range colour", request->colour_low, request->colour_high, error);
    if (status != SGDL_OK)
        return status;
    axis->verdicts = strcmp(request->y[p], "verdict") == 0;
    axis->low = axis->low_given ? axis->low : low;
    axis->high = axis->high_given ? axis->high : high;
    axis->log = axis->low > 0 && axis->high > LOG_SPAN * axis->low &&
                request->log != PLOT_LOG_NONE && !axis->verdicts &&
                !plot_is_probability(request->y[p]);
    plot_axis_widen(axis);
    plot_label(cells->table, request->y[p], axis->label, sizeof axis->label);
    return SGDL_OK;
}

/* Whether there is a boundary to draw. */
static bool has_sides(const cells_t *cells)
{
    long verdict = sgdl_table_find(cells->table, "verdict");
    double first = NAN;
    bool differ = false;
    for (size_t k = 0; k < cells->count; k++) {
        double value = cells_value(cells, &cells->cell[k], verdict);
        differ |= isfinite(value) && isfinite(first) && value != first;
        first = isfinite(value) ? value : first;
    }
    return differ;
}

static int list_entries(phase_t *self, sgdl_error_t *error)
{
    plot_entries_t *entries = &self->panel[0].entries;
    int status = SGDL_OK;
    if (has_sides(&self->cells)) {
        status =
            plot_entries_add(entries, "the verdict changes", STYLE_BOUNDARY, PLOT_LINES, error);
    }
    if (status == SGDL_OK && exponent_axis(&self->cells) >= 0)
        status = plot_entries_add(entries, "theory: α = 1 + 2β", STYLE_THEORY, PLOT_LINES, error);
    if (status == SGDL_OK && self->diverged) {
        status =
            plot_entries_add(entries, "diverges", STYLE_DIVERGED, PLOT_FILL | PLOT_HATCH, error);
    }
    if (status == SGDL_OK && self->missing) {
        status =
            plot_entries_add(entries, "no value", STYLE_MISSING, PLOT_FILL | PLOT_HATCH, error);
    }
    for (size_t p = 1; p < self->request->panels && status == SGDL_OK; p++) {
        for (size_t i = 0; i < entries->count && status == SGDL_OK; i++) {
            const plot_entry_t *entry = &entries->entry[i];
            status = plot_entries_add(&self->panel[p].entries, entry->text, entry->style,
                                      entry->parts, error);
        }
    }
    return status;
}

static int set_panels(phase_t *self, sgdl_error_t *error)
{
    const plot_request_t *request = self->request;
    int status = SGDL_OK;
    double points = (double)self->cells.axis[0].count * (double)self->cells.axis[1].count;
    self->missing = (double)self->cells.count < points;
    for (size_t p = 0; p < request->panels && status == SGDL_OK; p++) {
        self->column[p] = sgdl_table_find(self->cells.table, request->y[p]);
        if (self->column[p] < 0)
            return plot_fail_missing(self->cells.table, request->path[0], request->y[p], error);
        self->panel[p].coloured = true;
        status = set_axis(self, 0, &self->panel[p].x, error);
        status = status != SGDL_OK ? status : set_axis(self, 1, &self->panel[p].y, error);
        status = status != SGDL_OK ? status : set_colours(self, p, error);
    }
    return status != SGDL_OK ? status : list_entries(self, error);
}

/* ---- what gnuplot reads ------------------------------------------------------------------------
 */

/* A whole grid is an image, which has no seams. Viewers of svg smooth it: there a cell is a box,
 * unless there are very many. */
static void write_kind(FILE *out, const phase_t *self)
{
    bool boxes = strcmp(self->ending, "svg") == 0 && self->cells.count <= 20000;
    (void)fprintf(
        out, "missing = %d\ndiverged = %d\ncells_how = '%s'\n", self->missing, self->diverged,
        !cells_are_whole(&self->cells) ? "using 1:2:3:4:5:6:7 with boxxyerror fillcolor palette"
        : boxes                        ? "using 1:2:3 with image pixels"
                                       : "using 1:2:3 with image");
}

static int write_phase(const void *context, const char *folder, sgdl_error_t *error)
{
    enum { CELLS, BOUNDARY, THEORY, VALUES, DIVERGED, HATCH, MISSING, FILES };
    static const char *const names[] = {"cells",    "boundary", "theory", "panel",
                                        "diverged", "hatch",    "missing"};
    const phase_t *self = context;
    int status = SGDL_OK;
    for (size_t file = 0; file < FILES; file++) {
        size_t panels = file < VALUES ? 1 : self->request->panels;
        for (size_t p = 0; p < panels && status == SGDL_OK; p++) {
            FILE *out = plot_open(folder, names[file], file < VALUES ? 0 : p + 1, 0);
            if (out && file == CELLS)
                write_kind(out, self);
            else if (out && file == BOUNDARY)
                cells_write_boundary(out, &self->cells);
            else if (out && file == THEORY)
                write_theory(out, &self->cells);
            else if (out && file == VALUES)
                cells_write_values(out, &self->cells, self->column[p]);
            else if (out && file == DIVERGED)
                cells_write_diverged(out, &self->cells, self->column[p]);
            else if (out && file == HATCH)
                cells_write_hatch(out, &self->cells, self->column[p]);
            else if (out)
                cells_write_missing(out, &self->panel[p].x, &self->panel[p].y);
            status = plot_close(out, folder, error);
        }
    }
    return status;
}

int plot_phase(const plot_request_t *request, const char *path, const char *ending,
               sgdl_error_t *error)
{
    phase_t *phase = calloc(1, sizeof *phase);
    if (!phase)
        return sgdl_fail_memory(error);
    phase->request = request;
    phase->ending = ending;
    int status = cells_init(&phase->cells, &request->table[0], error);
    if (status == SGDL_OK && request->tables > 1) {
        status = sgdl_fail(error, SGDL_ERR_INPUT, request->path[1],
                           "a phase diagram is drawn of one table at a time; --x KEY draws curves "
                           "along one of its keys");
    }
    status = status != SGDL_OK ? status : set_panels(phase, error);
    if (status == SGDL_OK) {
        const plot_drawing_t drawing = {"phase.gp", write_phase, phase, path, ending};
        status = plot_run(request, phase->panel, &drawing, error);
    }
    for (size_t p = 0; p < request->panels; p++)
        plot_panel_free(&phase->panel[p]);
    cells_free(&phase->cells);
    free(phase);
    return status;
}
