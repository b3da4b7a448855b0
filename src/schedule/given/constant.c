#include "src/schedule/family.h"

#include <math.h>

static const sgdl_key_t keys[] = {
    {.name = "value",
     .kind = SGDL_KEY_REAL,
     .required = true,
     .standard = NAN,
     .lower = 0.0,
     .upper = INFINITY,
     .lower_open = true,
     .help = "gamma"},
};

static double rate(const sgdl_spec_t *spec, double s, double horizon)
{
    (void)s;
    (void)horizon;
    return sgdl_spec_number(spec, "value");
}

const sgdl_schedule_family_t schedule_constant = {
    .family = {.name = "constant",
               .help = "gamma(t) = value",
               .keys = keys,
               .key_count = sizeof keys / sizeof *keys},
    .rate = rate,
};
