#include "src/landscape/landscape.h"

#include <math.h>
#include <stdlib.h>

#include "src/landscape/critical.h"
#include "src/landscape/noise.h"
#include "src/landscape/potential.h"

/* ---- making and freeing --------------------------------------------------------------------- */

static int prepare_potential(landscape_t *self, const sgdl_spec_t *spec, sgdl_error_t *error)
{
    const potential_family_t *family = (const potential_family_t *)(const void *)spec->family;
    self->potential = calloc(1, sizeof *self->potential);
    if (!self->potential)
        return sgdl_fail_memory(error);
    self->potential->family = family;
    self->coordinates = family->coordinates;
    self->smooth = family->smooth;
    for (size_t i = 0; i < LANDSCAPE_COORDINATES; i++) {
        self->range[i][0] = -INFINITY;
        self->range[i][1] = INFINITY;
    }
    int status = family->prepare(spec, &self->potential->data, error);
    if (status == SGDL_OK && family->range)
        family->range(self->potential->data, self->range);
    return status;
}

static int prepare_noise(const sgdl_spec_t *spec, noise_t **noise, sgdl_error_t *error)
{
    *noise = calloc(1, sizeof **noise);
    if (!*noise)
        return sgdl_fail_memory(error);
    (*noise)->family = (const noise_family_t *)(const void *)spec->family;
    return (*noise)->family->prepare(spec, &(*noise)->data, error);
}

/* What is known of one is used where all are. */
static int meet_ranges(landscape_t *self, sgdl_error_t *error)
{
    for (size_t i = 0; i < self->coordinates; i++) {
        const noise_t *noise = self->noise[i] ? self->noise[i] : self->noise[0];
        double range[] = {-INFINITY, INFINITY};
        if (noise && noise->family->range)
            noise->family->range(noise->data, range);
        self->range[i][0] = fmax(self->range[i][0], range[0]);
        self->range[i][1] = fmin(self->range[i][1], range[1]);
        if (!(self->range[i][0] < self->range[i][1]))
            return sgdl_fail(error, SGDL_ERR_INPUT, "noise",
                             "is known from %g to %g alone, where the potential is not", range[0],
                             range[1]);
    }
    return SGDL_OK;
}

static double sigma_growth(const landscape_t *self, double of_loss)
{
    const potential_family_t *family = self->potential->family;
    double most = 0;
    if (!self->noise[0])
        return family->sigma_growth ? family->sigma_growth(self->potential->data) : 0;
    for (size_t i = 0; i < LANDSCAPE_COORDINATES && self->noise[i]; i++)
        if (self->noise[i]->family->growth)
            most = fmax(most, self->noise[i]->family->growth(self->noise[i]->data, of_loss));
    return most;
}

/* Without bounds on the range. */
static void judge_tails(landscape_t *self)
{
    const potential_family_t *family = self->potential->family;
    const double growth = family->growth ? family->growth(self->potential->data) : 0;
    const bool bounded = isfinite(self->range[0][1] - self->range[0][0]);
    self->confining = bounded || growth > 0;
    self->heavy_tailed = !bounded && growth > 0 && sigma_growth(self, growth) >= growth;
}

static int prepare_noises(landscape_t *self, const sgdl_spec_t *noise, size_t noises,
                          sgdl_error_t *error)
{
    int status = SGDL_OK;
    for (size_t i = 0; i < noises && status == SGDL_OK; i++) {
        status = prepare_noise(&noise[i], &self->noise[i], error);
        if (status == SGDL_OK && self->noise[i]->family->plane && self->coordinates == 1)
            status = sgdl_fail(error, SGDL_ERR_INPUT, "noise",
                               "found %s, allowed in two coordinates alone", noise[i].family->name);
    }
    return status;
}

