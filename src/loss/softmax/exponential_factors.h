/**
 * Nodes for the factors of B = D + W W^T: at each the outputs are independent, r_b ~ N(M_b, D_b)
 * with M = m + W x. Factors that spread the outputs far apart get the trapezoidal rule, a tensor
 * product of few, the others a sparse grid.
 */
#ifndef SGDLIMIT_LOSS_SOFTMAX_EXPONENTIAL_FACTORS_H
#define SGDLIMIT_LOSS_SOFTMAX_EXPONENTIAL_FACTORS_H

#include <stdbool.h>
#include <stddef.h>

#include "src/loss/smolyak.h"
#include "src/loss/split.h"

enum { FACTORS_STRONG = 3 }; /* with the trapezoidal rule at most */

typedef struct factors {
    size_t outputs, strong, weak;
    int level;
    const double *m, *W;         /* [outputs], [(strong + weak)*outputs], borrowed */
    long points[FACTORS_STRONG]; /* on either side of 0 */
    double step[FACTORS_STRONG], total[FACTORS_STRONG];
    long place[FACTORS_STRONG];
    bool begun;
    smolyak_t grid;
    double *base, *M; /* [outputs] means at the strong factors' place, and at the node */
    double weight, lower, strong_weight;
} factors_t;

size_t factors_room(size_t outputs);

/** Rules for these factors, strongest first, of which those with a spread above `spread` are
 * strong, as long as their nodes are not too many; how many nodes that makes. `level` is that of
 * the sparse grid. */
size_t factors_init(factors_t *self, const split_t *split, double spread, int level, double *room);

/** Before the first node at these means, and to the next; false: there is none. */
void factors_begin(factors_t *self, const double *m);
bool factors_next(factors_t *self);

#endif
