/** The option --directions: the state by directions at some times, instead of curves. */
#ifndef SGDLIMIT_CLI_DIRECTION_TIMES_H
#define SGDLIMIT_CLI_DIRECTION_TIMES_H

#include "src/cli/command.h"

/** The row of an option table. */
#define DIRECTIONS_OPTION                                                                          \
    {                                                                                              \
        "directions", 0, "T,T,...",                                                                \
            "instead of curves, where X is: direction by direction at these times",                \
            RECORDED_SHARED                                                                        \
    }

/** Reads the problem of the command line, with the times of --directions in the place of other
 * output times. Errors: as sgdl_problem_read. */
int direction_times_read(const arguments_t *arguments, sgdl_problem_t *problem, sgdl_plan_t *plan,
                         sgdl_error_t *error) SGDL_CHECKED;

#endif
