/**
 * Labels from a true signal X* in R^d (a teacher), L = 1: r* = X*^T a, and the label y is
 *
 *     linear         r* + omega eps, eps standard normal (least squares alone)
 *     sign           1 if r* > 0
 *     logistic       1 with probability s(kappa r*), s(z) = 1/(1 + e^-z)
 *     logistic-soft  s(kappa r*) itself
 *
 * the other label being 0; of least squares they are +-1, the soft one 2 s(kappa r*) - 1.
 *
 * What is averaged over is the deviation D = X - shift X* from a multiple of the signal, so that
 * nothing cancels where X comes close to it: given the class, q = D^T a and r* are jointly Gaussian
 * and r = q + shift r*. With f the loss and g = df/dr,
 *
 *     G = E[g]    H = E[dg/dq] = E[f'']    J = E[dg/dr* at fixed q]    Q = E[g^2]
 *
 * so that E[a g] = mu G + K D H + K X* J (Stein), labels being averaged over. By Bonnet and Price
 * dG/dm = H, dG/dB = H_m/2, dG/dc = J_m, dJ/dB = H_c/2.
 */
#ifndef SGDLIMIT_LOSS_TEACHER_H
#define SGDLIMIT_LOSS_TEACHER_H

#include "sgdlimit/loss.h"

typedef enum teacher_labels {
    TEACHER_LINEAR,
    TEACHER_SIGN,
    TEACHER_LOGISTIC,
    TEACHER_LOGISTIC_SOFT,
    TEACHER_LABELS
} teacher_labels_t;

/** As they are stated. */
extern const char *const teacher_words[TEACHER_LABELS];

typedef struct teacher {
    teacher_labels_t labels;
    double noise;     /* omega >= 0 */
    double steepness; /* kappa > 0 */
    double shift;     /* teacher_shift */
} teacher_t;

/** The multiple of X* that the parameter may come to: 1 for linear labels, kappa for a logistic
 * loss under logistic ones (there J and G vanish together with D), else 0. */
double teacher_shift(const teacher_t *self, const sgdl_loss_t *loss);

/** The law of (q, r*) given a class. */
typedef struct teacher_order {
    double m, B;               /* of q */
    double cross;              /* covariance of q and r* */
    double signal_m, signal_B; /* of r* */
} teacher_order_t;

/** Averages at that law, g clipped to [-threshold, threshold] (INFINITY: not) but for the risk,
 * which is that of f. Sets all scalars of `out` and its arrays of one. Allocates nothing. */
void teacher_average(const teacher_t *self, const sgdl_loss_t *loss, double threshold,
                     const teacher_order_t *order, sgdl_averages_t *out);

/** E[f] alone. */
double teacher_risk(const teacher_t *self, const sgdl_loss_t *loss, const teacher_order_t *order);

/** P(the sign of r is not that of the drawn label), ties counting one half; NAN for linear labels.
 */
double teacher_error(const teacher_t *self, const teacher_order_t *order);

/** The label as the loss takes it, given r*: `normal` is a standard normal number (linear labels),
 * `uniform` one in [0, 1) (logistic ones). */
double teacher_label(const teacher_t *self, const sgdl_loss_t *loss, double r_star, double normal,
                     double uniform);

#endif
