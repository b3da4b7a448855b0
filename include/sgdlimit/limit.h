/**
 * Long times: where the risk ends and how it gets there (docs/transitions.md).
 *
 * At constant learning rate gamma the equations of solve.h have a stationary point, a closed system
 * in the order parameters alone: with Hhat_n = sum_i p_i lambda_{i,n} Hbar_i + delta and
 * c_n = sum_i p_i G_i N_{n,i},
 *
 *     A_n = -c_n / Hhat_n      S_n = A_n A_n^T + (gamma/2b) sum_i p_i lambda_{i,n} Q_i / Hhat_n
 *
 * inserted into m_i and B_i. Gradient noise adds gamma sigma^2/2 Hhat_n to S_n, a fixed momentum
 * makes of gamma gamma/(1 - beta), and a heavy ball of gain g1, weight g3 and friction delta makes
 * of the noise's gamma gamma + g1 g3/(gamma Hhat_n + delta). gamma -> 0 gives the minimiser of the
 * population risk. It may be that there is none: means with infinite Mahalanobis norm, M = sum_n
 * w_n nu_n^2/lambda_bar_n, are shifts of (m_1..m_C) that cost no variance; if those separate the
 * classes the risk falls to zero. This is the structural phase transition of Collins-Woodfin and
 * Seroussi, arXiv 2510.14074.
 */
#ifndef SGDLIMIT_LIMIT_H
#define SGDLIMIT_LIMIT_H

#include <stdbool.h>
#include <stddef.h>

#include "sgdlimit/curve.h"
#include "sgdlimit/error.h"
#include "sgdlimit/plan.h"
#include "sgdlimit/problem.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What becomes of the risk as t -> infinity. */
typedef enum sgdl_verdict {
    SGDL_VERDICT_ZERO,     /* falls to zero */
    SGDL_VERDICT_POSITIVE, /* ends above zero */
    SGDL_VERDICT_DIVERGES  /* the learning rate is beyond its stability limit */
} sgdl_verdict_t;

/** "zero", "positive", "diverges". */
const char *sgdl_verdict_name(sgdl_verdict_t verdict);

/**
 * How the risk approaches its end. theta is the exponent in t; with a decaying learning rate all of
 * it holds in tau = int gamma dt at gamma = 1.
 */
typedef struct sgdl_law {
    const char *name;    /* static: "power law, limited by the signal", ... */
    const char *formula; /* static */
    double exponent;     /* theta: t^-theta; 0 for logarithms, INFINITY for exp(-rate t) */
    double constant;     /* in front of it, signed; NAN where it is not known */
    double log_power;    /* also (log t)^log_power */
    double rate;         /* of the exponential approach, else NAN; NAN also where not known */
} sgdl_law_t;

/** The long-time behaviour of one learning rate. Moments are laid out as in solve.h: L outputs and
 * pairs second moments a class. */
typedef struct sgdl_limit {
    size_t classes, outputs, pairs;
    size_t nodes;         /* that the sums over directions took */
    double learning_rate; /* gamma at t -> infinity */
    double decay;         /* gamma ~ t^-decay if learning_rate is 0 */
    double stability;     /* largest stable constant gamma, or INFINITY */
    sgdl_verdict_t verdict;
    const char *reason; /* static: what decided the verdict */
    bool stationary;    /* m and B below are finite and are reached */
    bool lost;          /* there should be a stationary point, but the search for it failed: margins
                           are so large that the risk is no number any more */
    bool lost_minimum;  /* the same of the minimiser */
    double risk, error; /* at t -> infinity; NAN where not known */
    double train_risk;  /* of fixed data; the verdict is its there, and there is no law */
    double *m;          /* [C*L] of X itself, with a teacher too */
    double *B;          /* [C*pairs] */
    double bias;        /* of the intercept, L = 1; else NAN */
    double norm2, overlap_signal, cos_signal; /* with a teacher: |X|^2, <X, X*>, the cosine */
    bool grows; /* |X|^2 does, by gradient noise in directions of which r sees nothing */
    double risk_min, error_min; /* infimum of the population risk, ridge included in the minimum */
    double *m_min, *B_min;      /* where it is taken; NAN if nowhere */
    double clean_margin2;       /* kappa^2: squared distance of 0 from the hull of the label-signed
                                   means inside the common null space; 0 if they do not separate,
                                   NAN where rounding leaves no digit of it */
    double *mahalanobis2;       /* [C*C] as in sgdl_nodes_t */
    sgdl_law_t law;
    double *storage; /* behind the pointers above */
} sgdl_limit_t;

/**
 * Long times of the problem's learning rate number `rate`, counted from 0. Errors: SGDL_ERR_INPUT
 * (there is no such rate; more than SGDL_LIMIT_CLASSES classes with a loss that is not least
 * squares, or several outputs), SGDL_ERR_SOLVER, SGDL_ERR_MEMORY, SGDL_ERR_EXTERNAL.
 */
int sgdl_limit_init(sgdl_limit_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                    size_t rate, sgdl_error_t *error) SGDL_CHECKED;
void sgdl_limit_free(sgdl_limit_t *self);

/** The verdict alone, with the reason (static; may be NULL): cheap, and never lost. Errors: as
 * above.
 */
int sgdl_limit_verdict(const sgdl_problem_t *problem, const sgdl_plan_t *plan, size_t rate,
                       sgdl_verdict_t *verdict, const char **reason,
                       sgdl_error_t *error) SGDL_CHECKED;

enum { SGDL_LIMIT_CLASSES = 256 };

/**
 * The table of `sgdlimit limit`: a row a learning rate, of a landscape a row a learning rate and
 * batch, a block for all batches of a learning rate; the words in notes. Of a landscape: `batch
 * learning_rate temperature p_1 .. p_m mean_loss sharpness gap relaxation_steps p_flat` of the
 * stationary law, of least squares in one direction also `second_moment tail_exponent
 * tail_exponent_sde stable_below almost_surely_below`, with plan.discrete `discrete_gap
 * discrete_p_1 .. discrete_p_m` of the exact chain of SGD's steps. Errors: as above;
 * SGDL_ERR_DISAGREED if the integration does not confirm the prediction, with all rows handed out;
 * SGDL_ERR_SOLVER where two ways to compute a number of a landscape disagree.
 */
int sgdl_limit_table(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                     const sgdl_sink_t *sink, sgdl_error_t *error) SGDL_CHECKED;

#ifdef __cplusplus
}
#endif
#endif
