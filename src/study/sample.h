/**
 * What was simulated, as far as it is compared: statistics over runs of the theory's compared
 * quantities, on one list of times that all curves begin with.
 */
#ifndef SGDLIMIT_STUDY_SAMPLE_H
#define SGDLIMIT_STUDY_SAMPLE_H

#include "sgdlimit/table.h"
#include "src/ensemble/statistics.h"
#include "src/theories/theory.h"

/** To be freed in any case; all-zero is empty. */
typedef struct sample {
    const char *const *name; /* [compared] of the quantities, borrowed from the theory */
    size_t compared;
    size_t curves, points;
    double dimension;    /* d of the runs */
    double *t;           /* [points] increasing */
    size_t *rows;        /* [curves] how many of the times the curve has */
    statistics_t *value; /* [curves*points*compared] */
    bool complete;       /* no runs or rows are missing */
} sample_t;

/** Simulates at the plan's times. Notes on the runs are handed on to `sink`, if it is not NULL. An
 * ensemble that ends early (SGDL_ERR_INTERRUPTED, SGDL_ERR_DIVERGED) leaves what there is of it: a
 * sample without curves if that is nothing. Errors: as sgdl_simulate. */
int sample_of_ensemble(sample_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                       const sgdl_sink_t *sink, sgdl_error_t *error) SGDL_CHECKED;

/** From a table of simulate (or compare) by that theory: a block a curve, the columns t, NAME_mean,
 * NAME_sd, the comment `runs`. Errors: SGDL_ERR_INPUT, SGDL_ERR_MEMORY. */
int sample_of_table(sample_t *self, const theory_t *theory, const sgdl_table_t *table,
                    double dimension, sgdl_error_t *error) SGDL_CHECKED;

/** Notes what such a table says of its runs. Errors: the sink's. */
int sample_note_table(const sgdl_table_t *table, const sgdl_sink_t *sink,
                      sgdl_error_t *error) SGDL_CHECKED;

void sample_free(sample_t *self);

/** The plan looks where the sample does; it borrows the times. */
void sample_set_times(const sample_t *self, sgdl_plan_t *plan);

/** Statistics of a quantity in a row of a curve. */
static inline statistics_t *sample_at(const sample_t *self, size_t curve, size_t row, size_t v)
{
    return &self->value[(curve * self->points + row) * self->compared + v];
}

#endif
