/**
 * Second moments B of L outputs, [pairs]: their diagonal alone (pairs = L), or the packed upper
 * triangle (pairs = L(L+1)/2).
 */
#ifndef SGDLIMIT_LOSS_SECOND_MOMENTS_H
#define SGDLIMIT_LOSS_SECOND_MOMENTS_H

#include "sgdlimit/loss.h"
#include "src/base/packed.h"

/** Most outputs of a separable loss whose second moments off the diagonal are carried. */
enum { SECOND_MOMENTS_OUTPUTS = 16 };

/** How many are carried. Those off the diagonal drive a loss that is not separable; of another one
 * they serve the argmax error alone, if that is wanted, and cost too much where outputs are many.
 */
static inline size_t second_moments_carried(const sgdl_loss_t *loss, size_t outputs,
                                            bool error_wanted)
{
    return !loss->separable || (error_wanted && outputs <= SECOND_MOMENTS_OUTPUTS)
               ? packed_length(outputs)
               : outputs;
}

/** Place of the variance of output a. */
static inline size_t second_moments_diagonal(size_t outputs, size_t pairs, size_t a)
{
    return pairs == outputs ? a : packed_index(outputs, a, a);
}

#endif
