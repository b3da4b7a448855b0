#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "sgdlimit/loss.h"
#include "src/base/packed.h"

/* Of independent outputs. */
static double error_independent(size_t L, const double *m, const double *variance, size_t own,
                                double *estimate)
{
    double *B = calloc(packed_length(L), sizeof *B);
    double error = NAN;
    *estimate = SGDL_ERROR_LACKS_MEMORY;
    for (size_t a = 0; a < L && B; a++)
        B[packed_index(L, a, a)] = variance[a];
    if (B)
        error = sgdl_error_argmax(L, m, B, own, estimate);
    free(B);
    return error;
}

/* Each label is an output: with probability q of every other one the error is
 * (1 - noise) P(own loses) + q sum_{l != own} (1 - P(l wins)), and those l win as own loses. */
static double error_of_outputs(const sgdl_targets_t *targets, size_t own, size_t pairs,
                               const double *m, const double *B, double *estimate)
{
    const size_t L = targets->outputs;
    const double kept = sgdl_targets_probability(targets, own, own);
    const double other = sgdl_targets_probability(targets, own, own == 0 ? 1 : 0);
    assert(other == 0 || targets->labels == L);
    const double loses = pairs == L ? error_independent(L, m, B, own, estimate)
                                    : sgdl_error_argmax(L, m, B, own, estimate);
    if (*estimate > 0)
        *estimate *= fabs(kept - other);
    return other > 0 ? kept * loses + other * ((double)(L - 1) - loses) : loses;
}

/* Many parameters: those of a loss's risk, and where the estimate goes. */
double sgdl_error_label(const sgdl_loss_t *loss, const sgdl_targets_t *targets, size_t own,
                        size_t pairs, const double *m, const double *B, double *estimate)
{
    double error = 0, unused;
    estimate = estimate ? estimate : &unused;
    *estimate = 0;
    if (targets->outputs > 1)
        return error_of_outputs(targets, own, pairs, m, B, estimate);
    if (!loss->decision)
        return 0; /* the only output is the largest */
    for (size_t l = 0; l < targets->labels; l++) {
        const double probability = sgdl_targets_probability(targets, own, l);
        const int sign = loss->decision(targets->target[l]);
        if (probability > 0)
            error += probability * (sign == 0 ? NAN : sgdl_error_binary(m[0], B[0], sign));
    }
    return error;
}
