/**
 * Escape in two coordinates: mean first-passage times on the cells of a plane, and Eyring and
 * Kramers' rate over a saddle.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_PLANE_PASSAGE_H
#define SGDLIMIT_THEORIES_DIFFUSION_PLANE_PASSAGE_H

#include "src/theories/diffusion/plane_basins.h"

/** The lowest saddle that joins two basins; NULL: they are no neighbours. */
const critical_point_t *plane_saddle(const landscape_t *landscape, size_t a, size_t b);

/** The core of a basin: its cells with U below half way from its minimum up to the saddle; a point
 * would never be met. absorbing [count] is set. */
void plane_core(const plane_basins_t *basins, size_t basin, const critical_point_t *saddle,
                bool *absorbing);

typedef struct plane_passage {
    double time;     /* mean, in t */
    double apart;    /* relative difference to the time by LAPACK's factors; NAN: not compared, as
                        these would take minutes */
    double resolved; /* relative; rounding alone makes so much of `apart` */
} plane_passage_t;

/** From x to the absorbing cells [count], of which there is one: Q' tau = -1 elsewhere, tau at x
 * between the centres about it. Two ways. Errors: SGDL_ERR_SOLVER (they disagree by more than 1e-8
 * and rounding), SGDL_ERR_INPUT (memory), SGDL_ERR_MEMORY, SGDL_ERR_INTERRUPTED,
 * SGDL_ERR_EXTERNAL. */
int plane_passage(const plane_t *plane, const bool *absorbing, const double *x,
                  const sgdl_plan_t *plan, plane_passage_t *out, sgdl_error_t *error) SGDL_CHECKED;

/** (|lambda_s|/2 pi) sqrt(det H_min/|det H_s|) e^{-dU/D} out of a minimum; NAN unless the noise is
 * constant and the same in both coordinates. */
double plane_kramers(const setting_t *setting, const critical_point_t *minimum,
                     const critical_point_t *saddle);

#endif
