/* A file of labels alone: one a line, below a header maybe, or an array of one axis. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/npy.h"
#include "src/base/text.h"
#include "src/data/reading.h"

static int read_lines(labelled_t *out, const labelled_source_t *source, sgdl_error_t *error)
{
    line_reader_t lines;
    bool more = true;
    int status = lines_open(&lines, source, error);
    while (status == SGDL_OK && (status = lines_next(&lines, &more)) == SGDL_OK && more) {
        char *text = lines.text + strspn(lines.text, " \t"), *end = text + strlen(text);
        while (end > text && strchr(" \t", end[-1]))
            *--end = '\0';
        if (*text == '"' && end > text + 1 && end[-1] == '"') {
            *--end = '\0';
            text++;
        }
        status = field_is_missing(text) ? lines_fail(&lines, "found no label: '%s'", text)
                                        : labelled_add(out, text, lines.number, error);
    }
    lines_close(&lines);
    return status;
}

static int read_array(labelled_t *out, const labelled_source_t *source, sgdl_error_t *error)
{
    npy_t array;
    int status = npy_read(&array, source->path, error);
    if (status == SGDL_OK && array.shape[1] != 1)
        status =
            sgdl_fail(error, SGDL_ERR_INPUT, source->path,
                      "found %zu columns, allowed: an array of labels, one a row", array.shape[1]);
    while (status == SGDL_OK && out->rows < array.shape[0]) {
        char text[TEXT_NUMBER_SIZE];
        if (!isfinite(array.value[out->rows]))
            status = sgdl_fail(error, SGDL_ERR_INPUT, source->path,
                               "row %zu: found %g, allowed: a label", out->rows + 1,
                               array.value[out->rows]);
        text_shortest(array.value[out->rows], text);
        if (status == SGDL_OK)
            status = labelled_add(out, text, out->rows + 1, error);
    }
    npy_free(&array);
    return status;
}

/* One label more than rows, in a text: the first is their header. */
static void drop_header(labelled_t *labels, size_t rows)
{
    if (labels->rows != rows + 1)
        return;
    labels->rows--;
    memmove(labels->at, labels->at + 1, labels->rows * sizeof *labels->at);
}

static void take_over(labelled_t *self, labelled_t *labels)
{
    free(self->text);
    free(self->at);
    self->text = labels->text;
    self->at = labels->at;
    labels->text = NULL;
    labels->at = NULL;
}

int read_label_column(labelled_t *self, const labelled_source_t *source, sgdl_error_t *error)
{
    labelled_t labels = {0};
    const labelled_source_t own = {
        .path = source->labels, .memory = source->memory, .watch = source->watch};
    const bool array = npy_is_named(own.path);
    int status = array ? read_array(&labels, &own, error) : read_lines(&labels, &own, error);
    if (status == SGDL_OK && !array)
        drop_header(&labels, self->rows);
    if (status == SGDL_OK && labels.rows != self->rows)
        status = sgdl_fail(error, SGDL_ERR_INPUT, own.path,
                           "found %zu labels, allowed: one for each of the %zu rows of %.300s",
                           labels.rows, self->rows, source->path);
    if (status == SGDL_OK)
        take_over(self, &labels);
    labelled_free(&labels);
    return status;
}
