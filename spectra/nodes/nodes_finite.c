/* Finite d: one node a group of directions with equal eigenvalues. */
#include "spectra/nodes/nodes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "spectra/families/family.h"
#include "spectra/nodes/gram.h"
#include "spectra/nodes/groups.h"
#include "src/base/interrupted.h"
#include "src/base/memory.h"

typedef struct build {
    const sgdl_mixture_t *mixture;
    sgdl_directions_t directions; /* means in the order of the groups */
    groups_t groups;
    double *factor;  /* [C * (largest rank possible)] N of one group, column-major */
    size_t factored; /* whose it is; rank its columns */
    size_t rank;
} build_t;

static size_t group_size(const build_t *self, size_t g)
{
    return groups_start(&self->groups, g + 1) - groups_start(&self->groups, g);
}

/* Puts the mean coordinates of each group side by side. */
static int sort_means(build_t *self, sgdl_error_t *error)
{
    if (!self->groups.order)
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

/* The means of all classes in group g. */
static gram_vectors_t group_vectors(const build_t *self, size_t g)
{
    return (gram_vectors_t){.n = self->directions.classes,
                            .members = group_size(self, g),
                            .value = self->directions.mean + groups_start(&self->groups, g),
                            .stride = self->directions.dimension};
}

static int factor_group(build_t *self, size_t g, size_t *rank, sgdl_error_t *error)
{
    const gram_vectors_t vectors = group_vectors(self, g);
    int status = SGDL_OK;
    if (self->factored != g || self->rank == 0)
        status = gram_factor_vectors(&vectors, self->factor, &self->rank, self->mixture->watch.stop,
                                     error);
    self->factored = g;
    *rank = self->rank;
    return status;
}

/* The largest rank; a single direction needs one column whatever its mean. */
static int count_latent(build_t *self, size_t *latent, sgdl_error_t *error)
{
    const size_t classes = self->directions.classes;
    *latent = 1;
    size_t largest = 1;
    for (size_t g = 0; self->groups.start && g < self->groups.count; g++)
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
        int status = group_size(self, g) > 1 ? factor_group(self, g, &rank, error) : SGDL_OK;
        if (status == SGDL_OK)
            status = check_interrupted(self->mixture->watch.stop, error);
        if (status != SGDL_OK)
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
    const double *start = self->directions.start ? self->directions.start : mixture->start;
    return sqrt((double)self->directions.dimension) *
           start[groups_member(&self->groups, n) * mixture->outputs + l];
}

/* S_n = average of chi chi^T over group g. */
static void fill_start_second(const build_t *self, sgdl_nodes_t *nodes, size_t g)
{
    const size_t begin = groups_start(&self->groups, g), end = groups_start(&self->groups, g + 1);
    for (size_t l = 0, pair = 0; l < nodes->outputs; l++)
        for (size_t m = l; m < nodes->outputs; m++, pair++) {
            double sum = 0;
            for (size_t n = begin; n < end; n++)
                sum += start_value(self, n, l) * start_value(self, n, m);
            nodes->start_second[pair * nodes->count + g] = sum / (double)(end - begin);
        }
}

/* A_n = average of chi zeta^T over group g, where nu = N zeta. */
static int fill_start_mean(const build_t *self, sgdl_nodes_t *nodes, size_t g, size_t rank,
                           sgdl_error_t *error)
{
    const size_t classes = nodes->classes, d = self->directions.dimension;
    const size_t begin = groups_start(&self->groups, g), end = groups_start(&self->groups, g + 1);
    const gram_vectors_t vectors = group_vectors(self, g);
    double *moment = calloc(classes + rank, sizeof *moment); /* average of chi_l nu_i; A_l */
    int status = moment ? SGDL_OK : sgdl_fail_memory(error);
    for (size_t l = 0; l < nodes->outputs && status == SGDL_OK; l++) {
        for (size_t i = 0; i < classes; i++) {
            const double *nu = self->directions.mean + i * d;
            moment[i] = 0;
            for (size_t n = begin; n < end; n++)
                moment[i] += start_value(self, n, l) * nu[n];
            moment[i] /= (double)(end - begin);
        }
        status = gram_solve(&vectors, rank, self->factor, moment, moment + classes, error);
        for (size_t a = 0; a < rank && status == SGDL_OK; a++)
            nodes->start_mean[(l * nodes->latent + a) * nodes->count + g] = moment[classes + a];
    }
    free(moment);
    return status;
}

static int fill_group(build_t *self, sgdl_nodes_t *nodes, size_t g, sgdl_error_t *error)
{
    const size_t classes = nodes->classes, d = self->directions.dimension;
    const size_t begin = groups_start(&self->groups, g);
    size_t rank = 1;
    nodes->weight[g] = (double)group_size(self, g) / (double)d;
    for (size_t i = 0; i < classes; i++)
        nodes->eigenvalue[i * nodes->count + g] =
            self->directions.eigenvalue[i * d + groups_member(&self->groups, begin)];
    const bool single = group_size(self, g) == 1;
    if (!single) {
        const int status = factor_group(self, g, &rank, error);
        if (status != SGDL_OK)
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
        return fill_start_mean(self, nodes, g, rank, error);
    for (size_t l = 0; l < nodes->outputs; l++)
        nodes->start_mean[l * nodes->latent * nodes->count + g] = start_value(self, begin, l);
    return SGDL_OK;
}

/* What lists, groups and nodes take together: `groups` of them with `latent` columns. Directions
 * that all stand alone are listed once. */
static int ask_memory(const sgdl_mixture_t *mixture, double groups, double latent,
                      sgdl_error_t *error)
{
    const double C = (double)mixture->classes, d = mixture->dimension;
    const double L = mixture->start ? (double)mixture->outputs : 0;
    const bool alone = groups == d;
    const double lists = d * (2 * C + (alone ? 0 : 1));
    const double node = (alone ? 0 : C * (1 + latent)) + 4 + L * latent + L * (L + 1) / 2;
    return memory_ask(mixture->memory, 8 * (lists + groups * node + 2 * C * C), error,
                      "%zu classes in %.0f directions", mixture->classes, d);
}

/* Groups are at least as many as a class's eigenvalues; where a profile varies, or a file lists
 * them, all may differ. */
static double least_groups(const sgdl_mixture_t *mixture)
{
    for (size_t i = 0; i < mixture->classes; i++)
        if (covariance_family(&mixture->covariance[i])->integral)
            return mixture->dimension;
    return 1;
}

/* K_i of directions that stand alone: the part that `eigenvalue` does not hold. */
static void take_matrices(sgdl_nodes_t *self, sgdl_directions_t *directions)
{
    const size_t d = directions->dimension;
    self->matrix = directions->matrix;
    directions->matrix = NULL;
    for (size_t e = 0; self->matrix && e < self->classes * d; e++)
        self->matrix[e / d * d * d + e % d * (d + 1)] = 0;
}

/* Directions that all stand alone are the nodes: their lists change hands. */
static int take_directions(build_t *self, sgdl_nodes_t *nodes, sgdl_error_t *error)
{
    const sgdl_mixture_t *mixture = self->mixture;
    const size_t d = self->directions.dimension;
    const size_t outputs = mixture->start ? mixture->outputs : 0;
    nodes->weight = memory_numbers(d, 1);
    if (!nodes->weight)
        return sgdl_fail_memory(error);
    for (size_t n = 0; n < d; n++)
        nodes->weight[n] = 1 / (double)d;
    nodes->eigenvalue = self->directions.eigenvalue;
    nodes->mean = self->directions.mean;
    self->directions.eigenvalue = self->directions.mean = NULL;
    int status = nodes_allocate(nodes, mixture->classes, d, 1, outputs, error);
    for (size_t n = 0; n < d && outputs > 0 && status == SGDL_OK; n++) {
        fill_start_second(self, nodes, n);
        for (size_t l = 0; l < outputs; l++)
            nodes->start_mean[l * d + n] = start_value(self, n, l);
        status = check_interrupted(mixture->watch.stop, error);
    }
    return status;
}

/* A node a group. */
static int fill_groups(build_t *self, sgdl_nodes_t *nodes, size_t latent, sgdl_error_t *error)
{
    const sgdl_mixture_t *mixture = self->mixture;
    int status = nodes_allocate(nodes, mixture->classes, self->groups.count, latent,
                                mixture->start ? mixture->outputs : 0, error);
    for (size_t g = 0; status == SGDL_OK && g < self->groups.count; g++) {
        status = fill_group(self, nodes, g, error);
        if (status == SGDL_OK)
            status = check_interrupted(mixture->watch.stop, error);
    }
    return status;
}

int nodes_init_finite(sgdl_nodes_t *self, const sgdl_mixture_t *mixture, bool matrices,
                      sgdl_error_t *error)
{
    build_t build = {.mixture = mixture};
    size_t latent = 1;
    int status = ask_memory(mixture, least_groups(mixture), 1, error);
    if (status == SGDL_OK)
        status = directions_init(&build.directions, mixture, matrices, error);
    if (status == SGDL_OK && build.directions.matrix)
        build.groups = groups_single(&build.directions);
    else if (status == SGDL_OK)
        status = groups_init(&build.groups, &build.directions, error);
    if (status == SGDL_OK)
        status = sort_means(&build, error);
    if (status == SGDL_OK)
        status = count_latent(&build, &latent, error);
    if (status == SGDL_OK)
        status = ask_memory(mixture, (double)build.groups.count, (double)latent, error);
    if (status == SGDL_OK)
        status = build.groups.start ? fill_groups(&build, self, latent, error)
                                    : take_directions(&build, self, error);
    if (status == SGDL_OK)
        take_matrices(self, &build.directions);
    self->matrices = build.directions.basis != NULL;
    self->residual = build.directions.residual;
    self->clipped = build.directions.clipped;
    free(build.factor);
    groups_free(&build.groups);
    sgdl_directions_free(&build.directions);
    return status;
}
