/**
 * The slow modes of heavy ball's Fokker-Planck operator (underdamped.h):
 *
 *     c(t) = stationary (mass) + sum_k right_k (left_k . c(0)) e^{-rate_k t}
 *
 * by Arnoldi's method on the inverse. Without T(x) that inverse subtracts nothing where it matters:
 * masses give the flux through each face, which is mode 1; modes from 2 on follow from a system
 * whose least eigenvalue is 2 friction; they give the differences of c_0. So rates keep their
 * digits however small they are. Two routes: the growth of the inverse iteration, and what friction
 * takes from the mode, rate = sum n friction c_n^2/sum c_n^2. With T(x): the operator's and its
 * transpose's, and rates below 1e-10 of the fastest are lost.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_UNDERDAMPED_MODES_H
#define SGDLIMIT_THEORIES_DIFFUSION_UNDERDAMPED_MODES_H

#include "src/theories/diffusion/underdamped_factor.h"

/** Applies the inverse of -A, on states without mass. To be freed in any case. */
typedef struct inverse {
    const underdamped_t *flow; /* borrowed */
    factor_t factor;
    size_t centre;      /* the cell from which c_0 is summed up */
    double *stationary; /* [length] mass 1; owned, with it all below */
    double *below;      /* [cells] stationary mass of the cells up to i at the basis' temperature */
    double *work;       /* [length] */
} inverse_t;

/** `otherwise`: with T(x) the factors are made from another place, for a second opinion. Errors:
 * SGDL_ERR_MEMORY, SGDL_ERR_INPUT (more memory than the plan allows), SGDL_ERR_SOLVER. */
int inverse_init(inverse_t *self, const underdamped_t *flow, bool otherwise,
                 const sgdl_plan_t *plan, sgdl_error_t *error) SGDL_CHECKED;
void inverse_free(inverse_t *self);

/** x of b [length], or with T(x) of the transpose; b without mass (transposed: without stationary
 * part), and so is x. x is not b. */
void inverse_apply(const inverse_t *self, const double *b, double *x, bool transposed);

/** The slowest modes. To be freed in any case. */
typedef struct momentum_modes {
    size_t length, modes;
    double *rate;      /* [modes] increasing; NAN: not found, `why` says it; owned */
    double *frequency; /* [modes] of a pair that oscillates; then without vectors; rate's block */
    double *again;     /* [modes] the rate by the second route; rate's block */
    double *right;     /* [modes*length] owned */
    double *left;      /* [modes*length] left_k . right_l = 1 where k = l, else 0; right's block */
    const char *why;   /* static; NULL: all is well */
} momentum_modes_t;

/** As many modes as there are barriers between minima, at least one. `why` also where the two
 * routes differ by more than 1e-8. Errors: as inverse_init; SGDL_ERR_INTERRUPTED. */
int momentum_modes_init(momentum_modes_t *self, const inverse_t *inverse, const sgdl_plan_t *plan,
                        sgdl_error_t *error) SGDL_CHECKED;
void momentum_modes_free(momentum_modes_t *self);

/** The largest relative difference between the two routes. */
double momentum_modes_apart(const momentum_modes_t *self);

/** Takes the part of the slow modes and of the stationary state from c [length], whose amplitudes
 * come into amplitude [modes]. */
void momentum_modes_deflate(const momentum_modes_t *self, const inverse_t *inverse, double *c,
                            double *amplitude);

/** How many modes in V: those stated, else doubled until the rate stands to 1e-7, at most
 * MOMENTUM_MOST, with T(x), whose factors take long, MOMENTUM_MOST_WARM; `stands` says whether it
 * did. Errors: as above and underdamped_init. */
enum { MOMENTUM_MOST = 256, MOMENTUM_MOST_WARM = 64 };
int momentum_modes_choose(const setting_t *setting, const sgdl_plan_t *plan, size_t *modes,
                          bool *stands, sgdl_error_t *error) SGDL_CHECKED;

#endif
