/**
 * A problem as the equations of a fixed data set see it: nodes, each with a latent basis in which
 * class means, signals and the start have coordinates.
 *
 * Node n stands for a share w_n of all directions, in which the coordinates of mu_i, of the signals
 * and of the start X_0 are jointly random: rows N_{n,i}, st_{n,k}, a0_{n,l} of P numbers in an
 * orthonormal basis give all their second moments. What of X_0 is independent of means and signals
 * (a random start; what of a given one its node does not say) has coordinates of its own, behind
 * those of the means.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_SETUP_H
#define SGDLIMIT_THEORIES_FIXED_DATA_SETUP_H

#include "src/problem/problem.h"

typedef struct setup {
    const sgdl_problem_t *problem; /* borrowed */
    const sgdl_plan_t *plan;       /* complete; borrowed */
    size_t C, L, K;                /* classes, outputs, signals (0 without a teacher) */
    size_t N, P;                   /* nodes, latent coordinates */
    size_t pairs;                  /* L(L+1)/2 */
    double ratio;                  /* alpha */
    sgdl_nodes_t nodes;            /* its last K rows of means are the signals */
    const double *weight;          /* [N] w_n, sum 1; borrowed from nodes */
    const double *p;               /* [C] class weights; borrowed from the problem */
    double *eigenvalue;            /* [N*C] lambda_{i,n} at n*C + i */
    double *mean;                  /* [N*C*P] N_{n,i} at (n*C + i)*P */
    double *signal;                /* [N*K*P] st_{n,k} at (n*K + k)*P */
    double *start;                 /* [N*L*P] a0_{n,l} at (n*L + l)*P */
    double *signal_m;              /* [C*K] m*_i = sum_n w_n N_{n,i}.st_n */
    double *signal_B;              /* [C*K*K] B_i(*,*) = sum_n w_n lambda_{i,n} st_n st_n^T */
    double *mean_norm2;            /* [C] |mu_i|^2 */
    double *signal_norm2;          /* [K] |X*|^2, INFINITY where it is */
    const double *trace;           /* [C] tr(K_i)/d; borrowed from nodes */
    double *target_mean;           /* [C*L] E_i y; without a teacher */
    double *target_cov;            /* [C*L*L] Cov_i(y), label noise included; without a teacher */
    population_t population;       /* of the risk and the error (of deviations with a teacher: see
                                      order_parameters.h) */
    double *own;                   /* behind these arrays */
} setup_t;

/** `reach` bounds the flow time that the nodes resolve, `accuracy` their relative error. More than
 * 64 nodes are compressed to what that takes, 15 to 70 as a rule, unless the plan says exact. free
 * is legal after an error. Errors: those of sgdl_nodes_init, SGDL_ERR_MEMORY. */
int setup_init(setup_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan, double reach,
               double accuracy, sgdl_error_t *error) SGDL_CHECKED;
void setup_free(setup_t *self);

#endif
