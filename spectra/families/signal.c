#include "spectra/families/signal.h"

#include <stdint.h>
#include <stdlib.h>

#include "src/base/c_locale.h"

/* As close to u = 0 as profiles have pieces. */
static position_t origin(void) { return position_at(DBL_MIN); }

/* The power with which a class's eigenvalues fall to zero at u -> 0, 0 where they do not; false
 * where they are zero there. Listed ones are taken for those that do not fall. */
static bool variance_power(const sgdl_spec_t *spec, double *power)
{
    *power = 0;
    if (covariance_family(spec)->list)
        return true;
    const family_origin_t at = covariance_origin(spec, origin());
    if (at.limit > 0)
        return true;
    *power = at.exponent;
    return at.coefficient > 0;
}

static bool lives_at_origin(const mean_profile_t *profile)
{
    return profile->kind == MEAN_POWER && mean_profile_on(profile, DBL_MIN) &&
           mean_profile_scale(profile, DBL_MIN) != 0;
}

signal_bound_t signal_bound(const sgdl_mixture_t *mixture)
{
    signal_bound_t bound = {.above = -INFINITY, .of = SIZE_MAX};
    const size_t classes = signal_classes(mixture);
    for (size_t i = 0; i < classes; i++) {
        double power;
        if (variance_power(&mixture->covariance[i], &power) && -(1 + power) / 2 > bound.above)
            bound = (signal_bound_t){.above = -(1 + power) / 2, .of = i};
    }
    if (bound.of == SIZE_MAX)
        bound.above = -0.5;
    for (size_t i = 0; i < classes; i++) {
        mean_profile_t mean;
        if (mean_profile_resolve(&mean, mixture, i, NULL) == SGDL_OK && lives_at_origin(&mean) &&
            -1 - mean.exponent > bound.above)
            bound = (signal_bound_t){.above = -1 - mean.exponent, .of = i, .mean = true};
    }
    return bound;
}

int signal_at_origin(const sgdl_mixture_t *mixture, bool *is, double *exponent, sgdl_error_t *error)
{
    mean_profile_t profile;
    *is = false;
    *exponent = 0;
    if (!mixture->signal)
        return SGDL_OK;
    const int status = mean_profile_resolve(&profile, mixture, mixture->classes - 1, error);
    if (status != SGDL_OK)
        return status;
    *is = lives_at_origin(&profile);
    *exponent = profile.exponent;
    return SGDL_OK;
}

const char *signal_allowed(const signal_bound_t *bound, char text[SIGNAL_TEXT])
{
    if (bound->of == SIZE_MAX)
        (void)c_print(text, SIGNAL_TEXT,
                      "above %.10g: no class has variance at u -> 0, where the signal's norm would "
                      "be infinite",
                      bound->above);
    else
        (void)c_print(text, SIGNAL_TEXT, "above %.10g: the signal's %s in class %zu is infinite",
                      bound->above, bound->mean ? "mean" : "variance", bound->of + 1);
    return text;
}

int signal_check(const sgdl_mixture_t *mixture, sgdl_error_t *error)
{
    bool is;
    double exponent;
    char text[SIGNAL_TEXT];
    if (mixture->signal && (mixture->classes < 2 || mixture->weight[mixture->classes - 1] != 0))
        return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                         "found a signal that is no class of weight 0 behind others");
    const int status = signal_at_origin(mixture, &is, &exponent, error);
    if (status != SGDL_OK || !is)
        return status;
    const signal_bound_t bound = signal_bound(mixture);
    return exponent > bound.above ? SGDL_OK
                                  : sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                                              "the signal: found the exponent %.10g, allowed %s",
                                              exponent, signal_allowed(&bound, text));
}
