/** A stream that becomes a text in memory: open_memstream, which may fail as late as on closing. */
#ifndef SGDLIMIT_BASE_TEXT_STREAM_H
#define SGDLIMIT_BASE_TEXT_STREAM_H

#include <stdio.h>

#include "sgdlimit/error.h"

typedef struct text_stream {
    FILE *out;
    char *text;
    size_t size;
} text_stream_t;

/** Errors: SGDL_ERR_MEMORY; then there is nothing to close. */
int text_stream_open(text_stream_t *self, sgdl_error_t *error) SGDL_CHECKED;

/** *text is the caller's to free; NULL after an error. Errors: SGDL_ERR_MEMORY. */
int text_stream_close(text_stream_t *self, char **text, sgdl_error_t *error) SGDL_CHECKED;

#endif
