#include <math.h>
#include <stdlib.h>

#include "src/ensemble/ensemble.h"

static int compare_numbers(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Type 7: linear between order statistics, the first at 0 and the last at 1. */
static double quantile(const double *sorted, size_t count, double p)
{
    double position = p * (double)(count - 1);
    size_t below = (size_t)position;
    if (below + 1 >= count)
        return sorted[count - 1];
    return sorted[below] + (position - (double)below) * (sorted[below + 1] - sorted[below]);
}

statistics_t statistics_of(double *sample, size_t count)
{
    statistics_t self = {.sd = NAN, .runs = count};
    double sum = 0, squares = 0;
    for (size_t r = 0; r < count; r++)
        if (isnan(sample[r])) /* undefined in one run: undefined */
            return (statistics_t){NAN, NAN, NAN, NAN, count};
    qsort(sample, count, sizeof *sample, compare_numbers);
    /* about the median, so that runs that are all the same have exactly that mean */
    double centre = sample[count / 2];
    for (size_t r = 0; r < count; r++)
        sum += sample[r] - centre;
    self.mean = centre + sum / (double)count;
    /* in units of the largest deviation, whose square may not be a double */
    double unit = fmax(self.mean - sample[0], sample[count - 1] - self.mean);
    for (size_t r = 0; r < count && unit > 0; r++)
        squares += (sample[r] - self.mean) / unit * ((sample[r] - self.mean) / unit);
    if (count > 1)
        self.sd = unit * sqrt(squares / (double)(count - 1));
    self.q10 = quantile(sample, count, 0.1);
    self.q90 = quantile(sample, count, 0.9);
    return self;
}

/* A run that counts: see ensemble_kept. */
static bool counts(const ensemble_t *self, size_t task, bool unfinished)
{
    run_status_t status = self->status[task];
    return status == RUN_FINISHED || status == RUN_DIVERGED ||
           (unfinished && status == RUN_GOING && self->rows[task] > 0);
}

kept_t ensemble_kept(const ensemble_t *self, size_t curve)
{
    kept_t kept = {.rows = self->points, .unfinished = true};
    size_t first = curve * self->runs;
    for (size_t r = first; r < first + self->runs; r++) {
        kept.unfinished = kept.unfinished && !counts(self, r, false);
        kept.diverged += self->status[r] == RUN_DIVERGED;
    }
    for (size_t r = first; r < first + self->runs; r++) {
        if (!counts(self, r, kept.unfinished))
            continue;
        kept.runs++;
        kept.rows = self->rows[r] < kept.rows ? self->rows[r] : kept.rows;
    }
    if (kept.runs == 0)
        kept.rows = 0;
    return kept;
}

statistics_t ensemble_statistics(const ensemble_t *self, size_t curve, size_t row, size_t quantity,
                                 double *scratch)
{
    size_t count = 0;
    bool unfinished = ensemble_kept(self, curve).unfinished;
    for (size_t r = curve * self->runs; r < (curve + 1) * self->runs; r++)
        if (counts(self, r, unfinished))
            scratch[count++] = self->value[(r * self->points + row) * self->width + quantity];
    return statistics_of(scratch, count);
}
