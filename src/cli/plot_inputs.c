/* What gnuplot reads: the parameters of the picture and one data file a panel. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/cli/plot.h"

enum { MOST_CAPTION_LINES = 6 };

static void write_panel(FILE *out, const plot_panel_t *panel, size_t number)
{
    (void)fprintf(out, "log_x[%zu] = %d\nlog_y[%zu] = %d\n", number, panel->log_x, number,
                  panel->log_y);
    (void)fprintf(out, "x_low[%zu] = %.10g\nx_high[%zu] = %.10g\n", number, panel->x_low, number,
                  panel->x_high);
    (void)fprintf(out, "lines[%zu] = %d\nbands[%zu] = %d\nmeans[%zu] = %d\nseries[%zu] = %zu\n",
                  number, panel->lines, number, panel->bands, number, panel->means, number,
                  panel->count);
    char name[64];
    (void)snprintf(name, sizeof name, "x_label[%zu]", number);
    plot_write_text(out, name, panel->x_label);
    (void)snprintf(name, sizeof name, "y_label[%zu]", number);
    plot_write_text(out, name, panel->y_label);
    size_t most = 0;
    for (size_t i = 0; i < panel->count; i++) {
        most = panel->series[i].points > most ? panel->series[i].points : most;
    }
    (void)fprintf(out, "points[%zu] = %zu\n", number, most);
}

/* One legend for the whole picture where the panels agree on it. */
static bool shares_legend(const plot_request_t *request, const plot_panel_t *panels)
{
    for (size_t p = 1; p < request->panels; p++) {
        if (panels[p].count != panels[0].count) {
            return false;
        }
        for (size_t i = 0; i < panels[0].count; i++) {
            if (strcmp(panels[p].series[i].legend, panels[0].series[i].legend) != 0) {
                return false;
            }
        }
    }
    return true;
}

static void write_legends(FILE *out, const plot_request_t *request, const plot_panel_t *panels)
{
    size_t total = 0;
    size_t longest = 0;
    for (size_t p = 0; p < request->panels; p++) {
        total += panels[p].count;
    }
    (void)fprintf(out, "array legend[%zu]\narray first_legend[%zu]\n", total + 1, request->panels);
    size_t next = 1;
    for (size_t p = 0; p < request->panels; p++) {
        (void)fprintf(out, "first_legend[%zu] = %zu\n", p + 1, next);
        for (size_t i = 0; i < panels[p].count; i++) {
            char name[64];
            const char *text = panels[p].series[i].legend;
            (void)snprintf(name, sizeof name, "legend[%zu]", next++);
            plot_write_text(out, name, text);
            longest = strlen(text) > longest ? strlen(text) : longest;
        }
    }
    (void)fprintf(out, "shared_legend = %d\nlongest_legend = %zu\n", shares_legend(request, panels),
                  longest);
}

void plot_write_caption(FILE *out, const char *caption)
{
    (void)fprintf(out, "array caption[%d]\n", MOST_CAPTION_LINES);
    int lines = 0;
    for (const char *line = caption; *line && lines < MOST_CAPTION_LINES;) {
        size_t length = strcspn(line, "\n");
        (void)fprintf(out, "caption[%d] = ", ++lines);
        plot_write_quoted(out, line, length);
        line += length + (line[length] == '\n');
        (void)fputs(*line && lines == MOST_CAPTION_LINES ? ".' …'\n" : "\n", out);
    }
    (void)fprintf(out, "caption_lines = %d\n", lines);
}

static void write_parameters(FILE *out, const plot_request_t *request, const plot_panel_t *panels,
                             const char *caption, const char *scripts, const char *ending)
{
    static const char *const arrays[] = {"log_x", "log_y",  "x_low",  "x_high",  "lines",  "bands",
                                         "means", "series", "points", "x_label", "y_label"};
    char style[PLOT_PATH_ROOM + 16];
    (void)snprintf(style, sizeof style, "%s/style.gp", scripts);
    plot_write_path(out, "style", style);
    plot_write_text(out, "ending", ending);
    plot_write_text(out, "title_text", request->title ? request->title : "");
    (void)fprintf(out, "panels = %zu\nrows = %zu\nacross = %zu\n", request->panels, request->rows,
                  request->across);
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
        (void)fprintf(out, "array %s[%zu]\n", arrays[i], request->panels);
    }
    for (size_t p = 0; p < request->panels; p++) {
        write_panel(out, &panels[p], p + 1);
    }
    write_legends(out, request, panels);
    plot_write_caption(out, caption);
}

static void write_panel_data(FILE *out, const plot_panel_t *panel)
{
    for (size_t i = 0; i < panel->count; i++) {
        const plot_series_t *series = &panel->series[i];
        for (size_t k = 0; k < series->points && !ferror(out); k++) {
            const double *point = series->point + k * POINT_SIZE;
            (void)fprintf(out, "%.10g %.10g %.10g %.10g %.10g\n", point[POINT_X], point[POINT_LINE],
                          point[POINT_LOW], point[POINT_HIGH], point[POINT_MEAN]);
        }
        (void)fputs(series->points ? "\n\n" : "nan nan nan nan nan\n\n\n", out);
    }
}

static FILE *open_in(const char *folder, const char *name, size_t number, const char *mode)
{
    char path[PLOT_PATH_ROOM + 64];
    (void)snprintf(path, sizeof path, number ? "%s/%s%zu" : "%s/%s", folder, name, number);
    return fopen(path, mode);
}

int plot_write_inputs(const char *folder, const plot_request_t *request, const plot_panel_t *panels,
                      const char *caption, const char *scripts, const char *ending,
                      sgdl_error_t *error)
{
    for (size_t p = 0; p <= request->panels; p++) {
        FILE *out = open_in(folder, p ? "panel" : "parameters", p, "w");
        if (out && p == 0) {
            write_parameters(out, request, panels, caption, scripts, ending);
        } else if (out) {
            write_panel_data(out, &panels[p - 1]);
        }
        bool failed = !out || ferror(out);
        failed |= out && fclose(out) != 0;
        if (failed) {
            return sgdl_fail(error, SGDL_ERR_OUTPUT, folder, "cannot be written: %s",
                             strerror(errno));
        }
    }
    return SGDL_OK;
}
