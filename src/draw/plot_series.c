/* Panels out of tables. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/grow.h"
#include "src/draw/plot.h"

void plot_panel_free(plot_panel_t *self)
{
    for (size_t i = 0; i < self->count; i++) {
        free(self->series[i].legend);
        free(self->series[i].point);
    }
    for (size_t i = 0; i < self->entries.count; i++)
        free(self->entries.entry[i].text);
    free(self->series);
    free(self->ground);
    free(self->entries.entry);
    *self = (plot_panel_t){0};
}

/* What all the series of a panel are made from. */
typedef struct source {
    const plot_request_t *request;
    const plot_names_t *names;
    const char *quantities; /* name or a+b */
    size_t table;
    long x;
    bool several_classes;
} source_t;

/* ---- one series -------------------------------------------------------------------------------
 */

/* A new series with room for so many points. */
static plot_series_t *add_series(plot_panel_t *self, size_t points)
{
    plot_series_t *grown = grow(self->series, self->count, &self->room, 16, sizeof *grown);
    if (!grown)
        return NULL;
    self->series = grown;
    plot_series_t *series = &self->series[self->count++];
    *series = (plot_series_t){.point = calloc(points + 1, POINT_SIZE * sizeof(double))};
    return series->point ? series : NULL;
}

/* Theory and a simulation of the same problem, whichever comes first, have one style; any other
 * series has the next one. */
static size_t choose_style(plot_panel_t *self, const source_t *source, const plot_series_t *series)
{
    const size_t *mate = source->names->mate;
    for (size_t i = 0; i < self->count; i++) {
        const plot_series_t *other = &self->series[i];
        if (other->table != series->table && mate[other->table] == mate[series->table] &&
            other->block == series->block && other->quantity == series->quantity &&
            other->class_number == series->class_number &&
            other->output_number == series->output_number)
            return other->style;
    }
    return self->own_styles++ % PLOT_MOST_STYLES + 1;
}

/* Everything of a series but its points. */
static int describe(plot_panel_t *self, const source_t *source, plot_series_t *series,
                    const plot_columns_t *columns, sgdl_error_t *error)
{
    char name[256];
    series->table = source->table;
    series->quantity = columns->quantity;
    series->class_number = columns->class_number;
    series->output_number = columns->output_number;
    series->style = choose_style(self, source, series);
    self->styles = series->style > self->styles ? series->style : self->styles;
    (void)plot_quantity(source->quantities, columns->quantity, name, sizeof name);
    series->floor = plot_floor(&source->request->table[source->table], name);
    series->legend = plot_legend(source->request, source->names, series, source->quantities,
                                 source->several_classes);
    return series->legend ? SGDL_OK : sgdl_fail_memory(error);
}

/* A step: each row from the begin of its piece to the end. */
static int fill_steps(plot_series_t *series, plot_rows_t rows, const plot_columns_t *columns,
                      sgdl_error_t *error)
{
    const long ends[] = {sgdl_table_find(rows.table, "t_begin"),
                         sgdl_table_find(rows.table, "t_end")};
    int status = SGDL_OK;
    for (size_t r = 0; r < rows.count && status == SGDL_OK; r++)
        for (size_t e = 0; e < 2 && status == SGDL_OK; e++)
            status = plot_fill(series, (plot_rows_t){rows.table, rows.first + r, 1}, ends[e],
                               columns, error);
    return status;
}

static int add_block(plot_panel_t *self, const source_t *source, size_t block,
                     const plot_columns_t *columns, sgdl_error_t *error)
{
    const sgdl_table_t *table = &source->request->table[source->table];
    size_t first = table->block_start[block];
    size_t end = block + 1 < table->blocks ? table->block_start[block + 1] : table->rows;
    const plot_rows_t rows = {table, first, end - first};
    bool critical = plot_kind(table) == PLOT_CRITICAL && !source->request->x;
    bool steps = plot_kind(table) == PLOT_SCHEDULE && !source->request->x;
    plot_series_t *series =
        add_series(self, critical ? table->comments + 6 : (steps ? 4 : 2) * rows.count);
    if (!series)
        return sgdl_fail_memory(error);
    series->block = block;
    int status = SGDL_OK;
    if (critical)
        plot_fill_critical(series, table);
    else if (steps)
        status = fill_steps(series, rows, columns, error);
    else
        status = plot_fill(series, rows, source->x, columns, error);
    return status != SGDL_OK ? status : describe(self, source, series, columns, error);
}

/* ---- the loss and its critical points ---------------------------------------------------------
 */

