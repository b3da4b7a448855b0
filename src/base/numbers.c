#include "src/base/numbers.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/c_locale.h"
#include "src/base/fail_reading.h"
#include "src/base/grow.h"

enum { TOKEN_MAX = 128 }; /* no number needs as many characters */

typedef struct reader {
    FILE *stream;
    const char *path;
    double lower;
    size_t allowed; /* numbers a line, beside 1 */
    size_t line;    /* 1-based */
    size_t on_line; /* numbers on this line so far */
    size_t room;
    numbers_t *out;
    /* The layout of the lines that hold numbers. */
    size_t lines;
    size_t columns;  /* on each of them, 0 if they differ */
    size_t odd_line; /* the first with neither 1 nor the allowed number of them; 0: none */
    size_t on_odd_line;
    /* The first number that is too low: refused once the layout is known to be right. */
    size_t low_line;
    char low[TOKEN_MAX + 1];
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
    if (out->count == self->room && (double)out->count >= NUMBERS_MAX)
        return sgdl_fail(error, SGDL_ERR_INPUT, self->path, "more than %.0f numbers", NUMBERS_MAX);
    double *grown = grow(out->value, out->count, &self->room, 256, sizeof *grown);
    if (!grown)
        return sgdl_fail_memory(error);
    out->value = grown;
    out->value[out->count++] = value;
    self->on_line++;
    return SGDL_OK;
}

static int take_token(reader_t *self, const char *token, sgdl_error_t *error)
{
    /* strtod alone would also take hexadecimal numbers, nan and infinity. */
    const bool plain = token[strspn(token, "+-.0123456789eE")] == '\0';
    char *end = NULL;
    errno = 0;
    const double value = plain ? strtod(token, &end) : NAN;
    if (!plain || end == token || *end != '\0' || !isfinite(value))
        return fail_at(self, error, "expected a finite number", token);
    if (value == 0.0 && errno == ERANGE)
        return fail_at(self, error, "expected 0 or a number that a double holds", token);
    if (value < self->lower && self->low_line == 0) {
        self->low_line = self->line;
        (void)snprintf(self->low, sizeof self->low, "%s", token);
    }
    return append(self, value, error);
}

static void end_line(reader_t *self)
{
    const size_t found = self->on_line;
    if (found > 0) {
        self->columns = self->lines == 0 || self->columns == found ? found : 0;
        self->lines++;
    }
    if (found > 1 && found != self->allowed && self->odd_line == 0) {
        self->odd_line = self->line;
        self->on_odd_line = found;
    }
    self->on_line = 0;
    self->line++;
}

/* What is read must be a list, one number after the other, and not something else. */
static int check_layout(reader_t *self, sgdl_error_t *error)
{
    if (self->lines <= 1 || self->columns == self->allowed || self->columns == 1)
        return SGDL_OK;
    if (self->columns == self->lines)
        return sgdl_fail(error, SGDL_ERR_INPUT, self->path,
                         "found a %zu x %zu matrix, which is not read in this version; allowed: a "
                         "list of numbers, one a line or all on one line",
                         self->lines, self->columns);
    char place[512], allowed[64] = "";
    if (self->allowed > 1)
        (void)snprintf(allowed, sizeof allowed, ", %zu on every line", self->allowed);
    (void)snprintf(place, sizeof place, "%.480s:%zu", self->path, self->odd_line);
    if (self->odd_line == 0) /* lines of 1 and of the allowed number */
        return sgdl_fail(error, SGDL_ERR_INPUT, self->path,
                         "found lines of 1 and of %zu numbers, allowed: one a line%s or all on one "
                         "line",
                         self->allowed, allowed);
    return sgdl_fail(error, SGDL_ERR_INPUT, place,
                     "found %zu numbers on one of %zu lines, allowed: one a line%s or all on one "
                     "line",
                     self->on_odd_line, self->lines, allowed);
}

static int check_lowest(reader_t *self, sgdl_error_t *error)
{
    if (self->low_line == 0)
        return SGDL_OK;
    char what[64];
    self->line = self->low_line;
    (void)c_print(what, sizeof what, "expected a number >= %g", self->lower);
    return fail_at(self, error, what, self->low);
}

/* Those of YAML: a form feed is none, and no locale adds any. */
static bool is_space(int c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/* Some editors put it in front of UTF-8. */
static int skip_byte_order_mark(const reader_t *self, sgdl_error_t *error)
{
    const int c = getc(self->stream);
    if (c == 0xEF && getc(self->stream) == 0xBB && getc(self->stream) == 0xBF)
        return SGDL_OK;
    if (c == 0xEF)
        return fail_at(self, error, "expected a finite number", "?");
    if (c != EOF)
        (void)ungetc(c, self->stream);
    return SGDL_OK;
}

/* One pass over the characters; a token ends at white space, a comment or the end of the file. */
static int read_all(reader_t *self, sgdl_error_t *error)
{
    char token[TOKEN_MAX + 1];
    size_t length = 0;
    bool comment = false;
    const int marked = skip_byte_order_mark(self, error);
    if (marked)
        return marked;
    for (;;) {
        const int c = getc(self->stream);
        if (c == '#')
            comment = true;
        const bool space = c == EOF || comment || is_space(c);
        if (!space) {
            token[length++] = (char)(c >= ' ' && c <= '~' ? c : '?');
            token[length] = '\0';
            if (length == TOKEN_MAX)
                return fail_at(self, error, "expected a finite number", token);
            continue;
        }
        if (length > 0) {
            const int status = take_token(self, token, error);
            if (status != SGDL_OK)
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

int numbers_read(numbers_t *self, const char *path, double lower, size_t columns,
                 sgdl_error_t *error)
{
    *self = (numbers_t){0};
    reader_t reader = {.path = path, .lower = lower, .allowed = columns, .line = 1, .out = self};
    if (ends_in(path, ".npy"))
        return sgdl_fail(error, SGDL_ERR_INPUT, path,
                         "matrices and .npy files are not read; give a text file of numbers");
    reader.stream = fopen(path, "r");
    if (!reader.stream)
        return fail_reading(error, errno, path, "cannot open the file");
    c_locale_t locale;
    int status = c_locale_enter(&locale, error);
    if (status == SGDL_OK) {
        errno = 0;
        status = read_all(&reader, error);
        c_locale_leave(&locale);
    }
    if (status == SGDL_OK && ferror(reader.stream))
        status = fail_reading(error, errno, path, "cannot read the file");
    if (status == SGDL_OK && self->count == 0)
        status = sgdl_fail(error, SGDL_ERR_INPUT, path, "the file holds no numbers");
    (void)fclose(reader.stream);
    if (status == SGDL_OK)
        status = check_layout(&reader, error);
    if (status == SGDL_OK)
        status = check_lowest(&reader, error);
    if (status != SGDL_OK)
        numbers_free(self);
    return status;
}

void numbers_free(numbers_t *self)
{
    free(self->value);
    *self = (numbers_t){0};
}
