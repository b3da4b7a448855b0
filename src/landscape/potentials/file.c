/* A measured profile: U, and maybe Sigma, at some x. */
#include <stdlib.h>

#include "src/landscape/potential.h"
#include "src/landscape/profile.h"

typedef struct measured {
    profile_t loss, sigma; /* sigma of no places: none was measured */
} measured_t;

static void free_measured(void *data)
{
    measured_t *self = data;
    profile_free(&self->loss);
    profile_free(&self->sigma);
    free(self);
}

static int prepare(const sgdl_spec_t *spec, void **data, sgdl_error_t *error)
{
    const sgdl_setting_t *path = sgdl_spec_setting(spec, "path");
    const size_t columns = profile_columns(path), rows = path->data_count / columns;
    measured_t *self = calloc(1, sizeof *self);
    if (!self)
        return sgdl_fail_memory(error);
    *data = self;
    int status = profile_check(path, columns, error);
    if (status == SGDL_OK)
        status = profile_init(&self->loss, path->data, rows, columns, 1, error);
    if (status == SGDL_OK && columns > 2)
        status = profile_init(&self->sigma, path->data, rows, columns, 2, error);
    return status;
}

static void range(const void *data, double (*range)[2])
{
    const profile_t *loss = &((const measured_t *)data)->loss;
    range[0][0] = loss->x[0];
    range[0][1] = loss->x[loss->count - 1];
}

static double slope(const void *data, double x, int order)
{
    return profile_slope(&((const measured_t *)data)->loss, x, order);
}

static bool brings_noise(const sgdl_spec_t *spec)
{
    return profile_columns(sgdl_spec_setting(spec, "path")) > 2;
}

static double sigma(const void *data, double x, int order)
{
    return profile_slope(&((const measured_t *)data)->sigma, x, order);
}

static size_t knots(const void *data, const double **x)
{
    const measured_t *self = data;
    *x = self->loss.x; /* Sigma's, too */
    return self->loss.count;
}

static int critical(const void *data, double **x, size_t *count, sgdl_error_t *error)
{
    return profile_zeros(&((const measured_t *)data)->loss, x, count, error);
}

static const sgdl_key_t keys[] = {
    {.name = "path",
     .kind = SGDL_KEY_PATH,
     .required = true,
     .help = "text file of two columns, x (increasing) and U, at least 8 rows; a third column is "
             "the noise's Sigma, and then there is no other noise"}};

const potential_family_t potential_file = {
    .family = {"file", "a measured profile, smooth: through its points goes a cubic spline", keys,
               1, NULL},
    .coordinates = 1,
    .brings_noise = brings_noise,
    .prepare = prepare,
    .free_data = free_measured,
    .range = range,
    .slope = slope,
    .sigma = sigma,
    .knots = knots,
    .critical = critical,
};
