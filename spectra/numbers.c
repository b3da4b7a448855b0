#include "spectra/numbers.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sgdlimit/spectra.h"

enum { TOKEN_MAX = 128 }; /* no number needs as many characters */

typedef struct reader {
    FILE *stream;
    const char *path;
    double lower;
    size_t line;    /* 1-based */
    size_t on_line; /* numbers on this line so far */
    size_t room;
    numbers_t *out;
} reader_t;

static int fail_at(const reader_t *self, sgdl_error_t *error, const char *what, const char *found)
{
    char place[512];
    (void)snprintf(place, sizeof place, "%.480s:%zu", self->path, self->line);
    return sgdl_fail(error, SGDL_ERR_INPUT, place, "%s, found '%s'", what, found);
}

static int append(reader_t *self, double value, sgdl_error_t *error)
{
    numbers_t *out = self->out;
    if (out->count == self->room) {
        if ((double)out->count >= SGDL_DIMENSION_MAX)
            return sgdl_fail(error, SGDL_ERR_INPUT, self->path, "more than %.0f numbers",
                             SGDL_DIMENSION_MAX);
        const size_t room = self->room ? 2 * self->room : 256;
        double *grown =
            room > SIZE_MAX / sizeof *grown ? NULL : realloc(out->value, room * sizeof *grown);
        if (!grown)
            return sgdl_fail_memory(error);
        out->value = grown;
        self->room = room;
    }
    out->value[out->count++] = value;
    self->on_line++;
    return SGDL_OK;
}

static int take_token(reader_t *self, const char *token, sgdl_error_t *error)
{
    /* strtod alone would also take hexadecimal numbers, nan and infinity. */
    const bool plain = token[strspn(token, "+-.0123456789eE")] == '\0';
    char *end = NULL;
    const double value = plain ? strtod(token, &end) : NAN;
    if (!plain || end == token || *end != '\0' || !isfinite(value))
        return fail_at(self, error, "expected a finite number", token);
    if (value < self->lower) {
        char what[64];
        (void)snprintf(what, sizeof what, "expected a number >= %g", self->lower);
        return fail_at(self, error, what, token);
    }
    return append(self, value, error);
}

static void end_line(reader_t *self)
{
    numbers_t *out = self->out;
    if (self->on_line > 0) {
        out->columns = out->lines == 0 || out->columns == self->on_line ? self->on_line : 0;
        out->lines++;
    }
    self->on_line = 0;
    self->line++;
}

/* One pass over the characters; a token ends at white space, a comment or the end of the file. */
static int read_all(reader_t *self, sgdl_error_t *error)
{
    char token[TOKEN_MAX + 1];
    size_t length = 0;
    bool comment = false;
    for (;;) {
        const int c = getc(self->stream);
        if (c == '#')
            comment = true;
        const bool space = c == EOF || comment || (c != 0 && isspace(c));
        if (!space) {
            token[length++] = (char)(c >= ' ' && c <= '~' ? c : '?');
            token[length] = '\0';
            if (length == TOKEN_MAX)
                return fail_at(self, error, "expected a finite number", token);
            continue;
        }
        if (length > 0) {
            const int status = take_token(self, token, error);
            if (status)
                return status;
            length = 0;
        }
        if (c == '\n' || c == EOF) {
            end_line(self);
            comment = false;
        }
        if (c == EOF)
            return SGDL_OK;
    }
}

static bool ends_in(const char *text, const char *end)
{
    const size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

int numbers_read(numbers_t *self, const char *path, double lower, sgdl_error_t *error)
{
    *self = (numbers_t){0};
    reader_t reader = {.path = path, .lower = lower, .line = 1, .out = self};
    if (ends_in(path, ".npy"))
        return sgdl_fail(error, SGDL_ERR_INPUT, path,
                         "matrices and .npy files are not read; give a text file of numbers");
    reader.stream = fopen(path, "r");
    if (!reader.stream)
        return sgdl_fail(error, SGDL_ERR_INPUT, path, "cannot open the file: %s", strerror(errno));
    errno = 0;
    int status = read_all(&reader, error);
    if (!status && ferror(reader.stream))
        status =
            sgdl_fail(error, SGDL_ERR_INPUT, path, "cannot read the file: %s", strerror(errno));
    if (!status && self->count == 0)
        status = sgdl_fail(error, SGDL_ERR_INPUT, path, "the file holds no numbers");
    (void)fclose(reader.stream);
    if (status)
        numbers_free(self);
    return status;
}

void numbers_free(numbers_t *self)
{
    free(self->value);
    *self = (numbers_t){0};
}

int sgdl_numbers_read(const char *path, double **values, size_t *count, sgdl_error_t *error)
{
    numbers_t numbers;
    *values = NULL;
    *count = 0;
    const int status = numbers_read(&numbers, path, -INFINITY, error);
    if (status)
        return status;
    *values = numbers.value;
    *count = numbers.count;
    return SGDL_OK;
}
