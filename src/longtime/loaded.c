#include "src/longtime/loaded.h"

#include <complex.h>
#include <lapacke.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/linear/linear.h"

/* Eigenvalues below this, relative to the largest, belong to directions on which nothing acts. */
static const double inert = 1e-11;
/* A product is zero if its terms cancel to this. */
static const double cancelled = 1e-9;
/* Or if it is below this part of what it could be: the point itself is known to 1e-11 only. */
static const double rounding = 1e-9;
/* So far from an eigenvalue, relative to the largest, its vectors are found. */
static const double displaced = 1e-13;
/* Candidates that are looked at; with so many at rest the slowest of all is taken. */
enum { MOST_CANDIDATES = 40, ITERATIONS = 3 };

typedef double complex number_t;

static bool is_alone(const modes_t *self, size_t e)
{
    const size_t n = self->n;
    for (size_t f = 0; f < n; f++)
        if (f != e && (self->matrix[e * n + f] != 0 || self->matrix[f * n + e] != 0))
            return false;
    for (size_t p = 0; p < self->probes; p++)
        if (self->probe[p * n + e] != 0)
            return false;
    return true;
}

/* Leaves out coordinates that nothing couples to and nothing pushes. */
static int compact(modes_t *self, sgdl_error_t *error)
{
    const size_t n = self->n, K = self->observers;
    size_t *kept = calloc(n, sizeof *kept), count = 0;
    if (!kept)
        return sgdl_fail_memory(error);
    for (size_t e = 0; e < n; e++)
        if (!is_alone(self, e))
            kept[count++] = e;
    for (size_t a = 0; a < count; a++) /* kept[a] >= a: nothing is overwritten too early */
        for (size_t b = 0; b < count; b++)
            self->matrix[a * count + b] = self->matrix[kept[a] * n + kept[b]];
    for (size_t p = 0; p < self->probes; p++)
        for (size_t a = 0; a < count; a++)
            self->probe[p * count + a] = self->probe[p * n + kept[a]];
    for (size_t a = 0; a < count; a++)
        memmove(self->observer + a * K, self->observer + kept[a] * K, K * sizeof(double));
    free(kept);
    self->n = count;
    return SGDL_OK;
}

static int find_eigenvalues(const modes_t *self, number_t *value, sgdl_error_t *error)
{
    const size_t n = self->n;
    double *real = calloc(n, 2 * sizeof *real), *copy = calloc(n, n * sizeof *copy);
    lapack_int info = 0;
    int status = real && copy ? SGDL_OK : sgdl_fail_memory(error);
    if (status == SGDL_OK) {
        memcpy(copy, self->matrix, n * n * sizeof *copy);
        info = linear_eigenvalues(n, copy, real, real + n);
        for (size_t e = 0; e < n; e++)
            value[e] = real[e] + real[n + e] * (number_t)I;
    }
    free(real);
    free(copy);
    return info ? linear_fail(info, "LAPACK's dgeev failed", error) : status;
}

static int compare_decay(const void *a, const void *b)
{
    const double x = -creal(*(const number_t *)a), y = -creal(*(const number_t *)b);
    return (x > y) - (x < y);
}

typedef struct iteration {
    const modes_t *modes;
    number_t *matrix, *right, *left;
    lapack_int *pivot;
} iteration_t;

static int iteration_init(iteration_t *self, const modes_t *modes, sgdl_error_t *error)
{
    const size_t n = modes->n;
    *self = (iteration_t){.modes = modes};
    self->matrix = calloc(n, (n + 2) * sizeof *self->matrix);
    self->pivot = calloc(n, sizeof *self->pivot);
    if (!self->matrix || !self->pivot)
        return sgdl_fail_memory(error);
    self->right = self->matrix + n * n;
    self->left = self->right + n;
    return SGDL_OK;
}

static void iteration_free(iteration_t *self)
{
    free(self->matrix);
    free(self->pivot);
}

static void normalise(number_t *v, size_t n)
{
    double largest = 0;
    for (size_t e = 0; e < n; e++)
        largest = fmax(largest, cabs(v[e]));
    for (size_t e = 0; e < n && largest > 0; e++)
        v[e] /= largest;
}

