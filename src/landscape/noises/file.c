/* Sigma measured at some x. */
#include <stdlib.h>

#include "src/landscape/noise.h"
#include "src/landscape/profile.h"

static void free_profile(void *data)
{
    profile_free(data);
    free(data);
}

static int prepare(const sgdl_spec_t *spec, void **data, sgdl_error_t *error)
{
    const sgdl_setting_t *path = sgdl_spec_setting(spec, "path");
    const size_t columns = profile_columns(path);
    profile_t *self = calloc(1, sizeof *self);
    if (!self)
        return sgdl_fail_memory(error);
    *data = self;
    if (columns != 2)
        return sgdl_fail(error, SGDL_ERR_INPUT, path->path,
                         "found %zu columns, allowed two: x and Sigma", columns);
    int status = profile_check(path, columns, error);
    return status == SGDL_OK ? profile_init(self, path->data, path->data_count / 2, 2, 1, error)
                             : status;
}

static void range(const void *data, double range[2])
{
    const profile_t *self = data;
    range[0] = self->x[0];
    range[1] = self->x[self->count - 1];
}

static double slope(const void *data, const landscape_t *landscape, double x, int order)
{
    (void)landscape;
    return profile_slope(data, x, order);
}

static size_t knots(const void *data, const double **x)
{
    const profile_t *self = data;
    *x = self->x;
    return self->count;
}

static const sgdl_key_t keys[] = {
    {.name = "path",
     .kind = SGDL_KEY_PATH,
     .required = true,
     .help = "text file of two columns, the coordinate (increasing) and Sigma, at least 8 rows"}};

const noise_family_t noise_file = {
    .family = {"file", "measured, between whose points a cubic spline goes", keys, 1, NULL},
    .prepare = prepare,
    .free_data = free_profile,
    .range = range,
    .knots = knots,
    .slope = slope,
};
