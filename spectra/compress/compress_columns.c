#include "spectra/compress/compress_columns.h"

#include <math.h>
#include <stdlib.h>

#include "src/base/clones.h"

/* Whether class i's mean is `sign` times class j's, node by node. */
static bool same_means(const sgdl_nodes_t *nodes, size_t i, size_t j, double sign)
{
    const size_t length = nodes->latent * nodes->count;
    const double *x = nodes->mean + i * length, *y = nodes->mean + j * length;
    enum { STRETCH = 1024 };
    size_t other = 0;
    for (size_t n = 0; n < length && other == 0; n += STRETCH)
        for (size_t k = n; k < length && k < n + STRETCH; k++)
            other += x[k] != sign * y[k];
    return other == 0;
}

static void assign(compress_columns_t *self, size_t i)
{
    const sgdl_nodes_t *nodes = self->nodes;
    if (nodes->gram[i * nodes->classes + i] == 0)
        return;
    for (size_t m = 0; m < self->means; m++)
        for (int sign = -1; sign <= 1; sign += 2)
            if (same_means(nodes, i, self->base[m], sign)) {
                self->column[i] = 1 + m;
                self->sign[i] = sign;
                return;
            }
    self->base[self->means++] = i;
    self->column[i] = self->means;
    self->sign[i] = 1;
}

int compress_columns_init(compress_columns_t *self, const sgdl_nodes_t *nodes, sgdl_error_t *error)
{
    const size_t classes = nodes->classes;
    *self = (compress_columns_t){.nodes = nodes};
    self->base = calloc(classes, sizeof *self->base);
    self->column = calloc(classes, sizeof *self->column);
    self->sign = calloc(classes, sizeof *self->sign);
    if (!self->base || !self->column || !self->sign) {
        compress_columns_free(self);
        return sgdl_fail_memory(error);
    }
    for (size_t i = 0; i < classes; i++)
        assign(self, i);
    self->count = 1 + self->means + nodes->outputs;
    return SGDL_OK;
}

void compress_columns_free(compress_columns_t *self)
{
    free(self->base);
    free(self->column);
    free(self->sign);
    *self = (compress_columns_t){0};
}

void compress_columns_row(const compress_columns_t *self, size_t n, size_t a, double *vector)
{
    const sgdl_nodes_t *nodes = self->nodes;
    const double root = sqrt(nodes->weight[n]);
    *vector++ = nodes->latent == 1 ? root : sqrt(nodes->weight[n] / (double)nodes->latent);
    for (size_t m = 0; m < self->means; m++)
        *vector++ = root * nodes->mean[(self->base[m] * nodes->latent + a) * nodes->count + n];
    for (size_t l = 0; l < nodes->outputs; l++)
        *vector++ = root * nodes->start_mean[(l * nodes->latent + a) * nodes->count + n];
}

/* out[n] = factor[n] * in of the node; factor NULL: 1. */
CLONES static void gather(const double *in, const size_t *number, const double *factor,
                          size_t count, double *out)
{
    for (size_t n = 0; n < count; n++)
        out[n] = (factor ? factor[n] : 1) * (number ? in[number[n]] : in[n]);
}

CLONES static void take_roots(double factor, size_t count, double *x)
{
    for (size_t n = 0; n < count; n++)
        x[n] = sqrt(factor * x[n]);
}

void compress_columns_rows(const compress_columns_t *self, const size_t *number, size_t first,
                           size_t a, compress_rows_t out)
{
    const sgdl_nodes_t *nodes = self->nodes;
    const size_t start = number ? 0 : first;
    double *root = out.vector, *next = root;
    gather(nodes->weight + start, number, NULL, out.count, root);
    take_roots(1, out.count, root);
    for (size_t m = 0; m < self->means; m++)
        gather(nodes->mean + (self->base[m] * nodes->latent + a) * nodes->count + start, number,
               root, out.count, next += out.stride);
    for (size_t l = 0; l < nodes->outputs; l++)
        gather(nodes->start_mean + (l * nodes->latent + a) * nodes->count + start, number, root,
               out.count, next += out.stride);
    if (nodes->latent == 1)
        return;
    gather(nodes->weight + start, number, NULL, out.count, root);
    take_roots(1 / (double)nodes->latent, out.count, root);
}

void compress_columns_node(const compress_columns_t *self, const double *vector, sgdl_nodes_t *out,
                           size_t n)
{
    const double *start = vector + 1 + self->means;
    out->weight[n] = vector[0] * vector[0];
    for (size_t i = 0; i < out->classes; i++)
        if (self->sign[i] != 0)
            out->mean[i * out->count + n] = self->sign[i] * vector[self->column[i]] / vector[0];
    for (size_t l = 0, pair = 0; l < out->outputs; l++) {
        out->start_mean[l * out->count + n] = start[l] / vector[0];
        for (size_t m = l; m < out->outputs; m++, pair++)
            out->start_second[pair * out->count + n] =
                start[l] / vector[0] * (start[m] / vector[0]);
    }
}
