/**
 * Committee machines: a hidden layer whose weights are learnt, under a fixed second layer.
 *
 *     r = X^T a in R^L ,   output f(r) = sum_a v_a act(r_a) ,   loss (f(r) - y)^2/2
 *     y = sum_k v*_k act*(r*_k) + omega eps ,   r* = X*^T a in R^K
 *
 * act(r) is erf(r/sqrt 2) or max(r, 0). With e = f(r) - y,
 *
 *     g_a = e v_a act'(r_a)    H_ab = v_a v_b act'(r_a) act'(r_b) + delta_ab e v_a act''(r_a)
 *
 * Where r and r* are jointly Gaussian all averages that the limit sees are closed: of erf by its
 * being 2 P(z < r) - 1 for a standard normal z (Saad and Solla 1995), of max(r, 0) as arc-cosine
 * kernels, with means through the bivariate normal law (averages/bivariate.h).
 */
#ifndef SGDLIMIT_LOSS_COMMITTEE_H
#define SGDLIMIT_LOSS_COMMITTEE_H

#include <stdbool.h>
#include <stddef.h>

typedef enum activation { ACTIVATION_ERF, ACTIVATION_RELU, ACTIVATIONS } activation_t;

/** As they are stated. */
extern const char *const activation_words[ACTIVATIONS];

enum { COMMITTEE_HIDDEN = 8 };

/** A hidden layer and what is made of it. */
typedef struct committee {
    activation_t activation;
    size_t hidden; /* 1 .. COMMITTEE_HIDDEN */
    double second_layer[COMMITTEE_HIDDEN];
} committee_t;

/** The hidden layer that learns [L], the one that labels [K], and the labels' noise omega. */
typedef struct committee_task {
    committee_t student, teacher;
    double noise;
} committee_task_t;

double committee_output(const committee_t *self, const double *r);

/** Of the loss at r [hidden] for a label y, into g [hidden]; max(r, 0) has the slope 0 at r = 0. */
void committee_gradient(const committee_t *self, const double *r, double y, double *g);

/** Likewise H [hidden*hidden]: where there are any, second derivatives of max(r, 0) are 0. */
void committee_hessian(const committee_t *self, const double *r, double y, double *H);

/** The law of (r, r*) given a class: r [L] first, then r* [K]. */
typedef struct committee_law {
    double mean[2 * COMMITTEE_HIDDEN];
    double cov[2 * COMMITTEE_HIDDEN][2 * COMMITTEE_HIDDEN];
} committee_law_t;

/** From m [L], B packed [L(L+1)/2], cross [L*K], signal_m [K], signal_B [K*K]. */
void committee_law(const committee_task_t *self, const double *m, const double *B,
                   const double *cross, const double *signal_m, const double *signal_B,
                   committee_law_t *law);

/** E (f(r) - y)^2/2. */
double committee_risk(const committee_task_t *self, const committee_law_t *law);

/** G = E g [L], H = E[dg/dr] [L*L], J = E[dg/dr*] [L*K] and Q = E[g g^T] [L*L]: then
 * E[a g^T] = mu G^T + K (X H^T + X* J^T). */
typedef struct committee_averages {
    double risk;
    double G[COMMITTEE_HIDDEN];
    double H[COMMITTEE_HIDDEN * COMMITTEE_HIDDEN];
    double J[COMMITTEE_HIDDEN * COMMITTEE_HIDDEN];
    double Q[COMMITTEE_HIDDEN * COMMITTEE_HIDDEN];
} committee_averages_t;

void committee_average(const committee_task_t *self, const committee_law_t *law,
                       committee_averages_t *out);

#endif
