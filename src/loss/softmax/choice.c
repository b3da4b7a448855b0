/*
 * Which rule for five outputs and more. The error of the exponential representation is that of the
 * sparse grid for the weak factors, of its first order that is left out: about tau^3/200, tau the
 * mean variance that weak factors bring; where there are many outputs, with the square of what no
 * factor takes. That of scrambled points is about 4e-5 tau + 5e-6 s, tau of all factors, s the mean
 * eigenvalue.
 */
#include <math.h>
#include <string.h>

#include "src/base/packed.h"
#include "src/loss/softmax/exponential.h"
#include "src/loss/softmax/softmax_rules.h"

/* Mean eigenvalues below which the sparse grid of the generic rule has no error to speak of. */
static const double tiny = 0.05;
static const double near_diagonal = 0.05; /* norm of what is not, where no split is needed */

enum { MANY = 12, FEW_NODES = 400, ITERATIONS = 8 };

size_t softmax_choice_room(size_t L)
{
    const size_t most = exponential_standard(L).most;
    const size_t split = split_room(L, most) + factors_room(L);
    return split > L * L + 3 * L ? split : L * L + 3 * L;
}

/* PBP less its nearest diagonal up to shifts, in full; its mean eigenvalue. */
static double off_diagonal(size_t L, const double *B, double *full)
{
    const double n = (double)L;
    double *mean = full + L * L, all = 0, trace = 0;
    for (size_t a = 0; a < L; a++) {
        mean[a] = 0;
        for (size_t b = 0; b < L; b++)
            mean[a] += B[packed_pair(L, a, b)] / n;
        all += mean[a] / n;
    }
    for (size_t a = 0; a < L; a++)
        trace += B[packed_index(L, a, a)] + all - 2 * mean[a];
    const double share = trace / (n - 1);
    double *D = mean + L;
    for (size_t a = 0; a < L; a++)
        D[a] = (B[packed_index(L, a, a)] + all - 2 * mean[a] - share / n) / (1 - 2 / n);
    for (size_t a = 0; a < L; a++)
        for (size_t b = 0; b < L; b++) {
            const double shifted = -(D[a] + D[b]) / n + share / n + (a == b ? D[a] : 0);
            full[a * L + b] = B[packed_pair(L, a, b)] + all - mean[a] - mean[b] - shifted;
        }
    return share;
}

/* Its largest eigenvalue in modulus, nearly. */
static double norm_of(size_t L, const double *full, double *x)
{
    double *y = x + L, size = 1;
    for (size_t a = 0; a < L; a++)
        x[a] = cos(1 + 2.7 * (double)(a * a));
    for (int k = 0; k <= ITERATIONS && size > 0; k++) {
        double square = 0, before = 0;
        for (size_t a = 0; a < L; a++) {
            y[a] = 0;
            for (size_t b = 0; b < L; b++)
                y[a] += full[a * L + b] * x[b];
            square += y[a] * y[a];
            before += x[a] * x[a];
        }
        size = before > 0 ? sqrt(square / before) : 0;
        for (size_t a = 0; a < L; a++)
            x[a] = size > 0 ? y[a] / size : 0;
    }
    return size;
}

static bool by_split(size_t L, double mean, const double *B, double *room)
{
    const exponential_choice_t standard = exponential_standard(L);
    split_t split;
    factors_t factors;
    double weak = 0, all = 0, rest = 0;
    split_init(&split, L, standard.most, true, room);
    split.least = standard.least;
    if (split_covariance(&split, B, false) != 0)
        return false;
    const size_t nodes = factors_init(&factors, &split, standard.spread, standard.level,
                                      room + split_room(L, standard.most));
    for (size_t k = 0; k < split.factors; k++)
        for (size_t a = 0; a < L; a++) {
            const double variance = split.W[k * L + a] * split.W[k * L + a] / (double)L;
            all += variance;
            weak += k < factors.strong ? 0 : variance;
        }
    for (size_t a = 0; a < L; a++)
        rest += (split.D[a] - split.feasible[a]) / (double)L;
    const double error = weak * weak * weak / 200 + rest * rest / 200;
    if (L > MANY) /* where points take ten times as long, or more */
        return error < 1e-4;
    return error < (4e-5 * (all + rest) + 5e-6 * mean) / (nodes > FEW_NODES ? 30 : 1);
}

bool softmax_structured(size_t L, const double *B, double *room)
{
    const double mean = off_diagonal(L, B, room);
    if (!(mean >= tiny) && L <= MANY)
        return false;
    if (norm_of(L, room, room + L * L) < near_diagonal * (L > MANY ? 1 : 0.5))
        return true;
    return by_split(L, mean, B, room);
}
