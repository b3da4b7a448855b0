#include "src/base/numbers.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "src/base/c_locale.h"
#include "src/base/crc32.h"
#include "src/base/fail_reading.h"
#include "src/base/grow.h"
#include "src/base/npy.h"

enum { BUFFER_SIZE = 1 << 14 };

typedef struct reader {
    FILE *stream;
    const char *path;
    size_t line;    /* 1-based */
    size_t on_line; /* numbers on this line so far */
    size_t room;
    numbers_t *out;
    sgdl_error_t *error; /* that of `out` */
    unsigned char buffer[BUFFER_SIZE];
    size_t held, next; /* bytes in the buffer, and the next of them */
} reader_t;

static int fail_at(sgdl_error_t *error, const char *path, size_t line, const char *what,
                   const char *found)
{
    char place[512];
    (void)snprintf(place, sizeof place, "%.480s:%zu", path, line);
    return sgdl_fail(error, SGDL_ERR_INPUT, place, "%s, found '%s'", what, found);
}

static int fail_here(const reader_t *self, const char *what, const char *found)
{
    return fail_at(self->error, self->path, self->line, what, found);
}

/* The next byte, or EOF. All that is read counts for the checksum. */
static int next_byte(reader_t *self)
{
    if (self->next == self->held) {
        self->held = fread(self->buffer, 1, sizeof self->buffer, self->stream);
        self->next = 0;
        self->out->crc32 = crc32_add(self->out->crc32, self->buffer, self->held);
    }
    return self->held > 0 ? self->buffer[self->next++] : EOF;
}

static int append(reader_t *self, double value)
{
    numbers_t *out = self->out;
    if (out->count == self->room && (double)out->count >= NUMBERS_MAX)
        return sgdl_fail(self->error, SGDL_ERR_INPUT, self->path, "more than %.0f numbers",
                         NUMBERS_MAX);
    double *grown = grow(out->value, out->count, &self->room, 256, sizeof *grown);
    if (!grown)
        return sgdl_fail_memory(self->error);
    out->value = grown;
    out->value[out->count++] = value;
    self->on_line++;
    return SGDL_OK;
}

static int take_token(reader_t *self, const char *token)
{
    /* strtod alone would also take hexadecimal numbers, nan and infinity. */
    const bool plain = token[strspn(token, "+-.0123456789eE")] == '\0';
    char *end = NULL;
    errno = 0;
    const double value = plain ? strtod(token, &end) : NAN;
    if (!plain || end == token || *end != '\0' || !isfinite(value))
        return fail_here(self,
                         strchr(token, ',') ? "expected finite numbers, apart by blanks or tabs"
                                            : "expected a finite number",
                         token);
    if (value == 0.0 && errno == ERANGE)
        return fail_here(self, "expected 0 or a number that a double holds", token);
    if (value < 0 && self->out->negative_line == 0) {
        self->out->negative_line = self->line;
        (void)snprintf(self->out->negative, sizeof self->out->negative, "%s", token);
    }
    return append(self, value);
}

static void end_line(reader_t *self)
{
    numbers_t *out = self->out;
    const size_t found = self->on_line;
    if (found > 0) {
        out->columns = out->lines == 0 || out->columns == found ? found : 0;
        out->lines++;
    }
    if (found > 1 && out->several[0].line == 0)
        out->several[0] = (numbers_line_t){self->line, found};
    else if (found > 1 && found != out->several[0].found && out->several[1].line == 0)
        out->several[1] = (numbers_line_t){self->line, found};
    self->on_line = 0;
    self->line++;
}

