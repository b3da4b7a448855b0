#include "src/schedule/family.h"

#include <math.h>

static const sgdl_key_t keys[] = {
    SCHEDULE_POSITIVE("value", "gamma"),
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
