/**
 * The stationary law of a plane and its slow modes:
 *
 *     m(t) = stationary + sum_k c_k right_k e^{-rate_k t},   c_k = sum_i left_ki m_i(0)
 *
 * by inverse iteration with the factors of plane_factor.h, one cell absorbing: rates keep their
 * digits however small they are.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_PLANE_MODES_H
#define SGDLIMIT_THEORIES_DIFFUSION_PLANE_MODES_H

#include "src/theories/diffusion/plane_factor.h"

/** To be freed in any case. */
typedef struct plane_modes {
    const plane_t *plane; /* borrowed */
    sgdl_watch_t watch;
    plane_factor_t factor; /* of -Q, the cell `ground` absorbing; while modes are sought */
    size_t ground;         /* that of the lowest minimum */
    double *stationary;    /* [count] sum 1; owned */
    double apart;          /* how far it is from the one of the factors, in total; reversible */
    size_t modes;
    double *rate;  /* [modes] per t, increasing; of stationary's block */
    double *left;  /* [modes*count] sum_i right_ki left_li is 1 for k = l, else 0 */
    double *right; /* [modes*count] */
    bool lost;     /* there are less modes than were asked for: rates more than 1e20 apart */
    double next;   /* a lower bound, and near it, of the slowest rate within the wells; with `lost`
                      of that of the first mode that is missing */
} plane_modes_t;

/** The stationary law and that many slow modes; with minima - 1 of them, metastable wells are told
 * apart and `next` is the slowest rate within the wells. Errors: SGDL_ERR_INPUT (memory),
 * SGDL_ERR_MEMORY, SGDL_ERR_INTERRUPTED, SGDL_ERR_SOLVER. */
int plane_modes_init(plane_modes_t *self, const plane_t *plane, size_t modes,
                     const sgdl_plan_t *plan, sgdl_error_t *error) SGDL_CHECKED;
void plane_modes_free(plane_modes_t *self);

#endif
