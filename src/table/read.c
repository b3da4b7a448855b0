/* Tables back from disk. The text is read whole, with a bound; `problem` marks come back from json
 * only, since tsv and csv do not tell. */
#include "sgdlimit/table.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/c_locale.h"
#include "src/base/fail_reading.h"
#include "src/tree/json.h"
#include "src/table/source.h"

static const size_t LARGEST_FILE = (size_t)1 << 30;
static const size_t MOST_COMMENTS = 10000;

/* Some editors put it in front of UTF-8. */
static const char byte_order_mark[] = "\xEF\xBB\xBF";

/* A line of the text being read, for messages. */
typedef struct source {
    const char *name;
    size_t line;
    bool table; /* it has shown that it is one */
} source_t;

static int fail_line(const source_t *source, sgdl_error_t *error, const char *what,
                     const char *found)
{
    char place[512];
    (void)snprintf(place, sizeof place, "%s:%zu", source->name, source->line);
    return sgdl_fail(error, SGDL_ERR_INPUT, place, "%s%s, found '%.80s'",
                     source->table ? "" : "not a table: ", what, found);
}

static int read_stream(FILE *stream, const char *name, char **text, size_t *length,
                       sgdl_error_t *error)
{
    size_t room = 1 << 16;
    size_t used = 0;
    char *buffer = malloc(room);
    while (buffer) {
        size_t got = fread(buffer + used, 1, room - used - 1, stream);
        if (got == 0)
            break;
        if (memchr(buffer + used, '\0', got)) {
            free(buffer);
            return sgdl_fail(error, SGDL_ERR_INPUT, name, "is not a table: it holds zero bytes");
        }
        used += got;
        if (used > LARGEST_FILE) {
            free(buffer);
            return sgdl_fail(error, SGDL_ERR_INPUT, name, "is larger than 1 GiB");
        }
        if (used == room - 1) {
            char *grown = realloc(buffer, 2 * room);
            if (!grown)
                free(buffer);
            buffer = grown;
            room *= 2;
        }
    }
    if (!buffer)
        return sgdl_fail_memory(error);
    if (ferror(stream)) {
        int number = errno;
        free(buffer);
        return fail_reading(error, number, name, "cannot be read");
    }
    buffer[used] = '\0';
    *text = buffer;
    *length = used;
    return SGDL_OK;
}

/* Replacing equal keys makes adding comments quadratic: hence the bound. */
static int add_comment(sgdl_table_t *self, const char *name, bool problem, const char *key,
                       const char *value, sgdl_error_t *error)
{
    if (self->comments >= MOST_COMMENTS)
        return sgdl_fail(error, SGDL_ERR_INPUT, name, "has more than %zu comments", MOST_COMMENTS);
    return sgdl_table_comment(self, problem, key, error, "%s", value);
}

/* ---- tsv and csv ------------------------------------------------------------------------------
 */

static int read_comment_line(sgdl_table_t *self, const source_t *source, char *line,
                             sgdl_error_t *error)
{
    char *key = line + 1 + strspn(line + 1, " \t");
    char *colon = strstr(key, ": ");
    char *value = colon ? colon + 2 : key + strlen(key);
    if (colon)
        *colon = '\0';
    else if (value > key && value[-1] == ':')
        value[-1] = '\0';
    return *key ? add_comment(self, source->name, false, key, value, error) : SGDL_OK;
}

/* One number of a row, whole: decimal, nan, inf or -inf, or nothing. */
static bool parse_number(const char *text, double *value)
{
    const char *digits = text + (*text == '-' || *text == '+');
    char *end;
    if (!*text) { /* spreadsheets and pandas leave what is not defined out */
        *value = NAN;
        return true;
    }
    if (strcasecmp(digits, "nan") == 0) {
        *value = NAN;
        return true;
    }
    if (strcasecmp(digits, "inf") == 0) {
        *value = *text == '-' ? -INFINITY : INFINITY;
        return true;
    }
    if (strspn(text, "+-.0123456789eE") != strlen(text))
        return false;
    *value = strtod(text, &end);
    return end > text && *end == '\0' && isfinite(*value);
}

