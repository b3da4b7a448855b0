/**
 * The assembled system: mixture, loss and learning rate on nodes, ready to be integrated.
 *
 * State vector y [length], each component contiguous over the N nodes:
 *
 *     A_{a,j,n}  at A + (a*k + j)*N + n     a < L outputs, j < k latent coordinates
 *     S_{p,n}    at S + p*N + n             p < pairs second moments: the L diagonal ones only
 *                                           (pairs = L), or the packed upper triangle, row by row
 *     bias_a     at bias + a                only with an intercept
 *     the integral of a step's mean |gradient|^2/d at `accumulated`, only where it drives the rate
 *
 * Under a teacher the state is that of the deviation from the signal (src/loss/teacher.h). With a
 * heavy ball, L = 1, a second part stands behind the first: the velocity V as an output of A and of
 * the bias, S_xx, S_xv, S_vv as three second moments. Both are of src/theories/streaming/single.h.
 *
 * Least squares against many unit vectors may carry less (src/theories/streaming/shared.h): rows
 * that all of them share, alpha_{u,n} at A + u*N + n. What is of single classes, m to average
 * below, is then not there.
 *
 * For a separable loss Hbar is diagonal, and outputs meet only in the off-diagonal S_{ab}, which
 * drive nothing and serve the argmax error. A loss that is not separable couples them through a
 * full Hbar and carries the whole triangle.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_SYSTEM_H
#define SGDLIMIT_THEORIES_STREAMING_SYSTEM_H

#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "sgdlimit/error.h"
#include "sgdlimit/loss.h"
#include "src/base/interrupted.h"
#include "src/problem/problem.h"
#include "sgdlimit/spectra.h"
#include "src/loss/second_moments.h"
#include "src/schedule/source.h"
#include "src/theories/streaming/exchange.h"

/** Nodes are worked through in chunks whose buffers stay in the first-level cache. */
enum { SYSTEM_CHUNK = 512 };

typedef struct sgdl_system {
    const sgdl_problem_t *problem; /* borrowed */
    const sgdl_plan_t *plan;       /* borrowed */
    const sgdl_nodes_t *nodes;     /* borrowed */
    rate_source_t source;          /* of the learning rate */
    const sgdl_loss_t *loss;
    const volatile sig_atomic_t *interrupted; /* borrowed, may be NULL: long work looks at it */

    size_t C, N, k, L;       /* classes, nodes, latent coordinates, outputs */
    size_t pairs;            /* second moments of a class */
    size_t parts;            /* of the parameter: 1, or 2 with a velocity */
    size_t moments;          /* stored second moments: pairs, or 3 with a velocity */
    population_t population; /* what order parameters are of */
    exchange_t exchange;     /* classes whose averages are one another's */
    size_t A, S, bias;       /* offsets into the state */
    size_t W;                /* and of dense.h, behind the bias */
    size_t accumulated;      /* offset of the integral of step_power, last; with `accumulates` */
    size_t length;           /* of the state */
    bool intercept;
    bool accumulates;
    bool coupled;         /* the loss is not separable */
    bool quadratic;       /* the loss is, and its gradients are not clipped: Hbar = I */
    double amplification; /* of the learning rate by a fixed momentum */
    bool single;          /* equations of src/theories/streaming/single.h */
    bool has_signal;      /* a teacher's, behind the means of the nodes */
    double shift;         /* the multiple of it that the state is the deviation from */
    double push;          /* g of a heavy ball, 0 without */

    /* At the state that was evaluated last: */
    double rate;              /* learning rate as stated */
    double gamma;             /* the one of the equations: rate times amplification */
    double damping;           /* of a heavy ball */
    double *m_weights;        /* [C*L] m_i without the bias, class-major */
    double *m;                /* [C*L] m_i */
    double *B;                /* [C*pairs] B_i */
    double *cross;            /* [C] with a teacher, see src/loss/teacher.h; else NULL */
    sgdl_averages_t *average; /* [C]; that of a loss with a room has one of its own */
    bool frozen;              /* averages keep the choices of the evaluation before */

    /* Coefficients of the right-hand side, class-minor so that a row serves one output: */
    double *drift;     /* [L*C] gamma p_i G_ia */
    double *shrinkage; /* [L*C], coupled [pairs*C]: gamma p_i Hbar_ia */
    double *noise;     /* [pairs*C] gamma^2/b p_i Q_ip */
    double *pull;      /* [C] of single.h */
    double decay;      /* gamma delta */
    double diffusion;  /* gamma^2 sigma^2, of every S_aa */

    double *correction;           /* [C*(L + pairs)] scratch of system_moments */
    double *node;                 /* scratch of node.h and coupled.h */
    double *differential;         /* scratch of system_jacobian_times, */
    double *jacobian;             /* [C*system_jacobian_size] and of it where outputs are few or the
                                     loss has no `change`; else NULL */
    double *follower;             /* scratch of a class that follows another */
    sgdl_averages_t *change;      /* [C] and where it is not separable; else NULL */
    double *storage, *rooms;      /* behind the pointers above, and behind the averages' rooms */
    size_t threads;               /* that classes are shared out to; 1 where that does not pay */
    struct system_driven *driven; /* owned; NULL unless the state drives the rate */
    struct system_dense *dense;   /* owned; NULL unless covariances do not commute */
    struct system_shared *shared; /* owned; NULL unless outputs share rows */
} sgdl_system_t;

