/**
 * The answer on all output times, with its own error: passes on finer and finer grids,
 * extrapolated; of sampled passes the mean over independent replicates.
 *
 * Replicate r of a sampled pass is a row's columns on extrapolated passes of its own paths; the
 * printed numbers are means over replicates, their standard errors from the spread.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_OUTCOME_H
#define SGDLIMIT_THEORIES_FIXED_DATA_OUTCOME_H

#include "src/theories/fixed_data/columns.h"
#include "src/theories/fixed_data/pass.h"

typedef struct outcome {
    size_t rows;     /* done */
    size_t columns;  /* of a row: columns.h */
    double *value;   /* [rows*columns] */
    double *risk_se; /* [rows] standard error, 0 of exact recursions */
    double *train_risk_se;
    size_t replicates, paths; /* 0 of exact recursions */
    size_t steps;             /* of the finest grid */
    double cell;              /* of it; 0 where steps are the method's own */
    double grid_error;        /* largest relative one over risk and train_risk; 0 likewise */
    bool is_met;              /* errors are within plan->accuracy */
    double residual;          /* the largest of all passes */
} outcome_t;

/** Curve number `curve`. Rows done before it ended early are there, and counted in `rows`. Errors:
 * those of passes; SGDL_ERR_INPUT beyond plan->memory. */
int outcome_init(outcome_t *self, const setup_t *setup, const columns_t *columns, size_t curve,
                 sgdl_error_t *error) SGDL_CHECKED;
void outcome_free(outcome_t *self);

#endif
