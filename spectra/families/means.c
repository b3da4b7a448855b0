/* The mean families. */
#include "spectra/families/family.h"

static const sgdl_key_t scale_keys[] = {
    FAMILY_SCALE(-FAMILY_SCALE_MAX, "factor of the profile"),
};

static const sgdl_key_t power_law_keys[] = {
    {.name = "exponent",
     .kind = SGDL_KEY_REAL,
     .required = true,
     .lower = -0.5,
     .lower_open = true,
     .upper = FAMILY_EXPONENT_MAX,
     .help = "power of u = rho/d; above -1/2 the norm is finite"},
    FAMILY_SCALE(-FAMILY_SCALE_MAX, "the value at u = 1"),
};

static const sgdl_key_t signal_power_law_keys[] = {
    {.name = "exponent",
     .kind = SGDL_KEY_REAL,
     .required = true,
     .lower = -FAMILY_EXPONENT_MAX,
     .upper = FAMILY_EXPONENT_MAX,
     .help = "power of u = rho/d; where eigenvalues are u^a, above -(1 + a)/2"},
    FAMILY_SCALE(-FAMILY_SCALE_MAX, "the value at u = 1"),
};

static const sgdl_key_t reference_keys[] = {
    {.name = "of",
     .kind = SGDL_KEY_CLASS,
     .required = true,
     .lower = 1,
     .upper = 1e9,
     .help = "number of the other class"},
};

static const sgdl_key_t file_keys[] = {
    {.name = "path",
     .kind = SGDL_KEY_PATH,
     .required = true,
     .help = "file (text or .npy) of the coordinates of mu itself (not sqrt(d) times them), one a "
             "line; "
             "their number is d"},
};

static double no_scale(const sgdl_spec_t *spec, double u)
{
    (void)spec, (void)u;
    return 0;
}

static double given_scale(const sgdl_spec_t *spec, double u)
{
    (void)u;
    return sgdl_spec_number(spec, "scale");
}

static double given_exponent(const sgdl_spec_t *spec) { return sgdl_spec_number(spec, "exponent"); }

const mean_family_t mean_zero = {
    .family = {.name = "zero", .help = "no mean"},
    .kind = MEAN_POWER,
    .scale = no_scale,
};

const mean_family_t mean_constant = {
    .family = {.name = "constant",
               .help = "the same in every direction",
               .keys = scale_keys,
               .key_count = FAMILY_COUNT(scale_keys)},
    .kind = MEAN_POWER,
    .scale = given_scale,
};

const mean_family_t mean_power_law = {
    .family = {.name = "power-law",
               .help = "scale u^exponent, u = rho/d",
               .keys = power_law_keys,
               .key_count = FAMILY_COUNT(power_law_keys)},
    .kind = MEAN_POWER,
    .scale = given_scale,
    .exponent = given_exponent,
};

const mean_family_t signal_power_law = {
    .family = {.name = "power-law",
               .help = "scale u^exponent, u = rho/d",
               .keys = signal_power_law_keys,
               .key_count = FAMILY_COUNT(signal_power_law_keys)},
    .kind = MEAN_POWER,
    .scale = given_scale,
    .exponent = given_exponent,
};

const mean_family_t mean_gaussian = {
    .family = {.name = "gaussian",
               .help = "scale N(0,1), independent over directions and classes",
               .keys = scale_keys,
               .key_count = FAMILY_COUNT(scale_keys)},
    .kind = MEAN_GAUSSIAN,
    .scale = given_scale,
};

const mean_family_t mean_opposite = {
    .family = {.name = "opposite",
               .help = "minus another class's mean",
               .keys = reference_keys,
               .key_count = FAMILY_COUNT(reference_keys)},
    .kind = MEAN_REFERENCE,
    .sign = -1,
};

const mean_family_t mean_same = {
    .family = {.name = "same",
               .help = "another class's mean",
               .keys = reference_keys,
               .key_count = FAMILY_COUNT(reference_keys)},
    .kind = MEAN_REFERENCE,
    .sign = 1,
};

const mean_family_t mean_file = {
    .family = {.name = "file",
               .help =
                   "coordinates of mu itself from a file (text, one a line, or .npy), which set d",
               .keys = file_keys,
               .key_count = FAMILY_COUNT(file_keys)},
    .kind = MEAN_FILE,
};
