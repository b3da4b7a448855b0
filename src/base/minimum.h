/**
 * Minima of functions without derivatives: of one number within a bracket, of a few numbers from a
 * start.
 */
#ifndef SGDLIMIT_BASE_MINIMUM_H
#define SGDLIMIT_BASE_MINIMUM_H

#include <stddef.h>

#include "sgdlimit/error.h"

typedef struct minimum_of {
    /* The value at x [n]; INFINITY: there is none. A status ends the search. */
    int (*value)(void *context, const double *x, double *value, sgdl_error_t *error);
    void *context; /* borrowed */
    double within; /* how well x is to be known */
} minimum_of_t;

/**
 * A local minimum in [lower, upper] by Brent's method: golden sections, parabolas where these work.
 * *x is a guess inside with *value its value, no more than those at the ends; both receive the
 * minimum. Errors: those of the function, and then they hold the best so far.
 */
int minimum_on_line(const minimum_of_t *of, double lower, double upper, double *x, double *value,
                    sgdl_error_t *error) SGDL_CHECKED;

enum { MINIMUM_MOST = 4 }; /* numbers of a simplex */

/**
 * A local minimum of n <= MINIMUM_MOST numbers by Nelder's and Mead's simplex, from x [n] with
 * *value its value and size [n] > 0 the first steps; both receive the minimum, no more than they
 * were. At most `most` values are asked for. Errors: as above.
 */
int minimum_by_simplex(const minimum_of_t *of, size_t n, const double *size, int most, double *x,
                       double *value, sgdl_error_t *error) SGDL_CHECKED;

#endif
