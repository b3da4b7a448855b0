/* Sigma the same everywhere. */
#include <math.h>
#include <stdlib.h>

#include "src/landscape/noise.h"

static int prepare(const sgdl_spec_t *spec, void **data, sgdl_error_t *error)
{
    double *value = malloc(sizeof *value);
    if (!value)
        return sgdl_fail_memory(error);
    *value = sgdl_spec_number(spec, "value");
    *data = value;
    return SGDL_OK;
}

static double slope(const void *data, const landscape_t *landscape, double x, int order)
{
    (void)landscape, (void)x;
    return order == 0 ? *(const double *)data : 0;
}

static const sgdl_key_t keys[] = {{.name = "value",
                                   .kind = SGDL_KEY_REAL,
                                   .required = true,
                                   .lower = 0,
                                   .upper = INFINITY,
                                   .lower_open = true,
                                   .upper_open = true,
                                   .help = "variance of one sample's gradient"}};

const noise_family_t noise_constant = {
    .family = {"constant", "the same everywhere", keys, 1, NULL},
    .constant = true,
    .prepare = prepare,
    .slope = slope,
};
