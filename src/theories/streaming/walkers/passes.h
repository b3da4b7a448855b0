/**
 * The passes over coordinates of which the streaming kernel is made, vectorised.
 *
 * Sums are kept in PASS_LANES partial sums, so that their order, and with it every byte, is the
 * same whatever the width of the processor's registers.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_WALKERS_PASSES_H
#define SGDLIMIT_THEORIES_STREAMING_WALKERS_PASSES_H

#include <stddef.h>

enum { PASS_LANES = 64 };

/* Arrays are [count], sum is [PASS_LANES]. */

/** x = decay x + rate a. */
void pass_update(size_t count, double decay, double rate, const double *a, double *x);

/** a = mean + deviation z. */
void pass_draw(size_t count, const double *mean, const double *deviation, const double *z,
               double *a);

/** sum += x a. */
void pass_dot(size_t count, const double *x, const double *a, double *sum);

/* Samples in single precision, X and what is summed in double; count is a multiple of PASS_LANES.
 */

/** For one output and batch 1, fused: x = decay x + rate a; a = mean + deviation z; sum += x a. */
void pass_step_single(size_t count, double decay, double rate, const float *mean,
                      const float *deviation, const float *z, double *x, float *a, double *sum);

/** For several outputs and batch 1, fused: x = decay x + factor[l] a; sum += x next. Columns of x
 * [outputs*stride], sum [outputs*PASS_LANES]. */
void pass_move_single(size_t count, double decay, size_t outputs, const double *factor,
                      const float *a, const float *next, size_t stride, double *x, double *sum);

/** x = decay x + the sum of factor[j] a_j over `samples` rows of a, `stride` apart. */
void pass_update_single(size_t count, double decay, size_t samples, const double *factor,
                        const float *a, size_t stride, double *x);

/** a = mean + deviation z. */
void pass_draw_single(size_t count, const float *mean, const float *deviation, const float *z,
                      float *a);

/** sum += x a. */
void pass_dot_single(size_t count, const double *x, const float *a, double *sum);

/** a = deviation z. */
void pass_scale_single(size_t count, const float *deviation, const float *z, float *a);

/** sum += x k y, k = (scale deviation)^2. */
void pass_form_single(size_t count, double scale, const float *deviation, const double *x,
                      const double *y, double *sum);

/** moved += (keep + spread deviation^2) x. */
void pass_spread_single(size_t count, double keep, double spread, const float *deviation,
                        const double *x, double *moved);

/** The total of PASS_LANES partial sums. */
double pass_total(const double *sum);

#endif
