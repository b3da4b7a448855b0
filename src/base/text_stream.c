#include "src/base/text_stream.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

int text_stream_open(text_stream_t *self, sgdl_error_t *error)
{
    *self = (text_stream_t){0};
    errno = 0;
    self->out = open_memstream(&self->text, &self->size);
    return self->out ? SGDL_OK : sgdl_fail_memory(error);
}

int text_stream_close(text_stream_t *self, char **text, sgdl_error_t *error)
{
    /* glibc loses what finds no room without marking the stream */
    bool failed = ferror(self->out) != 0 || errno == ENOMEM;
    failed |= fclose(self->out) != 0;
    *text = self->text;
    if (!failed && *text)
        return SGDL_OK;
    free(*text);
    *text = NULL;
    return sgdl_fail_memory(error);
}
