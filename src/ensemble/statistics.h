/** What is told of a sample: mean, spread, quantiles. */
#ifndef SGDLIMIT_ENSEMBLE_STATISTICS_H
#define SGDLIMIT_ENSEMBLE_STATISTICS_H

#include <stddef.h>

#include "src/curve/emit.h"

/** sd has n - 1 in its denominator: NAN for one run. */
typedef struct statistics {
    double mean, sd, q10, q90;
    size_t runs;
} statistics_t;

/** Mean, sd and quantiles of type 7 of a sample [count >= 1], which is sorted. All NAN if one of
 * the numbers is. */
statistics_t statistics_of(double *sample, size_t count);

/** Adds the quantities NAME_mean NAME_sd NAME_q10 NAME_q90. Errors: SGDL_ERR_MEMORY. */
int statistics_quantities(emit_list_t *list, const char *name, sgdl_error_t *error) SGDL_CHECKED;

/** Writes these four numbers; returns where the next ones go. */
double *statistics_put(double *next, statistics_t self);

#endif
