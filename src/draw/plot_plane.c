/* Two coordinates: densities as heat maps, a panel a time, and critical points, over the contour
 * lines of the loss. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text_stream.h"
#include "src/draw/plot.h"
#include "src/problem/problem.h"

enum { GRID = 121, LEVELS = 9, KINDS = 4, STYLE_CONTOUR = 511, STYLE_KIND = 512 };

/* Of its largest value a density is shown down to this. */
static const double SHARE = 1e-3;

/* Room around what is worth a look, of its width. */
static const double ROOM = 0.25;

/* What is drawn. */
typedef struct plane {
    const sgdl_table_t *table;
    const char *ending;
    plot_request_t request; /* a panel a block */
    const char *name[PLOT_MOST_PANELS];
    plot_panel_t panel[PLOT_MOST_PANELS];
    sgdl_problem_t *problem; /* owned; NULL: its loss is not known */
    long x, y, value;        /* value -1: critical points */
    double box[2][2];
    double heights[2];
} plane_t;

bool plot_is_plane(const sgdl_table_t *table)
{
    const plot_kind_t kind = plot_kind(table);
    return (kind == PLOT_DENSITY || kind == PLOT_CRITICAL_POINTS) &&
           sgdl_table_find(table, "y") >= 0;
}

static const double *row_of(const plane_t *self, size_t row)
{
    return self->table->value + row * self->table->columns;
}

static size_t block_end(const sgdl_table_t *table, size_t block)
{
    return block + 1 < table->blocks ? table->block_start[block + 1] : table->rows;
}

/* ---- axes ------------------------------------------------------------------------------------ */

static double largest_in(const plane_t *self, size_t block)
{
    double largest = 0;
    for (size_t r = self->table->block_start[block];
         r < block_end(self->table, block) && self->value >= 0; r++)
        largest = fmax(largest, row_of(self, r)[self->value]);
    return largest;
}

/* What holds all that is worth a look, and some room. */
static void find_box(plane_t *self)
{
    const long column[] = {self->x, self->y};
    double whole[2][2];
    for (int a = 0; a < 2; a++) {
        self->box[a][0] = whole[a][0] = INFINITY;
        self->box[a][1] = whole[a][1] = -INFINITY;
    }
    for (size_t b = 0; b < self->request.panels; b++) {
        const double least = SHARE * largest_in(self, b);
        for (size_t r = self->table->block_start[b]; r < block_end(self->table, b); r++) {
            const double *row = row_of(self, r);
            const bool seen = self->value < 0 || row[self->value] >= least;
            for (int a = 0; a < 2; a++) {
                const double at = row[column[a]];
                whole[a][0] = fmin(whole[a][0], at);
                whole[a][1] = fmax(whole[a][1], at);
                self->box[a][0] = seen ? fmin(self->box[a][0], at) : self->box[a][0];
                self->box[a][1] = seen ? fmax(self->box[a][1], at) : self->box[a][1];
            }
        }
    }
    const double size = fmax(self->box[0][1] - self->box[0][0], self->box[1][1] - self->box[1][0]);
    for (int a = 0; a < 2; a++) {
        const double width = self->box[a][1] - self->box[a][0];
        const double room = self->value >= 0 ? ROOM * width : 0.35 * (size > 0 ? size : 1);
        self->box[a][0] -= room;
        self->box[a][1] += room;
        if (self->value >= 0) {
            self->box[a][0] = fmax(self->box[a][0], whole[a][0]);
            self->box[a][1] = fmin(self->box[a][1], whole[a][1]);
        }
    }
}

static int set_axis(const plane_t *self, int a, plot_axis_t *axis, sgdl_error_t *error)
{
    const plot_request_t *request = &self->request;
    int status =
        plot_axis_ends(axis, a ? "--range y" : "--range x", a ? request->y_low : request->x_low,
                       a ? request->y_high : request->x_high, error);
    axis->low = axis->low_given ? axis->low : self->box[a][0];
    axis->high = axis->high_given ? axis->high : self->box[a][1];
    axis->low_given = axis->high_given = true; /* heat maps end where they do */
    plot_axis_widen(axis);
    (void)snprintf(axis->label, sizeof axis->label, a ? "y" : "x");
    return status;
}

/* "probability density, t = 10 (1000 steps)". */
static int label_colours(const plane_t *self, size_t block, char *label, sgdl_error_t *error)
{
    text_stream_t stream;
    char *setting = NULL;
    int status = text_stream_open(&stream, error);
    if (status != SGDL_OK)
        return status;
    (void)plot_setting(stream.out, self->table, block);
    status = text_stream_close(&stream, &setting, error);
    if (status == SGDL_OK && self->value < 0)
        (void)snprintf(label, PLOT_LABEL_ROOM, "loss U(x, y)");
    else if (status == SGDL_OK)
        (void)snprintf(label, PLOT_LABEL_ROOM, "density%s%.150s", *setting ? ", " : "", setting);
    free(setting);
    return status;
}

