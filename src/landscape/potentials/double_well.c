/* U = scale (x^2 - 1)^2 (1 + linear x + quadratic x^2) + tilt x. */
#include <math.h>

#include "src/landscape/polynomial.h"
#include "src/landscape/potential.h"

static int prepare(const sgdl_spec_t *spec, void **data, sgdl_error_t *error)
{
    const double scale = sgdl_spec_number(spec, "scale"), linear = sgdl_spec_number(spec, "linear"),
                 quadratic = sgdl_spec_number(spec, "quadratic"),
                 tilt = sgdl_spec_number(spec, "tilt");
    const double coefficient[] = {scale,
                                  scale * linear + tilt,
                                  scale * (quadratic - 2),
                                  -2 * scale * linear,
                                  scale * (1 - 2 * quadratic),
                                  scale * linear,
                                  scale * quadratic};
    *data = polynomial_new(coefficient, sizeof coefficient / sizeof *coefficient);
    return *data ? SGDL_OK : sgdl_fail_memory(error);
}

static double slope(const void *data, double x, int order)
{
    return polynomial_slope(data, x, order);
}

static double growth(const void *data) { return polynomial_growth(data); }

static int critical(const void *data, double **x, size_t *count, sgdl_error_t *error)
{
    return polynomial_zeros(data, 1, x, count, error);
}

#define FACTOR(key, usual, text)                                                                   \
    {                                                                                              \
        .name = (key), .kind = SGDL_KEY_REAL, .standard = (usual), .lower = -INFINITY,             \
        .upper = INFINITY, .lower_open = true, .upper_open = true, .help = (text)                  \
    }

static const sgdl_key_t keys[] = {
    {.name = "scale",
     .kind = SGDL_KEY_REAL,
     .standard = 1,
     .lower = 0,
     .upper = INFINITY,
     .lower_open = true,
     .upper_open = true,
     .help = "of (x^2 - 1)^2 (1 + linear x + quadratic x^2)"},
    FACTOR("linear", 0, "of x in the second factor: curvatures at -1 and 1 differ"),
    FACTOR("quadratic", 0, "of x^2 in the second factor"),
    FACTOR("tilt", 0, "of x: one minimum deeper than the other"),
};

const potential_family_t potential_double_well = {
    .family = {"double-well", "two wells at -1 and 1, of different curvature and depth", keys, 4,
               NULL},
    .coordinates = 1,
    .smooth = true,
    .prepare = prepare,
    .slope = slope,
    .growth = growth,
    .critical = critical,
};
