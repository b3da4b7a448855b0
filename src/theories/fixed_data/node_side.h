/**
 * The coordinates' side: X_t in every node, as rows of coefficients in its latent basis and in the
 * noise of all steps before. Of losses whose response is a number (L = 1, or least squares).
 *
 * In node n, with U_n^s = sum_i sqrt(lambda_{i,n}) u_i^s the noise that step s adds to the
 * gradient,
 *
 *     X_t,n = a_n(t).ell + sum_{s<t} R_n(t,s) U_n^s ,   Cov(U_n^t, U_n^s) = Cbar_n(t,s)
 *     Rbar_n(t,s) = sum_i p_i lambda_{i,n} R_{g,i}(t,s)    Cbar_n = sum_i (p_i lambda_{i,n}/alpha)
 * C_{g,i} gradient of X at step t:  delta q_n(t) + sum_{s<=t} Rbar_n(t,s) q_n(s)
 *                               + sum_i p_i (Ebar_i(t) N_{n,i} + lambda_{i,n} R_{g,i}(t,*) st_n) +
 * U_n^t
 *
 * (FIRST look, then the sample side's answer, then advance: strictly causal.) Cbar_n is kept
 * whole, a row and a column a step: 2 N T^3/3 multiply-adds whatever C is, and B_i is positive
 * semidefinite as long as C_g is.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_NODE_SIDE_H
#define SGDLIMIT_THEORIES_FIXED_DATA_NODE_SIDE_H

#include "src/theories/fixed_data/timeline.h"
#include "src/theories/fixed_data/layout.h"

/** What samples see of a point q (a query, or X_t itself) beside all queries before it. */
typedef struct look {
    double *m; /* [C*L] m_i, the bias included */
    double *B; /* [C*(T+1)*L*L] B_i(q, q^s) at ((i*(T+1) + s)*L + l)*L + l', l of q, l' of q^s; s
                  < t; B_i(q, q) at s = t */
    double *cross; /* [C*L*K] Cov(w, r*) */
    double *rho;   /* [C*T] rho_i(q, s), s < t, at i*T + s */
} look_t;

/** What the sample side answers to the query of step t. */
typedef struct answer {
    double *Cg;     /* [C*(T+1)*L*L] C_{g,i}(t,s) as B above, l of t, l' of s <= t */
    double *Rg;     /* [C*(T+1)] R_{g,i}(t,s), s <= t, at i*(T+1) + s */
    double *signal; /* [C*L*K] R_{g,i}(t,*) */
    double *mean;   /* [C*L] Ebar_i(t) */
} answer_t;

typedef struct node_side {
    const setup_t *setup; /* borrowed */
    size_t T, t;          /* steps at most, steps made */
    look_t look;          /* of the last node_side_look; owned */
    answer_t answer;      /* for the sample side to fill; owned */
    struct node_side_inner *inner;
} node_side_t;

/** Bytes that it takes. */
double node_side_memory(const setup_t *setup, size_t steps);

/** At X_0. free is legal after an error. Errors: SGDL_ERR_MEMORY. */
int node_side_init(node_side_t *self, const setup_t *setup, size_t steps,
                   sgdl_error_t *error) SGDL_CHECKED;
void node_side_free(node_side_t *self);

/** Fills `look` with what samples see at X_t + ahead (X_t - X_{t-1}). */
void node_side_look(node_side_t *self, double ahead);

/** Makes step t: the last look was its query, `answer` the sample side's to it. */
void node_side_advance(node_side_t *self, const timeline_step_t *step);

/** All of a row (layout.h) but the train columns, at X_t. */
void node_side_state(const node_side_t *self, double *row);

#endif
