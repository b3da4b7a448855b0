#include "src/theories/diffusion/simulated.h"

#include <math.h>
#include <stdio.h>

/* ---- basins ---------------------------------------------------------------------------------- */

int basin_finder_init(basin_finder_t *self, const setting_t *setting, const sgdl_plan_t *plan,
                      sgdl_error_t *error)
{
    const landscape_t *landscape = setting->landscape;
    setting_t still = *setting; /* basins know neither */
    *self = (basin_finder_t){.landscape = landscape};
    if (landscape->coordinates == 1 || landscape->minima == 1)
        return SGDL_OK;
    still.momentum = still.friction = 0;
    still.rate = rate_source_constant(setting->eta, setting->rate.horizon);
    int status = plane_init(&self->plane, &still, plan, error);
    if (status == SGDL_OK)
        status = plane_basins_init(&self->basins, &self->plane, plan, error);
    self->plane.setting = NULL;
    return status;
}

void basin_finder_free(basin_finder_t *self)
{
    plane_basins_free(&self->basins);
    plane_free(&self->plane);
}

static bool is_in_box(const plane_t *plane, const double *x)
{
    for (size_t axis = 0; axis < PLANE_AXES; axis++)
        if (!(x[axis] >= plane->box[axis][0] && x[axis] <= plane->box[axis][1]))
            return false;
    return true;
}

/* Cells that two basins share are looked at again. */
static size_t find_in_plane(const basin_finder_t *self, const double *x)
{
    const plane_t *plane = &self->plane;
    const size_t cell = plane_cell(plane, x), basin = self->basins.basin[cell];
    const bool whole =
        basin < self->landscape->minima && self->basins.share[basin * plane->count + cell] >= 1;
    return whole && is_in_box(plane, x) ? basin : landscape_basin(self->landscape, x);
}

size_t basin_finder_of(const basin_finder_t *self, const double *x)
{
    const landscape_t *landscape = self->landscape;
    size_t basin = 0;
    if (landscape->coordinates > 1)
        return landscape->minima > 1 ? find_in_plane(self, x) : 0;
    while (basin + 1 < landscape->minima && x[0] > landscape_barrier(landscape, basin)->x[0])
        basin++;
    return basin;
}

/* ---- what is told ---------------------------------------------------------------------------- */

int simulated_quantities(const landscape_t *landscape, emit_list_t *list, sgdl_error_t *error)
{
    static const char *const names[] = {"mean_loss", "sharpness", "mean_x", "var_x",
                                        "mean_y",    "var_y",     "p_flat"};
    const bool plane = landscape->coordinates > 1;
    int status = SGDL_OK;
    for (size_t b = 0; b < landscape->minima && status == SGDL_OK; b++) {
        char name[32];
        (void)snprintf(name, sizeof name, "p_%zu", b + 1);
        status = statistics_quantities(list, name, error);
    }
    for (size_t i = 0; i < sizeof names / sizeof *names && status == SGDL_OK; i++)
        if (plane || (i != 4 && i != 5))
            status = statistics_quantities(list, names[i], error);
    return status;
}

/* One row of a curve on its way into numbers. */
typedef struct reading_of {
    const ensemble_t *ensemble;
    const basin_finder_t *finder;
    kept_t kept;
    size_t curve, row;
    double *sample;
    double *next;
} reading_of_t;

static double trace(const landscape_t *landscape, const double *x)
{
    double H[LANDSCAPE_COORDINATES * LANDSCAPE_COORDINATES];
    landscape_hessian(landscape, x, H);
    return landscape->coordinates > 1 ? H[0] + H[3] : H[0];
}

typedef enum reads { READS_BASIN, READS_LOSS, READS_SHARPNESS, READS_X } reads_t;

static double read_one(const reading_of_t *self, reads_t what, size_t which, const double *x)
{
    const landscape_t *landscape = self->finder->landscape;
    return what == READS_BASIN       ? basin_finder_of(self->finder, x) == which
           : what == READS_LOSS      ? landscape_loss(landscape, x)
           : what == READS_SHARPNESS ? trace(landscape, x)
                                     : x[which];
}

static statistics_t put(reading_of_t *self, reads_t what, size_t which)
{
    size_t count = 0;
    for (size_t run = 0; run < self->ensemble->plan.runs; run++)
        if (ensemble_counts(self->ensemble, &self->kept, self->curve, run))
            self->sample[count++] = read_one(
                self, what, which, ensemble_row(self->ensemble, self->curve, run, self->row));
    const statistics_t statistics = statistics_of(self->sample, count);
    self->next = statistics_put(self->next, statistics);
    return statistics;
}

/* Squared deviations from the ensemble's mean, whose mean is the sample's variance. */
static void put_variance(reading_of_t *self, size_t i, double mean)
{
    size_t count = 0;
    for (size_t run = 0; run < self->ensemble->plan.runs; run++)
        if (ensemble_counts(self->ensemble, &self->kept, self->curve, run)) {
            const double *x = ensemble_row(self->ensemble, self->curve, run, self->row);
            self->sample[count++] = (x[i] - mean) * (x[i] - mean);
        }
    const double unbiased = (double)count / ((double)count - 1);
    for (size_t r = 0; r < count; r++)
        self->sample[r] *= unbiased;
    self->next = statistics_put(self->next, statistics_of(self->sample, count));
}

double *simulated_put(const ensemble_t *ensemble, const basin_finder_t *finder, size_t curve,
                      size_t row, double *sample, double *next)
{
    const landscape_t *landscape = finder->landscape;
    reading_of_t self = {ensemble, finder, ensemble_kept(ensemble, curve), curve, row,
                         sample,   next};
    for (size_t b = 0; b < landscape->minima; b++)
        (void)put(&self, READS_BASIN, b);
    (void)put(&self, READS_LOSS, 0);
    (void)put(&self, READS_SHARPNESS, 0);
    for (size_t i = 0; i < landscape->coordinates; i++) {
        const statistics_t mean = put(&self, READS_X, i);
        put_variance(&self, i, mean.mean);
    }
    (void)put(&self, READS_BASIN, landscape_flattest(landscape));
    return self.next;
}
