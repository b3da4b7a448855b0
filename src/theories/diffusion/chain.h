/**
 * The exact chain of SGD's steps in one coordinate, for Gaussian noise of the gradient:
 *
 *     x' ~ N(x - eta U'(x), 2 eta D(x)),    D(x) = eta Sigma(x)/(2B),
 *
 * in the box of the setting, at whose ends a step is mirrored. No expansion in eta: what an SDE is
 * held against. On Gauss-Legendre panels, at most six standard deviations of a step wide, which are
 * good to rounding; cut at barriers, so that probabilities of basins are sums over points, and at
 * the knots of splines.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_CHAIN_H
#define SGDLIMIT_THEORIES_DIFFUSION_CHAIN_H

#include "src/theories/diffusion/observables.h"

/** Laws are masses at its points. To be freed in any case. */
typedef struct chain {
    const setting_t *setting; /* borrowed */
    size_t points;
    double end[2];      /* of the interval that its points fill */
    bool open[2];       /* a step across that end leaves for good; else it is mirrored */
    double *x;          /* [points] increasing; owned */
    double *weight;     /* [points] of the quadrature; in x's block */
    double *stationary; /* [points] masses, sum 1; in x's block */
    double gap;         /* -log|second eigenvalue|/eta, per unit of t; NAN: iterations did not
                           settle (which no chain was seen to do) */
    double astray;      /* stationary probability to be where the mean step leads out of the box:
                           above 1e-8 the steps are too large for what the box means */
} chain_t;

/** Is there a chain? Errors: SGDL_ERR_INPUT, under `place` (such as --discrete), for momentum, two
 * coordinates, and a learning rate that changes. */
int chain_offered(const setting_t *setting, const char *place, sgdl_error_t *error) SGDL_CHECKED;

/** Stationary law and gap. Errors: as chain_offered and grid_box; SGDL_ERR_INPUT where it would
 * take too many points or more memory than the plan allows, or a barrier is above 650 temperatures,
 * SGDL_ERR_MEMORY, SGDL_ERR_INTERRUPTED. */
int chain_init(chain_t *self, const setting_t *setting, const sgdl_plan_t *plan,
               sgdl_error_t *error) SGDL_CHECKED;
void chain_free(chain_t *self);

/** What is told of a law [points]; out->basin [minima] is the caller's. */
void chain_observe(const chain_t *self, const double *law, observables_t *out);

/** Where a step from x leads: masses at the points begin .. end - 1, mass[0] that of `begin`; mass
 * [points]. */
typedef struct chain_step {
    size_t begin, end;
} chain_step_t;
chain_step_t chain_step(const chain_t *self, double x, double *mass);

/** The law [points] after one step from masses [count] at x [count], any points of the box: a start
 * that is narrower than a step needs no grid of its own. work [points]. */
void chain_first(const chain_t *self, size_t count, const double *x, const double *mass,
                 double *law, double *work);

typedef struct chain_laws {
    size_t count;
    const double *step; /* [count] numbers of steps, whole, not decreasing, from 1 to 1e15 */
    double *law;        /* [count*points] filled: the laws after as many */
} chain_laws_t;

/** From `first` [points], the law after one step. Errors: SGDL_ERR_INPUT (memory), SGDL_ERR_MEMORY,
 * SGDL_ERR_INTERRUPTED. */
int chain_laws(const chain_t *self, const double *first, const chain_laws_t *laws,
               const sgdl_plan_t *plan, sgdl_error_t *error) SGDL_CHECKED;

/** Mean number of steps from `from` until the first that ends at or beyond `target`, both in the
 * box; 0 if they are the same. INFINITY beyond what a double holds. Errors: as chain_init. */
int chain_passage(const setting_t *setting, const sgdl_plan_t *plan, double from, double target,
                  double *steps, sgdl_error_t *error) SGDL_CHECKED;

#endif
