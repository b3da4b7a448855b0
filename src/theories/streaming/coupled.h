/**
 * One node of a loss whose outputs are coupled, as small matrices with contiguous rows: the state's
 * components of a node lie N apart.
 *
 *     dA = -(c + h A),      dS = q - (M + M^T),  M = c A^T + h S
 *
 * with h = gamma (sum_i p_i lambda_i Hbar_i + delta I), c = gamma sum_i p_i G_i N_i, and q the
 * noise. The same map, with other h, c and q, is that of their changes.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_COUPLED_H
#define SGDLIMIT_THEORIES_STREAMING_COUPLED_H

#include "src/theories/streaming/system.h"

typedef struct coupled_node {
    double *lambda; /* [C] */
    double *mean;   /* [C*k] N_i */
    double *A, *S;  /* [L*k], [L*L] symmetric */
    double *h, *c;  /* [L*L] symmetric, [L*k] */
    double *q;      /* [P] packed */
    double *M, *hA; /* [L*L], [L*k] scratch of coupled_apply */
} coupled_node_t;

/** Coefficients, laid out like the system's. */
typedef struct coupled_rows {
    const double *drift, *shrinkage, *noise; /* [L*C], [P*C], [P*C] */
    double decay, diffusion;
} coupled_rows_t;

/** Doubles behind a node, and the node that they make. */
size_t coupled_node_room(const sgdl_system_t *system);
coupled_node_t coupled_node_in(const sgdl_system_t *system, double *room);

static inline coupled_rows_t coupled_rows(const sgdl_system_t *system)
{
    return (coupled_rows_t){.drift = system->drift,
                            .shrinkage = system->shrinkage,
                            .noise = system->noise,
                            .decay = system->decay,
                            .diffusion = system->diffusion};
}

/** Eigenvalues and means of node n. */
void coupled_load_node(const sgdl_system_t *system, size_t n, coupled_node_t *out);

/** h, c and q of the node whose eigenvalues and means are there. */
void coupled_set_terms(const sgdl_system_t *system, const coupled_rows_t *rows,
                       coupled_node_t *out);

/** A and S of node n between a vector laid out like the state and matrices. */
void coupled_load(const sgdl_system_t *system, size_t n, const double *v, double *A, double *S);
void coupled_store(const sgdl_system_t *system, size_t n, const double *A, const double *S,
                   double *v);

/** hA = h A and M = c A^T + h S of the node. */
void coupled_apply(const sgdl_system_t *system, coupled_node_t *node);

/** The mean gradients c + h A [L*k*N], laid out like the state's A, and sum_n w_n times their
 * squared norm and what fluctuations add, tr h (S - A A^T) h. */
double coupled_gradient(const sgdl_system_t *system, const coupled_rows_t *rows, const double *y,
                        double *gradient);

/** out [rows*columns] += a [rows*inner] b [inner*columns], all by rows. Many parameters: BLAS. */
void coupled_multiply(size_t rows, size_t inner, size_t columns, const double *restrict a,
                      const double *restrict b, double *restrict out);

#endif
