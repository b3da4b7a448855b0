#include "spectra/compress/extent.h"

#include <math.h>

#include "src/base/clones.h"

CLONES void extent_widen(const double *value, size_t count, double *low, double *high)
{
    double least = *low, most = *high;
#pragma omp simd reduction(min : least) reduction(max : most)
    for (size_t n = 0; n < count; n++) {
        least = value[n] < least ? value[n] : least;
        most = value[n] > most ? value[n] : most;
    }
    *low = least;
    *high = most;
}

CLONES void extent_widen_positive(const double *value, size_t count, double *low, double *high)
{
    double least = *low, most = *high;
#pragma omp simd reduction(min : least) reduction(max : most)
    for (size_t n = 0; n < count; n++) {
        const double some = value[n] > 0 ? value[n] : INFINITY;
        least = some < least ? some : least;
        most = value[n] > most ? value[n] : most;
    }
    *low = least;
    *high = most;
}
