#include "spectra/dense/common_basis.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "spectra/dense/matrix.h"
#include "spectra/families/signal.h"
#include "src/base/interrupted.h"
#include "src/base/linear.h"
#include "src/base/memory.h"
#include "src/base/multiply.h"

typedef struct build {
    common_basis_t *basis;
    const sgdl_mixture_t *mixture;
    size_t d, real;       /* classes that are no signals */
    double *turn, *other; /* [d*d] scratch */
    double *room;         /* of multiply */
    double *number;       /* [d] scratch */
    sgdl_error_t *error;
} build_t;

static double *matrix_at(const build_t *self, size_t i)
{
    return self->basis->matrix + i * self->d * self->d;
}

static const char *name_of(const build_t *self, size_t i)
{
    const sgdl_setting_t *file = sgdl_spec_setting(&self->mixture->covariance[i], "path");
    return file->path ? file->path : "covariance";
}

/* ---- the matrices as stated -------------------------------------------------------------- */

static int fill_matrices(build_t *self)
{
    const size_t d = self->d;
    int status = SGDL_OK;
    for (size_t i = 0; i < self->real && status == SGDL_OK; i++) {
        const sgdl_spec_t *spec = &self->mixture->covariance[i];
        const covariance_family_t *family = covariance_family(spec);
        const double *stated = matrix_of(spec);
        double *K = matrix_at(self, i);
        if (stated) {
            memcpy(K, stated, d * d * sizeof *K);
            symmetrise(d, K);
            continue;
        }
        if (family->list)
            status = family->list(spec, d, self->number, self->error);
        for (size_t n = 0; n < d && !family->list; n++)
            self->number[n] = family->eigenvalue(spec, position_at((double)(n + 1) / (double)d));
        for (size_t n = 0; n < d && status == SGDL_OK; n++)
            K[n * d + n] = self->number[n];
    }
    for (size_t n = 0; n < d; n++)
        self->basis->direction[n * d + n] = 1;
    return status;
}

/* ---- turning ----------------------------------------------------------------------------- */

static double norm(const double *a, size_t count)
{
    double sum = 0;
    for (size_t e = 0; e < count; e++)
        sum += a[e] * a[e];
    return sqrt(sum);
}

/* The share of a class in the mean covariance, or in a generic combination. */
static double share(const build_t *self, size_t i, bool generic)
{
    if (!generic)
        return self->mixture->weight[i];
    const double size = norm(matrix_at(self, i), self->d * self->d);
    const double fraction = fmod(0.6180339887498949 * (double)(i + 1), 1);
    return size > 0 ? (0.5 + fraction) / size : 0;
}

/* On to the eigenbasis of a combination of the matrices. */
static int turn_to(build_t *self, bool generic)
{
    const size_t d = self->d, all = d * d;
    double *turn = self->turn, *other = self->other;
    memset(turn, 0, all * sizeof *turn);
    for (size_t i = 0; i < self->real; i++) {
        const double factor = share(self, i, generic), *K = matrix_at(self, i);
        for (size_t e = 0; e < all; e++)
            turn[e] += factor * K[e];
    }
    if (check_interrupted(self->mixture->watch.stop, self->error))
        return SGDL_ERR_INTERRUPTED;
    const lapack_int info = linear_eigen_symmetric(d, turn, d, self->number);
    if (info != 0)
        return linear_fail(info, "the eigenvectors of the covariances cannot be computed",
                           self->error);
    multiply(d, d, d, turn, self->basis->direction, other, self->room); /* vectors in rows */
    memcpy(self->basis->direction, other, all * sizeof *other);
    double *turned = malloc(all * sizeof *turned);
    if (!turned)
        return sgdl_fail_memory(self->error);
    transpose_rows(d, d, turn, turned);
    for (size_t i = 0; i < self->real; i++) {
        double *K = matrix_at(self, i);
        multiply(d, d, d, turn, K, other, self->room);
        multiply(d, d, d, other, turned, K, self->room);
        symmetrise(d, K);
    }
    free(turned);
    return check_interrupted(self->mixture->watch.stop, self->error);
}

