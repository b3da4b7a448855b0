/**
 * Which samples a step of a full batch or a fraction sees, and with which weights: the samples
 * themselves, of which src/theories/fixed_data/selection.h has the laws.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_WALKERS_VISITS_H
#define SGDLIMIT_THEORIES_FIXED_DATA_WALKERS_VISITS_H

#include "src/problem/problem.h"
#include "src/random/stream.h"
#include "src/theories/fixed_data/timeline.h"

/** Samples that a step sees: sum over them of weight weights_j a_j g_j is the mean gradient. */
typedef struct batch {
    const size_t *list; /* [count] borrowed */
    size_t count;
    double weight;
    const double *weights; /* [n] borrowed; NULL: 1 */
} batch_t;

typedef struct visits {
    const sgdl_problem_t *problem; /* borrowed */
    size_t n;
    size_t whole;       /* samples of a batch without memory */
    size_t parts, part; /* of an epoch of reshuffled batches: how many, and the next one */
    bool begun;
    size_t *order;      /* [n] owned: the samples in some order, seen ones of a batch in front */
    bool *is_on;        /* [n] owned, of persistent sampling; else NULL */
    words_t words;      /* of all choices */
    normals_t *normals; /* of sme; owned, else NULL */
    double *weights;    /* [n] owned: those of the last step, sme alone; else NULL */
    batch_t seen;       /* by the last step */
} visits_t;

/** Of run number `run`, before its first step. free is legal after an error. Errors:
 * SGDL_ERR_MEMORY. */
int visits_init(visits_t *self, const sgdl_problem_t *problem, size_t n, uint64_t run,
                sgdl_error_t *error) SGDL_CHECKED;
void visits_free(visits_t *self);

/** Chooses those of the next step. */
void visits_next(visits_t *self, const timeline_step_t *step);

/** A uniform one of n samples. */
size_t visits_draw(words_t *words, size_t n);

#endif
