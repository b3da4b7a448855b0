/**
 * The answer on all output times, with its own error: passes on finer and finer grids,
 * extrapolated (ladder.h); of sampled passes the mean over independent replicates.
 *
 * Replicate r of a sampled pass is a row's columns on extrapolated passes of its own paths; the
 * printed numbers are means over replicates, their standard errors from the spread. Grids get
 * finer until leaving the coarsest one out moves no risk by more than the accuracy; replicates and
 * paths more, until no standard error is above it. What would take too long is not begun.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_OUTCOME_H
#define SGDLIMIT_THEORIES_FIXED_DATA_OUTCOME_H

#include "src/theories/fixed_data/columns.h"
#include "src/theories/fixed_data/pass.h"

typedef struct outcome {
    timeline_t timeline;   /* of the finest grid: t, epoch, flow, rate of rows; owned */
    size_t rows;           /* done */
    size_t columns;        /* of a row: columns.h */
    double *value;         /* [rows*columns] owned */
    double *risk_se;       /* [rows] standard error, 0 of exact recursions; NAN of one replicate */
    double *train_risk_se; /* likewise; both behind the values */
    double accuracy;       /* asked for */
    size_t replicates, paths; /* 0 of exact recursions */
    size_t grids;             /* that were extrapolated from; 1 where steps are the method's own */
    double se;                /* largest relative one of risk and train_risk */
    double grid_error;        /* likewise, as far as noise lets it be seen; NAN: unknown, of one
                                 grid that there should be more of */
    bool is_met;              /* both are within the accuracy */
    double cost;              /* multiply-adds of all passes, about */
    double residual;          /* the median over replicates of their largest, in standard errors */
} outcome_t;

/** Instead of what the plan says. */
typedef struct outcome_effort {
    double accuracy;
    double budget; /* multiply-adds of what is begun beyond the first passes */
} outcome_effort_t;

/** Curve number `curve`. Rows done before it ended early are there, and counted in `rows`. free is
 * legal after an error. Errors: those of passes; SGDL_ERR_INPUT beyond plan->memory. */
int outcome_init(outcome_t *self, const setup_t *setup, const columns_t *columns, size_t curve,
                 sgdl_error_t *error) SGDL_CHECKED;
int outcome_init_within(outcome_t *self, const setup_t *setup, const columns_t *columns,
                        size_t curve, const outcome_effort_t *effort,
                        sgdl_error_t *error) SGDL_CHECKED;
void outcome_free(outcome_t *self);

/** Relative, of risk and train_risk in every row, without one that is stated: of recursions that
 * are exact, and of those that sample. */
extern const double outcome_accuracy_exact, outcome_accuracy_sampled;

/** The setup of all curves: with nodes that the accuracy of the plan, and how far X moves up to
 * the last output time, ask for. Errors: those of setup_init. */
int outcome_setup(setup_t *setup, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                  sgdl_error_t *error) SGDL_CHECKED;

/** No eigenvalue of the loss's Hessian on the samples, the ridge included, is larger. */
double outcome_stiffness(const setup_t *setup);

#endif
