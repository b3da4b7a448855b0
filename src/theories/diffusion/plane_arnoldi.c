#include "src/theories/diffusion/plane_arnoldi.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/linear.h"
#include "src/base/sums.h"

double arnoldi_norm(const arnoldi_t *self, const double *x)
{
    return sqrt(sum_weighted(self->weight, x, x, self->count));
}

void arnoldi_begin(arnoldi_t *self, const double *x)
{
    const double norm = arnoldi_norm(self, x);
    self->size = 0;
    memset(self->H, 0, sizeof self->H);
    for (size_t c = 0; c < self->count; c++)
        self->basis[c] = x[c] / norm;
}

/* Again where little is left. */
void arnoldi_add(arnoldi_t *self)
{
    const size_t j = self->size++, count = self->count;
    double *next = self->basis + (j + 1) * count;
    const double before = arnoldi_norm(self, next);
    double norm = 0;
    for (int pass = 0; pass < 2 && (pass == 0 || norm < 0.5 * before); pass++) {
        for (size_t i = 0; i <= j; i++) {
            const double *vector = self->basis + i * count;
            const double part = sum_weighted(self->weight, vector, next, count);
            for (size_t c = 0; c < count; c++)
                next[c] -= part * vector[c];
            self->H[i * ARNOLDI_MOST + j] += part;
        }
        norm = arnoldi_norm(self, next);
    }
    self->next = norm;
    if (j + 1 < ARNOLDI_MOST)
        self->H[(j + 1) * ARNOLDI_MOST + j] = norm;
    for (size_t c = 0; c < count; c++)
        next[c] = norm > 0 ? next[c] / norm : 0;
}

void arnoldi_combine(const arnoldi_t *self, const double *column, double *x)
{
    for (size_t i = 0; i < self->size; i++)
        for (size_t c = 0; c < self->count; c++)
            x[c] += column[i] * self->basis[i * self->count + c];
}

/* ---- the largest eigenvalue ----------------------------------------------------------------- */

/* H as columns for its eigenvalues; the largest real part. */
static int largest_value(const arnoldi_t *self, double *scratch, double *value, sgdl_error_t *error)
{
    const size_t n = self->size;
    double *real = scratch + n * n, *imaginary = real + n;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            scratch[i + j * n] = self->H[i * ARNOLDI_MOST + j];
    const lapack_int info = linear_eigenvalues(n, scratch, real, imaginary);
    if (info != 0)
        return linear_fail(info, "the eigenvalues of the plane were not found", error);
    *value = real[0];
    for (size_t i = 1; i < n; i++)
        *value = fmax(*value, real[i]);
    return SGDL_OK;
}

/* Its vector [size] by inverse iteration next to it. */
static int largest_vector(const arnoldi_t *self, double value, double *scratch, double *y,
                          sgdl_error_t *error)
{
    const size_t n = self->size;
    for (size_t i = 0; i < n; i++)
        y[i] = 1;
    for (int step = 0; step < 3; step++) {
        double norm = 0;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                scratch[i * n + j] = self->H[i * ARNOLDI_MOST + j] - (i == j) * value * (1 + 1e-13);
        const lapack_int info = linear_solve_rows(n, scratch, 1, y, NULL);
        if (info != 0)
            return linear_fail(info, "an eigenvector of the plane was not found", error);
        for (size_t i = 0; i < n; i++)
            norm = fmax(norm, fabs(y[i]));
        double sum = 0;
        for (size_t i = 0; i < n; i++) {
            y[i] /= norm;
            sum += y[i] * y[i];
        }
        for (size_t i = 0; i < n; i++)
            y[i] /= sqrt(sum);
    }
    return SGDL_OK;
}

int arnoldi_largest(const arnoldi_t *self, double *x, double *residual, sgdl_error_t *error)
{
    const size_t n = self->size;
    double y[ARNOLDI_MOST], value = NAN;
    double *scratch = malloc((n * n + 2 * n) * sizeof *scratch);
    if (!scratch)
        return sgdl_fail_memory(error);
    int status = largest_value(self, scratch, &value, error);
    if (status == SGDL_OK)
        status = largest_vector(self, value, scratch, y, error);
    free(scratch);
    if (status != SGDL_OK)
        return status;
    memset(x, 0, self->count * sizeof *x);
    arnoldi_combine(self, y, x);
    *residual = self->next * fabs(y[n - 1]) / fabs(value);
    return SGDL_OK;
}