/** Index of S_aa in the stored second moments. */
static inline size_t system_diagonal(const sgdl_system_t *self, size_t a)
{
    return second_moments_diagonal(self->L, self->pairs, a);
}

int system_init(sgdl_system_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                const sgdl_nodes_t *nodes, const rate_source_t *source,
                sgdl_error_t *error) SGDL_CHECKED;
/** The same, of shared rows where the problem has them: for who asks no more than what is declared
 * here and in shared.h. Errors also: SGDL_ERR_EXTERNAL, SGDL_ERR_INTERRUPTED. */
int system_init_shared(sgdl_system_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                       const sgdl_nodes_t *nodes, const rate_source_t *source,
                       sgdl_error_t *error) SGDL_CHECKED;
void system_free(sgdl_system_t *self);

/** Rows of A in the state: L k, twice that with a velocity; or those that outputs share. */
size_t system_rows(const sgdl_system_t *self);

/** Writes the state at t = 0. y [length]. */
void system_start(const sgdl_system_t *self, double *y);

/** The linear functionals (m_i without bias, B_i) of any vector laid out like the state.
 * m [C*L], B [C*pairs], both class-major. */
void system_moments(const sgdl_system_t *self, const double *y, double *m, double *B);

/** work(context, item) for all items < count, shared out to the threads: each writes what is its
 * own, so that the threads change no number. */
void system_share(const sgdl_system_t *self, size_t count,
                  void (*work)(const void *context, size_t item, size_t thread),
                  const void *context);

/** Numbers in the Jacobian of one class's averages. */
static inline size_t system_jacobian_size(const sgdl_system_t *self)
{
    return self->coupled ? (self->L + 2 * self->pairs) * (self->L + self->pairs) : 0;
}

/**
 * Order parameters and averages at y, kept in self; derivatives of averages are not among them
 * where the loss is coupled.
 * Returns 0; 1 if y is out of the physical domain (not finite, or some B_ii clearly negative):
 * a smaller step may help.
 */
int system_average(sgdl_system_t *self, const double *y);

/** The Jacobians of the classes' averages (sgdl_averages_t) at the state averaged last, of a loss
 * that is not separable: jacobian [C*system_jacobian_size]. */
void system_differentiate(const sgdl_system_t *self, double *jacobian);

/** How the averages of that state change, to first order, as m_i and B_i change by dm [C*L] and
 * dB [C*pairs]: G, H, Q of self->change. Of a loss that is not separable. */
void system_change(const sgdl_system_t *self, const double *dm, const double *dB);

/** The largest estimate of the error of an average, as it is, and as a share of what the G of all
 * classes come to. */
double system_estimate(const sgdl_system_t *self, double *relative);

