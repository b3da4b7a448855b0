/**
 * The experiment that all runs share: sizes, the law of classes and labels.
 *
 * A plain step is X <- X - (gamma/d)(batch mean of a g + ridge X) with labels that hang on classes;
 * steps.h has what else there may be.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_WALKERS_EXPERIMENT_H
#define SGDLIMIT_THEORIES_STREAMING_WALKERS_EXPERIMENT_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/interrupted.h"
#include "src/problem/problem.h"
#include "src/random/stream.h"

/** How the full kernel draws a batch: by its sums where that is cheaper than sample by sample; the
 * law is the same. */
typedef enum batches { BATCHES_CHEAPER, BATCHES_DRAWN, BATCHES_SUMMED } batches_t;

typedef struct experiment {
    const sgdl_problem_t *problem; /* borrowed */
    const sgdl_plan_t *plan;       /* borrowed */
    const sgdl_loss_t *loss;
    size_t C, L, d, batch;
    size_t pairs; /* second moments that are read out: L, or L(L+1)/2 where risk or argmax
                     error need them all */
    bool plain;   /* all of its steps are, but for a driven rate; samples are drawn */
    batches_t batches;
    bool velocity;                            /* momentum: a V [d*L] moves beside X */
    size_t threads;                           /* that one run may use, at least 1 */
    population_t population;                  /* what order parameters are of */
    double signal_norm2;                      /* |X*|^2; 0 without a teacher */
    double *cumulative;                       /* [C] p_1 + ... + p_i, owned */
    double *trace;                            /* [C] tr(K_i)/d, and behind it, both owned, NULL */
    double *product;                          /* [C*C] tr(K_i K_j)/d, where nothing asks for them */
    const volatile sig_atomic_t *interrupted; /* borrowed; NULL: nothing interrupts */
} experiment_t;

/** Errors: SGDL_ERR_INPUT for d = infinity, SGDL_ERR_MEMORY; with a clip or a teacher also those of
 * sgdl_directions_init. free is legal after them. */
int experiment_init(experiment_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                    sgdl_error_t *error) SGDL_CHECKED;
void experiment_free(experiment_t *self);

/** Has it been said that runs are to stop? Kernels look at every sample: a batch may be long. */
static inline bool experiment_interrupted(const experiment_t *self)
{
    return stop_asked(self->interrupted);
}

/** Draws a class and, with label noise, its label: returns the target [L]; NULL with a teacher, who
 * gives the label once r* is known. */
const double *experiment_draw(const experiment_t *self, words_t *choices, size_t *class_index);

/** The target [L] of a sample of that class: its label's or, with label noise, another's. */
const double *experiment_target(const experiment_t *self, words_t *choices, size_t class_index);

/** Memory for numbers in rows that vector registers like: aligned, zeroed, to be freed. NULL
 * without memory or if rows*count overflows. *stride receives the distance of the rows. */
double *experiment_rows(size_t rows, size_t count, size_t *stride);

#endif
