/** What the rules of the exponential representation share: see exponential_node.h. */
#ifndef SGDLIMIT_LOSS_SOFTMAX_EXPONENTIAL_H
#define SGDLIMIT_LOSS_SOFTMAX_EXPONENTIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "sgdlimit/loss.h"

#include "src/loss/softmax/exponential_factors.h"
#include "src/loss/softmax/exponential_node.h"
#include "src/loss/split.h"

/** How factors are treated. */
typedef struct exponential_choice {
    int level;     /* of the sparse grid */
    size_t most;   /* factors; the rest goes to the diagonal */
    double least;  /* as do those weaker than that (split_t) */
    bool rest;     /* what is then left off the diagonal counts to first order */
    double spread; /* factors that spread outputs further apart get the trapezoidal rule */
} exponential_choice_t;

exponential_choice_t exponential_standard(size_t L);

typedef struct exponential {
    size_t L;
    split_t split;
    factors_t factors;
    exponential_tables_t tables;
    exponential_rows_t rows;
    double risk;
    double *weighted;     /* [L*EXPONENTIAL_BLOCK] */
    double *one, *lower;  /* [L] E q_a, and by the coarser grid */
    double *square, *two; /* [L] E q_a^2, [L*L] E q_a q_b for a < b */
    double *room;         /* of derivatives */
} exponential_t;

/** Doubles of room. */
size_t exponential_room(size_t L, size_t most);

/** Splits B and makes the tables for F_0 to F_{orders - 1}, 3 or 5; not 0: B is not finite. */
int exponential_begin(exponential_t *self, const exponential_choice_t *choice, size_t L,
                      const double *B, size_t orders, double *room);

/** All sums 0. */
void exponential_clear(exponential_t *self);

/** G, H, Q, or their changes, from the sums. */
void exponential_assemble(exponential_t *self, size_t own, sgdl_averages_t *out);

/** The averages by a choice; the estimate is the difference to the next coarser grid. out->room is
 * exponential_room. */
void exponential_average(const exponential_choice_t *choice, size_t L, size_t own, const double *m,
                         const double *B, sgdl_averages_t *out);

/** Their derivatives, up to SOFTMAX_JACOBIAN_OUTPUTS outputs, by tables with all orders. */
void exponential_jacobian(exponential_t *self, size_t own, const double *m, double *jacobian);
size_t exponential_jacobian_room(size_t L);

/** Adds to the sums, once they are complete, what the rest off the diagonal brings to first order,
 * where the factors are 0. */
void exponential_add_rest(exponential_t *self, size_t own, const double *m);

/** Their changes; at = m, B, dm, dB. */
void exponential_change(const exponential_choice_t *choice, size_t L, size_t own,
                        const double *const at[4], sgdl_averages_t *out);
size_t exponential_change_room(size_t L);

#endif
