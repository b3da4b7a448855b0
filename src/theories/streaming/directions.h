/**
 * Where in the space of directions the parameter is: the state node by node, a block a time.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_DIRECTIONS_H
#define SGDLIMIT_THEORIES_STREAMING_DIRECTIONS_H

#include "sgdlimit/table.h"
#include "src/theories/streaming/system.h"

/** Names the columns; `curve_column` puts `curve` in front. */
int directions_columns(const sgdl_system_t *system, bool curve_column, sgdl_table_t *table,
                       sgdl_error_t *error) SGDL_CHECKED;

/** Adds a block with a row a node at state y; *risk receives the risk, NAN if y is unphysical.
 * `curve` is NAN without a curve column. */
int directions_block(sgdl_system_t *system, double curve, double t, const double *y,
                     sgdl_table_t *table, double *risk, sgdl_error_t *error) SGDL_CHECKED;

#endif
