/**
 * ODE and ensemble side by side, and whether they agree: |mean - ode| <= z se + c/d in every row.
 *
 * The ensemble's mean itself is off by O(1/d). c is `allowance` times the curve's largest value
 * and, for a quadratic loss, over 1 - f, f the largest learning rate as a fraction of the stable
 * ones: the risk is proportional to 1/(1 - f) there, and the limit of stability shifts by O(1/d).
 */
#ifndef SGDLIMIT_SGD_VERDICT_H
#define SGDLIMIT_SGD_VERDICT_H

#include "src/sgd/ensemble.h"

/** The quantities that are compared, in the readout's order. */
enum { COMPARED = 2 };
extern const char *const compared_names[COMPARED];

/** One row of one curve. */
typedef struct pair_row {
    size_t curve;
    double t;
    double ode[COMPARED];
    statistics_t simulated[COMPARED];
} pair_row_t;

typedef struct worst {
    double deviation, standard_error, allowed, t; /* of the row with the largest |mean - ode| */
    size_t curve;
} worst_t;

typedef struct verdict {
    pair_row_t *row; /* [rows] owned */
    size_t rows;
    size_t runs; /* fewest behind a row */
    double z;    /* factor of the standard error */
    double *c;   /* [curves*COMPARED] what the mean may be off by, times d; owned */
    double largest_c[COMPARED];
    worst_t worst[COMPARED];
    size_t disagreeing; /* rows and quantities that fail */
} verdict_t;

/**
 * Integrates the ODE at the ensemble's own times and judges; self is to be freed in any case.
 * Rows that only one of the two reached are left out. Errors: as sgdl_solve.
 */
int verdict_init(verdict_t *self, const ensemble_t *ensemble, const sgdl_compare_options_t *options,
                 sgdl_error_t *error) SGDL_CHECKED;
void verdict_free(verdict_t *self);

/** Standard error of the mean. */
double standard_error(statistics_t statistics);

#endif
