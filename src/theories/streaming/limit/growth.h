/**
 * Does the risk go to zero? Judged by integrating, from how the margin grows.
 *
 * X(t) = min_i m_i |m_i| / B_i with the sign towards the class's label (least squares: 1/(2R)) is
 * what the directions that have relaxed so far make of the means' Mahalanobis norm. They have in
 * the clock z = int gamma sum_i p_i Hbar_i dt, in which lambda z = 1 is where they end, and
 *
 *     dX/dlog z ~ z^kappa,     kappa = (alpha - 2 beta - 1)/alpha for power laws:
 *
 * above 0 X grows without bound and the risk goes to zero, below 0 X converges. In t the logistic
 * loss, whose Hbar falls as X grows, would hide that behind 1/log t.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_LIMIT_GROWTH_H
#define SGDLIMIT_THEORIES_STREAMING_LIMIT_GROWTH_H

#include "sgdlimit/limit.h"
#include "sgdlimit/plan.h"
#include "sgdlimit/problem.h"

typedef struct growth {
    sgdl_verdict_t verdict;
    double kappa; /* at the last decades of t, extrapolated; NAN where X has converged or is gone */
    double error; /* of kappa; INFINITY where it has not settled */
    double risk;  /* at the last time */
    const char *reason; /* static */
} growth_t;

enum { GROWTH_LEAST_DECADES = 6, GROWTH_MOST_DECADES = 16 };

/** Errors: as sgdl_solve, but for a divergence, which is a verdict. */
int growth_judge(const sgdl_problem_t *problem, size_t rate, int decades, const sgdl_plan_t *plan,
                 growth_t *out, sgdl_error_t *error) SGDL_CHECKED;

#endif
