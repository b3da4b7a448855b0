#include "src/theories/streaming/walkers/draws.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/hash.h"

/* Classes of such sizes share a unit, and with it rows. */
enum { USUAL_EXPONENT = 40 };

/* What varies by less of its mean's length does hardly: rounding the mean to 24 bits would be seen
 * in some 1e10 steps. */
#define HARDLY 0x1p-7

/* Rows on their way into a list that holds each but once. */
typedef struct listing {
    draws_t *draws;
    size_t length;  /* of a row */
    size_t count;   /* rows so far */
    uint64_t *hash; /* of each */
} listing_t;

/* Its units, and whether it is fine. */
static void look_at(draws_t *self, size_t i, size_t d, const double *mean, const double *deviation)
{
    double mean2 = 0, most_mean = 0, most_deviation = 0;
    int exponent;
    for (size_t n = 0; n < d; n++) {
        most_mean = fmax(most_mean, fabs(mean[n]));
        most_deviation = fmax(most_deviation, deviation[n]);
    }
    for (size_t n = 0; n < d && most_mean > 0; n++)
        mean2 += (mean[n] / most_mean) * (mean[n] / most_mean);
    self->fine[i] = most_deviation < HARDLY * most_mean * sqrt(mean2);
    self->has_fine |= self->fine[i];
    (void)frexp(fmax(most_mean, most_deviation), &exponent);
    self->scale[i] = abs(exponent) <= USUAL_EXPONENT ? 1 : ldexp(1, exponent);
}

static float single(double value) { return fabs(value) < FLT_MIN ? 0 : (float)value; }

/* The row among those that are there, or a new one. */
static const float *list_row(listing_t *self, size_t d, const double *value, double scale)
{
    float *row = self->draws->rows + self->count * self->length;
    uint64_t hash = hash_start;
    for (size_t n = 0; n < d; n++) {
        row[n] = single(value[n] / scale);
        hash = hash_number(hash, (double)row[n]);
    }
    memset(row + d, 0, (self->length - d) * sizeof *row);
    for (size_t e = 0; e < self->count; e++) {
        const float *other = self->draws->rows + e * self->length;
        if (self->hash[e] == hash && memcmp(other, row, d * sizeof *row) == 0)
            return other;
    }
    self->hash[self->count++] = hash;
    return row;
}

static void find_quiet(draws_t *self, size_t i)
{
    for (size_t u = 0; u < self->units; u++) {
        const float *deviation = self->deviation[i] + u * NOISE_UNIT;
        bool quiet = true;
        for (size_t l = 0; l < NOISE_UNIT; l++)
            quiet = quiet && deviation[l] == 0;
        self->quiet[i * self->units + u] = quiet;
    }
}

int draws_init(draws_t *self, size_t C, size_t d, const double *mean, const double *deviation,
               size_t stride)
{
    *self = (draws_t){.units = (d + NOISE_UNIT - 1) / NOISE_UNIT};
    listing_t listing = {.draws = self, .length = self->units * NOISE_UNIT};
    size_t count, bytes;
    if (__builtin_mul_overflow(2 * C, listing.length, &count) ||
        __builtin_mul_overflow(count, sizeof *self->rows, &bytes))
        return SGDL_ERR_MEMORY;
    self->rows = aligned_alloc(64, bytes);
    self->mean = calloc(2 * C, sizeof *self->mean);
    self->scale = calloc(C, sizeof *self->scale);
    self->quiet = calloc(C, (self->units + 1) * sizeof *self->quiet);
    listing.hash = calloc(2 * C, sizeof *listing.hash);
    if (!self->rows || !self->mean || !self->scale || !self->quiet || !listing.hash) {
        free(listing.hash);
        return SGDL_ERR_MEMORY;
    }
    self->deviation = self->mean + C;
    self->fine = self->quiet + C * self->units;
    for (size_t i = 0; i < C; i++) {
        const double *m = mean + i * stride, *s = deviation + i * stride;
        look_at(self, i, d, m, s);
        self->mean[i] = list_row(&listing, d, m, self->scale[i]);
        self->deviation[i] = list_row(&listing, d, s, self->scale[i]);
        find_quiet(self, i);
    }
    free(listing.hash);
    return SGDL_OK;
}

void draws_free(draws_t *self)
{
    free(self->rows);
    free((void *)self->mean);
    free(self->scale);
    free(self->quiet);
    *self = (draws_t){0};
}

void draws_noise(const draws_t *self, const noise_t *noise, drawn_t sample, size_t unit,
                 size_t units, float *z)
{
    const bool *quiet = self->quiet + sample.class_index * self->units + unit;
    const uint64_t first = sample.number * self->units + unit;
    size_t end;
    for (size_t u = 0; u < units; u = end) {
        for (end = u + 1; end < units && quiet[end] == quiet[u];)
            end++;
        if (!quiet[u])
            noise_fill(noise, first + u, end - u, z + u * NOISE_UNIT);
    }
}
