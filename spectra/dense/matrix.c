#include "spectra/dense/matrix.h"

#include <float.h>
#include <math.h>

#include "spectra/families/family.h"

const double *matrix_of(const sgdl_spec_t *covariance)
{
    if (covariance->family != &covariance_file.family)
        return NULL;
    const sgdl_setting_t *file = sgdl_spec_setting(covariance, "path");
    return file->number[0] > 1 ? file->data : NULL;
}

bool matrix_in(const sgdl_mixture_t *mixture)
{
    for (size_t i = 0; i < mixture->classes; i++)
        if (matrix_of(&mixture->covariance[i]))
            return true;
    return false;
}

int matrix_check(const double *a, size_t d, const char *name, sgdl_error_t *error)
{
    double largest = 0, worst = 0;
    size_t row = 0, column = 0;
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j <= i; j++) {
            const double difference = fabs(a[i * d + j] - a[j * d + i]);
            largest = fmax(largest, fmax(fabs(a[i * d + j]), fabs(a[j * d + i])));
            if (difference > worst) {
                worst = difference;
                row = i;
                column = j;
            }
        }
    if (worst <= MATRIX_ASYMMETRY * largest)
        return SGDL_OK;
    return sgdl_fail(error, SGDL_ERR_INPUT, name,
                     "expected a symmetric matrix, found %.10g in row %zu, column %zu and %.10g in "
                     "row %zu, column %zu; allowed: differences up to %g of the largest entry",
                     a[row * d + column], row + 1, column + 1, a[column * d + row], column + 1,
                     row + 1, MATRIX_ASYMMETRY);
}

int matrix_clip(double *eigenvalue, size_t d, const char *name, double *clipped,
                sgdl_error_t *error)
{
    double largest = 0, lowest = INFINITY;
    for (size_t n = 0; n < d; n++) {
        largest = fmax(largest, fabs(eigenvalue[n]));
        lowest = fmin(lowest, eigenvalue[n]);
    }
    if (lowest < -MATRIX_INDEFINITE * largest)
        return sgdl_fail(
            error, SGDL_ERR_INPUT, name,
            "expected a positive semidefinite matrix, found the eigenvalue %.6g beside "
            "one of %.6g; allowed: down to -%g of the largest",
            lowest, largest, MATRIX_INDEFINITE);
    const double rounding = 4 * (double)d * DBL_EPSILON * largest;
    if (clipped)
        *clipped = lowest < -rounding ? lowest / largest : 0;
    for (size_t n = 0; n < d; n++)
        if (eigenvalue[n] <= rounding)
            eigenvalue[n] = 0;
    return SGDL_OK;
}
