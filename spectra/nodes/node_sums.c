/*
 * What follows from weights, eigenvalues and means: sums over nodes, in blocks that stay in a near
 * cache while all sums over them are taken, and that threads share. Sums over blocks are added up
 * pairwise.
 */
#include "spectra/nodes/nodes.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include "src/base/clones.h"
#include "src/base/hash.h"
#include "src/base/interrupted.h"
#include "src/base/memory.h"
#include "src/base/sums.h"
#include "spectra/families/signal.h"

enum {
    BLOCK = 4096, /* nodes, at least */
    SEVERAL = 16  /* blocks from which on several threads share them */
};

/* twin[i]: the lowest class with the same mean on every node. Most of many classes share theirs. */
static int find_twins(const sgdl_nodes_t *self, size_t *twin,
                      const volatile sig_atomic_t *interrupted, sgdl_error_t *error)
{
    const size_t length = self->latent * self->count;
    uint64_t *hash = calloc(self->classes, sizeof *hash);
    int status = hash ? SGDL_OK : sgdl_fail_memory(error);
    for (size_t i = 0; i < self->classes && status == SGDL_OK; i++) {
        const double *mean = self->mean + i * length;
        hash[i] = hash_numbers(mean, length);
        twin[i] = 0;
        while (hash[twin[i]] != hash[i] ||
               memcmp(self->mean + twin[i] * length, mean, length * sizeof(double)) != 0)
            twin[i]++;
        status = check_interrupted(interrupted, error);
    }
    free(hash);
    return status;
}

/* w_n / lambda_n, 0 where lambda_n = 0; returns whether that is so anywhere. */
CLONES static bool divide(size_t count, const double *restrict weight,
                          const double *restrict eigenvalue, double *restrict out)
{
    size_t zeros = 0;
    for (size_t n = 0; n < count; n++) {
        const bool some = eigenvalue[n] > 0;
        out[n] = some ? weight[n] / eigenvalue[n] : 0;
        zeros += !some;
    }
    return zeros > 0;
}

/* |N_i - N_j|^2 of node n; with i = j, |N_i|^2. Differences at the level of the rounding of a
 * factorised Gram matrix count as zero. */
static double squared_distance(const sgdl_nodes_t *self, size_t i, size_t j, size_t n)
{
    double distance = 0, size = 0;
    for (size_t a = 0; a < self->latent; a++) {
        const double x = self->mean[(i * self->latent + a) * self->count + n];
        const double y = i == j ? 0 : self->mean[(j * self->latent + a) * self->count + n];
        distance += (x - y) * (x - y);
        size += x * x + y * y;
    }
    return distance > 1e-24 * size ? distance : 0;
}

/* Sums over one block, or over all. */
typedef struct part {
    double *trace;        /* [C] */
    double *gram;         /* [C*C], of i <= j that are no twins */
    double *mahalanobis2; /* [C*C], likewise, and the diagonal */
} part_t;

typedef struct work {
    sgdl_nodes_t *nodes;
    const sgdl_mixture_t *mixture;
    const size_t *twin;
    size_t block, blocks; /* nodes of one; number */
    size_t numbers;       /* of a part */
    double *parts; /* [blocks*numbers]; NULL: there is one block, whose sums are the nodes' */
    double *room;  /* [threads*k*block] */
} work_t;

static part_t part_of(const work_t *self, size_t b)
{
    const size_t C = self->nodes->classes;
    if (!self->parts)
        return (part_t){self->nodes->trace, self->nodes->gram, self->nodes->mahalanobis2};
    double *part = self->parts + b * self->numbers;
    return (part_t){part, part + C, part + C + C * C};
}

/* The nodes of a block, and their weights, over eigenvalues or as they are. */
typedef struct stretch {
    const sgdl_nodes_t *nodes;
    size_t begin, count;
    size_t pieces,
        length;           /* a class's means: latent columns, which in the only block are one row */
    const double *weight; /* [length] */
    double *room;         /* [k*count], where weights go that are not the nodes' */
    const double *eigenvalue; /* [N] behind the weights */
    bool zeros;               /* there are some among the block's eigenvalues */
} stretch_t;

/* In the only block once a latent column. */
static void repeat(stretch_t *self)
{
    for (size_t at = self->count; at < self->length; at += self->count)
        memcpy(self->room + at, self->room, self->count * sizeof *self->room);
    self->weight = self->room;
}

static void weigh(stretch_t *self)
{
    self->weight = self->nodes->weight + self->begin;
    if (self->length == self->count)
        return;
    memcpy(self->room, self->weight, self->count * sizeof *self->room);
    repeat(self);
}

