/**
 * Where the rows of a sweep go as they come: into FILE.part, which an interrupted sweep leaves
 * behind, or to standard output in their order; and in the end the table.
 */
#ifndef SGDLIMIT_CLI_SWEEP_ROWS_H
#define SGDLIMIT_CLI_SWEEP_ROWS_H

#include "sgdlimit/sweep.h"
#include "src/cli/destination.h"
#include "src/table/journal.h"

/** What becomes of the finished points of an earlier sweep. */
typedef enum sweep_beginning {
    SWEEP_ANEW,   /* there must be none */
    SWEEP_RESUME, /* they are kept */
    SWEEP_RESTART /* they are thrown away */
} sweep_beginning_t;

typedef struct sweep_rows {
    sgdl_sweep_t *sweep;              /* borrowed */
    const destination_t *destination; /* borrowed */
    char *part;                       /* FILE.part, owned; NULL: there is none */
    journal_t journal;
    bool prints;    /* tsv or csv to standard output */
    char separator; /* of what is printed */
    size_t next;    /* the next point to be printed */
} sweep_rows_t;

/** Takes finished points over into the sweep of the problem and opens what rows go to. To be freed
 * in any case. Errors: SGDL_ERR_INPUT (FILE or FILE.part is not what it should be; both are as they
 * were), SGDL_ERR_OUTPUT, SGDL_ERR_MEMORY. */
int sweep_rows_begin(sweep_rows_t *self, sgdl_sweep_t *sweep, const sgdl_problem_t *problem,
                     const destination_t *destination, sweep_beginning_t beginning,
                     sgdl_error_t *error) SGDL_CHECKED;

/** A point is done; `context` is self, to be called by one thread at a time.
 * Errors: SGDL_ERR_OUTPUT. */
int sweep_rows_take(void *context, size_t point, sgdl_error_t *error) SGDL_CHECKED;

/** The end of a sweep with this outcome: the table is written where it belongs. Says in `error`, if
 * it is that of a sweep that ended early, what is kept. Returns the outcome, or why the table could
 * not be written. */
int sweep_rows_end(sweep_rows_t *self, int outcome, sgdl_error_t *error) SGDL_CHECKED;

void sweep_rows_free(sweep_rows_t *self);

#endif
