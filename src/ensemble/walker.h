/**
 * The seam between an ensemble and what it repeats: a *walker* makes steps and is measured.
 *
 * Threads, run numbers, statistics and quantiles are the ensemble's; what a step is and what is
 * measured are the walker's.
 */
#ifndef SGDLIMIT_ENSEMBLE_WALKER_H
#define SGDLIMIT_ENSEMBLE_WALKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sgdlimit/curve.h"
#include "sgdlimit/error.h"

typedef struct walker {
    const char *name;  /* of the kernel, for the notes */
    const void *model; /* prepared once, shared by all runs and threads; borrowed */
    size_t quantities; /* numbers of a measurement */
    double cost;       /* rough nanoseconds of a step, to pace a run */
    /* The start of run number `run` of curve number `curve`; *state is to be ended in any case.
     * Errors: SGDL_ERR_MEMORY. */
    int (*begin)(const void *model, size_t curve, uint64_t run, void **state, sgdl_error_t *error);
    /* Makes this many steps. False: interrupted on the way; the state is lost. */
    bool (*advance)(void *state, uint64_t steps);
    /* Fills row [quantities] after `step` steps in all. False: the run has diverged. */
    bool (*measure)(void *state, uint64_t step, double *row);
    void (*end)(void *state);
} walker_t;

#endif
