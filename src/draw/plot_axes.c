/* Axes: logarithmic or not, from where to where, and what they leave out. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sgdlimit/critical.h"
#include "sgdlimit/limit.h"
#include "sgdlimit/sweep.h"
#include "src/draw/plot.h"

static const double LOG_SPAN = 100; /* more than this asks for a log axis */

/* ---- logarithmic? -----------------------------------------------------------------------------
 */

/* A sweep whose values are spread by factors is read best along a log axis; deviations against the
 * dimension are powers of it. */
static bool states_log_x(const plot_request_t *request)
{
    const sgdl_table_t *table = &request->table[0];
    if (plot_kind(table) == PLOT_DIMENSIONS)
        return true;
    static const char *const varied[] = {"vary_1", "vary_2"};
    bool log = false;
    for (size_t a = 0; a < plot_sweep_axes(table); a++) {
        sgdl_axis_t axis;
        sgdl_error_t ignored = {0};
        char *key = NULL;
        int status = sgdl_axis_parse(&axis, sgdl_table_value(table, varied[a]), &key, &ignored);
        if (status == SGDL_OK && axis.log && (!request->x || strcmp(request->x, key) == 0))
            log = true;
        free(key);
        if (!request->x)
            break;
    }
    return log;
}

/* An axis that begins at the start, whose row no logarithmic one shows. */
static bool is_time(const plot_panel_t *self)
{
    bool time = false;
    for (size_t i = 0; i < PLOT_TIMES; i++)
        time |= strcmp(self->x.label, plot_time_labels[i]) == 0;
    return time;
}

/* Times that are uniform in t are read best on a plain axis, whatever they span; those that crowd
 * towards 0 ask for a log axis. */
static bool asks_for_log_x(const plot_panel_t *self)
{
    double smallest = INFINITY;
    double largest = 0;
    size_t positive = 0;
    size_t small = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < self->count; i++) {
            for (size_t k = 0; k < self->series[i].points; k++) {
                double x = self->series[i].point[k * POINT_SIZE + POINT_X];
                if (x < 0)
                    return false;
                if (pass == 0 && x > 0 && isfinite(x)) {
                    smallest = fmin(smallest, x);
                    largest = fmax(largest, x);
                    positive++;
                }
                small += pass == 1 && x > 0 && x < 0.25 * largest;
            }
        }
    }
    return largest > LOG_SPAN * smallest && 2 * small > positive;
}

/* Parts that are values of the quantity itself. */
static const int values[] = {POINT_LINE, POINT_MEAN, POINT_DOT};
enum { VALUES = sizeof values / sizeof *values };

static bool inside_x(const plot_axis_t *x, double value)
{
    return isfinite(value) && !(x->log && value <= 0) && !(x->low_given && value < x->low) &&
           !(x->high_given && value > x->high);
}

static bool asks_for_log_y(const plot_panel_t *self)
{
    double smallest = INFINITY;
    double largest = 0;
    for (size_t i = 0; i < self->count; i++) {
        const plot_series_t *series = &self->series[i];
        for (size_t k = 0; k < series->points; k++) {
            const double *point = series->point + k * POINT_SIZE;
            for (int v = 0; v < VALUES && inside_x(&self->x, point[POINT_X]); v++) {
                double value = point[values[v]];
                if (isfinite(value) && fabs(value) >= series->floor) {
                    smallest = fmin(smallest, value);
                    largest = fmax(largest, value);
                }
            }
        }
    }
    return smallest > 0 && largest > LOG_SPAN * smallest;
}

/* All values are, but for what is noise beside the largest: powers are straight on two logarithmic
 * axes. */
static bool is_positive(const plot_panel_t *self, double noise)
{
    double largest = 0;

    double smallest = INFINITY;
    for (size_t i = 0; i < self->count; i++) {
        const plot_series_t *series = &self->series[i];
        for (size_t k = 0; k < series->points; k++) {
            for (int v = 0; v < VALUES; v++) {
                double value = series->point[k * POINT_SIZE + (size_t)values[v]];
                largest = isfinite(value) ? fmax(largest, value) : largest;
                smallest = isfinite(value) ? fmin(smallest, value) : smallest;
            }
        }
    }
    return largest > 0 && smallest > -noise * largest;
}

/* Powers of the dimension, and of the time where a limit was taken off, whose noise may be on
 * either side of zero. */
static bool shows_powers(const plot_panel_t *self, const sgdl_table_t *table, const char *name)
{
    static const double NOISE = 1e-6;
    plot_kind_t kind = plot_kind(table);
    return ((kind == PLOT_DIMENSIONS || kind == PLOT_ESCAPE) && is_positive(self, 0)) ||
           (kind == PLOT_CURVE && strcmp(name, "excess") == 0 && is_positive(self, NOISE));
}

/* ---- what is left out -------------------------------------------------------------------------
 */

/* Beyond it the length of an axis is no number. */
static const double LARGEST = 8e307;

static bool is_large(double value) { return fabs(value) > LARGEST; }

