#include "spectra/nodes/nodes.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include "src/base/clones.h"
#include "src/base/hash.h"
#include "src/base/memory.h"
#include "src/base/interrupted.h"
#include "spectra/families/signal.h"
#include "src/base/sums.h"
#include "src/base/c_locale.h"

int mixture_threads(const sgdl_mixture_t *mixture)
{
    size_t threads = mixture->threads;
#ifdef _OPENMP
    if (threads == 0)
        threads = (size_t)omp_get_max_threads();
#endif
    return threads < 1 ? 1 : threads < 1024 ? (int)threads : 1024;
}

/* a * b * c zeros. */
static double *allocate_product(size_t a, size_t b, size_t c)
{
    if (b != 0 && a > SIZE_MAX / b)
        return NULL;
    const size_t ab = a * b;
    double *block = memory_numbers(ab, c);
    if (block)
        memset(block, 0, ab * c * sizeof *block);
    return block;
}

int nodes_allocate(sgdl_nodes_t *self, size_t classes, size_t count, size_t latent, size_t outputs,
                   sgdl_error_t *error)
{
    self->classes = classes;
    self->count = count;
    self->latent = latent;
    self->outputs = outputs;
    if (!self->weight)
        self->weight = memory_numbers(count, 1);
    if (!self->eigenvalue)
        self->eigenvalue = allocate_product(classes, count, 1);
    if (!self->mean)
        self->mean = allocate_product(classes, latent, count);
    self->eigenvalue_bar = memory_numbers(count, 1);
    self->clean = calloc(count ? count : 1, sizeof *self->clean);
    self->trace = allocate_product(classes, 1, 1);
    self->gram = allocate_product(classes, classes, 1);
    self->mahalanobis2 = allocate_product(classes, classes, 1);
    bool whole = self->weight && self->eigenvalue && self->mean && self->eigenvalue_bar &&
                 self->clean && self->trace && self->gram && self->mahalanobis2;
    if (outputs > 0) {
        const size_t pairs = outputs % 2 == 0 ? outputs / 2 : (outputs + 1) / 2;
        const size_t other = outputs % 2 == 0 ? outputs + 1 : outputs;
        self->start_mean = allocate_product(outputs, latent, count);
        self->start_second = allocate_product(pairs, other, count);
        whole = whole && self->start_mean && self->start_second;
    }
    return whole ? SGDL_OK : sgdl_fail_memory(error);
}

void sgdl_nodes_free(sgdl_nodes_t *self)
{
    free(self->weight);
    free(self->eigenvalue);
    free(self->mean);
    free(self->eigenvalue_bar);
    free(self->clean);
    free(self->trace);
    free(self->gram);
    free(self->mahalanobis2);
    free(self->start_mean);
    free(self->start_second);
    free(self->matrix);
    *self = (sgdl_nodes_t){0};
}

const char *sgdl_nodes_compression(const sgdl_nodes_t *self, char *text, size_t room)
{
    if (self->compressed)
        (void)c_print(text, room, "%.0f directions in %zu nodes, estimated error %.1e",
                      self->dimension, self->count, self->compression_error);
    else
        (void)snprintf(text, room, "%s%s", self->exact_because ? "none, because " : "",
                       self->exact_because ? self->exact_because : "");
    return text;
}

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

/* What stands for each node once a latent column more, so that sums over nodes and columns are one.
 */
