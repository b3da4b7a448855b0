/* Rows in an array of NumPy; labels in a column of it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/npy.h"
#include "src/base/text.h"
#include "src/data/reading.h"

static int fail_number(const labelled_source_t *source, size_t row, size_t column, double value,
                       sgdl_error_t *error)
{
    return sgdl_fail(error, SGDL_ERR_INPUT, source->path,
                     "row %zu, column %zu: found %s, allowed: a finite number in every place",
                     row + 1, column + 1, isnan(value) ? "a missing value (nan)" : "infinity");
}

/* Which column holds the labels; columns: none. */
static int find_label(const labelled_source_t *source, size_t columns, size_t *label,
                      sgdl_error_t *error)
{
    double number = (double)columns;
    *label = columns;
    if (source->labels)
        return SGDL_OK;
    if (source->column && (text_number(source->column, &number) != NUMBER_OK ||
                           number != floor(number) || !(number >= 1) || number > (double)columns))
        return sgdl_fail(error, SGDL_ERR_INPUT, "--label",
                         "found '%.80s', allowed: the number of a column, from 1 to %zu",
                         source->column, columns);
    if (columns < 2)
        return sgdl_fail(error, SGDL_ERR_INPUT, source->path,
                         "found one column, allowed: features and a label, or --labels FILE");
    *label = (size_t)number - 1;
    return SGDL_OK;
}

static int take_row(labelled_t *out, const npy_t *array, size_t label,
                    const labelled_source_t *source, sgdl_error_t *error)
{
    const size_t r = out->rows, columns = array->shape[1];
    const double *from = array->value + r * columns;
    char text[TEXT_NUMBER_SIZE] = "";
    double *row = labelled_row(out, columns - (label < columns), source, error);
    if (!row)
        return error ? error->code : SGDL_ERR_MEMORY;
    for (size_t c = 0; c < columns; c++) {
        if (!isfinite(from[c]))
            return fail_number(source, r, c, from[c], error);
        if (c == label)
            text_shortest(from[c], text);
        else
            *row++ = from[c];
    }
    return labelled_add(out, text, r + 1, error);
}

int read_arrays(labelled_t *out, const labelled_source_t *source, sgdl_error_t *error)
{
    npy_t array;
    size_t label = 0;
    int status = npy_read(&array, source->path, error);
    if (status == SGDL_OK)
        status = find_label(source, array.shape[1], &label, error);
    while (status == SGDL_OK && out->rows < array.shape[0]) {
        status = take_row(out, &array, label, source, error);
        if (status == SGDL_OK && sgdl_watch_stopped(&source->watch))
            status = sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL, "interrupted");
    }
    out->crc32 = array.crc32;
    npy_free(&array);
    return status;
}
