#include "src/ensemble/statistics.h"

#include <math.h>
#include <stdlib.h>

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

int statistics_quantities(emit_list_t *list, const char *name, sgdl_error_t *error)
{
    static const char *const kinds[] = {"mean", "sd", "q10", "q90"};
    int status = SGDL_OK;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds && status == SGDL_OK; k++)
        status = emit_add(list, error, "%s_%s", name, kinds[k]);
    return status;
}

double *statistics_put(double *next, statistics_t self)
{
    *next++ = self.mean;
    *next++ = self.sd;
    *next++ = self.q10;
    *next++ = self.q90;
    return next;
}
