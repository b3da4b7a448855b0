/**
 * Rows of classes: what an estimate writes to rows.npy, an array [n*(1 + d)] of the number of a
 * row's class, from 1, and its d features.
 */
#ifndef SGDLIMIT_DATA_ROWS_H
#define SGDLIMIT_DATA_ROWS_H

#include <stddef.h>

#include "sgdlimit/error.h"

/** All-zero is empty. */
typedef struct data_rows {
    size_t count, dimension;
    double *value; /* [count*dimension] by rows, owned */
    size_t *of;    /* [count] classes from 0, owned */
} data_rows_t;

/** What the rows must be of. */
typedef struct data_rows_of {
    size_t classes, dimension;
    double memory; /* bytes that they may take; 0: no bound */
} data_rows_of_t;

/** To be freed in any case. Errors: SGDL_ERR_INPUT, SGDL_ERR_MEMORY. */
int data_rows_read(data_rows_t *self, const char *path, const data_rows_of_t *of,
                   sgdl_error_t *error) SGDL_CHECKED;
void data_rows_free(data_rows_t *self);

#endif
