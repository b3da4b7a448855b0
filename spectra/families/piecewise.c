/* Piecewise constant covariances: isotropic and zero-one. */
#include "spectra/families/family.h"

static const sgdl_key_t isotropic_keys[] = {
    {.name = "scale",
     .kind = SGDL_KEY_REAL,
     .standard = 1,
     .lower = 0,
     .upper = FAMILY_SCALE_MAX,
     .help = "the eigenvalue"},
};

static const sgdl_key_t zero_one_keys[] = {
    {.name = "zero",
     .kind = SGDL_KEY_REAL_OR_INTERVAL,
     .required = true,
     .lower = 0,
     .upper = 1,
     .help = "zero for u <= z, or for a < u <= b"},
    {.name = "scale",
     .kind = SGDL_KEY_REAL,
     .standard = 1,
     .lower = 0,
     .upper = FAMILY_SCALE_MAX,
     .help = "the eigenvalue elsewhere"},
};

static bool always_constant(const sgdl_spec_t *spec, position_t at)
{
    (void)spec, (void)at;
    return true;
}

static double no_rate(const sgdl_spec_t *spec, position_t at)
{
    (void)spec, (void)at;
    return 0;
}

static size_t no_breaks(const sgdl_spec_t *spec, family_break_t *out)
{
    (void)spec, (void)out;
    return 0;
}

static double isotropic_eigenvalue(const sgdl_spec_t *spec, position_t at)
{
    (void)at;
    return sgdl_spec_number(spec, "scale");
}

static family_origin_t isotropic_origin(const sgdl_spec_t *spec)
{
    return (family_origin_t){.limit = sgdl_spec_number(spec, "scale"), .exponent = 1};
}

const covariance_family_t covariance_isotropic = {
    .family = {.name = "isotropic",
               .help = "all eigenvalues equal",
               .keys = isotropic_keys,
               .key_count = FAMILY_COUNT(isotropic_keys)},
    .eigenvalue = isotropic_eigenvalue,
    .constant = always_constant,
    .breaks = no_breaks,
    .origin = isotropic_origin,
    .rate = no_rate,
};

/* The null set a < u <= b. */
static void null_set(const sgdl_spec_t *spec, double *a, double *b)
{
    const sgdl_setting_t *zero = sgdl_spec_setting(spec, "zero");
    *a = zero->count == 2 ? zero->number[0] : 0;
    *b = zero->count == 2 ? zero->number[1] : zero->number[0];
}

static double zero_one_eigenvalue(const sgdl_spec_t *spec, position_t at)
{
    double a, b;
    null_set(spec, &a, &b);
    /* a = 0 includes places whose u has underflown. */
    const bool above = a == 0 || !position_inside(at.u, a);
    return above && b > 0 && position_inside(at.u, b) ? 0 : sgdl_spec_number(spec, "scale");
}

static size_t zero_one_breaks(const sgdl_spec_t *spec, family_break_t *out)
{
    double a, b;
    null_set(spec, &a, &b);
    size_t count = 0;
    if (a > 0)
        out[count++] = (family_break_t){.u = a};
    if (b > 0)
        out[count++] = (family_break_t){.u = b};
    return count;
}

static family_origin_t zero_one_origin(const sgdl_spec_t *spec)
{
    const position_t zero = {.u = 0, .log_u = -INFINITY};
    return (family_origin_t){.limit = zero_one_eigenvalue(spec, zero), .exponent = 1};
}

const covariance_family_t covariance_zero_one = {
    .family = {.name = "zero-one",
               .help = "zero on a set of directions, equal elsewhere",
               .keys = zero_one_keys,
               .key_count = FAMILY_COUNT(zero_one_keys)},
    .eigenvalue = zero_one_eigenvalue,
    .constant = always_constant,
    .breaks = zero_one_breaks,
    .origin = zero_one_origin,
    .rate = no_rate,
};
