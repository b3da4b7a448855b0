/**
 * The sums over directions of which the stationary point is made. At averages Hbar_i, Q_i and
 * g_i = p_i G_i of each class, with h_n = sum_i p_i lambda_{i,n} Hbar_i + delta,
 * a_n = sum_i g_i N_{n,i} and q_n = (Gamma(h_n)/2) ((1/b) sum_i p_i lambda_{i,n} Q_i + sigma^2)
 * (drive.h; Gamma = gamma without a heavy ball),
 *
 *     M_j  = -sum_n w_n N_{n,j} . a_n / h_n
 *     B_j  =  sum_n w_n lambda_{j,n} (|a_n|^2 / h_n^2 + q_n / h_n)
 *     K_ji =  sum_n w_n N_{n,j} . N_{n,i} / h_n            dM_j/dg_i = -K_ji
 *     E_ji =  sum_n w_n (N_{n,j} . a_n) lambda_{i,n} / h_n^2
 *     Z_ji =  sum_n w_n lambda_{j,n} lambda_{i,n} (2 |a_n|^2 / h_n^3 + q_n / h_n^2 - q_n' / h_n)
 *     T_ji =  sum_n w_n lambda_{j,n} lambda_{i,n} / h_n Gamma(h_n)/drive_unit
 *
 * With a teacher (src/loss/teacher.h) all of that is of the deviation from the signal N_*, a_n
 * gains (sum_i p_i lambda_{i,n} J_i + delta shift) N_*, and beside these stand
 *
 *     R_j  = -sum_n w_n lambda_{j,n} N_* . a_n / h_n       the covariances with the signal's r*
 *     U_ji =  sum_n w_n N_{n,j} . N_* lambda_{i,n} / h_n
 *     V_ji =  sum_n w_n lambda_{j,n} lambda_{i,n} N_* . a_n / h_n^2
 *     W_ji =  sum_n w_n lambda_{j,n} lambda_{i,n} |N_*|^2 / h_n
 *
 * Means enter projected onto the complement of the space F of separation.h, where the sums
 * converge; nodes on which nothing acts (h_n = 0) carry nothing else.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_LIMIT_RESOLVENT_H
#define SGDLIMIT_THEORIES_STREAMING_LIMIT_RESOLVENT_H

#include "sgdlimit/error.h"
#include "src/problem/problem.h"
#include "sgdlimit/spectra.h"
#include "src/theories/streaming/drive.h"
#include "src/theories/streaming/limit/separation.h"

typedef struct resolvent {
    size_t C, N, k;
    const sgdl_nodes_t *nodes;                /* borrowed */
    const double *weight;                     /* [C] p_i, borrowed */
    double *mean;                             /* [C*k*N] projected N, laid out as in the nodes */
    const double *signal;                     /* [k*N] N_*, borrowed; NULL without a teacher */
    double *M, *B, *R;                        /* [C] */
    double *K, *E, *Z, *T, *U, *V, *W;        /* [C*C] */
    const volatile sig_atomic_t *interrupted; /* borrowed, may be NULL */
    double *coupling; /* [k + 3*C] scratch: of one node N_j . a, lambda/h, a, N_j . N_* */
} resolvent_t;

/** The innermost node of a tail stands for all of 0 < u < u0; its mean is set so that K is exact
 * where the means that are left have a single power there. Errors: SGDL_ERR_MEMORY. */
int resolvent_init(resolvent_t *self, const sgdl_problem_t *problem, const sgdl_nodes_t *nodes,
                   const sgdl_tail_t *tail, const separation_t *separation,
                   sgdl_error_t *error) SGDL_CHECKED;
void resolvent_free(resolvent_t *self);

/** Where the sums are taken. */
typedef struct resolvent_point {
    const double *H, *g, *Q; /* [C] borrowed */
    const double *J;         /* [C] with a signal, else NULL */
    drive_t drive;
    double ridge;
    double shift; /* of the teacher */
    double heat;  /* added to q_n, by a search that comes from where all is smooth */
} resolvent_point_t;

/** All sums. Errors: SGDL_ERR_INTERRUPTED. */
int resolvent_evaluate(resolvent_t *self, const resolvent_point_t *point,
                       sgdl_error_t *error) SGDL_CHECKED;

/** out[j] = sum_n w_n lambda_{j,n} (N_n^T g) . (N_n^T f) / h_n^2 for the point's g and another
 * vector f [C]: the variance that the mean adds to an off-diagonal second moment, without a
 * teacher. Q and drive are not looked at. Errors: SGDL_ERR_INTERRUPTED. */
int resolvent_product(resolvent_t *self, const resolvent_point_t *point, const double *f,
                      double *out, sgdl_error_t *error) SGDL_CHECKED;

#endif
