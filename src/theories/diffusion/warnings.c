#include "src/theories/diffusion/warnings.h"

#include <math.h>
#include <string.h>

#include "src/curve/emit.h"

static const double large_step = 0.2;
static const double low_barrier = 2;
static const double much_mass = 1e-8;

/* ---- the step ------------------------------------------------------------------------------- */

/* The largest curvature of the minima and, in one coordinate, between them. */
static double largest_curvature(const landscape_t *landscape)
{
    enum { POINTS = 512 };
    double largest = 0;
    for (size_t b = 0; b < landscape->minima; b++)
        largest = fmax(largest, landscape_minimum(landscape, b)->eigenvalue[1]);
    if (landscape->coordinates > 1)
        return largest;
    const double from = landscape_minimum(landscape, 0)->x[0];
    const double to = landscape_minimum(landscape, landscape->minima - 1)->x[0];
    for (int i = 0; i <= POINTS && to > from; i++)
        largest = fmax(largest, landscape_slope(landscape, from + (to - from) * i / POINTS, 2));
    return largest;
}

static int note_step(const setting_t *setting, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    char key[SETTING_KEY];
    const double mu = setting->momentum, eta = setting->rate.bound;
    const double size = (mu > 0 ? 2 / (1 + mu) : 1) * eta * largest_curvature(setting->landscape);
    if (!(size > large_step))
        return SGDL_OK;
    return emit_note(sink, setting_key(setting, "warning_step", key), error,
                     "%s = %.3g on the basins, above %g: finite steps matter%s",
                     mu > 0 ? "h^2 U''" : "learning rate x U''", size, large_step,
                     mu > 0 ? "" : ", see limit --discrete");
}

/* ---- barriers ------------------------------------------------------------------------------- */

/* Height of a point above the minimum of a basin, in units of the temperature at time 0. */
static double height_above(const setting_t *setting, const critical_point_t *point, size_t basin)
{
    const critical_point_t *minimum = landscape_minimum(setting->landscape, basin);
    if (setting->landscape->coordinates == 1)
        return setting_height(setting, point->x[0]) - setting_height(setting, minimum->x[0]);
    return (point->loss - minimum->loss) / setting->temperature;
}

/* The least of them between neighbours; two coordinates: of every saddle above the highest minimum
 * that lies below it. */
static double least_barrier(const setting_t *setting)
{
    const landscape_t *landscape = setting->landscape;
    double least = INFINITY;
    for (size_t b = 0; b + 1 < landscape->minima && landscape->coordinates == 1; b++)
        for (size_t side = 0; side < 2; side++)
            least = fmin(least, height_above(setting, landscape_barrier(landscape, b), b + side));
    for (size_t c = 0; c < landscape->critical_count && landscape->coordinates > 1; c++)
        for (size_t b = 0; b < landscape->minima && landscape->minima > 1; b++)
            if (landscape->critical[c].kind == CRITICAL_SADDLE &&
                landscape_minimum(landscape, b)->loss < landscape->critical[c].loss)
                least = fmin(least, height_above(setting, &landscape->critical[c], b));
    return least;
}

static bool is_measured(const setting_t *setting)
{
    return strcmp(setting->problem->potential.family->name, "file") == 0;
}

static int note_barrier(const setting_t *setting, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    char key[SETTING_KEY];
    const double least = least_barrier(setting) * setting->eta / setting->rate.bound;
    if (!(least < low_barrier))
        return SGDL_OK;
    return emit_note(sink, setting_key(setting, "warning_barrier", key), error,
                     "the lowest barrier is %.3g temperatures high, below %g: no metastability, "
                     "Kramers' rates mean nothing%s",
                     least, low_barrier,
                     is_measured(setting) ? "; or the profile's points are noisy: smooth them"
                                          : "");
}

int warnings_note(const setting_t *setting, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    int status = note_step(setting, sink, error);
    return status == SGDL_OK ? note_barrier(setting, sink, error) : status;
}

int warnings_note_outermost(const setting_t *setting, double mass, const sgdl_sink_t *sink,
                            sgdl_error_t *error)
{
    char key[SETTING_KEY];
    int status = emit_note(sink, setting_key(setting, "outermost_cells", key), error,
                           "%.1e of the stationary mass", mass);
    if (status == SGDL_OK && mass > much_mass)
        status = emit_note(sink, setting_key(setting, "warning_box", key), error,
                           "%.1e of the stationary mass is in the outermost cells, above %g: the "
                           "walls of the box shape the law",
                           mass, much_mass);
    return status;
}
