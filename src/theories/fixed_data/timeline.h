/**
 * Time in steps: what each of them does, and after how many of them a row is due.
 *
 *     q = X_t + ahead (X_t - X_{t-1})
 *     X_{t+1} = X_t + momentum (X_t - X_{t-1}) - rate [ (1/n) sum_j s_j a_j g(q^T a_j) + ridge q ]
 *
 * Full batches and fractions are such steps. Of small batches and gradient flow, whose limit has no
 * steps, a step is a cell of time, which refinement halves; cells end at output times and at breaks
 * of the schedule.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_TIMELINE_H
#define SGDLIMIT_THEORIES_FIXED_DATA_TIMELINE_H

#include "src/problem/problem.h"
#include "src/theories/fixed_data/selection.h"

typedef struct timeline_step {
    double rate;     /* int of the learning rate over the step */
    double momentum; /* beta_t */
    double ahead;    /* beta'_t, of the query */
    double
        chance;    /* that a sample is looked at: f, 1 where all are, of Poisson cells their mean
                      number of visits b DT/alpha; of sme the same number, whose inverse is s2 - 1 */
    double second; /* E s^2 */
} timeline_step_t;

typedef struct timeline {
    const sgdl_problem_t *problem; /* borrowed */
    size_t curve;                  /* number of the learning rate */
    size_t steps;                  /* T */
    timeline_step_t *step;         /* [steps] */
    size_t rows;                   /* points of the plan, or fewer where two fall on one step */
    size_t *due;                   /* [rows] steps made before the row; never falling */
    double *t;                     /* [rows] as printed */
    double *flow;                  /* [rows] int of the learning rate up to there */
    double *epoch;                 /* [rows] passes over the data; NAN of gradient flow */
    double *rate;                  /* [rows] learning rate there */
    bool continuous;               /* halving its cells comes closer to the answer */
    const selection_law_t *law;
    double persistence; /* tau of persistent sampling */
} timeline_t;

/** The cells of length `cell` (continuous methods; in t) are halved `halvings` times. Errors:
 * SGDL_ERR_INPUT (more steps than can be counted), SGDL_ERR_MEMORY. */
int timeline_init(timeline_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                  size_t curve, double cell, unsigned halvings, sgdl_error_t *error) SGDL_CHECKED;
void timeline_free(timeline_t *self);

/** The cell that a plan without --grid begins with. 0 of methods that have steps of their own. */
double timeline_standard_cell(const sgdl_problem_t *problem, const sgdl_plan_t *plan, size_t curve);

#endif
