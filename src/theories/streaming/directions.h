/**
 * Where in the space of directions the parameter is: the state node by node, a block a time.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_DIRECTIONS_H
#define SGDLIMIT_THEORIES_STREAMING_DIRECTIONS_H

#include "src/theories/streaming/course.h"

/** The quantities of a row. */
int directions_quantities(const sgdl_system_t *system, emit_list_t *list,
                          sgdl_error_t *error) SGDL_CHECKED;

/** Hands out a row a node at the state y that the course has reached. `row` has room
 * for a row, whose first number is there already with `curve_first`. */
int directions_rows(const course_t *course, const double *y, double *row, bool curve_first,
                    const sgdl_sink_t *sink, sgdl_error_t *error) SGDL_CHECKED;

#endif