/* The off-diagonal part of a class, relative; `gaps` [d]: only what does not commute with the
 * diagonal matrix of them, relative to the largest. */
static double off_diagonal(const build_t *self, size_t i, const double *gaps)
{
    const size_t d = self->d;
    const double *K = matrix_at(self, i);
    double sum = 0, largest = 0;
    for (size_t n = 0; gaps && n < d; n++)
        largest = fmax(largest, fabs(gaps[n]));
    for (size_t j = 0; j < d; j++)
        for (size_t k = 0; k < d; k++) {
            const double gap = gaps ? (gaps[j] - gaps[k]) / largest : 1;
            sum += j != k ? K[j * d + k] * K[j * d + k] * gap * gap : 0;
        }
    const double size = norm(K, d * d);
    return size > 0 ? sqrt(sum) / size : 0;
}

static double worst_of(const build_t *self, const double *gaps)
{
    double worst = 0;
    for (size_t i = 0; i < self->real; i++)
        worst = fmax(worst, off_diagonal(self, i, gaps));
    return worst;
}

static int find_basis(build_t *self)
{
    common_basis_t *basis = self->basis;
    int status = turn_to(self, false);
    if (status != SGDL_OK)
        return status;
    basis->residual = worst_of(self, NULL);
    basis->commute = basis->residual <= COMMON_BASIS_TOLERANCE;
    if (basis->commute || !(worst_of(self, self->number) <= COMMON_BASIS_TOLERANCE))
        return SGDL_OK;
    status = turn_to(self, true);
    if (status != SGDL_OK)
        return status;
    const double residual = worst_of(self, NULL);
    basis->commute = residual <= COMMON_BASIS_TOLERANCE;
    if (basis->commute)
        basis->residual = residual;
    else
        status = turn_to(self, false);
    return status;
}

/* ---- eigenvalues ------------------------------------------------------------------------- */

/* A profile that is the same everywhere, in any basis. */
static bool is_isotropic(const sgdl_spec_t *spec)
{
    return spec->family == &covariance_isotropic.family;
}

static int clip(build_t *self, size_t i, double *eigenvalue)
{
    double clipped = 0;
    const bool stated = matrix_of(&self->mixture->covariance[i]) != NULL;
    int status = matrix_clip(eigenvalue, self->d, stated ? name_of(self, i) : "covariance",
                             &clipped, self->error);
    self->basis->clipped = fmin(self->basis->clipped, clipped);
    return status;
}

/* Of a class in the basis where all are diagonal. */
static int fill_eigenvalues(build_t *self, size_t i)
{
    const size_t d = self->d;
    const sgdl_spec_t *spec = &self->mixture->covariance[i];
    double *out = self->basis->eigenvalue + i * d;
    for (size_t n = 0; n < d; n++)
        out[n] = is_isotropic(spec) ? covariance_family(spec)->eigenvalue(spec, position_at(1))
                                    : matrix_at(self, i)[n * (d + 1)];
    return clip(self, i, out);
}

/* Is a class that stays a matrix a covariance? What is below zero by rounding is taken out of it.
 */
static int clip_matrix(build_t *self, size_t i)
{
    const size_t d = self->d;
    double *K = matrix_at(self, i);
    memcpy(self->turn, K, d * d * sizeof *K);
    const lapack_int info = linear_eigen_symmetric(d, self->turn, d, self->number);
    if (info != 0)
        return linear_fail(info, "the eigenvalues of a covariance cannot be computed", self->error);
    const double before = self->number[0];
    int status = clip(self, i, self->number);
    if (status == SGDL_OK && before < 0) {
        double *scaled = malloc(d * d * sizeof *scaled);
        if (!scaled)
            return sgdl_fail_memory(self->error);
        for (size_t n = 0; n < d; n++)
            for (size_t k = 0; k < d; k++)
                scaled[n * d + k] = self->number[n] * self->turn[n * d + k];
        transpose_rows(d, d, self->turn, self->other);
        multiply(d, d, d, self->other, scaled, K, self->room);
        symmetrise(d, K);
        free(scaled);
    }
    for (size_t n = 0; n < d; n++)
        self->basis->eigenvalue[i * d + n] = K[n * (d + 1)];
    return status == SGDL_OK ? check_interrupted(self->mixture->watch.stop, self->error) : status;
}

