/**
 * Pictures of tables: from named columns to panels of series, from those to a page, and from that
 * to gnuplot.
 *
 * One panel a quantity, one series a curve (a block of a table) and, for quantities that exist
 * class by class, a class. A series is a line (solve), a band with mean points (simulate), all
 * three (compare), or points that nothing joins, whatever its table's columns offer. What a table
 * is, and so what it shows unless told otherwise, is decided in one place, plot_kind.c. Every place
 * on the page is computed here, in units of which a letter is 18 high, so that all formats agree.
 */
#ifndef SGDLIMIT_DRAW_PLOT_H
#define SGDLIMIT_DRAW_PLOT_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "sgdlimit/error.h"
#include "sgdlimit/problem.h"
#include "sgdlimit/table.h"

enum {
    PLOT_MOST_PANELS = 16,
    PLOT_LABEL_ROOM = 192,
    PLOT_PATH_ROOM = 4096,
    PLOT_MOST_ENTRIES = 30, /* of a legend */
    PLOT_MOST_STYLES = 455, /* pairwise different ones of style.gp */
    PLOT_NEUTRAL = 509,     /* its style of samples that stand for all curves */
    PLOT_GROUND = 510,      /* of a loss behind curves */
    PLOT_SAMPLES = 400,     /* of a loss */
    PLOT_MOST_GROUPS = 4,   /* columns that tell the curves of a block apart */
    PLOT_LETTER = 18,       /* sizes of letters */
    PLOT_LEGEND_LETTER = 16,
    PLOT_SMALL_LETTER = 13
};

/** The numbers of a point of a series; NAN where there is none. A mean has a band, a dot, which
 * stands for itself alone, a bar. */
enum {
    POINT_X,
    POINT_LINE,
    POINT_LOW,
    POINT_HIGH,
    POINT_MEAN,
    POINT_DOT,
    POINT_BAR_LOW,
    POINT_BAR_HIGH,
    POINT_SIZE
};

/** What a series, a panel or a legend's sample is made of. */
enum {
    PLOT_LINES = 1, /* through two points or more, or values that would be on one */
    PLOT_MEANS = 2,
    PLOT_BANDS = 4,
    PLOT_DOTS = 8,
    PLOT_MARKS = 16,    /* on a line */
    PLOT_FILL = 32,     /* a full area */
    PLOT_HATCH = 64,    /* a hatched one */
    PLOT_NOTHING = 128, /* words alone */
    PLOT_BARS = 256     /* through dots */
};

typedef struct plot_series {
    size_t table, block, slice, quantity, class_number, output_number; /* whose it is */
    char *legend;                                                      /* owned, may be "" */
    double *point;                                                     /* [points*POINT_SIZE] */
    size_t points;
    double floor;   /* see plot_floor */
    size_t style;   /* from 1: colour, dash and marker */
    unsigned parts; /* PLOT_LINES | ... */
    bool joined;    /* some two of its points, by a line */
    double verdict; /* of the last row that was filled in */
} plot_series_t;

typedef struct plot_axis {
    char label[PLOT_LABEL_ROOM];
    bool log;
    bool by_exponent;           /* drawn on a plain axis, by the logarithms */
    bool verdicts;              /* 0, 1, 2 are words */
    bool whole;                 /* of numbers that are whole: so are its ticks */
    double low, high;           /* ends of the axis */
    bool low_given, high_given; /* by the user: not to be rounded */
} plot_axis_t;

typedef struct plot_entry {
    char *text; /* owned */
    size_t style;
    unsigned parts;
} plot_entry_t;

typedef struct plot_entries {
    plot_entry_t *entry; /* [count] owned */
    size_t count, room;
} plot_entries_t;

typedef struct plot_panel {
    plot_axis_t x, y, colour;
    bool coloured; /* a heat map: has the axis `colour` */
    bool grounded; /* stands over a loss: has the axis `second`, on the right */
    plot_axis_t second;
    double *ground; /* [ground_points*2] x and the loss there; owned */
    size_t ground_points;
    unsigned parts;        /* which its series have */
    plot_series_t *series; /* [count] owned */
    size_t count, room;
    size_t styles;                    /* the largest of its series */
    size_t own_styles;                /* series that do not share another's */
    size_t infinite, negative, small; /* values that no axis, or not a logarithmic one, shows */
    size_t left;                      /* points left of a logarithmic axis, t = 0 aside */
    plot_entries_t entries;           /* the legend */
} plot_panel_t;

