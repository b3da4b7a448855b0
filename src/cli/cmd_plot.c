/* sgdlimit plot: a picture of any of our tables, through gnuplot. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/cli/command.h"
#include "src/cli/interrupt.h"
#include "src/draw/plot.h"
#include "src/base/whole_file.h"

enum { MOST_PANELS = PLOT_MOST_PANELS };

/* ---- options ----------------------------------------------------------------------------------
 */

/* Splits "risk,error" in place. */
static int read_quantities(char *text, const char **names, size_t *count, sgdl_error_t *error)
{
    *count = 0;
    for (char *name = text; name;) {
        char *comma = strchr(name, ',');
        if (comma)
            *comma = '\0';
        if (*name == '\0' || *count == MOST_PANELS) {
            return sgdl_fail(error, SGDL_ERR_INPUT, "--y",
                             "allowed: 1 to %d column names, separated by commas", MOST_PANELS);
        }
        names[(*count)++] = name;
        name = comma ? comma + 1 : NULL;
    }
    return SGDL_OK;
}

static int read_log(const char *text, plot_log_t *log, sgdl_error_t *error)
{
    static const char *const names[] = {[PLOT_LOG_AUTO] = "auto",
                                        [PLOT_LOG_NONE] = "none",
                                        [PLOT_LOG_X] = "x",
                                        [PLOT_LOG_Y] = "y",
                                        [PLOT_LOG_XY] = "xy"};
    *log = PLOT_LOG_AUTO;
    for (size_t i = 0; text && i < sizeof names / sizeof *names; i++) {
        if (strcmp(text, names[i]) == 0) {
            *log = (plot_log_t)i;
            return SGDL_OK;
        }
    }
    return text ? sgdl_fail(error, SGDL_ERR_INPUT, "--log",
                            "found '%.80s', allowed: xy, x, y, none, auto", text)
                : SGDL_OK;
}

/* "RxC" with room for all panels; without a text as square as can be. */
static int read_layout(const char *text, plot_request_t *request, sgdl_error_t *error)
{
    request->across = 1;
    while (request->across * request->across < request->panels)
        request->across++;
    request->rows = (request->panels + request->across - 1) / request->across;
    if (!text)
        return SGDL_OK;
    char *end;
    unsigned long rows = strtoul(text, &end, 10);
    unsigned long across = *end == 'x' ? strtoul(end + 1, &end, 10) : 0;
    if (strspn(text, "0123456789x") != strlen(text) || *end || rows < 1 || across < 1 ||
        rows > MOST_PANELS || across > MOST_PANELS || rows * across < request->panels) {
        return sgdl_fail(error, SGDL_ERR_INPUT, "--layout",
                         "found '%.80s', allowed: ROWSxCOLUMNS such as 2x2 with room for %zu", text,
                         request->panels);
    }
    request->rows = rows;
    request->across = across;
    return SGDL_OK;
}

/* Texts of A:B, either of which may be missing, in place. */
static bool split_range(char *text, const char **low, const char **high)
{
    char *colon = strchr(text, ':');
    if (!colon || strchr(colon + 1, ':'))
        return false;
    *colon = '\0';
    *low = *text ? text : NULL;
    *high = colon[1] ? colon + 1 : NULL;
    return *low || *high;
}

/* "x=1:100,y=:1", once or more than once; `room` keeps the texts. */
static int read_range(char *room, plot_request_t *request, sgdl_error_t *error)
{
    static const char *const names[] = {"x=", "y=", "colour=", "color="};
    const char **ends[][2] = {{&request->x_low, &request->x_high},
                              {&request->y_low, &request->y_high},
                              {&request->colour_low, &request->colour_high},
                              {&request->colour_low, &request->colour_high}};
    for (char *part = room; part;) {
        char found[96];
        char *comma = strchr(part, ',');
        bool known = false;
        if (comma)
            *comma = '\0';
        (void)snprintf(found, sizeof found, "%.80s", part);
        for (size_t i = 0; i < sizeof names / sizeof *names && !known; i++) {
            size_t length = strlen(names[i]);
            known = strncmp(part, names[i], length) == 0 && !*ends[i][0] && !*ends[i][1] &&
                    split_range(part + length, ends[i][0], ends[i][1]);
        }
        if (!known) {
            return sgdl_fail(error, SGDL_ERR_INPUT, "--range",
                             "found '%s', allowed: x=A:B, y=A:B and (heat maps) colour=A:B, once "
                             "each; without A or B the data say where it ends",
                             found);
        }
        part = comma ? comma + 1 : NULL;
    }
    return SGDL_OK;
}

