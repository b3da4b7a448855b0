/**
 * Losses: the Gaussian averages through which the limit sees a loss.
 *
 * Given its class the preactivation is Gaussian, r ~ N(m, B) in R^L. A loss f(r) with gradient
 * g = grad f and Hessian H = hess f enters the equations only through
 *
 *     risk = E[f]     G = E[g]     Hbar = E[H]     Q = E[g g^T]
 *
 * and, for Newton's method, their derivatives by Bonnet's and Price's theorems:
 * d E[phi]/dm = E[phi'], d E[phi]/dB = E[phi'']/2.
 *
 * The label of a class may be noisy: averages are then taken over the label's distribution too
 * (mixed averages), so that Q is E[g g^T] and not a product of mixed G's.
 */
#ifndef SGDLIMIT_LOSS_H
#define SGDLIMIT_LOSS_H

#include <stdbool.h>
#include <stddef.h>

#include "sgdlimit/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The targets of a problem's labels and how they mix. */
typedef struct sgdl_targets {
    size_t outputs;       /* L */
    size_t labels;        /* number of distinct labels K */
    const double *target; /* [K*L] the target vector y of each label (logistic: 0 or 1, L = 1) */
    double noise;         /* probability that a label is replaced by another one, uniformly */
} sgdl_targets_t;

/**
 * One class's averages. With L outputs, second moments are stored either on the diagonal only
 * (pairs = L) or as the packed upper triangle, row by row (pairs = L(L+1)/2). All arrays are
 * borrowed from the caller. For a separable loss (f a sum over outputs) Hbar is diagonal and each
 * output's averages depend on that output's m and B alone; any other needs the full triangle.
 */
typedef struct sgdl_averages {
    double risk; /* E[f] */
    double *G;   /* [L] */
    double *H;   /* [L] separable: the diagonal of Hbar; else [L(L+1)/2] */
    double *Q;   /* [pairs] */
    double *G_B; /* [L] d G_a / d B_aa   (d G_a / d m_a is H) */
    double *H_m; /* [L] d H_a / d m_a */
    double *H_B; /* [L] d H_a / d B_aa */
    double *Q_m; /* [L] d Q_aa / d m_a */
    double *Q_B; /* [L] d Q_aa / d B_aa */
    /* For a loss that is not separable, instead of the five above: the derivatives of G [L], H [P]
     * and Q [P] (rows) with respect to m [L] and the packed B [P] (columns), P = L(L+1)/2,
     * row-major [(L + 2P)*(L + P)]; a packed B_ab, a < b, stands for both entries. NULL: not
     * wanted. */
    double *jacobian;
    /* Of a loss with a `room`: that scratch, which also keeps what its rule chose (orders, steps,
     * splittings); frozen: the choices of the call before stay, so that nearby averages are smooth
     * functions of m and B. */
    double *room;
    bool frozen;
    double estimate; /* of the absolute error of G and Q; 0 of closed forms */
    /* With a teacher alone (L = 1): m and B are of q = r - shift r*, c = Cov(q, r*), and
     * J = E[dg/dr* at fixed q] stands beside H = E[dg/dq]; d G/d c is J_m. */
    double J, J_m, J_B, J_c, H_c, Q_c;
} sgdl_averages_t;

/** A row of the table of losses: static, shared, immutable. */
typedef struct sgdl_loss {
    const char *name;
    const char *help;
    bool one_hot;         /* labels 1, 2, ... may be encoded as unit vectors */
    bool only_one_hot;    /* and always are */
    const double *labels; /* [label_count] those that it takes; NULL: any number */
    size_t label_count;
    double standard_label[2]; /* of two classes that state none */
    bool separable;           /* f is a sum over outputs */
    bool quadratic;     /* g is r - y, with which solvers and laws reckon: Hbar is the identity,
                           unstable beyond a learning rate */
    bool exponential;   /* for r on the right side f falls like exp(-|r|), and above 0 always:
                           the laws of long times of losses that are not quadratic */
    bool mirrored;      /* L = 1: of two labels, f(-r) under one is f(r) under the other */
    double hessian_max; /* bound on the Hessian's largest eigenvalue */
    /* For L = 1: the sign of r that is right for a target, +1 or -1; 0 if it has none. */
    int (*decision)(double target);
    /* Averages for r ~ N(m, B) [L], [pairs] of a class whose label is number `label` of targets.
     * pairs is L or L(L+1)/2. Allocates nothing. */
    void (*average)(const sgdl_targets_t *targets, size_t label, size_t pairs, const double *m,
                    const double *B, sgdl_averages_t *out);
    /* The same, risk only: cheaper. room as of sgdl_averages_t, NULL where the loss has none. */
    double (*risk)(const sgdl_targets_t *targets, size_t label, size_t pairs, const double *m,
                   const double *B, double *room);
    /* Doubles of scratch that averages of so many outputs take; NULL: none. */
    size_t (*room)(size_t outputs);
    /* Of a loss that is not separable: how G, H and Q change, to first order, as m [L] and the
     * packed B [P] change by dm and dB; into G, H, Q of out, whose room was the average's. NULL: by
     * the jacobian alone. */
    void (*change)(const sgdl_targets_t *targets, size_t label, const double *m, const double *B,
                   const double *dm, const double *dB, sgdl_averages_t *out);
    /* The plain gradient of f at r [L] for a target [L], into g [L]: what a step of SGD needs; and
     * f itself. */
    void (*gradient)(size_t outputs, const double *r, const double *target, double *g);
    double (*value)(size_t outputs, const double *r, const double *target);
    /* f' and f'' at `count` numbers r with their targets, L = 1. NULL: not given. */
    void (*slopes)(size_t count, const double *r, const double *target, double *slope,
                   double *curvature);
} sgdl_loss_t;

