/**
 * Where full batches and gradient flow end: the minimiser of the training objective
 *
 *     (1/n) sum_j l(X^T a_j) + (ridge/2) |X|^2 ,
 *
 * as n = alpha d grows (docs/fixed-data.md). Per class omega ~ N(m_i, B_i), r = prox_{V_i}(omega)
 * (sample_average.h), Ebar = E l'(r), Rhat = E l''/(1 + V l''), Q = E l'(r)^2,
 * Rhat* = (E[l'(r) (r* - m*)] - Rhat Cov(omega, r*))/Var r*; per node
 *
 *     H_n = sum_i p_i lambda_{i,n} Rhat_i + ridge
 *     a_n = -(sum_i p_i (Ebar_i N_{n,i} + lambda_{i,n} Rhat*_i st_n))/H_n
 *     Cov_n = a_n a_n^T + sum_i (p_i lambda_{i,n}/alpha) Q_i/H_n^2
 *     m_i = sum_n w_n N_{n,i}.a_n + bias    B_i = sum_n w_n lambda_{i,n} Cov_n
 *     V_i = (1/alpha) sum_n w_n lambda_{i,n}/H_n    sum_i p_i Ebar_i = 0 (fixes the bias).
 *
 * Without a ridge it is the limit of ever smaller ones, whose penalty is counted from the start:
 * what the data never see of X_0 is still there at the end.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_LIMIT_MINIMISER_H
#define SGDLIMIT_THEORIES_FIXED_DATA_LIMIT_MINIMISER_H

#include "src/theories/fixed_data/layout.h"
#include "src/theories/fixed_data/limit/sample_average.h"

typedef struct minimiser {
    const setup_t *setup; /* borrowed */
    layout_t layout;
    double ridge;
    bool centred;            /* the penalty is counted from the start, */
    bool weighs_bias;        /* and there is one of the bias, too */
    bool from_start;         /* of least squares: both, whatever the ridge */
    double *row;             /* [layout.width] as of X_t */
    double *V;               /* [C] */
    double *H;               /* [N] H_n; least squares without a ridge: up to a factor */
    double *residual_moment; /* [C*pairs] E (r - y)(r - y)^T of the data, of least squares */
    double residual;         /* of the equations, relative */
    double *own;
} minimiser_t;

/** free is legal after an error. Errors: SGDL_ERR_MEMORY. */
int minimiser_init(minimiser_t *self, const setup_t *setup, sgdl_error_t *error) SGDL_CHECKED;
void minimiser_free(minimiser_t *self);

/** Least squares: a few scalars solve fixed-point equations, the rest is linear. Ridge 0 too, any
 * ratio; where they meet (as many samples as directions) moments are INFINITY.
 * Errors: SGDL_ERR_MEMORY, SGDL_ERR_SOLVER. */
int minimiser_quadratic(minimiser_t *self, double ridge, sgdl_error_t *error) SGDL_CHECKED;

/** One output, averages of any loss; ridge > 0, as `centred` and `weighs_bias` say. `warm`: begins
 * at what it holds, of a ridge nearby. Errors: SGDL_ERR_MEMORY, SGDL_ERR_SOLVER,
 * SGDL_ERR_INTERRUPTED. */
int minimiser_nonlinear(minimiser_t *self, sample_average_f *average, double ridge, bool warm,
                        sgdl_error_t *error) SGDL_CHECKED;

/** Softmax, labels of classes; ridge > 0. R, V and H_n are then L x L (balance_blocks.h). se: the
 * standard errors of risk and train_risk, 0 where averages are exact (sample_softmax.h).
 * train_error is sampled, to some 1e-4. Errors likewise. */
int minimiser_softmax(minimiser_t *self, double ridge, double se[2],
                      sgdl_error_t *error) SGDL_CHECKED;

/** sum_i p_i lambda_i, averaged over nodes: the scale of ridges. */
double minimiser_scale(const setup_t *setup);

#endif