static void weigh_over(stretch_t *self, const double *eigenvalue)
{
    self->eigenvalue = eigenvalue;
    self->zeros = divide(self->count, self->nodes->weight + self->begin, eigenvalue + self->begin,
                         self->room);
    repeat(self);
}

static const double *means_of(const stretch_t *self, size_t i, size_t piece)
{
    const sgdl_nodes_t *nodes = self->nodes;
    return nodes->mean + (i * nodes->latent + piece) * nodes->count + self->begin;
}

/* sum_n w_n N_i N_j^T, or w_n |N_i - N_j|^2 */
static double sum_over(const stretch_t *self, size_t i, size_t j, bool distance)
{
    double sum = 0;
    for (size_t a = 0; a < self->pieces; a++)
        sum += (distance ? sum_distance2 : sum_weighted)(self->weight, means_of(self, i, a),
                                                         means_of(self, j, a), self->length);
    return sum;
}

/* sum_n w_n |N_i - N_j|^2 / lambda_n (i = j: of |N_i|^2). */
static double mahalanobis_sum(const stretch_t *self, size_t i, size_t j)
{
    for (size_t n = self->begin; n < self->begin + self->count && self->zeros; n++)
        if (self->eigenvalue[n] == 0 && squared_distance(self->nodes, i, j, n) > 0)
            return INFINITY;
    return sum_over(self, i, j, i != j);
}

/* Averages over classes, traces, and which nodes are clean. */
static void sum_eigenvalues(const work_t *self, const stretch_t *stretch, double *trace)
{
    sgdl_nodes_t *nodes = self->nodes;
    const size_t begin = stretch->begin, count = stretch->count;
    double *bar = nodes->eigenvalue_bar + begin;
    for (size_t i = 0; i < nodes->classes; i++) {
        const double *eigenvalue = nodes->eigenvalue + i * nodes->count + begin;
        const double share = self->mixture->weight[i];
        trace[i] = sum_products(nodes->weight + begin, eigenvalue, count);
        for (size_t n = 0; n < count; n++)
            bar[n] = (i == 0 ? 0 : bar[n]) + share * eigenvalue[n];
    }
    for (size_t n = 0; n < count; n++)
        nodes->clean[begin + n] = eigenvalue_is_clean(bar[n], self->mixture->clean_below);
}

static void sum_block(const work_t *self, size_t b, double *room)
{
    const sgdl_nodes_t *nodes = self->nodes;
    const volatile sig_atomic_t *stop = self->mixture->watch.stop;
    const size_t C = nodes->classes, *twin = self->twin, begin = b * self->block;
    const size_t left = nodes->count - begin, count = left < self->block ? left : self->block;
    const bool only = self->blocks == 1, finite = isfinite(self->mixture->dimension);
    const part_t part = part_of(self, b);
    stretch_t stretch = {.nodes = nodes,
                         .begin = begin,
                         .count = count,
                         .pieces = only ? 1 : nodes->latent,
                         .length = only ? nodes->latent * count : count,
                         .room = room};
    sum_eigenvalues(self, &stretch, part.trace);
    weigh(&stretch);
    for (size_t i = 0; i < C && !stop_asked(stop); i++)
        for (size_t j = i; j < C; j++)
            if (twin[i] == i && twin[j] == j)
                part.gram[i * C + j] = sum_over(&stretch, i, j, false);
    for (size_t i = 0; i < C && !stop_asked(stop) && finite; i++) {
        weigh_over(&stretch, nodes->eigenvalue + i * nodes->count);
        part.mahalanobis2[i * C + i] = mahalanobis_sum(&stretch, i, i);
    }
    if (finite)
        weigh_over(&stretch, nodes->eigenvalue_bar);
    for (size_t i = 0; i < C && !stop_asked(stop) && finite; i++)
        for (size_t j = i + 1; j < C; j++)
            if (twin[i] == i && twin[j] == j)
                part.mahalanobis2[i * C + j] = mahalanobis_sum(&stretch, i, j);
}

/* Parts into the first, which goes to the nodes. */
static void add_parts(work_t *self)
{
    const sgdl_nodes_t *nodes = self->nodes;
    const size_t C = nodes->classes;
    for (size_t width = 1; width < self->blocks; width *= 2)
        for (size_t b = 0; b + width < self->blocks; b += 2 * width)
            for (size_t k = 0; k < self->numbers; k++)
                self->parts[b * self->numbers + k] += self->parts[(b + width) * self->numbers + k];
    const part_t sum = part_of(self, 0);
    memcpy(nodes->trace, sum.trace, C * sizeof *sum.trace);
    memcpy(nodes->gram, sum.gram, C * C * sizeof *sum.gram);
    memcpy(nodes->mahalanobis2, sum.mahalanobis2, C * C * sizeof *sum.mahalanobis2);
}

