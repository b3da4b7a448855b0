/* Covariances read from a file: d eigenvalues, or a d x d matrix (spectra/dense). */
#include "spectra/families/family.h"

#include <math.h>

#include "src/base/numbers.h"

_Static_assert((long)NUMBERS_MAX == (long)SGDL_DIMENSION_MAX, "one bound");

static const sgdl_key_t keys[] = {
    {.name = "path",
     .kind = SGDL_KEY_PATH,
     .required = true,
     .help = "text or .npy: d eigenvalues, or a d x d matrix; sets d"},
};

static int list(const sgdl_spec_t *spec, size_t d, double *eigenvalue, sgdl_error_t *error)
{
    const sgdl_setting_t *file = sgdl_spec_setting(spec, "path");
    if (file->data_count != d)
        return sgdl_fail(error, SGDL_ERR_INPUT, file->path,
                         "expected one eigenvalue a direction, %zu numbers, found %zu", d,
                         file->data_count);
    for (size_t rho = 0; rho < d; rho++) {
        if (!(file->data[rho] >= 0 && isfinite(file->data[rho])))
            return sgdl_fail(error, SGDL_ERR_INPUT, file->path,
                             "expected a number >= 0, found %.10g as number %zu", file->data[rho],
                             rho + 1);
        eigenvalue[rho] = file->data[rho];
    }
    return SGDL_OK;
}

const covariance_family_t covariance_file = {
    .family = {.name = "file",
               .help = "eigenvalues or a matrix from a file, which set d",
               .keys = keys,
               .key_count = FAMILY_COUNT(keys)},
    .list = list,
};

int sgdl_numbers_read(const char *path, double **values, size_t *count, sgdl_error_t *error)
{
    numbers_t numbers;
    *values = NULL;
    *count = 0;
    const int status = numbers_read(&numbers, path, -INFINITY, 1, error);
    if (status != SGDL_OK)
        return status;
    *values = numbers.value;
    *count = numbers.count;
    return SGDL_OK;
}
