/**
 * What the readers of labelled rows share: lines of a file, and rows that are added one by one.
 */
#ifndef SGDLIMIT_DATA_READING_H
#define SGDLIMIT_DATA_READING_H

#include <stdbool.h>
#include <stdio.h>

#include "src/data/labelled.h"

/** A text file, line by line. */
typedef struct line_reader {
    FILE *stream;
    const labelled_source_t *source;
    char *text;    /* of the present line, without its end; owned */
    size_t length; /* of it */
    size_t room;
    size_t number;  /* of it, from 1 */
    uint32_t crc32; /* of all bytes so far */
    sgdl_error_t *error;
} line_reader_t;

/** Errors: SGDL_ERR_INPUT. close is legal after them. */
int lines_open(line_reader_t *self, const labelled_source_t *source,
               sgdl_error_t *error) SGDL_CHECKED;
void lines_close(line_reader_t *self);

/** The next line that is not empty; *more false: there is none. Errors: SGDL_ERR_INPUT for a line
 * beyond all bounds or with a zero byte in it, SGDL_ERR_MEMORY, SGDL_ERR_INTERRUPTED. */
int lines_next(line_reader_t *self, bool *more) SGDL_CHECKED;

/** SGDL_ERR_INPUT at the present line. */
int lines_fail(const line_reader_t *self, const char *format, ...) SGDL_FORMAT(2, 3);

/** SGDL_ERR_INPUT at any line. */
int line_fail(const char *path, size_t line, sgdl_error_t *error, const char *format, ...)
    SGDL_FORMAT(4, 5);

/** Room for one more row of `columns` features, which the caller fills; it counts once its label is
 * added. NULL: the error is set. */
double *labelled_row(labelled_t *self, size_t columns, const labelled_source_t *source,
                     sgdl_error_t *error);
/** Its label and where it stands. Errors: SGDL_ERR_MEMORY. */
int labelled_add(labelled_t *self, const char *label, size_t line,
                 sgdl_error_t *error) SGDL_CHECKED;

/** One finite number of a field; words for missing values are told from other text. `where` says
 * which field it is. */
int field_number(const line_reader_t *self, const char *text, const char *where,
                 double *value) SGDL_CHECKED;

/** Does this text stand for a missing value? */
bool field_is_missing(const char *text);

/** The readers; each fills an empty one up to its labels. */
int read_separated(labelled_t *self, const labelled_source_t *source, char separator,
                   sgdl_error_t *error) SGDL_CHECKED;
int read_libsvm(labelled_t *self, const labelled_source_t *source,
                sgdl_error_t *error) SGDL_CHECKED;
int read_arrays(labelled_t *self, const labelled_source_t *source,
                sgdl_error_t *error) SGDL_CHECKED;

/** Puts the labels of source->labels in the place of those that the rows have. */
int read_label_column(labelled_t *self, const labelled_source_t *source,
                      sgdl_error_t *error) SGDL_CHECKED;

#endif
