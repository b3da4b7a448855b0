/* Features of samples as walkers/draws.h states them, one direction after another: white noise by
 * its place, in single precision, in units of a power of two where the numbers are extreme; in
 * double where a class hardly varies beside its mean. */
#ifndef SGDLIMIT_TESTS_STATED_FEATURES_H
#define SGDLIMIT_TESTS_STATED_FEATURES_H

#include <math.h>
#include <stdlib.h>

#include "sgdlimit/spectra.h"
#include "src/random/noise.h"

/* a [d]: sample number `number` of class i. */
static inline void stated_features(const sgdl_directions_t *directions, const noise_t *noise,
                                   size_t i, uint64_t number, double *a)
{
    const size_t d = directions->dimension, units = (d + NOISE_UNIT - 1) / NOISE_UNIT;
    const double *mean = directions->mean + i * d, *lambda = directions->eigenvalue + i * d;
    const double scale = 1 / sqrt((double)d);
    double most = 0, most_mean = 0, length2 = 0;
    for (size_t n = 0; n < d; n++) {
        most = fmax(most, lambda[n]);
        most_mean = fmax(most_mean, scale * fabs(mean[n]));
    }
    most = sqrt(most);
    for (size_t n = 0; n < d && most_mean > 0; n++)
        length2 += scale * mean[n] / most_mean * (scale * mean[n] / most_mean);
    const double length = most_mean * sqrt(length2);
    int exponent;
    (void)frexp(fmax(most, most_mean), &exponent);
    const double unit = abs(exponent) > 40 ? ldexp(1, exponent) : 1;
    for (size_t begin = 0; begin < d; begin += NOISE_UNIT) {
        float z[NOISE_UNIT];
        const size_t end = begin + NOISE_UNIT < d ? begin + NOISE_UNIT : d;
        noise_fill(noise, number * units + begin / NOISE_UNIT, 1, z);
        for (size_t n = begin; n < end; n++) {
            const double m = scale * mean[n], s = sqrt(lambda[n]), w = (double)z[n - begin];
            const float single_m = (float)(m / unit), single_s = (float)(s / unit);
            const float noisy = single_s * z[n - begin];
            a[n] = most < 0x1p-7 * length ? m + s * w : unit * (double)(single_m + noisy);
        }
    }
}

#endif
