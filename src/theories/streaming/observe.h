/**
 * Observables: what a row of a curve holds, read off the state (docs/theory.md, section 5).
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_OBSERVE_H
#define SGDLIMIT_THEORIES_STREAMING_OBSERVE_H

#include "sgdlimit/error.h"
#include "sgdlimit/solve.h"
#include "sgdlimit/table.h"
#include "src/theories/streaming/system.h"
#include "src/theories/streaming/uncertainty.h"

typedef struct observer {
    sgdl_system_t *system; /* borrowed */
    const size_t *shown;   /* [shown_count] classes whose columns are printed, borrowed */
    size_t shown_count;
    bool shows_outputs; /* mean_, var_, cos_, clean_share_ for every class shown */
    bool curve_column;  /* a first column `curve` */
    double curve;       /* its value */
    bool shows_excess;  /* a last column, the risk beyond the reference */
    double reference;
    bool any_clean, any_other;
    double argmax_estimate;    /* largest error estimate of the argmax error so far */
    size_t *all;               /* owned: 0 .. C-1 */
    double *largest;           /* [C] eigenvalue of each class, owned */
    double *derivative;        /* [length] owned */
    double *m_dot, *B_dot;     /* [C*L], [C*pairs], owned */
    double *gradient;          /* [L*k*N] owned: sum_i p_i (G_ia N_i + lambda_i Hbar_ia A_a) */
    double *drift, *shrinkage; /* owned: p_i G_i [L*C], p_i Hbar_i [L*C or pairs*C] */
} observer_t;

/** Most columns of the kind mean_i_a that are printed without being asked for. */
enum { OBSERVER_COLUMNS = 64 };

int observer_init(observer_t *self, sgdl_system_t *system, const sgdl_plan_t *plan,
                  bool curve_column, double curve, sgdl_error_t *error) SGDL_CHECKED;
void observer_free(observer_t *self);

/** Names the columns. */
int observer_columns(const observer_t *self, sgdl_table_t *table, sgdl_error_t *error) SGDL_CHECKED;

/** Fills a row [table's columns] at state y, whose motion is `flow`. Returns the risk; NAN if y is
 * unphysical. */
double observer_row(observer_t *self, double t, const double *y, const flow_t *flow, double *row);

#endif
