#include "src/draw/plot_cells.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    HATCHES = 24,       /* across the picture */
    SMALL_GRID = 100000 /* points that may be written whether they are there or not */
};

static int by_place(const void *a, const void *b)
{
    const cell_t *left = a;
    const cell_t *right = b;
    if (left->i != right->i)
        return left->i < right->i ? -1 : 1;
    return (left->j > right->j) - (left->j < right->j);
}

/* Of rows that state one point the last counts. */
static void keep_last(cells_t *self)
{
    size_t kept = 0;
    for (size_t k = 0; k < self->count; k++) {
        if (kept > 0 && by_place(&self->cell[kept - 1], &self->cell[k]) == 0) {
            size_t row = self->cell[kept - 1].row;
            self->cell[kept - 1].row = self->cell[k].row > row ? self->cell[k].row : row;
        } else {
            self->cell[kept++] = self->cell[k];
        }
    }
    self->count = kept;
}

int cells_init(cells_t *self, const sgdl_table_t *table, sgdl_error_t *error)
{
    static const char *const names[] = {"vary_1", "vary_2"};
    *self = (cells_t){.table = table};
    for (int a = 0; a < 2; a++) {
        int status = sgdl_axis_parse(&self->axis[a], sgdl_table_value(table, names[a]),
                                     &self->key[a], error);
        if (status != SGDL_OK)
            return status;
    }
    long column = sgdl_table_find(table, "point");
    double points = (double)self->axis[0].count * (double)self->axis[1].count;
    self->cell = calloc(table->rows, sizeof *self->cell);
    if (!self->cell)
        return sgdl_fail_memory(error);
    for (size_t r = 0; r < table->rows && column >= 0; r++) {
        double point = table->value[r * table->columns + (size_t)column];
        if (point >= 1 && point <= points && point == floor(point) && points < 0x1p53) {
            size_t number = (size_t)point - 1;
            self->cell[self->count++] =
                (cell_t){number / self->axis[1].count, number % self->axis[1].count, r};
        }
    }
    qsort(self->cell, self->count, sizeof *self->cell, by_place);
    keep_last(self);
    return SGDL_OK;
}

void cells_free(cells_t *self)
{
    free(self->key[0]);
    free(self->key[1]);
    free(self->cell);
    *self = (cells_t){0};
}

double cells_place(const cells_t *self, int axis, size_t index)
{
    double value = sgdl_axis_value(&self->axis[axis], index);
    return self->axis[axis].log ? log10(value) : value;
}

double cells_spacing(const cells_t *self, int axis)
{
    size_t count = self->axis[axis].count;
    double length = fabs(cells_place(self, axis, count - 1) - cells_place(self, axis, 0));
    double single = fabs(cells_place(self, axis, 0));
    return count > 1 && length > 0 ? length / (double)(count - 1) : single > 0 ? 0.2 * single : 1;
}

double cells_value(const cells_t *self, const cell_t *cell, long column)
{
    return column < 0 ? NAN : self->table->value[cell->row * self->table->columns + (size_t)column];
}

bool cells_diverges(const cells_t *self, const cell_t *cell, long column)
{
    double value = cells_value(self, cell, column);
    long verdict = sgdl_table_find(self->table, "verdict");
    return isinf(value) ||
           (isnan(value) && cells_value(self, cell, verdict) == SGDL_VERDICT_DIVERGES);
}

bool cells_are_whole(const cells_t *self)
{
    double points = (double)self->axis[0].count * (double)self->axis[1].count;
    bool plane = self->axis[0].count > 1 && self->axis[1].count > 1; /* a row is no image */
    return plane && (2.0 * (double)self->count >= points || points <= SMALL_GRID);
}

/* ---- what gnuplot reads -----------------------------------------------------------------------
 */

static void write_box(FILE *out, const cells_t *self, const cell_t *cell)
{
    double x = cells_place(self, 0, cell->i);
    double y = cells_place(self, 1, cell->j);
    double half[] = {0.5 * cells_spacing(self, 0), 0.5 * cells_spacing(self, 1)};
    (void)fprintf(out, "%.10g %.10g %.10g %.10g %.10g %.10g", x, y, x - half[0], x + half[0],
                  y - half[1], y + half[1]);
}

