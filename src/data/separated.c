/*
 * Comma- and tab-separated rows. Fields may stand in double quotes, a quote within them twice. The
 * first line is a header if the label's column is named in it, or if none of its fields is a
 * number.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/nearest.h"
#include "src/base/text.h"
#include "src/data/reading.h"

typedef struct separated {
    labelled_t *out;
    line_reader_t lines;
    char separator;
    char **field; /* [fields] of the present line, in its text */
    size_t fields, room;
    size_t columns; /* of every line */
    size_t label;   /* which of them is the label's */
    char **name;    /* [columns] of the header, owned; NULL without */
} separated_t;

/* ---- fields --------------------------------------------------------------------------------- */

static int add_field(separated_t *self, char *text)
{
    if (self->fields == self->room) {
        const size_t room = self->room ? 2 * self->room : 64;
        char **grown = realloc(self->field, room * sizeof *grown);
        if (!grown)
            return sgdl_fail_memory(self->lines.error);
        self->field = grown;
        self->room = room;
    }
    self->field[self->fields++] = text;
    return SGDL_OK;
}

static char *trimmed(char *text, char *end)
{
    while (*text == ' ' || *text == '\t')
        text++;
    while (end > text && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    *end = '\0';
    return text;
}

/* The end of a quoted field, which begins behind its quote and is written over itself. */
static int unquote(const separated_t *self, char *text, char **next)
{
    char *to = text, *from = text;
    for (; *from && (*from != '"' || from[1] == '"'); from++) {
        from += *from == '"';
        *to++ = *from;
    }
    if (!*from)
        return lines_fail(&self->lines, "column %zu: found a quote that does not end on its line",
                          self->fields + 1);
    for (from++; *from == ' '; from++)
        ;
    if (*from && *from != self->separator)
        return lines_fail(&self->lines, "column %zu: found text behind a quoted field",
                          self->fields + 1);
    *next = from;
    *to = '\0';
    return SGDL_OK;
}

static int split(separated_t *self)
{
    char *next = self->lines.text;
    int status = SGDL_OK;
    bool more = true;
    self->fields = 0;
    while (more && status == SGDL_OK) {
        char *begin = next;
        while (*begin == ' ')
            begin++;
        const bool quoted = *begin == '"';
        if (quoted)
            status = unquote(self, ++begin, &next);
        else
            next = begin + strcspn(begin, (char[]){self->separator, '\0'});
        if (status != SGDL_OK)
            return status;
        more = *next == self->separator;
        if (!quoted)
            begin = trimmed(begin, next); /* which may end the text where it stood */
        status = add_field(self, begin);
        next++;
    }
    return status;
}

/* ---- the first line ------------------------------------------------------------------------- */

/* A column by its number from 1, or fields. */
static size_t numbered(const char *text, size_t fields)
{
    double number;
    const bool is_one = text && text_number(text, &number) == NUMBER_OK && number >= 1 &&
                        number <= (double)fields && number == (double)(size_t)number;
    return is_one ? (size_t)number - 1 : fields;
}

static size_t find_field(const separated_t *self, const char *name)
{
    size_t f = 0;
    while (f < self->fields && strcmp(self->field[f], name) != 0)
        f++;
    return f;
}

static bool is_header(const separated_t *self, const char *wanted)
{
    double number;
    if (wanted && find_field(self, wanted) < self->fields &&
        text_number(wanted, &number) == NUMBER_NOT)
        return true;
    for (size_t f = 0; f < self->fields; f++)
        if (text_number(self->field[f], &number) != NUMBER_NOT || field_is_missing(self->field[f]))
            return false;
    return true;
}

static int check_names(const separated_t *self)
{
    char shown[64];
    for (size_t f = 0; f < self->fields; f++) {
        const size_t first = find_field(self, self->field[f]);
        text_printable(self->field[f], shown, sizeof shown);
        if (first < f)
            return lines_fail(&self->lines,
                              "found the name '%s' of columns %zu and %zu, allowed: "
                              "different names",
                              shown, first + 1, f + 1);
    }
    return SGDL_OK;
}

static int take_names(separated_t *self)
{
    int status = check_names(self);
    if (status != SGDL_OK)
        return status;
    self->name = calloc(self->fields, sizeof *self->name);
    for (size_t f = 0; self->name && f < self->fields; f++)
        if (!(self->name[f] = strdup(self->field[f])))
            return sgdl_fail_memory(self->lines.error);
    return self->name ? SGDL_OK : sgdl_fail_memory(self->lines.error);
}

static int fail_column(const separated_t *self, const char *wanted)
{
    char shown[64];
    const char *nearest =
        self->name ? nearest_name(wanted, (const char *const *)self->name, self->columns) : NULL;
    text_printable(wanted, shown, sizeof shown);
    return lines_fail(&self->lines,
                      "found no column '%s' of labels%s%s%s%s, allowed: %sa number from 1 to %zu",
                      shown, nearest ? " (did you mean '" : "", nearest ? nearest : "",
                      nearest ? "'?)" : "", self->name ? "" : " in a file without a header",
                      self->name ? "a name of the header or " : "", self->columns);
}

static int take_first(separated_t *self, bool *header)
{
    static const char usual[] = "label";
    const char *wanted = self->lines.source->column;
    *header = is_header(self, wanted);
    self->columns = self->fields;
    int status = *header ? take_names(self) : SGDL_OK;
    if (status != SGDL_OK)
        return status;
    const bool by_name = *header && find_field(self, wanted ? wanted : usual) < self->fields;
    if (by_name)
        self->label = find_field(self, wanted ? wanted : usual);
    else
        self->label = wanted ? numbered(wanted, self->fields) : self->fields - 1;
    if (self->lines.source->labels)
        self->label = self->columns; /* they stand elsewhere */
    else if (self->label == self->columns)
        return fail_column(self, wanted);
    else if (self->columns < 2)
        return lines_fail(&self->lines, "found one column, allowed: features and a label");
    return SGDL_OK;
}

/* ---- rows ----------------------------------------------------------------------------------- */

static int take_row(separated_t *self)
{
    labelled_t *out = self->out;
    const line_reader_t *lines = &self->lines;
    const size_t features = self->columns - (self->label < self->columns);
    if (self->fields != self->columns)
        return lines_fail(lines, "found %zu fields, allowed: %zu, as in the first line",
                          self->fields, self->columns);
    double *row = labelled_row(out, features, lines->source, lines->error);
    int status = row ? SGDL_OK : lines->error ? lines->error->code : SGDL_ERR_MEMORY;
    for (size_t f = 0; f < self->fields && status == SGDL_OK; f++) {
        char where[LABELLED_NAME], shown[48] = "";
        if (self->name)
            text_printable(self->name[f], shown, sizeof shown);
        (void)snprintf(where, sizeof where, "column %zu%s%s%s", f + 1, self->name ? " (" : "",
                       shown, self->name ? ")" : "");
        if (f != self->label)
            status = field_number(lines, self->field[f], where, row++);
        else if (field_is_missing(self->field[f]))
            status = lines_fail(lines, "%s: found no label", where);
    }
    if (status != SGDL_OK)
        return status;
    return labelled_add(out, self->label < self->columns ? self->field[self->label] : "",
                        lines->number, lines->error);
}

/* The header's names become the features', the label's aside. */
static void hand_over(separated_t *self)
{
    if (self->name && self->label < self->columns) {
        free(self->name[self->label]);
        memmove(self->name + self->label, self->name + self->label + 1,
                (self->columns - self->label - 1) * sizeof *self->name);
        self->name[self->columns - 1] = NULL;
    }
    self->out->columns = self->columns - (self->label < self->columns); /* without a row, too */
    self->out->feature = self->name;
    self->out->crc32 = self->lines.crc32;
    self->name = NULL;
}

static void separated_free(separated_t *self)
{
    for (size_t f = 0; self->name && f < self->columns; f++)
        free(self->name[f]);
    free(self->name);
    free(self->field);
    lines_close(&self->lines);
}

int read_separated(labelled_t *out, const labelled_source_t *source, char separator,
                   sgdl_error_t *error)
{
    separated_t self = {.out = out, .separator = separator};
    bool more = true, first = true, header = false;
    int status = lines_open(&self.lines, source, error);
    while (status == SGDL_OK && (status = lines_next(&self.lines, &more)) == SGDL_OK && more) {
        status = split(&self);
        if (status == SGDL_OK && first)
            status = take_first(&self, &header);
        if (status == SGDL_OK && !(first && header))
            status = take_row(&self);
        first = false;
    }
    if (status == SGDL_OK)
        hand_over(&self);
    separated_free(&self);
    return status;
}
