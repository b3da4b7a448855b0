/** The cells of a sweep over two keys: as many as the table has rows, however fine its grid. */
#ifndef SGDLIMIT_DRAW_PLOT_CELLS_H
#define SGDLIMIT_DRAW_PLOT_CELLS_H

#include "sgdlimit/critical.h"
#include "sgdlimit/limit.h"
#include "sgdlimit/sweep.h"
#include "src/draw/plot.h"

/** A point (i, j) of the grid, which has values i and j of the two keys, and its row. */
typedef struct cell {
    size_t i, j, row;
} cell_t;

typedef struct cells {
    const sgdl_table_t *table;
    sgdl_axis_t axis[2];
    char *key[2];
    cell_t *cell; /* [count] owned, in the order of the grid */
    size_t count;
} cells_t;

/** Errors: SGDL_ERR_INPUT, SGDL_ERR_MEMORY. To be freed in any case. */
int cells_init(cells_t *self, const sgdl_table_t *table, sgdl_error_t *error) SGDL_CHECKED;
void cells_free(cells_t *self);

/** Places on the picture: logarithmic keys are drawn by their logarithm. */
double cells_place(const cells_t *self, int axis, size_t index);

/** The width of a cell. */
double cells_spacing(const cells_t *self, int axis);

double cells_value(const cells_t *self, const cell_t *cell, long column);

/** Whether a point has no finite value because its risk grows without bound. */
bool cells_diverges(const cells_t *self, const cell_t *cell, long column);

/** Whether nearly all of a grid of two rows or more is there, so that it may be an image. */
bool cells_are_whole(const cells_t *self);

/* What gnuplot reads, see phase.gp. */
void cells_write_values(FILE *out, const cells_t *self, long column);
void cells_write_diverged(FILE *out, const cells_t *self, long column);
void cells_write_hatch(FILE *out, const cells_t *self, long column);
void cells_write_missing(FILE *out, const plot_axis_t *x, const plot_axis_t *y);
void cells_write_boundary(FILE *out, const cells_t *self);

#endif
