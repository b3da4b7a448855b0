/**
 * What the theory of SGD as a diffusion can do: docs/diffusion.md. Its row is in
 * src/theories/theories.c; the functions are those of the public headers.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_DIFFUSION_H
#define SGDLIMIT_THEORIES_DIFFUSION_DIFFUSION_H

#include "sgdlimit/curve.h"
#include "sgdlimit/plan.h"
#include "sgdlimit/problem.h"
#include "src/curve/emit.h"

/** A row a critical point: `x loss curvature sigma kind barrier_left barrier_right`, two
 * coordinates `x y loss curvature_1 curvature_2 sigma_x sigma_y kind`. */
int diffusion_landscape(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                        const sgdl_sink_t *sink, sgdl_error_t *error) SGDL_CHECKED;

/** A row a time: `t step p_1 .. p_m mean_loss sharpness mean_x var_x mass_error p_flat`, two
 * coordinates `mean_y var_y` behind var_x. */
int diffusion_solve(const sgdl_problem_t *problem, const sgdl_plan_t *plan, const sgdl_sink_t *sink,
                    sgdl_error_t *error) SGDL_CHECKED;

/** A row for each learning rate and batch: `batch learning_rate temperature p_1 .. p_m mean_loss
 * sharpness gap relaxation_steps p_flat`, of least squares in one direction `second_moment
 * tail_exponent tail_exponent_sde stable_below almost_surely_below`, with plan.discrete
 * `discrete_gap discrete_p_1 .. discrete_p_m`. */
int diffusion_limit(const sgdl_problem_t *problem, const sgdl_plan_t *plan, const sgdl_sink_t *sink,
                    sgdl_error_t *error) SGDL_CHECKED;

/** A point of a sweep: the stationary law as in diffusion_limit, p_flat at the problem's time, and
 * how many basins there are; those of a base with fewer have no column. See point_theory_t. */
int diffusion_point_columns(const sgdl_problem_t *problem, emit_list_t *columns,
                            sgdl_error_t *error) SGDL_CHECKED;
int diffusion_point_measure(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                            const emit_list_t *columns, double *value,
                            sgdl_error_t *error) SGDL_CHECKED;

#endif
