/** The table of a simulation by directions: a block a time, a row a bin. */
#ifndef SGDLIMIT_THEORIES_STREAMING_SIMULATE_DIRECTIONS_H
#define SGDLIMIT_THEORIES_STREAMING_SIMULATE_DIRECTIONS_H

#include "src/theories/streaming/curves.h"

int simulate_directions_columns(const simulation_t *simulation, sgdl_table_t *table,
                                sgdl_error_t *error) SGDL_CHECKED;

/** The blocks of one curve. */
int simulate_directions_curve(const simulation_t *simulation, size_t curve, sgdl_table_t *table,
                              sgdl_error_t *error) SGDL_CHECKED;

#endif
