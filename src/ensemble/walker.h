/**
 * The seam between an ensemble and what it repeats: a *walker* makes steps and is measured.
 *
 * Threads, run numbers, pacing, progress, interruption, the rows kept of runs that end early,
 * statistics and quantiles are the ensemble's; what a step is, what is measured and when a run has
 * diverged are the walker's.
 *
 * A *state* is one run on its way. Runs advance in several threads at once, each state in one at a
 * time; the model is shared by all of them and does not change. What a run draws depends on the
 * problem's seed and the run's number alone, so that any ensemble has the same run of that number.
 */
#ifndef SGDLIMIT_ENSEMBLE_WALKER_H
#define SGDLIMIT_ENSEMBLE_WALKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sgdlimit/error.h"

typedef struct walker {
    const char *name;  /* of the way it walks, for the notes; static */
    const void *model; /* prepared once; borrowed */
    size_t quantities; /* numbers of a measurement, at least 1 */
    double cost;       /* rough nanoseconds of a step, to pace a run */
    /* The start of run number `run` along curve number `curve`; *state is to be ended in any case.
     * Errors: SGDL_ERR_MEMORY, or the walker's own. */
    int (*begin)(const void *model, size_t curve, uint64_t run, void **state, sgdl_error_t *error);
    /* Makes this many steps. False: interrupted on the way, in the middle of one maybe; the state
     * is good for nothing but to be ended. */
    bool (*advance)(void *state, uint64_t steps);
    /* Fills row [quantities] after `step` steps in all. False: the run has diverged, and the row is
     * not kept. */
    bool (*measure)(void *state, uint64_t step, double *row);
    void (*end)(void *state); /* NULL is legal */
} walker_t;

#endif
