/* Labelled rows of every format, and the estimate of what could be read. The first byte chooses. */
#include <math.h>

#include "src/data/fit.h"
#include "tests/fuzz/fuzz.h"

static void promise_rows(const labelled_t *data)
{
    PROMISE(data->rows > 0 && data->columns > 0 && data->labels > 0, "%zu rows of %zu", data->rows,
            data->columns);
    for (size_t e = 0; e < data->rows * data->columns; e++)
        PROMISE(isfinite(data->value[e]), "the number %g", data->value[e]);
    for (size_t r = 0; r < data->rows; r++)
        PROMISE(data->of[r] < data->labels, "label %zu of %zu", data->of[r], data->labels);
    for (size_t l = 1; l < data->labels; l++)
        PROMISE(strcmp(data->label[l - 1], data->label[l]) != 0, "one label twice");
}

static void promise_estimate(labelled_t *data, const char *path)
{
    sgdl_estimate_options_t options = sgdl_estimate_default();
    sgdl_error_t error = {0};
    options.constant = SGDL_CONSTANT_DROP;
    options.memory = 1e8;
    fit_t fit = {.options = &options, .data = *data};
    *data = (labelled_t){0};
    int status = fit_choose(&fit, path, &error);
    if (status == SGDL_OK)
        status = fit_transform(&fit, path, &error);
    if (status == SGDL_OK && fit.d <= 64)
        status = fit_moments(&fit, path, &error);
    PROMISE(status != SGDL_ERR_MEMORY, "out of memory");
    PROMISE(status == SGDL_OK || *error.message, "status %d without a word", status);
    fit_free(&fit);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const formats[] = {"csv", "tsv", "libsvm", "npy"};
    if (size == 0)
        return 0;
    const char *path = file_with(data + 1, size - 1);
    const labelled_source_t source = {.path = path,
                                      .format = formats[data[0] % 4],
                                      .column = data[0] / 4 % 4 == 1 ? "2" : NULL,
                                      .memory = 1e8};
    labelled_t rows;
    sgdl_error_t error = {0};
    const int status = labelled_read(&rows, &source, &error);
    promise_reason(status, &error);
    if (status == SGDL_OK) {
        promise_rows(&rows);
        promise_estimate(&rows, path);
    }
    labelled_free(&rows);
    return 0;
}
