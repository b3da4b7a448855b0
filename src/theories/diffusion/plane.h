/**
 * The Fokker-Planck operator in two coordinates as rates between the cells of a rectangle, in each
 * direction those of Scharfetter and Gummel:
 *
 *     dm/dt = Q m,   columns of Q sum to zero, rates between cells are not negative.
 *
 * The noise is diagonal: D_i(x, y) = heat Sigma_i. Constant and the same in both directions, the
 * chain is reversible and m ~ e^{-U/D} exactly stationary; else there is no closed form.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_PLANE_H
#define SGDLIMIT_THEORIES_DIFFUSION_PLANE_H

#include "sgdlimit/curve.h"
#include "src/theories/diffusion/setting.h"

enum { PLANE_AXES = 2 };

/** To be freed in any case. Arrays are [count], one block with the first. */
typedef struct plane {
    const setting_t *setting; /* borrowed */
    double box[PLANE_AXES][2];
    size_t cells[PLANE_AXES];
    double width[PLANE_AXES]; /* of a cell */
    size_t count;             /* of all cells */
    size_t
        stride[PLANE_AXES]; /* to the neighbour in x, in y: 1 in the direction with fewer cells */
    size_t band;            /* the larger stride */
    bool reversible;
    double *up[PLANE_AXES];   /* from a cell to its upper neighbour; 0 at the wall; owned */
    double *down[PLANE_AXES]; /* from there to the cell */
    double *loss;             /* U at centres */
} plane_t;

/** The box: the one that is stated, or the least rectangle beyond which U lies 40 D above its
 * lowest minimum, D the larger of the two there, with room for a Gaussian start. Errors:
 * SGDL_ERR_INPUT (there is none). */
int plane_box(const setting_t *setting, double box[PLANE_AXES][2],
              sgdl_error_t *error) SGDL_CHECKED;

/** On the problem's cells. Errors: as plane_box, SGDL_ERR_INPUT (Sigma <= 0; a schedule;
 * memory), SGDL_ERR_MEMORY. */
int plane_init(plane_t *self, const setting_t *setting, const sgdl_plan_t *plan,
               sgdl_error_t *error) SGDL_CHECKED;
/** On other cells. */
int plane_init_cells(plane_t *self, const setting_t *setting, const size_t cells[PLANE_AXES],
                     sgdl_error_t *error) SGDL_CHECKED;
void plane_free(plane_t *self);

/** Centre of a cell into x[2]. */
void plane_centre(const plane_t *self, size_t cell, double *x);

/** Place of a cell along an axis, from 0. */
static inline size_t plane_place(const plane_t *self, size_t cell, size_t axis)
{
    return self->stride[axis] == 1 ? cell % self->cells[axis] : cell / self->stride[axis];
}

/** The cell that holds x, of what lies outside the nearest. */
size_t plane_cell(const plane_t *self, const double *x);

/** The rate at which a cell is left. */
double plane_out(const plane_t *self, size_t cell);

/** Notes the box with its cells, and what of the stationary law [count] lies in the outermost. */
int plane_note(const plane_t *self, const double *stationary, const sgdl_sink_t *sink,
               sgdl_error_t *error) SGDL_CHECKED;

/** dm = Q m. */
void plane_apply(const plane_t *self, const double *m, double *dm);

#endif
