/* Sigma = sum_k c_k x^k, x the noise's own coordinate. */
#include <math.h>

#include "src/landscape/noise.h"
#include "src/landscape/polynomial.h"

static int prepare(const sgdl_spec_t *spec, void **data, sgdl_error_t *error)
{
    const sgdl_setting_t *coefficients = sgdl_spec_setting(spec, "coefficients");
    *data = polynomial_new(coefficients->list, coefficients->count);
    return *data ? SGDL_OK : sgdl_fail_memory(error);
}

static double slope(const void *data, const landscape_t *landscape, double x, int order)
{
    (void)landscape;
    return polynomial_slope(data, x, order);
}

static double growth(const void *data, double of_loss)
{
    (void)of_loss;
    return polynomial_growth(data);
}

static const sgdl_key_t keys[] = {{.name = "coefficients",
                                   .kind = SGDL_KEY_REALS,
                                   .required = true,
                                   .lower = -INFINITY,
                                   .upper = INFINITY,
                                   .lower_open = true,
                                   .upper_open = true,
                                   .help = "of ascending powers of the coordinate"}};

const noise_family_t noise_polynomial = {
    .family = {"polynomial", "sum of c_k x^k", keys, 1, NULL},
    .prepare = prepare,
    .growth = growth,
    .slope = slope,
};