static void repeat(const sgdl_nodes_t *self, double *out)
{
    for (size_t at = self->count; at < self->latent * self->count; at += self->count)
        memcpy(out + at, out, self->count * sizeof *out);
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

/* Weights over eigenvalues, for sums over nodes and columns. */
typedef struct divided {
    const double *eigenvalue;
    double *weight; /* [k*N] */
    bool zeros;     /* there are some among the eigenvalues */
} divided_t;

static divided_t divide_weights(const sgdl_nodes_t *self, const double *eigenvalue, double *room)
{
    const bool zeros = divide(self->count, self->weight, eigenvalue, room);
    repeat(self, room);
    return (divided_t){eigenvalue, room, zeros};
}

static int fill_gram(sgdl_nodes_t *self, const size_t *twin, double *room,
                     const volatile sig_atomic_t *interrupted, sgdl_error_t *error)
{
    const size_t classes = self->classes, length = self->latent * self->count;
    const double *weight = self->weight;
    if (self->latent > 1) {
        memcpy(room, weight, self->count * sizeof *room);
        repeat(self, room);
        weight = room;
    }
    for (size_t i = 0; i < classes; i++) {
        const int status = check_interrupted(interrupted, error);
        if (status != SGDL_OK)
            return status;
        for (size_t j = i; j < classes; j++)
            self->gram[i * classes + j] = self->gram[j * classes + i] =
                twin[i] < i || twin[j] < j ? self->gram[twin[i] * classes + twin[j]]
                                           : sum_weighted(weight, self->mean + i * length,
                                                          self->mean + j * length, length);
    }
    return SGDL_OK;
}

static void fill_traces(sgdl_nodes_t *self, const sgdl_mixture_t *mixture)
{
    const size_t count = self->count, classes = self->classes;
    for (size_t i = 0; i < classes; i++) {
        const double *eigenvalue = self->eigenvalue + i * count, share = mixture->weight[i];
        double *bar = self->eigenvalue_bar;
        self->trace[i] = sum_products(self->weight, eigenvalue, count);
        for (size_t n = 0; n < count; n++)
            bar[n] = (i == 0 ? 0 : bar[n]) + share * eigenvalue[n];
    }
    for (size_t n = 0; n < count; n++)
        self->clean[n] = eigenvalue_is_clean(self->eigenvalue_bar[n], mixture->clean_below);
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

/* sum_n w_n |N_i - N_j|^2 / lambda_n (i = j: of |N_i|^2). */
static double mahalanobis_sum(const sgdl_nodes_t *self, divided_t divided, size_t i, size_t j)
{
    const size_t length = self->latent * self->count;
    const double *x = self->mean + i * length, *y = self->mean + j * length;
    for (size_t n = 0; n < self->count && divided.zeros; n++)
        if (divided.eigenvalue[n] == 0 && squared_distance(self, i, j, n) > 0)
            return INFINITY;
    return i == j ? sum_weighted(divided.weight, x, x, length)
                  : sum_distance2(divided.weight, x, y, length);
}

static int fill_mahalanobis(sgdl_nodes_t *self, const size_t *twin, double *room,
                            const volatile sig_atomic_t *interrupted, sgdl_error_t *error)
{
    const size_t classes = self->classes;
    double *out = self->mahalanobis2;
    int status = SGDL_OK;
    for (size_t i = 0; i < classes && status == SGDL_OK; i++) {
        out[i * classes + i] = mahalanobis_sum(
            self, divide_weights(self, self->eigenvalue + i * self->count, room), i, i);
        status = check_interrupted(interrupted, error);
    }
    const divided_t divided = divide_weights(self, self->eigenvalue_bar, room);
    for (size_t i = 0; i < classes && status == SGDL_OK; i++) {
        for (size_t j = i + 1; j < classes; j++) {
            const size_t k = twin[i], l = twin[j];
            const bool known = k < i || l < j; /* of rows above or earlier in this one */
            out[i * classes + j] = out[j * classes + i] =
                k == l  ? 0
                : known ? out[k * classes + l]
                        : mahalanobis_sum(self, divided, i, j);
        }
        status = check_interrupted(interrupted, error);
    }
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
    double *scratch = memory_numbers(self->count, self->latent);
    int status = twin && scratch ? SGDL_OK : sgdl_fail_memory(error);
    if (status == SGDL_OK)
        status = find_twins(self, twin, mixture->watch.stop, error);
    if (status == SGDL_OK) {
        fill_traces(self, mixture);
        status = fill_gram(self, twin, scratch, mixture->watch.stop, error);
    }
    if (status == SGDL_OK && isfinite(mixture->dimension))
        status = fill_mahalanobis(self, twin, scratch, mixture->watch.stop, error);
    if (status == SGDL_OK)
        status = fill_signal(self, mixture, error);
    free(scratch);
    free(twin);
    return status;
}
