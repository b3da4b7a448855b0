/** Sums whose digits do not depend on the width of a machine's vectors. */
#ifndef SGDLIMIT_SPECTRA_COMPRESS_LANES_H
#define SGDLIMIT_SPECTRA_COMPRESS_LANES_H

#include <stddef.h>

#include "src/base/elementary.h"

enum { LANES = 16 }; /* sums side by side, which are added up in one order everywhere */

/** sum_n x_n y_n */
static ELEMENTARY_INLINE double lanes_dot(const double *restrict x, const double *restrict y,
                                          size_t n)
{
    double sum[LANES] = {0};
    size_t k = 0;
    for (; k + LANES <= n; k += LANES)
        for (size_t lane = 0; lane < LANES; lane++)
            sum[lane] += x[k + lane] * y[k + lane];
    for (; k < n; k++)
        sum[k % LANES] += x[k] * y[k];
    for (size_t width = LANES / 2; width > 0; width /= 2)
        for (size_t lane = 0; lane < width; lane++)
            sum[lane] += sum[lane + width];
    return sum[0];
}

#endif
