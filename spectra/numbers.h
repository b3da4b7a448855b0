/** Text files of numbers, with their layout. */
#ifndef SPECTRA_NUMBERS_H
#define SPECTRA_NUMBERS_H

#include <stddef.h>

#include "sgdlimit/error.h"

typedef struct numbers {
    double *value; /* [count] in reading order */
    size_t count;
    size_t lines;   /* lines that hold numbers */
    size_t columns; /* numbers on each of them, 0 if the lines differ */
} numbers_t;

/** Reads a whole file; numbers below `lower` are refused. Errors: SGDL_ERR_INPUT with FILE:LINE,
 * SGDL_ERR_MEMORY. */
int numbers_read(numbers_t *self, const char *path, double lower, sgdl_error_t *error) SGDL_CHECKED;
void numbers_free(numbers_t *self);

#endif