/* Pairs of twins, and the lower triangles. */
static void complete(const work_t *self)
{
    const sgdl_nodes_t *nodes = self->nodes;
    const size_t C = nodes->classes, *twin = self->twin;
    const bool finite = isfinite(self->mixture->dimension);
    double *gram = nodes->gram, *distance = nodes->mahalanobis2;
    for (size_t i = 0; i < C; i++)
        for (size_t j = i; j < C; j++) {
            const size_t low = twin[i] < twin[j] ? twin[i] : twin[j];
            const size_t high = twin[i] < twin[j] ? twin[j] : twin[i];
            gram[i * C + j] = gram[j * C + i] = gram[low * C + high];
            if (i < j && finite)
                distance[i * C + j] = distance[j * C + i] =
                    low == high ? 0 : distance[low * C + high];
        }
}

static int work_init(work_t *self, int threads, sgdl_error_t *error)
{
    const sgdl_nodes_t *nodes = self->nodes;
    const size_t most = nodes->count < self->block ? nodes->count : self->block;
    self->room = memory_numbers((size_t)threads * nodes->latent, most);
    if (self->blocks > 1 && self->room) {
        self->parts = memory_numbers(self->blocks, self->numbers);
        if (self->parts)
            memset(self->parts, 0, self->blocks * self->numbers * sizeof *self->parts);
    }
    return self->room && (self->blocks == 1 || self->parts) ? SGDL_OK : sgdl_fail_memory(error);
}

static void share_blocks(const work_t *self, int threads, size_t room)
{
#pragma omp parallel for schedule(static) num_threads(threads)
    for (size_t b = 0; b < self->blocks; b++) {
        size_t thread = 0;
#ifdef _OPENMP
        thread = (size_t)omp_get_thread_num();
#endif
        if (!stop_asked(self->mixture->watch.stop))
            sum_block(self, b, self->room + thread * room);
    }
}

static int sum_blocks(work_t *self, sgdl_error_t *error)
{
    const size_t most = self->block < self->nodes->count ? self->block : self->nodes->count;
    const double C = (double)self->nodes->classes, work = (double)self->nodes->count * C * (C + 3);
    const int threads = self->blocks < SEVERAL ? 1 : mixture_threads(self->mixture, work);
    int status = work_init(self, threads, error);
    if (status == SGDL_OK && threads > 1)
        share_blocks(self, threads, self->nodes->latent * most);
    /* One thread without OpenMP, which ends the process where it finds no memory for a team. */
    for (size_t b = 0; status == SGDL_OK && threads == 1 && b < self->blocks; b++) {
        sum_block(self, b, self->room);
        status = check_interrupted(self->mixture->watch.stop, error);
    }
    if (status == SGDL_OK) {
        if (self->parts)
            add_parts(self);
        complete(self);
        status = check_interrupted(self->mixture->watch.stop, error);
    }
    free(self->parts);
    free(self->room);
    return status;
}

/* What sums over nodes do not say of signals. */
static int fill_signal(sgdl_nodes_t *self, const sgdl_mixture_t *mixture, sgdl_error_t *error)
{
    const size_t classes = self->classes;
    int status = SGDL_OK;
    for (size_t k = 0; k < mixture->signals && status == SGDL_OK; k++) {
        const size_t place = signal_classes(mixture) + k;
        bool at_origin;
        double exponent;
        status = signal_at_origin(mixture, k, &at_origin, &exponent, error);
        if (isinf(mixture->dimension) && at_origin && exponent <= -0.5)
            self->gram[place * classes + place] = INFINITY;
        for (size_t i = 0; i < classes; i++)
            self->mahalanobis2[i * classes + place] = self->mahalanobis2[place * classes + i] = NAN;
    }
    return status;
}

int nodes_fill_sums(sgdl_nodes_t *self, const sgdl_mixture_t *mixture, sgdl_error_t *error)
{
    size_t *twin = calloc(self->classes, sizeof *twin);
    int status =
        twin ? find_twins(self, twin, mixture->watch.stop, error) : sgdl_fail_memory(error);
    /* A block has no more sums than numbers. */
    const size_t C = self->classes, block = 2 * C < BLOCK ? BLOCK : 2 * C + 1;
    work_t work = {.nodes = self,
                   .mixture = mixture,
                   .twin = twin,
                   .block = block,
                   .blocks = self->count > 0 ? (self->count + block - 1) / block : 1,
                   .numbers = C + 2 * C * C};
    if (status == SGDL_OK)
        status = sum_blocks(&work, error);
    if (status == SGDL_OK)
        status = fill_signal(self, mixture, error);
    free(twin);
    return status;
}
