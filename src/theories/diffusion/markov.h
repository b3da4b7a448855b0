/**
 * A Markov chain of many states whose steps reach few of them, eliminated state by state without a
 * subtraction (Grassmann, Taksar and Heyman): rates of 1e-200 come out to as many digits as the
 * probabilities have.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_MARKOV_H
#define SGDLIMIT_THEORIES_DIFFUSION_MARKOV_H

#include <stddef.h>

#include "sgdlimit/error.h"
#include "sgdlimit/watch.h"

/** An all-zero one is valid to free. Rows need not sum to 1, nor is the diagonal read: a state is
 * kept with whatever its other probabilities leave. */
typedef struct markov {
    size_t states;
    size_t below, above; /* a step leads at most that many states down and up */
    double *step;        /* [states*(below + 1 + above)] rows: from; owned */
    double *lost;        /* [states] probability of a step that leaves for good; in step's block */
    double *out;         /* [states] to leave a state that is eliminated; in step's block */
    ptrdiff_t last;      /* the state that is kept; -1 or states: none */
} markov_t;

/** All probabilities 0. Errors: SGDL_ERR_MEMORY. */
int markov_init(markov_t *self, size_t states, size_t below, size_t above,
                sgdl_error_t *error) SGDL_CHECKED;
void markov_free(markov_t *self);

/** Of a step from one state to another within reach. */
static inline double *markov_at(const markov_t *self, size_t from, size_t to)
{
    return &self->step[from * (self->below + 1 + self->above) + self->below + to - from];
}

/** Eliminates all states but `last`, from both ends; `last` -1 or `states`: all, which needs steps
 * that leave. The probabilities become factors. Errors: SGDL_ERR_INTERRUPTED. */
int markov_eliminate(markov_t *self, ptrdiff_t last, const sgdl_watch_t *watch,
                     sgdl_error_t *error) SGDL_CHECKED;

/** Once eliminated: z = P z + v in place of v [states], z = 0 in the last state and where steps are
 * lost. Subtracts nothing. */
void markov_solve(const markov_t *self, double *v);

/** Once eliminated: p = p P, sum 1. p [states]. */
void markov_stationary(const markov_t *self, double *p);

#endif
