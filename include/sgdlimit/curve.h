/**
 * Curves: what a computation hands out, named quantities with units and captions, row by row.
 *
 * A computation knows no tables. It gives its quantities to a *sink*; the sink may be a curve in
 * memory (this module), a table (table.h), or a function of the caller's own.
 */
#ifndef SGDLIMIT_CURVE_H
#define SGDLIMIT_CURVE_H

#include <stdbool.h>
#include <stddef.h>

#include "sgdlimit/error.h"
#include "sgdlimit/table.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A named quantity; one column. Texts are borrowed and need not outlive the call that hands them
 * out. */
typedef struct sgdl_quantity {
    const char *name;    /* e.g. "risk_1" */
    const char *unit;    /* e.g. "steps/d"; "1" for a pure number */
    const char *caption; /* e.g. "risk of class 1" */
} sgdl_quantity_t;

/** What the rows of a block have in common. */
typedef struct sgdl_block {
    size_t curve; /* number of the learning rate, from 0, whose curve or part of a curve this is */
    size_t runs;  /* behind its means; 0: they are no means of an ensemble */
} sgdl_block_t;

/** Where a computation puts what it finds. All functions return SGDL_OK or a negative status, which
 * ends the computation with it; a NULL one is not wanted, and of a NULL sink none is. */
typedef struct sgdl_sink {
    void *context; /* borrowed, handed to all of them */
    /* Once, before the first row: what the columns are. */
    int (*quantities)(void *context, const sgdl_quantity_t *quantity, size_t count,
                      sgdl_error_t *error);
    /* A new block begins: one curve of several. Rows before the first call are a block of their
     * own, all-zero. */
    int (*block)(void *context, const sgdl_block_t *block, sgdl_error_t *error);
    /* One row. value [count], NAN where undefined. */
    int (*row)(void *context, const double *value, sgdl_error_t *error);
    /* Words about the whole, or about a curve: solver statistics, warnings. May come before,
     * between and after rows; a later one with the same key replaces the earlier. */
    int (*note)(void *context, const char *key, const char *text, sgdl_error_t *error);
} sgdl_sink_t;

/** The sink that fills an empty table: quantities become columns, notes comments. It borrows the
 * table. What the table is of is for the caller to say: see sgdl_provenance. Errors:
 * SGDL_ERR_MEMORY, SGDL_ERR_INPUT for a table that has columns. */
sgdl_sink_t sgdl_table_sink(sgdl_table_t *table);

/** A curve in memory. */
typedef struct sgdl_curve sgdl_curve_t;

/** An empty one, owned by the caller; NULL without memory. */
sgdl_curve_t *sgdl_curve_new(void);
void sgdl_curve_free(sgdl_curve_t *self); /* NULL is legal */

/** The sink that fills it, an empty one, by one computation; valid as long as it is. Errors:
 * SGDL_ERR_MEMORY, SGDL_ERR_INPUT for a curve that holds quantities. */
sgdl_sink_t sgdl_curve_sink(sgdl_curve_t *self);

size_t sgdl_curve_rows(const sgdl_curve_t *self);
size_t sgdl_curve_quantities(const sgdl_curve_t *self);
/** Quantity number `index` < sgdl_curve_quantities; texts are borrowed from the curve. */
sgdl_quantity_t sgdl_curve_quantity(const sgdl_curve_t *self, size_t index);
/** All values of a quantity [rows], all blocks one after another; borrowed from the curve and valid
 * until it is added to. NULL if there is none of that name. */
const double *sgdl_curve_column(const sgdl_curve_t *self, const char *name);
size_t sgdl_curve_blocks(const sgdl_curve_t *self);
/** The first row of block `index` < blocks, and the one behind its last. */
size_t sgdl_curve_block(const sgdl_curve_t *self, size_t index);
size_t sgdl_curve_block_end(const sgdl_curve_t *self, size_t index);
/** What its rows have in common. */
sgdl_block_t sgdl_curve_block_of(const sgdl_curve_t *self, size_t index);
/** The text of a note, or NULL. */
const char *sgdl_curve_note(const sgdl_curve_t *self, const char *key);

#ifdef __cplusplus
}
#endif
#endif
