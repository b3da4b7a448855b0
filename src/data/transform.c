/* The transform a = s V^T (x - c): a matrix [(1 + d)*p], c in its first row, s V^T below. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/linear.h"
#include "src/base/memory.h"
#include "src/base/npy.h"
#include "src/data/fit.h"

static const double *row_of(const fit_t *self, size_t r)
{
    return self->data.value + self->taken[r] * self->features;
}

static int allocate(fit_t *self, sgdl_error_t *error)
{
    const double numbers =
        (double)(1 + self->d) * (double)self->features + (double)self->rows * (double)self->d;
    int status =
        memory_ask(self->options->memory, 8 * numbers, error,
                   "a transform to %zu directions and %zu rows under it", self->d, self->rows);
    if (status != SGDL_OK)
        return status;
    self->transform = calloc(1 + self->d, self->features * sizeof *self->transform);
    return self->transform ? SGDL_OK : sgdl_fail_memory(error);
}

/* The mean of all rows. */
static void set_centre(const fit_t *self, double *centre)
{
    for (size_t r = 0; r < self->rows; r++)
        for (size_t j = 0; j < self->features; j++)
            centre[j] += row_of(self, r)[j];
    for (size_t j = 0; j < self->features; j++)
        centre[j] /= (double)self->rows;
    for (size_t j = 0; j < self->features; j++)
        if (self->constant[j]) /* no rounding makes it vary */
            centre[j] = row_of(self, 0)[j];
}

/* ---- principal components ------------------------------------------------------------------- */

/* The covariance of all rows, its upper triangle by rows. */
static int total_covariance(const fit_t *self, const double *centre, double *total)
{
    enum { BLOCK = 64 };
    const size_t p = self->features;
    double *centred = calloc(BLOCK, p * sizeof *centred);
    if (!centred)
        return SGDL_ERR_MEMORY;
    for (size_t r = 0; r < self->rows; r += BLOCK) {
        const size_t rows = self->rows - r < BLOCK ? self->rows - r : BLOCK;
        for (size_t e = 0; e < rows; e++)
            for (size_t j = 0; j < p; j++)
                centred[e * p + j] = row_of(self, r + e)[j] - centre[j];
        add_squares(rows, p, centred, total);
    }
    free(centred);
    return SGDL_OK;
}

/* The eigenvectors of the largest eigenvalues, each with its largest coordinate positive. */
static int take_components(fit_t *self, const double *total, const double *eigenvalue,
                           const char *path, sgdl_error_t *error)
{
    const size_t p = self->features, d = self->d;
    size_t rank = 0;
    for (size_t j = 0; j < p; j++)
        rank += eigenvalue[j] > eigenvalue[p - 1] * 1e-12 * (double)p;
    if (rank < d)
        return sgdl_fail(error, SGDL_ERR_INPUT, "--pca",
                         "found %zu, allowed: up to %zu, in so many directions the rows of %.200s "
                         "vary",
                         d, rank, path);
    for (size_t k = 0; k < d; k++) {
        const double *vector = total + (p - 1 - k) * p;
        size_t largest = 0;
        for (size_t j = 1; j < p; j++)
            if (fabs(vector[j]) > fabs(vector[largest]) * (1 + 1e-9))
                largest = j;
        const double sign = vector[largest] < 0 ? -1 : 1;
        for (size_t j = 0; j < p; j++)
            self->transform[(1 + k) * p + j] = sign * vector[j];
    }
    return SGDL_OK;
}

static int set_components(fit_t *self, const char *path, sgdl_error_t *error)
{
    const size_t p = self->features;
    double *total = calloc(p + 1, p * sizeof *total), *centre = calloc(p, sizeof *centre);
    int status = total && centre ? SGDL_OK : sgdl_fail_memory(error);
    if (status == SGDL_OK) {
        set_centre(self, centre); /* of a covariance, whatever rows are counted from */
        status = total_covariance(self, centre, total);
    }
    if (status == SGDL_OK) {
        for (size_t a = 0; a < p; a++) /* LAPACK reads by columns */
            for (size_t b = a + 1; b < p; b++)
                total[b * p + a] = total[a * p + b];
        const lapack_int info = linear_eigen_symmetric(p, total, p, total + p * p);
        if (info != 0)
            status = linear_fail(info, "the principal components cannot be computed", error);
    }
    if (status == SGDL_OK)
        status = take_components(self, total, total + p * p, path, error);
    free(total);
    free(centre);
    return status == SGDL_ERR_MEMORY ? sgdl_fail_memory(error) : status;
}

