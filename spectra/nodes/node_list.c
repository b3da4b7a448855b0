#include "spectra/nodes/node_list.h"

#include <stdlib.h>
#include <string.h>

#include "spectra/nodes/nodes.h"
#include "src/base/grow.h"

int node_list_add(node_list_t *self, double weight, const double *eigenvalue, size_t columns,
                  const double *mean, sgdl_error_t *error)
{
    const size_t classes = self->classes;
    listed_node_t *grown = grow(self->node, self->count, &self->room, 64, sizeof *grown);
    if (!grown)
        return sgdl_fail_memory(error);
    self->node = grown;
    double *values = calloc(columns + 1, classes * sizeof *values);
    if (!values)
        return sgdl_fail_memory(error);
    memcpy(values, eigenvalue, classes * sizeof *values);
    memcpy(values + classes, mean, columns * classes * sizeof *values);
    self->node[self->count++] =
        (listed_node_t){.weight = weight, .columns = columns, .eigenvalue = values};
    return SGDL_OK;
}

int node_list_fill(const node_list_t *self, sgdl_nodes_t *nodes, sgdl_error_t *error)
{
    const size_t classes = self->classes, count = self->count;
    size_t latent = 1;
    for (size_t n = 0; n < count; n++)
        if (self->node[n].columns > latent)
            latent = self->node[n].columns;
    const int status = nodes_allocate(nodes, classes, count, latent, 0, error);
    if (status != SGDL_OK)
        return status;
    for (size_t n = 0; n < count; n++) {
        const listed_node_t *node = &self->node[n];
        nodes->weight[n] = node->weight;
        for (size_t i = 0; i < classes; i++) {
            nodes->eigenvalue[i * count + n] = node->eigenvalue[i];
            for (size_t a = 0; a < node->columns; a++)
                nodes->mean[(i * latent + a) * count + n] =
                    node->eigenvalue[classes + a * classes + i];
        }
    }
    return SGDL_OK;
}

void node_list_free(node_list_t *self)
{
    for (size_t n = 0; n < self->count; n++)
        free(self->node[n].eigenvalue);
    free(self->node);
    *self = (node_list_t){0};
}