extern const sgdl_loss_t sgdl_loss_logistic;
extern const sgdl_loss_t sgdl_loss_least_squares;
extern const sgdl_loss_t sgdl_loss_softmax;

/** Committee machines, of which the row says no more than the name: what they are is stated beside
 * it, and the label hangs on the teacher's own hidden layer. Not in the table below. */
extern const sgdl_loss_t sgdl_loss_committee;

/** The table; the last entry is NULL. */
extern const sgdl_loss_t *const sgdl_losses[];

/** Probability of a label given the class's own label: 1 - noise, or noise/(K-1). */
double sgdl_targets_probability(const sgdl_targets_t *self, size_t own, size_t other);

/**
 * Gaussian averages of the logistic loss f(z) = log(1 + e^-z) (label 1) for z ~ N(m, B), each with
 * error at most 1e-10 (in practice about 1e-14) relative to E|phi| over |m| <= 500,
 * 0 <= B <= 1e5. For label 0 use -m and flip the sign of odd derivatives.
 */
typedef struct sgdl_logistic_averages {
    double f;    /* E f            */
    double g;    /* E f'           = -E s(-z), negative */
    double h;    /* E f''          = E s(z) s(-z) */
    double g2;   /* E f'^2         */
    double h1;   /* E f'''         = dh/dm, = 2 dg/dB */
    double h2;   /* E f''''        = 2 dh/dB */
    double g2_1; /* E (f'^2)'     = d g2/dm */
    double g2_2; /* E (f'^2)''    = 2 d g2/dB */
} sgdl_logistic_averages_t;

void sgdl_logistic_average(double m, double B, sgdl_logistic_averages_t *out);

/* ---- misclassification error ------------------------------------------------------------- */

/**
 * P(sign of r differs from `sign`) for r ~ N(m, B), ties at r = 0 counting one half.
 * sign is +1 or -1.
 */
double sgdl_error_binary(double m, double B, int sign);

/** The estimate of an error that is NAN for want of memory. */
#define SGDL_ERROR_LACKS_MEMORY (-1.0)

/**
 * P(argmax_a r_a != own) for r ~ N(m, B) in R^L, B the packed upper triangle; tied outputs share
 * the probability equally when all of r is constant (m = 0, B = 0: 1 - 1/L). The differences of own
 * and the others are taken as independent but for one to three common factors, over which is
 * integrated; what correlation is left is expanded to fifth order. Exact to about 1e-8 where it is
 * weak, and of rare errors relative to their size. Where it is strong, up to 16 outputs take an
 * orthant's quadrature (of rank up to 3) or lattice rule instead.
 * *estimate (may be NULL) receives an estimate of the absolute error. Allocates; NAN if it cannot.
 */
double sgdl_error_argmax(size_t outputs, const double *m, const double *B, size_t own,
                         double *estimate);

/**
 * P(the prediction is not the label) for r ~ N(m, B) [L], [pairs] of a class whose own label is
 * number `own`, mixed over the noisy label: the two functions above, whichever fits L; of several
 * outputs labels are one-hot, as many as outputs. NAN where a target has no decision. Where pairs
 * = L > 1 outputs count as independent. *estimate as above.
 */
double sgdl_error_label(const sgdl_loss_t *loss, const sgdl_targets_t *targets, size_t own,
                        size_t pairs, const double *m, const double *B, double *estimate);

#ifdef __cplusplus
}
#endif
#endif
