/** Partition of directions into groups of equal eigenvalues. */
#ifndef SGDLIMIT_SPECTRA_NODES_GROUPS_H
#define SGDLIMIT_SPECTRA_NODES_GROUPS_H

#include <stdbool.h>
#include <stddef.h>

#include "sgdlimit/spectra.h"

typedef struct groups {
    size_t count;
    size_t *start; /* [count+1] group g has the members start[g] .. start[g+1]-1 of order */
    size_t *order; /* [d] direction numbers (0-based), increasing within a group */
    bool identity; /* order[n] = n throughout */
} groups_t;

/** Groups are numbered by their first direction. Errors: SGDL_ERR_MEMORY. */
int groups_init(groups_t *self, const sgdl_directions_t *directions,
                sgdl_error_t *error) SGDL_CHECKED;

/** The same with a group for every direction. */
int groups_init_single(groups_t *self, const sgdl_directions_t *directions,
                       sgdl_error_t *error) SGDL_CHECKED;
void groups_free(groups_t *self);

#endif
