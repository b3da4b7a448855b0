/**
 * What the moments E q_a q_b ... of q = softmax(r), r ~ N(m, B), say: G, Hbar, Q, and their
 * derivatives, as dq_a/dr_c = q_a (delta_ac - q_c) makes moments of the first four degrees of all
 * of them (Bonnet, Price: d E[phi]/dm = E[phi'], d E[phi]/dB = E[phi'']/2).
 */
#ifndef SGDLIMIT_LOSS_SOFTMAX_MOMENTS_H
#define SGDLIMIT_LOSS_SOFTMAX_MOMENTS_H

#include "sgdlimit/loss.h"

/** Full symmetric tensors: [L], [L*L], [L^3], [L^4]; borrowed. */
typedef struct softmax_moments {
    size_t L;
    double *first, *second, *third, *fourth;
} softmax_moments_t;

/** Doubles that the first `degree` of them take. */
size_t softmax_moments_room(size_t L, size_t degree);

/** Puts them into a room of that many doubles, borrowed; those above `degree` are NULL. */
void softmax_moments_init(softmax_moments_t *self, size_t L, size_t degree, double *room);

/** Those below the highest by sums over one index, as q sums to 1. */
void softmax_moments_lower(softmax_moments_t *self);

/** G, H, Q of label `own`, from the first two. Every number is a sum of terms of one sign, so that
 * small ones keep their relative accuracy. */
void softmax_moments_gradient(const softmax_moments_t *self, size_t own, sgdl_averages_t *out);

/** NAN everywhere. */
void softmax_moments_fail(size_t L, sgdl_averages_t *out);

/** How G, H and Q, the arrays out with `stride` from entry to entry, change as E q_a [L] and then
 * the packed E q_a q_b [P] change by these. */
void softmax_moments_change(size_t L, size_t own, size_t stride, const double *by,
                            double *const out[3]);

/** jacobian [(L + 2P)*(L + P)], from all four. */
void softmax_moments_jacobian(const softmax_moments_t *self, size_t own, double *jacobian);

/** Monomials q_a q_b ..., a <= b <= ..., of a degree, in lexicographic order. */
size_t softmax_monomials(size_t L, size_t degree);

/** They spread over the full tensor [L^degree] of the same degree, their variable number i being
 * output order[i]. */
void softmax_monomials_spread(size_t L, size_t degree, const double *sum, const size_t *order,
                              double *tensor);

#endif
