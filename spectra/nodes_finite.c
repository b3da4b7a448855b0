/* Finite d: one node a group of directions with equal eigenvalues. */
#include "spectra/nodes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "spectra/gram.h"
#include "spectra/groups.h"

typedef struct build {
    const sgdl_mixture_t *mixture;
    sgdl_directions_t directions; /* means in the order of the groups */
    groups_t groups;
    double *factor; /* [C * (largest rank possible)] N of one group, column-major */
} build_t;

static size_t group_size(const build_t *self, size_t g)
{
    return self->groups.start[g + 1] - self->groups.start[g];
}

/* Puts the mean coordinates of each group side by side. */
static int sort_means(build_t *self, sgdl_error_t *error)
{
    if (self->groups.identity)
        return SGDL_OK;
    const size_t d = self->directions.dimension;
    double *sorted = malloc(d * sizeof *sorted);
    if (!sorted)
        return sgdl_fail_memory(error);
    for (size_t i = 0; i < self->directions.classes; i++) {
        double *mean = self->directions.mean + i * d;
        for (size_t n = 0; n < d; n++)
            sorted[n] = mean[self->groups.order[n]];
        memcpy(mean, sorted, d * sizeof *sorted);
    }
    free(sorted);
    return SGDL_OK;
}

static int factor_group(build_t *self, size_t g, size_t *rank, sgdl_error_t *error)
{
    const double *V = self->directions.mean + self->groups.start[g];
    return gram_factor_vectors(self->directions.classes, group_size(self, g), V,
                               self->directions.dimension, self->factor, rank, error);
}

/* The largest rank; a single direction needs one column whatever its mean. */
static int count_latent(build_t *self, size_t *latent, sgdl_error_t *error)
{
    const size_t classes = self->directions.classes;
    *latent = 1;
    size_t largest = 1;
    for (size_t g = 0; g < self->groups.count; g++)
        if (group_size(self, g) > largest)
            largest = group_size(self, g);
    if (largest == 1)
        return SGDL_OK;
    const size_t columns = largest < classes ? largest : classes;
    self->factor = calloc(classes * columns, sizeof(double)); /* classes * d was checked before */
    if (!self->factor)
        return sgdl_fail_memory(error);
    for (size_t g = 0; g < self->groups.count; g++) {
        size_t rank = 0;
        const int status = group_size(self, g) > 1 ? factor_group(self, g, &rank, error) : SGDL_OK;
        if (status)
            return status;
        if (rank > *latent)
            *latent = rank;
    }
    return SGDL_OK;
}

/* X_0 of the n-th member in the order of the groups, times sqrt(d): chi. */
static double start_value(const build_t *self, size_t n, size_t l)
{
    const sgdl_mixture_t *mixture = self->mixture;
    return sqrt((double)self->directions.dimension) *
           mixture->start[self->groups.order[n] * mixture->outputs + l];
}

/* S_n = average of chi chi^T over group g. */
static void fill_start_second(const build_t *self, sgdl_nodes_t *nodes, size_t g)
{
    const size_t begin = self->groups.start[g], end = self->groups.start[g + 1];
    for (size_t l = 0, pair = 0; l < nodes->outputs; l++)
        for (size_t m = l; m < nodes->outputs; m++, pair++) {
            double sum = 0;
            for (size_t n = begin; n < end; n++)
                sum += start_value(self, n, l) * start_value(self, n, m);
            nodes->start_second[pair * nodes->count + g] = sum / (double)(end - begin);
        }
}

/*
 * A_n = average of chi zeta^T over group g, where nu = N zeta. With rows scaled to length 1 the
 * columns M_a of N are orthogonal, so zeta_a = sum_i M_ia (nu_i / length_i) / |M_a|^2.
 */
static void fill_start_mean(const build_t *self, sgdl_nodes_t *nodes, size_t g, size_t rank)
{
    const size_t classes = nodes->classes, d = self->directions.dimension;
    const size_t begin = self->groups.start[g], end = self->groups.start[g + 1];
    const double *N = self->factor;
    for (size_t l = 0; l < nodes->outputs; l++)
        for (size_t i = 0; i < classes; i++) {
            const double *nu = self->directions.mean + i * d;
            double length2 = 0, moment = 0; /* average of chi_l nu_i */
            for (size_t a = 0; a < rank; a++)
                length2 += N[a * classes + i] * N[a * classes + i];
            for (size_t n = begin; n < end && length2 > 0; n++)
                moment += start_value(self, n, l) * nu[n];
            moment /= (double)(end - begin);
            for (size_t a = 0; a < rank && length2 > 0; a++)
                nodes->start_mean[(l * nodes->latent + a) * nodes->count + g] +=
                    moment * N[a * classes + i] / length2;
        }
    for (size_t a = 0; a < rank; a++) {
        double norm2 = 0;
        for (size_t i = 0; i < classes; i++) {
            double length2 = 0;
            for (size_t b = 0; b < rank; b++)
                length2 += N[b * classes + i] * N[b * classes + i];
            norm2 += length2 > 0 ? N[a * classes + i] * N[a * classes + i] / length2 : 0;
        }
        for (size_t l = 0; l < nodes->outputs; l++)
            nodes->start_mean[(l * nodes->latent + a) * nodes->count + g] /= norm2;
    }
}

static int fill_group(build_t *self, sgdl_nodes_t *nodes, size_t g, sgdl_error_t *error)
{
    const size_t classes = nodes->classes, d = self->directions.dimension;
    const size_t begin = self->groups.start[g];
    size_t rank = 1;
    nodes->weight[g] = (double)group_size(self, g) / (double)d;
    for (size_t i = 0; i < classes; i++)
        nodes->eigenvalue[i * nodes->count + g] =
            self->directions.eigenvalue[i * d + self->groups.order[begin]];
    const bool single = group_size(self, g) == 1;
    if (!single) {
        const int status = factor_group(self, g, &rank, error);
        if (status)
            return status;
    }
    for (size_t i = 0; i < classes; i++)
        for (size_t a = 0; a < rank; a++)
            nodes->mean[(i * nodes->latent + a) * nodes->count + g] =
                single ? self->directions.mean[i * d + begin] : self->factor[a * classes + i];
    if (nodes->outputs == 0)
        return SGDL_OK;
    fill_start_second(self, nodes, g);
    if (!single)
        fill_start_mean(self, nodes, g, rank);
    for (size_t l = 0; l < nodes->outputs && single; l++)
        nodes->start_mean[l * nodes->latent * nodes->count + g] = start_value(self, begin, l);
    return SGDL_OK;
}

int nodes_init_finite(sgdl_nodes_t *self, const sgdl_mixture_t *mixture, sgdl_error_t *error)
{
    build_t build = {.mixture = mixture};
    size_t latent = 1;
    int status = sgdl_directions_init(&build.directions, mixture, error);
    if (!status)
        status = groups_init(&build.groups, &build.directions, error);
    if (!status)
        status = sort_means(&build, error);
    if (!status)
        status = count_latent(&build, &latent, error);
    if (!status)
        status = nodes_allocate(self, mixture->classes, build.groups.count, latent,
                                mixture->start ? mixture->outputs : 0, error);
    for (size_t g = 0; !status && g < build.groups.count; g++)
        status = fill_group(&build, self, g, error);
    free(build.factor);
    groups_free(&build.groups);
    sgdl_directions_free(&build.directions);
    return status;
}
