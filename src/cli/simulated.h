/** compare --simulated: runs that are there already, in a table of simulate. */
#ifndef SGDLIMIT_CLI_SIMULATED_H
#define SGDLIMIT_CLI_SIMULATED_H

#include "src/problem/problem.h"
#include "sgdlimit/table.h"
#include "src/cli/command.h"

enum { SIMULATED_DIFFERS_SIZE = 512 };

typedef struct simulated {
    char *path; /* absolute */
    sgdl_table_t table;
    double *times;                        /* of its rows; the plan borrows them. Owned */
    double dimension;                     /* of the runs */
    char differs[SIMULATED_DIFFERS_SIZE]; /* keys in which the runs' problem is another: "" if none
                                           */
} simulated_t;

/**
 * Reads the table, which becomes one of the problem's files, and the problem whose limit it is held
 * against: PROBLEM with the flags, without PROBLEM the table's own with the flags. Both are to be
 * freed in any case, the problem first. Errors: SGDL_ERR_INPUT, SGDL_ERR_MEMORY.
 */
int simulated_read(simulated_t *self, const char *path, const arguments_t *arguments,
                   sgdl_problem_t *problem, sgdl_error_t *error) SGDL_CHECKED;
void simulated_free(simulated_t *self);

#endif
