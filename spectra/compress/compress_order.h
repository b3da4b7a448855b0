/**
 * The order in which nodes are cut into panels.
 *
 * Runs are stretches of nodes whose eigenvalues can be functions of one variable: the same classes
 * vanish on them, classes with few distinct eigenvalues keep one, all are clean or none is, and one
 * class, the key, rises or falls.
 */
#ifndef SGDLIMIT_SPECTRA_COMPRESS_COMPRESS_ORDER_H
#define SGDLIMIT_SPECTRA_COMPRESS_COMPRESS_ORDER_H

#include "sgdlimit/spectra.h"

typedef struct compress_order {
    size_t *index; /* [nodes] the n-th node in this order; NULL: as they come */
    size_t *start; /* [runs+1] run r has the places start[r] .. start[r+1]-1 */
    size_t runs;
} compress_order_t;

/** Errors: SGDL_ERR_MEMORY. */
int compress_order_init(compress_order_t *self, const sgdl_nodes_t *nodes,
                        sgdl_error_t *error) SGDL_CHECKED;
void compress_order_free(compress_order_t *self);

static inline size_t compress_order_at(const compress_order_t *self, size_t place)
{
    return self->index ? self->index[place] : place;
}

#endif
