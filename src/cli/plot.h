/**
 * Pictures of tables: from named columns to panels of series, and from those to gnuplot.
 *
 * One panel a quantity, one series a curve (a block of a table) and, for quantities that exist
 * class by class, a class. A series is a line (solve), a band with mean points (simulate), or all
 * three (compare), whatever its table's columns offer.
 */
#ifndef SGDL_CLI_PLOT_H
#define SGDL_CLI_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "sgdlimit/error.h"
#include "sgdlimit/table.h"

/** The numbers of a point of a series; NAN where there is none. */
enum { POINT_X, POINT_LINE, POINT_LOW, POINT_HIGH, POINT_MEAN, POINT_SIZE };

typedef struct plot_series {
    char *legend;  /* owned, may be "" */
    double *point; /* [points*POINT_SIZE] */
    size_t points;
    double floor; /* see plot_floor */
} plot_series_t;

typedef struct plot_panel {
    char x_label[128];
    char y_label[128];
    bool log_x, log_y;
    double x_low, x_high;     /* ends of the x axis: of all rows, drawn or not */
    bool lines, bands, means; /* which parts its series have */
    plot_series_t *series;    /* [count] owned */
    size_t count, room;
} plot_panel_t;

typedef enum plot_log {
    PLOT_LOG_AUTO,
    PLOT_LOG_NONE,
    PLOT_LOG_X,
    PLOT_LOG_Y,
    PLOT_LOG_XY
} plot_log_t;

/** Tables to be drawn together, and what of them. All borrowed. */
typedef struct plot_request {
    const sgdl_table_t *table; /* [tables] */
    const char *const *path;   /* [tables] their names */
    size_t tables;
    const char *const *y; /* [panels] quantities */
    size_t panels;
    const char *x; /* NULL: chosen by the table */
    plot_log_t log;
    const char *title;   /* may be NULL */
    size_t rows, across; /* layout of the panels */
} plot_request_t;

/* ---- plot_columns.c: which columns show a quantity ------------------------------------------- */

/** The columns behind one series; -1 where there is none. */
typedef struct plot_columns {
    long line;
    size_t span;   /* line .. line+span-1: latent coordinates of which the norm is drawn */
    bool absolute; /* draw the norm (of one: the absolute value) */
    long low, high, mean;
    size_t class_number, output_number; /* counted from 1; 0: the quantity is not by class */
} plot_columns_t;

/** A table that `sgdlimit spectrum` printed. */
bool plot_is_spectrum(const sgdl_table_t *table);

/** A table that --directions printed: a block a time, a row a node or a bin. */
bool plot_is_directions(const sgdl_table_t *table);

/** Fails with the nearest name and the list of columns. Errors: SGDL_ERR_INPUT. */
int plot_fail_missing(const sgdl_table_t *table, const char *path, const char *name,
                      sgdl_error_t *error) SGDL_CHECKED;

/** All series that show `name`: the column itself, NAME_ode and NAME_mean with their band, or
 * NAME_1, NAME_2, ... class by class. *columns is owned by the caller (free).
 * Errors: SGDL_ERR_INPUT with the names that exist, SGDL_ERR_MEMORY. */
int plot_columns_find(const sgdl_table_t *table, const char *path, const char *name,
                      plot_columns_t **columns, size_t *count, sgdl_error_t *error) SGDL_CHECKED;

/** What a log axis does not show of a quantity: values below it are the integrator's noise. 0 where
 * all digits count. */
double plot_floor(const sgdl_table_t *table, const char *name);

/* ---- plot_series.c: panels out of tables ----------------------------------------------------- */

/** Builds the panel that shows request->y[number]. Errors: SGDL_ERR_INPUT, SGDL_ERR_MEMORY. */
int plot_panel_init(plot_panel_t *self, const plot_request_t *request, size_t number,
                    sgdl_error_t *error) SGDL_CHECKED;
void plot_panel_free(plot_panel_t *self);

