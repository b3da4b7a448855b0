/* Lines of a text file. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/crc32.h"
#include "src/base/fail_reading.h"
#include "src/base/text.h"
#include "src/data/reading.h"

/* A line of more is no line of a table: nobody wrote it, a device goes on for ever. */
enum { LINE_MOST = 1 << 28, LINE_FIRST = 1 << 12 };

int lines_open(line_reader_t *self, const labelled_source_t *source, sgdl_error_t *error)
{
    *self = (line_reader_t){.source = source, .error = error};
    errno = 0;
    self->stream = fopen(source->path, "rb");
    return self->stream ? SGDL_OK
                        : fail_reading(error, errno, source->path, "cannot read the file");
}

void lines_close(line_reader_t *self)
{
    if (self->stream)
        (void)fclose(self->stream);
    free(self->text);
    *self = (line_reader_t){0};
}

int line_fail(const char *path, size_t line, sgdl_error_t *error, const char *format, ...)
{
    char place[512], message[1024];
    va_list list;
    (void)snprintf(place, sizeof place, "%.480s:%zu", path, line);
    va_start(list, format);
    (void)vsnprintf(message, sizeof message, format, list);
    va_end(list);
    return sgdl_fail(error, SGDL_ERR_INPUT, place, "%s", message);
}

int lines_fail(const line_reader_t *self, const char *format, ...)
{
    char message[1024];
    va_list list;
    va_start(list, format);
    (void)vsnprintf(message, sizeof message, format, list);
    va_end(list);
    return line_fail(self->source->path, self->number, self->error, "%s", message);
}

/* Appends what stands up to the end of the line, or of the buffer. */
static int append(line_reader_t *self, const char *piece, size_t length)
{
    if (self->length + length > LINE_MOST)
        return lines_fail(self, "found a line of more than %d bytes, allowed: rows of a table",
                          LINE_MOST);
    if (self->length + length + 1 > self->room) {
        size_t room = self->room ? self->room : LINE_FIRST;
        while (room < self->length + length + 1)
            room *= 2;
        char *grown = realloc(self->text, room);
        if (!grown)
            return sgdl_fail_memory(self->error);
        self->text = grown;
        self->room = room;
    }
    memcpy(self->text + self->length, piece, length);
    self->length += length;
    self->text[self->length] = '\0';
    return SGDL_OK;
}

/* One line with its end; false at the end of the file. */
static int read_line(line_reader_t *self, bool *more)
{
    int status = SGDL_OK, byte = 0;
    char piece[LINE_FIRST];
    self->length = 0;
    self->number++;
    while (status == SGDL_OK && byte != '\n' && byte != EOF) {
        size_t count = 0;
        while (count < sizeof piece && byte != '\n' && (byte = getc(self->stream)) != EOF)
            piece[count++] = (char)byte;
        self->crc32 = crc32_add(self->crc32, piece, count);
        status = append(self, piece, count);
        if (status == SGDL_OK && sgdl_watch_stopped(&self->source->watch))
            status = sgdl_fail(self->error, SGDL_ERR_INTERRUPTED, NULL, "interrupted");
    }
    *more = self->length > 0;
    if (status == SGDL_OK && ferror(self->stream))
        status = fail_reading(self->error, errno, self->source->path, "cannot read the file");
    return status;
}

/* Cuts the line's end and, at the start of a file, the mark of its byte order. */
static void trim(line_reader_t *self)
{
    static const char mark[] = "\xef\xbb\xbf";
    while (self->length > 0 && strchr("\r\n", self->text[self->length - 1]) &&
           self->text[self->length - 1])
        self->text[--self->length] = '\0';
    if (self->number == 1 && strncmp(self->text, mark, sizeof mark - 1) == 0) {
        self->length -= sizeof mark - 1;
        memmove(self->text, self->text + sizeof mark - 1, self->length + 1);
    }
}

int lines_next(line_reader_t *self, bool *more)
{
    int status;
    do {
        status = read_line(self, more);
        if (status != SGDL_OK || !*more)
            return status;
        trim(self);
        if (strlen(self->text) != self->length)
            return lines_fail(self, "found a zero byte, allowed: text");
    } while (strspn(self->text, " ") == self->length);
    return SGDL_OK;
}

bool field_is_missing(const char *text)
{
    static const char *const words[] = {"", "?", "NA", "N/A", "NaN", "nan", "NULL", "null", "None"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i]) == 0)
            return true;
    return false;
}

int field_number(const line_reader_t *self, const char *text, const char *where, double *value)
{
    char shown[64];
    const number_status_t kind = text_number(text, value);
    if (kind == NUMBER_OK)
        return SGDL_OK;
    text_printable(text, shown, sizeof shown);
    if (field_is_missing(text))
        return lines_fail(self, "%s: found a missing value%s%s%s, allowed: a number in every row",
                          where, *text ? " ('" : "", shown, *text ? "')" : "");
    return lines_fail(self, "%s: found '%s', allowed: a number%s", where, shown,
                      kind == NUMBER_LARGE ? " that a double holds" : "");
}
