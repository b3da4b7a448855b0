/* The end of a mixture at u -> 0, from what the families say of their profiles there. */
#include <math.h>
#include <stdlib.h>

#include "sgdlimit/spectra.h"
#include "src/base/interrupted.h"
#include "spectra/families/profile.h"
#include "spectra/nodes/segments.h"

/* Other powers that are smaller than the leading one by this do not count. */
static const double rounding = 1e-14;

/* The leading power of sum_i p_i lambda_i at u -> 0; false where it does not fall to zero, or is
 * zero throughout. */
static bool find_covariance(sgdl_tail_t *self, const profiles_t *profiles, position_t inside)
{
    const sgdl_mixture_t *mixture = profiles->mixture;
    self->exponent = INFINITY;
    for (size_t i = 0; i < mixture->classes; i++) {
        const sgdl_spec_t *spec = &mixture->covariance[i];
        if (mixture->weight[i] == 0)
            continue;
        const family_origin_t origin = covariance_origin(spec, inside);
        if (origin.limit > 0 || !(origin.exponent > 0))
            return false;
        if (origin.coefficient == 0)
            continue;
        if (origin.exponent < self->exponent) {
            self->exponent = origin.exponent;
            self->coefficient = 0;
        }
        if (origin.exponent == self->exponent)
            self->coefficient += mixture->weight[i] * origin.coefficient;
    }
    return self->coefficient > 0;
}

static void find_below(sgdl_tail_t *self, const profiles_t *profiles, position_t inside)
{
    const sgdl_mixture_t *mixture = profiles->mixture;
    self->below = 0;
    for (size_t i = 0; i < mixture->classes; i++) {
        const sgdl_spec_t *spec = &mixture->covariance[i];
        const family_origin_t origin = covariance_origin(spec, inside);
        if (mixture->weight[i] == 0 || origin.coefficient == 0)
            continue;
        self->below = fmin(self->below, origin.below);
        if (origin.exponent > self->exponent)
            self->below = fmin(self->below,
                               (log(rounding) + log(self->coefficient) - log(origin.coefficient)) /
                                   (origin.exponent - self->exponent));
    }
}

/* Whether classes i and j have their means in one column. */
static bool same_column(const profiles_t *profiles, size_t i, size_t j)
{
    const mean_profile_t *a = &profiles->mean[i], *b = &profiles->mean[j];
    return a->kind == b->kind && a->exponent == b->exponent &&
           (a->kind != MEAN_GAUSSIAN || a->base == b->base);
}

static void add_column(sgdl_tail_t *self, const profiles_t *profiles, size_t first,
                       position_t inside)
{
    const size_t classes = profiles->mixture->classes;
    const double power = profiles->mean[first].exponent;
    size_t at = self->columns++;
    for (; at > 0 && self->power[at - 1] > power; at--) {
        self->power[at] = self->power[at - 1];
        for (size_t i = 0; i < classes; i++)
            self->mean[at * classes + i] = self->mean[(at - 1) * classes + i];
    }
    self->power[at] = power;
    for (size_t i = 0; i < classes; i++)
        self->mean[at * classes + i] =
            same_column(profiles, first, i) ? profiles_mean_scale(profiles, i, inside) : 0;
}

static int find_means(sgdl_tail_t *self, const profiles_t *profiles, position_t inside,
                      sgdl_error_t *error)
{
    const size_t classes = profiles->mixture->classes;
    self->power = calloc(classes, sizeof *self->power);
    self->mean = calloc(classes, classes * sizeof *self->mean);
    if (!self->power || !self->mean)
        return sgdl_fail_memory(error);
    for (size_t i = 0; i < classes; i++) {
        const int status = check_interrupted(profiles->mixture->watch.stop, error);
        if (status != SGDL_OK)
            return status;
        bool seen = !profiles_mean_on(profiles, i, inside);
        for (size_t j = 0; j < i && !seen; j++)
            seen = profiles_mean_on(profiles, j, inside) && same_column(profiles, i, j);
        if (!seen)
            add_column(self, profiles, i, inside);
    }
    return SGDL_OK;
}

int sgdl_tail_init(sgdl_tail_t *self, const sgdl_mixture_t *mixture, sgdl_error_t *error)
{
    profiles_t profiles = {0};
    segments_t segments = {0};
    *self = (sgdl_tail_t){0};
    if (isfinite(mixture->dimension))
        return SGDL_OK;
    int status = profiles_init(&profiles, mixture, error);
    if (status == SGDL_OK)
        status = segments_init(&segments, &profiles, error);
    if (status == SGDL_OK && find_covariance(self, &profiles, segments.segment[0].inside)) {
        self->exists = true;
        find_below(self, &profiles, segments.segment[0].inside);
        self->below = fmin(self->below, segments.segment[0].high.log_u);
        status = find_means(self, &profiles, segments.segment[0].inside, error);
    }
    segments_free(&segments);
    profiles_free(&profiles);
    if (status != SGDL_OK)
        sgdl_tail_free(self);
    return status;
}

void sgdl_tail_free(sgdl_tail_t *self)
{
    free(self->power);
    free(self->mean);
    *self = (sgdl_tail_t){0};
}