static int read_header_line(sgdl_table_t *self, const source_t *source, char *line, char separator,
                            sgdl_error_t *error)
{
    for (char *name = line; name;) {
        char *end = strchr(name, separator);
        if (end)
            *end = '\0';
        double number;
        if (*name == '\0')
            return fail_line(source, error, "a column without a name", name);
        if (parse_number(name, &number))
            return fail_line(source, error, "expected the names of columns", name);
        int status = sgdl_table_column(self, error, "%s", name);
        if (status != SGDL_OK)
            return status;
        name = end ? end + 1 : NULL;
    }
    return SGDL_OK;
}

static int read_row_line(sgdl_table_t *self, const source_t *source, char *line, char separator,
                         sgdl_error_t *error)
{
    double *row;
    int status = sgdl_table_row(self, &row, error);
    if (status != SGDL_OK)
        return status;
    size_t column = 0;
    for (char *cell = line; cell; column++) {
        char *end = strchr(cell, separator);
        if (end)
            *end = '\0';
        if (column == self->columns)
            return fail_line(source, error, "the row has more numbers than columns", cell);
        if (!parse_number(cell, &row[column])) {
            return fail_line(source, error,
                             separator == '\t'
                                 ? "expected a number, nan, inf or -inf between tabs"
                                 : "expected a number, nan, inf or -inf between commas",
                             cell);
        }
        cell = end ? end + 1 : NULL;
    }
    if (column < self->columns)
        return fail_line(source, error, "the row has fewer numbers than columns; it ends", line);
    return SGDL_OK;
}

static int read_text(sgdl_table_t *self, const char *name, char *text, sgdl_error_t *error)
{
    source_t source = {.name = name};
    char separator = '\t';
    size_t empty_lines = 0;
    for (char *line = text; line && *line;) {
        char *next = strchr(line, '\n');
        size_t length = next ? (size_t)(next - line) : strlen(line);
        line[length] = '\0';
        if (length > 0 && line[length - 1] == '\r')
            line[--length] = '\0';
        source.line++;

        int status = SGDL_OK;
        if (length == 0) {
            empty_lines++;
        } else if (*line == '#') {
            status = read_comment_line(self, &source, line, error);
            source.table |= self->comments > 0 && *self->comment[0].value &&
                            strcmp(self->comment[0].key, "sgdlimit") == 0;
        } else if (self->columns == 0) {
            separator = !strchr(line, '\t') && strchr(line, ',') ? ',' : '\t';
            status = read_header_line(self, &source, line, separator, error);
            empty_lines = 0;
        } else {
            if (empty_lines >= 2 && self->rows > 0)
                status = sgdl_table_block(self, error);
            empty_lines = 0;
            status =
                status != SGDL_OK ? status : read_row_line(self, &source, line, separator, error);
            source.table = true;
        }
        if (status != SGDL_OK)
            return status;
        line = next ? next + 1 : NULL;
    }
    if (self->columns == 0) {
        return sgdl_fail(error, SGDL_ERR_INPUT, name,
                         "is not a table: it has no line of column names");
    }
    return SGDL_OK;
}

/* ---- json -------------------------------------------------------------------------------------
 */

static int fail_json(const char *name, sgdl_error_t *error, const char *what)
{
    return sgdl_fail(error, SGDL_ERR_INPUT, name, "is not a table: %s", what);
}

static int read_json_comments(sgdl_table_t *self, const char *name, json_t *object, bool problem,
                              sgdl_error_t *error)
{
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        bool file = strncmp(key, FILE_PREFIX, strlen(FILE_PREFIX)) == 0;
        if (!json_is_string(value) && !problem && !file)
            continue;
        char *text;
        int status = json_yaml(value, &text, error);
        if (status == SGDL_OK)
            status = add_comment(self, name, problem, key, text, error);
        else if (status == SGDL_ERR_INPUT)
            (void)snprintf(error->place, sizeof error->place, "%s", name);
        free(text);
        if (status != SGDL_OK)
            return status;
    }
    return SGDL_OK;
}

