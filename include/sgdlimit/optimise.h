/**
 * Optimal learning rates: the schedule, constant on each of N pieces of [0, T], and the constant
 * that minimise the risk R(T) under the equations of solve.h (docs/theory.md).
 *
 * The derivative of R(T) with respect to every rate is exact: the sensitivities
 * ds_j/dt = J s_j + df/dgamma_j are integrated along with the state. R(T) has more than one local
 * minimum in general; what is found is no worse than the best constant, cosine and polynomial
 * schedule, sampled in the middle of each piece, and than the greedy line search, from all of which
 * the search begins.
 */
#ifndef SGDLIMIT_OPTIMISE_H
#define SGDLIMIT_OPTIMISE_H

#include <stddef.h>

#include "sgdlimit/curve.h"
#include "sgdlimit/error.h"
#include "sgdlimit/plan.h"
#include "sgdlimit/problem.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SGDL_PIECES_MOST = 1000 };

typedef struct sgdl_optimise_options {
    size_t pieces; /* N, from 1 to SGDL_PIECES_MOST */
    double at;     /* T > 0, in steps/d */
    double first;  /* 0: equal pieces; else the end of the first one, below T, and those of the
                      others are spaced evenly in log t from there to T. Not with one piece */
} sgdl_optimise_options_t;

/**
 * A row a piece: `t_begin t_end learning_rate gradient line_search`, the optimal rate, dR(T) by it
 * (NAN where the search ended before it was known) and the rate of the greedy line search in the
 * middle of the piece (NAN where the problem has none). The notes say the risks at T, the work, and
 * the schedule as a problem file states it. The problem's one learning rate, which must not be
 * driven by the state, is a start, too.
 *
 * Errors: SGDL_ERR_INPUT, SGDL_ERR_MEMORY, SGDL_ERR_SOLVER where no learning rate has a risk at T,
 * SGDL_ERR_INTERRUPTED, and then the rows are the best schedule so far, those of sgdl_solve.
 */
int sgdl_optimise(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                  const sgdl_optimise_options_t *options, const sgdl_sink_t *sink,
                  sgdl_error_t *error) SGDL_CHECKED;

/**
 * The table of sgdl_limit_table at the constant learning rate, below the stability limit, that
 * minimises R(at), or with at = 0 the risk as t -> infinity; notes say which it is and the risk
 * there. Where the risk at infinity falls all the way to gamma -> 0 they say so and the table is
 * that of the smallest rate that was looked at. Errors: as above and those of sgdl_limit_table.
 */
int sgdl_limit_optimised(const sgdl_problem_t *problem, const sgdl_plan_t *plan, double at,
                         const sgdl_sink_t *sink, sgdl_error_t *error) SGDL_CHECKED;

#ifdef __cplusplus
}
#endif
#endif
