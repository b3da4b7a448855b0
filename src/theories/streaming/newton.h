/**
 * Newton systems (I - h J) x = b of the implicit integrator, J the Jacobian at the state that the
 * system evaluated last.
 *
 * Nodes meet only through the order parameters z = (m_i, B_i), so J = D + U W^T: D couples the
 * components of one node, W^T maps a state to its order parameters, U = d(rhs)/dz. With the small
 * matrix T = I - h W^T (I - h D)^-1 U,
 *
 *     T z = W^T (I - h D)^-1 b,      x = (I - h D)^-1 (b + h U z)
 *
 * which costs O(nodes). The dense solver forms J and calls LAPACK: the reference. Where the rank
 * C (L + L(L+1)/2) of coupled outputs is large, CVODE's GMRES takes over, (I - h D)^-1 its
 * preconditioner.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_NEWTON_H
#define SGDLIMIT_THEORIES_STREAMING_NEWTON_H

#include "sgdlimit/error.h"
#include "sgdlimit/solve.h"
#include "src/base/linear.h"
#include "src/theories/streaming/system.h"

/** Beyond this rank the small matrix T costs more than GMRES needs. */
enum { NEWTON_RANK_MAX = 1200 };

typedef struct newton newton_t;

struct newton {
    const sgdl_system_t *system; /* borrowed */
    double *storage;             /* owned scratch, laid out by the solver */
    lapack_int *pivot;           /* owned */
    /* Solves for x [length] at state y; b [length] is kept. Allocates nothing.
     * Returns 0; 1 if the matrix is singular (a smaller step may help) or if the system's flag told
     * it to stop. */
    int (*solve)(newton_t *self, const double *y, double h, const double *b, double *x);
    /* NULL, or: what solves need of y and h, which they then take from the last setup. With `renew`
     * the averages are differentiated; else their derivatives are those of the setup before. */
    int (*setup)(newton_t *self, const double *y, double h, bool renew);
    /* With a rate that the state drives, the same at a fixed rate, and scratch, owned: */
    int (*fixed_rate)(newton_t *self, const double *y, double h, const double *b, double *x);
    double *driven; /* [2*length] */
};

/** What `structured` means for this system: itself, or Krylov where the rank is large. */
sgdl_linear_solver_t newton_choose(const sgdl_system_t *system, sgdl_linear_solver_t kind);

/** Picks the solver for the system. Errors: SGDL_ERR_MEMORY, SGDL_ERR_INPUT (dense: too large). */
int newton_init(newton_t *self, const sgdl_system_t *system, sgdl_linear_solver_t kind,
                sgdl_error_t *error) SGDL_CHECKED;
void newton_free(newton_t *self);

/* The solvers behind newton_init: each lays out its scratch and sets solve. */
int newton_init_separable(newton_t *self, sgdl_error_t *error) SGDL_CHECKED;
int newton_init_coupled(newton_t *self, sgdl_error_t *error) SGDL_CHECKED;
int newton_init_quadratic(newton_t *self, sgdl_error_t *error) SGDL_CHECKED;
int newton_init_shared(newton_t *self, sgdl_error_t *error) SGDL_CHECKED; /* shared.h */
/* Around the solver that is there: for a rate that the state drives. */
int newton_init_driven(newton_t *self, bool blocks_only, sgdl_error_t *error) SGDL_CHECKED;
/* Of src/theories/streaming/single.h; blocks_only as below. */
int newton_init_single(newton_t *self, bool blocks_only, sgdl_error_t *error) SGDL_CHECKED;
int newton_init_dense(newton_t *self, sgdl_error_t *error) SGDL_CHECKED;
/* solve is the block-diagonal part alone, x = (I - h D)^-1 b: the preconditioner of GMRES. */
int newton_init_blocks(newton_t *self, sgdl_error_t *error) SGDL_CHECKED;

/** Allocates the scratch: doubles and pivots. */
int newton_allocate(newton_t *self, size_t doubles, size_t pivots,
                    sgdl_error_t *error) SGDL_CHECKED;

/** LU-factors the column-major matrix [order*order] in place, for linear_backsolve; nonzero if
 * singular or told to stop. */
int newton_factor(const newton_t *self, double *matrix, size_t order, lapack_int *pivot);

#endif
