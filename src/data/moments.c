/* Means and covariances, class by class, and how far the rows are from a Gaussian. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/clones.h"
#include "src/base/linear.h"
#include "src/base/memory.h"
#include "src/data/fit.h"

/* ---- sums over rows ------------------------------------------------------------------------- */

CLONES static void add_square(size_t count, double factor, const double *x, double *sum)
{
    for (size_t b = 0; b < count; b++)
        sum[b] += factor * x[b];
}

void add_squares(size_t rows, size_t d, const double *x, double *sum)
{
    for (size_t a = 0; a < d; a++)
        for (size_t r = 0; r < rows; r++)
            if (x[r * d + a] != 0)
                add_square(d - a, x[r * d + a], x + r * d + a, sum + a * d + a);
}

/* The rows of a class without their mean, in its own order. [count*d] */
static void gather(const fit_t *self, size_t class_index, double *x)
{
    const size_t d = self->d;
    const double *mean = self->mean + class_index * d;
    for (size_t r = 0; r < self->rows; r++)
        if (self->of[r] == class_index) {
            for (size_t a = 0; a < d; a++)
                x[a] = self->a[r * d + a] - mean[a];
            x += d;
        }
}

static void set_means(fit_t *self)
{
    const size_t d = self->d;
    for (size_t r = 0; r < self->rows; r++)
        for (size_t a = 0; a < d; a++)
            self->mean[self->of[r] * d + a] += self->a[r * d + a];
    for (size_t i = 0; i < self->classes; i++)
        for (size_t a = 0; a < d; a++)
            self->mean[i * d + a] /= (double)self->count[i];
}

/* ---- a class -------------------------------------------------------------------------------- */

/* Fourth moments of single directions and of the norm. x [n*d] centred; S [d*d] their x^T x. */
static void measure(class_shape_t *shape, size_t n, size_t d, const double *x, const double *S)
{
    double total = 0, square = 0, norm4 = 0, trace = 0;
    size_t varying = 0;
    shape->largest_kurtosis = -INFINITY;
    for (size_t a = 0; a < d; a++) {
        double fourth = 0, second = S[a * d + a];
        for (size_t r = 0; r < n; r++)
            fourth += x[r * d + a] * x[r * d + a] * x[r * d + a] * x[r * d + a];
        trace += second;
        square += second * second;
        for (size_t b = a + 1; b < d; b++)
            square += 2 * S[a * d + b] * S[a * d + b];
        if (!(second > 0))
            continue;
        const double kurtosis = (double)n * fourth / (second * second) - 3;
        varying++;
        total += kurtosis;
        if (kurtosis > shape->largest_kurtosis) {
            shape->largest_kurtosis = kurtosis;
            shape->kurtosis_at = a + 1;
        }
    }
    for (size_t r = 0; r < n; r++) {
        double norm2 = 0;
        for (size_t a = 0; a < d; a++)
            norm2 += x[r * d + a] * x[r * d + a];
        norm4 += (norm2 - trace / (double)n) * (norm2 - trace / (double)n);
    }
    shape->kurtosis = varying ? total / (double)varying : NAN;
    if (!varying)
        shape->largest_kurtosis = NAN;
    shape->norm_spread = (double)n * norm4 / (2 * square);
}

/* S [d*d] are sums over rows: they become the covariance, shrunk, at its place. */
static void put_covariance(fit_t *self, size_t i, const double *x, double *S)
{
    const sgdl_estimate_options_t *options = self->options;
    const size_t d = self->d, n = self->count[i];
    double *K = self->covariance + i * (options->diagonal ? d : d * d), trace = 0;
    double w = options->shrinkage;
    if (w == SGDL_SHRINKAGE_LEDOIT_WOLF) {
        for (size_t e = 0; e < d * d; e++)
            S[e] /= (double)n;
        w = shrinkage_ledoit_wolf(n, d, x, S);
        for (size_t e = 0; e < d * d; e++)
            S[e] *= (double)n;
    }
    for (size_t a = 0; a < d; a++)
        trace += S[a * d + a] / (double)(n - 1);
    self->shape[i].shrinkage = w;
    for (size_t a = 0; a < d; a++)
        for (size_t b = a; b < d; b++) {
            double k = (1 - w) * S[a * d + b] / (double)(n - 1);
            k += a == b ? w * trace / (double)d : 0;
            if (!options->diagonal)
                K[a * d + b] = K[b * d + a] = k;
            else if (a == b)
                K[a] = k;
        }
    self->shape[i].trace = trace / (double)d;
}

static int set_class(fit_t *self, size_t i, double *S, sgdl_error_t *error)
{
    const size_t d = self->d, n = self->count[i];
    double *x = calloc(n, d * sizeof *x);
    if (!x)
        return sgdl_fail_memory(error);
    enum { BLOCK = 64 };
    int status = SGDL_OK;
    gather(self, i, x);
    memset(S, 0, d * d * sizeof *S);
    for (size_t r = 0; r < n && status == SGDL_OK; r += BLOCK) {
        add_squares(n - r < BLOCK ? n - r : BLOCK, d, x + r * d, S);
        if (sgdl_watch_stopped(&self->options->watch))
            status = sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL, "interrupted");
    }
    if (status == SGDL_OK) {
        measure(&self->shape[i], n, d, x, S);
        put_covariance(self, i, x, S);
    }
    free(x);
    return status;
}

