/**
 * What the theory of streaming SGD can do: docs/theory.md, docs/transitions.md. Its row is in
 * src/theories/theories.c; the functions are those of the public headers.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_STREAMING_H
#define SGDLIMIT_THEORIES_STREAMING_STREAMING_H

#include "sgdlimit/curve.h"
#include "sgdlimit/limit.h"
#include "sgdlimit/optimise.h"
#include "sgdlimit/plan.h"
#include "sgdlimit/problem.h"
#include "src/curve/emit.h"
#include "src/ensemble/leeway.h"

int streaming_solve(const sgdl_problem_t *problem, const sgdl_plan_t *plan, const sgdl_sink_t *sink,
                    sgdl_error_t *error) SGDL_CHECKED;
int streaming_simulate(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                       const sgdl_sink_t *sink, sgdl_error_t *error) SGDL_CHECKED;

/** A row a node that streaming_solve integrates, with traces and distances in the notes. An
 * interrupted list is none. Errors: SGDL_ERR_INPUT (a list beyond reason), SGDL_ERR_INTERRUPTED,
 * SGDL_ERR_MEMORY, SGDL_ERR_EXTERNAL. */
int streaming_spectrum(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                       const sgdl_sink_t *sink, sgdl_error_t *error) SGDL_CHECKED;

/** Whether there are laws of long times for the problem's loss: the three below refuse others. */
bool streaming_limit_is_known(const sgdl_problem_t *problem);
int streaming_limit_table(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                          const sgdl_sink_t *sink, sgdl_error_t *error) SGDL_CHECKED;
int streaming_limit_init(sgdl_limit_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                         size_t rate, sgdl_error_t *error) SGDL_CHECKED;
int streaming_limit_verdict(const sgdl_problem_t *problem, const sgdl_plan_t *plan, size_t rate,
                            sgdl_verdict_t *verdict, const char **reason,
                            sgdl_error_t *error) SGDL_CHECKED;

/** See sgdl_optimise, sgdl_limit_optimised. */
int streaming_optimise(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                       const sgdl_optimise_options_t *options, const sgdl_sink_t *sink,
                       sgdl_error_t *error) SGDL_CHECKED;
int streaming_limit_optimised(const sgdl_problem_t *problem, const sgdl_plan_t *plan, double at,
                              const sgdl_sink_t *sink, sgdl_error_t *error) SGDL_CHECKED;

/** A point of a sweep: the run at the problem's time, and the limit beside it. A run that diverges
 * as the limit says has an infinite risk and is no failure. Limits that are not known are NAN. See
 * point_theory_t. */
int streaming_point_columns(const sgdl_problem_t *problem, emit_list_t *columns,
                            sgdl_error_t *error) SGDL_CHECKED;
int streaming_point_measure(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                            const emit_list_t *columns, double *value,
                            sgdl_error_t *error) SGDL_CHECKED;

/** The mean of an ensemble is off by O(1/d); of a quadratic loss by 1/(1 - f) times as much, f the
 * largest learning rate as a fraction of the stable ones: the risk is proportional to that, and the
 * limit of stability shifts by O(1/d). No more than 100 close to it or beyond. Errors: as
 * streaming_solve. */
bool streaming_compares(const sgdl_problem_t *problem, const char *name);
int streaming_leeway(const sgdl_problem_t *problem, const sgdl_plan_t *plan, size_t curve, double d,
                     leeway_t *out, sgdl_error_t *error) SGDL_CHECKED;

#endif
