/**
 * Polynomials in one variable.
 */
#ifndef SGDLIMIT_LANDSCAPE_POLYNOMIAL_H
#define SGDLIMIT_LANDSCAPE_POLYNOMIAL_H

#include <stddef.h>

#include "sgdlimit/error.h"

typedef struct polynomial {
    size_t count;         /* degree + 1 */
    double coefficient[]; /* [count] ascending powers */
} polynomial_t;

/** malloc'd, from coefficients [count]; NULL without memory. */
polynomial_t *polynomial_new(const double *coefficient, size_t count);

/** The derivative of an order from 0 at x. */
double polynomial_slope(const polynomial_t *self, double x, int order);

/** The degree where it grows without bound on both sides, else 0. */
double polynomial_growth(const polynomial_t *self);

/** The real zeros of the derivative of an order, increasing, each once, into a malloc'd list; none
 * of a constant. Those closer together than rounding can tell are one. Errors: SGDL_ERR_MEMORY. */
int polynomial_zeros(const polynomial_t *self, int order, double **x, size_t *count,
                     sgdl_error_t *error) SGDL_CHECKED;

#endif
