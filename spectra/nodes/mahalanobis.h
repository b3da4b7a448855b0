/** Mahalanobis norms and distances of the means at d = infinity. */
#ifndef SGDLIMIT_SPECTRA_NODES_MAHALANOBIS_H
#define SGDLIMIT_SPECTRA_NODES_MAHALANOBIS_H

#include "spectra/nodes/segments.h"

/** out [C*C] as mahalanobis2 of sgdl_nodes_t. Errors: SGDL_ERR_MEMORY, SGDL_ERR_INTERRUPTED. */
int mahalanobis_limit(double *out, const profiles_t *profiles, const segments_t *segments,
                      sgdl_error_t *error) SGDL_CHECKED;

#endif
