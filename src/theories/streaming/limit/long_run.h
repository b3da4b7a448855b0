/**
 * One learning rate of a problem, integrated to a few late times.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_LIMIT_LONG_RUN_H
#define SGDLIMIT_THEORIES_STREAMING_LIMIT_LONG_RUN_H

#include <signal.h>

#include "sgdlimit/solve.h"

typedef struct long_run_options {
    double constant_rate;    /* > 0: in the place of the schedule, which may hang on the horizon */
    const sgdl_plan_t *plan; /* all but the output times */
} long_run_options_t;

/** A table of sgdl_solve at the times [count], increasing. The table is to be freed in any case.
 * Errors: as sgdl_solve. */
int long_run(const sgdl_problem_t *problem, size_t rate, const long_run_options_t *options,
             const double *times, size_t count, sgdl_table_t *table,
             sgdl_error_t *error) SGDL_CHECKED;

/** A number of a table that sgdl_solve made. NAN if there is no such row or column. */
double long_run_value(const sgdl_table_t *table, size_t row, const char *column);

#endif
