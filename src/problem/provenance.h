/** The comments with which every table begins: enough to make it again. */
#ifndef SGDLIMIT_PROBLEM_PROVENANCE_H
#define SGDLIMIT_PROBLEM_PROVENANCE_H

#include "src/problem/problem.h"
#include "sgdlimit/table.h"

/** Adds program, version, command, the full problem and checksums of its files. Errors:
 * SGDL_ERR_MEMORY. */
int provenance_add(sgdl_table_t *table, const char *command, const sgdl_problem_t *problem,
                   const sgdl_plan_t *plan, sgdl_error_t *error) SGDL_CHECKED;

#endif
