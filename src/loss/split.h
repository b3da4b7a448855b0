/**
 * A covariance as a diagonal and few factors: B = D + W W^T, so that r ~ N(m, B) is, given x ~ N(0,
 * 1) in R^k, a vector of independent r_a ~ N(m_a + (W x)_a, D_a).
 *
 * D is the maximiser of sum D + mu [logdet(B - D) + sum log D], mu = 0.02 tr(B)/L: nearly the
 * largest diagonal that leaves B - D nonnegative (minimum trace factor analysis), but, as the
 * barrier has one maximiser, a smooth function of B. Functions that do not see r + z 1 need it up
 * to shifts alone: then P(D + W W^T)P = PBP with P = 1 - 11^T/L, and the columns of W sum to 0.
 *
 * What of B - D the factors that are kept leave over goes to D by its diagonal; `rest` may ask for
 * what is off the diagonal.
 */
#ifndef SGDLIMIT_LOSS_SPLIT_H
#define SGDLIMIT_LOSS_SPLIT_H

#include <stdbool.h>
#include <stddef.h>

typedef struct split {
    size_t outputs;
    size_t most;    /* factors at most */
    bool shifts;    /* up to shifts */
    double least;   /* factors with a smaller sum_a W_a^2/(1 + D_a) are left out; 0 by split_init */
    size_t factors; /* those that there are */
    double *D;      /* [outputs] */
    double *W;      /* [factors*outputs] a row a factor, strongest first */
    double *rest; /* packed triangle, borrowed by the caller's will: what is left off the diagonal;
                     NULL */
    double *feasible; /* [outputs] D before what the factors leave over */
    double *room;     /* scratch */
} split_t;

/** Doubles that one needs. */
size_t split_room(size_t outputs, size_t most);

/** Puts it into a room of that many doubles, borrowed. */
void split_init(split_t *self, size_t outputs, size_t most, bool shifts, double *room);

/** Splits B, a packed triangle. `warm`: the diagonal is sought from the last one, in few steps. 0,
 * or not if B is not finite or LAPACK gave up. */
int split_covariance(split_t *self, const double *B, bool warm);

/** D and W of `factor` times the covariance. */
void split_scale(split_t *self, double factor);

#endif
