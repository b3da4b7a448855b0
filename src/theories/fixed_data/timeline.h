/**
 * Time in steps: what each of them does, and after how many of them a row is due.
 *
 *     q = X_t + ahead (X_t - X_{t-1})
 *     X_{t+1} = X_t + momentum (X_t - X_{t-1}) - rate [ (1/n) sum_j s_j a_j g(q^T a_j) + ridge q ]
 *
 * Full batches and fractions are such steps: t counts them. Of small batches and gradient flow,
 * whose limit has no steps, a step is a cell of time. Cells end at output times and at breaks of
 * the schedule; refinement cuts every one of them into equal parts. Momentum beta of small batches,
 * whose steps are of order 1/d, makes the rate gamma/(1 - beta).
 *
 * In a cell of length DT a sample is visited b DT/alpha times in the mean: its weight is Poisson's,
 * E s^2 = 1 + alpha/(b DT), or, where no cell is longer than alpha/(4 b), that of one visit at most
 * (E s^2 = alpha/(b DT)), whose error is less. sme: normal, with Poisson's E s^2.
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
    double cell;                   /* the longest one, in t; 0 of methods that have steps */
    bool continuous;               /* cutting its cells comes closer to the answer */
    bool rounded;                  /* some output time was no whole step */
    const selection_law_t *law;
    double persistence; /* tau of persistent sampling */
} timeline_t;

/** The cells of continuous methods are at most `cell` long, in t, and then each is cut into `parts`
 * (0 counts as 1). In steps output times are rounded to the next step; of those that were not
 * stated one by one only the first on a step is kept. Errors: SGDL_ERR_INPUT (more steps than can
 * be counted), SGDL_ERR_MEMORY. */
int timeline_init(timeline_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                  size_t curve, double cell, unsigned parts, sgdl_error_t *error) SGDL_CHECKED;
void timeline_free(timeline_t *self);

/** Has the method steps of its own? Else its time goes on in cells. */
bool timeline_is_continuous(const sgdl_problem_t *problem);

/** The unit of t: steps, steps/d, or t itself of gradient flow. */
const char *timeline_unit(const sgdl_problem_t *problem);

/** The learning rate by which X moves at most up to the last output time, momentum included. */
double timeline_largest_rate(const sgdl_problem_t *problem, const sgdl_plan_t *plan, size_t curve);

/** The cell that a plan without --grid begins with, where the Hessian on the samples has no
 * eigenvalue above `stiffness`. 0 of methods that have steps of their own. */
double timeline_standard_cell(const sgdl_problem_t *problem, const sgdl_plan_t *plan, size_t curve,
                              double stiffness);

#endif
