/* What gnuplot reads: the parameters of the picture, the state of each panel's axes, the legend's
 * samples and the curves. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/fail_writing.h"
#include "src/draw/plot.h"

FILE *plot_open(const char *folder, const char *name, size_t panel, size_t number)
{
    char path[PLOT_PATH_ROOM + 96];
    (void)snprintf(path, sizeof path, "%s/%.32s", folder, name);
    for (size_t i = 0; i < 2; i++) {
        size_t part = i ? number : panel;
        size_t length = strlen(path);
        if (part)
            (void)snprintf(path + length, sizeof path - length, i ? ".%zu" : "%zu", part);
    }
    return fopen(path, "w");
}

int plot_close(FILE *out, const char *folder, sgdl_error_t *error)
{
    bool failed = !out || ferror(out);
    failed |= out && fclose(out) != 0;
    return failed ? fail_writing(error, errno, folder) : SGDL_OK;
}

/* ---- parameters -------------------------------------------------------------------------------
 */

static void write_words(FILE *out, const plot_page_t *page)
{
    (void)fprintf(out, "texts = %zu\n", page->count);
    static const char *const arrays[] = {"phrase", "text_x", "text_y", "text_letter", "text_how"};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        (void)fprintf(out, "array %s[%zu]\n", arrays[i], page->count + 1);
    for (size_t i = 0; i < page->count; i++) {
        const plot_words_t *words = &page->words[i];
        char name[32];
        (void)snprintf(name, sizeof name, "phrase[%zu]", i + 1);
        plot_write_text(out, name, words->text);
        (void)fprintf(out, "text_x[%zu] = %.8g\ntext_y[%zu] = %.8g\ntext_letter[%zu] = %g\n", i + 1,
                      words->x / page->width, i + 1, words->y / page->height, i + 1, words->letter);
        (void)fprintf(out, "text_how[%zu] = '%s%s'\n", i + 1,
                      words->place < 0   ? "left"
                      : words->place > 0 ? "right"
                                         : "center",
                      words->upright ? " rotate by 90" : "");
    }
}

static void write_samples(FILE *out, const plot_page_t *page)
{
    (void)fprintf(out, "samples = %zu\narray sample_style[%zu]\narray sample_parts[%zu]\n",
                  page->samples, page->samples + 1, page->samples + 1);
    for (size_t i = 0; i < page->samples; i++) {
        (void)fprintf(out, "sample_style[%zu] = %zu\nsample_parts[%zu] = %u\n", i + 1,
                      page->sample[i].style, i + 1, page->sample[i].parts);
    }
}

/* How many points the longest curve with such parts has. */
static size_t longest(const plot_panel_t *panel, unsigned parts)
{
    size_t most = 0;
    for (size_t i = 0; i < panel->count; i++) {
        const plot_series_t *series = &panel->series[i];
        most = (series->parts & parts) && series->points > most ? series->points : most;
    }
    return most;
}

/* Every so many points of a line have a marker: all that were computed for themselves. */
static size_t mark_interval(const plot_inputs_t *self, const plot_panel_t *panel)
{
    bool each = plot_is_of_points(plot_kind(&self->request->table[0]));
    size_t points = longest(panel, PLOT_LINES);
    return points > (each ? 40 : 12) ? points / 8 : 1;
}

static void write_panels(FILE *out, const plot_inputs_t *self)
{
    static const char *const arrays[] = {"styles",     "parts", "mark_every",
                                         "mean_every", "dots",  "grounded"};
    size_t most = 1;
    (void)fprintf(out, "panels = %zu\n", self->request->panels);
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        (void)fprintf(out, "array %s[%zu]\n", arrays[i], self->request->panels);
    for (size_t p = 0; p < self->request->panels; p++) {
        const plot_panel_t *panel = &self->panels[p];
        const size_t values[] = {panel->styles,
                                 panel->parts,
                                 mark_interval(self, panel),
                                 longest(panel, PLOT_MEANS) / 24 + 1,
                                 longest(panel, PLOT_DOTS),
                                 panel->grounded};
        for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
            (void)fprintf(out, "%s[%zu] = %zu\n", arrays[i], p + 1, values[i]);
        most = panel->styles > most ? panel->styles : most;
    }
    (void)fprintf(out, "most_styles = %zu\n", most);
}

/* ---- axes -------------------------------------------------------------------------------------
 */

static double placed(const plot_axis_t *axis, double value)
{
    return axis->by_exponent ? log10(value) : value;
}

/* gnuplot leaves out a tick whose logarithm, taken twice, is beyond the axis by its last digit. */
static double inside(const plot_axis_t *axis, double at)
{
    static const double margin = 1e-12;
    double low = placed(axis, axis->low);
    double high = placed(axis, axis->high);
    if (axis->log && !axis->by_exponent) {
        low *= 1 + margin;
        high *= 1 - margin;
    }
    return fmin(fmax(placed(axis, at), low), high);
}

static void write_axis(FILE *out, const char *name, const plot_axis_t *axis,
                       const plot_ticks_t *ticks)
{
    (void)fprintf(out, "set %srange [%.17g:%.17g]\n", name, placed(axis, axis->low),
                  placed(axis, axis->high));
    (void)fprintf(out, "%s logscale %s\n", axis->log && !axis->by_exponent ? "set" : "unset", name);
    (void)fprintf(out, "set %stics ()\n", name);
    for (size_t i = 0; i < ticks->count; i++) {
        const plot_tick_t *tick = &ticks->tick[i];
        (void)fprintf(out, "set %stics add (\"%s\" %.17g %d)\n", name, tick->label,
                      inside(axis, tick->at), tick->minor);
    }
}

