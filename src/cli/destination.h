/** Where a command's table goes, and in which format. */
#ifndef SGDL_CLI_DESTINATION_H
#define SGDL_CLI_DESTINATION_H

#include "sgdlimit/table.h"
#include "src/cli/command.h"

/** The options that destination_read understands; rows of an option table. */
#define OUTPUT_OPTIONS                                                                             \
    {"output", 'o', "FILE", "write the table to FILE, whole or not at all [stdout]"},              \
        {"format", 0, "NAME", "tsv, csv or json [by FILE's ending, else tsv]"},                    \
    {                                                                                              \
        "quiet", 'q', NULL, "no progress on standard error"                                        \
    }

typedef struct destination {
    const char *path; /* NULL: standard output */
    sgdl_format_t format;
} destination_t;

/** Reads --output and --format and checks that the file can be written, before the work starts.
 * Errors: SGDL_ERR_INPUT, SGDL_ERR_OUTPUT, SGDL_ERR_MEMORY. */
int destination_read(destination_t *self, const arguments_t *arguments,
                     sgdl_error_t *error) SGDL_CHECKED;

/** Errors: SGDL_ERR_OUTPUT, SGDL_ERR_MEMORY. */
int destination_write(const destination_t *self, const sgdl_table_t *table,
                      sgdl_error_t *error) SGDL_CHECKED;

#endif
