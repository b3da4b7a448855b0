/** What is told of a sample: mean, spread, quantiles. */
#ifndef SGDLIMIT_ENSEMBLE_STATISTICS_H
#define SGDLIMIT_ENSEMBLE_STATISTICS_H

#include <stddef.h>

/** sd has n - 1 in its denominator: NAN for one run. */
typedef struct statistics {
    double mean, sd, q10, q90;
    size_t runs;
} statistics_t;

/** Mean, sd and quantiles of type 7 of a sample [count >= 1], which is sorted. All NAN if one of
 * the numbers is. */
statistics_t statistics_of(double *sample, size_t count);

#endif
