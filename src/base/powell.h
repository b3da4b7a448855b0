/**
 * Roots of n equations in n unknowns by Powell's hybrid method (in Rabinowitz, Numerical Methods
 * for Nonlinear Algebraic Equations, 1970): Newton's step where the linear model can be trusted
 * that far, else as far along the dogleg from steepest descent to it as it can. Unknowns are scaled
 * by the columns of the Jacobian.
 */
#ifndef SGDLIMIT_BASE_POWELL_H
#define SGDLIMIT_BASE_POWELL_H

#include <lapacke.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "sgdlimit/error.h"

typedef struct equations {
    /* f [n] at x [n]; false: there is none, which ends the search. */
    bool (*residual)(void *context, const double *x, double *f);
    /* Column-major df/dx [n*n] where the residual was asked for last. */
    void (*jacobian)(void *context, double *J);
    void *context;                            /* borrowed */
    const volatile sig_atomic_t *interrupted; /* borrowed, may be NULL */
} equations_t;

/** A search. */
typedef struct powell {
    equations_t equations;
    size_t n;
    double *x;    /* [n] where it is */
    double *f;    /* [n] there */
    double *step; /* [n] the last one that was tried */
    /* private */
    double *J, *LU;                           /* [n*n] */
    double *scale, *newton, *descent, *trial; /* [n] */
    double *f_trial, *model;                  /* [n] */
    lapack_int *pivot;                        /* [n] */
    double norm, radius;
    bool factored, moved;
    int failures, successes; /* in a row */
    int slow, stuck;         /* steps in a row without progress, and hardly any */
    void *buffer;
} powell_t;

/** Room for n unknowns; to be freed in any case. Errors: SGDL_ERR_MEMORY. */
int powell_init(powell_t *self, size_t n, sgdl_error_t *error) SGDL_CHECKED;
void powell_free(powell_t *self);

/** Begins at x [n], which may be self->x. False: no residual there. */
bool powell_begin(powell_t *self, const equations_t *equations, const double *x);

/** Tries a step. False: no residual there, or no progress any more. */
bool powell_step(powell_t *self);

/** Was the last step below rounding of x? */
bool powell_settled(const powell_t *self, double absolute, double relative);

#endif
