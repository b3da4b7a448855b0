/**
 * The minimum of a smooth function of n numbers that must not be negative, by a projected
 * quasi-Newton method (Bertsekas, SIAM J. Control Optim. 20, 1982): numbers at zero that the
 * gradient would push further are held there, the others move along -H times the gradient, H the
 * BFGS estimate of the inverse Hessian, and paths are bent back to zero where they leave. The value
 * never rises from step to step.
 *
 * Values may be rough on a small scale (they come from an integrator): they are only compared with
 * one another, slopes come from the gradient.
 */
#ifndef SGDLIMIT_BASE_DESCENT_H
#define SGDLIMIT_BASE_DESCENT_H

#include <stdbool.h>
#include <stddef.h>

#include "sgdlimit/error.h"

typedef struct descent_of {
    size_t n;
    /* The value at x [n]; INFINITY: there is none. A status ends the search. */
    int (*value)(void *context, const double *x, double *value, sgdl_error_t *error);
    /* Its gradient [n] where there is a value. */
    int (*gradient)(void *context, const double *x, double *gradient, sgdl_error_t *error);
    void *context;       /* borrowed */
    const double *scale; /* [n] > 0: changes of x that are large; borrowed */
    double roughness;    /* relative changes of the value that mean nothing */
} descent_of_t;

typedef struct descent {
    descent_of_t of;
    double *x;        /* [n] where it is */
    double *gradient; /* [n] there */
    double value;
    long steps;
    /* private */
    double *H;                                             /* [n*n] */
    double *direction, *trial, *moved, *changed, *product; /* [n] */
    bool fresh;                                            /* H is the first guess */
    void *buffer;
} descent_t;

/** Room for n >= 1 numbers; to be freed in any case. Errors: SGDL_ERR_MEMORY. */
int descent_init(descent_t *self, const descent_of_t *of, sgdl_error_t *error) SGDL_CHECKED;
void descent_free(descent_t *self);

/** Begins at x [n], which must have a value, finite. Errors: those of the functions. */
int descent_begin(descent_t *self, const double *x, double value, sgdl_error_t *error) SGDL_CHECKED;

/** One step. *settled: nothing is left to gain, beyond the roughness; nothing has moved. After an
 * error it is where it was. Errors: those of the functions. */
int descent_step(descent_t *self, bool *settled, sgdl_error_t *error) SGDL_CHECKED;

#endif
