/**
 * The interval (0, 1] of u, cut wherever a profile is not smooth, a mean begins or ends, or the
 * mixture turns clean.
 */
#ifndef SGDLIMIT_SPECTRA_NODES_SEGMENTS_H
#define SGDLIMIT_SPECTRA_NODES_SEGMENTS_H

#include "spectra/families/profile.h"

typedef struct segment {
    position_t low, high;
    position_t inside; /* some place between them */
    bool constant;     /* all covariances are */
    /* Where profiles are singular (see family_break_t), at this segment's ends or elsewhere:
     * quadrature feels those near an end as well. */
    const double *singular; /* [singulars] increasing in u, borrowed from the segments */
    size_t singulars;
    size_t singular_below; /* so many of them are at the low end or below; the others are at the
                              high end or above */
} segment_t;

typedef struct segments {
    segment_t *segment; /* [count] in order of u */
    size_t count;
    double *singular; /* all segments' */
} segments_t;

/** Errors: SGDL_ERR_MEMORY, SGDL_ERR_INTERRUPTED. */
int segments_init(segments_t *self, const profiles_t *profiles, sgdl_error_t *error) SGDL_CHECKED;
void segments_free(segments_t *self);

/** The length of a segment in u; lengths add up to 1. */
double segment_weight(const segment_t *self);

#endif
