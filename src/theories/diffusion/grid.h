/**
 * Cells of one coordinate between reflecting ends, even ones or such that follow heavy tails.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_GRID_H
#define SGDLIMIT_THEORIES_DIFFUSION_GRID_H

#include "src/theories/diffusion/setting.h"

/** To be freed in any case. */
typedef struct grid {
    size_t cells;
    double *edge;   /* [cells + 1] increasing; owned */
    double *centre; /* [cells] within edge; of edge's block */
    bool even;
} grid_t;

/** The box of a setting: the one that is stated, a file's range, or where W = phi + log D
 * passes that of the highest minimum by 40 beyond the outermost minima, at the largest rate of a
 * schedule, with room for a Gaussian start. box[2]. Errors: SGDL_ERR_INPUT (not confining: W does
 * not get there). */
int grid_box(const setting_t *self, double box[2], sgdl_error_t *error) SGDL_CHECKED;

/** `cells` even cells of the box; of heavy tails even in asinh(x/scale) about the minimum. Errors:
 * as grid_box, SGDL_ERR_MEMORY. */
int grid_init(grid_t *self, const setting_t *setting, size_t cells,
              sgdl_error_t *error) SGDL_CHECKED;
void grid_free(grid_t *self);

/** How a coordinate was resolved. Errors: the sink's, SGDL_ERR_MEMORY. */
int grid_note(const grid_t *self, const setting_t *setting, const sgdl_sink_t *sink,
              sgdl_error_t *error) SGDL_CHECKED;

/** The cell that holds x, of the ends the outermost. */
size_t grid_cell(const grid_t *self, double x);

#endif
