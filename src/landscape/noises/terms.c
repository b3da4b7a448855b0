/* Two coordinates: Sigma = sum c x^i y^j. */
#include "src/landscape/noise.h"
#include "src/landscape/terms.h"

static int prepare(const sgdl_spec_t *spec, void **data, sgdl_error_t *error)
{
    *data = terms_new(sgdl_spec_setting(spec, "terms"));
    return *data ? SGDL_OK : sgdl_fail_memory(error);
}

static double sigma(const void *data, const landscape_t *landscape, size_t i, const double *x)
{
    (void)landscape, (void)i;
    return terms_value(data, x);
}

static double growth(const void *data, double of_loss)
{
    (void)of_loss;
    return terms_degree(data);
}

const noise_family_t noise_terms = {
    .family = {"terms", "two coordinates: sum of c x^i y^j", terms_keys, 1, NULL},
    .plane = true,
    .prepare = prepare,
    .growth = growth,
    .sigma = sigma,
};
