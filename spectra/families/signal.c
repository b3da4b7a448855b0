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

int signal_at_origin(const sgdl_mixture_t *mixture, size_t number, bool *is, double *exponent,
                     sgdl_error_t *error)
{
    mean_profile_t profile;
    *is = false;
    *exponent = 0;
    if (number >= mixture->signals)
        return SGDL_OK;
    const int status =
        mean_profile_resolve(&profile, mixture, signal_classes(mixture) + number, error);
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

static int check_bound(const sgdl_mixture_t *mixture, size_t number, sgdl_error_t *error)
{
    bool is;
    double exponent;
    char text[SIGNAL_TEXT];
    const int status = signal_at_origin(mixture, number, &is, &exponent, error);
    if (status != SGDL_OK || !is)
        return status;
    if (mixture->signals > 1 && !(exponent > -0.5))
        return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                         "signal %zu: found the exponent %.10g, allowed above -0.5 with several "
                         "signals",
                         number + 1, exponent);
    const signal_bound_t bound = signal_bound(mixture);
    return exponent > bound.above ? SGDL_OK
                                  : sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                                              "the signal: found the exponent %.10g, allowed %s",
                                              exponent, signal_allowed(&bound, text));
}

int signal_check(const sgdl_mixture_t *mixture, sgdl_error_t *error)
{
    int status = SGDL_OK;
    if (mixture->signals > 0 && mixture->classes <= mixture->signals)
        return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                         "found a signal that is no class of weight 0 behind others");
    for (size_t k = 0; k < mixture->signals && status == SGDL_OK; k++) {
        if (mixture->weight[signal_classes(mixture) + k] != 0)
            return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                             "found a signal that is no class of weight 0 behind others");
        status = check_bound(mixture, k, error);
    }
    return status;
}
