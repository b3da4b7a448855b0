/**
 * Least squares against unit vectors, many outputs: what these have in common is carried once.
 *
 * Hbar = 1, so all outputs obey one linear equation of the means and differ in their targets alone.
 * Where it falls into parts that do not see one another, *units* u = 1 .. U with one latent
 * coordinate a node, an output's A is a multiple of what the units do,
 *
 *     A_{a,u,n} = b_ua alpha_{u,n},     rho_u = sum_n w_n nu_{u,n} alpha_{u,n}
 *     d alpha_{u,n}/dt = - gamma p_u nu_{u,n} (rho_u - 1) - gamma (lambda_bar_n + delta)
 * alpha_{u,n}
 *
 * and the outputs meet in the noise that they see, no longer in the state, whose length is
 * N (U + L) instead of N L (k + 1):
 *
 *     dS_{aa,n}/dt = - 2 gamma (lambda_bar_n + delta) S_{aa,n} + gamma^2 sigma^2
 *        - 2 gamma sum_u b_ua^2 p_u (rho_u - 1) nu_{u,n} alpha_{u,n}
 *        + gamma^2/b [ sum_i p_i lambda_{i,n} (B_{i,aa} + v_ia)
 *                      + sum_u p_u lambda_{u,n} b_ua^2 (rho_u - 1)^2 ]
 *
 * with v the variance of noisy targets. Units are the classes themselves where means are orthogonal
 * on every node (independent Gaussian means at d = infinity; no means), b_ia then the mean target
 * and p_u = p_i; or, on a single node of equal covariances, the singular vectors V of
 * sqrt(p_i) N_i (Gaussian means at finite d), b_ua = sum_i V_iu sqrt(p_i) ybar_ia and p_u = 1.
 * Classes with the same eigenvalues, of one *kind*, have the same B_i.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_SHARED_H
#define SGDLIMIT_THEORIES_STREAMING_SHARED_H

#include "src/theories/streaming/system.h"
#include "src/theories/streaming/uncertainty.h"

typedef struct system_shared {
    size_t U, D;         /* units, kinds */
    size_t *kind;        /* [C] of a class */
    size_t *row;         /* [D] a class of the kind */
    double *kind_weight; /* [D] sum of p_i */
    size_t *unit_kind;   /* [U] */
    double *weight;      /* [U] p_u */
    double *share2;      /* [U] sum_a b_ua^2 */
    double *mean;        /* [U*N] nu */
    double *constant;    /* [D*L] sum over the kind of p_i v_ia */
    double spread;       /* sum_a v_ia, the same for every class */
    /* Where units are classes: */
    double own, other;      /* mean target of the class's own output, and of any other */
    size_t *first, *bearer; /* [L+1], [C]: classes by their labels */
    /* Where they are not (NULL otherwise): */
    double *share;   /* [L*U] b, by outputs */
    double *square;  /* [L*U] b^2 */
    double *rotated; /* [C*U] means of the classes in the coordinates of the units */
    /* At the state that was looked at last: */
    double *rho; /* [U] */
    double *B;   /* [D*L] */
    /* Scratch: */
    double *f;      /* [U] */
    double *source; /* [D*L] */
    double *push;   /* [U*N] the units' parts of what the means do to S */
    double *common; /* [D + N] */
    double *row_N;  /* [N] */
    double *totals; /* [D + U] */
    size_t *index;  /* behind all arrays of indices; owned */
    double *number; /* behind all arrays of numbers; owned */
} system_shared_t;

/** Looks whether the system is of this kind; *out stays NULL if it is not. self is known but for
 * its layout. Errors: SGDL_ERR_MEMORY, SGDL_ERR_INPUT (more than the plan allows),
 * SGDL_ERR_EXTERNAL, SGDL_ERR_INTERRUPTED. */
int shared_init(system_shared_t **out, const sgdl_system_t *system,
                sgdl_error_t *error) SGDL_CHECKED;
void shared_free(system_shared_t *self);

/** What src/theories/streaming/system.h declares, for such a system. */
int shared_average(sgdl_system_t *system, const double *y);
sgdl_measured_t shared_measured(const sgdl_system_t *system);
void shared_derivative(const sgdl_system_t *system, const double *y, double *dy);
void shared_jacobian_times(const sgdl_system_t *system, const double *y, const double *v,
                           double *Jv);

/** b_ua. */
double shared_share(const sgdl_system_t *system, size_t a, size_t u);
/** Mean of class i in the coordinate of unit u at node n. */
double shared_class_mean(const sgdl_system_t *system, size_t i, size_t u, size_t n);

/** rho [U] and B [D*L] of any vector laid out like the state. */
void shared_moments(const sgdl_system_t *system, const double *v, double *rho, double *B);

/** Adds sum_{u of kind} b_ua^2 f_u to out [D*L], f [U]. */
void shared_add(const sgdl_system_t *system, const double *f, double *out);
/** Adds factor sum_u b_ua^2 rows[u*N + n] to out [L*N]. */
void shared_add_rows(const sgdl_system_t *system, double factor, const double *rows, double *out);

/** Of the state looked at last: risks of the classes [C]; how the risk changes along v [length];
 * what is unknown of it; and the mean gradient on every node, in shares [U*N] of what an output
 * has, with E |grad R|^2. */
void shared_class_risks(const sgdl_system_t *system, double *risk);
double shared_risk_change(const sgdl_system_t *system, const double *v);
double shared_risk_unknown(const sgdl_system_t *system, const flow_t *flow, const double *y);
double shared_gradient(const sgdl_system_t *system, const double *y, double *gradient);

#endif