static void write_axes(FILE *out, const plot_page_t *page, size_t p, const plot_panel_t *panel)
{
    const plot_frame_t *frame = &page->frame[p];
    (void)fprintf(out, "set lmargin at screen %.8g\nset rmargin at screen %.8g\n",
                  frame->left / page->width, frame->right / page->width);
    (void)fprintf(out, "set bmargin at screen %.8g\nset tmargin at screen %.8g\n",
                  frame->bottom / page->height, frame->top / page->height);
    write_axis(out, "x", &panel->x, &frame->x);
    write_axis(out, "y", &panel->y, &frame->y);
    if (panel->grounded)
        write_axis(out, "y2", &panel->second, &frame->second);
    if (panel->coloured) {
        write_axis(out, "cb", &panel->colour, &frame->colour);
        (void)fprintf(out,
                      "set colorbox user origin screen %.8g, screen %.8g size screen %.8g, "
                      "screen %.8g\n",
                      (frame->right + 18) / page->width, frame->bottom / page->height,
                      20 / page->width, (frame->top - frame->bottom) / page->height);
    }
}

/* Three points an entry: its ends and its middle, with the edges of a band. */
static void write_legend(FILE *out, const plot_page_t *page)
{
    for (size_t i = 0; i < page->samples; i++) {
        const plot_sample_t *sample = &page->sample[i];
        for (int k = 0; k < 3; k++) {
            (void)fprintf(out, "%.8g %.8g %.8g %.8g\n", sample->x + 0.5 * k * PLOT_SAMPLE_WIDTH,
                          sample->y, sample->y - 7, sample->y + 7);
        }
        (void)fputs("\n\n", out);
    }
}

int plot_write_page(const plot_inputs_t *self, const char *folder, const char *scripts,
                    sgdl_error_t *error)
{
    static const char *const names[] = {"style", "page"};
    FILE *out = plot_open(folder, "parameters", 0, 0);
    for (size_t i = 0; out && i < 2; i++) {
        char path[PLOT_PATH_ROOM + 16];
        (void)snprintf(path, sizeof path, "%s/%s.gp", scripts, names[i]);
        plot_write_path(out, names[i], path);
    }
    if (out) {
        plot_write_text(out, "ending", self->ending);
        (void)fprintf(out, "width = %.8g\nheight = %.8g\ndensity = %g\n", self->page->width,
                      self->page->height, self->page->density);
        write_panels(out, self);
        write_words(out, self->page);
        write_samples(out, self->page);
    }
    int status = plot_close(out, folder, error);
    if (status == SGDL_OK) {
        out = plot_open(folder, "legend", 0, 0);
        if (out)
            write_legend(out, self->page);
        status = plot_close(out, folder, error);
    }
    for (size_t p = 0; p < self->request->panels && status == SGDL_OK; p++) {
        out = plot_open(folder, "axes", p + 1, 0);
        if (out)
            write_axes(out, self->page, p, &self->panels[p]);
        status = plot_close(out, folder, error);
    }
    return status;
}

/* ---- curves -----------------------------------------------------------------------------------
 */

/* A line ends where a value is missing. */
static void write_series(FILE *out, const plot_series_t *series)
{
    for (size_t k = 0; k < series->points && !ferror(out); k++) {
        const double *point = series->point + k * POINT_SIZE;
        bool gap = (series->parts & PLOT_LINES) && !isfinite(point[POINT_LINE]);
        for (int part = 0; part < POINT_SIZE; part++)
            (void)fprintf(out, part ? " %.17g" : "%.17g", point[part]);
        (void)fputs(gap ? "\n\n" : "\n", out);
    }
}

/* What is beyond the axis is cut off just outside of it. */
static void write_ground(FILE *out, const plot_panel_t *panel)
{
    const double low = panel->second.low, high = panel->second.high;
    for (size_t i = 0; i < panel->ground_points; i++) {
        const double *point = panel->ground + 2 * i;
        (void)fprintf(out, "%.10g %.10g %.10g\n", point[0], low,
                      fmin(point[1], high + 0.1 * (high - low)));
    }
}

/* One file a style, so that gnuplot reads each but once; its curves stand apart. */
int plot_write_curves(const void *inputs, const char *folder, sgdl_error_t *error)
{
    const plot_inputs_t *self = inputs;
    int status = SGDL_OK;
    for (size_t p = 0; p < self->request->panels; p++) {
        const plot_panel_t *panel = &self->panels[p];
        for (size_t style = 1; style <= panel->styles && status == SGDL_OK; style++) {
            FILE *out = plot_open(folder, "panel", p + 1, style);
            for (size_t i = 0; out && i < panel->count; i++) {
                if (panel->series[i].style == style) {
                    write_series(out, &panel->series[i]);
                    (void)fputs("nan nan nan nan nan nan nan nan\n\n", out);
                }
            }
            status = plot_close(out, folder, error);
        }
        if (status == SGDL_OK && panel->grounded) {
            FILE *out = plot_open(folder, "ground", p + 1, 0);
            if (out)
                write_ground(out, panel);
            status = plot_close(out, folder, error);
        }
    }
    return status;
}