/* "WxH": pixels of a png. */
static int read_size(const char *text, plot_request_t *request, sgdl_error_t *error)
{
    char *end;
    if (!text)
        return SGDL_OK;
    unsigned long width = strtoul(text, &end, 10);
    unsigned long height = *end == 'x' ? strtoul(end + 1, &end, 10) : 0;
    if (strspn(text, "0123456789x") != strlen(text) || *end || width < 100 || height < 100 ||
        width > 10000 || height > 10000) {
        return sgdl_fail(error, SGDL_ERR_INPUT, "--size",
                         "found '%.80s', allowed: WIDTHxHEIGHT such as 800x600, each from 100 to "
                         "10000",
                         text);
    }
    request->width = (double)width;
    request->height = (double)height;
    return SGDL_OK;
}

const char *plot_ending(const char *path)
{
    static const char *const endings[] = {"png", "svg", "pdf"};
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++)
        if (strcmp(dot + 1, endings[i]) == 0)
            return endings[i];
    return NULL;
}

/* The picture takes the place of no table that it shows. */
static int spare_tables(const arguments_t *arguments, const char *target, sgdl_error_t *error)
{
    for (size_t i = 0; i < arguments->operands; i++) {
        const char *table = arguments->operand[i];
        if (same_file(target, strcmp(table, "-") == 0 ? "/dev/stdin" : table)) {
            return sgdl_fail(error, SGDL_ERR_INPUT, "--output",
                             "found '%.200s', which is the table %.200s; allowed: another file",
                             target, table);
        }
    }
    return SGDL_OK;
}

/* The picture's name, and its format by its ending. */
static int read_target(const arguments_t *arguments, char **target, const char **ending,
                       sgdl_error_t *error)
{
    const char *given = arguments_text(arguments, "output");
    const char *base = arguments->operand[0];
    const char *slash = strrchr(base, '/');
    const char *name = slash ? slash + 1 : base;
    const char *dot = strrchr(name, '.');
    size_t length = dot && dot > name ? (size_t)(dot - base) : strlen(base);
    size_t size = (given ? strlen(given) : length) + sizeof "picture.png";
    *target = malloc(size);
    if (!*target)
        return sgdl_fail_memory(error);
    if (given)
        (void)snprintf(*target, size, "%s", given);
    else if (strcmp(base, "-") == 0)
        (void)snprintf(*target, size, "picture.png");
    else
        (void)snprintf(*target, size, "%.*s.png", (int)length, base);
    int status = spare_tables(arguments, *target, error);
    if (status != SGDL_OK)
        return status;
    *ending = plot_ending(*target);
    if (*ending) {
        (void)interrupt_watch(); /* a probe that is killed would leave its file behind */
        return whole_file_probe(*target, error);
    }
    *ending = "png";
    return strncmp(*target, "/dev/", 5) == 0
               ? SGDL_OK
               : sgdl_fail(error, SGDL_ERR_INPUT, "--output",
                           "found '%.200s', allowed: a name that ends in .png, .svg or .pdf",
                           *target);
}

/* ---- the work ---------------------------------------------------------------------------------
 */

int plot_picture(const plot_request_t *request, const char *path, const char *ending,
                 sgdl_error_t *error)
{
    plot_panel_t panels[MOST_PANELS] = {0};
    plot_names_t names;
    if (plot_sweep_axes(&request->table[0]) == 2 && !request->x)
        return plot_phase(request, path, ending, error);
    if (plot_is_plane(&request->table[0]) && !request->x)
        return plot_plane(request, path, ending, error);
    int status = plot_names_init(&names, request, error);
    for (size_t p = 0; p < request->panels && status == SGDL_OK; p++)
        status = plot_panel_init(&panels[p], request, &names, p, error);
    if (status == SGDL_OK) {
        const plot_drawing_t drawing = {"curve.gp", plot_write_curves, NULL, path, ending};
        status = plot_run(request, panels, &drawing, error);
    }
    for (size_t p = 0; p < request->panels; p++)
        plot_panel_free(&panels[p]);
    plot_names_free(&names);
    return status;
}

static int read_tables(const arguments_t *arguments, sgdl_table_t *tables, sgdl_error_t *error)
{
    for (size_t i = 0; i < arguments->operands; i++) {
        int status = sgdl_table_read(&tables[i], arguments->operand[i], error);
        if (status != SGDL_OK)
            return status;
        if (tables[i].rows == 0) {
            return sgdl_fail(error, SGDL_ERR_INPUT, arguments->operand[i],
                             "the table has no rows to draw");
        }
    }
    return SGDL_OK;
}

/* Texts that outlive the reading of the flags. */
typedef struct kept {
    const char *quantity[MOST_PANELS];
    char *y, *range;   /* taken apart in place, owned */
    const char **name; /* [names] owned */
} kept_t;

