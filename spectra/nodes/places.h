/** Quadrature points against the integrals that are known. */
#ifndef SGDLIMIT_SPECTRA_NODES_PLACES_H
#define SGDLIMIT_SPECTRA_NODES_PLACES_H

#include "spectra/families/profile.h"
#include "spectra/nodes/node_list.h"
#include "spectra/nodes/segments.h"

/** The nodes of a list that stand for the part of a segment above `low`; all borrowed. */
typedef struct places {
    const profiles_t *profiles;
    const segment_t *segment;
    position_t low;
    const node_list_t *list;
    size_t first; /* those from here to the end */
    double accuracy;
} places_t;

/** They have to give the integrals of the eigenvalues, of their squares, of the means' squares and
 * of lambda_i nu_*^2 of a signal. Errors: SGDL_ERR_SOLVER. */
int places_check(const places_t *self, sgdl_error_t *error) SGDL_CHECKED;

#endif
