/* The caption of a picture: the parameters that its tables share, and what it leaves out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text_stream.h"
#include "src/draw/plot.h"
#include "src/problem/keys.h"

/* ---- parameters -------------------------------------------------------------------------------
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

bool plot_is_varied(const sgdl_table_t *table, const char *parameter)
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
            if (*yaml == '{') /* all of them, by their number */
                (void)fputs("classes: ", out);
            else
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
    return at_end && !plot_is_varied(&request->table[0], "time");
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

/* A list of settings is told curve by curve. */
static bool is_told_by_curves(const plot_request_t *request, const char *key, const char *value)
{
    const sgdl_table_t *table = &request->table[0];
    const plot_kind_t kind = plot_kind(table);
    const bool rate = strcmp(key, "learning_rate") == 0;
    if (kind < PLOT_DIFFUSION || kind == PLOT_OTHER)
        return rate && table->blocks > 1;
    return (rate || strcmp(key, "batch") == 0) && *value == '[';
}

/* What a table does not depend on, though its header states it. */
static bool is_beside(plot_kind_t kind, const char *key)
{
    const problem_key_t *const settings[] = {&key_learning_rate, &key_batch, &key_momentum};
    bool setting = false;
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        setting |= strcmp(key, settings[i]->name) == 0;
    if (strcmp(key, key_landscape_start.name) == 0)
        return kind == PLOT_STATIONARY || kind == PLOT_ESCAPE || kind == PLOT_CRITICAL_POINTS;
    return setting && kind == PLOT_CRITICAL_POINTS;
}

/* Is "KEY.inner" varied, the text at `inner` being "inner: value" in a value? Of a map inside the
 * map, "name: {..., inner: value", it is "KEY.name.inner". */
static bool is_varied_inside(const sgdl_table_t *table, const char *key, const char *value,
                             const char *inner)
{
    char path[192];
    const char *brace = inner;
    while (brace > value && *brace != '{' && *brace != '}')
        brace--;
    if (*brace == '{' && brace > value + 2 && brace[-1] == ' ' && brace[-2] == ':') {
        const char *name = brace - 2;
        for (; name > value && name[-1] != ' ' && name[-1] != '{'; name--)
            continue;
        (void)snprintf(path, sizeof path, "%s.%.*s.%.*s", key, (int)(brace - 2 - name), name,
                       (int)strcspn(inner, ":,}]"), inner);
    } else {
        (void)snprintf(path, sizeof path, "%s.%.*s", key, (int)strcspn(inner, ":,}]"), inner);
    }
    return plot_is_varied(table, path);
}

/* Behind the folders of "path: \"/a/b\"". */
static const char *file_name(const char *path)
{
    const char *name = strchr(path, '"') + 1;
    for (const char *c = name; *c && *c != '"'; c++)
        name = *c == '/' ? c + 1 : name;
    return name;
}

/* A family's member or a list of them as words: "{family: constant, value: 2}" becomes "constant
 * (value 2)"; other maps "{at: 1, width: 0.05}" "at 1, width 0.05". Without what a sweep varies. */
static void write_map(FILE *out, const sgdl_table_t *table, const char *key, const char *value)
{
    static const char family[] = "{family: ";
    const size_t length = sizeof family - 1;
    bool member = false, open = false;
    int lists = 0; /* of numbers, which stay as they are */
    for (const char *c = value + (strncmp(value, "[{", 2) == 0); *c; c++) {
        const bool item = *c == ',' && lists == 0 && c[1] == ' ' && c[2] != '{';
        lists += (*c == '[') - (*c == ']');
        if (strncmp(c, family, length) == 0) {
            c += length - 1;
            member = true;
        } else if (strncmp(c, "path: \"", strlen("path: \"")) == 0) {
            c = file_name(c);
            (void)fprintf(out, "%.*s", (int)strcspn(c, "\""), c);
            c += strcspn(c, "\"");
            if (!*c)
                break;
        } else if (item && is_varied_inside(table, key, value, c + 2)) {
            c += 1 + strcspn(c + 1, ",}");
            c--;
        } else if (item && member && !open) {
            (void)fputs(" (", out);
            open = true;
            c++;
        } else if (*c == '}') {
            (void)fputs(open ? ")" : "", out);
            open = member = false;
        } else if (*c != '{' && *c != ':' && lists >= 0) {
            (void)fputc(*c, out);
        }
    }
}

/* A map of one key, along which the sweep goes, or what gradient flow has none of. */
static bool is_empty(const sgdl_table_t *table, const char *key, const char *value)
{
    return strcmp(value, "none") == 0 ||
           (*value == '{' && !strchr(value, ',') && is_varied_inside(table, key, value, value + 1));
}

static void write_parameter(FILE *out, const sgdl_table_t *table, const plot_parameter_t *parameter,
                            const char *value)
{
    const problem_key_t *const maps[] = {&key_potential, &key_noise,    &key_landscape_start,
                                         &key_teacher,   &key_momentum, &key_data,
                                         &key_batch,     &key_sampling};
    bool map = false;
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
        map |= strcmp(parameter->key, maps[i]->name) == 0 && strchr(value, '{') != NULL;
    (void)fprintf(out, "%s ", parameter->name);
    if (map)
        write_map(out, table, parameter->key, value);
    else
        (void)fputs(value, out);
}

static void write_parameters(FILE *out, const plot_request_t *request)
{
    const sgdl_table_t *table = &request->table[0];
    const char *separator = "";
    const char *classes = common_value(request, "classes");
    const char *teacher = common_value(request, key_teacher.name);
    write_varied(out, request, &separator);
    plot_parameter_t parameter, *p = &parameter;
    for (size_t i = 0; plot_parameter(i, p); i++) {
        const char *value = common_value(request, p->key);
        bool drawn =
            (classes && strstr(classes, "gaussian")) || (teacher && strstr(teacher, "gaussian"));
        if (!value || strcmp(p->key, "command") == 0 || key_is_usual(p->key, value) ||
            strcmp(p->key, "classes") == 0 || (strcmp(p->key, "seed") == 0 && !drawn) ||
            plot_is_varied(table, p->key) || is_along(request, p->key) ||
            is_beside(plot_kind(table), p->key) || strcmp(value, "own") == 0 ||
            is_empty(table, p->key, value) || is_told_by_curves(request, p->key, value))
            continue;
        (void)fputs(separator, out);
        if (strcmp(p->key, "runs") == 0)
            write_runs(out, request, value);
        else
            write_parameter(out, table, p, value);
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