typedef enum plot_log {
    PLOT_LOG_AUTO,
    PLOT_LOG_NONE,
    PLOT_LOG_X,
    PLOT_LOG_Y,
    PLOT_LOG_XY
} plot_log_t;

/** Tables to be drawn together, and what of them. All borrowed; zeros are what is usual. */
typedef struct plot_request {
    const sgdl_table_t *table; /* [tables] */
    const char *const *path;   /* [tables] their files */
    size_t tables;
    const char *const *name; /* [names] for the legend: one a table, or one a curve; may be none */
    size_t names;
    const char *const *y; /* [panels] quantities; a+b: two in one panel */
    size_t panels;
    const char *x; /* NULL: chosen by the table */
    plot_log_t log;
    const char *title;                    /* may be NULL */
    size_t rows, across;                  /* layout of the panels */
    const char *x_low, *x_high;           /* ends of the axes: numbers, NULL where the */
    const char *y_low, *y_high;           /* data decide */
    const char *colour_low, *colour_high; /* of a heat map */
    double width, height;                 /* of the page; 0: as needed */
    const volatile sig_atomic_t *stop;    /* set from outside while gnuplot draws; borrowed */
} plot_request_t;

/* ---- plot_kind.c: what a table is ------------------------------------------------------------ */

typedef enum plot_kind {
    PLOT_CURVE,           /* against t */
    PLOT_SPECTRUM,        /* against u, a row a node */
    PLOT_DIRECTIONS,      /* a block a time, a row a node or a bin */
    PLOT_SWEEP,           /* against a key, or over the plane of two */
    PLOT_LIMIT,           /* against the learning rate */
    PLOT_CRITICAL,        /* one row: where the verdict changes */
    PLOT_DIMENSIONS,      /* deviations against d */
    PLOT_DIFFUSION,       /* of a landscape, against the steps */
    PLOT_DENSITY,         /* a block a time, a row a cell */
    PLOT_STATIONARY,      /* of a landscape, a row a learning rate and batch */
    PLOT_ESCAPE,          /* the same for each way out of a minimum */
    PLOT_CRITICAL_POINTS, /* a row a critical point of the loss */
    PLOT_SCHEDULE,        /* against t, a row a piece on which all is constant */
    PLOT_OTHER,
    PLOT_KINDS
} plot_kind_t;

plot_kind_t plot_kind(const sgdl_table_t *table);

/** A table that `sgdlimit sweep` printed: how many keys it varies, 0 for other tables. */
size_t plot_sweep_axes(const sgdl_table_t *table);

/** Whether the quantity counts something. */
bool plot_counts(const char *name);

/** Whether a sweep states it where t -> infinity, or of no time at all. */
bool plot_is_timeless(const char *name);

/** Whether each of its points was computed for itself, rather than one curve through all. */
bool plot_is_of_points(plot_kind_t kind);

/** Is it a probability, whose axis is a plain one? */
bool plot_is_probability(const char *name);

/** The columns that tell apart the curves within the blocks of a table drawn along column x, whose
 * rows come in any order. Returns their number; 0: the blocks are the curves. */
size_t plot_groups(const plot_request_t *request, size_t table, long x,
                   long group[PLOT_MOST_GROUPS]);

/** What the tables show unless told otherwise: *count names [PLOT_MOST_PANELS]. Errors:
 * SGDL_ERR_INPUT where there is no number to draw. */
int plot_choose_quantities(const plot_request_t *request, const char **names, size_t *count,
                           sgdl_error_t *error) SGDL_CHECKED;

/** The column along the axis; -1: the cumulative weight of a spectrum. Errors: SGDL_ERR_INPUT. */
int plot_choose_x(const plot_request_t *request, size_t table, long *x,
                  sgdl_error_t *error) SGDL_CHECKED;

/* ---- plot_columns.c: which columns show a quantity ------------------------------------------- */

/** The columns behind one series; -1 where there is none. */
typedef struct plot_columns {
    long line;
    size_t span;   /* line .. line+span-1: latent coordinates of which the norm is drawn */
    bool absolute; /* draw the norm (of one: the absolute value) */
    long low, high, mean;
    size_t quantity;                    /* which of the names between plus signs */
    size_t class_number, output_number; /* counted from 1; 0: the quantity is not by class */
} plot_columns_t;

