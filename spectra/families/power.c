#include "spectra/families/power.h"

#include <math.h>

#include "src/base/clones.h"
#include "src/base/elementary.h"

/* |exponent log u| beyond which powers are left to the library: they may underflow or overflow. */
static const double ordinary = 690;

CLONES static void powers(double scale, double exponent, double d, double first, size_t count,
                          double *restrict out)
{
#pragma omp simd
    for (size_t k = 0; k < count; k++)
        out[k] = scale * elementary_power((first + (double)(k + 1)) / d, exponent);
}

void power_row(double scale, double exponent, size_t d, size_t first, size_t count, double *out)
{
    size_t from = 0;
    for (; from < count; from++) {
        const double u = (double)(first + from + 1) / (double)d;
        if (fabs(exponent * log(u)) < ordinary)
            break;
        out[from] = scale * pow(u, exponent);
    }
    powers(scale, exponent, (double)d, (double)(first + from), count - from, out + from);
}