/* Takes out what the axes cannot show, and counts it: a picture says what it hides. */
static void fit_to_axes(plot_panel_t *self, double floor, bool time, double *point)
{
    double x = point[POINT_X];
    if (isfinite(x) && self->x.log && x <= 0) {
        self->left += !(time && x == 0);
        point[POINT_X] = NAN;
    }
    for (int v = 0; v < VALUES; v++)
        self->infinite += is_large(point[values[v]]) && isfinite(point[POINT_X]);
    for (int part = 0; part < POINT_SIZE; part++)
        point[part] = is_large(point[part]) ? NAN : point[part];
    if (!self->y.log)
        return;
    for (int v = 0; v < VALUES; v++) {
        double *value = &point[values[v]];
        if (isfinite(point[POINT_X]) && fabs(*value) < floor)
            self->small++;
        else if (isfinite(point[POINT_X]) && *value <= 0)
            self->negative++;
        *value = *value <= 0 || *value < floor ? NAN : *value;
    }
    double middle = fmax(fmax(point[POINT_LINE], point[POINT_MEAN]), point[POINT_DOT]);
    static const int ends[][2] = {{POINT_LOW, POINT_HIGH}, {POINT_BAR_LOW, POINT_BAR_HIGH}};
    for (int e = 0; e < 2; e++) {
        double *low = &point[ends[e][0]];
        double *high = &point[ends[e][1]];
        *high = *high <= 0 || *high < floor ? NAN : *high;
        if (*low <= 0 || *low < floor)
            *low = middle > 0 ? 1e-3 * middle : *high; /* runs off downwards */
    }
}

/* ---- from where to where ----------------------------------------------------------------------
 */

static int read_end(const char *flag, const char *text, double *value, bool *given,
                    sgdl_error_t *error)
{
    char *end;
    if (!text)
        return SGDL_OK;
    errno = 0;
    *value = strtod(text, &end);
    *given = true;
    if (end == text || *end || !isfinite(*value) || fabs(*value) > 1e300)
        return sgdl_fail(error, SGDL_ERR_INPUT, flag, "found '%.80s', allowed: a number", text);
    return SGDL_OK;
}

int plot_axis_ends(plot_axis_t *self, const char *flag, const char *low, const char *high,
                   sgdl_error_t *error)
{
    double from = 0;
    double to = 0;
    int status = read_end(flag, low, &from, &self->low_given, error);
    status = status != SGDL_OK ? status : read_end(flag, high, &to, &self->high_given, error);
    if (status == SGDL_OK && self->low_given && self->high_given && !(from < to)) {
        status = sgdl_fail(error, SGDL_ERR_INPUT, flag, "found from %s to %s, allowed: rising", low,
                           high);
    }
    self->low = self->low_given ? from : INFINITY;
    self->high = self->high_given ? to : -INFINITY;
    return status;
}

static void hold(plot_axis_t *self, double value)
{
    if (isfinite(value)) {
        self->low = self->low_given ? self->low : fmin(self->low, value);
        self->high = self->high_given ? self->high : fmax(self->high, value);
    }
}

void plot_axis_widen(plot_axis_t *self)
{
    if (!(self->low <= self->high)) { /* no data, or none on the stated side */
        double middle = self->low_given ? self->low : self->high_given ? self->high : 1;
        double other = self->log ? 10 * middle : middle + 1;
        self->low = self->low_given || !self->high_given ? middle
                    : self->log                          ? middle / 10
                                                         : middle - 1;
        self->high = self->high_given ? self->high : other;
    }
    double size = fmax(fabs(self->low), fabs(self->high));
    if (self->high - self->low > 1e-13 * size)
        return;
    double room = size > 0 ? 0.1 * size : 1;
    self->low = self->low_given ? self->low : self->log ? self->low / 2 : self->low - room;
    self->high = self->high_given ? self->high : self->log ? self->high * 2 : self->high + room;
}

/* The x axis holds all rows, drawn or not; the y axis what is drawn of them. */
static void hold_points(plot_panel_t *self)
{
    bool only_y = false;
    for (int pass = 0; pass < 2; pass++, only_y = true) {
        for (size_t i = 0; i < self->count; i++) {
            for (size_t k = 0; k < self->series[i].points; k++) {
                const double *point = self->series[i].point + k * POINT_SIZE;
                if (!only_y) {
                    hold(&self->x, point[POINT_X]);
                    continue;
                }
                bool inside = inside_x(&self->x, point[POINT_X]);
                for (int part = POINT_LINE; part < POINT_SIZE && inside; part++) {
                    bool low = part == POINT_LOW || part == POINT_BAR_LOW;
                    if (!(low && self->y.log)) /* may run off downwards */
                        hold(&self->y, point[part]);
                }
            }
        }
    }
}

/* A density is shown where it is worth a look, with some room: tails go on for ever. */
static void hold_densities(plot_panel_t *self)
{
    static const double share = 1e-3, room = 0.2;
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < self->count; i++) {
        const plot_series_t *series = &self->series[i];
        double largest = 0;
        for (size_t k = 0; k < series->points; k++)
            largest = fmax(largest, series->point[k * POINT_SIZE + POINT_LINE]);
        for (size_t k = 0; k < series->points; k++) {
            const double *point = series->point + k * POINT_SIZE;
            if (point[POINT_LINE] < share * largest)
                continue;
            low = fmin(low, point[POINT_X]);
            high = fmax(high, point[POINT_X]);
        }
    }
    const double more = room * (high - low);
    if (low < high && !self->x.low_given)
        self->x.low = fmax(self->x.low, low - more);
    if (low < high && !self->x.high_given)
        self->x.high = fmin(self->x.high, high + more);
}

