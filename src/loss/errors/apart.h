/**
 * Argmax errors of many independent outputs of which the own one alone has a mean: the chances that
 * r_own ~ N(m, v_own) is not the largest beside r_b ~ N(0, v_b), for every output in turn.
 *
 * Who loses against whom hangs on F(x) = sum_b log Phi(x/sqrt(v_b)) alone,
 *
 *     P = - int expm1(F(x) - log Phi(x/sqrt(v_own))) dP_own(x),
 *
 * which is tabulated once, with two derivatives (quintic Hermite between), uniformly in
 * asinh(x/sqrt(min v)); each output then takes an integral over one normal variable.
 */
#ifndef SGDLIMIT_LOSS_ERRORS_APART_H
#define SGDLIMIT_LOSS_ERRORS_APART_H

#include <stdbool.h>
#include <stddef.h>

enum { APART_POINTS = 321 };

typedef struct apart {
    size_t outputs;
    const double *variance;     /* [outputs] borrowed */
    double scale, first, step;  /* of asinh(x/scale) */
    double width;               /* on which the product of all Phi varies */
    double value[APART_POINTS]; /* F and what follows by asinh(x/scale) */
    double slope[APART_POINTS], curvature[APART_POINTS];
} apart_t;

/** For means up to `most` in size. False: some variance is zero or not finite. */
bool apart_init(apart_t *self, size_t outputs, const double *variance, double most);

/** Of output `own`, whose mean is m. */
double apart_error(const apart_t *self, size_t own, double m);

#endif