static int add_loss(plot_panel_t *self, const source_t *source, sgdl_error_t *error)
{
    static const char *const kinds[] = {"minimum", "barrier", "saddle", "flat point"};
    static const plot_columns_t columns = {.line = -1};
    const sgdl_table_t *table = &source->request->table[source->table];
    int status = SGDL_OK;
    for (int kind = -1; kind < (int)(sizeof kinds / sizeof *kinds) && status == SGDL_OK; kind++) {
        plot_series_t *series = add_series(self, kind < 0 ? PLOT_SAMPLES : table->rows);
        if (!series)
            return sgdl_fail_memory(error);
        if (kind < 0)
            plot_fill_loss(series, table);
        else
            plot_fill_kind(series, table, kind);
        if (series->points == 0) {
            free(series->point);
            self->count--;
            continue;
        }
        status = describe(self, source, series, &columns, error);
        if (status == SGDL_OK) {
            free(series->legend);
            series->legend = strdup(kind < 0 ? "loss U(x)" : kinds[kind]);
            status = series->legend ? SGDL_OK : sgdl_fail_memory(error);
        }
    }
    return status;
}

/* ---- rows in groups: a sweep over two keys along one of them, a table of settings along one ---
 */

typedef struct place {
    double slice[PLOT_MOST_GROUPS], x;
    size_t row;
} place_t;

static int by_number(double left, double right) { return (left > right) - (left < right); }

static int compare_slices(const place_t *left, const place_t *right)
{
    int order = 0;
    for (size_t g = 0; g < PLOT_MOST_GROUPS && order == 0; g++)
        order = by_number(left->slice[g], right->slice[g]);
    return order;
}

static int by_slice(const void *a, const void *b)
{
    const place_t *left = a;
    const place_t *right = b;
    int order = compare_slices(left, right);
    order = order ? order : by_number(left->x, right->x);
    return order ? order : (left->row > right->row) - (left->row < right->row);
}

static int add_slice(plot_panel_t *self, const source_t *source, const plot_columns_t *columns,
                     const place_t *place, size_t count, sgdl_error_t *error)
{
    const sgdl_table_t *table = &source->request->table[source->table];
    plot_series_t *series = add_series(self, 2 * count);
    int status = series ? SGDL_OK : sgdl_fail_memory(error);
    for (size_t k = 0; k < count && status == SGDL_OK; k++)
        status =
            plot_fill(series, (plot_rows_t){table, place[k].row, 1}, source->x, columns, error);
    if (status != SGDL_OK)
        return status;
    series->slice = place->row + 1;
    return describe(self, source, series, columns, error);
}

static int add_slices(plot_panel_t *self, const source_t *source, const plot_columns_t *columns,
                      sgdl_error_t *error)
{
    const sgdl_table_t *table = &source->request->table[source->table];
    long group[PLOT_MOST_GROUPS];
    const size_t groups = plot_groups(source->request, source->table, source->x, group);
    place_t *place = calloc(table->rows, sizeof *place);
    int status = place ? SGDL_OK : sgdl_fail_memory(error);
    for (size_t r = 0; r < table->rows && status == SGDL_OK; r++) {
        const double *row = table->value + r * table->columns;
        place[r] = (place_t){.x = row[source->x], .row = r};
        for (size_t g = 0; g < groups; g++)
            place[r].slice[g] = row[group[g]];
    }
    if (place)
        qsort(place, table->rows, sizeof *place, by_slice);
    for (size_t r = 0, end; r < table->rows && status == SGDL_OK; r = end) {
        end = r + 1;
        while (end < table->rows && compare_slices(&place[end], &place[r]) == 0)
            end++;
        status = add_slice(self, source, columns, &place[r], end - r, error);
    }
    free(place);
    return status;
}

/* ---- the panel --------------------------------------------------------------------------------
 */

static bool has_slices(const source_t *source, sgdl_error_t *error, int *status)
{
    const sgdl_table_t *table = &source->request->table[source->table];
    const plot_kind_t kind = plot_kind(table);
    *status = SGDL_OK;
    if (kind == PLOT_STATIONARY || kind == PLOT_ESCAPE)
        return true;
    if (plot_sweep_axes(table) != 2 || table->columns < 3)
        return false;
    if (source->x != 1 && source->x != 2) {
        *status = sgdl_fail(error, SGDL_ERR_INPUT, "--x",
                            "found '%.80s', allowed for a sweep over two keys: %.80s, %.80s",
                            table->column[source->x], table->column[1], table->column[2]);
    }
    return true;
}

