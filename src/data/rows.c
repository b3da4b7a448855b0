#include "src/data/rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/memory.h"
#include "src/base/npy.h"

void data_rows_free(data_rows_t *self)
{
    free(self->value);
    free(self->of);
    *self = (data_rows_t){0};
}

static int check_shape(const npy_t *array, const char *path, const data_rows_of_t *of,
                       sgdl_error_t *error)
{
    if (array->axes == 2 && array->shape[1] == of->dimension + 1 && array->shape[0] > 0)
        return memory_ask(of->memory, 16.0 * (double)array->shape[0] * (double)array->shape[1],
                          error, "%zu rows of %zu features", array->shape[0], of->dimension);
    return sgdl_fail(error, SGDL_ERR_INPUT, path,
                     "found %zu x %zu numbers, allowed: rows of %zu, the number of a class and "
                     "%zu features, as 'sgdlimit estimate' writes to rows.npy",
                     array->shape[0], array->shape[1], of->dimension + 1, of->dimension);
}

static int take(data_rows_t *self, const double *from, const char *path, const data_rows_of_t *of,
                sgdl_error_t *error)
{
    const size_t r = self->count, d = of->dimension;
    if (!(from[0] >= 1 && from[0] <= (double)of->classes) || from[0] != floor(from[0]))
        return sgdl_fail(error, SGDL_ERR_INPUT, path,
                         "row %zu: found %g as the number of its class, allowed: 1 to %zu", r + 1,
                         from[0], of->classes);
    for (size_t a = 1; a <= d; a++)
        if (!isfinite(from[a]))
            return sgdl_fail(error, SGDL_ERR_INPUT, path,
                             "row %zu, column %zu: found %g, allowed: finite numbers", r + 1, a + 1,
                             from[a]);
    self->of[r] = (size_t)from[0] - 1;
    memcpy(self->value + r * d, from + 1, d * sizeof *from);
    self->count++;
    return SGDL_OK;
}

int data_rows_read(data_rows_t *self, const char *path, const data_rows_of_t *of,
                   sgdl_error_t *error)
{
    npy_t array = {0};
    *self = (data_rows_t){.dimension = of->dimension};
    if (!npy_is_named(path))
        return sgdl_fail(error, SGDL_ERR_INPUT, "--rows",
                         "found '%.200s', allowed: a .npy of rows, such as the rows.npy that "
                         "'sgdlimit estimate' writes",
                         path);
    int status = npy_read(&array, path, error);
    if (status == SGDL_OK)
        status = check_shape(&array, path, of, error);
    if (status == SGDL_OK) {
        self->value = calloc(array.shape[0], of->dimension * sizeof *self->value);
        self->of = calloc(array.shape[0], sizeof *self->of);
        if (!self->value || !self->of)
            status = sgdl_fail_memory(error);
    }
    for (size_t r = 0; status == SGDL_OK && r < array.shape[0]; r++)
        status = take(self, array.value + r * array.shape[1], path, of, error);
    npy_free(&array);
    return status;
}