static int set_panel(plane_t *self, size_t block, sgdl_error_t *error)
{
    plot_panel_t *panel = &self->panel[block];
    const plot_request_t *request = &self->request;
    panel->coloured = true;
    int status = set_axis(self, 0, &panel->x, error);
    status = status == SGDL_OK ? set_axis(self, 1, &panel->y, error) : status;
    if (status == SGDL_OK)
        status = plot_axis_ends(&panel->colour, "--range colour", request->colour_low,
                                request->colour_high, error);
    if (status != SGDL_OK)
        return status;
    const bool points = self->value < 0;
    if (!panel->colour.low_given)
        panel->colour.low = points ? self->heights[0] : 0;
    if (!panel->colour.high_given)
        panel->colour.high = points ? self->heights[1] : largest_in(self, block);
    plot_axis_widen(&panel->colour);
    return label_colours(self, block, panel->colour.label, error);
}

/* ---- the legend ------------------------------------------------------------------------------ */

static bool has_kind(const plane_t *self, int kind)
{
    const landscape_t *landscape = self->problem ? &self->problem->landscape : NULL;
    const long column = sgdl_table_find(self->table, "kind");
    bool found = false;
    for (size_t r = 0; column >= 0 && r < self->table->rows; r++)
        found |= row_of(self, r)[column] == kind;
    for (size_t c = 0; column < 0 && landscape && c < landscape->critical_count; c++)
        found |= (int)landscape->critical[c].kind == kind;
    return found;
}

static int list_entries(plane_t *self, plot_entries_t *entries, sgdl_error_t *error)
{
    static const char *const kinds[KINDS] = {"minimum", "maximum", "saddle", "flat point"};
    int status = self->problem ? plot_entries_add(entries, "lines of equal loss", STYLE_CONTOUR,
                                                  PLOT_LINES, error)
                               : SGDL_OK;
    for (int kind = 0; kind < KINDS && status == SGDL_OK; kind++)
        if (has_kind(self, kind))
            status =
                plot_entries_add(entries, kinds[kind], STYLE_KIND + (size_t)kind, PLOT_DOTS, error);
    return status;
}

static int set_panels(plane_t *self, sgdl_error_t *error)
{
    int status = SGDL_OK;
    find_box(self);
    if (self->problem)
        plot_heights(self->problem, self->heights);
    for (size_t p = 0; p < self->request.panels && status == SGDL_OK; p++) {
        status = set_panel(self, p, error);
        if (status == SGDL_OK)
            status = list_entries(self, &self->panel[p].entries, error);
    }
    return status;
}

/* ---- what gnuplot reads -----------------------------------------------------------------------
 */

static double loss_at(const plane_t *self, size_t i, size_t j, double at[2])
{
    const plot_axis_t *axis[] = {&self->panel[0].x, &self->panel[0].y};
    const size_t index[] = {i, j};
    for (int a = 0; a < 2; a++)
        at[a] =
            axis[a]->low + (axis[a]->high - axis[a]->low) * ((double)index[a] + 0.5) / (double)GRID;
    return self->problem ? landscape_loss(&self->problem->landscape, at) : NAN;
}

static void write_loss(FILE *out, const plane_t *self)
{
    const double most = self->heights[1] + 0.5 * (self->heights[1] - self->heights[0]);
    for (size_t i = 0; i < GRID; i++) {
        for (size_t j = 0; j < GRID; j++) {
            double at[2];
            const double loss = loss_at(self, i, j, at);
            (void)fprintf(out, "%.8g %.8g %.8g\n", at[0], at[1], fmin(loss, most));
        }
        (void)fputc('\n', out);
    }
}

/* Whether to draw lines, and which. */
static void write_levels(FILE *out, const plane_t *self)
{
    const bool svg = strcmp(self->ending, "svg") == 0;
    (void)fprintf(out, "image_how = 'with image%s'\ncontours = %d\nlevels = '",
                  svg ? " pixels" : "", self->problem != NULL);
    for (int k = 0; k < LEVELS; k++)
        (void)fprintf(out, "%s%.8g", k ? ", " : "",
                      self->heights[0] +
                          (self->heights[1] - self->heights[0]) * (k + 0.5) / LEVELS);
    (void)fputs("'\n", out);
}