/* Tables against different quantities have no axis in common. */
static int label_x(plot_panel_t *self, const source_t *source, sgdl_error_t *error)
{
    const plot_request_t *request = source->request;
    const sgdl_table_t *table = &request->table[source->table];
    char label[PLOT_LABEL_ROOM];
    const char *name = source->x < 0 ? "u" : table->column[source->x];
    const char *key = sgdl_table_value(table, "key");
    if (plot_kind(table) == PLOT_CRITICAL && !request->x && key)
        name = key;
    plot_label(table, name, label, sizeof label);
    self->x.whole = plot_counts(name);
    if (source->table > 0 && strcmp(label, self->x.label) != 0) {
        return sgdl_fail(error, SGDL_ERR_INPUT, request->path[source->table],
                         "is drawn against '%.80s', but %.200s against '%.80s'; --x names a column "
                         "of both",
                         label, request->path[0], self->x.label);
    }
    (void)snprintf(self->x.label, sizeof self->x.label, "%s", label);
    return SGDL_OK;
}

static int add_table(plot_panel_t *self, source_t *source, sgdl_error_t *error)
{
    const plot_request_t *request = source->request;
    const sgdl_table_t *table = &request->table[source->table];
    plot_columns_t *columns;
    size_t count;
    int status = plot_choose_x(request, source->table, &source->x, error);
    status = status != SGDL_OK ? status : label_x(self, source, error);
    if (status != SGDL_OK)
        return status;
    bool slices = has_slices(source, error, &status);
    if (status == SGDL_OK) {
        status = plot_columns_find(table, request->path[source->table], source->quantities,
                                   &columns, &count, error);
    }
    if (status != SGDL_OK)
        return status;
    if (plot_kind(table) == PLOT_CRITICAL_POINTS && !request->x &&
        strcmp(source->quantities, "loss") == 0) {
        free(columns);
        return add_loss(self, source, error);
    }
    source->several_classes = count > 1 && columns[count - 1].class_number > 0;
    for (size_t block = 0; block < (slices ? 1 : table->blocks) && status == SGDL_OK; block++) {
        for (size_t i = 0; i < count && status == SGDL_OK; i++) {
            status = slices ? add_slices(self, source, &columns[i], error)
                            : add_block(self, source, block, &columns[i], error);
        }
    }
    free(columns);
    return status;
}

/* ---- the legend -------------------------------------------------------------------------------
 */

/* Parts of a series that has any visible point of them. */
static unsigned parts_of(const plot_series_t *series)
{
    unsigned parts = 0;
    for (size_t k = 0; k < series->points; k++) {
        const double *point = series->point + k * POINT_SIZE;
        if (!isfinite(point[POINT_X]))
            continue;
        parts |= isfinite(point[POINT_LINE]) ? PLOT_LINES : 0;
        parts |= isfinite(point[POINT_MEAN]) ? PLOT_MEANS : 0;
        parts |= isfinite(point[POINT_LOW]) && isfinite(point[POINT_HIGH]) ? PLOT_BANDS : 0;
        parts |= isfinite(point[POINT_DOT]) ? PLOT_DOTS : 0;
        parts |= isfinite(point[POINT_BAR_LOW]) && isfinite(point[POINT_BAR_HIGH]) ? PLOT_BARS : 0;
    }
    return parts;
}

/* Whether a line goes from some point to the next: one alone shows its marker at most. */
static bool is_joined(const plot_series_t *series)
{
    size_t run = 0;
    for (size_t k = 0; k < series->points && run < 2; k++) {
        const double *point = series->point + k * POINT_SIZE;
        run = isfinite(point[POINT_X]) && isfinite(point[POINT_LINE]) ? run + 1 : 0;
    }
    return run > 1;
}

/* Markers tell lines apart; a line alone needs none unless each of its points was computed for
 * itself. Where there are means, markers are for them. */
static bool wants_marks(const plot_panel_t *self, const plot_request_t *request)
{
    plot_kind_t kind = plot_kind(&request->table[0]);
    size_t most = 0;
    bool lonely = false; /* points that are not on a line would not be seen */
    for (size_t i = 0; i < self->count; i++) {
        const plot_series_t *series = &self->series[i];
        most = series->points > most ? series->points : most;
        lonely |= (series->parts & PLOT_LINES) && !series->joined;
    }
    if (kind == PLOT_DENSITY || kind == PLOT_SCHEDULE)
        return false; /* cells are many, and curves that cross are told apart by their dashes */
    bool single = plot_is_of_points(kind) && most <= 40;
    bool drawn_otherwise = self->parts & (PLOT_MEANS | PLOT_DOTS);
    return !drawn_otherwise && (self->count > 1 || single || most <= 2 || lonely);
}

/* What the sample of a series shows: its line only where there is one. */
static unsigned sample_of(const plot_panel_t *self, const plot_series_t *series)
{
    unsigned parts = series->parts & (PLOT_LINES | PLOT_MEANS | PLOT_DOTS);
    unsigned marks = self->parts & PLOT_MARKS;
    if (!(parts & PLOT_LINES) || !marks)
        return parts;
    return series->joined ? parts | marks : (parts & ~(unsigned)PLOT_LINES) | marks;
}

