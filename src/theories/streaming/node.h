/**
 * One node at a time: the coefficients of its equations, for the code that is written plainly
 * (coupled losses, the reference Jacobian) rather than over chunks of nodes.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_NODE_H
#define SGDLIMIT_THEORIES_STREAMING_NODE_H

#include "src/theories/streaming/system.h"

typedef struct node_terms {
    double *h; /* [L*L] gamma (sum_i p_i lambda_i Hbar_i + delta I), full; separable: diagonal */
    double *c; /* [L*k] gamma sum_i p_i G_ia N_i, output-major */
    double *q; /* [pairs] gamma^2/b sum_i p_i lambda_i Q_i */
} node_terms_t;

/** The terms' storage inside self->node: slot 0 or 1 (for a second set, e.g. differentials). */
node_terms_t node_slot(const sgdl_system_t *self, int slot);

/** Gathers node n's terms from coefficient rows laid out like drift, shrinkage and noise. */
void node_gather(const sgdl_system_t *self, size_t n, const double *drift, const double *shrinkage,
                 const double *noise, double decay, node_terms_t *out);

/** S_ab of node n in a vector laid out like the state; 0 for pairs that are not carried. */
static inline double node_second(const sgdl_system_t *self, const double *y, size_t n, size_t a,
                                 size_t b)
{
    if (self->pairs == self->L && self->L > 1)
        return a == b ? y[self->S + a * self->N + n] : 0;
    return y[self->S + packed_pair(self->L, a, b) * self->N + n];
}

/** out += the linear map of the terms on the node's (A, S) in v, i.e. minus
 * h A and (c A^T + A c^T + h S + S h). out is laid out like the state. */
void node_subtract(const sgdl_system_t *self, size_t n, const node_terms_t *terms, const double *v,
                   double *out);

#endif
