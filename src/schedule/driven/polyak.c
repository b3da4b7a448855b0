/* Polyak's step, in the mean: factor (R - risk_min) over a step's mean |gradient|^2/d. For least
 * squares without a gap between risk_min and what can be reached, factor 2 takes the distance to
 * the minimiser down fastest. 0 at and below risk_min. */
#include "src/schedule/family.h"

#include <math.h>

static const sgdl_key_t keys[] = {
    {.name = "factor",
     .kind = SGDL_KEY_REAL,
     .standard = 1.0,
     .lower = 0.0,
     .upper = INFINITY,
     .lower_open = true,
     .help = "multiple of it"},
    {.name = "risk_min",
     .kind = SGDL_KEY_REAL,
     .standard = 0.0,
     .lower = 0.0,
     .upper = INFINITY,
     .help = "the risk that is aimed at"},
};

static double driven(const sgdl_spec_t *spec, double s, double horizon,
                     const sgdl_measured_t *measured)
{
    const double gap = measured->risk - sgdl_spec_number(spec, "risk_min");
    (void)s, (void)horizon;
    return gap > 0 ? sgdl_spec_number(spec, "factor") * gap / measured->step_power : 0;
}

static void partial(const sgdl_spec_t *spec, double s, double horizon,
                    const sgdl_measured_t *measured, sgdl_measured_t *out)
{
    if (!(measured->risk > sgdl_spec_number(spec, "risk_min")))
        return;
    out->risk = sgdl_spec_number(spec, "factor") / measured->step_power;
    out->step_power = -driven(spec, s, horizon, measured) / measured->step_power;
}

const sgdl_schedule_family_t schedule_polyak = {
    .family = {.name = "polyak",
               .help = "factor (risk - risk_min)/(mean |gradient|^2/d of a step)",
               .keys = keys,
               .key_count = sizeof keys / sizeof *keys},
    .driven = driven,
    .partial = partial,
    .measures = SGDL_MEASURE_RISK | SGDL_MEASURE_STEP_POWER,
};
