/**
 * Nodes as rows of a matrix-valued measure: the vectors sqrt(w) (1, mean coordinates, start), where
 * means that are equal or opposite share a coordinate.
 */
#ifndef SGDLIMIT_SPECTRA_COMPRESS_COMPRESS_COLUMNS_H
#define SGDLIMIT_SPECTRA_COMPRESS_COMPRESS_COLUMNS_H

#include "sgdlimit/spectra.h"

typedef struct compress_columns {
    const sgdl_nodes_t *nodes; /* borrowed */
    size_t count;              /* 1 + means + outputs */
    size_t means;              /* different ones */
    size_t *base;              /* [means] the class whose mean column 1 + m is */
    size_t *column;            /* [C] column of class i's mean ... */
    double *sign;              /* [C] ... and +1 or -1 times it, 0 for no mean */
} compress_columns_t;

/** Errors: SGDL_ERR_MEMORY. */
int compress_columns_init(compress_columns_t *self, const sgdl_nodes_t *nodes,
                          sgdl_error_t *error) SGDL_CHECKED;
void compress_columns_free(compress_columns_t *self);

/**
 * Row a < k of node n: vector [count]. Each row has the weight w/k and sqrt(k) times column a of
 * N_n, so that the k rows together have the node's sums.
 */
void compress_columns_row(const compress_columns_t *self, size_t n, size_t a, double *vector);

/** Where the vectors of many rows go: entry c of the n-th at vector[c*stride + n]. */
typedef struct compress_rows {
    size_t count, stride;
    double *vector;
} compress_rows_t;

/** The same row a of nodes first, first + 1, ..., or where `number` is not NULL, number[0],
 * number[1], ... */
void compress_columns_rows(const compress_columns_t *self, const size_t *number, size_t first,
                           size_t a, compress_rows_t out);

/** Writes node n of `out`, one latent column, from a vector whose first entry is not 0. */
void compress_columns_node(const compress_columns_t *self, const double *vector, sgdl_nodes_t *out,
                           size_t n);

#endif
