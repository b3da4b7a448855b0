/**
 * Which samples a step looks at: the law of the weights s_j, independent over samples, E s = 1.
 * SGD, its diffusion and gradient descent differ by this law alone. One row a law.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_SELECTION_H
#define SGDLIMIT_THEORIES_FIXED_DATA_SELECTION_H

#include <stdbool.h>
#include <stddef.h>

struct timeline_step;

typedef struct selection_law {
    const char *name;
    bool all;         /* s = 1 */
    bool independent; /* from step to step: then E s^2 alone enters a quadratic loss */
    bool sparse;      /* s = 0 with a positive probability */
    /* s of one sample at step `number`, from a uniform number in (0, 1): the inverse of its
     * distribution given what `memory`, which it updates, holds of the sample (0 at first; laws
     * that are independent leave it alone). `persistence` is tau of persistent sampling. */
    double (*draw)(const struct timeline_step *step, double persistence, size_t number,
                   double uniform, double *memory);
} selection_law_t;

/* s = 1; 1/f with probability f, independently; the same without replacement in an epoch; a
 * two-state chain; Poisson visits of small batches; Gaussian. */
extern const selection_law_t selection_full, selection_fraction, selection_reshuffled,
    selection_persistent, selection_poisson, selection_gaussian;

#endif
