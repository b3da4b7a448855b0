#include "src/schedule/family.h"

#include <math.h>

static const sgdl_key_t keys[] = {
    SCHEDULE_POSITIVE("value", "gamma at the beginning"),
    SCHEDULE_POSITIVE("tau", "time scale of the decay"),
    {.name = "power",
     .kind = SGDL_KEY_REAL,
     .required = true,
     .standard = NAN,
     .lower = 0.0,
     .upper = INFINITY,
     .help = "exponent of the decay"},
};

static double rate(const sgdl_spec_t *spec, double s, double horizon)
{
    (void)horizon;
    double decay = -sgdl_spec_number(spec, "power") * log1p(s / sgdl_spec_number(spec, "tau"));
    return sgdl_spec_number(spec, "value") * exp(decay);
}

static double decay(const sgdl_spec_t *spec) { return sgdl_spec_number(spec, "power"); }

const sgdl_schedule_family_t schedule_polynomial = {
    .family = {.name = "polynomial",
               .help = "gamma(t) = value (1 + t/tau)^-power",
               .keys = keys,
               .key_count = sizeof keys / sizeof *keys},
    .rate = rate,
    .decay = decay,
};
