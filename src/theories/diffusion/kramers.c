#include "src/theories/diffusion/kramers.h"

#include <math.h>

bool kramers_has_next_order(const setting_t *setting)
{
    return landscape_noise_is_constant(setting->landscape) && setting->landscape->smooth;
}

/* c_i at a minimum, c_s at a maximum. */
static double next_order(const landscape_t *landscape, double x)
{
    const double u2 = landscape_slope(landscape, x, 2), size = fabs(u2);
    const double u3 = landscape_slope(landscape, x, 3) / size;
    const double u4 = landscape_slope(landscape, x, 4) / size;
    return (5 * u3 * u3 / 24 - (u2 > 0 ? 1 : -1) * u4 / 8) / size;
}

double kramers_leading_time(const setting_t *setting, size_t from, size_t to)
{
    const landscape_t *landscape = setting->landscape;
    const critical_point_t *minimum = landscape_minimum(landscape, from);
    const critical_point_t *barrier = landscape_barrier(landscape, from < to ? from : to);
    if (!(minimum->curvature > 0 && barrier->curvature < 0))
        return NAN;
    const double climb =
        setting_height(setting, barrier->x[0]) - setting_height(setting, minimum->x[0]);
    const double curvature = sqrt(minimum->curvature) * sqrt(-barrier->curvature);
    return 2 * M_PI / curvature * sqrt(barrier->sigma[0] / minimum->sigma[0]) * exp(climb);
}

double kramers_time(const setting_t *setting, size_t from, size_t to)
{
    const landscape_t *landscape = setting->landscape;
    const critical_point_t *minimum = landscape_minimum(landscape, from);
    const critical_point_t *barrier = landscape_barrier(landscape, from < to ? from : to);
    const double leading = kramers_leading_time(setting, from, to);
    if (isnan(leading) || !kramers_has_next_order(setting))
        return leading;
    const double D = setting->heat * minimum->sigma[0];
    const double factor =
        1 + D * (next_order(landscape, minimum->x[0]) + next_order(landscape, barrier->x[0]));
    return factor > 0 ? leading * factor : NAN;
}
