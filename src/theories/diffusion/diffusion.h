/**
 * What the theory of SGD as a diffusion can do: docs/diffusion.md. Its row is in
 * src/theories/theories.c; the functions are those of the public headers.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_DIFFUSION_H
#define SGDLIMIT_THEORIES_DIFFUSION_DIFFUSION_H

#include "sgdlimit/curve.h"
#include "sgdlimit/plan.h"
#include "sgdlimit/problem.h"
#include "src/ensemble/leeway.h"
#include "src/curve/emit.h"

/** A row a critical point: `x loss curvature sigma kind barrier_left barrier_right`, two
 * coordinates `x y loss curvature_1 curvature_2 sigma_x sigma_y kind`. */
int diffusion_landscape(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                        const sgdl_sink_t *sink, sgdl_error_t *error) SGDL_CHECKED;

/** A row a time: `t step p_1 .. p_m mean_loss sharpness mean_x var_x mass_error p_flat`, two
 * coordinates `mean_y var_y` behind var_x. With plan.density a block a time, a row a cell: `t step
 * x density` or `t step x y density`. */
int diffusion_solve(const sgdl_problem_t *problem, const sgdl_plan_t *plan, const sgdl_sink_t *sink,
                    sgdl_error_t *error) SGDL_CHECKED;

/** An ensemble of real steps: `t step`, then NAME_mean NAME_sd NAME_q10 NAME_q90 of what solve
 * tells. A time is met after the nearest whole step, and t is when that is. */
int diffusion_simulate(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                       const sgdl_sink_t *sink, sgdl_error_t *error) SGDL_CHECKED;

/** A row for each learning rate and batch, a block for all batches of one: `batch learning_rate
 * temperature p_1 .. p_m mean_loss sharpness gap relaxation_steps p_flat`, of least squares in one
 * direction `second_moment tail_exponent tail_exponent_sde stable_below almost_surely_below`, with
 * plan.discrete `discrete_gap discrete_p_1 .. discrete_p_m`. */
int diffusion_limit(const sgdl_problem_t *problem, const sgdl_plan_t *plan, const sgdl_sink_t *sink,
                    sgdl_error_t *error) SGDL_CHECKED;

/** A point of a sweep: the stationary law as in diffusion_limit, p_flat at the problem's time, and
 * how many basins there are; those of a base with fewer have no column. See point_theory_t. */
int diffusion_point_columns(const sgdl_problem_t *problem, emit_list_t *columns,
                            sgdl_error_t *error) SGDL_CHECKED;
int diffusion_point_measure(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                            const emit_list_t *columns, double *value,
                            sgdl_error_t *error) SGDL_CHECKED;

/** What real steps do in law, where that is known: plain SGD in one coordinate at learning rates
 * that do not change. `t p_1 .. p_m`, then NAME NAME_sd NAME_lean of mean_loss, mean_x, var_x.
 * Errors: as chain_init, chain_laws. */
bool diffusion_is_exact(const sgdl_problem_t *problem, const sgdl_plan_t *plan);
int diffusion_exact(const sgdl_problem_t *problem, const sgdl_plan_t *plan, const sgdl_sink_t *sink,
                    sgdl_error_t *error) SGDL_CHECKED;

/** Of the names that a comparison knows those that this problem has. */
bool diffusion_compares(const sgdl_problem_t *problem, const char *name);

/** Nothing beside what is exact; else O(eta), with momentum O(h^2). Errors: as setting_init. */
int diffusion_leeway(const sgdl_problem_t *problem, const sgdl_plan_t *plan, size_t curve, double d,
                     leeway_t *out, sgdl_error_t *error) SGDL_CHECKED;

/** First passages of real steps, a row a learning rate, batch and ordered pair of neighbours:
 * `learning_rate batch from to runs reached first unfinished mfpt mfpt_se mfpt_steps mfpt_saddle
 * mfpt_saddle_se`; with plan.discrete the exact chain's `mfpt_discrete mfpt_saddle_discrete`. */
int diffusion_passages(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                       const sgdl_sink_t *sink, sgdl_error_t *error) SGDL_CHECKED;

/** A row for each learning rate, batch and ordered pair of neighbouring minima: see sgdl_escape. */
int diffusion_escape(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                     const sgdl_sink_t *sink, sgdl_error_t *error) SGDL_CHECKED;

#endif
