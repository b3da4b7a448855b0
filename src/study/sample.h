/**
 * What was simulated, as far as it is compared: statistics over runs of the theory's compared
 * quantities. Curves whose steps are of one length in t share one list of times, which all of them
 * begin with; others have times of their own.
 */
#ifndef SGDLIMIT_STUDY_SAMPLE_H
#define SGDLIMIT_STUDY_SAMPLE_H

#include "sgdlimit/table.h"
#include "src/ensemble/statistics.h"
#include "src/theories/theory.h"

/** To be freed in any case; all-zero is empty. */
typedef struct sample {
    const char *name[COMPARED_MOST]; /* [compared] of the quantities, borrowed from the theory */
    size_t compared;
    size_t curves, points;
    double dimension; /* d of the runs; of a theory without one infinite */
    bool shared;      /* one list of times */
    double *t;        /* [curves*points] of each curve, increasing as far as it has rows */
    double *times;    /* [all] all of them, each once, increasing */
    size_t all;
    size_t *rows;        /* [curves] how many of the times the curve has */
    statistics_t *value; /* [curves*points*compared] */
    bool complete;       /* no runs or rows are missing */
} sample_t;

/** Simulates at the plan's times. Notes on the runs are handed on to `sink`, if it is not NULL. An
 * ensemble that ends early (SGDL_ERR_INTERRUPTED, SGDL_ERR_DIVERGED) leaves what there is of it: a
 * sample without curves if that is nothing. Errors: as sgdl_simulate. */
int sample_of_ensemble(sample_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                       const sgdl_sink_t *sink, sgdl_error_t *error) SGDL_CHECKED;

/** From a table of simulate (or compare) of such a problem: a block a curve, the columns t,
 * NAME_mean, NAME_sd, the comment `runs`. Errors: SGDL_ERR_INPUT, SGDL_ERR_MEMORY. */
int sample_of_table(sample_t *self, const sgdl_problem_t *problem, const sgdl_table_t *table,
                    double dimension, sgdl_error_t *error) SGDL_CHECKED;

/** Notes what such a table says of its runs. Errors: the sink's. */
int sample_note_table(const sgdl_table_t *table, const sgdl_sink_t *sink,
                      sgdl_error_t *error) SGDL_CHECKED;

void sample_free(sample_t *self);

/** The plan looks wherever a curve of the sample does; it borrows the times. */
void sample_set_times(const sample_t *self, sgdl_plan_t *plan);

/** When a row of a curve was looked at, and which of all times that is. */
static inline double *sample_time(const sample_t *self, size_t curve, size_t row)
{
    return &self->t[curve * self->points + row];
}
size_t sample_place(const sample_t *self, size_t curve, size_t row);

/** Statistics of a quantity in a row of a curve. */
static inline statistics_t *sample_at(const sample_t *self, size_t curve, size_t row, size_t v)
{
    return &self->value[(curve * self->points + row) * self->compared + v];
}

#endif
