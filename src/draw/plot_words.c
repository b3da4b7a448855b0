/* The words of a picture: axis labels and legends. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text_stream.h"
#include "src/curve/quantities.h"
#include "src/draw/plot.h"
#include "src/problem/keys.h"

enum { LONGEST_VALUE = 48 }; /* of a parameter in a legend */

/* ---- axis labels ------------------------------------------------------------------------------
 */

static const quantity_group_t groups[] = {
    [PLOT_CURVE] = QUANTITIES_OF_SOLVE,           [PLOT_SPECTRUM] = QUANTITIES_OF_SPECTRUM,
    [PLOT_SWEEP] = QUANTITIES_OF_SWEEP,           [PLOT_DIRECTIONS] = QUANTITIES_OF_DIRECTIONS,
    [PLOT_LIMIT] = QUANTITIES_OF_LIMIT,           [PLOT_CRITICAL] = QUANTITIES_OF_CRITICAL,
    [PLOT_DIMENSIONS] = QUANTITIES_OF_DIMENSIONS, [PLOT_DIFFUSION] = QUANTITIES_OF_DIFFUSION,
    [PLOT_DENSITY] = QUANTITIES_OF_DIFFUSION,     [PLOT_STATIONARY] = QUANTITIES_OF_ESCAPE,
    [PLOT_ESCAPE] = QUANTITIES_OF_ESCAPE,         [PLOT_CRITICAL_POINTS] = QUANTITIES_OF_LANDSCAPE,
    [PLOT_SCHEDULE] = QUANTITIES_OF_OPTIMISE,     [PLOT_OTHER] = QUANTITIES_OF_SOLVE};

/* What t is where steps are not of 1/d, as the table's problem says; NULL: as everywhere. */
static const char *time_label(const sgdl_table_t *table)
{
    const char *data = sgdl_table_value(table, key_data.name);
    const char *method = sgdl_table_value(table, key_method.name);
    const char *batch = sgdl_table_value(table, key_batch.name);
    if (!data || *data != '{' || !method || !batch)
        return NULL;
    if (strcmp(method, "gradient-flow") == 0)
        return plot_time_labels[PLOT_TIME_FLOW];
    return *batch == '{' || strcmp(batch, "full") == 0 ? plot_time_labels[PLOT_TIME_STEPS] : NULL;
}

const char *const plot_time_labels[PLOT_TIMES] = {[PLOT_TIME] = "t = steps / d",
                                                  [PLOT_TIME_LANDSCAPE] =
                                                      "t = learning rate × steps",
                                                  [PLOT_TIME_STEPS] = "t = steps",
                                                  [PLOT_TIME_FLOW] = "t of gradient flow",
                                                  [PLOT_STEP] = "SGD steps"};

void plot_label(const sgdl_table_t *table, const char *name, char *label, size_t size)
{
    const plot_kind_t kind = plot_kind(table);
    const bool time = strcmp(name, "t") == 0 || strcmp(name, key_time.name) == 0;
    if (time && time_label(table)) {
        (void)snprintf(label, size, "%s", time_label(table));
        return;
    }
    if (quantity_caption(groups[kind], name, label, size) || kind == PLOT_SPECTRUM)
        return;
    if (strlen(name) > 4 && strcmp(name + strlen(name) - 4, "_sde") == 0)
        quantity_description(groups[kind], name, label, size);
    const char *axis = key_axis_label(name); /* which a sweep may vary: no computation's quantity */
    if (axis)
        (void)snprintf(label, size, "%s", axis);
}

/* Do all parts of "a+a_b" begin with the first? */
static bool is_begun_by(const char *names, const char *first)
{
    char other[256];
    bool begun = true;
    for (size_t i = 1; plot_quantity(names, i, other, sizeof other); i++)
        begun = begun && strncmp(other, first, strlen(first)) == 0;
    return begun;
}

/* risk_deviation: deviation of the risk. */
static void dimensions_label(const char *column, char *label, size_t size)
{
    static const char *const words[][2] = {{"risk", "risk"},
                                           {"error", "misclassification error"},
                                           {"learning_rate", "learning rate"},
                                           {"overlap_signal", "overlap with the signal"}};
    (void)snprintf(label, size, "deviation of the %s", column);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const size_t length = strlen(words[i][0]);
        if (strncmp(column, words[i][0], length) == 0 && column[length] == '_')
            (void)snprintf(label, size, "deviation of the %s", words[i][1]);
    }
}

