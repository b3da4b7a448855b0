/**
 * Files of numbers: text, one a line or all on one line, or .npy. More numbers on several lines are
 * refused where they are not asked for, as they may be an index beside a value, two quantities, or
 * a matrix; an array of two axes counts as so many lines.
 *
 * A file is read once; whether it holds what is wanted may be asked more than once.
 */
#ifndef SGDLIMIT_BASE_NUMBERS_H
#define SGDLIMIT_BASE_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sgdlimit/error.h"

/** A file of more is refused: as many as there may be directions. */
#define NUMBERS_MAX 1e8

enum { NUMBERS_TOKEN = 128 }; /* no number needs as many characters */

/** A line of several numbers: where, and how many. */
typedef struct numbers_line {
    size_t line, found;
} numbers_line_t;

typedef struct numbers {
    double *value; /* [count] in reading order */
    size_t count;
    uint32_t crc32; /* of the file's bytes, unless unread */
    bool regular;   /* a file that can be read again */
    /* What else was seen, to be judged by what the numbers are for. */
    size_t lines;                     /* that hold numbers */
    size_t columns;                   /* on each of them, 0 if they differ */
    numbers_line_t several[2];        /* the first of several, and the first of another several */
    size_t negative_line;             /* of the first number below 0; 0: none */
    char negative[NUMBERS_TOKEN + 1]; /* that number */
    bool array;                       /* a .npy file, which has no lines */
    int unread;                       /* errno if the file could not be read to its end */
    sgdl_error_t failure;             /* what makes it no file of numbers */
} numbers_t;

/** Reads a whole file, whatever it holds. Errors: SGDL_ERR_MEMORY. */
int numbers_load(numbers_t *self, const char *path, sgdl_error_t *error) SGDL_CHECKED;

/** As many lines as numbers on each of them, more than one? */
static inline bool numbers_square(const numbers_t *self)
{
    return self->failure.code == SGDL_OK && self->lines > 1 && self->columns == self->lines;
}

/** Is it a list of numbers, none below `lower` (0 or -INFINITY)? `columns` numbers a line are taken
 * too (1: no others). Errors: SGDL_ERR_INPUT with FILE:LINE. */
int numbers_judge(const numbers_t *self, const char *path, double lower, size_t columns,
                  sgdl_error_t *error) SGDL_CHECKED;

/** Both. Errors: of both. */
int numbers_read(numbers_t *self, const char *path, double lower, size_t columns,
                 sgdl_error_t *error) SGDL_CHECKED;
/** Is it a table of `least` to `most` numbers on every line? Errors: as numbers_judge. */
int numbers_judge_table(const numbers_t *self, const char *path, size_t least, size_t most,
                        sgdl_error_t *error) SGDL_CHECKED;

/** The line of the file on which number `row` of its lines with numbers stands, both from 1 and 0;
 * 0: it cannot be told any more. For messages. */
size_t numbers_line_of(const char *path, size_t row);

void numbers_free(numbers_t *self);

#endif
