/* Tables on disk: tsv, csv, json. */
#include "sgdlimit/table.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/fail_writing.h"
#include "src/base/c_locale.h"
#include "src/base/numerals.h"
#include "src/tree/json.h"
#include "src/table/source.h"
#include "src/base/text_stream.h"
#include "src/base/whole_file.h"

/* Write errors of the stream itself are sticky and looked at once, at the end. */
static void write_number(FILE *stream, double value)
{
    char text[TEXT_NUMBER_SIZE];
    if (isfinite(value))
        (void)fwrite(text, 1, numeral_write(value, text), stream);
    else
        (void)fputs(isnan(value) ? "nan" : value > 0 ? "inf" : "-inf", stream);
}

/* After an error every further byte may wait for a reader again. Asked of every number, it would
 * cost a twentieth of the writing. */
static bool goes_on(FILE *stream, size_t column) { return column % 64 != 0 || !ferror(stream); }

static size_t block_end(const sgdl_table_t *self, size_t block)
{
    return block + 1 < self->blocks ? self->block_start[block + 1] : self->rows;
}

static void write_text(const sgdl_table_t *self, FILE *stream, char separator)
{
    for (size_t i = 0; i < self->comments && !ferror(stream); i++)
        (void)fprintf(stream, "# %s: %s\n", self->comment[i].key, self->comment[i].value);
    for (size_t j = 0; j < self->columns && !ferror(stream); j++)
        (void)fprintf(stream, "%s%c", self->column[j], j + 1 < self->columns ? separator : '\n');
    for (size_t block = 0; block < self->blocks && !ferror(stream); block++) {
        if (block > 0)
            (void)fputs("\n\n", stream);
        for (size_t i = self->block_start[block]; i < block_end(self, block); i++) {
            if (ferror(stream))
                return;
            for (size_t j = 0; j < self->columns && goes_on(stream, j); j++) {
                write_number(stream, self->value[i * self->columns + j]);
                (void)fputc(j + 1 < self->columns ? separator : '\n', stream);
            }
        }
    }
}

/* What is stated in one-line YAML: the problem, and the files that it was read from. */
static bool is_stated(const sgdl_comment_t *comment)
{
    return comment->problem || strncmp(comment->key, FILE_PREFIX, strlen(FILE_PREFIX)) == 0;
}

/* Every comment that is (or is not) part of the problem. */
static int write_json_comments(const sgdl_table_t *self, FILE *stream, bool problem,
                               sgdl_error_t *error)
{
    bool first = true;
    for (size_t i = 0; i < self->comments && !ferror(stream); i++) {
        const sgdl_comment_t *comment = &self->comment[i];
        if (comment->problem != problem)
            continue;
        (void)fputs(first ? "\n" : ",\n", stream);
        (void)fputs(problem ? "    " : "  ", stream);
        first = false;
        int status = json_print_string(comment->key, stream, error);
        (void)fputs(": ", stream);
        if (status == SGDL_OK) {
            status = is_stated(comment) ? json_print_yaml(comment->value, stream, error)
                                        : json_print_string(comment->value, stream, error);
        }
        if (status != SGDL_OK)
            return status;
    }
    if (!problem && !first)
        (void)fputc(',', stream);
    return SGDL_OK;
}

static void write_json_rows(const sgdl_table_t *self, FILE *stream)
{
    (void)fputs("\n  \"curves\": [", stream);
    for (size_t block = 0; block < self->blocks && !ferror(stream); block++) {
        (void)fputs(block ? ",\n    {\"rows\": [" : "\n    {\"rows\": [", stream);
        for (size_t i = self->block_start[block]; i < block_end(self, block); i++) {
            if (ferror(stream))
                return;
            (void)fputs(i > self->block_start[block] ? ",\n      [" : "\n      [", stream);
            for (size_t j = 0; j < self->columns && goes_on(stream, j); j++) {
                double value = self->value[i * self->columns + j];
                (void)fputs(j ? ", " : "", stream);
                if (isnan(value))
                    (void)fputs("null", stream);
                else if (isinf(value))
                    (void)fputs(value > 0 ? "\"inf\"" : "\"-inf\"", stream);
                else
                    write_number(stream, value);
            }
            (void)fputc(']', stream);
        }
        (void)fputs("]}", stream);
    }
    (void)fputs("]\n}\n", stream);
}

static int write_json(const sgdl_table_t *self, FILE *stream, sgdl_error_t *error)
{
    (void)fputc('{', stream);
    int status = write_json_comments(self, stream, false, error);
    if (status != SGDL_OK)
        return status;
    (void)fputs("\n  \"problem\": {", stream);
    status = write_json_comments(self, stream, true, error);
    (void)fputs("},\n  \"columns\": [", stream);
    for (size_t j = 0; j < self->columns && status == SGDL_OK && !ferror(stream); j++) {
        (void)fputs(j ? ", " : "", stream);
        status = json_print_string(self->column[j], stream, error);
    }
    if (status == SGDL_OK && !ferror(stream)) {
        (void)fputs("],", stream);
        write_json_rows(self, stream);
    }
    return status;
}

/* Values of JSON take memory: they are put together first, so that nothing is written by halves. */
static int write_whole_json(const sgdl_table_t *self, FILE *stream, sgdl_error_t *error)
{
    text_stream_t whole;
    char *text;
    int status = text_stream_open(&whole, error);
    if (status != SGDL_OK)
        return status;
    status = write_json(self, whole.out, error);
    int closed = text_stream_close(&whole, &text, status != SGDL_OK ? NULL : error);
    status = status != SGDL_OK ? status : closed;
    if (status == SGDL_OK)
        (void)fwrite(text, 1, whole.size, stream);
    free(text);
    return status;
}

int sgdl_table_write(const sgdl_table_t *self, FILE *stream, sgdl_format_t format,
                     sgdl_error_t *error)
{
    c_locale_t locale;
    int status = c_locale_enter(&locale, error);
    if (status != SGDL_OK)
        return status;
    errno = 0;
    if (format == SGDL_FORMAT_JSON)
        status = write_whole_json(self, stream, error);
    else
        write_text(self, stream, format == SGDL_FORMAT_CSV ? ',' : '\t');
    c_locale_leave(&locale);
    if (status != SGDL_OK)
        return status;
    if (ferror(stream) || fflush(stream) != 0)
        return fail_writing(error, errno, NULL);
    return SGDL_OK;
}

int sgdl_table_save(const sgdl_table_t *self, const char *path, sgdl_format_t format,
                    sgdl_error_t *error)
{
    whole_file_t file;
    int status = whole_file_open(&file, path, error);
    if (status != SGDL_OK)
        return status;
    status = sgdl_table_write(self, file.stream, format, error);
    if (status != SGDL_OK) {
        if (error)
            (void)snprintf(error->place, sizeof error->place, "%s", path);
        whole_file_discard(&file);
        return status;
    }
    return whole_file_commit(&file, error);
}
