/*
 * Least squares, f(r) = |r - y|^2 / 2 with L outputs. In closed form: G = m - ybar, Hbar = I,
 * Q = B + (m - ybar)(m - ybar)^T + C, E f = tr(Q)/2, where ybar and C are the mean and covariance
 * of the noisy label's target.
 */
#include <assert.h>
#include <stdbool.h>

#include "src/loss/second_moments.h"

enum { CHUNK = 64 }; /* outputs handled together, so that targets are read along their rows */

/*
 * Of the outputs first..first+count-1: how far the noisy target's mean is from the own target
 * (shift), and its variance. A sum of squares about the mean: nothing cancels.
 */
static void label_moments(const sgdl_targets_t *targets, size_t label, size_t first, size_t count,
                          double shift[CHUNK], double variance[CHUNK])
{
    const size_t L = targets->outputs;
    const double *own = targets->target + label * L + first;
    for (size_t a = 0; a < count; a++)
        shift[a] = variance[a] = 0;
    if (!(targets->noise > 0))
        return;
    for (size_t l = 0; l < targets->labels; l++) {
        const double p = sgdl_targets_probability(targets, label, l);
        const double *y = targets->target + l * L + first;
        for (size_t a = 0; a < count; a++)
            shift[a] += p * (y[a] - own[a]);
    }
    for (size_t l = 0; l < targets->labels; l++) {
        const double p = sgdl_targets_probability(targets, label, l);
        const double *y = targets->target + l * L + first;
        for (size_t a = 0; a < count; a++) {
            const double deviation = y[a] - own[a] - shift[a];
            variance[a] += p * deviation * deviation;
        }
    }
}

/* Covariance of the noisy target's outputs a and b, given their mean's shifts. */
static double label_covariance(const sgdl_targets_t *targets, size_t label, size_t a, size_t b,
                               double shift_a, double shift_b)
{
    const size_t L = targets->outputs;
    const double *own = targets->target + label * L;
    double sum = 0;
    for (size_t l = 0; l < targets->labels; l++) {
        const double *y = targets->target + l * L;
        sum += sgdl_targets_probability(targets, label, l) * (y[a] - own[a] - shift_a) *
               (y[b] - own[b] - shift_b);
    }
    return sum;
}

/* Second moments between different outputs; G is known. */
static void off_diagonal(const sgdl_targets_t *targets, size_t label, const double *m,
                         const double *B, const double *G, double *Q)
{
    const size_t L = targets->outputs;
    const double *own = targets->target + label * L;
    const bool noisy = targets->noise > 0;
    for (size_t a = 0; a < L; a++) {
        size_t ab = packed_index(L, a, a);
        for (size_t b = a + 1; b < L; b++) {
            ab++;
            Q[ab] = B[ab] + G[a] * G[b];
            if (noisy)
                Q[ab] += label_covariance(targets, label, a, b, (m[a] - own[a]) - G[a],
                                          (m[b] - own[b]) - G[b]);
        }
    }
}

static void average(const sgdl_targets_t *targets, size_t label, size_t pairs, const double *m,
                    const double *B, sgdl_averages_t *out)
{
    const size_t L = targets->outputs;
    const double *own = targets->target + label * L;
    assert(label < targets->labels && (pairs == L || pairs == packed_length(L)));
    out->risk = 0;
    for (size_t first = 0; first < L; first += CHUNK) {
        const size_t count = L - first < CHUNK ? L - first : CHUNK;
        double shift[CHUNK], variance[CHUNK];
        label_moments(targets, label, first, count, shift, variance);
        for (size_t i = 0; i < count; i++) {
            const size_t a = first + i;
            const size_t aa = second_moments_diagonal(L, pairs, a);
            out->G[a] = (m[a] - own[a]) - shift[i];
            out->H[a] = 1;
            out->Q[aa] = B[aa] + out->G[a] * out->G[a] + variance[i];
            out->G_B[a] = out->H_m[a] = out->H_B[a] = 0;
            out->Q_m[a] = 2 * out->G[a];
            out->Q_B[a] = 1;
            out->risk += out->Q[aa] / 2;
        }
    }
    if (pairs != L)
        off_diagonal(targets, label, m, B, out->G, out->Q);
}

static double risk(const sgdl_targets_t *targets, size_t label, size_t pairs, const double *m,
                   const double *B, double *room)
{
    const size_t L = targets->outputs;
    const double *own = targets->target + label * L;
    (void)room;
    assert(label < targets->labels && (pairs == L || pairs == packed_length(L)));
    double sum = 0;
    for (size_t first = 0; first < L; first += CHUNK) {
        const size_t count = L - first < CHUNK ? L - first : CHUNK;
        double shift[CHUNK], variance[CHUNK];
        label_moments(targets, label, first, count, shift, variance);
        for (size_t i = 0; i < count; i++) {
            const size_t a = first + i;
            const double G = (m[a] - own[a]) - shift[i];
            sum += (B[second_moments_diagonal(L, pairs, a)] + G * G + variance[i]) / 2;
        }
    }
    return sum;
}

static void gradient(size_t outputs, const double *r, const double *target, double *g)
{
    for (size_t a = 0; a < outputs; a++)
        g[a] = r[a] - target[a];
}

static double value(size_t outputs, const double *r, const double *target)
{
    double sum = 0;
    for (size_t a = 0; a < outputs; a++)
        sum += (r[a] - target[a]) * (r[a] - target[a]) / 2;
    return sum;
}

static void slopes(size_t count, const double *r, const double *target, double *slope,
                   double *curvature)
{
    for (size_t j = 0; j < count; j++) {
        slope[j] = r[j] - target[j];
        curvature[j] = 1;
    }
}

static int decision(double target) { return (target > 0) - (target < 0); }

const sgdl_loss_t sgdl_loss_least_squares = {.name = "least-squares",
                                             .help = "|r - y|^2 / 2; one output per coordinate of "
                                                     "the target y",
                                             .one_hot = true,
                                             .standard_label = {1, -1},
                                             .separable = true,
                                             .quadratic = true,
                                             .hessian_max = 1,
                                             .decision = decision,
                                             .average = average,
                                             .risk = risk,
                                             .gradient = gradient,
                                             .value = value,
                                             .slopes = slopes};