void plot_joint_label(const sgdl_table_t *table, const char *names, char *label, size_t size)
{
    char first[256];
    char other[256];
    (void)plot_quantity(names, 0, first, sizeof first);
    if (sgdl_table_find(table, names) >= 0 || !strchr(names, '+')) {
        plot_label(table, names, label, size);
        return;
    }
    if (is_begun_by(names, first)) { /* p_1+p_1_sde */
        plot_label(table, first, label, size);
        return;
    }
    if (plot_kind(table) == PLOT_ESCAPE) {
        (void)snprintf(label, size, "mean time to the other basin, SGD steps");
        return;
    }
    if (plot_kind(table) == PLOT_SCHEDULE) {
        quantity_caption(QUANTITIES_OF_SOLVE, "learning_rate", label, size);
        return;
    }
    if (plot_kind(table) == PLOT_DIMENSIONS) {
        dimensions_label(first, label, size);
        return;
    }
    size_t common = strcspn(first, "_"); /* risk_limit+risk_min: risk */
    for (size_t i = 1; plot_quantity(names, i, other, sizeof other); i++)
        common = strcspn(other, "_") == common && strncmp(first, other, common) == 0 ? common : 0;
    if (common) {
        first[common] = '\0';
        bool risk = strcmp(first, "risk") == 0;
        plot_label(table, first, label, size);
        (void)snprintf(label, size, "%s",
                       risk                          ? "risk"
                       : strcmp(first, "error") == 0 ? "misclassification error"
                                                     : first);
        return;
    }
    size_t used = 0;
    for (size_t i = 0; plot_quantity(names, i, other, sizeof other) && used + 1 < size; i++) {
        (void)snprintf(label + used, size - used, "%s", i ? ", " : "");
        used += strlen(label + used);
        plot_label(table, other, label + used, size - used);
        used += strlen(label + used);
    }
}

/* ---- legends ----------------------------------------------------------------------------------
 */

/* Item `number` of a flow list "[a, {b: c, d: e}]" as a slice of the text; its length, or 0. */
static size_t list_item(const char *list, size_t number, size_t count, const char **item)
{
    size_t seen = 0;
    size_t length = 0;
    int depth = 0;
    if (!list || *list != '[')
        return 0;
    const char *start = list + 1;
    for (const char *c = list; *c; c++) {
        bool end = (*c == ',' && depth == 1) || (*c == ']' && depth == 1);
        if (end && seen++ == number) {
            *item = start + strspn(start, " ");
            length = (size_t)(c - *item);
        }
        start = end ? c + 1 : start;
        depth += (*c == '[' || *c == '{') - (*c == ']' || *c == '}');
    }
    return seen == count && length <= LONGEST_VALUE ? length : 0;
}

static double block_value(const sgdl_table_t *table, size_t block, const char *name)
{
    const long column = sgdl_table_find(table, name);
    const size_t first = table->block_start[block];
    return column < 0 || first >= table->rows
               ? NAN
               : table->value[first * table->columns + (size_t)column];
}

static bool differs_by_block(const sgdl_table_t *table, const char *name)
{
    bool differs = false;
    for (size_t b = 1; b < table->blocks; b++)
        differs |= block_value(table, b, name) != block_value(table, 0, name);
    return differs && sgdl_table_find(table, name) >= 0;
}

bool plot_setting(FILE *out, const sgdl_table_t *table, size_t block)
{
    const plot_kind_t kind = plot_kind(table);
    bool begun = false;
    if (kind != PLOT_DENSITY && kind != PLOT_DIFFUSION)
        return false;
    if (differs_by_block(table, "learning_rate")) {
        (void)fprintf(out, "learning rate %g", block_value(table, block, "learning_rate"));
        begun = true;
    }
    if (differs_by_block(table, "batch")) {
        (void)fprintf(out, "%sbatch %g", begun ? ", " : "", block_value(table, block, "batch"));
        begun = true;
    }
    if (kind == PLOT_DENSITY && differs_by_block(table, "t")) {
        (void)fprintf(out, "%st = %.6g", begun ? ", " : "", block_value(table, block, "t"));
        if (sgdl_table_find(table, "step") >= 0)
            (void)fprintf(out, " (%.6g steps)", block_value(table, block, "step"));
        begun = true;
    }
    return begun;
}

static void write_curve_part(FILE *out, const sgdl_table_t *table, size_t block)
{
    const char *item = NULL;
    if (plot_setting(out, table, block))
        return;
    long t = sgdl_table_find(table, "t");
    size_t first = table->block_start[block];
    if (plot_kind(table) == PLOT_DIRECTIONS && first < table->rows) {
        (void)fprintf(out, "t = %g", table->value[first * table->columns + (size_t)t]);
        return;
    }
    size_t length =
        list_item(sgdl_table_value(table, "learning_rate"), block, table->blocks, &item);
    if (length)
        (void)fprintf(out, "learning rate = %.*s", (int)length, item);
    else if (sgdl_table_find(table, "curve") == 0 && table->block_start[block] < table->rows)
        (void)fprintf(out, "curve %g", table->value[table->block_start[block] * table->columns]);
    else
        (void)fprintf(out, "curve %zu", block + 1);
}

