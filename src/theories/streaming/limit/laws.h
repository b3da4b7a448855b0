/**
 * Which law of approach holds, and its constant: docs/transitions.md derives them.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_LIMIT_LAWS_H
#define SGDLIMIT_THEORIES_STREAMING_LIMIT_LAWS_H

#include "sgdlimit/limit.h"
#include "sgdlimit/spectra.h"
#include "src/theories/streaming/limit/resolvent.h"
#include "src/theories/streaming/limit/separation.h"
#include "src/theories/streaming/limit/stages.h"

/** All that decides a law; borrowed. */
typedef struct laws {
    const sgdl_problem_t *problem;
    const sgdl_plan_t *plan;
    const sgdl_nodes_t *nodes;
    const sgdl_tail_t *tail;
    const separation_t *separation;
    const stages_t *stages;    /* empty for a quadratic loss */
    bool at_rest;              /* the run never moves */
    const sgdl_limit_t *limit; /* all of it but the law */
} laws_t;

/** Errors: SGDL_ERR_MEMORY, SGDL_ERR_EXTERNAL. */
int laws_find(const laws_t *self, sgdl_law_t *law, sgdl_error_t *error) SGDL_CHECKED;

/** The slowest rate at which the equations, linearised at the stationary point of `limit`, relax;
 * NAN for systems too large for a dense eigenvalue problem. Errors: as above. */
int laws_relaxation_rate(const laws_t *self, double *rate, sgdl_error_t *error) SGDL_CHECKED;

#endif
