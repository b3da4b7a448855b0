/**
 * The samples' side of least squares without sampling: residuals e = r - y are linear in a
 * Gaussian process and in the label, so that second moments close on themselves. Per class, with
 * deviations a^t = w^t + m(t) - y and A(t,s) = E a^t a^s,
 *
 *     e^t = a^t + sum_{s<t} rho(t,s) g^s      g^s = s_s e^s
 *     E a^t g^s = sum_{k<=s} R_g(s,k) A(t,k)  E e^t g^s = E a^t g^s + sum_k rho(t,k) C_g(k,s)
 *     R_g(t,s) = sum_{k<t} rho(t,k) R_g(k,s)  R_g(t,t) = 1
 *
 * Of the selection its second moment enters alone, as long as it is independent from step to step;
 * of labels their mean, covariance and correlation with the signal, whatever law they have.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_EXACT_H
#define SGDLIMIT_THEORIES_FIXED_DATA_EXACT_H

#include "src/base/panels.h"
#include "src/theories/fixed_data/node_side.h"

/** One class: what its queries have left behind, and what is known of the last look. */
typedef struct exact_class {
    panel_blocks_t Cg; /* C_g(t,s) */
    double *Rg;        /* [panel_row(T)] R_g(t,s), a triangle by rows */
    double *deviation; /* [T*L] m(t) - E y */
    double *cross;     /* [T] B(t,*); L = 1 */
    double *mean;      /* [T*L] E g^t */
    double *sum;       /* [T] sum_s R_g(t,s) */
    /* of the last look; planes of outputs as those of C_g */
    double *A;       /* [L*L*(T+1)] A(t,s), s <= t */
    double *eg;      /* [L*L*T] E e^t g^s */
    double *noise;   /* [L*L*T] scratch */
    double *ee;      /* [L*L] E e e^T: twice the loss on its diagonal */
    double *ee_mean; /* [L] E e */
    double *row;     /* [T] R_g(t,s), s < t */
    double row_sum;  /* with R_g(t,t): e follows the label with minus that */
    double *dots;    /* [T] scratch */
} exact_class_t;

typedef struct exact {
    const node_side_t *side; /* borrowed */
    size_t T;
    double *label_mean, *label_cov, *label_signal; /* [C*L], [C*L*L], [C] E y, Cov y,
                                                      Cov(y, r*)/Var r* */
    exact_class_t *class;                          /* [C] */
    size_t threads;
    double *own;
} exact_t;

/** Bytes that it takes. */
double exact_memory(const setup_t *setup, size_t steps);

/** free is legal after an error. Errors: SGDL_ERR_MEMORY. */
int exact_init(exact_t *self, const node_side_t *side, sgdl_error_t *error) SGDL_CHECKED;
void exact_free(exact_t *self);

/** What samples make of the last look of the side. */
void exact_see(exact_t *self);

/** Answers to it, which was the query of a step. */
void exact_answer(exact_t *self, const timeline_step_t *step, answer_t *answer);

/** Mean losses [C] at the last look. */
void exact_risk(const exact_t *self, double *risk);

/** Probabilities [C] of wrong decisions on samples at the last look, were residuals Gaussian given
 * the label, as those of full batches are. NAN under a signal's labels. */
void exact_error(const exact_t *self, double *error);

#endif
