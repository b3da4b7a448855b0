/**
 * Averages over a sample of the data that X was fitted to, softmax.
 *
 * Without the sample its preactivation would be omega ~ N(m, B) in R^L; with it, r is where the
 * sample's own pull is in balance, the minimiser of (r - omega)^T V^-1 (r - omega)/2 + l(r; y),
 *
 *     r + V g(r) = omega .
 *
 * Neither B nor V matters along (1, ..., 1), where both are taken for zero. Where that leaves two
 * directions at most, equal steps of a fraction of the strip |Im(omega_a - omega_b)| < pi, in which
 * functions of r are analytic, are exact to 1e-9; else points of low discrepancy are what there is.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_LIMIT_SAMPLE_SOFTMAX_H
#define SGDLIMIT_THEORIES_FIXED_DATA_LIMIT_SAMPLE_SOFTMAX_H

#include "src/theories/fixed_data/block_loss.h"

/** Standard normal points and their weights. */
typedef struct sample_points {
    size_t dimensions, count;
    double *z;      /* [count*dimensions] */
    double *weight; /* [count] sum 1 */
} sample_points_t;

/** Of the product of `dimensions` (1 or 2) trapezoidal rules. free is legal after an error. Errors:
 * SGDL_ERR_MEMORY. */
int sample_points_init_steps(sample_points_t *self, size_t dimensions, double step,
                             sgdl_error_t *error) SGDL_CHECKED;
/** Sobol's; sets of other numbers are independent. */
int sample_points_init_sobol(sample_points_t *self, size_t dimensions, size_t count,
                             uint64_t number, sgdl_error_t *error) SGDL_CHECKED;
void sample_points_free(sample_points_t *self);

/** The step that is exact for a factor F of B [L*L] (lower.h), of a descending ladder: it does not
 * change with every B. */
double sample_points_step(size_t L, const double *F);

typedef struct softmax_law {
    size_t class;
    const double *m;    /* [L] the bias included */
    const double *root; /* [L*L] factor of B (lower.h) */
    const double *give; /* [L*L] factor of V */
} softmax_law_t;

/** What follows, [L] and [L*L]; owned by the caller. */
typedef struct softmax_average {
    double *gradient; /* E g(r) */
    double *response; /* E H (1 + V H)^-1: d E g(r) / d m */
    double *square;   /* E g(r) g(r)^T */
    double risk;      /* E l(r): of the training data */
    double error;     /* how often the largest output is not the label's */
} softmax_average_t;

/** Numbers of scratch that it needs. */
size_t sample_softmax_scratch(size_t L, size_t count);

/** Mixed over the noisy label. Threads change no bit. */
void sample_softmax(const setup_t *setup, const sample_points_t *points, const softmax_law_t *law,
                    double *scratch, softmax_average_t *out);

#endif
