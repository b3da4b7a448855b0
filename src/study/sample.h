/**
 * What was simulated, as far as it is compared: statistics over runs of the risk and the error, on
 * one list of times that all curves begin with.
 */
#ifndef SGDLIMIT_STUDY_SAMPLE_H
#define SGDLIMIT_STUDY_SAMPLE_H

#include "src/theories/streaming/simulation.h"

/** The quantities that are compared. */
enum { COMPARED = 2 };
extern const char *const compared_names[COMPARED];

/** To be freed in any case; all-zero is empty. */
typedef struct sample {
    size_t curves, points;
    double dimension;    /* d of the runs */
    double *t;           /* [points] increasing */
    size_t *rows;        /* [curves] how many of the times the curve has */
    statistics_t *value; /* [curves*points*COMPARED] */
    bool complete;       /* no runs or rows are missing */
} sample_t;

/** Errors: SGDL_ERR_MEMORY. */
int sample_of_simulation(sample_t *self, const simulation_t *simulation,
                         sgdl_error_t *error) SGDL_CHECKED;

/** From a table of simulate (or compare): a block a curve, the columns t, risk_mean, risk_sd,
 * error_mean, error_sd, the comment `runs`. Errors: SGDL_ERR_INPUT, SGDL_ERR_MEMORY. */
int sample_of_table(sample_t *self, const sgdl_table_t *table, double dimension,
                    sgdl_error_t *error) SGDL_CHECKED;

void sample_free(sample_t *self);

/** The times of the sample become the plan's, which borrows them. */
void sample_set_times(const sample_t *self, sgdl_plan_t *plan);

/** Statistics of a quantity in a row of a curve. */
static inline statistics_t *sample_at(const sample_t *self, size_t curve, size_t row, size_t v)
{
    return &self->value[(curve * self->points + row) * COMPARED + v];
}

#endif
