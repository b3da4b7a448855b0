/**
 * How a sample's gradients answer to fields h^s that are added to its preactivation at earlier
 * steps, path by path:
 *
 *     D(t,s) = d g^t/d h^s = s^t l''(r^t) [ delta_ts + sum_{k=s}^{t-1} rho(t,k) D(k,s) ]
 *
 * D(t,s) vanishes unless the sample is looked at in both steps: where most are not, only the steps
 * that look at it are kept (their number squared, instead of T^2/2 numbers a sample).
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_SAMPLED_RESPONSE_H
#define SGDLIMIT_THEORIES_FIXED_DATA_SAMPLED_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/random/stream.h"
#include "sgdlimit/error.h"

/* Samples go in blocks; what is summed over many steps, in tiles, which stay in the first-level
 * cache. */
enum { PATHS_BLOCK = NORMALS_BLOCK, PATHS_TILE = 64, PATHS_CHECKS = 3 };

typedef struct events {
    float *row; /* [used] of [room]: D(t, .) of the looks at a sample, eight numbers at least */
    size_t used, room;
    struct event *event; /* [count] of [event_room], in the order of steps */
    size_t count, event_room;
    size_t *begin;   /* [T+1] first event of a step */
    uint16_t *looks; /* [PATHS_BLOCK] at a sample so far */
    size_t most;     /* of these */
} events_t;

typedef struct response {
    size_t T, blocks;
    float *dense;     /* [blocks][BLOCK/TILE][T(T+1)/2][TILE], or NULL */
    events_t *events; /* [blocks], or NULL */
} response_t;

typedef struct response_step {
    size_t t;
    const float *rho;                   /* [t] */
    const double *weight;               /* [BLOCK] of samples in means */
    const double *lead;                 /* [BLOCK] what stands for s^t l'' in means */
    const double *keep;                 /* [BLOCK] s^t l'' */
    const double *column[PATHS_CHECKS]; /* [t+1] or NULL */
    double *Rg;                         /* [t+1] out: sum over samples of weight D(t, .) */
    double *contraction[PATHS_CHECKS];  /* [BLOCK] out: sum_k D(t,k) column(k) */
    float *scratch;                     /* response_scratch numbers */
} response_step_t;

/** `looks` is how many looks at a sample are expected; more than a share of T and all are kept. */
bool response_is_dense(size_t T, double looks);
double response_memory(size_t T, size_t blocks, double looks);
size_t response_scratch(size_t T);

/** free is legal after an error. Errors: SGDL_ERR_MEMORY. */
int response_init(response_t *self, size_t T, size_t blocks, double looks,
                  sgdl_error_t *error) SGDL_CHECKED;
void response_free(response_t *self);

/** Step t of a block, whose steps before were made. Samples whose lead is 0 are passed by.
 * Errors: SGDL_ERR_MEMORY. */
int response_step(response_t *self, size_t block, const response_step_t *step) SGDL_CHECKED;

#endif
