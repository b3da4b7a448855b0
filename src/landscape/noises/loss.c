/* Sigma = factor (U + floor): noise in proportion to the loss. */
#include <math.h>
#include <stdlib.h>

#include "src/landscape/noise.h"

typedef struct scaled {
    double factor, floor;
} scaled_t;

static int prepare(const sgdl_spec_t *spec, void **data, sgdl_error_t *error)
{
    scaled_t *self = malloc(sizeof *self);
    if (!self)
        return sgdl_fail_memory(error);
    *self = (scaled_t){sgdl_spec_number(spec, "factor"), sgdl_spec_number(spec, "floor")};
    *data = self;
    return SGDL_OK;
}

static double slope(const void *data, const landscape_t *landscape, double x, int order)
{
    const scaled_t *self = data;
    return self->factor * (landscape_slope(landscape, x, order) + (order == 0 ? self->floor : 0));
}

static double growth(const void *data, double of_loss)
{
    (void)data;
    return of_loss;
}

static double sigma(const void *data, const landscape_t *landscape, size_t i, const double *x)
{
    const scaled_t *self = data;
    (void)i;
    return self->factor * (landscape_loss(landscape, x) + self->floor);
}

static const sgdl_key_t keys[] = {
    {.name = "factor",
     .kind = SGDL_KEY_REAL,
     .required = true,
     .lower = 0,
     .upper = INFINITY,
     .lower_open = true,
     .upper_open = true,
     .help = "of U + floor"},
    {.name = "floor",
     .kind = SGDL_KEY_REAL,
     .standard = 0,
     .lower = -INFINITY,
     .upper = INFINITY,
     .lower_open = true,
     .upper_open = true,
     .help = "what is added to U: Sigma stays above 0 where U is 0"},
};

const noise_family_t noise_loss = {
    .family = {"loss", "factor (U + floor): in proportion to the loss", keys, 2, NULL},
    .prepare = prepare,
    .growth = growth,
    .slope = slope,
    .sigma = sigma,
};
