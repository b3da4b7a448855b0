/**
 * A predicted limit against the integration of the equations to a long time.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_LIMIT_VERIFY_H
#define SGDLIMIT_THEORIES_STREAMING_LIMIT_VERIFY_H

#include "sgdlimit/limit.h"

typedef struct verification {
    double t, risk;      /* the last time that counts and the risk there */
    double extrapolated; /* by the law, from the last two times; the risk itself where the law is
                            gone */
    double error;        /* how far that may be off; of the slope where the risk falls to zero */
    double slope;        /* d log10 R over the last interval, for each decade of t */
    double slope_law;    /* what the law says of it; NAN if nothing */
    bool agrees;
    bool decided; /* false: at t the run does not tell */
    bool applies; /* false: nothing to compare with */
} verification_t;

/** Errors: as sgdl_solve. A run that diverges as predicted agrees. */
int verify_limit(const sgdl_limit_t *limit, const sgdl_problem_t *problem, size_t rate,
                 const sgdl_plan_t *plan, verification_t *out, sgdl_error_t *error) SGDL_CHECKED;

#endif
