/*
 * P(argmax r != own) for Gaussian r: the probability that one of the differences r_own - r_b is
 * negative.
 */
#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sgdlimit/loss.h"
#include "src/base/packed.h"
#include "src/loss/errors/orthant.h"
#include "src/loss/errors/union.h"

/* Errors up to which the expansion is taken: always, of few rivals, of which an orthant is exact,
 * and where the only other way is a lattice. Of probabilities below 1/rare in proportion. */
static const double sure = 1e-7, exact = 1e-12, unsure = 2e-4, rare = 1e3;

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

/* The rivals that may win or lose, their mean and covariance of r_own - r_b. */
typedef struct rivals {
    size_t count;
    size_t *output;     /* [count] */
    double *mean;       /* [count] */
    double *covariance; /* [count*count] */
    double *margin;     /* [count] mean in standard deviations */
    double *correlation;
    double *common; /* [count] what own output alone would make of correlations: a factor */
} rivals_t;

static bool allocate(rivals_t *self, size_t most)
{
    double *next = malloc((3 * most + 2 * most * most) * sizeof *next);
    *self = (rivals_t){.output = malloc(most * sizeof *self->output), .mean = next};
    if (!self->output || !next)
        return false;
    self->margin = next + most;
    self->common = self->margin + most;
    self->covariance = self->common + most;
    self->correlation = self->covariance + most * most;
    return true;
}

static void set_differences(rivals_t *self, size_t L, const double *m, const double *B, size_t own)
{
    const size_t n = self->count;
    for (size_t i = 0; i < n; i++) {
        const size_t a = self->output[i];
        self->mean[i] = m[own] - m[a];
        for (size_t j = 0; j < n; j++)
            self->covariance[i * n + j] = B[packed_pair(L, own, own)] - B[packed_pair(L, own, a)] -
                                          B[packed_pair(L, own, self->output[j])] +
                                          B[packed_pair(L, a, self->output[j])];
    }
}

static void set_correlations(rivals_t *self)
{
    const size_t n = self->count;
    for (size_t i = 0; i < n; i++) {
        self->margin[i] = self->mean[i] / sqrt(self->covariance[i * n + i]);
        for (size_t j = 0; j < n; j++)
            self->correlation[i * n + j] = i == j ? 1
                                                  : self->covariance[i * n + j] /
                                                        sqrt(self->covariance[i * n + i]) /
                                                        sqrt(self->covariance[j * n + j]);
    }
}

/* Own output's variance is what covariances are, up to shifts, of independent outputs. */
static void set_common(rivals_t *self)
{
    const size_t n = self->count;
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            sum += self->covariance[i * n + j];
    const double own = n > 1 ? fmax(sum / ((double)n * (double)(n - 1) / 2), 0) : 0;
    for (size_t i = 0; i < n; i++)
        self->common[i] = sqrt(own / self->covariance[i * n + i]);
}

/* P(some rival wins) by factors; where those leave too much, as an orthant of few dimensions or, at
 * last, of many. */
static double some_rival_wins(rivals_t *self, double *error)
{
    const size_t n = self->count;
    set_correlations(self);
    set_common(self);
    const double value = union_probability(n, self->margin, self->correlation, self->common, error);
    const double scale = fmin(1, rare * value);
    if (n > SGDL_ORTHANT_MAX || *error <= (n <= ORTHANT_RANK ? exact : sure) * scale)
        return value;
    double covariance[SGDL_ORTHANT_MAX][SGDL_ORTHANT_MAX], other_error;
    for (size_t i = 0; i < n; i++)
        memcpy(covariance[i], self->covariance + i * n, n * sizeof *self->covariance);
    if (*error <= unsure * scale && orthant_rank(n, self->mean, covariance) > ORTHANT_RANK)
        return value;
    const double other = orthant_fail(n, self->mean, covariance, &other_error);
    if (!(other_error < *error))
        return value;
    *error = other_error;
    return other;
}

double sgdl_error_argmax(size_t outputs, const double *m, const double *B, size_t own,
                         double *estimate)
{
    const size_t L = outputs;
    double unused, ties = 0, value = NAN;
    double *error = estimate ? estimate : &unused;
    assert(own < L);
    *error = NAN;
    for (size_t i = 0; i < packed_length(L); i++)
        if (!isfinite(B[i]) || (i < L && !isfinite(m[i])))
            return NAN;
    rivals_t rivals;
    bool loses = false;
    *error = SGDL_ERROR_LACKS_MEMORY;
    if (allocate(&rivals, L)) {
        for (size_t b = 0; b < L; b++) {
            const enum difference difference = b == own ? WINS : compare(L, m, B, own, b);
            loses |= difference == LOSES;
            ties += difference == TIES;
            if (difference == RANDOM)
                rivals.output[rivals.count++] = b;
        }
        *error = 0;
        set_differences(&rivals, L, m, B, own);
        value = loses ? 1 : rivals.count > 0 ? some_rival_wins(&rivals, error) : 0;
    }
    free(rivals.output);
    free(rivals.mean);
    if (loses)
        return value;
    *error /= 1 + ties; /* the outputs tied with own share what it wins */
    return (value + ties) / (1 + ties);
}