/** Fails with the nearest name and the list of columns. Errors: SGDL_ERR_INPUT. */
int plot_fail_missing(const sgdl_table_t *table, const char *path, const char *name,
                      sgdl_error_t *error) SGDL_CHECKED;

/** All series that show `name`: the column itself, NAME_ode and NAME_mean with their band, or
 * NAME_1, NAME_2, ... class by class; of "a+b" those of a and of b. *columns is owned by the caller
 * (free). Errors: SGDL_ERR_INPUT with the names that exist, SGDL_ERR_MEMORY. */
int plot_columns_find(const sgdl_table_t *table, const char *path, const char *name,
                      plot_columns_t **columns, size_t *count, sgdl_error_t *error) SGDL_CHECKED;

/** Copies part `number` of "a+b" [size]; false if there are not so many. */
bool plot_quantity(const char *names, size_t number, char *name, size_t size);

/** What a log axis does not show of a quantity: values below it are the integrator's noise. 0 where
 * all digits count. */
double plot_floor(const sgdl_table_t *table, const char *name);

/* ---- plot_names.c: what tells tables apart --------------------------------------------------- */

typedef struct plot_names {
    char **name; /* [tables] owned; "" where there is only one table */
    size_t
        *mate; /* [tables] the table of theory whose styles a simulation of it shares, or itself */
    size_t tables;
} plot_names_t;

/** Errors: SGDL_ERR_INPUT (names given do not fit), SGDL_ERR_MEMORY. To be freed in any case. */
int plot_names_init(plot_names_t *self, const plot_request_t *request,
                    sgdl_error_t *error) SGDL_CHECKED;
void plot_names_free(plot_names_t *self);

/* ---- plot_series.c: panels out of tables; plot_fill.c: points out of rows ---------------------
 */

/** Builds the panel that shows request->y[number]. Errors: SGDL_ERR_INPUT, SGDL_ERR_MEMORY. */
int plot_panel_init(plot_panel_t *self, const plot_request_t *request, const plot_names_t *names,
                    size_t number, sgdl_error_t *error) SGDL_CHECKED;
void plot_panel_free(plot_panel_t *self);

typedef struct plot_rows {
    const sgdl_table_t *table;
    size_t first, count;
} plot_rows_t;

/** Fills a series with room for two points a row; x as plot_choose_x says. Errors:
 * SGDL_ERR_MEMORY. */
int plot_fill(plot_series_t *series, plot_rows_t rows, long x, const plot_columns_t *columns,
              sgdl_error_t *error) SGDL_CHECKED;

/** Fills it with the critical points [rows] of that kind as dots. */
void plot_fill_kind(plot_series_t *series, const sgdl_table_t *table, int kind);

/** Fills it with the two sides of a transition and what was tried, points for 6 and the comments.
 */
void plot_fill_critical(plot_series_t *series, const sgdl_table_t *table);

/* ---- plot_landscape.c: the loss behind a table ------------------------------------------------
 */

/** The problem that the header of a landscape's table states: its potential and noise alone. NULL
 * where there is none, or its files are not there any more. To be freed. */
sgdl_problem_t *plot_landscape(const sgdl_table_t *table);

/** The number of its flattest basin, from 0; 0 where that is not known. */
size_t plot_flattest(const sgdl_table_t *table);

/** Up to where a loss is shown, from its lowest critical point: low and high. */
void plot_heights(const sgdl_problem_t *problem, double ends[2]);

/** Puts the loss behind a panel whose axes are set. Errors: SGDL_ERR_MEMORY. */
int plot_ground_init(plot_panel_t *self, const plot_request_t *request,
                     sgdl_error_t *error) SGDL_CHECKED;

/** Fills a series with room for PLOT_SAMPLES points with the loss around the critical points of a
 * table; with none where that is not known. */
void plot_fill_loss(plot_series_t *series, const sgdl_table_t *table);

/* ---- plot_axes.c: logarithmic or not, from where to where -------------------------------------
 */

/** Decides on the axes and takes out what they do not show. Errors: SGDL_ERR_INPUT. */
int plot_axes_set(plot_panel_t *self, const plot_request_t *request, const char *name,
                  sgdl_error_t *error) SGDL_CHECKED;

/** The ends that a user states. Errors: SGDL_ERR_INPUT. */
int plot_axis_ends(plot_axis_t *self, const char *flag, const char *low, const char *high,
                   sgdl_error_t *error) SGDL_CHECKED;

