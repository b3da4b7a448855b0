/* Least squares in one direction, y = a x* + s eps: U = h x^2/2 in x - x*, and the noise of one
 * sample's gradient a^2 x - a s eps is Sigma = v x^2 + h s^2; h = E a^2, v = Var a^2. */
#include <math.h>
#include <stdlib.h>

#include "src/landscape/potential.h"

static int prepare(const sgdl_spec_t *spec, void **data, sgdl_error_t *error)
{
    features_t *self = malloc(sizeof *self);
    const double h = sgdl_spec_number(spec, "second_moment"), s = sgdl_spec_number(spec, "noise");
    if (!self)
        return sgdl_fail_memory(error);
    *self = (features_t){h, fmax(sgdl_spec_number(spec, "fourth_moment") - h * h, 0), s * s};
    *data = self;
    return SGDL_OK;
}

static const char *check(const sgdl_spec_t *spec)
{
    const double h = sgdl_spec_number(spec, "second_moment"),
                 fourth = sgdl_spec_number(spec, "fourth_moment");
    return fourth >= h * h * (1 - 1e-12)
               ? NULL
               : "fourth_moment is below the square of second_moment, allowed: from that on";
}

static double growth(const void *data)
{
    (void)data;
    return 2;
}

static double sigma_growth(const void *data) { return ((const features_t *)data)->v > 0 ? 2 : 0; }

static double parabola(double constant, double square, double x, int order)
{
    return order == 0   ? constant + square * x * x
           : order == 1 ? 2 * square * x
           : order == 2 ? 2 * square
                        : 0;
}

static double slope(const void *data, double x, int order)
{
    return parabola(0, 0.5 * ((const features_t *)data)->h, x, order);
}

static double sigma(const void *data, double x, int order)
{
    const features_t *self = data;
    return parabola(self->h * self->s2, self->v, x, order);
}

static bool brings_noise(const sgdl_spec_t *spec)
{
    (void)spec;
    return true;
}

static int critical(const void *data, double **x, size_t *count, sgdl_error_t *error)
{
    (void)data;
    *x = calloc(1, sizeof **x);
    *count = 1;
    return *x ? SGDL_OK : sgdl_fail_memory(error);
}

static const features_t *features(const void *data) { return data; }

#define MOMENT(key, usual, text)                                                                   \
    {                                                                                              \
        .name = (key), .kind = SGDL_KEY_REAL, .standard = (usual), .lower = 0, .lower_open = true, \
        .upper = INFINITY, .upper_open = true, .help = (text)                                      \
    }

static const sgdl_key_t keys[] = {
    MOMENT("second_moment", 1, "h = E a^2 of the feature a"),
    MOMENT("fourth_moment", 3, "E a^4, from second_moment^2 on; Gaussian features have 3 times it"),
    MOMENT("noise", 1, "standard deviation of the label's noise"),
};

const potential_family_t potential_least_squares = {
    .family = {"least-squares", "least squares in one direction, which brings its noise", keys, 3,
               check},
    .coordinates = 1,
    .smooth = true,
    .brings_noise = brings_noise,
    .prepare = prepare,
    .growth = growth,
    .sigma_growth = sigma_growth,
    .slope = slope,
    .sigma = sigma,
    .critical = critical,
    .features = features,
};