static bool read_json_number(const json_t *cell, double *value)
{
    if (json_is_number(cell)) {
        *value = json_number_value(cell);
        return true;
    }
    if (json_is_null(cell)) {
        *value = NAN;
        return true;
    }
    return json_is_string(cell) && parse_number(json_string_value(cell), value);
}

static int read_json_curve(sgdl_table_t *self, const char *name, const json_t *rows,
                           sgdl_error_t *error)
{
    size_t i;
    const json_t *cells;
    int status = sgdl_table_block(self, error);
    if (status != SGDL_OK)
        return status;
    json_array_foreach(rows, i, cells)
    {
        double *row;
        if (!json_is_array(cells) || json_array_size(cells) != self->columns)
            return fail_json(name, error, "a row does not hold one number a column");
        status = sgdl_table_row(self, &row, error);
        if (status != SGDL_OK)
            return status;
        for (size_t j = 0; j < self->columns; j++)
            if (!read_json_number(json_array_get(cells, j), &row[j]))
                return fail_json(name, error, "a row holds what is no number");
    }
    return SGDL_OK;
}

static int read_json_root(sgdl_table_t *self, const char *name, json_t *root, sgdl_error_t *error)
{
    json_t *columns = json_object_get(root, "columns");
    json_t *curves = json_object_get(root, "curves");
    if (!json_is_array(columns) || json_array_size(columns) == 0 || !json_is_array(curves))
        return fail_json(name, error, "'columns' and 'curves' must be lists");
    int status = read_json_comments(self, name, root, false, error);
    if (status == SGDL_OK)
        status = read_json_comments(self, name, json_object_get(root, "problem"), true, error);
    size_t i;
    json_t *item;
    json_array_foreach(columns, i, item)
    {
        if (status != SGDL_OK)
            return status;
        status = json_is_string(item)
                     ? sgdl_table_column(self, error, "%s", json_string_value(item))
                     : fail_json(name, error, "a column's name is no string");
    }
    json_array_foreach(curves, i, item)
    {
        if (status != SGDL_OK)
            return status;
        json_t *rows = json_object_get(item, "rows");
        status = json_is_array(rows) ? read_json_curve(self, name, rows, error)
                                     : fail_json(name, error, "a curve's 'rows' must be a list");
    }
    return status;
}

static int read_json(sgdl_table_t *self, const char *name, const char *text, size_t length,
                     sgdl_error_t *error)
{
    json_error_t flaw;
    /* integers as reals, so that -0 keeps its sign */
    bool starved;
    json_t *root = load_json(text, length, JSON_DECODE_INT_AS_REAL, &flaw, &starved);
    if (starved)
        return sgdl_fail_memory(error);
    if (!root) {
        char place[512];
        (void)snprintf(place, sizeof place, "%s:%d", name, flaw.line);
        return sgdl_fail(error, SGDL_ERR_INPUT, place, "is not json: %s", flaw.text);
    }
    int status = read_json_root(self, name, root, error);
    json_decref(root);
    return status;
}

int sgdl_table_read(sgdl_table_t *self, const char *path, sgdl_error_t *error)
{
    bool standard_input = strcmp(path, "-") == 0;
    const char *name = standard_input ? "standard input" : path;
    char *text = NULL;
    size_t length = 0;

    sgdl_table_init(self);
    FILE *stream = standard_input ? stdin : fopen(path, "r");
    if (!stream)
        return fail_reading(error, errno, name, "cannot be read");
    int status = read_stream(stream, name, &text, &length, error);
    if (!standard_input)
        (void)fclose(stream);
    if (status != SGDL_OK)
        return status;
    c_locale_t locale;
    status = c_locale_enter(&locale, error);
    if (status != SGDL_OK) {
        free(text);
        return status;
    }
    bool marked = strncmp(text, byte_order_mark, sizeof byte_order_mark - 1) == 0;
    size_t skipped = marked ? sizeof byte_order_mark - 1 : 0;
    char *first = text + skipped;
    status = first[strspn(first, " \t\r\n")] == '{'
                 ? read_json(self, name, first, length - skipped, error)
                 : read_text(self, name, first, error);
    c_locale_leave(&locale);
    free(text);
    if (status != SGDL_OK)
        sgdl_table_free(self);
    return status;
}
