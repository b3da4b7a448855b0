/** Where a command's table goes, and in which format. */
#ifndef SGDLIMIT_CLI_DESTINATION_H
#define SGDLIMIT_CLI_DESTINATION_H

#include <time.h>

#include "sgdlimit/table.h"
#include "src/cli/command.h"

/** The options of whatever writes a table. */
extern const option_t option_output, option_format, option_quiet;
#define OUTPUT_OPTIONS &option_output, &option_format, &option_quiet

/** What a clock says about the work, which is in no table otherwise. */
extern const option_t option_timings;

typedef struct destination {
    const char *path; /* NULL: standard output */
    sgdl_format_t format;
    const arguments_t *arguments; /* borrowed */
    struct timespec begin;        /* when it was read: when the work begins */
} destination_t;

/** Reads --output and --format and checks that the file can be written and is none that the problem
 * was read from, before the work starts. Errors: SGDL_ERR_INPUT, SGDL_ERR_OUTPUT, SGDL_ERR_MEMORY.
 */
int destination_read(destination_t *self, const arguments_t *arguments,
                     const sgdl_problem_t *problem, sgdl_error_t *error) SGDL_CHECKED;

/** The same check for what another flag writes. */
int destination_spare_inputs(const char *path, const char *flag, const arguments_t *arguments,
                             const sgdl_problem_t *problem, sgdl_error_t *error) SGDL_CHECKED;

/** The table as it is. Errors: SGDL_ERR_OUTPUT, SGDL_ERR_MEMORY. */
int destination_write(const destination_t *self, const sgdl_table_t *table,
                      sgdl_error_t *error) SGDL_CHECKED;

/** Adds the options that shaped the table to its comments and, with --timings, the seconds since
 * destination_read. Errors: SGDL_ERR_MEMORY. */
int destination_comment(const destination_t *self, sgdl_table_t *table,
                        sgdl_error_t *error) SGDL_CHECKED;

/** The end of a command: comments and writes what came of work whose status this is. Rows of work
 * that ended early are written all the same, but beside a file that exists: to FILE.part. Returns
 * that status, or why the table could not be written. */
int destination_finish(const destination_t *self, sgdl_table_t *table, int status,
                       sgdl_error_t *error);

#endif