static int refuse_log(const plot_axis_t *axis, const char *name, sgdl_error_t *error)
{
    bool wrong =
        axis->log && ((axis->low_given && axis->low <= 0) || (axis->high_given && axis->high <= 0));
    return wrong ? sgdl_fail(error, SGDL_ERR_INPUT, "--range",
                             "%s begins or ends at 0 or below, which a logarithmic axis has not; "
                             "--log states another",
                             name)
                 : SGDL_OK;
}

/* A range that begins at 0 or below wants a plain axis. */
static bool allows_log(const plot_axis_t *axis)
{
    return !(axis->low_given && axis->low <= 0) && !(axis->high_given && axis->high <= 0);
}

static int choose_logs(plot_panel_t *self, const plot_request_t *request, const char *name,
                       sgdl_error_t *error)
{
    plot_log_t log = request->log;
    if (log == PLOT_LOG_AUTO) {
        const plot_kind_t kind = plot_kind(&request->table[0]);
        const bool plain = self->y.verdicts || plot_is_probability(name) || kind == PLOT_DENSITY ||
                           kind == PLOT_CRITICAL_POINTS;
        bool powers = shows_powers(self, &request->table[0], name);
        bool log_x = states_log_x(request) || asks_for_log_x(self) || (powers && is_time(self));
        self->x.log = allows_log(&self->x) && log_x;
        self->y.log = allows_log(&self->y) && !plain && (powers || asks_for_log_y(self));
    } else {
        self->x.log = log == PLOT_LOG_X || log == PLOT_LOG_XY;
        self->y.log = log == PLOT_LOG_Y || log == PLOT_LOG_XY;
    }
    int status = refuse_log(&self->x, "x", error);
    return status != SGDL_OK ? status : refuse_log(&self->y, "y", error);
}

/* The step of a spectrum that begins at u = 0 begins left of a logarithmic axis. */
static void begin_profiles(plot_panel_t *self)
{
    for (size_t i = 0; i < self->count && self->x.log; i++) {
        double *point = self->series[i].point;
        if (self->series[i].points > 1 && point[POINT_X] == 0)
            point[POINT_X] = 0.1 * point[POINT_SIZE + POINT_X];
    }
}

int plot_axes_set(plot_panel_t *self, const plot_request_t *request, const char *name,
                  sgdl_error_t *error)
{
    const sgdl_table_t *table = &request->table[0];
    bool time = is_time(self);
    size_t visible = 0;
    self->y.verdicts = strcmp(name, "verdict") == 0;
    self->y.whole = plot_counts(name);
    int status = plot_axis_ends(&self->x, "--range x", request->x_low, request->x_high, error);
    if (status == SGDL_OK)
        status = plot_axis_ends(&self->y, "--range y", request->y_low, request->y_high, error);
    status = status != SGDL_OK ? status : choose_logs(self, request, name, error);
    if (status != SGDL_OK)
        return status;
    if (plot_kind(table) == PLOT_SPECTRUM && !request->x)
        begin_profiles(self);
    size_t numbers = 0;
    for (size_t i = 0; i < self->count; i++) {
        for (size_t k = 0; k < self->series[i].points; k++) {
            double *point = self->series[i].point + k * POINT_SIZE;
            for (int v = 0; v < VALUES; v++)
                numbers += isfinite(point[POINT_X]) && isfinite(point[values[v]]);
            fit_to_axes(self, self->series[i].floor, time, point);
            for (int v = 0; v < VALUES; v++)
                visible += isfinite(point[POINT_X]) && isfinite(point[values[v]]);
        }
    }
    hold_points(self);
    if (plot_kind(table) == PLOT_DENSITY && strcmp(self->x.label, "x") == 0)
        hold_densities(self);
    plot_axis_widen(&self->x);
    plot_axis_widen(&self->y);
    if (plot_kind(table) == PLOT_DENSITY && !self->y.low_given && !self->y.log)
        self->y.low = fmin(self->y.low, 0);
    if (plot_kind(table) == PLOT_CRITICAL_POINTS && !self->y.low_given)
        self->y.low -= 0.04 * (self->y.high - self->y.low); /* minima stand above the axis */
    if (self->y.verdicts) {
        self->y.low = self->y.low_given ? self->y.low : fmin(self->y.low, 0) - 0.2;
        self->y.high = self->y.high_given ? self->y.high : fmax(self->y.high, 1) + 0.2;
    }
    return visible ? SGDL_OK
                   : sgdl_fail(error, SGDL_ERR_INPUT, request->path[0],
                               "column '%.80s' has no %snumber to draw%s", name,
                               numbers ? "positive " : "", numbers ? " on logarithmic axes" : "");
}
