/**
 * First reduction of a panel: stretches of its nodes so narrow that their rules are short and cost
 * little a node. Threads share the panel in sections of fixed lengths.
 */
#ifndef SGDLIMIT_SPECTRA_COMPRESS_COMPRESS_CHUNKS_H
#define SGDLIMIT_SPECTRA_COMPRESS_COMPRESS_CHUNKS_H

#include <signal.h>

#include "spectra/compress/block_gauss.h"
#include "spectra/compress/compress_columns.h"
#include "spectra/compress/compress_estimate.h"
#include "spectra/compress/compress_panel.h"

/** What one thread works with. */
typedef struct chunk {
    block_gauss_t gauss;
    estimate_sums_t sums;
    /* As many rows a node as there are latent columns: first those of all nodes for one column. */
    size_t nodes, stride; /* so many at most; room for their rows */
    double *x;            /* [stride] */
    double *rate;         /* [stride] lambda_bar */
    double *eigenvalue;   /* [C*stride] */
    double *vector;       /* [columns*stride] */
} chunk_t;

typedef struct chunks {
    /* Borrowed: */
    const sgdl_nodes_t *nodes;
    const compress_columns_t *columns;
    const panel_t *panel;
    const estimate_t *estimate;
    const volatile sig_atomic_t *interrupted;
    block_target_t target;
    chunk_t *chunk; /* [threads] */
    size_t threads;
} chunks_t;

/** What is borrowed must be set. Errors: SGDL_ERR_MEMORY. */
int chunks_init(chunks_t *self, size_t threads, sgdl_error_t *error) SGDL_CHECKED;
void chunks_free(chunks_t *self);

/** Makes `rules` those of the panel's chunks, and files the estimate's sums over its nodes into
 * sum [times*quantities]. Errors: as block_gauss_reduce, and SGDL_ERR_INTERRUPTED. */
int chunks_reduce(chunks_t *self, block_measure_t *rules, double *sum,
                  sgdl_error_t *error) SGDL_CHECKED;

#endif