/* What is read must be a list, one number after the other, and not something else. */
static int check_layout(const numbers_t *self, const char *path, size_t columns,
                        sgdl_error_t *error)
{
    if (self->lines <= 1 || self->columns == columns || self->columns == 1)
        return SGDL_OK;
    if (self->columns == self->lines)
        return sgdl_fail(error, SGDL_ERR_INPUT, path,
                         "found a %zu x %zu matrix, which covariances alone may be; allowed: a "
                         "list of numbers, one a line or all on one line",
                         self->lines, self->columns);
    if (self->array)
        return sgdl_fail(error, SGDL_ERR_INPUT, path,
                         "found an array of shape (%zu, %zu), allowed: a list of numbers",
                         self->lines, self->columns);
    char place[512], allowed[64] = "";
    const numbers_line_t *odd = &self->several[self->several[0].found == columns ? 1 : 0];
    if (columns > 1)
        (void)snprintf(allowed, sizeof allowed, ", %zu on every line", columns);
    (void)snprintf(place, sizeof place, "%.480s:%zu", path, odd->line);
    if (odd->line == 0) /* lines of 1 and of the allowed number */
        return sgdl_fail(error, SGDL_ERR_INPUT, path,
                         "found lines of 1 and of %zu numbers, allowed: one a line%s or all on one "
                         "line",
                         columns, allowed);
    return sgdl_fail(error, SGDL_ERR_INPUT, place,
                     "found %zu numbers on one of %zu lines, allowed: one a line%s or all on one "
                     "line",
                     odd->found, self->lines, allowed);
}

