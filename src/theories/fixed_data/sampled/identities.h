/**
 * What holds of the answers of a class's samples whatever their law (Stein's lemma), and so tells
 * whether enough of them were drawn and all of it was computed right:
 *
 *     E[f'^t w^s]  = sum_{k<=t} R_g(t,k) B(k,s) + R_g(t,*) B(*,s)          of three s: 0, t, one
 * between E[r^t f'^t]  = m Ebar + sum_{k<t} rho(t,k) C_g(t,k) + sum_{k<=t} R_g(t,k) B(t,k) +
 * R_g(t,*) B(t,*)
 *
 * (with g in place of f' where laws of selection are correlated in time). Deviations are counted in
 * their standard errors over independent paths, which those of points of low discrepancy and
 * orthonormal innovations are below.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_SAMPLED_IDENTITIES_H
#define SGDLIMIT_THEORIES_FIXED_DATA_SAMPLED_IDENTITIES_H

#include "src/theories/fixed_data/sampled/paths.h"

typedef struct identities {
    size_t between;               /* step s whose w is held; 0: none */
    double signal_B;              /* B(*,*) */
    double *signal;               /* [T+1] B(k,*) */
    double *column[PATHS_CHECKS]; /* [T+1] see paths_answer_t */
    double variance[2];           /* B(s,s) of what is held */
    double worst;                 /* largest deviation so far, in standard errors */
} identities_t;

/** free is legal after an error. Errors: SGDL_ERR_MEMORY. */
int identities_init(identities_t *self, size_t T, double signal_B,
                    sgdl_error_t *error) SGDL_CHECKED;
void identities_free(identities_t *self);

/** Before the answer to step t, whose look says B [t+1] and cross = B(t,*): what to sum. */
void identities_prepare(identities_t *self, const double *B, double cross, paths_answer_t *task);

typedef struct identities_step {
    size_t t, copies;
    const double *sum;     /* [SUMS] over all paths */
    const double *B;       /* [t+1] */
    const double *rho;     /* [t] */
    const double *Cg, *Rg; /* [t+1] */
    double m, signal;      /* R_g(t,*) */
} identities_step_t;

void identities_judge(identities_t *self, const identities_step_t *step);

#endif