/* What the rows of a curve share: the other key of a sweep over two, a setting, a way out. */
static void write_slice(FILE *out, const plot_request_t *request, const plot_series_t *series)
{
    const sgdl_table_t *table = &request->table[series->table];
    const double *row = table->value + (series->slice - 1) * table->columns;
    char label[PLOT_LABEL_ROOM];
    long x, group[PLOT_MOST_GROUPS];
    sgdl_error_t ignored;
    const size_t count = plot_choose_x(request, series->table, &x, &ignored) == SGDL_OK
                             ? plot_groups(request, series->table, x, group)
                             : 0;
    for (size_t g = 0; g < count; g++) {
        const char *name = table->column[group[g]];
        const bool to = strcmp(name, "to") == 0;
        (void)fputs(g > 0 && !to ? ", " : "", out);
        plot_label(table, name, label, sizeof label);
        if (to)
            (void)fprintf(out, " → %g", row[group[g]]);
        else if (strcmp(name, "from") == 0)
            (void)fprintf(out, "basin %g", row[group[g]]);
        else
            (void)fprintf(out, "%s = %g", label, row[group[g]]);
    }
}

static bool has_groups(const plot_request_t *request, const plot_series_t *series)
{
    long x, group[PLOT_MOST_GROUPS];
    sgdl_error_t ignored;
    return plot_choose_x(request, series->table, &x, &ignored) == SGDL_OK &&
           plot_groups(request, series->table, x, group) > 0;
}

/* The name that was given to this curve of all curves, or NULL. */
static const char *curve_name(const plot_request_t *request, const plot_series_t *series)
{
    size_t curve = series->block;
    if (request->names <= request->tables)
        return NULL;
    for (size_t i = 0; i < series->table; i++)
        curve += request->table[i].blocks;
    return curve < request->names ? request->name[curve] : NULL;
}

static void separate(FILE *out, bool *begun)
{
    (void)fputs(*begun ? ", " : "", out);
    *begun = true;
}

static void write_legend(FILE *out, const plot_request_t *request, const plot_names_t *names,
                         const plot_series_t *series, const char *quantities)
{
    const sgdl_table_t *table = &request->table[series->table];
    const char *given = curve_name(request, series);
    const char *name = given ? given : names->name[series->table];
    bool begun = false;
    if (*name) {
        separate(out, &begun);
        (void)fputs(name, out);
    }
    if (table->blocks > 1 && !given && !series->slice) {
        separate(out, &begun);
        write_curve_part(out, table, series->block);
    }
    if (series->slice && has_groups(request, series)) {
        separate(out, &begun);
        write_slice(out, request, series);
    }
    char quantity[256];
    if (sgdl_table_find(table, quantities) < 0 && strchr(quantities, '+') &&
        plot_quantity(quantities, series->quantity, quantity, sizeof quantity)) {
        char label[PLOT_LABEL_ROOM];
        const char *time = sgdl_table_value(table, "time");
        bool at_end = plot_kind(table) == PLOT_SWEEP && strcmp(quantity, "risk") == 0 && time &&
                      !plot_is_varied(table, "time");
        plot_label(table, quantity, label, sizeof label);
        separate(out, &begun);
        if (at_end)
            (void)fprintf(out, "risk at t = %s", time);
        else
            (void)fputs(label, out);
    }
    if (series->class_number > 0) {
        separate(out, &begun);
        (void)fprintf(out, "%s %zu", plot_is_probability(quantities) ? "basin" : "class",
                      series->class_number);
    }
    if (series->output_number > 0) {
        separate(out, &begun);
        (void)fprintf(out, "output %zu", series->output_number);
    }
}

char *plot_legend(const plot_request_t *request, const plot_names_t *names,
                  const plot_series_t *series, const char *quantities, bool several_classes)
{
    char *text;
    text_stream_t stream;
    if (text_stream_open(&stream, NULL))
        return NULL;
    plot_series_t told = *series;
    told.class_number = several_classes ? series->class_number : 0;
    told.output_number = several_classes ? series->output_number : 0;
    write_legend(stream.out, request, names, &told, quantities);
    return text_stream_close(&stream, &text, NULL) ? NULL : text;
}
