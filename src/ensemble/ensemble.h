/**
 * An ensemble: all runs of a walker along all curves, in threads, and their statistics.
 *
 * Row p of a run is what the walker measures after steps[p] steps, of which a curve may have its
 * own. Rows are the same numbers whatever the number of threads; run r is the same whatever the
 * number of runs.
 *
 * A run that diverges keeps the rows before; one that is interrupted the rows that it has.
 */
#ifndef SGDLIMIT_ENSEMBLE_ENSEMBLE_H
#define SGDLIMIT_ENSEMBLE_ENSEMBLE_H

#include "sgdlimit/curve.h"
#include "sgdlimit/watch.h"
#include "src/ensemble/statistics.h"
#include "src/ensemble/walker.h"

/** What is to be run. */
typedef struct ensemble_plan {
    size_t curves, runs, points; /* runs of each curve, rows of each run; at least 1 */
    const uint64_t *steps;       /* [points] steps made by each row, never falling; borrowed */
    bool apart;                  /* steps are [curves*points], those of each curve */
    size_t threads;              /* 0: as many as there are processors */
    sgdl_watch_t watch;          /* t of the progress is NAN */
} ensemble_plan_t;

typedef enum run_stage { RUN_WAITING, RUN_GOING, RUN_FINISHED, RUN_DIVERGED } run_stage_t;

typedef struct ensemble {
    ensemble_plan_t plan;
    size_t quantities;      /* of a row */
    const walker_t *walker; /* while it runs; borrowed */
    double *value;          /* [curves*runs*points*quantities] */
    size_t *rows;           /* [curves*runs] rows done */
    run_stage_t *stage;     /* [curves*runs] */
    double *sample;         /* [runs] scratch of the statistics */
    double done, total;     /* steps, for the progress */
} ensemble_t;

/** Threads that will work, each on runs of its own. */
size_t ensemble_threads(const ensemble_plan_t *plan);

/** Threads that each run may use for itself, where there are more threads than runs; at least 1. */
size_t ensemble_share(const ensemble_plan_t *plan);

/** Steps made by a row of a curve. */
uint64_t ensemble_steps(const ensemble_plan_t *plan, size_t curve, size_t row);

/** Rough number of doubles that an ensemble and a table of it take. */
double ensemble_numbers(const ensemble_plan_t *plan, size_t quantities);

/** Room for all rows; none is there yet. self is to be freed in any case. Errors: SGDL_ERR_MEMORY.
 */
int ensemble_init(ensemble_t *self, const ensemble_plan_t *plan, size_t quantities,
                  sgdl_error_t *error) SGDL_CHECKED;
void ensemble_free(ensemble_t *self); /* all-zero is legal */

/** Makes all runs of a walker with as many quantities. Errors: SGDL_ERR_INTERRUPTED, and those of
 * the walker's begin: of several, that of the first run in order of curves and runs; no run is
 * begun after one. */
int ensemble_run(ensemble_t *self, const walker_t *walker, sgdl_error_t *error) SGDL_CHECKED;

/** The runs of a curve that count, and the rows that all of these have: normally all of them. Of an
 * interrupted curve the runs that came to their end; if there is none, those under way. */
typedef struct kept {
    size_t runs, rows, diverged;
    bool unfinished; /* nothing but runs under way */
} kept_t;

kept_t ensemble_kept(const ensemble_t *self, size_t curve);

/** Over the runs that count: one quantity in one row of a curve, row < kept.rows. Not for two
 * threads at once. */
statistics_t ensemble_statistics(const ensemble_t *self, size_t curve, size_t row, size_t quantity);

/** Is it one of the runs of a curve that count? */
bool ensemble_counts(const ensemble_t *self, const kept_t *kept, size_t curve, size_t run);

/** Says in notes which runs and rows of a curve are missing; nothing where all are there. Errors:
 * the sink's. */
int ensemble_note_incomplete(const ensemble_t *self, size_t curve, const sgdl_sink_t *sink,
                             sgdl_error_t *error) SGDL_CHECKED;

/** What run `run` of a curve measured in a row that it has [quantities]; borrowed. */
const double *ensemble_row(const ensemble_t *self, size_t curve, size_t run, size_t row);

#endif
