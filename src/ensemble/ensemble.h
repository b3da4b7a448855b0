/**
 * An ensemble: all runs at all learning rates, in threads, and their statistics.
 */
#ifndef SGDLIMIT_ENSEMBLE_ENSEMBLE_H
#define SGDLIMIT_ENSEMBLE_ENSEMBLE_H

#include "src/theories/streaming/walkers/bins.h"
#include "src/theories/streaming/walkers/readout.h"

typedef enum run_status { RUN_WAITING, RUN_GOING, RUN_FINISHED, RUN_DIVERGED } run_status_t;

typedef struct ensemble {
    const sgdl_simulate_options_t *options; /* borrowed */
    experiment_t experiment;
    const kernel_t *kernel;
    void *model;
    readout_t readout;
    bins_t bins;  /* quantities by direction, behind the readout's; empty without that option */
    size_t width; /* quantities of a row: the readout's and the bins' */
    size_t curves, runs, points;
    size_t threads;
    uint64_t *steps;      /* [points] steps made at each output time */
    double *value;        /* [curves*runs*points*width] */
    size_t *rows;         /* [curves*runs] rows done */
    run_status_t *status; /* [curves*runs] */
    double done, total;   /* steps, for the progress */
} ensemble_t;

/** Prepares; self is to be freed in any case. Errors: see sgdl_simulate. */
int ensemble_init(ensemble_t *self, const sgdl_problem_t *problem,
                  const sgdl_simulate_options_t *options, sgdl_error_t *error) SGDL_CHECKED;
void ensemble_free(ensemble_t *self);

/** Makes all runs. Errors: SGDL_ERR_MEMORY, SGDL_ERR_INTERRUPTED. */
int ensemble_run(ensemble_t *self, sgdl_error_t *error) SGDL_CHECKED;

/** The runs of a curve that count, and the rows that all of these have: normally all of them. Of an
 * interrupted curve the runs that came to their end; if there is none, those under way. */
typedef struct kept {
    size_t runs, rows, diverged;
    bool unfinished; /* nothing but runs under way */
} kept_t;

kept_t ensemble_kept(const ensemble_t *self, size_t curve);

/** Over the runs that count. sd has n - 1 in its denominator: NAN for one run. */
typedef struct statistics {
    double mean, sd, q10, q90;
    size_t runs;
} statistics_t;

/** Statistics of one quantity in one row of a curve, row < kept.rows. scratch [runs]. */
statistics_t ensemble_statistics(const ensemble_t *self, size_t curve, size_t row, size_t quantity,
                                 double *scratch);

/** Mean, sd and quantiles of type 7 of a sample [count], which is sorted. */
statistics_t statistics_of(double *sample, size_t count);

/** The output time of a row as it was met: steps/d. */
double ensemble_time(const ensemble_t *self, size_t row);

#endif
