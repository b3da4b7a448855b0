/* U = sum_k c_k x^k. */
#include <math.h>

#include "src/landscape/polynomial.h"
#include "src/landscape/potential.h"

static int prepare(const sgdl_spec_t *spec, void **data, sgdl_error_t *error)
{
    const sgdl_setting_t *coefficients = sgdl_spec_setting(spec, "coefficients");
    *data = polynomial_new(coefficients->list, coefficients->count);
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

static const sgdl_key_t keys[] = {{.name = "coefficients",
                                   .kind = SGDL_KEY_REALS,
                                   .required = true,
                                   .lower = -INFINITY,
                                   .upper = INFINITY,
                                   .lower_open = true,
                                   .upper_open = true,
                                   .help = "of ascending powers of x, from the constant on"}};

const potential_family_t potential_polynomial = {
    .family = {"polynomial", "sum of c_k x^k", keys, 1, NULL},
    .coordinates = 1,
    .smooth = true,
    .prepare = prepare,
    .slope = slope,
    .growth = growth,
    .critical = critical,
};