/** What a driven learning rate may look at (src/theories/streaming/driven.h). */
enum {
    SYSTEM_MEASURES = SGDL_MEASURE_RISK | SGDL_MEASURE_NOISE_POWER | SGDL_MEASURE_STEP_POWER |
                      SGDL_MEASURE_PROGRESS | SGDL_MEASURE_ACCUMULATED
};

/** Risk of every class [C], and the largest one, of the state averaged last. */
void system_class_risks(const sgdl_system_t *self, double *risk);
double system_largest_risk(const sgdl_system_t *self);

/** Risk and noise power of the state averaged last, and the mean |gradient|^2/d of a step. */
sgdl_measured_t system_measured(const sgdl_system_t *self);
double system_step_power(const sgdl_system_t *self);

/** What depends on the time itself, a heavy ball's damping: kept until the next call. */
void system_set_time(sgdl_system_t *self, double t);

/** The coefficients at the state averaged last, under this learning rate as it is stated. Returns
 * 0; 1 if that is none. */
int system_set_rate(sgdl_system_t *self, double rate);

/** system_average and system_set_rate at the source's rate at t, the one from t on where it jumps.
 */
int system_evaluate(sgdl_system_t *self, double t, const double *y);

/** The right-hand side, after an evaluation of the same y. dy [length]. Allocates nothing. */
void system_derivative(const sgdl_system_t *self, const double *y, double *dy);

/** Its part for losses that are not separable, node by node (coupled.c). */
void system_derivative_coupled(const sgdl_system_t *self, const double *y, double *dy);

/** system_evaluate and system_derivative. Returns what the first returns. */
int system_rhs(sgdl_system_t *self, double t, const double *y, double *dy);

/** The Jacobian of the right-hand side at the state last evaluated, y, times a vector v [length],
 * by differentiating the equations term by term (independent of the structured solvers). Allocates
 * nothing. */
void system_jacobian_times(const sgdl_system_t *self, const double *y, const double *v, double *Jv);

/**
 * The largest stable constant learning rate, as it is stated, of a system that is quadratic
 * (INFINITY for others): without a heavy ball (feedback.h has that) where the spectral radius
 * of T_ji = (gamma/2b) p_i sum_n w_n lambda_jn lambda_in / (lambda_bar_n + delta) reaches 1.
 * Errors: SGDL_ERR_MEMORY, SGDL_ERR_EXTERNAL.
 */
int system_stability_limit(const sgdl_system_t *self, double *limit,
                           sgdl_error_t *error) SGDL_CHECKED;

static inline bool system_interrupted(const sgdl_system_t *self)
{
    return stop_asked(self->interrupted);
}

/** Nodes in the chunk that begins at node `first`. */
static inline size_t system_chunk(const sgdl_system_t *self, size_t first)
{
    size_t left = self->N - first;
    return left < SYSTEM_CHUNK ? left : SYSTEM_CHUNK;
}

/** out[n] = constant + sum_i factor[i] rows[i*stride + n] over one chunk or less.
 * Many parameters: a matrix by a vector, as in BLAS. */
static inline void system_combine(double *restrict out, double constant, const double *factor,
                                  const double *rows, size_t classes, size_t stride, size_t count)
{
    size_t i = 0;
    if (classes < 2) {
        for (size_t n = 0; n < count; n++)
            out[n] = constant;
    } else { /* two at a time: `out` is written half as often */
        const double f = factor[0], g = factor[1];
        const double *restrict next = rows + stride;
        for (size_t n = 0; n < count; n++)
            out[n] = (constant + f * rows[n]) + g * next[n];
        i = 2;
    }
    for (; i < classes; i++) {
        const double f = factor[i];
        const double *restrict row = rows + i * stride;
        for (size_t n = 0; n < count; n++)
            out[n] += f * row[n];
    }
}

/** Sum of x[n]*y[n] over one chunk or less. */
static inline double system_dot(const double *restrict x, const double *restrict y, size_t count)
{
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t n = 0; n < count; n++)
        sum += x[n] * y[n];
    return sum;
}

#endif