/* ---- the whole --------------------------------------------------------------------------- */

static int allocate(build_t *self)
{
    common_basis_t *basis = self->basis;
    const size_t d = self->d, C = self->real;
    const double numbers = ((double)C + 5) * (double)d * (double)d;
    int status = memory_ask(self->mixture->memory, 8 * numbers, self->error,
                            "%zu covariance matrices of %zu directions", C, d);
    if (status != SGDL_OK)
        return status;
    if (numbers > (double)(SIZE_MAX / 16))
        return sgdl_fail_memory(self->error);
    basis->direction = calloc(d * d, sizeof(double));
    basis->eigenvalue = calloc(self->mixture->classes * d, sizeof(double));
    basis->matrix = calloc(self->mixture->classes * d * d, sizeof(double)); /* 0 of signals */
    self->turn = malloc(d * d * sizeof(double));
    self->other = malloc(d * d * sizeof(double));
    self->number = malloc(d * sizeof(double));
    self->room = aligned_alloc(64, multiply_room(d) * sizeof(double));
    return basis->direction && basis->eigenvalue && basis->matrix && self->turn && self->other &&
                   self->number && self->room
               ? SGDL_OK
               : sgdl_fail_memory(self->error);
}

int common_basis_init(common_basis_t *self, const sgdl_mixture_t *mixture, sgdl_error_t *error)
{
    *self = (common_basis_t){.classes = mixture->classes, .dimension = (size_t)mixture->dimension};
    build_t build = {.basis = self,
                     .mixture = mixture,
                     .d = self->dimension,
                     .real = signal_classes(mixture),
                     .error = error};
    int status = allocate(&build);
    if (status == SGDL_OK)
        status = fill_matrices(&build);
    if (status == SGDL_OK)
        status = find_basis(&build);
    for (size_t i = 0; i < build.real && status == SGDL_OK; i++)
        status = (self->commute ? fill_eigenvalues : clip_matrix)(&build, i);
    if (self->commute || status != SGDL_OK) {
        free(self->matrix);
        self->matrix = NULL;
    }
    free(build.turn);
    free(build.other);
    free(build.number);
    free(build.room);
    return status;
}

void common_basis_free(common_basis_t *self)
{
    free(self->direction);
    free(self->eigenvalue);
    free(self->matrix);
    *self = (common_basis_t){0};
}

/* to[n*step] = direction n . from, whose numbers are `step` apart. */
static void turn_vector(const common_basis_t *self, const double *from, size_t step, double *to)
{
    const size_t d = self->dimension;
    for (size_t n = 0; n < d; n++) {
        double sum = 0;
        for (size_t k = 0; k < d; k++)
            sum += self->direction[n * d + k] * from[k * step];
        to[n * step] = sum;
    }
}

int common_basis_means(const common_basis_t *self, double *mean, size_t classes,
                       sgdl_error_t *error)
{
    const size_t d = self->dimension;
    double *stated = malloc(d * sizeof *stated);
    if (!stated)
        return sgdl_fail_memory(error);
    for (size_t i = 0; i < classes; i++) {
        memcpy(stated, mean + i * d, d * sizeof *stated);
        turn_vector(self, stated, 1, mean + i * d);
    }
    free(stated);
    return SGDL_OK;
}

int common_basis_start(const common_basis_t *self, const sgdl_mixture_t *mixture, double **start,
                       sgdl_error_t *error)
{
    const size_t L = mixture->outputs;
    *start = NULL;
    if (!mixture->start)
        return SGDL_OK;
    *start = malloc(self->dimension * L * sizeof **start);
    if (!*start)
        return sgdl_fail_memory(error);
    for (size_t l = 0; l < L; l++)
        turn_vector(self, mixture->start + l, L, *start + l);
    return SGDL_OK;
}
