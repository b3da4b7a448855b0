/**
 * How far sums over a rule are from the sums over the nodes that it stands for.
 *
 * Compared are the sums of w f, w lambda_i f and w (v.nu)^2 f with f = 1/(1 + (lambda_bar t)^2),
 * which on the scale of log t is as hard to integrate as the decay that the equations produce: at t
 * = 0 and at one t a decade up to the reach. v runs through the mean coordinates one by one and all
 * together. Differences count relative to the sum over all nodes. The square of a signal's
 * coordinate counts times lambda_bar: its norm may lie in the last few directions.
 */
#ifndef SGDLIMIT_SPECTRA_COMPRESS_COMPRESS_ESTIMATE_H
#define SGDLIMIT_SPECTRA_COMPRESS_COMPRESS_ESTIMATE_H

#include <stddef.h>

#include "sgdlimit/error.h"

enum { ESTIMATE_TIMES = 64, ESTIMATE_BLOCK = 256, ESTIMATE_MOST = 4 };

/** Which sums there are, and what they came to. */
typedef struct estimate {
    size_t classes, columns;     /* of which sums are taken, ESTIMATE_MOST at most */
    double scale[ESTIMATE_MOST]; /* makes the columns alike where they are taken together */
    size_t signal;               /* the column that is one; SIZE_MAX: none */
    size_t quantities;
    size_t times;
    double t[ESTIMATE_TIMES];
    size_t first, last; /* times in use, beside t[0] = 0 */
    double *error;      /* [times*quantities] */
    double *total;      /* [times*quantities] */
} estimate_t;

typedef struct estimate_range {
    double lowest, highest; /* lambda_bar, the smallest positive one and the largest */
    double reach;           /* the largest time that is of interest */
    size_t signal;          /* as below */
} estimate_range_t;

/** norm2 [columns]: sums of the squares of the mean coordinates, as they count. Errors:
 * SGDL_ERR_MEMORY. */
int estimate_init(estimate_t *self, size_t classes, size_t columns, const double *norm2,
                  const estimate_range_t *range, sgdl_error_t *error) SGDL_CHECKED;
void estimate_free(estimate_t *self);

/** Makes the times in use those at which rows with rates from low to high count. */
void estimate_begin(estimate_t *self, double low, double high);

/** Sums over rows; several may be under way at once. */
typedef struct estimate_sums {
    const estimate_t *estimate; /* borrowed */
    size_t filled;              /* rows waiting */
    double rate[ESTIMATE_BLOCK];
    double *quantity; /* [quantities*ESTIMATE_BLOCK] */
    double *sum;      /* [times*quantities] */
} estimate_sums_t;

/** Zero sums. Errors: SGDL_ERR_MEMORY. */
int estimate_sums_init(estimate_sums_t *self, const estimate_t *estimate,
                       sgdl_error_t *error) SGDL_CHECKED;
void estimate_sums_free(estimate_sums_t *self);

/** Adds a row, times +1 or -1: eigenvalues [C], and vector = sqrt(w) (1, mean coordinates). */
void estimate_row(estimate_sums_t *self, double sign, double rate, const double *eigenvalue,
                  const double *vector);

/** Many rows, each quantity in a row of its own. */
typedef struct estimate_rows {
    size_t count, stride;
    const double *rate;       /* [count] */
    const double *eigenvalue; /* of class i at + i*stride */
    const double *vector;     /* entry a at + a*stride */
} estimate_rows_t;

/** Adds them, times +1. */
void estimate_rows(estimate_sums_t *self, const estimate_rows_t *rows);

/** Takes the sums [times*quantities] out, and begins anew. */
void estimate_take(estimate_sums_t *self, double *sum);

/** Files sums as differences, or as totals. */
void estimate_end_difference(estimate_t *self, const double *sum);
void estimate_end_total(estimate_t *self, const double *sum);

/** The largest relative error. */
double estimate_error(const estimate_t *self);

#endif
