/**
 * An equation dy/dt = f(t, y) as the integrator sees it: it knows no nodes, no losses, no problem.
 */
#ifndef SGDLIMIT_STEPPER_EQUATION_H
#define SGDLIMIT_STEPPER_EQUATION_H

#include <signal.h>
#include <stddef.h>

#include "sgdlimit/error.h"

/** A piece of time [begin, end) in which the right-hand side is smooth. */
typedef struct segment {
    double begin, end; /* end INFINITY for the last one */
    double scale;      /* t0 of the clock log(1 + s/t0), s = t - begin; 0: nothing happens here, the
                          state is kept */
} segment_t;

typedef struct equation {
    void *context;            /* of the functions below, borrowed */
    size_t length;            /* of the state */
    const segment_t *segment; /* [segments] borrowed */
    size_t segments;
    int order_max;                            /* of the BDF; 0: CVODE's own, 5 */
    double rtol;                              /* relative tolerance of a step */
    const double *atol;                       /* [length] absolute tolerances, borrowed */
    const volatile sig_atomic_t *interrupted; /* borrowed, may be NULL */

    /* Writes the state at t = 0. */
    void (*start)(void *context, double *y);
    /* The right-hand side at the time begin + s of a segment. 0; 1 if y is out of the domain and a
     * smaller step may help. */
    int (*rhs)(void *context, const segment_t *segment, double s, const double *y, double *dy);
    /* x = (I - h J)^-1 b, J the Jacobian at the state that rhs saw last, which is y. 0; 1 if a
     * smaller step may help. With `times` it is the preconditioner of GMRES instead. */
    int (*solve)(void *context, const double *y, double h, const double *b, double *x);
    /* J v at y, or NULL: `solve` is the whole solve. */
    void (*times)(void *context, const double *y, const double *v, double *Jv);
} equation_t;

#endif
