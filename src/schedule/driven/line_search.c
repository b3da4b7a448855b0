/* The greedy rate: of all, the one under which F = R + ridge/2 |X|^2 falls fastest right now. From
 * dF/dt = -gamma a + gamma^2 c it is a/(2c); where both are gone, at a perfect fit, nothing is left
 * to do and it is 0. */
#include "src/schedule/family.h"

static double driven(const sgdl_spec_t *spec, double s, double horizon,
                     const sgdl_measured_t *measured)
{
    (void)spec, (void)s, (void)horizon;
    return measured->descent > 0 ? measured->descent / (2 * measured->curvature) : 0;
}

static void partial(const sgdl_spec_t *spec, double s, double horizon,
                    const sgdl_measured_t *measured, sgdl_measured_t *out)
{
    if (!(measured->descent > 0))
        return;
    out->descent = 1 / (2 * measured->curvature);
    out->curvature = -driven(spec, s, horizon, measured) / measured->curvature;
}

const sgdl_schedule_family_t schedule_line_search = {
    .family = {.name = "line-search",
               .help = "the rate under which risk and ridge fall fastest at every time"},
    .driven = driven,
    .partial = partial,
    .measures = SGDL_MEASURE_PROGRESS,
};
