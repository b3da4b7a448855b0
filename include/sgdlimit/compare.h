/**
 * A theory beside a simulation, and whether the two agree.
 */
#ifndef SGDLIMIT_COMPARE_H
#define SGDLIMIT_COMPARE_H

#include <stddef.h>

#include "sgdlimit/curve.h"
#include "sgdlimit/error.h"
#include "sgdlimit/plan.h"
#include "sgdlimit/problem.h"
#include "sgdlimit/table.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What a comparison comes to. */
typedef enum sgdl_comparison {
    SGDL_AGREE,
    SGDL_DISAGREE,    /* in one row or more, beyond what is allowed */
    SGDL_INCONCLUSIVE /* so much is allowed that nothing can be told */
} sgdl_comparison_t;

/** "agree", "disagree", "inconclusive". */
const char *sgdl_comparison_name(sgdl_comparison_t verdict);

/**
 * ODE and ensemble at the same times: t, then NAME_ode NAME_mean NAME_sd NAME_q10 NAME_q90 for
 * risk, error (nan of a teacher's linear labels, which have none), learning_rate where the state
 * drives it and overlap_signal with a teacher. They agree if |mean - ode| <= z se + c/d in every
 * row, se the standard error of the mean, z Student's quantile for `significance` shared among all
 * rows, and c/d what an ensemble at dimension d may be off by in its mean; and if that allowed
 * deviation is nowhere more than half of what the ODE's curve does, the range of its values over
 * the rows or, if more, a tenth of the largest (times the last t where that is below 1). A curve
 * without a row after the first step tells nothing.
 *
 * Of a landscape p_i, mean_loss, mean_x, var_x (mean_y, var_y) are compared. Plain SGD in one
 * coordinate at constant learning rates is judged by the exact law of its steps, without c/d, and
 * unless plan.discrete NAME_sde behind NAME_ode is what the diffusion says; else by the diffusion,
 * with c eta or, of heavy ball, c h^2 in the place of c/d. With plan.passage first-passage times
 * are judged by the exact chain. Errors: as sgdl_simulate and sgdl_solve.
 */
int sgdl_compare(const sgdl_problem_t *problem, const sgdl_plan_t *plan, const sgdl_sink_t *sink,
                 sgdl_comparison_t *verdict, sgdl_error_t *error) SGDL_CHECKED;

/** The plan looks where the runs in a table of sgdl_simulate were looked at. *times is what it
 * borrows then, owned by the caller (free). Errors: SGDL_ERR_INPUT for another table,
 * SGDL_ERR_MEMORY. */
int sgdl_compare_times(const sgdl_problem_t *problem, const sgdl_table_t *simulated,
                       sgdl_plan_t *plan, double **times, sgdl_error_t *error) SGDL_CHECKED;

/** Runs that are there already. */
typedef struct sgdl_simulated {
    const sgdl_table_t *table; /* of sgdl_simulate, a block a learning rate; borrowed */
    double dimension;          /* d of the runs */
} sgdl_simulated_t;

/**
 * sgdl_compare with runs that are there already. The problem's ODE, at its own dimension, is
 * integrated at the table's times. Errors: as sgdl_solve, and SGDL_ERR_INPUT for another table.
 */
int sgdl_compare_simulated(const sgdl_problem_t *problem, const sgdl_simulated_t *simulated,
                           const sgdl_plan_t *plan, const sgdl_sink_t *sink,
                           sgdl_comparison_t *verdict, sgdl_error_t *error) SGDL_CHECKED;

/**
 * sgdl_compare at the plan's dimensions: a row each with the root mean square over rows of
 * mean - ode, of its standard error, of the runs' standard deviation, and the largest |mean - ode|,
 * for risk and error; comments with the exponents of d that fit the columns. The verdict is that
 * of the dimensions that could tell. The problem must not hold files that fix its dimension.
 * Errors: as sgdl_compare.
 */
int sgdl_compare_dimensions(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                            const sgdl_sink_t *sink, sgdl_comparison_t *verdict,
                            sgdl_error_t *error) SGDL_CHECKED;

#ifdef __cplusplus
}
#endif
#endif
