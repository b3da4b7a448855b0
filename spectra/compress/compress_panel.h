/**
 * Panels of nodes on which all eigenvalues are smooth functions of one variable,
 *
 *     x = log((lambda + floor) / (lowest lambda + floor)),   floor a part of 1/reach,
 *
 * lambda of the class that varies most. Up to the time `reach`, what the equations make of an
 * eigenvalue is analytic in x up to a distance of pi/2, however far lambda goes towards zero. That
 * the other eigenvalues are so as well, or up to a distance that is less by no more than the panel
 * is narrower than the widest, is seen from how few points interpolate them.
 */
#ifndef SGDLIMIT_SPECTRA_COMPRESS_COMPRESS_PANEL_H
#define SGDLIMIT_SPECTRA_COMPRESS_COMPRESS_PANEL_H

#include <math.h>

#include "spectra/compress/compress_order.h"

enum { PANEL_POINTS = 24 };

/** Distance of the singularities of what the equations make of an eigenvalue. */
#define PANEL_RADIUS M_PI_2

/** How panels are cut. */
typedef struct panel_cuts {
    double floor;     /* a part of 1/reach; 0 if that is infinite */
    double width;     /* largest range of x */
    double tolerance; /* of eigenvalues as functions of x, relative to lambda + floor */
    size_t single;    /* stretches of so many nodes or fewer need not be smooth */
} panel_cuts_t;

typedef struct panel {
    const sgdl_nodes_t *nodes;     /* borrowed */
    const compress_order_t *order; /* borrowed */
    panel_cuts_t plan;
    size_t begin, end; /* places in the order */
    bool smooth;       /* else it has at most plan.single nodes, and no variable */
    size_t variable;   /* class behind x */
    double radius;     /* up to this distance all eigenvalues are analytic in x */
    double ratio;      /* e^width */
    double *low;       /* [C] smallest and largest eigenvalues */
    double *high;      /* [C] */
    size_t points;     /* interpolation through nodes of the panel */
    double x[PANEL_POINTS], weight[PANEL_POINTS];
    double *value; /* [C*PANEL_POINTS] */
} panel_t;

/** Errors: SGDL_ERR_MEMORY. */
int panel_init(panel_t *self, const sgdl_nodes_t *nodes, const compress_order_t *order,
               panel_cuts_t plan, sgdl_error_t *error) SGDL_CHECKED;
void panel_free(panel_t *self);

/** Makes it the longest panel that begins at `begin` and ends at most at `limit` > begin. */
void panel_place(panel_t *self, size_t begin, size_t limit);

/** x of the node at a place of a smooth panel. */
double panel_coordinate(const panel_t *self, size_t place);
/** Those at `count` places from one on. */
void panel_coordinates(const panel_t *self, size_t place, size_t count, double *x);
/** lambda_i as a function of x in a smooth panel. */
double panel_eigenvalue(const panel_t *self, size_t i, double x);

#endif