/** Room around data that are all the same. */
void plot_axis_widen(plot_axis_t *self);

/* ---- plot_ticks.c ---------------------------------------------------------------------------- */

typedef struct plot_tick {
    double at;
    bool minor;
    char label[48]; /* powers as 10^{3}; "" for minor ones */
} plot_tick_t;

typedef struct plot_ticks {
    plot_tick_t tick[320];
    size_t count;
    double widest; /* label */
    double last;   /* width of the label at the upper end */
} plot_ticks_t;

/** Moves ends that the data decided outwards to round numbers. */
void plot_axis_round(plot_axis_t *self, size_t most);

/** At most `most` labelled ticks (and at least 2 where there is any room), and minor ones. */
void plot_ticks_choose(plot_ticks_t *self, const plot_axis_t *axis, size_t most);

/** By width, until the labels of a horizontal axis have room. */
void plot_ticks_fit(plot_ticks_t *self, const plot_axis_t *axis, double width);

/* ---- plot_measure.c: how wide words are -------------------------------------------------------
 */

double plot_text_width(const char *text, size_t length, double letter);

/** A copy of at most `width`, with an ellipsis in the middle if need be. NULL without memory. */
char *plot_text_shorten(const char *text, double width, double letter);

/** The text in lines of at most `width`, broken behind one of `behind` and a space where possible
 * (NULL: at any space). What is beyond `most` lines ends in an ellipsis. NULL without memory. */
char *plot_text_wrap(const char *text, double width, double letter, const char *behind,
                     size_t most);

/* ---- plot_words.c: labels, legends; plot_caption.c: captions -------------------------------- */

/** What stands at an axis of time, by what t is. */
enum { PLOT_TIME, PLOT_TIME_LANDSCAPE, PLOT_TIME_STEPS, PLOT_TIME_FLOW, PLOT_STEP, PLOT_TIMES };
extern const char *const plot_time_labels[PLOT_TIMES];

/** The axis label of a quantity ("risk" -> "risk R(t)"), or the name itself. */
void plot_label(const sgdl_table_t *table, const char *name, char *label, size_t size);

/** What a block of a landscape's table does not share with all others, in words: its learning rate,
 * batch and time. Writes nothing and returns false where there is nothing to tell. */
bool plot_setting(FILE *out, const sgdl_table_t *table, size_t block);

/** The label of a panel that shows "a+b". */
void plot_joint_label(const sgdl_table_t *table, const char *names, char *label, size_t size);

/** What a caption tells of a table. */
typedef struct plot_parameter {
    const char *key;
    const char *name;
} plot_parameter_t;
/** Parameter number `index` in the order of captions; false: there are fewer. */
bool plot_parameter(size_t index, plot_parameter_t *parameter);

/** Whether a sweep, or a search, replaces the parameter. */
bool plot_is_varied(const sgdl_table_t *table, const char *parameter);

/** What tells a curve from the others of the request, and a class from the other classes; ""
 * where there is nothing to tell. Owned by the caller. NULL without memory. */
char *plot_legend(const plot_request_t *request, const plot_names_t *names,
                  const plot_series_t *series, const char *quantities, bool several_classes);

/** The parameters that all tables share, and what the panels leave out. Owned by the caller.
 * Errors: SGDL_ERR_MEMORY. */
int plot_caption(const plot_request_t *request, const plot_panel_t *panels, char **text,
                 sgdl_error_t *error) SGDL_CHECKED;

/* ---- plot_page.c: places ----------------------------------------------------------------------
 */

typedef struct plot_words {
    char *text; /* owned */
    double x, y, letter;
    int place; /* of x: -1 left end, 0 middle, 1 right end */
    bool upright;
} plot_words_t;

typedef struct plot_sample {
    double x, y; /* of its left end */
    size_t style;
    unsigned parts;
} plot_sample_t;

typedef struct plot_frame {
    double left, right, bottom, top;
    plot_ticks_t x, y, colour, second;
} plot_frame_t;

typedef struct plot_page {
    double width, height, density;
    plot_frame_t *frame; /* [panels] owned */
    plot_words_t *words; /* [count] owned */
    size_t count, room;
    plot_sample_t *sample; /* [samples] owned */
    size_t samples, sample_room;
} plot_page_t;

enum { PLOT_SAMPLE_WIDTH = 46 };

