#include "spectra/compress/compress_estimate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Where lambda_bar t is outside these, f is as good as constant or as good as zero. */
static const double flat_below = 0.03, spent_above = 30;

static size_t at_most(size_t count) { return count < ESTIMATE_MOST ? count : ESTIMATE_MOST; }

int estimate_init(estimate_t *self, size_t classes, size_t columns, const double *norm2,
                  const estimate_range_t *range, sgdl_error_t *error)
{
    *self = (estimate_t){
        .classes = at_most(classes), .columns = at_most(columns), .signal = range->signal};
    self->quantities = 1 + self->classes + self->columns + (self->columns > 1);
    for (size_t a = 0; a < self->columns; a++)
        self->scale[a] = norm2[a] > 0 ? 1 / sqrt(norm2[a]) : 0;
    self->t[self->times++] = 0;
    if (range->highest > 0) {
        const double last = fmin(range->reach, spent_above / range->lowest);
        for (double t = flat_below / range->highest; self->times < ESTIMATE_TIMES && t < last;
             t *= 10)
            self->t[self->times++] = t;
        if (self->times < ESTIMATE_TIMES)
            self->t[self->times++] = last;
    }
    const size_t sums = self->times * self->quantities;
    self->quantity = calloc(self->quantities * ESTIMATE_BLOCK + 3 * sums, sizeof(double));
    if (!self->quantity)
        return sgdl_fail_memory(error);
    self->sum = self->quantity + self->quantities * ESTIMATE_BLOCK;
    self->error = self->sum + sums;
    self->total = self->error + sums;
    return SGDL_OK;
}

void estimate_free(estimate_t *self)
{
    free(self->quantity);
    *self = (estimate_t){0};
}

void estimate_begin(estimate_t *self, double low, double high)
{
    memset(self->sum, 0, self->times * self->quantities * sizeof *self->sum);
    self->filled = 0;
    self->first = 1;
    while (self->first < self->times && high * self->t[self->first] < flat_below)
        self->first++;
    self->last = self->first;
    while (self->last < self->times && low * self->t[self->last] <= spent_above)
        self->last++;
}

/* Adds the waiting rows to the sums at time number s. */
static void add_at(estimate_t *self, size_t s)
{
    const double t = self->t[s];
    double f[ESTIMATE_BLOCK];
    for (size_t n = 0; n < self->filled; n++) {
        const double z = self->rate[n] * t;
        f[n] = 1 / (1 + z * z);
    }
    for (size_t q = 0; q < self->quantities; q++) {
        const double *quantity = self->quantity + q * ESTIMATE_BLOCK;
        double sum = 0;
#pragma omp simd reduction(+ : sum)
        for (size_t n = 0; n < self->filled; n++)
            sum += quantity[n] * f[n];
        self->sum[s * self->quantities + q] += sum;
    }
}

static void flush(estimate_t *self)
{
    add_at(self, 0);
    for (size_t s = self->first; s < self->last; s++)
        add_at(self, s);
    self->filled = 0;
}

void estimate_row(estimate_t *self, double sign, double rate, const double *eigenvalue,
                  const double *vector)
{
    double *quantity = self->quantity + self->filled;
    const double weight = sign * vector[0] * vector[0];
    self->rate[self->filled] = rate;
    *quantity = weight;
    for (size_t i = 0; i < self->classes; i++)
        *(quantity += ESTIMATE_BLOCK) = weight * eigenvalue[i];
    double together = 0;
    for (size_t a = 0; a < self->columns; a++) {
        const double value = vector[1 + a] * (a == self->signal ? sqrt(rate) : 1);
        *(quantity += ESTIMATE_BLOCK) = sign * value * value;
        together += self->scale[a] * value;
    }
    if (self->columns > 1)
        *(quantity + ESTIMATE_BLOCK) = sign * together * together;
    if (++self->filled == ESTIMATE_BLOCK)
        flush(self);
}

void estimate_end_difference(estimate_t *self)
{
    flush(self);
    for (size_t k = 0; k < self->times * self->quantities; k++)
        self->error[k] += fabs(self->sum[k]);
}

void estimate_end_total(estimate_t *self)
{
    flush(self);
    for (size_t k = 0; k < self->times * self->quantities; k++)
        self->total[k] += self->sum[k];
}

double estimate_error(const estimate_t *self)
{
    double largest = 0;
    for (size_t k = 0; k < self->times * self->quantities; k++)
        if (self->total[k] > 0)
            largest = fmax(largest, self->error[k] / self->total[k]);
    return largest;
}
