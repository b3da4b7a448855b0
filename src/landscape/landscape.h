/**
 * A landscape: a loss U in one or two coordinates, and the covariance Sigma of the gradient that
 * one sample gives there. Made of members of two tables of families (potential.h, noise.h).
 *
 * Knows no learning rate, no batch, no time.
 */
#ifndef SGDLIMIT_LANDSCAPE_LANDSCAPE_H
#define SGDLIMIT_LANDSCAPE_LANDSCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sgdlimit/error.h"
#include "sgdlimit/spec.h"

enum { LANDSCAPE_COORDINATES = 2, LANDSCAPE_ORDERS = 4 };

#define NO_BASIN SIZE_MAX

typedef enum critical_kind {
    CRITICAL_MINIMUM,
    CRITICAL_MAXIMUM, /* 1-D: the barrier between two minima */
    CRITICAL_SADDLE,  /* 2-D */
    CRITICAL_FLAT     /* neither: the loss goes on falling */
} critical_kind_t;

/** What it is, is told by what is around: a minimum's curvature may be 0 (x^4). */
typedef struct critical_point {
    double x[LANDSCAPE_COORDINATES];
    double loss;
    double curvature;                    /* 1-D: U''; 2-D: the Hessian's least eigenvalue */
    double eigenvalue[2];                /* of the Hessian, increasing; 1-D: both U'' */
    double sigma[LANDSCAPE_COORDINATES]; /* of the noise there */
    critical_kind_t kind;
    size_t basin;    /* of a minimum: its number from 0 */
    size_t joins[2]; /* of a barrier or saddle: the basins on its two sides; NO_BASIN: none */
    double index;    /* 2-D: turns of the gradient around it */
    double capture;  /* 2-D, of a minimum: descent from within that distance ends there */
} critical_point_t;

struct potential_family;
struct noise_family;
struct potential;
struct noise;

/** Prepared: immutable, may be shared by threads. An all-zero one is valid to free. */
typedef struct landscape {
    size_t coordinates;                         /* 1 or 2 */
    struct potential *potential;                /* owned */
    struct noise *noise[LANDSCAPE_COORDINATES]; /* owned; 1-D: the first */
    double range[LANDSCAPE_COORDINATES][2]; /* where U and Sigma are known, or the box that it was
                                               clipped to; infinite where everywhere */
    bool smooth;                            /* U'''' is known: no spline */
    bool confining;    /* U grows without bound on all sides, or the range is bounded */
    bool heavy_tailed; /* Sigma grows at least as fast as U, without bound: the stationary law falls
                          like a power */
    bool whole;        /* no critical point is known to be missing, in the box if there is one */
    double reach;      /* 2-D: radius about the origin that holds all critical points */

    critical_point_t *critical; /* [critical_count] increasing x, 2-D of equal ones y; owned */
    size_t critical_count;
    size_t *minimum; /* [minima] indices into critical: the basins; owned */
    size_t minima;   /* at least 1 */
} landscape_t;

/** Of potential `spec` (a member of potential_table) and noises [noises: 1, or 2 in two
 * coordinates; 0 where the potential brings its own]. Finds the critical points. Whatever it needs
 * of the specs is copied. Errors: SGDL_ERR_INPUT (no minimum), SGDL_ERR_MEMORY. */
int landscape_init(landscape_t *self, const sgdl_spec_t *potential, const sgdl_spec_t *noise,
                   size_t noises, sgdl_error_t *error) SGDL_CHECKED;
void landscape_free(landscape_t *self);

/** U. x [coordinates]. */
double landscape_loss(const landscape_t *self, const double *x);
/** grad U into g [coordinates]. */
void landscape_gradient(const landscape_t *self, const double *x, double *g);
/** The Hessian into H [coordinates^2]. */
void landscape_hessian(const landscape_t *self, const double *x, double *H);
/** One coordinate: the derivative of U of an order 0 .. LANDSCAPE_ORDERS. A spline has no fourth,
 * and a third that jumps. */
double landscape_slope(const landscape_t *self, double x, int order);

/** Sigma of coordinate i (diagonal). */
double landscape_sigma(const landscape_t *self, size_t i, const double *x);
/** One coordinate: the derivative of Sigma of an order 0 .. 2. */
double landscape_sigma_slope(const landscape_t *self, double x, int order);
/** Is Sigma above 0 all over a box [coordinates][2], as far as a scan of it tells? If not, at
 * [coordinates] is where. */
bool landscape_is_noisy(const landscape_t *self, const double (*box)[2], double *at);
/** Is Sigma the same everywhere? */
bool landscape_noise_is_constant(const landscape_t *self);

/** Least squares in one direction: moments of the feature a and of the label's noise. */
typedef struct features {
    double h;  /* E a^2 > 0 */
    double v;  /* Var a^2 >= 0 */
    double s2; /* variance of the label's noise */
} features_t;

/** Those of a potential that is least squares, else NULL. Borrowed. */
const features_t *landscape_features(const landscape_t *self);

/** One coordinate: where a derivative up to the third of U or Sigma jumps, in no order, into a
 * malloc'd list; NULL where there is none. Errors: SGDL_ERR_MEMORY. */
int landscape_knots(const landscape_t *self, double **x, size_t *count,
                    sgdl_error_t *error) SGDL_CHECKED;

/** Minimum number `basin` < minima. */
static inline const critical_point_t *landscape_minimum(const landscape_t *self, size_t basin)
{
    return &self->critical[self->minimum[basin]];
}

/** One coordinate: the highest point between the minima of `basin` and `basin` + 1. */
const critical_point_t *landscape_barrier(const landscape_t *self, size_t basin);

/** The minimum with the least curvature (two coordinates: the least determinant). */
size_t landscape_flattest(const landscape_t *self);

/** What is outside a box is left out: other minima, and barriers. box [coordinates][2]. Errors:
 * SGDL_ERR_INPUT (no minimum is inside). */
int landscape_clip(landscape_t *self, double (*box)[2], sgdl_error_t *error) SGDL_CHECKED;

/** The lowest barrier or saddle between the minima of two basins, or NULL: they are no neighbours.
 */
const critical_point_t *landscape_pass(const landscape_t *self, size_t from, size_t to);

/** Two coordinates: the basin that steepest descent from x comes to (along the walls of the range,
 * and where it comes to none, that of the nearest minimum); one: the one between barriers. */
size_t landscape_basin(const landscape_t *self, const double *x);

#endif
