/**
 * Rows of a file as the samples of a run: each run streams them once, in an order of its own.
 *
 * The last part of a run's order is held out: never streamed, it says what the loss and the share
 * of wrong decisions are on rows that the run has not seen.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_WALKERS_ROWS_H
#define SGDLIMIT_THEORIES_STREAMING_WALKERS_ROWS_H

#include "src/data/rows.h"
#include "src/theories/streaming/walkers/experiment.h"

/** What all runs share. All-zero: samples are drawn. */
typedef struct row_list {
    const experiment_t *experiment; /* borrowed */
    data_rows_t data;               /* in the directions of the kernel */
    size_t held_out;                /* rows that each run keeps for a test; 0: tested on all */
} row_list_t;

/** The rows of plan.rows; nothing without. basis [d*d] has the directions of the kernel in its
 * rows, NULL: the file's own. free is legal after an error. Errors: SGDL_ERR_INPUT, also where the
 * horizon takes more rows than there are, SGDL_ERR_MEMORY. */
int row_list_init(row_list_t *self, const experiment_t *experiment, const double *basis,
                  sgdl_error_t *error) SGDL_CHECKED;
void row_list_free(row_list_t *self);

static inline bool row_list_is_there(const row_list_t *self) { return self->data.count > 0; }

/** One run's order of them. All-zero is empty. */
typedef struct row_order {
    const row_list_t *rows; /* borrowed */
    size_t *place;          /* [count] owned */
    size_t next;
    double *r; /* [L] scratch, owned */
} row_order_t;

/** Nothing where samples are drawn. Errors: SGDL_ERR_MEMORY; free is legal after it. */
int row_order_init(row_order_t *self, const row_list_t *rows, uint64_t run);
void row_order_free(row_order_t *self);

/** The next row [d], and its class. */
const double *row_order_next(row_order_t *self, size_t *class_index);

/** The mean loss and the share of wrong decisions (of ties their share) on the rows held out, or on
 * all. Column l of X [d] begins at x + l*stride. */
void row_order_test(row_order_t *self, const double *x, size_t stride, const double *bias,
                    double *risk, double *error);

#endif
