/**
 * Gaussian averages of softmax for r ~ N(m, B) in R^L and the label `own`, by regime. Each rule
 * fills risk, G [L], H [P], Q [P] of `out` (B, H, Q packed, P = L(L+1)/2), its estimate, and the
 * jacobian where that is not NULL; out->room is scratch behind what it chose.
 *
 * What cancels is never formed: G_own = -sum_{b != own} E q_b, the diagonal of Hbar and Q_{own,b}
 * by sums of terms of one sign.
 */
#ifndef SGDLIMIT_LOSS_SOFTMAX_SOFTMAX_RULES_H
#define SGDLIMIT_LOSS_SOFTMAX_SOFTMAX_RULES_H

#include <stdbool.h>

#include "sgdlimit/loss.h"

/** Most outputs of the conditioned rule, and those whose jacobian is made of moments of the fourth
 * degree. */
enum { SOFTMAX_CONDITIONED_OUTPUTS = 4, SOFTMAX_JACOBIAN_OUTPUTS = 12 };

/** L = 2: the logistic average of the difference. */
void softmax_two(size_t own, const double *m, const double *B, sgdl_averages_t *out);

/** L = 3, 4: conditioning on all but one output. */
void softmax_conditioned(size_t L, size_t own, const double *m, const double *B,
                         sgdl_averages_t *out);
size_t softmax_conditioned_room(size_t L);

/** L >= 5: the exponential representation with B = D + W W^T. */
void softmax_exponential(size_t L, size_t own, const double *m, const double *B,
                         sgdl_averages_t *out);
size_t softmax_exponential_room(size_t L);
/** How G, H and Q change with m and B (sgdl_loss_t.change). */
void softmax_exponential_change(size_t L, size_t own, const double *m, const double *B,
                                const double *dm, const double *dB, sgdl_averages_t *out);

/** L >= 5 without structure: a sparse grid where B is small, else scrambled Sobol points about the
 * diagonal part, whose moments the exponential representation knows. Derivatives are exact averages
 * by the points alone, good enough for Newton's method; no jacobian of more than
 * SOFTMAX_JACOBIAN_OUTPUTS. */
void softmax_generic(size_t L, size_t own, const double *m, const double *B, sgdl_averages_t *out);
size_t softmax_generic_room(size_t L);
void softmax_generic_change(size_t L, size_t own, const double *m, const double *B,
                            const double *dm, const double *dB, sgdl_averages_t *out);

/** Whether the exponential representation is the better one of the two. */
bool softmax_structured(size_t L, const double *B, double *room);
size_t softmax_choice_room(size_t L);

#endif
