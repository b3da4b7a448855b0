/**
 * Text files of numbers: one a line, or all on one line. More numbers on several lines are refused,
 * as they may be an index beside a value, two quantities, or a matrix.
 */
#ifndef SGDLIMIT_BASE_NUMBERS_H
#define SGDLIMIT_BASE_NUMBERS_H

#include <stddef.h>

#include "sgdlimit/error.h"

/** A file of more is refused: as many as there may be directions. */
#define NUMBERS_MAX 1e8

typedef struct numbers {
    double *value; /* [count] in reading order */
    size_t count;
} numbers_t;

/** Reads a whole file; numbers below `lower` are refused. `columns` numbers a line are taken too
 * (1: no others). Errors: SGDL_ERR_INPUT with FILE:LINE, SGDL_ERR_MEMORY. */
int numbers_read(numbers_t *self, const char *path, double lower, size_t columns,
                 sgdl_error_t *error) SGDL_CHECKED;
void numbers_free(numbers_t *self);

#endif
