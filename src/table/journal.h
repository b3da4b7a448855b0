/**
 * A table that grows on disk row by row, so that a killed program loses no row that it had written.
 *
 * The file is a tsv table as any other, in the order in which rows came; a row's own remark
 * is a comment line before it. A last line that is not whole is cut off when the journal is opened
 * again.
 */
#ifndef SGDL_TABLE_JOURNAL_H
#define SGDL_TABLE_JOURNAL_H

#include <stdio.h>

#include "sgdlimit/table.h"

typedef struct journal {
    FILE *stream;
    char *path; /* owned */
} journal_t;

/** Starts a journal with what the table holds, in the place of a file that was there: that one is
 * whole until the new one is. To be closed in any case. Errors: SGDL_ERR_OUTPUT (errno in
 * error->raw), SGDL_ERR_MEMORY. */
int journal_begin(journal_t *self, const char *path, const sgdl_table_t *table,
                  sgdl_error_t *error) SGDL_CHECKED;

/** Cuts a last line that is not whole off the file, if there is one. A file that does not exist, or
 * is no regular file, is left alone. Errors: SGDL_ERR_OUTPUT. */
int journal_mend(const char *path, sgdl_error_t *error) SGDL_CHECKED;

/** Appends a row [columns] and hands it to the system; `key` and `remark` are the comment before
 * it, NULL for none. Errors: SGDL_ERR_OUTPUT. */
int journal_append(journal_t *self, const double *row, size_t columns, const char *key,
                   const char *remark, sgdl_error_t *error) SGDL_CHECKED;

/** Closes the file and keeps it, or removes it. */
void journal_close(journal_t *self, bool remove_it);

#endif
