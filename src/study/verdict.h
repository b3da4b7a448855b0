/**
 * ODE and sample side by side, and whether they agree: |mean - ode| <= z se + c/d in every row.
 *
 * The ensemble's mean itself is off by O(1/d), or by as much as the theory says (leeway_t). c is
 * `allowance` times the curve's largest value, times what the theory knows to make it more. Where
 * the theory says that it starts without error (leeway_t.by_progress) that is replaced by the most
 * that the curve has moved since its row at t = 0, or another quantity in the same units.
 *
 * se is the mean's standard error and that of the theory itself, where it samples, together.
 *
 * Where the theory knows a run's spread that is the standard error's; of rare events a sample may
 * show none. Then the mean is skewed, too, and z^2 l/(3 runs) is added, l the third central moment
 * over the variance.
 *
 * That says little where the allowed deviation z se + c/d is itself as large as what the curve
 * does, its range over the rows (of a curve that hardly moves, a tenth of its largest value, times
 * its last t if that is below 1; of a probability a tenth of 1, of a place half of what a run is
 * spread by): the comparison is then inconclusive unless it found fault. So it is where a curve has
 * no row after the start, which tests nothing.
 */
#ifndef SGDLIMIT_STUDY_VERDICT_H
#define SGDLIMIT_STUDY_VERDICT_H

#include "sgdlimit/compare.h"
#include "src/study/sample.h"

/** One row of one curve. */
typedef struct pair_row {
    size_t curve;
    double t;
    double ode[COMPARED_MOST];
    double sde[COMPARED_MOST]; /* with verdict.has_sde */
    /* of one run, where the theory knows it; else sd is NAN and lean 0 */
    double sd[COMPARED_MOST], lean[COMPARED_MOST];
    double own[COMPARED_MOST];  /* standard error of `ode` itself */
    double bias[COMPARED_MOST]; /* c over its scale */
    statistics_t simulated[COMPARED_MOST];
} pair_row_t;

typedef struct worst {
    double deviation, standard_error, allowed, t; /* of the row with the largest |mean - ode| */
    size_t curve;
} worst_t;

/** The row whose allowed deviation is largest beside what its curve does. */
typedef struct power {
    double allowed, does; /* z se + c/d, and what the curve does */
    double bias, sd, own; /* c/d; of one run; of the theory */
    double t;
    double until; /* the curve's last time */
    size_t curve, quantity;
} power_t;

typedef struct verdict {
    sgdl_comparison_t kind;
    const char *const *name; /* [compared] borrowed from the sample */
    size_t compared;
    const theory_t *theory;
    bool has_sde;    /* the theory's approximation stands beside what is exact */
    leeway_t leeway; /* its words */
    pair_row_t *row; /* [rows] owned */
    size_t rows;
    size_t runs; /* fewest behind a row */
    double z;    /* factor of the standard error */
    double tail; /* of one test, on one side */
    double *c;   /* [curves*compared] the most that a mean may be off by, times its scale; owned */
    double *stride; /* [curves] t of a step */
    double largest_c[COMPARED_MOST];
    worst_t worst[COMPARED_MOST];
    power_t power;
    size_t untested;    /* curves without a row after the start */
    size_t disagreeing; /* rows and quantities that fail */
} verdict_t;

/**
 * Solves the problem at the sample's own times and judges; self is to be freed in any
 * case. Rows that only one of the two reached are left out. Errors: as sgdl_solve.
 */
int verdict_init(verdict_t *self, const sgdl_problem_t *problem, const sample_t *sample,
                 const sgdl_plan_t *plan, sgdl_error_t *error) SGDL_CHECKED;
void verdict_free(verdict_t *self);

/** The most that an allowed deviation may be of what the curve does. */
extern const double verdict_power;

/** How many runs would bring the allowed deviation down to that; 0: no number would. */
size_t verdict_runs_needed(const verdict_t *self);

/** Standard error of the mean. */
double standard_error(statistics_t statistics);

#endif
