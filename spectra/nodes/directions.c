#include "sgdlimit/spectra.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "spectra/dense/common_basis.h"
#include "spectra/dense/matrix.h"
#include "src/base/interrupted.h"
#include "src/base/memory.h"
#include "src/random/stream.h"
#include "spectra/families/power.h"
#include "spectra/families/signal.h"
#include "spectra/nodes/nodes.h"

enum {
    STRIDE = 4096,    /* directions between two looks at the flag: those of one thread's turn */
    SEVERAL = 1 << 16 /* directions from which on several threads list them */
};

/* Eigenvalues of the directions first + 1 .. first + count. */
static void fill_stride(const sgdl_spec_t *spec, size_t d, size_t first, size_t count, double *out)
{
    const covariance_family_t *family = covariance_family(spec);
    if (family->row) {
        family->row(spec, d, first, count, out);
        return;
    }
    for (size_t k = 0; k < count; k++)
        out[k] = family->eigenvalue(spec, position_at((double)(first + k + 1) / (double)d));
}

/* The stride of that number, unless told to stop. */
static void list_stride(const sgdl_mixture_t *mixture, size_t i, size_t d, size_t stride,
                        double *out)
{
    const size_t first = stride * STRIDE, left = d - first;
    if (!stop_asked(mixture->watch.stop))
        fill_stride(&mixture->covariance[i], d, first, left < STRIDE ? left : STRIDE, out + first);
}

static int list_eigenvalues(const sgdl_mixture_t *mixture, size_t i, size_t d, double *out,
                            sgdl_error_t *error)
{
    const sgdl_spec_t *spec = &mixture->covariance[i];
    const covariance_family_t *family = covariance_family(spec);
    const size_t strides = (d + STRIDE - 1) / STRIDE;
    if (family->list)
        return family->list(spec, d, out, error);
    const int threads = mixture_threads(mixture, (double)d * (family->slow ? 100 : 5));
    if (d < SEVERAL ||
        threads == 1) { /* OpenMP ends the process where it finds no memory for a team of one */
        for (size_t s = 0; s < strides; s++)
            list_stride(mixture, i, d, s, out);
        return check_interrupted(mixture->watch.stop, error);
    }
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
    for (size_t s = 0; s < strides; s++)
        list_stride(mixture, i, d, s, out);
    return check_interrupted(mixture->watch.stop, error);
}

/* Coordinates of mu itself: nu = sqrt(d) mu. */
static int list_mean_file(const mean_profile_t *mean, size_t d, double *out, sgdl_error_t *error)
{
    const sgdl_setting_t *file = sgdl_spec_setting(mean->spec, "path");
    if (file->data_count != d)
        return sgdl_fail(
            error, SGDL_ERR_INPUT, file->path,
            "expected the coordinates of mu itself, one a direction, %zu numbers, found %zu", d,
            file->data_count);
    for (size_t rho = 0; rho < d; rho++)
        out[rho] = mean->sign * sqrt((double)d) * file->data[rho];
    return SGDL_OK;
}

/* A direction has a draw of its own, whether or not its mean is cut. */
static void fill_gaussian(const mean_profile_t *mean, const sgdl_mixture_t *mixture, size_t d,
                          double *out)
{
    const double scale = mean_profile_scale(mean, 0);
    const size_t real = signal_classes(mixture);
    normals_t draws;
    if (mean->base < real)
        normals_init(&draws, mixture->seed, mean->base, STREAM_MEANS);
    else
        normals_init(&draws, mixture->seed, mean->base - real, STREAM_SIGNAL);
    for (size_t first = 0; first < d && !stop_asked(mixture->watch.stop); first += NORMALS_BLOCK) {
        normals_refill(&draws);
        const size_t count = d - first < NORMALS_BLOCK ? d - first : NORMALS_BLOCK;
        for (size_t k = 0; k < count; k++)
            out[first + k] = scale * draws.value[k];
    }
}

static void fill_power(const mean_profile_t *mean, const sgdl_mixture_t *mixture, size_t d,
                       double *out)
{
    const bool pieces = mean_family(mean->spec)->break_at != NULL;
    const double scale = mean_profile_scale(mean, 0);
    for (size_t first = 0; first < d && !stop_asked(mixture->watch.stop); first += STRIDE) {
        const size_t count = d - first < STRIDE ? d - first : STRIDE;
        if (mean->exponent != 0)
            power_row(scale, mean->exponent, d, first, count, out + first);
        for (size_t k = 0; k < count && mean->exponent == 0; k++)
            out[first + k] =
                pieces ? mean_profile_scale(mean, (double)(first + k + 1) / (double)d) : scale;
    }
}

static int list_mean(const mean_profile_t *mean, const sgdl_mixture_t *mixture, size_t d,
                     double *out, sgdl_error_t *error)
{
    int status = SGDL_OK;
    if (mean->kind == MEAN_FILE)
        status = list_mean_file(mean, d, out, error);
    else
        (mean->kind == MEAN_GAUSSIAN ? fill_gaussian : fill_power)(mean, mixture, d, out);
    if (status == SGDL_OK)
        status = check_interrupted(mixture->watch.stop, error);
    const bool cut = mean->on[0] != 0 || mean->on[1] < 1;
    for (size_t rho = 0; rho < d && status == SGDL_OK && cut; rho++)
        if (!mean_profile_on(mean, (double)(rho + 1) / (double)d))
            out[rho] = 0;
    return status;
}