int plot_entries_add(plot_entries_t *self, const char *text, size_t style, unsigned parts,
                     sgdl_error_t *error) SGDL_CHECKED;

/** Errors: SGDL_ERR_INPUT (the page is too small), SGDL_ERR_MEMORY. To be freed in any case. */
int plot_page_init(plot_page_t *self, const plot_request_t *request, plot_panel_t *panels,
                   const char *caption, sgdl_error_t *error) SGDL_CHECKED;
void plot_page_free(plot_page_t *self);

/* ---- plot_quote.c: texts for gnuplot ----------------------------------------------------------
 */

/** The text in quotes that keep it from being anything else. What no picture may hold (control
 * characters, broken UTF-8) is replaced. */
void plot_write_quoted(FILE *out, const char *text, size_t length);

/** name = "text", and the same for an array's element. */
void plot_write_text(FILE *out, const char *name, const char *text);

/** The same with every byte kept. */
void plot_write_path(FILE *out, const char *name, const char *path);

/* ---- plot_inputs.c: what gnuplot reads --------------------------------------------------------
 */

/** What a script draws. */
typedef struct plot_inputs {
    const plot_request_t *request;
    const plot_panel_t *panels; /* [request->panels] */
    const plot_page_t *page;
    const char *ending;
} plot_inputs_t;

/** Writes the parameters, the axes of the panels and the legend into a folder. `scripts` is the
 * folder of style.gp. Errors: SGDL_ERR_OUTPUT. */
int plot_write_page(const plot_inputs_t *self, const char *folder, const char *scripts,
                    sgdl_error_t *error) SGDL_CHECKED;

/** Writes the curves of a plot_inputs_t. Errors: SGDL_ERR_OUTPUT. */
int plot_write_curves(const void *inputs, const char *folder, sgdl_error_t *error) SGDL_CHECKED;

/** Opens a file of the folder; plot_close says whether all went well. Errors: SGDL_ERR_OUTPUT. */
FILE *plot_open(const char *folder, const char *format, size_t panel, size_t number);
int plot_close(FILE *out, const char *folder, sgdl_error_t *error) SGDL_CHECKED;

/* ---- plot_phase.c: phase diagrams; plot_cells.c: their cells -----------------------------------
 */

/** Draws request->y over the plane of the two keys of a sweep. Errors: SGDL_ERR_INPUT, those of
 * plot_run. */
int plot_phase(const plot_request_t *request, const char *path, const char *ending,
               sgdl_error_t *error) SGDL_CHECKED;

/* ---- plot_plane.c: two coordinates ------------------------------------------------------------
 */

/** A table of two coordinates: densities, or critical points. */
bool plot_is_plane(const sgdl_table_t *table);

/** Draws its densities over the plane, a panel a time, or its critical points, with the contour
 * lines of the loss. Errors: SGDL_ERR_INPUT, SGDL_ERR_MEMORY, those of plot_run. */
int plot_plane(const plot_request_t *request, const char *path, const char *ending,
               sgdl_error_t *error) SGDL_CHECKED;

/* ---- cmd_plot.c: all of it --------------------------------------------------------------------
 */

/** Builds the panels that were asked for and draws them into the file `path`, in the format
 * `ending` (png, svg, pdf). Errors: those of plot_panel_init and plot_run. */
int plot_picture(const plot_request_t *request, const char *path, const char *ending,
                 sgdl_error_t *error) SGDL_CHECKED;

/** "png", "svg" or "pdf" by the end of a file's name, or NULL. */
const char *plot_ending(const char *path);

/* ---- plot_gnuplot.c: the picture ------------------------------------------------------------- */

/** Writes the data that a script reads into a folder. */
typedef int plot_write_f(const void *context, const char *folder, sgdl_error_t *error);

typedef struct plot_drawing {
    const char *script; /* of plots/ */
    plot_write_f *write;
    const void *context;       /* of write; NULL: the plot_inputs_t */
    const char *path, *ending; /* the picture and its format: png, svg, pdf */
} plot_drawing_t;

/** Runs the script on the page and on what `write` prepares, and puts its picture in place.
 * Errors: SGDL_ERR_EXTERNAL (gnuplot is missing or fails), SGDL_ERR_OUTPUT, _MEMORY, those of
 * plot_page_init and `write`. */
int plot_run(const plot_request_t *request, plot_panel_t *panels, const plot_drawing_t *drawing,
             sgdl_error_t *error) SGDL_CHECKED;

#endif
