/* Points out of a table's rows. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/draw/plot.h"

static double cell(const double *row, long column) { return column < 0 ? NAN : row[column]; }

static double *next_point(plot_series_t *series)
{
    double *point = series->point + series->points++ * POINT_SIZE;
    for (int part = 0; part < POINT_SIZE; part++)
        point[part] = NAN;
    return point;
}

static void add_point(plot_series_t *series, double x, const double *row,
                      const plot_columns_t *columns)
{
    double *point = next_point(series);
    double line = cell(row, columns->line);
    if (columns->absolute) {
        line = 0;
        for (size_t a = 0; a < columns->span; a++)
            line = hypot(line, row[columns->line + (long)a]);
    }
    point[POINT_X] = x;
    point[POINT_LINE] = line;
    point[POINT_LOW] = cell(row, columns->low);
    point[POINT_HIGH] = cell(row, columns->high);
    point[POINT_MEAN] = cell(row, columns->mean);
}

/* Whether the rows are the directions of a finite dimension one by one, or groups of equal ones:
 * then their order is that of the problem, as in a file. The nodes of a limit, and of a compressed
 * dimension, come in no order that means anything. */
static bool is_in_order(const sgdl_table_t *table, long weight)
{
    const char *text = sgdl_table_value(table, "dimension");
    double dimension = text ? strtod(text, NULL) : INFINITY;
    for (size_t r = 0; r < table->rows && isfinite(dimension); r++) {
        double directions = table->value[r * table->columns + (size_t)weight] * dimension;
        if (fabs(directions - round(directions)) > 1e-6 * fmax(directions, 1))
            return false;
    }
    return isfinite(dimension);
}

/* A node of a spectrum: the eigenvalue that orders it, and its row. */
typedef struct node {
    double eigenvalue;
    size_t row;
} node_t;

static int by_eigenvalue(const void *a, const void *b)
{
    const node_t *left = a;
    const node_t *right = b;
    if (left->eigenvalue != right->eigenvalue)
        return left->eigenvalue < right->eigenvalue ? -1 : 1;
    return left->row < right->row ? -1 : left->row > right->row;
}

/* Against u, the weight of all directions before: each node is a step as wide as its weight, so
 * that an atom is as wide as it is and a jump is upright. */
static int fill_profile(plot_series_t *series, plot_rows_t within, const plot_columns_t *columns,
                        sgdl_error_t *error)
{
    const sgdl_table_t *table = within.table;
    const size_t first = within.first, rows = within.count;
    long weight = sgdl_table_find(table, "weight");
    long bar = sgdl_table_find(table, "eigenvalue_bar");
    node_t *node = calloc(rows + 1, sizeof *node);
    if (!node)
        return sgdl_fail_memory(error);
    for (size_t i = 0; i < rows; i++)
        node[i] = (node_t){table->value[(first + i) * table->columns + (size_t)bar], first + i};
    if (!is_in_order(table, weight))
        qsort(node, rows, sizeof *node, by_eigenvalue);
    double u = 0;
    for (size_t i = 0; i < rows; i++) {
        const double *row = table->value + node[i].row * table->columns;
        double next = i + 1 == rows && fabs(u + row[weight] - 1) < 1e-9 ? 1 : u + row[weight];
        add_point(series, u, row, columns);
        add_point(series, next, row, columns);
        u = next;
    }
    free(node);
    return SGDL_OK;
}

/* ---- directions -------------------------------------------------------------------------------
 */

static int by_x(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return (left > right) - (left < right);
}

/* A line through the points means that what is between them is between their values: there is one
 * value for each x, and no zigzag. */
static bool is_function(const plot_series_t *series, int part)
{
    size_t turns = 0;
    for (size_t k = 0; k + 1 < series->points; k++) {
        const double *point = series->point + k * POINT_SIZE;
        if (point[POINT_X] == point[POINT_SIZE + POINT_X])
            return false;
        if (k > 0) {
            double before = point[part] - point[part - POINT_SIZE];
            double after = point[POINT_SIZE + part] - point[part];
            turns += before * after < 0;
        }
    }
    return series->points > 2 && 4 * turns < series->points;
}

/* Nodes come in any order, several at one eigenvalue: in the order of x, joined only where that
 * says something. */
static void fill_directions(plot_series_t *series)
{
    qsort(series->point, series->points, POINT_SIZE * sizeof *series->point, by_x);
    const double *first = series->point;
    int part = series->points && isfinite(first[POINT_MEAN]) ? POINT_MEAN : POINT_LINE;
    if (part == POINT_LINE && is_function(series, part))
        return;
    for (size_t k = 0; k < series->points; k++) {
        double *point = series->point + k * POINT_SIZE;
        point[POINT_DOT] = point[part];
        point[POINT_BAR_LOW] = point[POINT_LOW];
        point[POINT_BAR_HIGH] = point[POINT_HIGH];
        point[POINT_LINE] = point[POINT_MEAN] = point[POINT_LOW] = point[POINT_HIGH] = NAN;
    }
}

