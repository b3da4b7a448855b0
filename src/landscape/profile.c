#include "src/landscape/profile.h"

#include <gsl/gsl_spline.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/base/numbers.h"

/* ---- the table ------------------------------------------------------------------------------- */

/* The first row whose x is not above that of the row before; `rows` if there is none. */
static size_t first_fall(const double *table, size_t rows, size_t columns)
{
    size_t row = 1;
    while (row < rows && table[row * columns] > table[(row - 1) * columns])
        row++;
    return row < rows ? row : rows;
}

size_t profile_columns(const sgdl_setting_t *path)
{
    const size_t pairs = path->data_count / 2;
    if (path->path) /* whoever has read the file has noted it */
        return (size_t)path->number[0];
    return path->data_count % 3 == 0 &&
                   (path->data_count % 2 != 0 || first_fall(path->data, pairs, 2) < pairs)
               ? 3
               : 2;
}

int profile_check(const sgdl_setting_t *path, size_t columns, sgdl_error_t *error)
{
    const size_t rows = path->data_count / columns;
    char place[512] = "";
    if (path->path)
        (void)snprintf(place, sizeof place, "%.500s", path->path);
    if (rows < PROFILE_LEAST || path->data_count % columns != 0)
        return sgdl_fail(error, SGDL_ERR_INPUT, place,
                         "found %zu rows of %zu numbers, allowed: at least %d", rows, columns,
                         (int)PROFILE_LEAST);
    const size_t row = first_fall(path->data, rows, columns);
    if (row == rows)
        return SGDL_OK;
    const size_t line = path->path ? numbers_line_of(path->path, row) : 0;
    if (line > 0)
        (void)snprintf(place, sizeof place, "%.480s:%zu", path->path, line);
    return sgdl_fail(error, SGDL_ERR_INPUT, place,
                     "found x = %.10g after %.10g, allowed: x that increases from row to row",
                     path->data[row * columns], path->data[(row - 1) * columns]);
}

/* ---- the spline ------------------------------------------------------------------------------ */

int profile_init(profile_t *self, const double *table, size_t rows, size_t columns, size_t column,
                 sgdl_error_t *error)
{
    *self = (profile_t){.count = rows, .x = malloc(3 * rows * sizeof *self->x)};
    gsl_interp *spline = gsl_interp_alloc(gsl_interp_cspline, rows);
    int status = self->x && spline ? SGDL_OK : sgdl_fail_memory(error);
    if (status == SGDL_OK) {
        self->value = self->x + rows;
        self->bending = self->value + rows;
        for (size_t i = 0; i < rows; i++) {
            self->x[i] = table[i * columns];
            self->value[i] = table[i * columns + column];
        }
        if (gsl_interp_init(spline, self->x, self->value, rows) != 0)
            status = sgdl_fail(error, SGDL_ERR_EXTERNAL, NULL, "the spline was not found");
        for (size_t i = 0; i < rows && status == SGDL_OK; i++)
            self->bending[i] =
                gsl_interp_eval_deriv2(spline, self->x, self->value, self->x[i], NULL);
    }
    if (spline)
        gsl_interp_free(spline);
    return status;
}

void profile_free(profile_t *self)
{
    free(self->x);
    *self = (profile_t){0};
}

/* The piece that holds x, or the nearest. */
static size_t piece_of(const profile_t *self, double x)
{
    size_t low = 0, high = self->count - 1;
    while (high - low > 1) {
        const size_t middle = (low + high) / 2;
        if (x < self->x[middle])
            high = middle;
        else
            low = middle;
    }
    return low;
}

static double slope_in(const profile_t *self, size_t i, double x, int order)
{
    const double h = self->x[i + 1] - self->x[i], a = (self->x[i + 1] - x) / h,
                 b = (x - self->x[i]) / h;
    const double *y = &self->value[i], *M = &self->bending[i];
    switch (order) {
    case 0:
        return a * y[0] + b * y[1] + ((a * a * a - a) * M[0] + (b * b * b - b) * M[1]) * h * h / 6;
    case 1:
        return (y[1] - y[0]) / h + ((3 * b * b - 1) * M[1] - (3 * a * a - 1) * M[0]) * h / 6;
    case 2:
        return a * M[0] + b * M[1];
    case 3:
        return (M[1] - M[0]) / h;
    default:
        return 0;
    }
}

double profile_slope(const profile_t *self, double x, int order)
{
    return slope_in(self, piece_of(self, x), x, order);
}

/* Where the derivative vanishes between a and b, at which its signs differ. */
static double bisect(const profile_t *self, size_t piece, double a, double b)
{
    const bool rises = slope_in(self, piece, a, 1) < 0;
    while (true) {
        const double middle = 0.5 * a + 0.5 * b;
        if (!(middle > a && middle < b))
            return middle;
        const double value = slope_in(self, piece, middle, 1);
        if (value == 0)
            return middle;
        if ((value < 0) == rises)
            a = middle;
        else
            b = middle;
    }
}

/* The derivative is a parabola in every piece: none, one or two zeros. `at` and `end` are its
 * values at the piece's ends. Returns how many are strictly inside, in zero. */
static size_t zeros_in(const profile_t *self, size_t i, double at, double end, double zero[2])
{
    const double a = self->x[i], b = self->x[i + 1], third = slope_in(self, i, a, 3);
    const double vertex = third != 0 ? a - self->bending[i] / third : NAN;
    if (at * end < 0) {
        zero[0] = bisect(self, i, a, b);
        return 1;
    }
    if (!(vertex > a && vertex < b))
        return 0;
    const double turn = slope_in(self, i, vertex, 1);
    if (turn == 0) {
        zero[0] = vertex;
        return 1;
    }
    size_t found = 0;
    if (turn * at < 0)
        zero[found++] = bisect(self, i, a, vertex);
    if (turn * end < 0)
        zero[found++] = bisect(self, i, vertex, b);
    return found;
}

int profile_zeros(const profile_t *self, double **x, size_t *count, sgdl_error_t *error)
{
    *count = 0;
    *x = malloc(3 * self->count * sizeof **x);
    if (!*x)
        return sgdl_fail_memory(error);
    double at = slope_in(self, 0, self->x[0], 1);
    for (size_t i = 0; i + 1 < self->count; i++) {
        const double end = slope_in(self, i, self->x[i + 1], 1);
        if (at == 0)
            (*x)[(*count)++] = self->x[i];
        *count += zeros_in(self, i, at, end, &(*x)[*count]);
        at = end;
    }
    if (at == 0)
        (*x)[(*count)++] = self->x[self->count - 1];
    return SGDL_OK;
}
