/**
 * Profiles: a function that is known at some places, between which a natural cubic spline (GSL's)
 * goes through. Beyond the last place its last piece goes on.
 */
#ifndef SGDLIMIT_LANDSCAPE_PROFILE_H
#define SGDLIMIT_LANDSCAPE_PROFILE_H

#include <stddef.h>

#include "sgdlimit/error.h"
#include "sgdlimit/spec.h"

enum { PROFILE_LEAST = 8 }; /* places */

typedef struct profile {
    size_t count;    /* places */
    double *x;       /* [count] strictly increasing; owned */
    double *value;   /* [count]; in x's block */
    double *bending; /* [count] second derivatives; in x's block */
} profile_t;

/** Of column `column` > 0 of a table with its rows one after another; x is column 0. To be freed in
 * any case. Errors: SGDL_ERR_MEMORY. */
int profile_init(profile_t *self, const double *table, size_t rows, size_t columns, size_t column,
                 sgdl_error_t *error) SGDL_CHECKED;
void profile_free(profile_t *self);

/** The derivative of an order from 0 at x; above 3 it is 0. */
double profile_slope(const profile_t *self, double x, int order);

/** All x where the derivative vanishes, increasing, into a malloc'd list. Errors: SGDL_ERR_MEMORY.
 */
int profile_zeros(const profile_t *self, double **x, size_t *count,
                  sgdl_error_t *error) SGDL_CHECKED;

/** How many columns the table has that a member's `path` names or lists: of a list 2, unless only 3
 * make x increase. */
size_t profile_columns(const sgdl_setting_t *path);

/** SGDL_ERR_INPUT, with FILE:LINE, where the table of `columns` is none to be interpolated: fewer
 * than PROFILE_LEAST rows, x that does not increase. */
int profile_check(const sgdl_setting_t *path, size_t columns, sgdl_error_t *error) SGDL_CHECKED;

#endif
