#include "src/curve/emit.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/c_locale.h"

enum { CAPTION_ROOM = 256 };

static char *format_text(const char *format, va_list arguments)
{
    va_list copy;
    va_copy(copy, arguments);
    const int length = c_print_list(NULL, 0, format, copy);
    va_end(copy);
    char *text = length < 0 ? NULL : malloc((size_t)length + 1);
    if (text)
        (void)c_print_list(text, (size_t)length + 1, format, arguments);
    return text;
}

static int grow(emit_list_t *self, sgdl_error_t *error)
{
    if (self->count < self->room)
        return SGDL_OK;
    const size_t room = self->room < 8 ? 32 : 2 * self->room;
    sgdl_quantity_t *grown =
        room > SIZE_MAX / 2 / sizeof *grown ? NULL : realloc(self->quantity, room * sizeof *grown);
    if (!grown)
        return sgdl_fail_memory(error);
    self->quantity = grown;
    self->room = room;
    return SGDL_OK;
}

int emit_add(emit_list_t *self, sgdl_error_t *error, const char *format, ...)
{
    char caption[CAPTION_ROOM];
    va_list arguments;
    int status = grow(self, error);
    if (status != SGDL_OK)
        return status;
    va_start(arguments, format);
    char *name = format_text(format, arguments);
    va_end(arguments);
    if (!name)
        return sgdl_fail_memory(error);
    const quantity_kind_t *kind = quantity_find(self->group, name);
    quantity_description(self->group, name, caption, sizeof caption);
    char *own = strdup(caption);
    if (!own) {
        free(name);
        return sgdl_fail_memory(error);
    }
    self->quantity[self->count++] = (sgdl_quantity_t){name, kind ? kind->unit : "1", own};
    return SGDL_OK;
}

void emit_free(emit_list_t *self)
{
    for (size_t q = 0; q < self->count; q++) {
        free((char *)(uintptr_t)self->quantity[q].name);
        free((char *)(uintptr_t)self->quantity[q].caption);
    }
    free(self->quantity);
    *self = (emit_list_t){.group = self->group};
}

/* A sink may end a computation without a word. */
static int ended(int status, sgdl_error_t *error)
{
    if (status != SGDL_OK && error && error->code != status)
        (void)sgdl_fail(error, status, NULL, "%s", sgdl_status_text(status));
    return status;
}

int emit_quantities(const emit_list_t *self, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    return sink && sink->quantities
               ? ended(sink->quantities(sink->context, self->quantity, self->count, error), error)
               : SGDL_OK;
}

int emit_block(const sgdl_sink_t *sink, size_t curve, size_t runs, sgdl_error_t *error)
{
    const sgdl_block_t block = {curve, runs};
    return sink && sink->block ? ended(sink->block(sink->context, &block, error), error) : SGDL_OK;
}

int emit_row(const sgdl_sink_t *sink, const double *value, sgdl_error_t *error)
{
    return sink && sink->row ? ended(sink->row(sink->context, value, error), error) : SGDL_OK;
}

int emit_note(const sgdl_sink_t *sink, const char *key, sgdl_error_t *error, const char *format,
              ...)
{
    va_list arguments;
    if (!sink || !sink->note)
        return SGDL_OK;
    va_start(arguments, format);
    char *text = format_text(format, arguments);
    va_end(arguments);
    if (!text)
        return sgdl_fail_memory(error);
    int status = ended(sink->note(sink->context, key, text, error), error);
    free(text);
    return status;
}
