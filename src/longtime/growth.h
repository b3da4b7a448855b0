/**
 * Does the risk go to zero? Judged by integrating, from how the margin grows.
 *
 * X(t) = min_i m_i |m_i| / B_i with the sign towards the class's label (least squares: 1/(2R)) at
 * t = 10^0 .. 10^decades; the ratio of its successive increments is below 1 where X converges.
 */
#ifndef SGDLIMIT_LONGTIME_GROWTH_H
#define SGDLIMIT_LONGTIME_GROWTH_H

#include <signal.h>

#include "sgdlimit/longtime.h"

typedef struct growth {
    sgdl_verdict_t verdict;
    double
        log_ratio; /* log of the last ratio of increments; NAN where X has converged or is gone */
    double log_ratio_before; /* the same two decades earlier */
    double risk;             /* at the last time */
    const char *reason;      /* static */
} growth_t;

enum { GROWTH_LEAST_DECADES = 6, GROWTH_MOST_DECADES = 16 };

/** Errors: as sgdl_solve, but for a divergence, which is a verdict. */
int growth_judge(const sgdl_problem_t *problem, size_t rate, int decades,
                 const volatile sig_atomic_t *interrupted, growth_t *out,
                 sgdl_error_t *error) SGDL_CHECKED;

#endif