/* What an earlier class has is copied: files are read once, draws are made once. */
static int add_eigenvalues(sgdl_directions_t *self, const sgdl_mixture_t *mixture, size_t i,
                           sgdl_error_t *error)
{
    const size_t d = self->dimension;
    double *out = self->eigenvalue + i * d;
    for (size_t k = 0; k < i; k++)
        if (sgdl_spec_equal(&mixture->covariance[k], &mixture->covariance[i])) {
            memcpy(out, self->eigenvalue + k * d, d * sizeof *out);
            return SGDL_OK;
        }
    return list_eigenvalues(mixture, i, d, out, error);
}

/* profile [C] as resolved. */
static int add_mean(sgdl_directions_t *self, const sgdl_mixture_t *mixture,
                    const mean_profile_t *profile, size_t i, sgdl_error_t *error)
{
    const size_t d = self->dimension;
    const mean_profile_t *mean = &profile[i];
    double *out = self->mean + i * d;
    for (size_t k = 0; k < i; k++) {
        const mean_profile_t *other = &profile[k];
        if (other->base != mean->base || other->on[0] != mean->on[0] || other->on[1] != mean->on[1])
            continue;
        for (size_t rho = 0; rho < d; rho++)
            out[rho] = mean->sign * other->sign * self->mean[k * d + rho] + 0.0; /* not -0 */
        return SGDL_OK;
    }
    return list_mean(mean, mixture, d, out, error);
}

static int list_classes(sgdl_directions_t *self, const sgdl_mixture_t *mixture, sgdl_error_t *error)
{
    const bool matrices = matrix_in(mixture);
    mean_profile_t *profile = calloc(self->classes, sizeof *profile);
    int status = profile ? SGDL_OK : sgdl_fail_memory(error);
    for (size_t i = 0; i < self->classes && status == SGDL_OK; i++)
        status = mean_profile_resolve(&profile[i], mixture, i, error);
    for (size_t i = 0; i < self->classes && status == SGDL_OK; i++) {
        status = check_interrupted(mixture->watch.stop, error);
        if (status == SGDL_OK && !matrices)
            status = add_eigenvalues(self, mixture, i, error);
        if (status == SGDL_OK)
            status = add_mean(self, mixture, profile, i, error);
    }
    free(profile);
    return status;
}

/* To the common eigenbasis of matrices; takes it over. */
static int turn(sgdl_directions_t *self, const sgdl_mixture_t *mixture, bool matrices,
                sgdl_error_t *error)
{
    common_basis_t basis = {0};
    const size_t C = self->classes, d = self->dimension;
    int status = common_basis_init(&basis, mixture, error);
    if (status == SGDL_OK && !basis.commute && !matrices)
        status = sgdl_fail(error, SGDL_ERR_INPUT, "covariance",
                           "found matrices that do not commute: their off-diagonal part is %.3g of "
                           "them in the best basis, allowed here: up to %g; 'solve', 'simulate', "
                           "'compare' and 'spectrum' of streaming SGD take such matrices",
                           basis.residual, COMMON_BASIS_TOLERANCE);
    if (status == SGDL_OK)
        status = common_basis_means(&basis, self->mean, C, error);
    if (status == SGDL_OK && mixture->start)
        status = common_basis_start(&basis, mixture, &self->start, error);
    if (status == SGDL_OK) {
        memcpy(self->eigenvalue, basis.eigenvalue, C * d * sizeof *self->eigenvalue);
        self->basis = basis.direction;
        self->matrix = basis.matrix;
        basis.direction = basis.matrix = NULL;
        self->residual = basis.residual;
        self->clipped = basis.clipped;
    }
    common_basis_free(&basis);
    return status;
}

int directions_init(sgdl_directions_t *self, const sgdl_mixture_t *mixture, bool matrices,
                    sgdl_error_t *error)
{
    *self = (sgdl_directions_t){0};
    const double dimension = mixture->dimension;
    if (!(dimension >= 1 && dimension <= SGDL_DIMENSION_MAX && dimension == floor(dimension)))
        return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                         "directions are listed for a whole dimension from 1 to %.0f, found %.17g",
                         SGDL_DIMENSION_MAX, dimension);
    const size_t d = (size_t)dimension, classes = mixture->classes;
    if (classes > SIZE_MAX / sizeof(double) / d)
        return sgdl_fail_memory(error);
    int status = memory_ask(mixture->memory, 16 * (double)classes * dimension, error,
                            "%zu classes in %zu directions", classes, d);
    if (status != SGDL_OK)
        return status;
    self->classes = classes;
    self->dimension = d;
    self->eigenvalue = memory_numbers(classes, d);
    self->mean = memory_numbers(classes, d);
    if (!self->eigenvalue || !self->mean) {
        status = sgdl_fail_memory(error);
        goto out;
    }
    status = list_classes(self, mixture, error);
    if (status == SGDL_OK && matrix_in(mixture))
        status = turn(self, mixture, matrices, error);
out:
    if (status != SGDL_OK)
        sgdl_directions_free(self);
    return status;
}

int sgdl_directions_init(sgdl_directions_t *self, const sgdl_mixture_t *mixture,
                         sgdl_error_t *error)
{
    return directions_init(self, mixture, false, error);
}

void sgdl_directions_free(sgdl_directions_t *self)
{
    free(self->eigenvalue);
    free(self->mean);
    free(self->basis);
    free(self->start);
    free(self->matrix);
    *self = (sgdl_directions_t){0};
}