/* ---- ranks and the largest eigenvalue ------------------------------------------------------- */

/* Of a [d*d], which is overwritten. */
static int eigenvalues(size_t d, double *a, double *eigenvalue, sgdl_error_t *error)
{
    const lapack_int info = linear_eigen_symmetric(d, a, d, eigenvalue);
    return info == 0
               ? SGDL_OK
               : linear_fail(info, "the eigenvalues of a covariance cannot be computed", error);
}

static size_t count_positive(size_t d, const double *eigenvalue)
{
    double largest = 0;
    size_t rank = 0;
    for (size_t a = 0; a < d; a++)
        largest = fmax(largest, eigenvalue[a]);
    for (size_t a = 0; a < d; a++)
        rank += eigenvalue[a] > largest * 1e-12 * (double)d;
    return rank;
}

static int set_ranks(fit_t *self, double *S, double *eigenvalue, sgdl_error_t *error)
{
    const size_t d = self->d;
    int status = SGDL_OK;
    for (size_t i = 0; i < self->classes && status == SGDL_OK; i++) {
        const double *values = eigenvalue;
        if (self->options->diagonal) {
            values = self->covariance + i * d;
        } else {
            memcpy(S, self->covariance + i * d * d, d * d * sizeof *S);
            status = eigenvalues(d, S, eigenvalue, error);
        }
        if (status == SGDL_OK)
            self->shape[i].rank = count_positive(d, values);
        if (status == SGDL_OK && sgdl_watch_stopped(&self->options->watch))
            status = sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL, "interrupted");
    }
    return status;
}

/* Of E[a a^T] over all rows. */
static int set_largest(fit_t *self, double *S, double *eigenvalue, sgdl_error_t *error)
{
    const size_t d = self->d;
    memset(S, 0, d * d * sizeof *S);
    add_squares(self->rows, d, self->a, S);
    for (size_t a = 0; a < d; a++)
        for (size_t b = a; b < d; b++)
            S[b * d + a] = S[a * d + b] /= (double)self->rows;
    int status = eigenvalues(d, S, eigenvalue, error);
    self->largest = status == SGDL_OK ? eigenvalue[d - 1] : NAN;
    return status;
}

/* ---- the scale ------------------------------------------------------------------------------ */

static void multiply(double *value, size_t count, double factor)
{
    for (size_t e = 0; e < count; e++)
        value[e] *= factor;
}

/* So that sum_i p_i tr(K_i)/d = 1. */
static int set_scale(fit_t *self, const char *path, sgdl_error_t *error)
{
    const size_t d = self->d, C = self->classes;
    double trace = 0;
    for (size_t i = 0; i < C; i++)
        trace += self->shape[i].trace * (double)self->count[i] / (double)self->rows;
    if (!(trace > 0))
        return sgdl_fail(error, SGDL_ERR_INPUT, path,
                         "found no variance within the classes, which has no scale; allowed: rows "
                         "of a class that differ");
    if (!self->options->scale || self->options->transform)
        return SGDL_OK;
    const double s = 1 / sqrt(trace);
    multiply(self->a, self->rows * d, s);
    multiply(self->transform + self->features, d * self->features, s);
    multiply(self->mean, C * d, s);
    multiply(self->covariance, C * (self->options->diagonal ? d : d * d), s * s);
    for (size_t i = 0; i < C; i++)
        self->shape[i].trace *= s * s;
    return SGDL_OK;
}

static void set_norms(fit_t *self)
{
    for (size_t i = 0; i < self->classes; i++)
        for (size_t a = 0; a < self->d; a++)
            self->shape[i].mean2 += self->mean[i * self->d + a] * self->mean[i * self->d + a];
}

int fit_moments(fit_t *self, const char *path, sgdl_error_t *error)
{
    const size_t d = self->d, C = self->classes, size = self->options->diagonal ? d : d * d;
    int status = memory_ask(self->options->memory,
                            8 * (double)d * ((double)C * (double)size / (double)d + (double)d),
                            error, "%zu covariances of %zu directions", C, d);
    if (status != SGDL_OK)
        return status;
    double *S = calloc(d + 1, d * sizeof *S);
    self->mean = calloc(C, d * sizeof *self->mean);
    self->covariance = calloc(C, size * sizeof *self->covariance);
    self->shape = calloc(C, sizeof *self->shape);
    if (!S || !self->mean || !self->covariance || !self->shape)
        status = sgdl_fail_memory(error);
    if (status == SGDL_OK)
        set_means(self);
    for (size_t i = 0; i < C && status == SGDL_OK; i++)
        status = set_class(self, i, S, error);
    if (status == SGDL_OK)
        status = set_scale(self, path, error);
    if (status == SGDL_OK)
        status = set_ranks(self, S, S + d * d, error);
    if (status == SGDL_OK)
        status = set_largest(self, S, S + d * d, error);
    if (status == SGDL_OK)
        set_norms(self);
    free(S);
    return status;
}
