/* AdaGrad-Norm: all directions share one rate, divided by the root of what the squared gradients of
 * all steps add up to. */
#include "src/schedule/family.h"

#include <math.h>

static const sgdl_key_t keys[] = {
    SCHEDULE_POSITIVE("eta", "numerator"),
    SCHEDULE_POSITIVE("b0", "root of the denominator's square at t = 0"),
};

static double driven(const sgdl_spec_t *spec, double s, double horizon,
                     const sgdl_measured_t *measured)
{
    const double b0 = sgdl_spec_number(spec, "b0");
    (void)s, (void)horizon;
    /* NAN where a solver's guess is below zero: that is no state */
    return sgdl_spec_number(spec, "eta") / sqrt(b0 * b0 + measured->accumulated);
}

static void partial(const sgdl_spec_t *spec, double s, double horizon,
                    const sgdl_measured_t *measured, sgdl_measured_t *out)
{
    const double b0 = sgdl_spec_number(spec, "b0");
    out->accumulated =
        -0.5 * driven(spec, s, horizon, measured) / (b0 * b0 + measured->accumulated);
}

static double max(const sgdl_spec_t *spec, double horizon)
{
    (void)horizon;
    return sgdl_spec_number(spec, "eta") / sgdl_spec_number(spec, "b0");
}

const sgdl_schedule_family_t schedule_adagrad_norm = {
    .family = {.name = "adagrad-norm",
               .help = "eta/sqrt(b0^2 + sum over all steps of |gradient|^2/d^2)",
               .keys = keys,
               .key_count = sizeof keys / sizeof *keys},
    .driven = driven,
    .partial = partial,
    .measures = SGDL_MEASURE_ACCUMULATED,
    .max = max,
};