/* Right and left eigenvectors at `value` by inverse iteration. */
static int find_vectors(iteration_t *self, number_t value, sgdl_error_t *error)
{
    const size_t n = self->modes->n;
    const lapack_int order = (lapack_int)n;
    unsigned long draw = 12345;
    for (size_t e = 0; e < n * n; e++)
        self->matrix[e] = self->modes->matrix[e];
    for (size_t e = 0; e < n; e++) {
        self->matrix[e * n + e] -= value;
        draw = (draw * 1103515245UL + 12345UL) & 0x7fffffffUL;
        self->right[e] = self->left[e] = 0.5 + (double)draw / 0x7fffffffUL;
    }
    lapack_int info =
        LAPACKE_zgetrf(LAPACK_COL_MAJOR, order, order, self->matrix, order, self->pivot);
    if (info < 0)
        return linear_fail(info, "LAPACK's zgetrf failed", error);
    for (size_t e = 0; e < n; e++) /* exactly singular: as good as */
        if (self->matrix[e * n + e] == 0)
            self->matrix[e * n + e] = 1e-300;
    for (int pass = 0; pass < ITERATIONS && info >= 0; pass++) {
        info = LAPACKE_zgetrs(LAPACK_COL_MAJOR, 'N', order, 1, self->matrix, order, self->pivot,
                              self->right, order);
        if (info >= 0)
            info = LAPACKE_zgetrs(LAPACK_COL_MAJOR, 'C', order, 1, self->matrix, order, self->pivot,
                                  self->left, order);
        normalise(self->right, n);
        normalise(self->left, n);
    }
    return info < 0 ? linear_fail(info, "LAPACK's zgetrs failed", error) : SGDL_OK;
}

/* Whether v, of largest entry 1, meets a real vector with entries `stride` apart, in spite of
 * cancellation. */
static bool meets(const number_t *v, const double *with, size_t stride, size_t n)
{
    number_t sum = 0;
    double size = 0, largest = 0;
    for (size_t e = 0; e < n; e++) {
        number_t term = v[e] * with[e * stride];
        sum += term;
        size += cabs(term);
        largest = fmax(largest, fabs(with[e * stride]));
    }
    return cabs(sum) > cancelled * size && cabs(sum) > rounding * largest;
}

static bool is_loaded_and_seen(const iteration_t *self)
{
    const modes_t *modes = self->modes;
    bool loaded = false, seen = false;
    for (size_t p = 0; p < modes->probes; p++)
        loaded |= meets(self->left, modes->probe + p * modes->n, 1, modes->n);
    for (size_t k = 0; k < modes->observers; k++)
        seen |= meets(self->right, modes->observer + k, modes->observers, modes->n);
    return loaded && seen;
}

/* The first of the eigenvalues, slowest first, that is loaded and seen. */
static int choose(const modes_t *self, const number_t *value, double largest, double *rate,
                  sgdl_error_t *error)
{
    iteration_t iteration;
    int status = iteration_init(&iteration, self, error), candidates = 0;
    bool found = false;
    double slowest = NAN;
    for (size_t e = 0; e < self->n && status == SGDL_OK && !found; e++) {
        if (!(cabs(value[e]) > inert * largest) || cimag(value[e]) < 0)
            continue;
        if (isnan(slowest))
            slowest = -creal(value[e]);
        if (candidates++ == MOST_CANDIDATES)
            break;
        status = find_vectors(&iteration, value[e] + displaced * largest, error);
        found = status == SGDL_OK && is_loaded_and_seen(&iteration);
        if (found)
            *rate = -creal(value[e]);
    }
    if (status == SGDL_OK && !found && candidates > MOST_CANDIDATES)
        *rate = slowest;
    iteration_free(&iteration);
    return status;
}

int modes_slowest(modes_t *self, double *rate, sgdl_error_t *error)
{
    *rate = NAN;
    int status = compact(self, error);
    if (status != SGDL_OK || self->n == 0)
        return status;
    number_t *value = calloc(self->n, sizeof *value);
    if (!value)
        return sgdl_fail_memory(error);
    status = find_eigenvalues(self, value, error);
    double largest = 0;
    for (size_t e = 0; e < self->n; e++)
        largest = fmax(largest, cabs(value[e]));
    qsort(value, self->n, sizeof *value, compare_decay);
    if (status == SGDL_OK && largest > 0)
        status = choose(self, value, largest, rate, error);
    free(value);
    return status;
}
