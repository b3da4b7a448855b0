/*
 * P(argmax r != own) for Gaussian r: the probability that one of the differences r_own - r_b is
 * negative.
 */
#include <assert.h>
#include <float.h>
#include <math.h>

#include "sgdlimit/loss.h"
#include "src/base/packed.h"
#include "src/loss/errors/orthant.h"

/* How the difference of two outputs behaves. */
enum difference { RANDOM, WINS, TIES, LOSES };

/* Mean and variance of r_own - r_b. What is rounding in them counts as 0. */
static enum difference compare(size_t L, const double *m, const double *B, size_t own, size_t b)
{
    const double size = B[packed_pair(L, own, own)] + B[packed_pair(L, b, b)];
    const double variance = size - 2 * B[packed_pair(L, own, b)];
    const double mean = m[own] - m[b];
    if (variance > 16 * DBL_EPSILON * size)
        return RANDOM;
    if (fabs(mean) <= 16 * DBL_EPSILON * (fabs(m[own]) + fabs(m[b])))
        return TIES;
    return mean > 0 ? WINS : LOSES;
}

double sgdl_error_argmax(size_t outputs, const double *m, const double *B, size_t own,
                         double *estimate)
{
    const size_t L = outputs;
    double unused;
    double *error = estimate ? estimate : &unused;
    assert(own < L);
    *error = NAN;
    if (L > SGDL_ARGMAX_OUTPUTS)
        return NAN;
    for (size_t i = 0; i < packed_length(L); i++)
        if (!isfinite(B[i]) || (i < L && !isfinite(m[i])))
            return NAN;

    size_t rival[SGDL_ORTHANT_MAX];
    size_t rivals = 0;
    double ties = 0;
    *error = 0;
    for (size_t b = 0; b < L; b++) {
        if (b == own)
            continue;
        switch (compare(L, m, B, own, b)) {
        case RANDOM:
            rival[rivals++] = b;
            break;
        case TIES:
            ties++;
            break;
        case LOSES:
            return 1;
        case WINS:
            break;
        }
    }
    if (rivals == 0)
        return ties / (1 + ties);

    double mean[SGDL_ORTHANT_MAX];
    double covariance[SGDL_ORTHANT_MAX][SGDL_ORTHANT_MAX];
    for (size_t i = 0; i < rivals; i++) {
        mean[i] = m[own] - m[rival[i]];
        for (size_t j = 0; j <= i; j++)
            covariance[i][j] = covariance[j][i] =
                B[packed_pair(L, own, own)] - B[packed_pair(L, own, rival[i])] -
                B[packed_pair(L, own, rival[j])] + B[packed_pair(L, rival[i], rival[j])];
    }
    const double fail = orthant_fail(rivals, mean, covariance, error);
    *error /= 1 + ties; /* the outputs tied with own share what it wins */
    return (fail + ties) / (1 + ties);
}
