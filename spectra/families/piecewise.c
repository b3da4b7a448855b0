/* Piecewise constant covariances and means: values[j] for breaks[j-1] < u <= breaks[j]. */
#include "spectra/families/family.h"

#define BREAKS                                                                                     \
    {                                                                                              \
        .name = "breaks", .kind = SGDL_KEY_REALS, .required = true, .lower = 0, .upper = 1,        \
        .lower_open = true, .upper_open = true, .help = "where the value jumps, increasing"        \
    }

static const sgdl_key_t covariance_keys[] = {
    BREAKS,
    {.name = "values",
     .kind = SGDL_KEY_REALS,
     .required = true,
     .lower = 0,
     .upper = FAMILY_SCALE_MAX,
     .help = "the eigenvalues below, between and above the breaks: one more than breaks"},
};

static const sgdl_key_t mean_keys[] = {
    BREAKS,
    {.name = "values",
     .kind = SGDL_KEY_REALS,
     .required = true,
     .lower = -FAMILY_SCALE_MAX,
     .upper = FAMILY_SCALE_MAX,
     .help = "nu below, between and above the breaks: one more than breaks"},
};

static const char *check(const sgdl_spec_t *spec)
{
    const sgdl_setting_t *breaks = sgdl_spec_setting(spec, "breaks");
    if (sgdl_spec_setting(spec, "values")->count != breaks->count + 1)
        return "the numbers of breaks and values do not match, allowed one value more than breaks";
    for (size_t k = 1; k < breaks->count; k++)
        if (!(breaks->list[k] > breaks->list[k - 1]))
            return "the breaks do not increase, allowed strictly increasing breaks";
    return NULL;
}

static bool break_at(const sgdl_spec_t *spec, size_t k, family_break_t *out)
{
    const sgdl_setting_t *breaks = sgdl_spec_setting(spec, "breaks");
    *out = (family_break_t){.u = k < breaks->count ? breaks->list[k] : 1};
    return k < breaks->count;
}

static double value(const sgdl_spec_t *spec, double u)
{
    const sgdl_setting_t *breaks = sgdl_spec_setting(spec, "breaks");
    size_t below = 0, end = breaks->count; /* so many breaks are below u, found by bisection */
    while (below < end) {
        const size_t middle = below + (end - below) / 2;
        if (position_inside(u, breaks->list[middle]))
            end = middle;
        else
            below = middle + 1;
    }
    return sgdl_spec_setting(spec, "values")->list[below];
}

static double eigenvalue(const sgdl_spec_t *spec, position_t at) { return value(spec, at.u); }

const covariance_family_t covariance_piecewise = {
    .family = {.name = "piecewise",
               .help = "constant between breaks",
               .keys = covariance_keys,
               .key_count = FAMILY_COUNT(covariance_keys),
               .check = check},
    .eigenvalue = eigenvalue,
    .break_at = break_at,
};

const mean_family_t mean_piecewise = {
    .family = {.name = "piecewise",
               .help = "constant between breaks",
               .keys = mean_keys,
               .key_count = FAMILY_COUNT(mean_keys),
               .check = check},
    .kind = MEAN_POWER,
    .scale = value,
    .break_at = break_at,
};
