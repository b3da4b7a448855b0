/**
 * Which shifts of the preactivation means cost no variance, and whether they separate the classes.
 *
 * A predictor that lives in directions where all eigenvalues vanish, or ever closer to them, moves
 * (m_1..m_C) within a linear space F at no variance: F is spanned by the Gram matrix of the means
 * in the common null space and by those terms s of the means at u -> 0 whose Mahalanobis norm
 * diverges, 2 beta + 1 <= alpha. An intercept adds (1, .., 1).
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_LIMIT_SEPARATION_H
#define SGDLIMIT_THEORIES_STREAMING_LIMIT_SEPARATION_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "sgdlimit/error.h"
#include "src/problem/problem.h"
#include "sgdlimit/spectra.h"

typedef struct separation {
    size_t classes;    /* C */
    size_t rank;       /* of F */
    double *basis;     /* [rank*C] orthonormal vectors of F, one after another */
    double *projector; /* [C*C] onto the orthogonal complement of F */
    double *null_gram; /* [C*C] of the means where all eigenvalues are 0 */
    const volatile sig_atomic_t *interrupted; /* of what works with it; borrowed, may be NULL */
} separation_t;

/** 2 beta + 1 - alpha of a term u^power of the means; exactly 0 where rounding alone tells it from
 * 0. */
double separation_gap(const sgdl_tail_t *tail, double power);

/** Whether a term u^power of the means has infinite Mahalanobis norm in this tail. */
bool separation_diverges(const sgdl_tail_t *tail, double power);

/** Whose shifts. */
typedef struct separation_of {
    const sgdl_problem_t *problem;
    const sgdl_nodes_t *nodes;
    const sgdl_tail_t *tail; /* of those classes */
    double ridge;
    /* [C] Some classes alone, as if there were no others: null_gram is of the nodes where their
     * eigenvalues vanish, and vectors are zero elsewhere. NULL: all. */
    const bool *remaining;
    const volatile sig_atomic_t *interrupted; /* may be NULL */
} separation_of_t;

/** F without a ridge; with one, the intercept alone. Errors: SGDL_ERR_INTERRUPTED, SGDL_ERR_MEMORY.
 */
int separation_init(separation_t *self, const separation_of_t *of,
                    sgdl_error_t *error) SGDL_CHECKED;
void separation_free(separation_t *self);

/** kappa^2 = min of a^T S a over a >= 0, sum a = 1, for the label-signed Gram matrix
 * S_ij = sign_i sign_j (null_gram_ij + intercept^2) of classes that are known to be separable; NAN
 * where rounding leaves no digit of it.
 * Errors: SGDL_ERR_INTERRUPTED, SGDL_ERR_MEMORY. */
int separation_margin2(const separation_t *self, const double *sign, double intercept,
                       double *margin2, sgdl_error_t *error) SGDL_CHECKED;

/** min |Z x - z|^2 over x >= 0, given gram = Z^T Z [n*n] and target = Z^T z [n]: Lawson and
 * Hanson's active sets. x [n] receives the solution. Errors: SGDL_ERR_INTERRUPTED, SGDL_ERR_MEMORY.
 */
int separation_nonnegative(size_t n, const double *gram, const double *target, double *x,
                           const volatile sig_atomic_t *interrupted,
                           sgdl_error_t *error) SGDL_CHECKED;

#endif
