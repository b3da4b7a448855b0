#include "src/theories/fixed_data/walkers/samples.h"

#include "src/base/clones.h"

enum { GROUP = 4 };

typedef double lanes_t __attribute__((vector_size(SAMPLES_LANES * sizeof(double)), may_alias));

static inline __attribute__((always_inline)) double total(const lanes_t *sum)
{
    const lanes_t s = *sum;
    return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

static inline __attribute__((always_inline)) void dot_one(size_t length, const double *row,
                                                          const double *x, double *r)
{
    lanes_t sum = {0};
    for (size_t n = 0; n < length; n += SAMPLES_LANES)
        sum += *(const lanes_t *)(row + n) * *(const lanes_t *)(x + n);
    *r = total(&sum);
}

static inline __attribute__((always_inline)) void dot_group(size_t length, const double *const *row,
                                                            const double *x, double *r)
{
    lanes_t s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
    for (size_t n = 0; n < length; n += SAMPLES_LANES) {
        const lanes_t at = *(const lanes_t *)(x + n);
        s0 += *(const lanes_t *)(row[0] + n) * at;
        s1 += *(const lanes_t *)(row[1] + n) * at;
        s2 += *(const lanes_t *)(row[2] + n) * at;
        s3 += *(const lanes_t *)(row[3] + n) * at;
    }
    r[0] = total(&s0);
    r[1] = total(&s1);
    r[2] = total(&s2);
    r[3] = total(&s3);
}

CLONES void rows_dot(size_t length, size_t rows, const double *const *row, const double *x,
                     double *r)
{
    size_t j = 0;
    for (; j + GROUP <= rows; j += GROUP)
        dot_group(length, row + j, x, r + j);
    for (; j < rows; j++)
        dot_one(length, row[j], x, r + j);
}

/* Many parameters: a kernel over plain arrays. */
static inline __attribute__((always_inline)) void
add_group(size_t length, const double *restrict a, const double *restrict b,
          const double *restrict c, const double *restrict d, const double *g, double *restrict y)
{
    const double g0 = g[0], g1 = g[1], g2 = g[2], g3 = g[3];
#pragma omp simd
    for (size_t n = 0; n < length; n++)
        y[n] += (g0 * a[n] + g1 * b[n]) + (g2 * c[n] + g3 * d[n]);
}

static inline __attribute__((always_inline)) void add_one(size_t length, const double *restrict row,
                                                          double g, double *restrict y)
{
#pragma omp simd
    for (size_t n = 0; n < length; n++)
        y[n] += g * row[n];
}

CLONES void rows_add(size_t length, size_t rows, const double *const *row, const double *g,
                     double *y)
{
    size_t j = 0;
    for (; j + GROUP <= rows; j += GROUP)
        add_group(length, row[j], row[j + 1], row[j + 2], row[j + 3], g + j, y);
    for (; j < rows; j++)
        add_one(length, row[j], g[j], y);
}
