/**
 * Quadrature over a segment on which profiles vary: Gauss-Legendre panels uniform in log u, and
 * near a place where the profile is smooth in s = |u - place|^(1/3) only, in s, whether that place
 * is the segment's end or lies beyond it.
 */
#ifndef SGDLIMIT_SPECTRA_NODES_PANELS_H
#define SGDLIMIT_SPECTRA_NODES_PANELS_H

#include "src/base/gauss_legendre.h"
#include "spectra/nodes/segments.h"

typedef struct panel_point {
    position_t at;
    double log_weight; /* the weight itself may underflow */
} panel_point_t;

typedef struct panel_plan {
    size_t order;    /* points a panel */
    int refine;      /* divides the panels' width */
    double envelope; /* integrands behave like u^c with c <= envelope (and du = u dlog u) */
    /* At place `top`: the power with which integrands vary beyond that envelope. */
    double (*rate)(const void *context, position_t top);
    const void *context;
    const volatile sig_atomic_t *interrupted;
} panel_plan_t;

typedef struct panels {
    panel_point_t *point; /* [count] */
    size_t count, room;
} panels_t;

/** Appends points for the part of `segment` above `low`, which lies in it. self starts all zero.
 * Errors: SGDL_ERR_MEMORY, SGDL_ERR_INTERRUPTED. */
int panels_add(panels_t *self, const segment_t *segment, position_t low, const panel_plan_t *plan,
               sgdl_error_t *error) SGDL_CHECKED;
void panels_free(panels_t *self);

#endif
