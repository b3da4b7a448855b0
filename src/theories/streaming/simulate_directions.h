/** A simulation by directions: a block a time, a row a bin. */
#ifndef SGDLIMIT_THEORIES_STREAMING_SIMULATE_DIRECTIONS_H
#define SGDLIMIT_THEORIES_STREAMING_SIMULATE_DIRECTIONS_H

#include "src/theories/streaming/curves.h"

int simulate_directions_quantities(const simulation_t *simulation, emit_list_t *list,
                                   sgdl_error_t *error) SGDL_CHECKED;

/** The blocks of one curve; `row` has room for a row. */
int simulate_directions_curve(const simulation_t *simulation, size_t curve, double *row,
                              const sgdl_sink_t *sink, sgdl_error_t *error) SGDL_CHECKED;

#endif