/* The only series with means, if it is nothing else: its sample is that of the means. */
static const plot_series_t *only_means(const plot_panel_t *self)
{
    const plot_series_t *only = NULL;
    for (size_t i = 0; i < self->count; i++) {
        const plot_series_t *series = &self->series[i];
        if (series->parts & PLOT_MEANS) {
            bool alone = !only && !(series->parts & PLOT_LINES) && *series->legend;
            if (!alone || i >= PLOT_MOST_ENTRIES - 1)
                return NULL;
            only = series;
        }
    }
    return only;
}

static int add_entry(plot_panel_t *self, const plot_series_t *series, bool means,
                     sgdl_error_t *error)
{
    char text[512];
    unsigned parts = sample_of(self, series);
    (void)snprintf(text, sizeof text, "%.440s%s", series->legend,
                   !parts  ? " (no value to draw)"
                   : means ? ": mean of the runs"
                           : "");
    return plot_entries_add(&self->entries, text, series->style, parts, error);
}

/* What lines, points and bands are; in a colour that is none of theirs where there are several. */
static int list_parts(plot_panel_t *self, const plot_request_t *request, unsigned listed,
                      sgdl_error_t *error)
{
    static const struct {
        unsigned part;
        const char *text;
    } entries[] = {{PLOT_LINES, "theory"},
                   {PLOT_MEANS, "mean of the runs"},
                   {PLOT_BANDS, "10 to 90 % of the runs"},
                   {PLOT_BARS, "bars: 10 to 90 % of the runs"},
                   {PLOT_DOTS, "tried"}};
    size_t style = self->own_styles > 1 ? PLOT_NEUTRAL : 1;
    unsigned parts = self->parts & (PLOT_MEANS | PLOT_BANDS | PLOT_BARS);
    bool both = false;
    for (size_t i = 0; i < self->count; i++) {
        unsigned own = self->series[i].parts;
        both |= (own & PLOT_LINES) && (own & PLOT_MEANS);
    }
    parts |= both ? PLOT_LINES : 0;
    parts |= plot_kind(&request->table[0]) == PLOT_CRITICAL ? self->parts & PLOT_DOTS : 0;
    int status = SGDL_OK;
    for (size_t i = 0; i < sizeof entries / sizeof *entries && status == SGDL_OK; i++) {
        if (parts & entries[i].part & ~listed) {
            status =
                plot_entries_add(&self->entries, entries[i].text, style, entries[i].part, error);
        }
    }
    return status;
}

/* The series by name, then what they are made of. */
static int list_entries(plot_panel_t *self, const plot_request_t *request, sgdl_error_t *error)
{
    size_t shown = self->count > PLOT_MOST_ENTRIES ? PLOT_MOST_ENTRIES - 1 : self->count;
    const plot_series_t *means = only_means(self);
    int status = SGDL_OK;
    for (size_t i = 0; i < shown && status == SGDL_OK; i++) {
        const plot_series_t *series = &self->series[i];
        if (*series->legend)
            status = add_entry(self, series, series == means, error);
    }
    if (shown < self->count && *self->series[0].legend && status == SGDL_OK) {
        char text[64];
        (void)snprintf(text, sizeof text, "and %zu more", self->count - shown);
        status = plot_entries_add(&self->entries, text, 1, PLOT_NOTHING, error);
    }
    if (status == SGDL_OK && self->grounded)
        status = plot_entries_add(&self->entries, "loss U(x), on the right", PLOT_GROUND,
                                  PLOT_LINES, error);
    return status != SGDL_OK ? status : list_parts(self, request, means ? PLOT_MEANS : 0, error);
}

int plot_panel_init(plot_panel_t *self, const plot_request_t *request, const plot_names_t *names,
                    size_t number, sgdl_error_t *error)
{
    source_t source = {.request = request, .names = names, .quantities = request->y[number]};
    *self = (plot_panel_t){0};
    plot_joint_label(&request->table[0], source.quantities, self->y.label, sizeof self->y.label);
    int status = SGDL_OK;
    for (; source.table < request->tables && status == SGDL_OK; source.table++)
        status = add_table(self, &source, error);
    if (status == SGDL_OK)
        status = plot_axes_set(self, request, source.quantities, error);
    if (status != SGDL_OK)
        return status;
    for (size_t i = 0; i < self->count; i++) {
        self->series[i].parts = parts_of(&self->series[i]);
        self->series[i].joined = is_joined(&self->series[i]);
        self->parts |= self->series[i].parts;
    }
    self->parts |= wants_marks(self, request) ? PLOT_MARKS : 0;
    if (plot_kind(&request->table[0]) == PLOT_DENSITY && strcmp(self->x.label, "x") == 0)
        status = plot_ground_init(self, request, error);
    return status != SGDL_OK ? status : list_entries(self, request, error);
}
