#include "spectra/compress/compress_columns.h"

#include <math.h>
#include <stdlib.h>

/* Whether class i's mean is `sign` times class j's, node by node. */
static bool same_means(const sgdl_nodes_t *nodes, size_t i, size_t j, double sign)
{
    const size_t length = nodes->latent * nodes->count;
    const double *x = nodes->mean + i * length, *y = nodes->mean + j * length;
    size_t n = 0;
    while (n < length && x[n] == sign * y[n])
        n++;
    return n == length;
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
