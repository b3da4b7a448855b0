/**
 * Order parameters -> risk, error, overlaps: what means m_i and second moments B_i of the
 * preactivations say of a mixture, whoever found them (an ODE, a run, a stationary point).
 *
 *     R = sum_i p_i E f(r; y_i),   r ~ N(m_i, B_i) in R^L
 *
 * and the probability of a wrong decision likewise (binary for L = 1, argmax else), both mixed over
 * noisy labels. m [C*L] and B [C*pairs] are class-major, B as in second_moments.h.
 *
 * With a teacher m, B are those of the deviation X - shift X* from the signal (teacher.h), and
 * cross_i = (X - shift X*)^T K_i X* stands beside them; cross [C] is NULL without one, a single
 * cross then any number.
 */
#ifndef SGDLIMIT_LOSS_ORDER_PARAMETERS_H
#define SGDLIMIT_LOSS_ORDER_PARAMETERS_H

#include "src/loss/clip.h"
#include "src/loss/second_moments.h"
#include "src/loss/teacher.h"

/** A mixture as far as it matters here; all borrowed. */
typedef struct population {
    const sgdl_loss_t *loss;
    const sgdl_targets_t *targets;
    size_t classes;            /* C */
    const double *weight;      /* [C] p_i, sum 1 */
    const size_t *label_index; /* [C] number of the class's own label */
    size_t pairs;              /* second moments of a class */
    const double *threshold;   /* [C] where g is clipped, c/sqrt(tr(K_i)/d); NULL: nowhere */
    const teacher_t *teacher;  /* NULL: labels hang on classes */
    const double *signal_m;    /* [C] X*^T mu_i; NULL without a teacher */
    const double *signal_B;    /* [C] X*^T K_i X* */
    double *room;              /* scratch of the loss, one a thread; owned (below), borrowed by
                                  copies, NULL where the loss takes none */
    bool no_error;             /* errors are left out: NAN */
    bool uncorrelated;         /* second moments that are not carried are 0 */
    double *own;               /* behind these arrays; owned (problem_population_init) or NULL */
} population_t;

/** G, H, Q of class i, whose own m [L] and B [pairs] these are, with their derivatives: of the
 * clipped gradient, under the teacher's labels. Allocates nothing. */
void population_average(const population_t *self, size_t i, const double *m, const double *B,
                        double cross, sgdl_averages_t *out);

/** sum_i p_i value_i, in the order of the classes. value [C]. */
double population_mix(const population_t *self, const double *value);

/** Of class i, whose own m [L] and B [pairs] these are. *estimate (may be NULL) receives an
 * estimate of the error's absolute error. */
double population_class_risk(const population_t *self, size_t i, const double *m, const double *B,
                             double cross);
double population_class_error(const population_t *self, size_t i, const double *m, const double *B,
                              double cross, double *estimate);

/** Of all classes. */
double population_risk(const population_t *self, const double *m, const double *B,
                       const double *cross);
double population_error(const population_t *self, const double *m, const double *B,
                        const double *cross);

/** Mean and variance of r itself in class i; of its own moments without a teacher. */
double population_mean(const population_t *self, size_t i, double m);
double population_spread(const population_t *self, size_t i, double B, double cross);

/** The risk, and the strength sum_i p_i (tr K_i/d) tr Q_i of the gradient's noise, where the
 * classes' averages [C] are known already; trace [C] is tr K_i/d. */
double population_average_risk(const population_t *self, const sgdl_averages_t *average);
double population_noise_power(const population_t *self, const sgdl_averages_t *average,
                              const double *trace);

/** The change sum_i p_i (G_i . m_i + 1/2 Hbar_i : B_i + J_i cross_i) of the risk, to first order,
 * as m [C*L], B [C*pairs] and cross [C] change by these (Bonnet, Price). */
double population_risk_change(const population_t *self, const sgdl_averages_t *average,
                              const double *m, const double *B, const double *cross);

/** How G, Hbar, Q (their arrays are the caller's) and the risk of one class change, to first order,
 * as its m [L], B [pairs] and cross change by these. Where the loss is not separable G, Hbar and Q
 * are there already, by its `change`. */
void population_average_change(const population_t *self, const sgdl_averages_t *average,
                               const double *m, const double *B, double cross,
                               sgdl_averages_t *out);

/** A step: what it does to the risk and the ridge's penalty beside the averages. */
typedef struct population_step {
    const double *trace;   /* [C] tr K_i/d */
    const double *product; /* [C*C] tr(K_i K_j)/d */
    double batch, ridge;
    double noise; /* sigma, added to the gradient */
} population_step_t;

/** The second-order term of dF/dt = -gamma a + gamma^2 c, F = R + ridge/2 |X|^2:
 *
 *     c = 1/2 sum_j p_j [ sum_i p_i tr(K_j K_i)/d tr(Hbar_j Q_i)/b + sigma^2 tr(K_j)/d tr Hbar_j ]
 *       + ridge/2 [ sum_i p_i tr(K_i)/d tr Q_i/b + L sigma^2 ] */
double population_curvature(const population_t *self, const sgdl_averages_t *average,
                            const population_step_t *step);

/** The part of its change that goes through Hbar, or (by_noise) through Q, as the averages change
 * by `change` [C]. */
double population_curvature_change(const population_t *self, const sgdl_averages_t *average,
                                   const sgdl_averages_t *change, bool by_noise,
                                   const population_step_t *step);

/** B_i,aa out of all B. */
double population_variance(const population_t *self, const double *B, size_t i, size_t a);

/** cos(X, mu) from m = X . mu (without a bias), |X|^2 and |mu|^2, in [-1, 1]: 0 of no weights, NAN
 * of a mean that is zero. */
double overlap_cosine(double m, double norm2, double mean_norm2);

#endif
