/* Power-law covariances: lambda = scale u^exponent. */
#include "spectra/families/family.h"
#include "spectra/families/power.h"

static const sgdl_key_t keys[] = {
    {.name = "exponent",
     .kind = SGDL_KEY_REAL,
     .required = true,
     .lower = -1,
     .lower_open = true,
     .upper = FAMILY_EXPONENT_MAX,
     .help = "power of u = rho/d; above -1 the trace is finite"},
    FAMILY_SCALE(0, "the eigenvalue at u = 1"),
};

static bool constant(const sgdl_spec_t *spec, position_t at)
{
    (void)at;
    return sgdl_spec_number(spec, "exponent") == 0 || sgdl_spec_number(spec, "scale") == 0;
}

static double eigenvalue(const sgdl_spec_t *spec, position_t at)
{
    const double scale = sgdl_spec_number(spec, "scale");
    return constant(spec, at) ? scale : scale * exp(sgdl_spec_number(spec, "exponent") * at.log_u);
}

static void row(const sgdl_spec_t *spec, size_t d, size_t first, size_t count, double *eigenvalue)
{
    power_row(sgdl_spec_number(spec, "scale"), sgdl_spec_number(spec, "exponent"), d, first, count,
              eigenvalue);
}

static family_origin_t origin(const sgdl_spec_t *spec)
{
    const double scale = sgdl_spec_number(spec, "scale");
    const double exponent = sgdl_spec_number(spec, "exponent");
    return (family_origin_t){.coefficient = scale, .exponent = exponent};
}

static double rate(const sgdl_spec_t *spec, position_t at)
{
    (void)at;
    return fabs(sgdl_spec_number(spec, "exponent"));
}

static double integral(const sgdl_spec_t *spec, position_t low, position_t high, int power)
{
    const double scale = sgdl_spec_number(spec, "scale");
    const double c = 1 + power * sgdl_spec_number(spec, "exponent");
    if (c <= 0 && low.log_u == -INFINITY)
        return INFINITY;
    return (power == 1 ? scale : scale * scale) * position_power(low, high, c);
}

const covariance_family_t covariance_power_law = {
    .family = {.name = "power-law",
               .help = "scale u^exponent, u = rho/d",
               .keys = keys,
               .key_count = FAMILY_COUNT(keys)},
    .eigenvalue = eigenvalue,
    .row = row,
    .constant = constant,
    .origin = origin,
    .rate = rate,
    .integral = integral,
};
