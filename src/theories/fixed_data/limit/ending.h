/**
 * Where one learning rate ends: a row as of X_t for t -> infinity, with verdict and stability.
 *
 * Full batches and gradient flow, at any momentum, and rates that fall to zero slowly enough end at
 * the minimiser of the training objective (minimiser.h), or along the direction of the widest
 * margin (separable.h). Constant rates of noisy methods end around it: noise_floor.h.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_LIMIT_ENDING_H
#define SGDLIMIT_THEORIES_FIXED_DATA_LIMIT_ENDING_H

#include "sgdlimit/limit.h"
#include "src/theories/fixed_data/limit/minimiser.h"

/** Of what; borrowed. */
typedef struct ending_of {
    const sgdl_problem_t *problem;
    const sgdl_plan_t *plan; /* complete */
    size_t rate;             /* its number */
} ending_of_t;

typedef struct ending {
    const sgdl_problem_t *problem; /* borrowed */
    const sgdl_plan_t *plan;       /* complete; borrowed */
    setup_t setup;
    minimiser_t minimiser;  /* its row is the end, where that is known */
    double rate;            /* at t -> infinity; 1 of gradient flow */
    double decay;           /* rate ~ t^-decay if it is 0 there */
    double stability;       /* largest stable constant rate, or INFINITY; NAN: not known */
    sgdl_verdict_t verdict; /* of the training risk */
    const char *reason;     /* static */
    const char *remark;     /* static: what numbers do not say; NULL */
    bool is_known;          /* the numbers below and the row */
    bool grows;             /* X without bound: the row holds its direction */
    double risk, error, train_risk, train_error;
    double risk_se, train_risk_se; /* 0 of what equations say */
} ending_t;

/** free is legal after an error. Errors: SGDL_ERR_INPUT (losses whose long times are not known),
 * SGDL_ERR_SOLVER, SGDL_ERR_MEMORY, SGDL_ERR_INTERRUPTED. */
int ending_init(ending_t *self, const ending_of_t *of, sgdl_error_t *error) SGDL_CHECKED;

/** As far as the verdict and its reason. */
int ending_verdict(ending_t *self, const ending_of_t *of, sgdl_error_t *error) SGDL_CHECKED;
void ending_free(ending_t *self);

#endif
