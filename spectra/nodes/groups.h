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
    /* Both NULL where every direction is a group of its own. */
} groups_t;

/** Groups are numbered by their first direction. Errors: SGDL_ERR_MEMORY. */
int groups_init(groups_t *self, const sgdl_directions_t *directions,
                sgdl_error_t *error) SGDL_CHECKED;

/** A group for every direction. */
groups_t groups_single(const sgdl_directions_t *directions);
void groups_free(groups_t *self);

static inline size_t groups_start(const groups_t *self, size_t g)
{
    return self->start ? self->start[g] : g;
}

static inline size_t groups_member(const groups_t *self, size_t n)
{
    return self->order ? self->order[n] : n;
}

#endif