/* A whole grid with nan for what is missing: an image, which has no seams; else boxes. */
void cells_write_values(FILE *out, const cells_t *self, long column)
{
    const cell_t *next = self->cell;
    const cell_t *end = self->cell + self->count;
    if (!cells_are_whole(self)) {
        (void)fputs("nan nan nan nan nan nan nan\n", out);
        for (; next < end; next++) {
            double value = cells_value(self, next, column);
            if (isfinite(value)) {
                write_box(out, self, next);
                (void)fprintf(out, " %.10g\n", value);
            }
        }
        return;
    }
    for (size_t i = 0; i < self->axis[0].count; i++) {
        for (size_t j = 0; j < self->axis[1].count; j++) {
            bool here = next < end && next->i == i && next->j == j;
            double value = here ? cells_value(self, next, column) : NAN;
            (void)fprintf(out, "%.10g %.10g %.10g\n", cells_place(self, 0, i),
                          cells_place(self, 1, j), isfinite(value) ? value : NAN);
            next += here;
        }
        (void)fputc('\n', out);
    }
}

void cells_write_diverged(FILE *out, const cells_t *self, long column)
{
    (void)fputs("nan nan nan nan nan nan\n", out);
    for (size_t k = 0; k < self->count; k++) {
        if (cells_diverges(self, &self->cell[k], column)) {
            write_box(out, self, &self->cell[k]);
            (void)fputc('\n', out);
        }
    }
}

/* Slanted lines at one distance, whatever the size of a cell: several across a large one, one
 * across every so many of small ones. */
void cells_write_hatch(FILE *out, const cells_t *self, long column)
{
    double width = cells_spacing(self, 0);
    double height = cells_spacing(self, 1);
    size_t most =
        self->axis[0].count > self->axis[1].count ? self->axis[0].count : self->axis[1].count;
    size_t parts = most < HATCHES ? (HATCHES + most - 1) / most : 1;
    size_t stride = most > HATCHES ? most / HATCHES : 1;
    (void)fputs("nan nan nan nan\n", out);
    for (size_t k = 0; k < self->count; k++) {
        const cell_t *cell = &self->cell[k];
        if (!cells_diverges(self, cell, column) || cell->i % stride != cell->j % stride)
            continue;
        double left = cells_place(self, 0, cell->i) - 0.5 * width;
        double bottom = cells_place(self, 1, cell->j) - 0.5 * height;
        for (size_t a = 0; a < parts * parts; a++) {
            (void)fprintf(out, "%.10g %.10g %.10g %.10g\n",
                          left + width * (double)(a % parts) / (double)parts,
                          bottom + height * (double)(a / parts) / (double)parts,
                          width / (double)parts, height / (double)parts);
        }
    }
}

/* Lines that slant the other way, across the whole plane: cells are drawn over them. */
void cells_write_missing(FILE *out, const plot_axis_t *x, const plot_axis_t *y)
{
    double low[] = {x->by_exponent ? log10(x->low) : x->low,
                    y->by_exponent ? log10(y->low) : y->low};
    double high[] = {x->by_exponent ? log10(x->high) : x->high,
                     y->by_exponent ? log10(y->high) : y->high};
    double width = (high[0] - low[0]) / HATCHES;
    double height = (high[1] - low[1]) / HATCHES;
    for (int i = 0; i < HATCHES; i++) {
        for (int j = 0; j < HATCHES; j++) {
            (void)fprintf(out, "%.10g %.10g %.10g %.10g\n", low[0] + i * width,
                          low[1] + (j + 1) * height, width, -height);
        }
    }
}

/* The cell at (i, j), or NULL. */
static const cell_t *neighbour(const cells_t *self, size_t i, size_t j)
{
    const cell_t place = {i, j, 0};
    return bsearch(&place, self->cell, self->count, sizeof place, by_place);
}

/* The edges between neighbours whose verdicts differ: x y dx dy. */
void cells_write_boundary(FILE *out, const cells_t *self)
{
    long verdict = sgdl_table_find(self->table, "verdict");
    double width = cells_spacing(self, 0);
    double height = cells_spacing(self, 1);
    (void)fputs("nan nan nan nan\n", out);
    for (size_t k = 0; k < self->count; k++) {
        const cell_t *cell = &self->cell[k];
        const cell_t *right = neighbour(self, cell->i + 1, cell->j);
        const cell_t *above = neighbour(self, cell->i, cell->j + 1);
        double x = cells_place(self, 0, cell->i);
        double y = cells_place(self, 1, cell->j);
        double here = cells_value(self, cell, verdict);
        double there = right ? cells_value(self, right, verdict) : NAN;
        if (isfinite(here) && isfinite(there) && here != there) {
            double edge = 0.5 * (x + cells_place(self, 0, right->i));
            (void)fprintf(out, "%.10g %.10g 0 %.10g\n", edge, y - 0.5 * height, height);
        }
        there = above ? cells_value(self, above, verdict) : NAN;
        if (isfinite(here) && isfinite(there) && here != there) {
            double edge = 0.5 * (y + cells_place(self, 1, above->j));
            (void)fprintf(out, "%.10g %.10g %.10g 0\n", x - 0.5 * width, edge, width);
        }
    }
}
