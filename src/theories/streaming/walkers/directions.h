/** The table of an ensemble by directions: a block a time, a row a bin. */
#ifndef SGDLIMIT_THEORIES_STREAMING_WALKERS_DIRECTIONS_H
#define SGDLIMIT_THEORIES_STREAMING_WALKERS_DIRECTIONS_H

#include "src/ensemble/ensemble.h"

int directions_table_columns(const ensemble_t *ensemble, sgdl_table_t *table,
                             sgdl_error_t *error) SGDL_CHECKED;

/** The blocks of one curve. scratch [runs]. */
int directions_table_curve(const ensemble_t *ensemble, size_t curve, double *scratch,
                           sgdl_table_t *table, sgdl_error_t *error) SGDL_CHECKED;

#endif
