/**
 * The limit's ODEs and their integration.
 *
 * State per node n: A_n in R^{L x k} and S_n in R^{L x L} (docs/theory.md), and the intercept's
 * bias in R^L; time t = steps/d. With G_i, Hbar_i, Q_i the Gaussian averages of class i at
 * m_i = sum_n w_n A_n N_{n,i}^T + bias and B_i = sum_n w_n lambda_{i,n} S_n,
 *
 *     dA_n/dt = -gamma sum_i p_i (G_i N_{n,i} + lambda_{i,n} Hbar_i A_n) - gamma delta A_n
 *     dS_n/dt = -gamma sum_i p_i (G_i N_{n,i} A_n^T + A_n N_{n,i}^T G_i^T
 *                                 + lambda_{i,n} (Hbar_i S_n + S_n Hbar_i))
 *               - 2 gamma delta S_n + (gamma^2/b) sum_i p_i lambda_{i,n} Q_i
 *     dbias/dt = -gamma c^2 sum_i p_i G_i
 *
 * (Collins-Woodfin and Seroussi, arXiv 2510.14074.) Integrated by CVODE's BDF; the Newton systems
 * use that nodes meet only through (m_i, B_i): block-diagonal plus low rank.
 */
#ifndef SGDLIMIT_SOLVE_H
#define SGDLIMIT_SOLVE_H

#include "sgdlimit/curve.h"
#include "sgdlimit/error.h"
#include "sgdlimit/plan.h"
#include "sgdlimit/problem.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What the integrator did, summed over curves. */
typedef struct sgdl_solve_statistics {
    long steps, rhs_evaluations, newton_iterations, error_test_failures, newton_failures;
} sgdl_solve_statistics_t;

/**
 * Integrates the problem and hands out its curves, one block a learning rate, with notes on the
 * integration. If a run diverges or is interrupted the rows so far have been handed out, a note
 * says so, and the status is SGDL_ERR_DIVERGED or SGDL_ERR_INTERRUPTED. A flag that is set before
 * the first curve begins, while its problem is built, leaves no row. Output times of the plan may
 * lie beyond the problem's time, which then is the last of them. Errors: those two,
 * SGDL_ERR_SOLVER, SGDL_ERR_INPUT, SGDL_ERR_MEMORY, SGDL_ERR_EXTERNAL.
 */
int sgdl_solve(const sgdl_problem_t *problem, const sgdl_plan_t *plan, const sgdl_sink_t *sink,
               sgdl_error_t *error) SGDL_CHECKED;

#ifdef __cplusplus
}
#endif
#endif