/* ---- plot_words.c: labels, legends, captions ------------------------------------------------- */

/** The axis label of a quantity ("risk" -> "risk R(t)"), or the name itself. */
void plot_label(const sgdl_table_t *table, const char *name, char *label, size_t size);

/** What tells a curve from the others of the request, and a class from the other classes; ""
 * where there is nothing to tell. Owned by the caller. NULL without memory. */
char *plot_legend(const plot_request_t *request, size_t table, size_t block,
                  const plot_columns_t *columns, bool several_classes);

/** The parameters that all tables share, in lines of at most `width` characters. *lines is one
 * text with '\n' between lines, owned by the caller. Errors: SGDL_ERR_MEMORY. */
int plot_caption(const plot_request_t *request, size_t width, char **lines,
                 sgdl_error_t *error) SGDL_CHECKED;

/* ---- plot_inputs.c: what gnuplot reads --------------------------------------------------------
 */

enum { PLOT_PATH_ROOM = 4096 };

/** Writes `parameters` and `panel1`, `panel2`, ... into a folder. `scripts` is the folder of
 * style.gp. Errors: SGDL_ERR_OUTPUT. */
int plot_write_inputs(const char *folder, const plot_request_t *request, const plot_panel_t *panels,
                      const char *caption, const char *scripts, const char *ending,
                      sgdl_error_t *error) SGDL_CHECKED;

/* ---- plot_quote.c: texts for gnuplot ----------------------------------------------------------
 */

/** The text in quotes that keep it from being anything else. What no picture may hold (control
 * characters, broken UTF-8) is replaced. */
void plot_write_quoted(FILE *out, const char *text, size_t length);

/** name = "text", and the same for an array's element. */
void plot_write_text(FILE *out, const char *name, const char *text);

/** The same with every byte kept. */
void plot_write_path(FILE *out, const char *name, const char *path);

/** caption[i] and caption_lines. */
void plot_write_caption(FILE *out, const char *caption);

/* ---- plot_phase.c: phase diagrams --------------------------------------------------------------
 */

/** A table that `sgdlimit sweep` printed: how many keys it varies, 0 for other tables. */
size_t plot_sweep_axes(const sgdl_table_t *table);

/** Draws request->y over the plane of the two keys of a sweep. Errors: SGDL_ERR_INPUT, those of
 * plot_run. */
int plot_phase(const plot_request_t *request, const char *path, const char *ending,
               sgdl_error_t *error) SGDL_CHECKED;

/* ---- cmd_plot.c: all of it --------------------------------------------------------------------
 */

/** Builds the panels that were asked for and draws them into the file `path`, in the format
 * `ending` (png, svg, pdf). Errors: those of plot_panel_init and plot_draw. */
int plot_picture(const plot_request_t *request, const char *path, const char *ending,
                 sgdl_error_t *error) SGDL_CHECKED;

/** "png", "svg" or "pdf" by the end of a file's name, or NULL. */
const char *plot_ending(const char *path);

/* ---- plot_gnuplot.c: the picture ------------------------------------------------------------- */

/** Writes what a script reads into a folder. */
typedef int plot_write_f(const void *context, const char *folder, const char *scripts,
                         const char *caption, sgdl_error_t *error);

/** Runs a script of plots/ on what `write` prepares and puts its picture in place.
 * Errors: as plot_draw, and those of `write`. */
int plot_run(const plot_request_t *request, const char *script, plot_write_f *write,
             const void *context, const char *path, sgdl_error_t *error) SGDL_CHECKED;

/** Draws panels [request->panels] into the file `path`, in the format of its ending (png, svg,
 * pdf). Errors: SGDL_ERR_EXTERNAL (gnuplot is missing or fails), SGDL_ERR_OUTPUT, _MEMORY. */
int plot_draw(const plot_request_t *request, const plot_panel_t *panels, const char *path,
              const char *ending, sgdl_error_t *error) SGDL_CHECKED;

#endif
