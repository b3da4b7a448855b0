/** The comments with which every table begins. */
#ifndef SGDLIMIT_PROBLEM_PROVENANCE_H
#define SGDLIMIT_PROBLEM_PROVENANCE_H

#include "sgdlimit/problem.h"
#include "sgdlimit/table.h"

/** sgdl_provenance without what the plan says beyond times and tolerances: the program records its
 * options as they were given. Errors: SGDL_ERR_MEMORY. */
int provenance_add(sgdl_table_t *table, const char *command, const sgdl_problem_t *problem,
                   const sgdl_plan_t *plan, sgdl_error_t *error) SGDL_CHECKED;

/** What the plan says there, as options of that command in a header. Errors: SGDL_ERR_MEMORY. */
int provenance_options(sgdl_table_t *table, const char *command, const sgdl_problem_t *problem,
                       const sgdl_plan_t *plan, sgdl_error_t *error) SGDL_CHECKED;

/** The comment of a table whose misclassification errors are left out. Errors: SGDL_ERR_MEMORY. */
int provenance_no_error(sgdl_table_t *table, sgdl_error_t *error) SGDL_CHECKED;

#endif