static void write_values(FILE *out, const plane_t *self, size_t block)
{
    for (size_t r = self->table->block_start[block]; r < block_end(self->table, block); r++) {
        const double *row = row_of(self, r);
        (void)fprintf(out, "%.8g %.8g %.8g\n", row[self->x], row[self->y], row[self->value]);
    }
}

/* A block a kind; with a density those of the header's potential. */
static void write_points(FILE *out, const plane_t *self)
{
    const landscape_t *landscape = self->problem ? &self->problem->landscape : NULL;
    const long column = sgdl_table_find(self->table, "kind");
    for (int kind = 0; kind < KINDS; kind++) {
        (void)fputs("nan nan\n", out);
        for (size_t r = 0; column >= 0 && r < self->table->rows; r++)
            if (row_of(self, r)[column] == kind)
                (void)fprintf(out, "%.8g %.8g\n", row_of(self, r)[self->x],
                              row_of(self, r)[self->y]);
        for (size_t c = 0; column < 0 && landscape && c < landscape->critical_count; c++)
            if ((int)landscape->critical[c].kind == kind)
                (void)fprintf(out, "%.8g %.8g\n", landscape->critical[c].x[0],
                              landscape->critical[c].x[1]);
        (void)fputs("\n\n", out);
    }
}

static int write_plane(const void *context, const char *folder, sgdl_error_t *error)
{
    enum { LEVELS_FILE, LOSS, POINTS, VALUES, FILES };
    static const char *const names[FILES] = {"levels", "loss", "points", "panel"};
    const plane_t *self = context;
    int status = SGDL_OK;
    for (size_t file = 0; file < FILES; file++) {
        const size_t panels = file == VALUES ? self->request.panels : 1;
        for (size_t p = 0; p < panels && status == SGDL_OK; p++) {
            FILE *out = plot_open(folder, names[file], file == VALUES ? p + 1 : 0, 0);
            if (out && file == LEVELS_FILE)
                write_levels(out, self);
            else if (out && (file == LOSS || self->value < 0) && file != POINTS)
                write_loss(out, self);
            else if (out && file == POINTS)
                write_points(out, self);
            else if (out)
                write_values(out, self, p);
            status = plot_close(out, folder, error);
        }
    }
    return status;
}

/* ---- all of it --------------------------------------------------------------------------------
 */

static int make_request(plane_t *self, const plot_request_t *request, sgdl_error_t *error)
{
    const char *shown = self->value < 0 ? "loss" : "density";
    if (request->tables > 1)
        return sgdl_fail(error, SGDL_ERR_INPUT, request->path[1],
                         "a plane is drawn of one table at a time");
    if (request->panels != 1 || strcmp(request->y[0], shown) != 0)
        return sgdl_fail(error, SGDL_ERR_INPUT, "--y",
                         "found '%.80s', allowed of two coordinates: %s; --x NAME draws points",
                         request->y[0], shown);
    if (self->value >= 0 && self->table->blocks > PLOT_MOST_PANELS)
        return sgdl_fail(error, SGDL_ERR_INPUT, request->path[0],
                         "holds %zu densities, allowed in a picture: up to %d", self->table->blocks,
                         (int)PLOT_MOST_PANELS);
    self->request = *request;
    self->request.panels = self->value < 0 ? 1 : self->table->blocks;
    self->request.y = self->name;
    for (size_t p = 0; p < self->request.panels; p++)
        self->name[p] = shown;
    if (request->rows * request->across < self->request.panels) {
        self->request.across = 1;
        while (self->request.across * self->request.across < self->request.panels)
            self->request.across++;
        self->request.rows =
            (self->request.panels + self->request.across - 1) / self->request.across;
    }
    return SGDL_OK;
}

int plot_plane(const plot_request_t *request, const char *path, const char *ending,
               sgdl_error_t *error)
{
    const sgdl_table_t *table = &request->table[0];
    plane_t *self = calloc(1, sizeof *self);
    if (!self)
        return sgdl_fail_memory(error);
    *self = (plane_t){.table = table,
                      .ending = ending,
                      .x = sgdl_table_find(table, "x"),
                      .y = sgdl_table_find(table, "y"),
                      .value = sgdl_table_find(table, "density")};
    int status = make_request(self, request, error);
    if (status == SGDL_OK) {
        self->problem = plot_landscape(table);
        status = set_panels(self, error);
    }
    if (status == SGDL_OK) {
        const plot_drawing_t drawing = {"plane.gp", write_plane, self, path, ending};
        status = plot_run(&self->request, self->panel, &drawing, error);
    }
    for (size_t p = 0; p < PLOT_MOST_PANELS; p++)
        plot_panel_free(&self->panel[p]);
    sgdl_problem_free(self->problem);
    free(self);
    return status;
}
