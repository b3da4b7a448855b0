/**
 * What the tolerance can know: bounds on the errors of the quantities that a row prints.
 *
 * The answer's error is of the order of the tolerance, so every component of the state counts as
 * known to relative |y_e| + absolute_e; what is linear in the state is known to the weighted sum of
 * these, the risk to that of its derivatives. Time derivatives are known in two ways: from the
 * right-hand side, where the rates of stiff directions multiply every rounding error of the state,
 * and from the integrator's interpolant, whose error is that of its last step times order/step.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_UNCERTAINTY_H
#define SGDLIMIT_THEORIES_STREAMING_UNCERTAINTY_H

#include "src/theories/streaming/system.h"

/** The state's errors and its interpolated derivative at one time. */
typedef struct flow {
    const double *derivative; /* [length] of the state by t; NULL: unknown. Borrowed */
    double rate;              /* the learning rate behind it: at a break the one before */
    double pace;              /* its errors are those of the state times this */
    double relative;
    const double *absolute; /* [length] borrowed, to be multiplied by */
    double factor;
} flow_t;

/** Bounds on the errors of m_ia without the bias (i = C: of the overlap with a signal), of B_i's
 * pair p, of cross_i, and of |X|^2. y [length]. */
double uncertainty_mean(const sgdl_system_t *system, const flow_t *flow, const double *y, size_t i,
                        size_t a);
double uncertainty_variance(const sgdl_system_t *system, const flow_t *flow, const double *y,
                            size_t i, size_t p);
double uncertainty_cross(const sgdl_system_t *system, const flow_t *flow, const double *y,
                         size_t i);
double uncertainty_norm2(const sgdl_system_t *system, const flow_t *flow, const double *y,
                         size_t a);

/** The same for the risk, at the state that was evaluated last, where the loss (not clipped) has
 * these averages [C]. */
double uncertainty_risk(const sgdl_system_t *system, const flow_t *flow, const double *y,
                        const sgdl_averages_t *average);

#endif
