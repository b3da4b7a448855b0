/**
 * The streaming equations where covariances do not commute (docs/theory.md): one node a direction
 * of the eigenbasis of the mean covariance, and behind their state the off-diagonal numbers of the
 * second moments, W_p [N*N] by rows for each pair p = (a, b) of outputs, with a diagonal of zeros:
 *
 *     S_ab = diag(S_{p,n}) + W_p      E X_a X_b^T of the coordinates times sqrt(d), S_ba = S_ab^T
 *
 *     dA_a  = -(c_a + sum_b h_ab A_b)
 *     dS_ab = q_ab - sum_c (h_ac S_cb + S_ac h_cb) - (c_a A_b^T + A_a c_b^T)
 *     h_ab = gamma (sum_i p_i Hbar_iab K_i + delta 1),  B_iab = tr(K_i S_ab)/d
 *
 * What is diagonal in K_i is the nodes' work; here is the rest, K_i without its diagonal. Since
 * sum_i p_i K_i is diagonal, h is where all Hbar_i are equal: then nothing is multiplied but
 * numbers. Else a product of matrices of order N (times L for a loss that couples outputs)
 * dominates.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_DENSE_H
#define SGDLIMIT_THEORIES_STREAMING_DENSE_H

#include "src/theories/streaming/system.h"

struct system_dense {
    size_t order;     /* of the products: N, or N*L of a coupled loss */
    double *h;        /* [order*order] without the nodes' diagonals */
    double *S, *M;    /* [order*order] */
    double *room;     /* of multiply */
    double *diagonal; /* [rows*N] h's, a row as in the system's shrinkage */
    double *c;        /* [L*N] */
};

/** Coefficients, laid out like the system's. */
typedef struct dense_rows {
    const double *drift, *shrinkage,
        *noise; /* [L*C]; [L*C], coupled [pairs*C]; [pairs*C] or NULL */
    double decay;
} dense_rows_t;

/** Nothing unless the nodes have matrices. Errors: SGDL_ERR_INPUT (what these equations do not
 * take), SGDL_ERR_MEMORY; free is legal after them, and of NULL. */
int dense_init(sgdl_system_t *system, sgdl_error_t *error) SGDL_CHECKED;
void dense_free(struct system_dense *self);

/** Doubles that it holds beside the state. */
double dense_numbers(const sgdl_system_t *system);

/** W of the start, whose A is there. */
void dense_start(const sgdl_system_t *system, double *y);

/** Adds what W of a vector laid out like the state is in B [C*pairs]. */
void dense_add_moments(const sgdl_system_t *system, const double *v, double *B);

/** Adds to `out`, which has the nodes' part of the right-hand side with these coefficients at v,
 * the rest; its W is set, or added to where `adds`. */
void dense_apply(const sgdl_system_t *system, const dense_rows_t *rows, const double *v, bool adds,
                 double *out);

/** x's W = (1 + h D)^-1 b's W, D without products of matrices, at the state evaluated last. */
void dense_precondition(const sgdl_system_t *system, double h, const double *b, double *x);

/** Adds to T [C*C] of system_stability_limit. */
void dense_add_feedback(const sgdl_system_t *system, double *T);

/** The mean gradient [L*N] for coefficients of gamma = 1, and E|gradient|^2. */
double dense_gradient(const sgdl_system_t *system, const dense_rows_t *rows, const double *y,
                      double *gradient);

#endif
