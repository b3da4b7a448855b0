/**
 * Classes that can be exchanged: with equal weights, equal covariances, means of one law, and a
 * label each that no other class has. Exchanging two of them together with their outputs leaves the
 * problem as it is, and so its solution: with the outputs own(i) and own(j) swapped, all averages
 * of class j are those of class i. One class of a group is averaged, the others are copies.
 *
 * Means have one law where they are the same profile, or independent Gaussian ones of one scale at
 * d = infinity, whose Gram matrix is what one expects; at finite d Gaussian means are a draw, and
 * every class has its own. States that are looked at have to share the symmetry, as all do that
 * begin without a given start.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_EXCHANGE_H
#define SGDLIMIT_THEORIES_STREAMING_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "sgdlimit/error.h"
#include "src/problem/problem.h"

typedef struct exchange {
    size_t *leader;    /* [C] owned: the lowest class of each one's group, itself if it is alone */
    const size_t *own; /* [C] output of each class's label; borrowed from the problem */
    size_t groups;     /* C: nothing is exchangeable */
} exchange_t;

/** To be freed in any case. Errors: SGDL_ERR_MEMORY. */
int exchange_init(exchange_t *self, const sgdl_problem_t *problem,
                  sgdl_error_t *error) SGDL_CHECKED;
void exchange_free(exchange_t *self);

/** Whether class i is averaged itself. */
static inline bool exchange_leads(const exchange_t *self, size_t i) { return self->leader[i] == i; }

/** Which arrays of averages are carried: see sgdl_averages_t. */
typedef struct exchange_shape {
    size_t outputs, pairs; /* of the second moments */
    bool separable;
} exchange_shape_t;

/** The averages of class i, out of those of its leader, which are known: all that `shape` says is
 * there, but a jacobian. Allocates nothing. */
void exchange_average(const exchange_t *self, const exchange_shape_t *shape, size_t i,
                      const sgdl_averages_t *leader, sgdl_averages_t *out);

/** The jacobian of class i from its leader's, of a loss that is not separable. */
void exchange_jacobian(const exchange_t *self, size_t outputs, size_t i, const double *leader,
                       double *out);

/** out [outputs] and out [pairs] of class i from its leader's. */
void exchange_first(const exchange_t *self, size_t outputs, size_t i, const double *leader,
                    double *out);
void exchange_second(const exchange_t *self, size_t outputs, size_t pairs, size_t i,
                     const double *leader, double *out);

#endif
