#include "bench/limit/machine.h"

#include <stdlib.h>
#include <time.h>

/* Independent partial sums, enough of them to hide the latency of an addition. */
enum { LANES = 64, LINE = 64 };

double machine_seconds(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

double *machine_array(size_t count, double value)
{
    const size_t lines = (count * sizeof(double) + LINE - 1) / LINE + 1;
    double *array = aligned_alloc(LINE, lines * LINE);
    for (size_t n = 0; array && n < count; n++)
        array[n] = value;
    return array;
}

static double total(const double *sum)
{
    double all = 0;
    for (size_t l = 0; l < LANES; l++)
        all += sum[l];
    return all;
}

static double dot(size_t d, const double *restrict x, const double *restrict a)
{
    double sum[LANES] = {0};
    size_t n = 0;
    for (; n + LANES <= d; n += LANES)
        for (size_t l = 0; l < LANES; l++)
            sum[l] += x[n + l] * a[n + l];
    for (size_t l = 0; n + l < d; l++)
        sum[l] += x[n + l] * a[n + l];
    return total(sum);
}

static void axpy(size_t d, double c, const double *restrict a, double *restrict x)
{
    for (size_t n = 0; n < d; n++)
        x[n] += c * a[n];
}

static double rate_of(size_t d, double product) { return -1e-9 * product / (double)d; }

double machine_passes(size_t d, size_t steps, double *x, const double *a)
{
    const double begin = machine_seconds();
    for (size_t k = 0; k < steps; k++)
        axpy(d, rate_of(d, dot(d, x, a)), a, x);
    return machine_seconds() - begin;
}

/* x += c a; a = z, the next sample, whose block stays in the first-level cache; x^T a. */
static double update_and_dot(size_t d, double c, double *restrict x, double *restrict a,
                             const double *restrict z)
{
    double sum[LANES] = {0};
    size_t n = 0;
    for (; n + LANES <= d; n += LANES)
        for (size_t l = 0; l < LANES; l++) {
            x[n + l] += c * a[n + l];
            a[n + l] = z[l];
            sum[l] += x[n + l] * a[n + l];
        }
    for (size_t l = 0; n + l < d; l++) {
        x[n + l] += c * a[n + l];
        a[n + l] = z[l];
        sum[l] += x[n + l] * a[n + l];
    }
    return total(sum);
}

double machine_fused(size_t d, size_t steps, double *x, double *a)
{
    double z[LANES], c = 0;
    for (size_t l = 0; l < LANES; l++)
        z[l] = a[l % d];
    const double begin = machine_seconds();
    for (size_t k = 0; k < steps; k++)
        c = rate_of(d, update_and_dot(d, c, x, a, z));
    return machine_seconds() - begin;
}

static void rewrite(size_t d, double by, double *restrict array)
{
    for (size_t n = 0; n < d; n++)
        array[n] *= by;
}

double machine_stream(size_t d, size_t times, double *x, double *a)
{
    const double begin = machine_seconds();
    for (size_t k = 0; k < times; k++) {
        rewrite(d, -1, x);
        rewrite(d, -1, a);
    }
    return machine_seconds() - begin;
}
