/** What tables say of covariances that are stated as matrices. */
#ifndef SGDLIMIT_THEORIES_STREAMING_MATRICES_H
#define SGDLIMIT_THEORIES_STREAMING_MATRICES_H

#include "sgdlimit/spectra.h"
#include "src/curve/emit.h"

/** Notes on the basis of matrices that commute; none where there are none. */
int matrices_note(const sgdl_sink_t *sink, const sgdl_nodes_t *nodes,
                  sgdl_error_t *error) SGDL_CHECKED;

/** On eigenvalues that became 0, `clipped` being the lowest relative to the largest. */
int matrices_note_clipped(const sgdl_sink_t *sink, double clipped,
                          sgdl_error_t *error) SGDL_CHECKED;

#endif
