#include "src/base/sums.h"

enum { BLOCK = 128 };

/* Within a block four running sums, which the compiler can keep in vector registers. */
#define DEFINE_SUM(name, parameters, halves_low, halves_high, term)                                \
    double name parameters                                                                         \
    {                                                                                              \
        if (n > BLOCK) {                                                                           \
            const size_t half = n / 2;                                                             \
            return name halves_low + name halves_high;                                             \
        }                                                                                          \
        double sum[4] = {0, 0, 0, 0};                                                              \
        size_t i = 0;                                                                              \
        for (; i + 4 <= n; i += 4)                                                                 \
            for (size_t lane = 0; lane < 4; lane++) {                                              \
                const size_t at = i + lane;                                                        \
                sum[lane] += term;                                                                 \
            }                                                                                      \
        for (size_t at = i; at < n; at++)                                                          \
            sum[0] += term;                                                                        \
        return (sum[0] + sum[1]) + (sum[2] + sum[3]);                                              \
    }

DEFINE_SUM(sum_products, (const double *x, const double *y, size_t n), (x, y, half),
           (x + half, y + half, n - half), x[at] * y[at])

DEFINE_SUM(sum_weighted, (const double *w, const double *x, const double *y, size_t n),
           (w, x, y, half), (w + half, x + half, y + half, n - half), w[at] * x[at] * y[at])

DEFINE_SUM(sum_distance2, (const double *w, const double *x, const double *y, size_t n),
           (w, x, y, half), (w + half, x + half, y + half, n - half),
           w[at] * (x[at] - y[at]) * (x[at] - y[at]))