/* All values of --range as one text, and of --name as a list. */
static int keep_texts(kept_t *self, const arguments_t *arguments, plot_request_t *request,
                      sgdl_error_t *error)
{
    const char *y = arguments_text(arguments, "y");
    size_t length = 1;
    self->y = y ? strdup(y) : NULL;
    self->name = calloc(arguments->options + 1, sizeof *self->name);
    for (size_t i = 0; i < arguments->options; i++)
        length += strlen(arguments->option[i].text) + 1;
    self->range = calloc(length, 1);
    if ((y && !self->y) || !self->name || !self->range)
        return sgdl_fail_memory(error);
    for (size_t i = 0; i < arguments->options; i++) {
        const given_option_t *given = &arguments->option[i];
        if (strcmp(given->option->name, "name") == 0) {
            self->name[request->names++] = given->text;
        } else if (strcmp(given->option->name, "range") == 0) {
            (void)strcat(self->range, *self->range ? "," : "");
            (void)strcat(self->range, given->text);
        }
    }
    request->name = self->name;
    return SGDL_OK;
}

static int read_request(const arguments_t *arguments, plot_request_t *request, kept_t *kept,
                        sgdl_error_t *error)
{
    int status = keep_texts(kept, arguments, request, error);
    request->x = arguments_text(arguments, "x");
    request->title = arguments_text(arguments, "title");
    request->y = kept->quantity;
    if (status == SGDL_OK && kept->y)
        status = read_quantities(kept->y, kept->quantity, &request->panels, error);
    else if (status == SGDL_OK)
        status = plot_choose_quantities(request, kept->quantity, &request->panels, error);
    if (status == SGDL_OK && arguments_text(arguments, "range"))
        status = read_range(kept->range, request, error);
    if (status == SGDL_OK)
        status = read_size(arguments_text(arguments, "size"), request, error);
    if (status == SGDL_OK)
        status = read_log(arguments_text(arguments, "log"), &request->log, error);
    return status != SGDL_OK ? status
                             : read_layout(arguments_text(arguments, "layout"), request, error);
}

static int run_plot(const arguments_t *arguments, sgdl_error_t *error)
{
    kept_t kept = {0};
    char *target = NULL;
    const char *ending = NULL;
    if (arguments->operands == 0) {
        return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                         "plot needs one table or more; usage: sgdlimit plot TABLE... [flags]");
    }
    sgdl_table_t *tables = calloc(arguments->operands, sizeof *tables);
    plot_request_t request = {
        .table = tables, .path = arguments->operand, .tables = arguments->operands};
    int status = tables ? SGDL_OK : sgdl_fail_memory(error);
    if (status == SGDL_OK)
        status = read_tables(arguments, tables, error);
    if (status == SGDL_OK)
        status = read_request(arguments, &request, &kept, error);
    if (status == SGDL_OK)
        status = read_target(arguments, &target, &ending, error);
    request.stop = interrupt_watch();
    if (status == SGDL_OK)
        status = plot_picture(&request, target, ending, error);
    for (size_t i = 0; tables && i < arguments->operands; i++)
        sgdl_table_free(&tables[i]);
    free(tables);
    free(target);
    free(kept.y);
    free(kept.range);
    free(kept.name);
    return status;
}

static const option_t own_options[] = {
    {"output", 'o', "FILE", "the picture: .png, .svg or .pdf [the first TABLE, with .png]"},
    {"y", 0, "NAMES",
     "columns (sgdlimit help columns), one panel each: risk,learning_rate; a+b: both in one panel "
     "[by the table: risk, ...]"},
    {"x", 0, "NAME",
     "the column along the axis; of a sweep over two keys, one of them: curves instead of a heat "
     "map [by the table: t, ...]"},
    {"range", 0, "x=A:B", "where an axis begins and ends: x, y, colour; A or B may be left out",
     .repeats = true},
    {"name", 0, "TEXT", "a name for the legend, once a table, or once a curve [what differs]",
     .repeats = true},
    {"log", 0, "AXES", "logarithmic axes: xy, x, y, none or auto [auto]"},
    {"layout", 0, "RxC", "rows and columns of panels [as square as can be]"},
    {"size", 0, "WxH", "pixels of a png or svg; of a pdf 150 an inch [as needed]"},
    {"title", 0, "TEXT", "a title above [none]"},
};

static const option_t *const plot_options[] = {
    &own_options[0], &own_options[1], &own_options[2], &own_options[3], &own_options[4],
    &own_options[5], &own_options[6], &own_options[7], &own_options[8], NULL};

const command_t command_plot = {
    .name = "plot",
    .help = "draw any table that these commands print, through gnuplot",
    .operands = "TABLE...",
    .most_operands = (size_t)-1,
    .options = plot_options,
    .example = "  sgdlimit plot curve.tsv --y risk,error -o curve.pdf\n",
    .run = run_plot,
};
