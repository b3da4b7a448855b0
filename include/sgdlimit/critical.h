/**
 * Where in the space of problems the long-time behaviour changes (docs/transitions.md).
 */
#ifndef SGDLIMIT_CRITICAL_H
#define SGDLIMIT_CRITICAL_H

#include <stdbool.h>
#include <stddef.h>

#include "sgdlimit/curve.h"
#include "sgdlimit/error.h"
#include "sgdlimit/limit.h"
#include "sgdlimit/plan.h"
#include "sgdlimit/problem.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sgdl_critical_options {
    const char *key; /* see sgdl_problem_set; a number of the problem */
    double from, to; /* the verdicts there must differ; whole numbers if the key takes those: then
                        the search is among them */
    bool numeric;    /* judge by integrating, not by theory */
    double within;   /* width of the last bracket relative to |to - from|; 0: 1e-12, numeric 1e-3 */
    double horizon;  /* numeric: the last time, a power of ten; 0: 1e10 */
} sgdl_critical_options_t;

/**
 * Locates the value of a key at which the verdict changes, by bisection; one row:
 * critical, uncertainty, lower, upper (the last bracket) and the verdicts there.
 *
 * The numeric judge asks how X = min_i m_i^2/B_i (least squares: 1/(2R)) grows in the clock
 * z = int gamma sum_i p_i Hbar_i dt: dX/dlog z ~ z^kappa, kappa above 0 where the risk goes to zero
 * and below 0 where it does not, long before the risk itself tells. The uncertainty adds to half of
 * the bracket what kappa's error makes of the value; it is the interval's where kappa has not
 * settled by the last time. Errors: SGDL_ERR_INPUT (no change between from and to; no options,
 * since a key has no default), those of sgdl_solve.
 */
int sgdl_critical(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                  const sgdl_critical_options_t *options, const sgdl_sink_t *sink,
                  sgdl_error_t *error) SGDL_CHECKED;

#ifdef __cplusplus
}
#endif
#endif
