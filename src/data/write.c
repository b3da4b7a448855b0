/* The files of an estimate. */
#include <stdlib.h>
#include <string.h>

#include "src/base/npy.h"
#include "src/base/text.h"
#include "src/base/whole_file.h"
#include "src/data/fit.h"

enum { PATH_SIZE = 4096 };

static int path_of(const char *folder, const char *name, char path[PATH_SIZE], sgdl_error_t *error)
{
    const int length = snprintf(path, PATH_SIZE, "%s/%s", folder, name);
    return length > 0 && length < PATH_SIZE
               ? SGDL_OK
               : sgdl_fail(error, SGDL_ERR_OUTPUT, NULL, "found too long a name of a folder");
}

static int write_array(const char *folder, const char *name, const double *value,
                       const size_t shape[2], sgdl_error_t *error)
{
    char path[PATH_SIZE];
    int status = path_of(folder, name, path, error);
    return status == SGDL_OK ? npy_write(path, value, 2, shape, error) : status;
}

/* One number a line. */
static int write_list(const char *folder, const char *name, const double *value, size_t count,
                      sgdl_error_t *error)
{
    char path[PATH_SIZE];
    whole_file_t file;
    int status = path_of(folder, name, path, error);
    if (status == SGDL_OK)
        status = whole_file_open(&file, path, error);
    if (status != SGDL_OK)
        return status;
    for (size_t e = 0; e < count; e++) {
        text_put_number(file.stream, value[e]);
        (void)fputc('\n', file.stream);
    }
    return whole_file_commit(&file, error);
}

static int write_class(const fit_t *self, size_t i, const char *folder, sgdl_error_t *error)
{
    const size_t d = self->d;
    char name[64];
    (void)snprintf(name, sizeof name, "mean_%zu.txt", i + 1);
    int status = write_list(folder, name, self->mean + i * d, d, error);
    (void)snprintf(name, sizeof name, "covariance_%zu.%s", i + 1,
                   self->options->diagonal ? "txt" : "npy");
    if (status != SGDL_OK)
        return status;
    return self->options->diagonal
               ? write_list(folder, name, self->covariance + i * d, d, error)
               : write_array(folder, name, self->covariance + i * d * d, (size_t[]){d, d}, error);
}

static int write_rows(const fit_t *self, const char *folder, sgdl_error_t *error)
{
    const size_t d = self->d, columns = d + 1;
    double *value = calloc(self->rows, columns * sizeof *value);
    if (!value)
        return sgdl_fail_memory(error);
    for (size_t r = 0; r < self->rows; r++) {
        value[r * columns] = (double)(self->of[r] + 1);
        memcpy(value + r * columns + 1, self->a + r * d, d * sizeof *value);
    }
    int status = write_array(folder, "rows.npy", value, (size_t[]){self->rows, columns}, error);
    free(value);
    return status;
}

static int write_statement(const fit_t *self, const char *data, const char *folder,
                           sgdl_error_t *error)
{
    char path[PATH_SIZE], *text = NULL;
    whole_file_t file;
    int status = path_of(folder, "problem.yaml", path, error);
    if (status == SGDL_OK)
        status = fit_statement(self, data, &text, error);
    if (status == SGDL_OK)
        status = whole_file_open(&file, path, error);
    if (status == SGDL_OK) {
        (void)fputs(text, file.stream);
        status = whole_file_commit(&file, error);
    }
    free(text);
    return status;
}

int fit_write(const fit_t *self, const char *data, const char *folder, sgdl_error_t *error)
{
    int status = SGDL_OK;
    for (size_t i = 0; i < self->classes && status == SGDL_OK; i++)
        status = write_class(self, i, folder, error);
    if (status == SGDL_OK)
        status = write_rows(self, folder, error);
    if (status == SGDL_OK)
        status = write_array(folder, "transform.npy", self->transform,
                             (size_t[]){1 + self->d, self->features}, error);
    return status == SGDL_OK ? write_statement(self, data, folder, error) : status;
}
