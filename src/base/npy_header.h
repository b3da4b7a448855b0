/** What the header of a .npy file says of its elements: a literal of Python such as
 * {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), } */
#ifndef SGDLIMIT_BASE_NPY_HEADER_H
#define SGDLIMIT_BASE_NPY_HEADER_H

#include "src/base/npy.h"

typedef struct npy_header {
    char kind;      /* of an element: f(loat), i(nteger), u(nsigned), b(oolean) */
    size_t size;    /* its bytes */
    bool big;       /* the highest of them first */
    bool by_column; /* the first index runs fastest */
    size_t axes;
    size_t shape[NPY_AXES]; /* shape[1] is 1 where there is one axis */
} npy_header_t;

/** Reads the literal. Errors: SGDL_ERR_INPUT with `path`. */
int npy_header_read(npy_header_t *self, const char *text, const char *path,
                    sgdl_error_t *error) SGDL_CHECKED;

/** The number that an element's bytes stand for. */
double npy_element(const npy_header_t *self, const unsigned char *bytes);

#endif
