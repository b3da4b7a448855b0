/**
 * What the theory of committees in a stream of fresh samples can do. Its row is in
 * src/theories/theories.c; the functions are those of the public headers.
 */
#ifndef SGDLIMIT_THEORIES_COMMITTEE_COMMITTEE_STREAM_H
#define SGDLIMIT_THEORIES_COMMITTEE_COMMITTEE_STREAM_H

#include "sgdlimit/curve.h"
#include "sgdlimit/plan.h"
#include "sgdlimit/problem.h"

int committee_stream_solve(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                           const sgdl_sink_t *sink, sgdl_error_t *error) SGDL_CHECKED;

int committee_stream_simulate(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                              const sgdl_sink_t *sink, sgdl_error_t *error) SGDL_CHECKED;

#endif
