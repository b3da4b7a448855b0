/**
 * What is read off a run at an output time: the quantities that ensembles average.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_WALKERS_READOUT_H
#define SGDLIMIT_THEORIES_STREAMING_WALKERS_READOUT_H

#include "sgdlimit/simulate.h"
#include "src/theories/streaming/walkers/kernel.h"
#include "src/theories/streaming/walkers/rate.h"

/** The first quantities of every row, before mean_i and var_i. */
enum { READOUT_RISK, READOUT_ERROR, READOUT_RATE, READOUT_NORM2, READOUT_FIRST_CLASS };

/** Behind those of the classes with a teacher: overlap and cosine of X and X*. */
enum { READOUT_SIGNAL_QUANTITIES = 2 };

/** And behind those with rows of a file: risk_rows and error_rows, which the kernel knows. */
enum { READOUT_ROWS_QUANTITIES = 2 };

/** Most quantities of the kind mean_i_a that are printed without being asked for. */
enum { READOUT_CLASS_QUANTITIES = 64 };

typedef struct readout {
    const experiment_t *experiment; /* borrowed */
    const size_t *shown;            /* NULL: all classes, borrowed */
    size_t shown_count;             /* 0: no quantities of classes */
    size_t signal;                  /* where those of the signal begin */
    bool has_rows;                  /* samples are a file's: risk and error on those held out */
    size_t rows;                    /* where these begin */
    size_t count;                   /* quantities of a row */
} readout_t;

readout_t readout_choose(const experiment_t *experiment, const size_t *shown, size_t shown_count);

enum { READOUT_NAME_SIZE = 64 };

/** The name of quantity q < count. */
void readout_name(const readout_t *self, size_t q, char name[READOUT_NAME_SIZE]);

/** Fills a row [count], read off after `step` steps at that rate. */
void readout_row(const readout_t *self, const moments_t *moments, rate_t *rate, uint64_t step,
                 double *row);

#endif
