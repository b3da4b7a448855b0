/**
 * The companion simulation: streaming SGD on the problem's Gaussian mixture.
 *
 *     X_{k+1} = X_k - (gamma_k/d) [ (1/b) sum over the batch of a g(X_k^T a)^T + delta X_k ]
 *
 * A run makes round(t d) steps to the output time t, and there reads m_i = X^T mu_i and
 * B_i = X^T K_i X off the actual X and from them the exact population risk and error. An ensemble
 * of runs gives mean, standard deviation (n - 1) and the 10 and 90 % quantiles (type 7).
 *
 * On a landscape runs make real steps, x' = x - eta (U'(x) + xi sqrt(Sigma(x)/B)) or those of heavy
 * ball, round(t/eta) of them (of heavy ball round(t/h)); a row's t is when that is. xi is standard
 * normal or, with SGDL_NOISE_BINARY, what B signs give.
 *
 * Run r of seed s is the same whatever the number of threads and of runs.
 */
#ifndef SGDLIMIT_SIMULATE_H
#define SGDLIMIT_SIMULATE_H

#include "sgdlimit/curve.h"
#include "sgdlimit/error.h"
#include "sgdlimit/plan.h"
#include "sgdlimit/problem.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Simulates the problem and hands out its curves, one block a learning rate: t, then NAME_mean
 * NAME_sd NAME_q10 NAME_q90 for risk, error, learning_rate, norm2, mean_i, var_i. Of a landscape a
 * block a learning rate and batch: t, step, then the four of p_1 .. p_m, mean_loss, sharpness,
 * mean_x, var_x (mean_y, var_y), p_flat; var_x_sd/sqrt(runs) is the standard error of the variance
 * var_x_mean. With plan.passage a row a way from one minimum to its neighbour: learning_rate batch
 * from to runs reached first unfinished mfpt mfpt_se mfpt_steps mfpt_saddle mfpt_saddle_se, with
 * plan.discrete mfpt_discrete mfpt_saddle_discrete of the exact chain. If a run
 * diverges, these are the rows before it; if interrupted, those of the finished runs. A note says
 * so, and the status is SGDL_ERR_DIVERGED or SGDL_ERR_INTERRUPTED. Errors: those two,
 * SGDL_ERR_INPUT (d = infinity), SGDL_ERR_MEMORY, SGDL_ERR_EXTERNAL.
 */
int sgdl_simulate(const sgdl_problem_t *problem, const sgdl_plan_t *plan, const sgdl_sink_t *sink,
                  sgdl_error_t *error) SGDL_CHECKED;

#ifdef __cplusplus
}
#endif
#endif
