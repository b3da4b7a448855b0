/**
 * Arrays of numbers in NumPy's format .npy: one or two axes, real numbers.
 *
 * Read are versions 1 to 3 of the format, either byte order, C and Fortran order, and elements of
 * double, single and half precision, integers and booleans, each as a double. What is written is
 * version 1 in doubles of the lower byte first. Whether numbers are finite is for their readers to
 * ask.
 */
#ifndef SGDLIMIT_BASE_NPY_H
#define SGDLIMIT_BASE_NPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sgdlimit/error.h"

enum { NPY_AXES = 2 };

typedef struct npy {
    double *value;          /* [shape[0]*shape[1]] by rows; owned */
    size_t axes;            /* 1 or 2 */
    size_t shape[NPY_AXES]; /* shape[1] is 1 where there is one axis */
    bool integers;          /* elements are whole numbers by type */
    uint32_t crc32;         /* of the file's bytes, unless unread */
    bool regular;           /* a file that can be read again */
    int unread;             /* errno if the file could not be read to its end */
} npy_t;

/** Does the name end in .npy? */
bool npy_is_named(const char *path);

/** Reads a whole file. After an error there is no value, but what is said of the file stays, and
 * free is legal. Errors: SGDL_ERR_INPUT, SGDL_ERR_MEMORY. */
int npy_read(npy_t *self, const char *path, sgdl_error_t *error) SGDL_CHECKED;
void npy_free(npy_t *self);

/** Writes value [shape[0]] or, of two axes, [shape[0]*shape[1]] by rows; the file appears whole or
 * not at all. Errors: SGDL_ERR_OUTPUT, SGDL_ERR_MEMORY. */
int npy_write(const char *path, const double *value, size_t axes, const size_t *shape,
              sgdl_error_t *error) SGDL_CHECKED;

#endif
