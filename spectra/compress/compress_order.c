#include "spectra/compress/compress_order.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "spectra/compress/extent.h"
#include "src/base/order.h"

enum {
    FEW = 8,       /* distinct eigenvalues up to which a class counts as piecewise constant */
    MOST_RUNS = 64 /* nodes that come in more runs than this are sorted */
};

/* The distinct eigenvalues of a class, in order of appearance; FEW + 1 if there are more. */
static size_t distinct_values(const double *eigenvalue, size_t count, double *value)
{
    size_t found = 0;
    for (size_t n = 0; n < count; n++) {
        if (n > 0 && eigenvalue[n] == eigenvalue[n - 1])
            continue;
        size_t k = 0;
        while (k < found && value[k] != eigenvalue[n])
            k++;
        if (k == FEW)
            return FEW + 1;
        if (k == found)
            value[found++] = eigenvalue[n];
    }
    return found;
}

/* log(largest/smallest) of the positive eigenvalues. */
static double log_range(const double *eigenvalue, size_t count)
{
    double low = INFINITY, high = 0;
    extent_widen_positive(eigenvalue, count, &low, &high);
    return high > 0 ? log(high) - log(low) : 0;
}

/* Strata are told apart by a hash: two that collide are told apart later, where their eigenvalues
 * turn out not to be smooth. */
static void mix(uint32_t *hash, size_t code) { *hash = (*hash ^ (uint32_t)code) * 16777619u; }

/* stratum [count]; returns the key: the varying class of the widest range. */
static size_t find_strata(const sgdl_nodes_t *nodes, uint32_t *stratum)
{
    const size_t count = nodes->count;
    size_t key = 0;
    double widest = -1;
    for (size_t n = 0; n < count; n++)
        stratum[n] = nodes->clean[n] ? 1 : 2;
    for (size_t i = 0; i < nodes->classes; i++) {
        const double *eigenvalue = nodes->eigenvalue + i * count;
        double value[FEW];
        const size_t distinct = distinct_values(eigenvalue, count, value);
        const double range = distinct > FEW ? log_range(eigenvalue, count) : -1;
        if (range > widest) {
            widest = range;
            key = i;
        }
        for (size_t n = 0; n < count; n++) {
            size_t code = eigenvalue[n] > 0;
            if (distinct <= FEW)
                for (code = 0; value[code] != eigenvalue[n];)
                    code++;
            mix(&stratum[n], code);
        }
    }
    return key;
}

/* Whether x rises, or falls, from the first to the last, or stays where it is. */
static bool is_monotone(const double *x, size_t count)
{
    size_t rises = 0, falls = 0;
    for (size_t n = 1; n < count; n++) {
        rises += x[n] > x[n - 1];
        falls += x[n] < x[n - 1];
    }
    return rises == 0 || falls == 0;
}

/* Whether all nodes are one run as they come, which most mixtures of profiles are: seen without an
 * array of strata. */
static bool is_one_run(const sgdl_nodes_t *nodes)
{
    const size_t count = nodes->count;
    const double *key = nodes->eigenvalue;
    double widest = -1;
    if (memchr(nodes->clean, !nodes->clean[0], count))
        return false;
    for (size_t i = 0; i < nodes->classes; i++) {
        const double *eigenvalue = nodes->eigenvalue + i * count;
        double value[FEW], low = INFINITY, high = 0;
        const size_t distinct = distinct_values(eigenvalue, count, value);
        if (distinct == 1)
            continue;
        extent_widen(eigenvalue, count, &low, &high);
        if (distinct <= FEW || low == 0)
            return false;
        if (log(high) - log(low) > widest) {
            widest = log(high) - log(low);
            key = eigenvalue;
        }
    }
    return is_monotone(key, count);
}

/* Fills start with runs in the given order; false if they are more than `most`. */
static bool find_runs(compress_order_t *self, const sgdl_nodes_t *nodes, const uint32_t *stratum,
                      const double *key, size_t most)
{
    const size_t count = nodes->count;
    int direction = 0;
    self->runs = 0;
    self->start[0] = 0;
    for (size_t place = 1; place < count; place++) {
        const size_t n = compress_order_at(self, place),
                     before = compress_order_at(self, place - 1);
        const int step = (key[n] > key[before]) - (key[n] < key[before]);
        if (stratum[n] == stratum[before] && step * direction >= 0) {
            direction = step != 0 ? step : direction;
            continue;
        }
        if (self->runs + 1 == most)
            return false;
        self->start[++self->runs] = place;
        direction = 0;
    }
    self->start[++self->runs] = count;
    return true;
}

int compress_order_init(compress_order_t *self, const sgdl_nodes_t *nodes, sgdl_error_t *error)
{
    const size_t count = nodes->count;
    *self = (compress_order_t){.start = malloc((MOST_RUNS + 1) * sizeof *self->start)};
    if (self->start && is_one_run(nodes)) {
        self->runs = 1;
        self->start[0] = 0;
        self->start[1] = count;
        return SGDL_OK;
    }
    uint32_t *stratum = malloc(count * sizeof *stratum);
    int status = SGDL_OK;
    if (!stratum || !self->start) {
        status = sgdl_fail_memory(error);
        goto out;
    }
    const double *key = nodes->eigenvalue + find_strata(nodes, stratum) * count;
    if (find_runs(self, nodes, stratum, key, MOST_RUNS))
        goto out;
    self->index = malloc(count * sizeof *self->index);
    status = self->index ? order_numbers(key, stratum, count, self->index, error)
                         : sgdl_fail_memory(error);
    if (status != SGDL_OK)
        goto out;
    /* Sorted, every stratum is one run; there may be many of them. */
    free(self->start);
    self->start = malloc((count + 1) * sizeof *self->start);
    if (!self->start)
        status = sgdl_fail_memory(error);
    else
        (void)find_runs(self, nodes, stratum, key, count + 1);
out:
    free(stratum);
    if (status != SGDL_OK)
        compress_order_free(self);
    return status;
}

void compress_order_free(compress_order_t *self)
{
    free(self->index);
    free(self->start);
    *self = (compress_order_t){0};
}