int landscape_init(landscape_t *self, const sgdl_spec_t *potential, const sgdl_spec_t *noise,
                   size_t noises, sgdl_error_t *error)
{
    *self = (landscape_t){0};
    int status = prepare_potential(self, potential, error);
    if (status == SGDL_OK)
        status = prepare_noises(self, noise, noises, error);
    if (status == SGDL_OK)
        status = meet_ranges(self, error);
    if (status == SGDL_OK) {
        judge_tails(self);
        status = critical_find(self, error);
    }
    return status;
}

static void free_data(void *data, void (*how)(void *))
{
    if (how && data)
        how(data);
    else
        free(data);
}

void landscape_free(landscape_t *self)
{
    if (self->potential)
        free_data(self->potential->data, self->potential->family->free_data);
    for (size_t i = 0; i < LANDSCAPE_COORDINATES; i++) {
        if (self->noise[i])
            free_data(self->noise[i]->data, self->noise[i]->family->free_data);
        free(self->noise[i]);
    }
    free(self->potential);
    free(self->critical);
    free(self->minimum);
    *self = (landscape_t){0};
}

/* ---- the loss ------------------------------------------------------------------------------- */

double landscape_slope(const landscape_t *self, double x, int order)
{
    return self->potential->family->slope(self->potential->data, x, order);
}

double landscape_loss(const landscape_t *self, const double *x)
{
    return self->coordinates == 1 ? landscape_slope(self, *x, 0)
                                  : self->potential->family->loss(self->potential->data, x);
}

void landscape_gradient(const landscape_t *self, const double *x, double *g)
{
    if (self->coordinates == 1)
        *g = landscape_slope(self, *x, 1);
    else
        self->potential->family->gradient(self->potential->data, x, g);
}

void landscape_hessian(const landscape_t *self, const double *x, double *H)
{
    if (self->coordinates == 1)
        *H = landscape_slope(self, *x, 2);
    else
        self->potential->family->hessian(self->potential->data, x, H);
}

const features_t *landscape_features(const landscape_t *self)
{
    const potential_t *potential = self->potential;
    return potential->family->features ? potential->family->features(potential->data) : NULL;
}

/* ---- the noise ------------------------------------------------------------------------------ */

double landscape_sigma_slope(const landscape_t *self, double x, int order)
{
    const noise_t *noise = self->noise[0];
    return noise ? noise->family->slope(noise->data, self, x, order)
                 : self->potential->family->sigma(self->potential->data, x, order);
}

double landscape_sigma(const landscape_t *self, size_t i, const double *x)
{
    if (self->coordinates == 1)
        return landscape_sigma_slope(self, *x, 0);
    const noise_t *noise = self->noise[i] ? self->noise[i] : self->noise[0];
    return noise->family->sigma ? noise->family->sigma(noise->data, self, i, x)
                                : noise->family->slope(noise->data, self, x[i], 0);
}

bool landscape_noise_is_constant(const landscape_t *self)
{
    bool constant = self->noise[0] != NULL;
    for (size_t i = 0; i < LANDSCAPE_COORDINATES; i++)
        constant = constant && (!self->noise[i] || self->noise[i]->family->constant);
    return constant;
}

int landscape_knots(const landscape_t *self, double **x, size_t *count, sgdl_error_t *error)
{
    const potential_t *potential = self->potential;
    const noise_t *noise = self->noise[0];
    const double *list[2] = {NULL, NULL};
    size_t of_list[2] = {0, 0};
    if (potential->family->knots)
        of_list[0] = potential->family->knots(potential->data, &list[0]);
    if (noise && noise->family->knots)
        of_list[1] = noise->family->knots(noise->data, &list[1]);
    *x = NULL;
    *count = of_list[0] + of_list[1];
    if (*count == 0)
        return SGDL_OK;
    *x = malloc(*count * sizeof **x);
    if (!*x)
        return sgdl_fail_memory(error);
    for (size_t i = 0; i < *count; i++)
        (*x)[i] = i < of_list[0] ? list[0][i] : list[1][i - of_list[0]];
    return SGDL_OK;
}
