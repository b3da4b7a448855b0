/* Tables in memory. */
#include "sgdlimit/table.h"
#include "src/base/c_locale.h"
#include "src/base/grow.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST = 16 }; /* items that there is room for at first */

void sgdl_table_init(sgdl_table_t *self) { *self = (sgdl_table_t){0}; }

void sgdl_table_free(sgdl_table_t *self)
{
    for (size_t i = 0; i < self->comments; i++) {
        free(self->comment[i].key);
        free(self->comment[i].value);
    }
    for (size_t i = 0; i < self->columns; i++)
        free(self->column[i]);
    free(self->comment);
    free(self->column);
    free(self->value);
    free(self->block_start);
    *self = (sgdl_table_t){0};
}

static char *format_text(const char *format, va_list arguments)
{
    va_list copy;
    va_copy(copy, arguments);
    int length = c_print_list(NULL, 0, format, copy);
    va_end(copy);
    if (length < 0)
        return NULL;
    char *text = malloc((size_t)length + 1);
    if (text)
        (void)c_print_list(text, (size_t)length + 1, format, arguments);
    return text;
}

/* Every entry of a header must stay on its line. */
static void keep_on_one_line(char *text)
{
    for (; *text; text++)
        if (*text == '\n' || *text == '\r')
            *text = ' ';
}

static sgdl_comment_t *find_comment(const sgdl_table_t *self, const char *key)
{
    for (size_t i = 0; i < self->comments; i++)
        if (strcmp(self->comment[i].key, key) == 0)
            return &self->comment[i];
    return NULL;
}

int sgdl_table_comment(sgdl_table_t *self, bool problem, const char *key, sgdl_error_t *error,
                       const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *value = format_text(format, arguments);
    va_end(arguments);
    if (!value)
        return sgdl_fail_memory(error);
    keep_on_one_line(value);

    sgdl_comment_t *known = find_comment(self, key);
    if (known) {
        free(known->value);
        known->value = value;
        known->problem = problem;
        return SGDL_OK;
    }

    char *name = strdup(key);
    sgdl_comment_t *grown =
        name ? grow(self->comment, self->comments, &self->comment_room, FIRST, sizeof *grown)
             : NULL;
    if (!grown) {
        free(name);
        free(value);
        return sgdl_fail_memory(error);
    }
    self->comment = grown;
    keep_on_one_line(name);
    self->comment[self->comments++] =
        (sgdl_comment_t){.key = name, .value = value, .problem = problem};
    return SGDL_OK;
}

int sgdl_table_column(sgdl_table_t *self, sgdl_error_t *error, const char *format, ...)
{
    assert(self->rows == 0);
    va_list arguments;
    va_start(arguments, format);
    char *name = format_text(format, arguments);
    va_end(arguments);
    char **grown =
        name ? grow(self->column, self->columns, &self->column_room, FIRST, sizeof *grown) : NULL;
    if (!grown) {
        free(name);
        return sgdl_fail_memory(error);
    }
    self->column = grown;
    self->column[self->columns++] = name;
    return SGDL_OK;
}

int sgdl_table_block(sgdl_table_t *self, sgdl_error_t *error)
{
    size_t *grown = grow(self->block_start, self->blocks, &self->block_room, FIRST, sizeof *grown);
    if (!grown)
        return sgdl_fail_memory(error);
    self->block_start = grown;
    self->block_start[self->blocks++] = self->rows;
    return SGDL_OK;
}

int sgdl_table_row(sgdl_table_t *self, double **row, sgdl_error_t *error)
{
    assert(self->columns > 0);
    *row = NULL;
    if (self->blocks == 0) {
        int status = sgdl_table_block(self, error);
        if (status != SGDL_OK)
            return status;
    }
    if (self->columns > SIZE_MAX / sizeof(double))
        return sgdl_fail_memory(error);
    double *grown =
        grow(self->value, self->rows, &self->row_room, FIRST, self->columns * sizeof *grown);
    if (!grown)
        return sgdl_fail_memory(error);
    self->value = grown;
    *row = self->value + self->rows * self->columns;
    for (size_t i = 0; i < self->columns; i++)
        (*row)[i] = NAN;
    self->rows++;
    return SGDL_OK;
}

long sgdl_table_find(const sgdl_table_t *self, const char *column)
{
    for (size_t i = 0; i < self->columns; i++)
        if (strcmp(self->column[i], column) == 0)
            return (long)i;
    return -1;
}

const char *sgdl_table_value(const sgdl_table_t *self, const char *key)
{
    const sgdl_comment_t *comment = find_comment(self, key);
    return comment ? comment->value : NULL;
}

bool sgdl_format_parse(const char *name, sgdl_format_t *format)
{
    static const char *const names[] = {
        [SGDL_FORMAT_TSV] = "tsv", [SGDL_FORMAT_CSV] = "csv", [SGDL_FORMAT_JSON] = "json"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0) {
            *format = (sgdl_format_t)i;
            return true;
        }
    }
    return false;
}
