/* Covariances of one eigenvalue, everywhere or outside a null set: isotropic and zero-one. */
#include "spectra/families/family.h"

static const sgdl_key_t isotropic_keys[] = {
    FAMILY_SCALE(0, "the eigenvalue"),
};

static const sgdl_key_t zero_one_keys[] = {
    {.name = "zero",
     .kind = SGDL_KEY_REAL_OR_INTERVAL,
     .required = true,
     .lower = 0,
     .upper = 1,
     .help = "zero for u <= z, or for a < u <= b"},
    FAMILY_SCALE(0, "the eigenvalue elsewhere"),
};

static double isotropic_eigenvalue(const sgdl_spec_t *spec, position_t at)
{
    (void)at;
    return sgdl_spec_number(spec, "scale");
}

const covariance_family_t covariance_isotropic = {
    .family = {.name = "isotropic",
               .help = "all eigenvalues equal",
               .keys = isotropic_keys,
               .key_count = FAMILY_COUNT(isotropic_keys)},
    .eigenvalue = isotropic_eigenvalue,
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

static bool zero_one_break_at(const sgdl_spec_t *spec, size_t k, family_break_t *out)
{
    double a, b;
    null_set(spec, &a, &b);
    const double u = a > 0 && k == 0 ? a : k == (a > 0 ? 1 : 0) ? b : 0;
    *out = (family_break_t){.u = u};
    return u > 0;
}

const covariance_family_t covariance_zero_one = {
    .family = {.name = "zero-one",
               .help = "zero on a set of directions, equal elsewhere",
               .keys = zero_one_keys,
               .key_count = FAMILY_COUNT(zero_one_keys)},
    .eigenvalue = zero_one_eigenvalue,
    .break_at = zero_one_break_at,
};
