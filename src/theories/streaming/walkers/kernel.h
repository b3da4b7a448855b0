/**
 * The seam between the two ways to simulate a run and everything around them.
 *
 * A *model* is what a kernel prepares once for all runs; a *state* is one run on its way. Runs of
 * one model may advance in different threads.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_WALKERS_KERNEL_H
#define SGDLIMIT_THEORIES_STREAMING_WALKERS_KERNEL_H

#include "sgdlimit/error.h"
#include "src/theories/streaming/walkers/experiment.h"

/** Order parameters of the actual X. All arrays are borrowed from the caller. */
typedef struct moments {
    double *m;    /* [C*L] m_i = X^T mu_i + bias, class-major */
    double *B;    /* [C*pairs] B_i = X^T K_i X: diagonal, or packed upper triangle */
    double norm2; /* |X|^2 */
    /* With a teacher m and B are those of D = X - shift X* (src/loss/teacher.h), and: */
    double *cross;  /* [C] D^T K_i X*; NULL without one */
    double overlap; /* X^T X* */
    /* What rates look at, see walkers/rate.h: */
    double gradient2;   /* |grad_X F|^2 of the actual X, F = R + ridge/2 |X|^2; NAN unless asked */
    double accumulated; /* sum of |G_k|^2/d^2 over the steps made, G_k their gradients */
} moments_t;

typedef struct kernel {
    const char *name;
    /* *model is to be discarded in any case. Errors: SGDL_ERR_MEMORY, SGDL_ERR_INPUT, _EXTERNAL. */
    int (*prepare)(const experiment_t *experiment, void **model, sgdl_error_t *error);
    void (*discard)(void *model);
    /* Rough cost of a step in nanoseconds, to choose a kernel and to pace a run. The full kernel
     * needs no model to tell. */
    double (*cost)(const experiment_t *experiment, const void *model);
    /* The start of run number `run` at the learning rate of curve number `curve`; *state is to be
     * ended in any case. Errors: SGDL_ERR_MEMORY. */
    int (*begin)(const void *model, size_t curve, uint64_t run, void **state);
    /* Makes this many steps. False: interrupted on the way, in a batch maybe; the state is lost. */
    bool (*advance)(void *state, uint64_t steps);
    void (*read)(void *state, moments_t *moments);
    /* chi [L*d] = sqrt(d) times the coordinates of X, one output after another. NULL: this kernel
     * does not know them. */
    void (*coordinates)(void *state, double *chi);
    /* Of runs of a file's rows: the mean loss and the share of wrong decisions on those held out
     * (walkers/rows.h). NULL: this kernel draws its samples. */
    void (*test)(void *state, double *risk, double *error);
    void (*end)(void *state);
} kernel_t;

extern const kernel_t kernel_full;      /* every coordinate: cost d */
extern const kernel_t kernel_collapsed; /* inner products only: cost independent of d */

#endif