/* ---- one that is there ---------------------------------------------------------------------- */

static int read_transform(fit_t *self, sgdl_error_t *error)
{
    const char *path = self->options->transform;
    npy_t array;
    int status = npy_read(&array, path, error);
    if (status == SGDL_OK && (array.shape[0] < 2 || array.shape[1] != self->features))
        status = sgdl_fail(error, SGDL_ERR_INPUT, path,
                           "found %zu x %zu numbers, allowed: two rows or more of %zu, one a "
                           "feature of the data",
                           array.shape[0], array.shape[1], self->features);
    for (size_t e = 0; status == SGDL_OK && e < array.shape[0] * array.shape[1]; e++)
        if (!isfinite(array.value[e]))
            status = sgdl_fail(error, SGDL_ERR_INPUT, path, "found %g, allowed: finite numbers",
                               array.value[e]);
    if (status == SGDL_OK) {
        self->d = array.shape[0] - 1;
        status = allocate(self, error);
    }
    if (status == SGDL_OK)
        memcpy(self->transform, array.value,
               array.shape[0] * array.shape[1] * sizeof *self->transform);
    npy_free(&array);
    return status;
}

/* ---- rows under it -------------------------------------------------------------------------- */

/* Where a row of the transform has a single coordinate, which it is; p: it has several. */
static size_t single(const double *of, size_t p)
{
    size_t at = p;
    for (size_t j = 0; j < p; j++) {
        if (of[j] != 0 && at < p)
            return p;
        at = of[j] != 0 ? j : at;
    }
    return at;
}

static int apply(fit_t *self, sgdl_error_t *error)
{
    const size_t p = self->features, d = self->d;
    const double *centre = self->transform, *basis = centre + p;
    size_t *at = calloc(d, sizeof *at);
    self->a = calloc(self->rows, d * sizeof *self->a);
    int status = at && self->a ? SGDL_OK : sgdl_fail_memory(error);
    for (size_t k = 0; k < d && status == SGDL_OK; k++)
        at[k] = single(basis + k * p, p);
    for (size_t r = 0; r < self->rows && status == SGDL_OK; r++) {
        const double *x = row_of(self, r);
        for (size_t k = 0; k < d; k++) {
            const double *of = basis + k * p;
            double sum = at[k] < p ? of[at[k]] * (x[at[k]] - centre[at[k]]) : 0;
            for (size_t j = 0; at[k] == p && j < p; j++)
                sum += of[j] * (x[j] - centre[j]);
            self->a[r * d + k] = sum;
        }
        if (sgdl_watch_stopped(&self->options->watch))
            status = sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL, "interrupted");
    }
    free(at);
    return status;
}

/* Features as they are, but for those that are left out. */
static void set_features(fit_t *self)
{
    const bool drops = self->options->constant == SGDL_CONSTANT_DROP;
    for (size_t j = 0, k = 0; j < self->features; j++)
        if (!drops || !self->constant[j])
            self->transform[(1 + k++) * self->features + j] = 1;
}

int fit_transform(fit_t *self, const char *path, sgdl_error_t *error)
{
    const sgdl_estimate_options_t *options = self->options;
    int status;
    if (options->transform) {
        status = read_transform(self, error);
        return status == SGDL_OK ? apply(self, error) : status;
    }
    if (options->components > self->features)
        return sgdl_fail(error, SGDL_ERR_INPUT, "--pca", "found %zu, allowed: up to %zu features",
                         options->components, self->features);
    self->d = self->features - (options->constant == SGDL_CONSTANT_DROP ? self->constants : 0);
    if (options->components > 0)
        self->d = options->components;
    status = allocate(self, error);
    if (status == SGDL_OK && options->components > 0)
        status = set_components(self, path, error);
    else if (status == SGDL_OK)
        set_features(self);
    if (status == SGDL_OK && options->centre)
        set_centre(self, self->transform);
    return status == SGDL_OK ? apply(self, error) : status;
}
