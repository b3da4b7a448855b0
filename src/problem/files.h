/**
 * The files that a problem depends on, and whether they are those that a table was made from.
 *
 * A table's header names each with its CRC-32 (that of zlib, gzip and PNG):
 *
 *     # file_1: {path: "/home/x/eigenvalues.txt", crc32: 0x1c291ca3}
 */
#ifndef SGDLIMIT_PROBLEM_FILES_H
#define SGDLIMIT_PROBLEM_FILES_H

#include "src/problem/problem.h"
#include "src/problem/stated.h"

/** Fills self->file from the problem's paths, which have been read. What is no regular file cannot
 * be read twice and is left out. Errors: SGDL_ERR_MEMORY. */
int files_read(sgdl_problem_t *self, sgdl_error_t *error) SGDL_CHECKED;

/** Adds another file, whose name is absolute and outlives self. Errors: SGDL_ERR_INPUT,
 * SGDL_ERR_MEMORY. */
int files_add(sgdl_problem_t *self, const char *path, sgdl_error_t *error) SGDL_CHECKED;

/** Are the files that the table's header names, and its problem with the flags over it still
 * states, what they were? Their numbers are kept in `data`. A file that a flag states is the user's
 * own wish. Errors: SGDL_ERR_INPUT, SGDL_ERR_MEMORY. */
int files_check(const header_t *header, data_t *data, sgdl_error_t *error) SGDL_CHECKED;

/** Does the table's header name the problem's files that it states? Version 0.1.0 named none.
 * Errors: SGDL_ERR_INPUT. */
int files_check_named(const header_t *header, const sgdl_problem_t *problem,
                      sgdl_error_t *error) SGDL_CHECKED;

/** Is one file what it was, if the table's header names it? Errors: SGDL_ERR_INPUT. */
int files_check_one(const header_t *header, const char *path, sgdl_error_t *error) SGDL_CHECKED;

/** Calls `line` for the header of a table. Errors: SGDL_ERR_MEMORY, and those of line. */
int files_write(const sgdl_problem_t *self, sgdl_problem_line_f *line, void *context,
                sgdl_error_t *error) SGDL_CHECKED;

#endif
