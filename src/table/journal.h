/**
 * A table that grows on disk row by row, so that a killed program loses no row that it had written.
 *
 * The file is a tsv table as any other, in the order in which rows came, with one column more: a
 * row's checksum. A row's own remark is a comment line "# KEY_POINT: remark" before it, POINT being
 * the row's first number. The checksum is over the header that identifies the work, the remark and
 * the row: a row that is damaged, or of other work, is found and passed over. While a journal is
 * open it is locked, so that no two programs write to one.
 */
#ifndef SGDLIMIT_TABLE_JOURNAL_H
#define SGDLIMIT_TABLE_JOURNAL_H

#include <stdint.h>
#include <stdio.h>

#include "sgdlimit/table.h"

typedef struct journal {
    FILE *stream;
    char *path; /* owned */
    const char *key;
    sgdl_table_t identity; /* the comments that identify the work, and its columns */
    uint32_t sum;          /* of the identity */
    char *text;            /* room for a row, owned */
    size_t rows;           /* read or written */
    bool made;             /* the file was not there before */
    bool begun;            /* it has a header */
    bool torn;             /* its last line was cut short */
} journal_t;

/** Opens and locks the file, and makes it if it is not there; what it holds stays as it is. Takes
 * over what `identity` owns: the comments and columns of the work. `key` (borrowed) begins those of
 * remarks. To be closed in any case. Errors: SGDL_ERR_OUTPUT (also for a file that is no regular
 * one, a link, or locked; errno in error->raw), SGDL_ERR_MEMORY. */
int journal_open(journal_t *self, const char *path, const char *key, sgdl_table_t *identity,
                 sgdl_error_t *error) SGDL_CHECKED;

/** Does the file hold nothing? */
bool journal_is_empty(const journal_t *self);

/** A row [columns] of the file with its remark, "" for none. SGDL_ERR_INPUT passes it over. */
typedef int journal_row_f(void *context, const double *row, const char *remark,
                          sgdl_error_t *error);

/** Hands out the rows that are whole; *damaged counts the lines that are not, but for a last one
 * that was cut short. A file that holds a part of what journal_start would write has no rows, and
 * `begun` says that it is to be called. Errors: SGDL_ERR_INPUT (no journal, or one of other work:
 * it is as it was), SGDL_ERR_MEMORY, those of take_row. */
int journal_read(journal_t *self, const sgdl_table_t *header, journal_row_f *take_row,
                 void *context, size_t *damaged, sgdl_error_t *error) SGDL_CHECKED;

/** Is what the file holds a journal, be it of other work, or what there is of one that was cut
 * short? Only then is it to be begun anew. Errors: SGDL_ERR_INPUT (it is not), SGDL_ERR_MEMORY. */
int journal_check_ours(journal_t *self, sgdl_error_t *error) SGDL_CHECKED;

/** Begins the file anew: comments and columns of `header`, no rows. Errors: SGDL_ERR_OUTPUT. */
int journal_start(journal_t *self, const sgdl_table_t *header, sgdl_error_t *error) SGDL_CHECKED;

/** Appends a row [columns] with its remark (NULL: none) and hands it to the system.
 * Errors: SGDL_ERR_OUTPUT. */
int journal_append(journal_t *self, const double *row, const char *remark,
                   sgdl_error_t *error) SGDL_CHECKED;

/** Closes the file and keeps it, or removes it; one that was made here and holds no row is
 * removed too. */
void journal_close(journal_t *self, bool remove_it);

#endif
