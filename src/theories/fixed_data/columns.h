/**
 * What is printed of a row: the columns of `solve` behind t epoch flow and in front of the errors.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_COLUMNS_H
#define SGDLIMIT_THEORIES_FIXED_DATA_COLUMNS_H

#include "src/curve/emit.h"
#include "src/theories/fixed_data/layout.h"

/* The columns that all problems have; those of classes and of the signal are behind them. */
enum {
    OBSERVED_RISK,
    OBSERVED_ERROR,
    OBSERVED_TRAIN_RISK,
    OBSERVED_TRAIN_ERROR,
    OBSERVED_GAP,
    OBSERVED_RATE,
    OBSERVED_NORM2,
    OBSERVED_COMMON
};

/* Most columns of the kind mean_i_a that are printed without being asked for. */
enum { COLUMNS_OF_OUTPUTS = 64 };

typedef struct columns {
    const setup_t *setup;
    layout_t layout;
    const size_t *shown; /* [shown_count] classes whose columns are given; NULL: all C of them */
    size_t shown_count;
    bool shows_outputs; /* means, variances and cosines of every class shown */
    size_t count;
} columns_t;

/** Borrows the setup, owns nothing. */
columns_t columns_of(const setup_t *setup);

/** Their names, in order. Errors: SGDL_ERR_MEMORY. */
int columns_quantities(const columns_t *self, emit_list_t *list, sgdl_error_t *error) SGDL_CHECKED;

/** From a row (layout.h) and the learning rate there to the columns [count]. */
void columns_see(const columns_t *self, const double *row, double rate, double *value);

/** Whether a row's risk takes integrals in several dimensions: of one mean row with its slopes,
 * rather than of many. */
bool columns_integrate(const columns_t *self);

/** The same, and by how much the risk changes, to first order, with the numbers of the row: slope
 * [layout.width]. Where columns_integrate. */
void columns_see_slope(const columns_t *self, const double *row, double rate, double *value,
                       double *slope);

#endif
