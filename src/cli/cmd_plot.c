/* sgdlimit plot: a picture of any of our tables, through gnuplot. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/cli/command.h"
#include "src/cli/plot.h"
#include "src/table/whole_file.h"

enum { MOST_PANELS = 16 };

/* ---- options ----------------------------------------------------------------------------------
 */

/* Splits "risk,error" in place. */
static int read_quantities(char *text, const char **names, size_t *count, sgdl_error_t *error)
{
    *count = 0;
    for (char *name = text; name;) {
        char *comma = strchr(name, ',');
        if (comma) {
            *comma = '\0';
        }
        if (*name == '\0' || *count == MOST_PANELS) {
            return sgdl_fail(error, SGDL_ERR_INPUT, "--y",
                             "allowed: 1 to %d column names, separated by commas", MOST_PANELS);
        }
        names[(*count)++] = name;
        name = comma ? comma + 1 : NULL;
    }
    return SGDL_OK;
}

/* What a table shows unless --y says otherwise. */
static void choose_quantities(const sgdl_table_t *table, const char **names, size_t *count)
{
    *count = 0;
    if (plot_is_spectrum(table)) {
        names[(*count)++] = "eigenvalue";
        if (sgdl_table_find(table, "mean_1") >= 0 || sgdl_table_find(table, "mean_1_1") >= 0) {
            names[(*count)++] = "mean";
        }
        return;
    }
    if (plot_is_directions(table)) {
        names[(*count)++] =
            sgdl_table_find(table, "overlap_1_1") >= 0 ? "overlap_1_1" : "overlap_1";
        return;
    }
    if (plot_sweep_axes(table) == 1) {
        names[(*count)++] = "risk_limit";
        names[(*count)++] = "theta";
        return;
    }
    static const char *const risks[] = {"risk", "risk_ode", "risk_mean"};
    for (size_t i = 0; i < sizeof risks / sizeof *risks; i++) {
        if (sgdl_table_find(table, risks[i]) >= 0) {
            names[(*count)++] = "risk";
            return;
        }
    }
    names[(*count)++] = table->column[table->columns - 1];
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
    while (request->across * request->across < request->panels) {
        request->across++;
    }
    request->rows = (request->panels + request->across - 1) / request->across;
    if (!text) {
        return SGDL_OK;
    }
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

const char *plot_ending(const char *path)
{
    static const char *const endings[] = {"png", "svg", "pdf"};
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++) {
        if (strcmp(dot + 1, endings[i]) == 0) {
            return endings[i];
        }
    }
    return NULL;
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
    if (!*target) {
        return sgdl_fail_memory(error);
    }
    if (given) {
        (void)snprintf(*target, size, "%s", given);
    } else if (strcmp(base, "-") == 0) {
        (void)snprintf(*target, size, "picture.png");
    } else {
        (void)snprintf(*target, size, "%.*s.png", (int)length, base);
    }
    *ending = plot_ending(*target);
    if (*ending) {
        return sgdl_whole_file_probe(*target, error);
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
    int status = SGDL_OK;
    if (plot_sweep_axes(&request->table[0]) == 2 && !request->x) {
        return plot_phase(request, path, ending, error);
    }
    for (size_t p = 0; p < request->panels && status == SGDL_OK; p++) {
        status = plot_panel_init(&panels[p], request, p, error);
    }
    if (status == SGDL_OK) {
        status = plot_draw(request, panels, path, ending, error);
    }
    for (size_t p = 0; p < request->panels; p++) {
        plot_panel_free(&panels[p]);
    }
    return status;
}

static int read_tables(const arguments_t *arguments, sgdl_table_t *tables, sgdl_error_t *error)
{
    for (size_t i = 0; i < arguments->operands; i++) {
        int status = sgdl_table_read(&tables[i], arguments->operand[i], error);
        if (status) {
            return status;
        }
        if (tables[i].rows == 0) {
            return sgdl_fail(error, SGDL_ERR_INPUT, arguments->operand[i],
                             "the table has no rows to draw");
        }
    }
    return SGDL_OK;
}

static int read_request(const arguments_t *arguments, plot_request_t *request,
                        const char **quantities, char *y, sgdl_error_t *error)
{
    int status = SGDL_OK;
    request->x = arguments_text(arguments, "x");
    request->title = arguments_text(arguments, "title");
    request->y = quantities;
    if (y) {
        status = read_quantities(y, quantities, &request->panels, error);
    } else {
        choose_quantities(&request->table[0], quantities, &request->panels);
    }
    if (status == SGDL_OK) {
        status = read_log(arguments_text(arguments, "log"), &request->log, error);
    }
    return status ? status : read_layout(arguments_text(arguments, "layout"), request, error);
}

static int run_plot(const arguments_t *arguments, sgdl_error_t *error)
{
    const char *quantities[MOST_PANELS];
    const char *stated = arguments_text(arguments, "y");
    char *target = NULL;
    const char *ending = NULL;
    if (arguments->operands == 0) {
        return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                         "plot needs one table or more; usage: sgdlimit plot TABLE... [flags]");
    }
    sgdl_table_t *tables = calloc(arguments->operands, sizeof *tables);
    char *y = stated ? strdup(stated) : NULL;
    plot_request_t request = {
        .table = tables, .path = arguments->operand, .tables = arguments->operands};
    int status = tables && (y || !stated) ? SGDL_OK : sgdl_fail_memory(error);
    if (status == SGDL_OK) {
        status = read_tables(arguments, tables, error);
    }
    if (status == SGDL_OK) {
        status = read_request(arguments, &request, quantities, y, error);
    }
    if (status == SGDL_OK) {
        status = read_target(arguments, &target, &ending, error);
    }
    if (status == SGDL_OK) {
        status = plot_picture(&request, target, ending, error);
    }
    for (size_t i = 0; tables && i < arguments->operands; i++) {
        sgdl_table_free(&tables[i]);
    }
    free(tables);
    free(target);
    free(y);
    return status;
}

static const option_t plot_options[] = {
    {"output", 'o', "FILE", "the picture: .png, .svg or .pdf [the first TABLE, with .png]"},
    {"y", 0, "NAMES", "what to draw, one panel each, e.g. risk,error,mean [risk]"},
    {"x", 0, "NAME", "the column along the axis [t]"},
    {"log", 0, "AXES", "logarithmic axes: xy, x, y, none or auto [auto]"},
    {"layout", 0, "RxC", "rows and columns of panels [as square as can be]"},
    {"title", 0, "TEXT", "a title above [none]"},
    {0}};

const command_t command_plot = {
    .name = "plot",
    .help = "draw any table that these commands print, through gnuplot",
    .operands = "TABLE...",
    .most_operands = (size_t)-1,
    .options = plot_options,
    .example = "  sgdlimit plot curve.tsv --y risk,error -o curve.pdf\n",
    .run = run_plot,
};
