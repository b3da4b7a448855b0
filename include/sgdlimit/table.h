/**
 * Tables: curves in memory and on disk.
 *
 * A table is a list of comments (key, value), named columns and rows of numbers in one or more
 * blocks (one curve each). As tsv or csv it is written as `# key: value` lines, one header line of
 * column names, and rows with 17 significant digits, blocks separated by two empty lines; json
 * holds the same. NAN is written nan (json: null). Files appear whole or not at all.
 */
#ifndef SGDLIMIT_TABLE_H
#define SGDLIMIT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "sgdlimit/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sgdl_format { SGDL_FORMAT_TSV, SGDL_FORMAT_CSV, SGDL_FORMAT_JSON } sgdl_format_t;

typedef struct sgdl_comment {
    char *key;
    char *value;
    bool problem; /* a key of the problem file: what the table needs to reproduce itself. Lost in
                     tsv and csv: false after reading those */
} sgdl_comment_t;

/** Owns all it points to. An all-zero table is valid and empty. */
typedef struct sgdl_table {
    size_t comments;
    sgdl_comment_t *comment; /* [comments] in order of addition */
    size_t columns;
    char **column; /* [columns] names */
    size_t rows;
    double *value; /* [rows*columns] row-major */
    size_t blocks;
    size_t *block_start;                                    /* [blocks] first row of each block */
    size_t row_room, column_room, comment_room, block_room; /* allocated */
} sgdl_table_t;

void sgdl_table_init(sgdl_table_t *self);
void sgdl_table_free(sgdl_table_t *self);

/** Adds a comment; the value may be replaced by a later call with the same key. */
int sgdl_table_comment(sgdl_table_t *self, bool problem, const char *key, sgdl_error_t *error,
                       const char *format, ...) SGDL_FORMAT(5, 6) SGDL_CHECKED;
/** Columns must all be added before the first row. */
int sgdl_table_column(sgdl_table_t *self, sgdl_error_t *error, const char *format, ...)
    SGDL_FORMAT(3, 4) SGDL_CHECKED;
/** Starts a new block (curve). Rows added before the first call open one by themselves. */
int sgdl_table_block(sgdl_table_t *self, sgdl_error_t *error) SGDL_CHECKED;
/** Appends a row and hands out its storage [columns], filled with NAN, valid until the next call.
 */
int sgdl_table_row(sgdl_table_t *self, double **row, sgdl_error_t *error) SGDL_CHECKED;

/** Index of a column, or -1. */
long sgdl_table_find(const sgdl_table_t *self, const char *column);
/** The text of a comment, or NULL. */
const char *sgdl_table_value(const sgdl_table_t *self, const char *key);

/** Writes to an open stream. Errors: SGDL_ERR_OUTPUT (also for a full disk; errno in error->raw),
 * SGDL_ERR_MEMORY. */
int sgdl_table_write(const sgdl_table_t *self, FILE *stream, sgdl_format_t format,
                     sgdl_error_t *error) SGDL_CHECKED;
/** Writes to a file: beside it first, then renamed, so that `path` is never half a table. */
int sgdl_table_save(const sgdl_table_t *self, const char *path, sgdl_format_t format,
                    sgdl_error_t *error) SGDL_CHECKED;
/** Reads any of the three formats back ("-": standard input). Errors: SGDL_ERR_INPUT, _MEMORY. */
int sgdl_table_read(sgdl_table_t *self, const char *path, sgdl_error_t *error) SGDL_CHECKED;

/** "tsv", "csv", "json" -> format. Returns false if unknown. */
bool sgdl_format_parse(const char *name, sgdl_format_t *format);

#ifdef __cplusplus
}
#endif
#endif
