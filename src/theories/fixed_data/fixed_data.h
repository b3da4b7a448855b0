/**
 * What the theory of gradient methods on a fixed data set can do: docs/fixed-data.md. Its row is in
 * src/theories/theories.c; the functions are those of the public headers.
 *
 * n = alpha d samples of the mixture are drawn once. As d grows, everything that gradient descent,
 * SGD in batches of any size, momentum and gradient flow do to them follows from two processes that
 * see each other's statistics alone (dynamical mean-field theory; Mignacco et al. 2020, Gerbelot et
 * al. 2022): that of one coordinate of X, which is linear (node_side.h), and that of one sample's
 * preactivation, which is not unless the loss is quadratic (exact.h, sampled.h, blocks.h). Time
 * goes in steps (grid.h); what is between them, of small batches and gradient flow, comes from
 * finer and finer ones (outcome.h).
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_FIXED_DATA_H
#define SGDLIMIT_THEORIES_FIXED_DATA_FIXED_DATA_H

#include "sgdlimit/curve.h"
#include "sgdlimit/limit.h"
#include "sgdlimit/plan.h"
#include "sgdlimit/problem.h"
#include "src/curve/emit.h"
#include "src/ensemble/leeway.h"

int fixed_data_solve(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                     const sgdl_sink_t *sink, sgdl_error_t *error) SGDL_CHECKED;
int fixed_data_simulate(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                        const sgdl_sink_t *sink, sgdl_error_t *error) SGDL_CHECKED;

/** The curves of `solve` in whole samples of dimension d: what an ensemble is judged by. Errors:
 * those of fixed_data_solve. */
int fixed_data_beside(const sgdl_problem_t *problem, const sgdl_plan_t *plan, double d,
                      const sgdl_sink_t *sink, sgdl_error_t *error) SGDL_CHECKED;

bool fixed_data_compares(const sgdl_problem_t *problem, const char *name);

/** What the mean of an ensemble of dimension d is off by: O(1/d), by 1/(1 - f) times as much where
 * a share f of the noise of visits to samples feeds back upon itself, and, of small batches, 1/(1 -
 * momentum) times that. Errors: those of sgdl_nodes_init. */
int fixed_data_leeway(const sgdl_problem_t *problem, const sgdl_plan_t *plan, size_t curve,
                      double d, leeway_t *out, sgdl_error_t *error) SGDL_CHECKED;

/** See sgdl_limit_table, sgdl_limit_init, sgdl_limit_verdict; a point of a sweep is a limit. */
int fixed_data_limit(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                     const sgdl_sink_t *sink, sgdl_error_t *error) SGDL_CHECKED;
int fixed_data_limit_init(sgdl_limit_t *self, const sgdl_problem_t *problem,
                          const sgdl_plan_t *plan, size_t rate, sgdl_error_t *error) SGDL_CHECKED;
int fixed_data_verdict(const sgdl_problem_t *problem, const sgdl_plan_t *plan, size_t rate,
                       sgdl_verdict_t *verdict, const char **reason,
                       sgdl_error_t *error) SGDL_CHECKED;
struct judgement;
/** See theory.h: a run to t = 10^decades. */
int fixed_data_judge(const sgdl_problem_t *problem, const sgdl_plan_t *plan, size_t rate,
                     int decades, struct judgement *out, sgdl_error_t *error) SGDL_CHECKED;
int fixed_data_point_columns(const sgdl_problem_t *problem, emit_list_t *columns,
                             sgdl_error_t *error) SGDL_CHECKED;
int fixed_data_point_measure(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                             const emit_list_t *columns, double *value,
                             sgdl_error_t *error) SGDL_CHECKED;

#endif