/* Those of YAML: a form feed is none, and no locale adds any. */
static bool is_space(int c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/* Some editors put it in front of UTF-8. Returns the first byte behind it. */
static int first_byte(reader_t *self, int *status)
{
    const int c = next_byte(self);
    if (c != 0xEF)
        return c;
    if (next_byte(self) != 0xBB || next_byte(self) != 0xBF)
        *status = fail_here(self, "expected a finite number", "?");
    return next_byte(self);
}

/* One pass over the characters; a token ends at white space, a comment or the end of the file. */
static int read_all(reader_t *self)
{
    char token[NUMBERS_TOKEN + 1];
    size_t length = 0;
    bool comment = false;
    int status = SGDL_OK;
    for (int c = first_byte(self, &status); status == SGDL_OK; c = next_byte(self)) {
        if (c == '#')
            comment = true;
        const bool space = c == EOF || comment || is_space(c);
        if (!space) {
            token[length++] = (char)(c >= ' ' && c <= '~' ? c : '?');
            token[length] = '\0';
            if (length == NUMBERS_TOKEN)
                return fail_here(self, "expected a finite number", token);
            continue;
        }
        if (length > 0) {
            status = take_token(self, token);
            length = 0;
        }
        if (status == SGDL_OK && (c == '\n' || c == EOF)) {
            end_line(self);
            comment = false;
        }
        if (c == EOF)
            break;
    }
    return status;
}

static int read_stream(reader_t *self)
{
    c_locale_t locale;
    int status = c_locale_enter(&locale, self->error);
    if (status == SGDL_OK) {
        errno = 0;
        status = read_all(self);
        self->out->unread = ferror(self->stream) ? errno : 0;
        c_locale_leave(&locale);
    }
    if (status == SGDL_OK && ferror(self->stream))
        status = fail_reading(self->error, self->out->unread, self->path, "cannot read the file");
    if (status == SGDL_OK && self->out->count == 0)
        status = sgdl_fail(self->error, SGDL_ERR_INPUT, self->path, "the file holds no numbers");
    while (status == SGDL_ERR_INPUT && next_byte(self) != EOF)
        ; /* the checksum is that of the whole file */
    if (ferror(self->stream) && self->out->unread == 0)
        self->out->unread = EIO;
    return status;
}

/* Where a number of an array is, for messages. */
static int fail_number(const numbers_t *self, const char *path, size_t k, const char *expected,
                       sgdl_error_t *error)
{
    if (self->columns == 1)
        return sgdl_fail(error, SGDL_ERR_INPUT, path, "expected %s, found %.10g as number %zu",
                         expected, self->value[k], k + 1);
    return sgdl_fail(error, SGDL_ERR_INPUT, path, "expected %s, found %.10g in row %zu, column %zu",
                     expected, self->value[k], k / self->columns + 1, k % self->columns + 1);
}

/* An array as a file of numbers. */
static int load_array(numbers_t *self, const char *path, sgdl_error_t *error)
{
    npy_t array;
    int status = npy_read(&array, path, &self->failure);
    *self = (numbers_t){.value = array.value,
                        .count = status == SGDL_OK ? array.shape[0] * array.shape[1] : 0,
                        .crc32 = array.crc32,
                        .regular = array.regular,
                        .lines = array.shape[0],
                        .columns = array.shape[1],
                        .array = true,
                        .unread = array.unread,
                        .failure = self->failure};
    if (status == SGDL_ERR_MEMORY)
        return sgdl_fail_memory(error);
    for (size_t k = 0; k < self->count && status == SGDL_OK; k++)
        if (!isfinite(self->value[k]))
            status = fail_number(self, path, k, "a finite number", &self->failure);
    if (status != SGDL_OK) {
        free(self->value);
        self->value = NULL;
        self->count = 0;
    }
    return SGDL_OK;
}

int numbers_load(numbers_t *self, const char *path, sgdl_error_t *error)
{
    *self = (numbers_t){0};
    if (npy_is_named(path))
        return load_array(self, path, error);
    struct stat found;
    reader_t *reader = calloc(1, sizeof *reader);
    if (!reader)
        return sgdl_fail_memory(error);
    *reader = (reader_t){.path = path, .line = 1, .out = self, .error = &self->failure};
    int status = SGDL_OK;
    reader->stream = fopen(path, "rb");
    if (!reader->stream) {
        self->unread = errno ? errno : EIO;
        status = fail_reading(&self->failure, errno, path, "cannot open the file");
    } else {
        self->regular = fstat(fileno(reader->stream), &found) == 0 && S_ISREG(found.st_mode);
        status = read_stream(reader);
        (void)fclose(reader->stream);
    }
    free(reader);
    if (status == SGDL_ERR_MEMORY) {
        numbers_free(self);
        return sgdl_fail_memory(error);
    }
    if (status != SGDL_OK) {
        free(self->value);
        self->value = NULL;
        self->count = 0;
    }
    return SGDL_OK;
}

int numbers_judge(const numbers_t *self, const char *path, double lower, size_t columns,
                  sgdl_error_t *error)
{
    if (self->failure.code != SGDL_OK) {
        if (error)
            *error = self->failure;
        return self->failure.code;
    }
    int status = check_layout(self, path, columns, error);
    if (status == SGDL_OK && lower >= 0 && self->negative_line > 0)
        status =
            fail_at(error, path, self->negative_line, "expected a number >= 0", self->negative);
    for (size_t k = 0; self->array && lower >= 0 && k < self->count && status == SGDL_OK; k++)
        if (self->value[k] < 0)
            status = fail_number(self, path, k, "a number >= 0", error);
    return status;
}

int numbers_judge_table(const numbers_t *self, const char *path, size_t least, size_t most,
                        sgdl_error_t *error)
{
    char place[512];
    if (self->failure.code != SGDL_OK)
        return numbers_judge(self, path, -INFINITY, 1, error);
    if (self->columns >= least && self->columns <= most)
        return SGDL_OK;
    if (self->columns > 0)
        return sgdl_fail(error, SGDL_ERR_INPUT, path,
                         "found %zu number%s a line, allowed: %zu to %zu on every line",
                         self->columns, self->columns > 1 ? "s" : "", least, most);
    const numbers_line_t *odd = &self->several[self->several[1].line > 0 ? 1 : 0];
    (void)snprintf(place, sizeof place, "%.480s:%zu", path, odd->line);
    return sgdl_fail(error, SGDL_ERR_INPUT, place,
                     "found %zu numbers on this line and another number of them on others, "
                     "allowed: as many on every line, %zu to %zu",
                     odd->found, least, most);
}

size_t numbers_line_of(const char *path, size_t row)
{
    struct stat found;
    const bool again =
        stat(path, &found) == 0 && S_ISREG(found.st_mode); /* no pipe is read twice */
    FILE *stream = again ? fopen(path, "rb") : NULL;
    size_t line = 1, rows = 0;
    bool comment = false, holds = false;
    int c = EOF;
    while (stream && (c = getc(stream)) != EOF) {
        comment = comment || c == '#';
        holds = holds || (!comment && c >= '0' && c <= '9');
        if (c != '\n')
            continue;
        rows += holds;
        if (rows > row)
            break;
        comment = holds = false;
        line++;
    }
    if (stream)
        (void)fclose(stream);
    return rows > row || (holds && rows == row) ? line : 0;
}

int numbers_read(numbers_t *self, const char *path, double lower, size_t columns,
                 sgdl_error_t *error)
{
    int status = numbers_load(self, path, error);
    if (status == SGDL_OK)
        status = numbers_judge(self, path, lower, columns, error);
    if (status != SGDL_OK)
        numbers_free(self);
    return status;
}

void numbers_free(numbers_t *self)
{
    free(self->value);
    *self = (numbers_t){0};
}
