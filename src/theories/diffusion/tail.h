/**
 * Least squares in one direction, y = a x* + eps, whose SGD is a Kesten recursion,
 *
 *     e' = (1 - eta A) e + eta b,   A the mean of a^2 over the batch,   E a^2 = h,  Var a^2 = v,
 *
 * E eps^2 = s2, and its diffusion, drift -h e and D = (eta/2B)(v e^2 + h s2). Both have power laws
 * as tails, P(|e| > x) ~ x^-exponent, with different exponents. Second moments need h and v alone;
 * all else takes a^2 as Gamma distributed with that mean and variance (shape h^2/v; Gaussian
 * features are E a^4 = 3 h^2), so that A ~ Gamma(B h^2/v, mean h). v = 0: A = h, no tail.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_TAIL_H
#define SGDLIMIT_THEORIES_DIFFUSION_TAIL_H

#include <stdbool.h>

#include "sgdlimit/error.h"

typedef struct least_squares {
    double h;     /* E a^2 > 0 */
    double v;     /* Var a^2 >= 0 */
    double s2;    /* E eps^2 >= 0 */
    double batch; /* B */
} least_squares_t;

typedef struct tail {
    /* of SGD */
    double second_moment;       /* E e^2; INFINITY where it is not stable */
    double exponent;            /* kappa > 0: E|1 - eta A|^kappa = 1; INFINITY: there is no tail; 0:
                                   not even almost surely stable */
    double stable_below;        /* learning rates with a finite second moment: 2h/(h^2 + v/B) */
    double almost_surely_below; /* learning rates with a stationary law: E ln|1 - eta A| < 0 */
    /* of the diffusion */
    double exponent_sde; /* 1 + 2hB/(eta v) */
    double second_moment_sde;
    double gap; /* the slowest rate of decay per t: h, or the edge of the continuous spectrum */
    bool continuous; /* it is the edge */
} tail_t;

/** At learning rate eta > 0. Errors: SGDL_ERR_SOLVER (an integral or a root was not found). */
int tail_init(tail_t *self, const least_squares_t *problem, double eta,
              sgdl_error_t *error) SGDL_CHECKED;

/** log E|1 - eta A|^power, power >= 0. */
double tail_log_moment(const least_squares_t *problem, double eta, double power);
/** E log|1 - eta A|. */
double tail_mean_log(const least_squares_t *problem, double eta);

#endif
