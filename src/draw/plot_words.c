/* The words of a picture: axis labels, legends, the caption line. */
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
    [PLOT_DIMENSIONS] = QUANTITIES_OF_DIMENSIONS, [PLOT_OTHER] = QUANTITIES_OF_SOLVE};

void plot_label(const sgdl_table_t *table, const char *name, char *label, size_t size)
{
    const plot_kind_t kind = plot_kind(table);
    if (quantity_caption(groups[kind], name, label, size) || kind == PLOT_SPECTRUM)
        return;
    const char *axis = key_axis_label(name); /* which a sweep may vary: no computation's quantity */
    if (axis)
        (void)snprintf(label, size, "%s", axis);
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
    size_t common = strcspn(first, "_"); /* risk_limit+risk_min: risk */
    for (size_t i = 1; plot_quantity(names, i, other, sizeof other); i++)
        common = strcspn(other, "_") == common && strncmp(first, other, common) == 0 ? common : 0;
    if (common) {
        first[common] = '\0';
        bool risk = strcmp(first, "risk") == 0;
        plot_label(table, first, label, size);
        (void)snprintf(label, size, "%s%s",
                       plot_kind(table) == PLOT_DIMENSIONS ? "deviation of the " : "",
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

/* Those of a problem's keys, between the command in front and the number of runs, which stands
 * before the seed that draws them. */
bool plot_parameter(size_t index, plot_parameter_t *parameter)
{
    *parameter = (plot_parameter_t){"command", "command"};
    if (index == 0)
        return true;
    size_t runs = 1;
    while (runs < index && key_in_captions(runs - 1) != &key_seed)
        runs++;
    const problem_key_t *key = key_in_captions(index - 1 - (runs < index));
    if (key == &key_seed && runs == index)
        *parameter = (plot_parameter_t){"runs", "runs"};
    else if (key)
        *parameter = (plot_parameter_t){key->name, key->caption};
    return key != NULL;
}

/* The value that all tables have which have any, or NULL where they differ; of the number of runs,
 * which theory has none of, and else of what every table states. */
static const char *common_value(const plot_request_t *request, const char *key)
{
    const char *common = NULL;
    bool runs = strcmp(key, "runs") == 0;
    for (size_t i = 0; i < request->tables; i++) {
        const char *value = sgdl_table_value(&request->table[i], key);
        if ((!value && !runs) || (value && common && strcmp(value, common) != 0))
            return NULL;
        common = value ? value : common;
    }
    return common;
}

/* Whether a sweep, or a search, replaces the parameter. */
static bool is_varied(const sgdl_table_t *table, const char *parameter)
{
    static const char *const keys[] = {"vary_1", "vary_2", "key"};
    size_t length = strlen(parameter);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *text = sgdl_table_value(table, keys[i]);
        plot_kind_t kind = plot_kind(table);
        if (text && (kind == PLOT_SWEEP || kind == PLOT_CRITICAL) &&
            strncmp(text, parameter, length) == 0 && (text[length] == '=' || !text[length]))
            return true;
    }
    return false;
}

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

static void write_curve_part(FILE *out, const sgdl_table_t *table, size_t block)
{
    const char *item = NULL;
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

/* The value of the other key that a curve of a sweep over two keys has. */
static void write_slice(FILE *out, const plot_request_t *request, const plot_series_t *series)
{
    const sgdl_table_t *table = &request->table[series->table];
    char label[PLOT_LABEL_ROOM];
    size_t other = strcmp(table->column[1], request->x) == 0 ? 2 : 1;
    plot_label(table, table->column[other], label, sizeof label);
    (void)fprintf(out, "%s = %g", label,
                  table->value[(series->slice - 1) * table->columns + other]);
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
    if (table->blocks > 1 && !given) {
        separate(out, &begun);
        write_curve_part(out, table, series->block);
    }
    if (series->slice) {
        separate(out, &begun);
        write_slice(out, request, series);
    }
    char quantity[256];
    if (sgdl_table_find(table, quantities) < 0 && strchr(quantities, '+') &&
        plot_quantity(quantities, series->quantity, quantity, sizeof quantity)) {
        char label[PLOT_LABEL_ROOM];
        const char *time = sgdl_table_value(table, "time");
        bool at_end = plot_kind(table) == PLOT_SWEEP && strcmp(quantity, "risk") == 0 && time &&
                      !is_varied(table, "time");
        plot_label(table, quantity, label, sizeof label);
        separate(out, &begun);
        if (at_end)
            (void)fprintf(out, "risk at t = %s", time);
        else
            (void)fputs(label, out);
    }
    if (series->class_number > 0) {
        separate(out, &begun);
        (void)fprintf(out, "class %zu", series->class_number);
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

/* ---- the caption ------------------------------------------------------------------------------
 */

/* The list of classes as words: "[{weight: 0.5, mean: {family: constant, scale: 1}}]" becomes
 * "class 1: weight 0.5, mean constant (scale 1)". */
static void write_classes(FILE *out, const char *yaml)
{
    int depth = 0;
    int number = 0;
    bool open = false; /* a family's keys stand in brackets */
    for (const char *c = yaml; *c; c++) {
        if (*c == '{' && ++depth == 1) {
            (void)fprintf(out, "%sclass %d: ", number ? "; " : "", number + 1);
            number++;
        } else if (*c == '{' && strncmp(c + 1, "family: ", 8) == 0) {
            c += 8;
        } else if (*c == '}') {
            (void)fputs(open && depth == 2 ? ")" : "", out);
            open = open && depth != 2;
            depth--;
        } else if (*c == ',' && depth == 2 && !open) {
            (void)fputs(" (", out);
            open = true;
            c += c[1] == ' ';
        } else if (*c == ',' && depth == 0) {
            c += c[1] == ' ';
        } else if (*c == '\'' || *c == '"' || (*c == ':' && c[1] == ' ') ||
                   ((*c == '[' || *c == ']') && depth == 0) || *c == '{') {
            continue;
        } else {
            (void)fputc(*c, out);
        }
    }
}

/* How many runs stand behind a table: fewer than were asked for where it was interrupted. */
static void write_runs(FILE *out, const plot_request_t *request, const char *asked)
{
    unsigned long least = strtoul(asked, NULL, 10);
    unsigned long kept = least;
    for (size_t t = 0; t < request->tables; t++) {
        const sgdl_table_t *table = &request->table[t];
        for (size_t i = 0; i < table->comments; i++) {
            const char *key = table->comment[i].key;
            unsigned long found;
            unsigned long all;
            if (strncmp(key, "curve_", 6) == 0 && strstr(key, "_interrupted") &&
                sscanf(table->comment[i].value, "%lu of %lu runs kept", &found, &all) == 2)
                kept = found < kept ? found : kept;
        }
    }
    if (kept < least)
        (void)fprintf(out, "runs %lu of %lu", kept, least);
    else
        (void)fprintf(out, "runs %s", asked);
}

/* Whether any panel shows what is so at the end of a sweep's time, which all of its points share.
 */
static bool is_at_end(const plot_request_t *request)
{
    char name[256];
    bool at_end = false;
    for (size_t p = 0; p < request->panels; p++)
        for (size_t i = 0; plot_quantity(request->y[p], i, name, sizeof name); i++)
            at_end |= !plot_is_timeless(name);
    return at_end && !is_varied(&request->table[0], "time");
}

static void write_varied(FILE *out, const plot_request_t *request, const char **separator)
{
    const sgdl_table_t *table = &request->table[0];
    static const char *const varied[] = {"vary_1", "vary_2"};
    for (size_t a = 0; a < plot_sweep_axes(table); a++) {
        (void)fprintf(out, "%s%s", a ? ", " : "varied ", sgdl_table_value(table, varied[a]));
        *separator = "; ";
    }
    if (**separator && sgdl_table_value(table, "time") && is_at_end(request))
        (void)fprintf(out, "; t = %s", sgdl_table_value(table, "time"));
    const char *unfinished = sgdl_table_value(table, "unfinished");
    if (unfinished && plot_sweep_axes(table))
        (void)fprintf(out, "; unfinished: %.*s", (int)strcspn(unfinished, ";"), unfinished);
    if (plot_kind(table) == PLOT_CRITICAL && table->rows > 0) {
        long critical = sgdl_table_find(table, "critical");
        long uncertainty = sgdl_table_find(table, "uncertainty");
        (void)fprintf(out, "critical value %.6g", table->value[critical]);
        if (uncertainty >= 0)
            (void)fprintf(out, " ± %.2g", table->value[uncertainty]);
        *separator = "; ";
    }
}

/* Whether the points of the picture have values of their own of the parameter. */
static bool is_along(const plot_request_t *request, const char *parameter)
{
    const sgdl_table_t *table = &request->table[0];
    sgdl_error_t ignored = {0};
    long x;
    return plot_choose_x(request, 0, &x, &ignored) == SGDL_OK && x >= 0 &&
           strcmp(table->column[x], parameter) == 0;
}

static void write_parameters(FILE *out, const plot_request_t *request)
{
    const sgdl_table_t *table = &request->table[0];
    const char *separator = "";
    const char *classes = common_value(request, "classes");
    write_varied(out, request, &separator);
    plot_parameter_t parameter, *p = &parameter;
    for (size_t i = 0; plot_parameter(i, p); i++) {
        const char *value = common_value(request, p->key);
        bool drawn = classes && strstr(classes, "gaussian");
        if (!value || strcmp(p->key, "command") == 0 || key_is_usual(p->key, value) ||
            strcmp(p->key, "classes") == 0 || (strcmp(p->key, "seed") == 0 && !drawn) ||
            is_varied(table, p->key) || is_along(request, p->key) ||
            (strcmp(p->key, "learning_rate") == 0 && table->blocks > 1))
            continue;
        (void)fputs(separator, out);
        if (strcmp(p->key, "runs") == 0)
            write_runs(out, request, value);
        else
            (void)fprintf(out, "%s %s", p->name, value);
        separator = "; ";
    }
    if (classes) {
        (void)fputs(separator, out);
        write_classes(out, classes);
    }
}

/* What a comparison came to, if all of the tables came to the same. */
static void write_verdict(FILE *out, const plot_request_t *request)
{
    const char *command = common_value(request, "command");
    const char *verdict = common_value(request, "verdict");
    if (command && strcmp(command, "compare") == 0 && verdict)
        (void)fprintf(out, "%sverdict: %s", ftell(out) > 0 ? "; " : "", verdict);
}

/* What the panels do not show, in words. */
static void write_left_out(FILE *out, const plot_request_t *request, const plot_panel_t *panels)
{
    for (size_t p = 0; p < request->panels; p++) {
        const plot_panel_t *panel = &panels[p];
        const size_t counts[] = {panel->infinite, panel->negative, panel->small, panel->left};
        static const char *const reasons[] = {
            "infinite (diverged)", "0 or less, which a logarithmic axis has not",
            "below the integrator's accuracy",
            "left of 0 or at it, where a logarithmic axis does not reach"};
        for (size_t i = 0; i < sizeof counts / sizeof *counts && !panel->coloured; i++) {
            if (counts[i] > 0) {
                (void)fprintf(out, "%snot drawn of %s: %zu %s %s", ftell(out) > 0 ? "; " : "",
                              request->y[p], counts[i], counts[i] == 1 ? "value" : "values",
                              reasons[i]);
            }
        }
    }
}

int plot_caption(const plot_request_t *request, const plot_panel_t *panels, char **text,
                 sgdl_error_t *error)
{
    text_stream_t stream;
    *text = NULL;
    int status = text_stream_open(&stream, error);
    if (status != SGDL_OK)
        return status;
    write_parameters(stream.out, request);
    write_verdict(stream.out, request);
    write_left_out(stream.out, request, panels);
    return text_stream_close(&stream, text, error);
}
