/**
 * An equation dy/dt = f(t, y) as the integrator sees it: it knows no nodes, no losses, no problem.
 *
 * Time is cut into segments in which f is smooth; in each of them f is asked at begin + s, s the
 * time elapsed since the segment's begin: after a jump of f curves vary on the scale of s, and a
 * double near `begin` may not resolve what happens just after it.
 *
 * Curves vary on the scale of s itself, for power laws over many decades. BDF is therefore run on
 * the clock tau = log(1 + s/scale), dy/dtau = (scale + s) dy/ds, where its steps stay even: a third
 * of the steps that it needs in t, at the same error.
 */
#ifndef SGDLIMIT_STEPPER_EQUATION_H
#define SGDLIMIT_STEPPER_EQUATION_H

#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "sgdlimit/error.h"
#include "src/base/interrupted.h"

/** A piece of time [begin, end) in which the right-hand side is smooth. */
typedef struct segment {
    double begin, end; /* end INFINITY for the last one */
    double scale;      /* of the clock: about the time in which the state begins to change; 0:
                          nothing happens here, the state is kept and nothing is asked */
} segment_t;

typedef struct equation {
    void *context;            /* of the functions below, borrowed */
    size_t length;            /* of the state */
    const segment_t *segment; /* [segments] one after another from t = 0 on, borrowed */
    size_t segments;
    int order_max;      /* of the BDF; 0: CVODE's own, 5 */
    bool krylov;        /* Newton's systems go through GMRES, whose product is `times` */
    double rtol;        /* of a step; the integrator takes no less than 1e-14 */
    const double *atol; /* [length] of a step, borrowed */
    /* Sets atol for a state y, not far from the one that rhs saw last. NULL: it stays. */
    void (*tolerate)(void *context, const double *y);
    const volatile sig_atomic_t *interrupted; /* borrowed, may be NULL */
    /* What it means that rhs refuses a state, in words: "the state is no longer ..." */
    const char *refusal;

    /* Writes the state at t = 0. */
    void (*start)(void *context, double *y);
    /* Asked before the first step into a segment; what it returns but SGDL_OK ends the run. NULL:
     * nothing to say. */
    int (*check)(void *context, const segment_t *segment, sgdl_error_t *error);
    /* The right-hand side at the time begin + s of a segment. 0; 1 if y is out of the domain and a
     * smaller step may help. */
    int (*rhs)(void *context, const segment_t *segment, double s, const double *y, double *dy);
    /* x = (I - h J)^-1 b, J the Jacobian at the time and state that rhs saw last; that state is y.
     * 0; 1 if a smaller step may help. With `krylov` an approximation that serves as the
     * preconditioner, or NULL: none. */
    int (*solve)(void *context, const double *y, double h, const double *b, double *x);
    /* Where that costs much: prepares solves for this h, y as above, which then serve for other
     * steps near by, too, until CVODE asks anew; without `renew` the derivatives of the last time
     * are good enough. 0; 1 if a smaller step may help. NULL: solve does it all, for the y and
     * h that it is given. */
    int (*setup)(void *context, const double *y, double h, bool renew);
    /* J v, J as above. Beside GMRES it serves to choose a segment's first step; without it, NULL,
     * CVODE chooses that by itself. */
    void (*times)(void *context, const double *y, const double *v, double *Jv);
} equation_t;

static inline bool equation_interrupted(const equation_t *self)
{
    return stop_asked(self->interrupted);
}

/** The clock's tau at s, and back. */
static inline double clock_of(double scale, double s) { return log1p(s / scale); }

static inline double elapsed_of(double scale, double tau) { return scale * expm1(tau); }

#endif