/* A quantity that means another thing on the other side of a transition jumps there: what was
 * computed on the two sides is not joined. */
static bool jumps(const plot_series_t *series, double verdict)
{
    return series->points > 0 && isfinite(verdict) && isfinite(series->verdict) &&
           verdict != series->verdict;
}

int plot_fill(plot_series_t *series, plot_rows_t rows, long x, const plot_columns_t *columns,
              sgdl_error_t *error)
{
    const sgdl_table_t *table = rows.table;
    if (x < 0)
        return fill_profile(series, rows, columns, error);
    const char *name = columns->line >= 0 ? table->column[columns->line] : "";
    bool sides = strcmp(name, "theta") == 0 || strcmp(name, "verdict") == 0;
    long column = sides ? sgdl_table_find(table, "verdict") : -1;
    bool apart = sides && plot_kind(table) == PLOT_SWEEP;
    for (size_t i = 0; i < rows.count; i++) {
        const double *row = table->value + (rows.first + i) * table->columns;
        double verdict = apart ? cell(row, column) : NAN;
        if (apart && jumps(series, verdict))
            *next_point(series) = NAN; /* the line ends here */
        add_point(series, row[x], row, columns);
        series->verdict = verdict;
    }
    if (plot_kind(table) == PLOT_DIRECTIONS && strcmp(table->column[x], "t") != 0)
        fill_directions(series);
    return SGDL_OK;
}

void plot_fill_kind(plot_series_t *series, const sgdl_table_t *table, int kind)
{
    const long of = sgdl_table_find(table, "kind");
    const long x = sgdl_table_find(table, "x"), loss = sgdl_table_find(table, "loss");
    for (size_t r = 0; r < table->rows; r++) {
        const double *row = table->value + r * table->columns;
        if (row[of] != kind)
            continue;
        double *point = next_point(series);
        point[POINT_X] = row[x];
        point[POINT_DOT] = row[loss];
    }
}

/* ---- a critical value -------------------------------------------------------------------------
 */

/* From where to where a transition is shown: all that was searched, if the table says so. */
static void searched(const sgdl_table_t *table, double critical, double bracket, double ends[2])
{
    double distance = fmax(20 * bracket, 0.25 * fabs(critical));
    bool known = false;
    for (size_t i = 0; i < table->comments; i++) {
        const char *key = table->comment[i].key;
        if (strcmp(key, "option_from") == 0 || strcmp(key, "option_to") == 0 ||
            strncmp(key, "trial_", sizeof "trial_" - 1) == 0) {
            char *end;
            double value = strtod(table->comment[i].value, &end);
            if (end != table->comment[i].value && isfinite(value)) {
                ends[0] = known ? fmin(ends[0], value) : value;
                ends[1] = known ? fmax(ends[1], value) : value;
                known = true;
            }
        }
    }
    if (!known || !(ends[0] <= critical && critical <= ends[1]) || !(ends[0] < ends[1])) {
        distance = distance > 0 ? distance : 1;
        ends[0] = critical - distance;
        ends[1] = critical + distance;
    }
}

static void add_trials(plot_series_t *series, const sgdl_table_t *table)
{
    static const char *const verdicts[] = {"zero", "positive", "diverges"};
    for (size_t i = 0; i < table->comments; i++) {
        const char *colon = strchr(table->comment[i].value, ':');
        if (strncmp(table->comment[i].key, "trial_", sizeof "trial_" - 1) != 0 || !colon)
            continue;
        for (int verdict = 0; verdict < 3; verdict++) {
            if (strncmp(colon + 2, verdicts[verdict], strlen(verdicts[verdict])) == 0) {
                double *point = next_point(series);
                point[POINT_X] = strtod(table->comment[i].value, NULL);
                point[POINT_DOT] = verdict;
            }
        }
    }
}

void plot_fill_critical(plot_series_t *series, const sgdl_table_t *table)
{
    const double *row = table->value;
    double critical = row[sgdl_table_find(table, "critical")];
    double lower = row[sgdl_table_find(table, "lower")];
    double upper = row[sgdl_table_find(table, "upper")];
    double below = row[sgdl_table_find(table, "verdict_lower")];
    double above = row[sgdl_table_find(table, "verdict_upper")];
    double ends[2];
    searched(table, critical, fabs(upper - lower), ends);
    const double corner[][2] = {
        {ends[0], below}, {critical, below}, {critical, above}, {ends[1], above}};
    for (size_t i = 0; i < 4; i++) {
        double *point = next_point(series);
        point[POINT_X] = corner[i][0];
        point[POINT_LINE] = corner[i][1];
    }
    *next_point(series) = NAN; /* the line ends here */
    add_trials(series, table);
}
