/**
 * What is made of a problem to tell where one learning rate ends.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_LIMIT_WORK_H
#define SGDLIMIT_THEORIES_STREAMING_LIMIT_WORK_H

#include "sgdlimit/limit.h"
#include "src/schedule/source.h"
#include "src/theories/streaming/drive.h"
#include "src/theories/streaming/limit/resolvent.h"
#include "src/theories/streaming/limit/separation.h"
#include "src/theories/streaming/limit/stages.h"
#include "src/theories/streaming/system.h"

typedef struct work {
    const sgdl_problem_t *problem;
    const sgdl_plan_t *plan;
    rate_source_t source;
    sgdl_limit_t *limit;
    const volatile sig_atomic_t *interrupted;
    sgdl_tail_t tail;  /* of the classes */
    sgdl_tail_t whole; /* with a teacher: its signal is one more class */
    sgdl_nodes_t nodes;
    separation_t separation;
    resolvent_t resolvent;
    sgdl_system_t system;
    drive_t drive;           /* at t -> infinity */
    double *sign;            /* [C] of the label */
    double *cross, *cross_0; /* [C] with a teacher, beside limit->m and limit->m_min; else NULL */
    stages_t stages;         /* not of a quadratic loss */
    bool at_rest;            /* the start meets all targets exactly: no gradient, no noise, ever */
    bool lifted;  /* the risk would fall to zero but for the gradient's own noise (least squares) */
    bool ideal;   /* the risk is least where the deviation from the teacher's signal vanishes */
    bool settled; /* and there the run ends */
} work_t;

/** What becomes of the risk, into work->limit and the flags above. Errors: SGDL_ERR_MEMORY,
 * SGDL_ERR_EXTERNAL, SGDL_ERR_INTERRUPTED, SGDL_ERR_INPUT. */
int verdict_find(work_t *work, sgdl_error_t *error) SGDL_CHECKED;

/** The part of all directions that gradient noise moves and r sees, by weight; 0 without noise. */
double verdict_seen_noise(const work_t *work);

/** Whether gradient noise piles up a variance of which r sees nothing. */
bool unbounded_noise(const work_t *work);

/** Where norms are infinite those of the limit are. */
void unbounded_norms(work_t *work);

/** What is known of the risk where labels of a teacher are separable: there is no stationary point.
 */
void unbounded_risk(work_t *work);

#endif
