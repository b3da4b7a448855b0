/**
 * Sweeps: a grid over one or two keys of a problem, a phase diagram.
 */
#ifndef SGDLIMIT_SWEEP_H
#define SGDLIMIT_SWEEP_H

#include <stdbool.h>
#include <stddef.h>

#include "sgdlimit/error.h"
#include "sgdlimit/plan.h"
#include "sgdlimit/problem.h"
#include "sgdlimit/table.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SGDL_SWEEP_AXES = 2 };

/** Values of a key: `count` numbers from `from` to `to`, evenly spaced or evenly in their logs. */
typedef struct sgdl_axis {
    const char *key; /* see sgdl_problem_set; borrowed */
    double from, to;
    size_t count;
    bool log;
    bool whole; /* the key takes whole numbers; noted by sgdl_sweep_init */
} sgdl_axis_t;

/** "KEY=from:to:count" or "KEY=from:to:count:log". *key is a copy of the key that the axis borrows,
 * owned by the caller. Errors: SGDL_ERR_INPUT, SGDL_ERR_MEMORY. */
int sgdl_axis_parse(sgdl_axis_t *self, const char *text, char **key,
                    sgdl_error_t *error) SGDL_CHECKED;

/** Value number `index` < count. On a whole axis rounding errors are taken off. */
double sgdl_axis_value(const sgdl_axis_t *self, size_t index);

/**
 * A grid of points in one or two keys, the last axis running fastest. A point is integrated to the
 * problem's time, and its limit found; what fails is a row with nan and its reason. The rows do not
 * depend on the order in which they are computed, nor on who computes them.
 */
typedef struct sgdl_sweep sgdl_sweep_t;

/** An empty one, owned by the caller. NULL if memory runs out, which sgdl_sweep_init says. */
sgdl_sweep_t *sgdl_sweep_new(void);
void sgdl_sweep_free(sgdl_sweep_t *self); /* NULL is legal */

/** What a sweep goes over. */
typedef struct sgdl_grid {
    const sgdl_axis_t *axis; /* [axes], copied; their keys must outlive the sweep */
    size_t axes;             /* 1 or 2 */
    bool timings;            /* a last column with the seconds that a point took */
    double memory;           /* bytes that the rows may take; 0: no bound */
    double accuracy, cell;   /* of every point: accuracy, paths and grid of sgdl_plan_t */
    size_t paths;
    bool no_error; /* as in sgdl_plan_t */
} sgdl_grid_t;

/** States the empty sweep from a problem, of which it keeps a copy; its output times do not matter.
 * One learning rate. Errors: SGDL_ERR_INPUT (also a key that the problem does not have or that
 * changes nothing, a grid that is not whole where the key is, that leaves the range of a key of the
 * problem itself, or of which no point is a problem), SGDL_ERR_MEMORY. */
int sgdl_sweep_init(sgdl_sweep_t *self, const sgdl_problem_t *problem, const sgdl_grid_t *grid,
                    sgdl_error_t *error) SGDL_CHECKED;

size_t sgdl_sweep_points(const sgdl_sweep_t *self);
size_t sgdl_sweep_columns(const sgdl_sweep_t *self);
/** The row [columns] of point number `point` < points; NULL if it is not done. Borrowed. */
const double *sgdl_sweep_row(const sgdl_sweep_t *self, size_t point);
/** Why a point failed; NULL if it did not. Borrowed. */
const char *sgdl_sweep_reason(const sgdl_sweep_t *self, size_t point);

/** Takes over the rows of an earlier, maybe unfinished table of the same sweep.
 * Errors: SGDL_ERR_INPUT (another sweep, or rows that are not what was written: a checksum tells;
 * `name` is the place), SGDL_ERR_MEMORY. */
int sgdl_sweep_restore(sgdl_sweep_t *self, const sgdl_table_t *table, const char *name,
                       sgdl_error_t *error) SGDL_CHECKED;

/** Takes over one row [columns] that was computed earlier, with the reason of a failure (NULL, "":
 * none). Errors: SGDL_ERR_INPUT (its point and values are not those of the grid),
 * SGDL_ERR_MEMORY. */
int sgdl_sweep_take(sgdl_sweep_t *self, const double *row, const char *reason,
                    sgdl_error_t *error) SGDL_CHECKED;

typedef struct sgdl_sweep_options {
    size_t threads; /* 0: as many as there are processors; with several ranks, 1 in each */
    /* Called by one thread at a time after each point; not 0 ends the sweep with that status. */
    int (*row)(void *context, size_t point, sgdl_error_t *error);
    void *row_context;
    double memory;      /* bytes that each point may take; 0: as many as the rows */
    sgdl_watch_t watch; /* t is NAN */
} sgdl_sweep_options_t;

/** Computes the points that are not done. Under MPI every rank calls it with the same sweep; rank 0
 * hands out the points and receives all rows. Errors: SGDL_ERR_INTERRUPTED, SGDL_ERR_MEMORY, those
 * of `row`. */
int sgdl_sweep_run(sgdl_sweep_t *self, const sgdl_sweep_options_t *options,
                   sgdl_error_t *error) SGDL_CHECKED;

/** How many of the points that are done have failed; *first (may be NULL) is the first of them. */
size_t sgdl_sweep_failed(const sgdl_sweep_t *self, size_t *first);

/** The comments and columns alone, to an empty table. Errors: SGDL_ERR_MEMORY. */
int sgdl_sweep_header(const sgdl_sweep_t *self, sgdl_table_t *table,
                      sgdl_error_t *error) SGDL_CHECKED;

/** Header and all rows that are done, to an empty table. Errors: SGDL_ERR_MEMORY. */
int sgdl_sweep_table(const sgdl_sweep_t *self, sgdl_table_t *table,
                     sgdl_error_t *error) SGDL_CHECKED;

#ifdef __cplusplus
}
#endif
#endif
