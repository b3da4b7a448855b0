#include "spectra/compress/compress_estimate.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "spectra/compress/lanes.h"
#include "src/base/clones.h"

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
    self->error = calloc(2 * sums, sizeof *self->error);
    if (!self->error)
        return sgdl_fail_memory(error);
    self->total = self->error + sums;
    return SGDL_OK;
}

void estimate_free(estimate_t *self)
{
    free(self->error);
    *self = (estimate_t){0};
}

void estimate_begin(estimate_t *self, double low, double high)
{
    self->first = 1;
    while (self->first < self->times && high * self->t[self->first] < flat_below)
        self->first++;
    self->last = self->first;
    while (self->last < self->times && low * self->t[self->last] <= spent_above)
        self->last++;
}

int estimate_sums_init(estimate_sums_t *self, const estimate_t *estimate, sgdl_error_t *error)
{
    const size_t sums = estimate->times * estimate->quantities;
    self->estimate = estimate;
    self->filled = 0;
    self->quantity = calloc(estimate->quantities * ESTIMATE_BLOCK + sums, sizeof(double));
    if (!self->quantity)
        return sgdl_fail_memory(error);
    self->sum = self->quantity + estimate->quantities * ESTIMATE_BLOCK;
    return SGDL_OK;
}

void estimate_sums_free(estimate_sums_t *self)
{
    free(self->quantity);
    self->quantity = self->sum = NULL;
}

/* Adds the waiting rows to the sums at time number s. */
CLONES static void add_at(estimate_sums_t *self, size_t s)
{
    const size_t quantities = self->estimate->quantities;
    const double t = self->estimate->t[s];
    double f[ESTIMATE_BLOCK];
    for (size_t n = 0; n < self->filled; n++) {
        const double z = self->rate[n] * t;
        f[n] = 1 / (1 + z * z);
    }
    for (size_t q = 0; q < quantities; q++)
        self->sum[s * quantities + q] +=
            lanes_dot(self->quantity + q * ESTIMATE_BLOCK, f, self->filled);
}

static void flush(estimate_sums_t *self)
{
    add_at(self, 0);
    for (size_t s = self->estimate->first; s < self->estimate->last; s++)
        add_at(self, s);
    self->filled = 0;
}

void estimate_row(estimate_sums_t *self, double sign, double rate, const double *eigenvalue,
                  const double *vector)
{
    const estimate_t *estimate = self->estimate;
    double *quantity = self->quantity + self->filled;
    const double weight = sign * vector[0] * vector[0];
    self->rate[self->filled] = rate;
    *quantity = weight;
    for (size_t i = 0; i < estimate->classes; i++)
        *(quantity += ESTIMATE_BLOCK) = weight * eigenvalue[i];
    double together = 0;
    for (size_t a = 0; a < estimate->columns; a++) {
        const double value = vector[1 + a] * (a == estimate->signal ? sqrt(rate) : 1);
        *(quantity += ESTIMATE_BLOCK) = sign * value * value;
        together += estimate->scale[a] * value;
    }
    if (estimate->columns > 1)
        *(quantity + ESTIMATE_BLOCK) = sign * together * together;
    if (++self->filled == ESTIMATE_BLOCK)
        flush(self);
}

/* The quantities of rows first .. first + count - 1, which there is room for. */
CLONES static void fill_rows(estimate_sums_t *self, const estimate_rows_t *rows, size_t first,
                             size_t count)
{
    const estimate_t *estimate = self->estimate;
    const double *root = rows->vector + first, *rate = rows->rate + first;
    double *restrict quantity = self->quantity + self->filled;
    double together[ESTIMATE_BLOCK] = {0};
    memcpy(self->rate + self->filled, rate, count * sizeof *rate);
    for (size_t n = 0; n < count; n++)
        quantity[n] = root[n] * root[n];
    for (size_t i = 0; i < estimate->classes; i++) {
        const double *eigenvalue = rows->eigenvalue + i * rows->stride + first;
        quantity += ESTIMATE_BLOCK;
        for (size_t n = 0; n < count; n++)
            quantity[n] = root[n] * root[n] * eigenvalue[n];
    }
    for (size_t a = 0; a < estimate->columns; a++) {
        const double *column = root + (1 + a) * rows->stride, scale = estimate->scale[a];
        const bool signal = a == estimate->signal;
        quantity += ESTIMATE_BLOCK;
        for (size_t n = 0; n < count; n++) {
            const double value = signal ? column[n] * sqrt(rate[n]) : column[n];
            quantity[n] = value * value;
            together[n] += scale * value;
        }
    }
    for (size_t n = 0; n < count && estimate->columns > 1; n++)
        quantity[ESTIMATE_BLOCK + n] = together[n] * together[n];
    self->filled += count;
}

void estimate_rows(estimate_sums_t *self, const estimate_rows_t *rows)
{
    for (size_t first = 0; first < rows->count;) {
        const size_t left = rows->count - first, room = ESTIMATE_BLOCK - self->filled;
        const size_t count = left < room ? left : room;
        fill_rows(self, rows, first, count);
        if (self->filled == ESTIMATE_BLOCK)
            flush(self);
        first += count;
    }
}

void estimate_take(estimate_sums_t *self, double *sum)
{
    const size_t sums = self->estimate->times * self->estimate->quantities;
    flush(self);
    memcpy(sum, self->sum, sums * sizeof *sum);
    memset(self->sum, 0, sums * sizeof *sum);
}

void estimate_end_difference(estimate_t *self, const double *sum)
{
    for (size_t k = 0; k < self->times * self->quantities; k++)
        self->error[k] += fabs(sum[k]);
}

void estimate_end_total(estimate_t *self, const double *sum)
{
    for (size_t k = 0; k < self->times * self->quantities; k++)
        self->total[k] += sum[k];
}

double estimate_error(const estimate_t *self)
{
    double largest = 0;
    for (size_t k = 0; k < self->times * self->quantities; k++)
        if (self->total[k] > 0)
            largest = fmax(largest, self->error[k] / self->total[k]);
    return largest;
}
