/**
 * Smolyak's sparse grids for E f(x), x ~ N(0, 1) in R^k, from the Gauss-Hermite rules with 1, 3, 5
 * and 7 points. Level n is exact for polynomials of degree 2n + 1 and has 1, 2k + 1, 2k^2 + 4k + 1,
 * ... nodes, each with at most n coordinates that are not 0; some weights are negative. Lower
 * levels use some of a level's nodes: `lower` is the weight in the level below, so that one pass
 * gives both, and an estimate of the error.
 */
#ifndef SGDLIMIT_LOSS_SMOLYAK_H
#define SGDLIMIT_LOSS_SMOLYAK_H

#include <stdbool.h>
#include <stddef.h>

enum { SMOLYAK_LEVELS = 3 };

typedef struct smolyak_node {
    double weight, lower;
    size_t count;                  /* coordinates that are not 0 */
    size_t factor[SMOLYAK_LEVELS]; /* which, increasing */
    double x[SMOLYAK_LEVELS];
} smolyak_node_t;

typedef struct smolyak {
    size_t factors;
    int level;
    bool begun;
    int type[SMOLYAK_LEVELS]; /* the abscissa of each coordinate of the node */
    smolyak_node_t node;      /* the present one */
} smolyak_t;

/** Before the first node. level is at most SMOLYAK_LEVELS; the one below level 0 is empty. */
void smolyak_init(smolyak_t *self, size_t factors, int level);

/** Goes to the next node; false: there is none. */
bool smolyak_next(smolyak_t *self);

/** How many there are. */
size_t smolyak_count(size_t factors, int level);

#endif
