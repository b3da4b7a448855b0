/** Nodes as they are found, one after another, before their number and latent columns are known. */
#ifndef SGDLIMIT_SPECTRA_NODES_NODE_LIST_H
#define SGDLIMIT_SPECTRA_NODES_NODE_LIST_H

#include "sgdlimit/spectra.h"

typedef struct listed_node {
    double weight;
    size_t columns;
    double *eigenvalue; /* [C], and behind it the mean [columns*C], column-major */
} listed_node_t;

typedef struct node_list {
    size_t classes;
    listed_node_t *node; /* [count] */
    size_t count, room;
} node_list_t;

/** Appends a copy: eigenvalue [C], mean [columns*C] column-major. Errors: SGDL_ERR_MEMORY. */
int node_list_add(node_list_t *self, double weight, const double *eigenvalue, size_t columns,
                  const double *mean, sgdl_error_t *error) SGDL_CHECKED;
/** Allocates `nodes` and copies the list into it. Errors: SGDL_ERR_MEMORY. */
int node_list_fill(const node_list_t *self, sgdl_nodes_t *nodes, sgdl_error_t *error) SGDL_CHECKED;
void node_list_free(node_list_t *self);

#endif
