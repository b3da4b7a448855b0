/**
 * Linear systems (one - step A) x = b with the operator A of heavy ball (underdamped.h).
 *
 * Constant noise: odd modes go out by hand, as their own block is diagonal. What is left is
 * symmetric and positive, with half as many unknowns and half the bandwidth: band Cholesky.
 * T(x): band LU of all.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_UNDERDAMPED_FACTOR_H
#define SGDLIMIT_THEORIES_DIFFUSION_UNDERDAMPED_FACTOR_H

#include <lapacke.h>

#include "src/theories/diffusion/underdamped.h"

/** To be freed in any case. */
typedef struct factor {
    const underdamped_t *flow; /* borrowed */
    double one, step;
    size_t first;    /* the least mode: 0, or 2 for the system of the modes from 2 on alone */
    size_t ground;   /* T(x): the cell whose mode 0 is set instead of solved for; SIZE_MAX: none */
    size_t each;     /* unknowns of a cell */
    size_t width;    /* bands on each side of the diagonal */
    size_t stride;   /* of a column of `band` */
    double *band;    /* owned */
    double *unknown; /* [cells*each] owned, of band's block */
    lapack_int *pivot; /* [cells*each] T(x) alone; owned */
} factor_t;

/** Room for the factors. Without T(x): `first` 0 or 2; with it 0. */
int factor_init(factor_t *self, const underdamped_t *flow, size_t first, double memory,
                sgdl_error_t *error) SGDL_CHECKED;
void factor_free(factor_t *self);

/** one, step >= 0; `ground` as above. Allocates nothing. 0, or LAPACK's info. */
lapack_int factor_make(factor_t *self, double one, double step, size_t ground);

/** x of b, both [length]; modes below `first` are neither read nor written. x may be b. Of a
 * grounded system mode 0 of the ground is given: b's. `transposed`: of the transposed system, T(x)
 * alone. */
void factor_solve(const factor_t *self, const double *b, double *x, bool transposed);

#endif
