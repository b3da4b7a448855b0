#include "src/theories/diffusion/kramers_underdamped.h"

#include <math.h>

#include "src/base/quadrature.h"
#include "src/theories/diffusion/grid.h"

/* ---- low friction ---------------------------------------------------------------------------- */

static double log_lost(void *context, double y)
{
    const double D = *(const double *)context, cosine = cos(y);
    return log(-expm1(-D / (4 * cosine * cosine)));
}

double kramers_depopulation(double D)
{
    const double cut[] = {0, M_PI / 2};
    double error = 0;
    return exp(2 / M_PI * quadrature_integrate(log_lost, &D, cut, 2, 1e-12, &error));
}

typedef struct orbit {
    const landscape_t *landscape;
    double height, middle, half; /* x = middle + half sin(angle) */
} orbit_t;

static double action_density(void *context, double angle)
{
    const orbit_t *self = context;
    const double x = self->middle + self->half * sin(angle);
    const double kinetic = self->height - landscape_slope(self->landscape, x, 0);
    return 2 * sqrt(2 * fmax(kinetic, 0)) * fabs(self->half) * cos(angle);
}

/* Where U comes up to the barrier's height again, on the far side of the minimum. */
static double turning_point(const setting_t *setting, double minimum, double barrier, double height)
{
    enum { STRIDES = 100000 };
    const double stride = (minimum - barrier) / 64;
    double inside = minimum, outside, box[2];
    if (grid_box(setting, box, NULL) != SGDL_OK)
        return NAN;
    const double wall = stride < 0 ? box[0] : box[1];
    for (size_t s = 0;; s++) {
        outside = inside + stride;
        if (s == STRIDES || (stride < 0 ? outside <= wall : outside >= wall)) {
            outside = wall;
            if (landscape_slope(setting->landscape, wall, 0) < height)
                return wall;
            break;
        }
        if (landscape_slope(setting->landscape, outside, 0) >= height)
            break;
        inside = outside;
    }
    for (int halvings = 0; halvings < 100; halvings++) {
        const double middle = 0.5 * (inside + outside);
        if (landscape_slope(setting->landscape, middle, 0) >= height)
            outside = middle;
        else
            inside = middle;
    }
    return inside;
}

double kramers_action(const setting_t *setting, size_t from, size_t to)
{
    const landscape_t *landscape = setting->landscape;
    const critical_point_t *barrier = landscape_barrier(landscape, from < to ? from : to);
    const double far = turning_point(setting, landscape_minimum(landscape, from)->x[0],
                                     barrier->x[0], barrier->loss);
    orbit_t orbit = {landscape, barrier->loss, 0.5 * (barrier->x[0] + far),
                     0.5 * (barrier->x[0] - far)};
    const double cut[] = {-M_PI / 2, 0, M_PI / 2};
    double error = 0;
    return isnan(far) ? NAN : quadrature_integrate(action_density, &orbit, cut, 3, 1e-12, &error);
}

/* ---- the rate -------------------------------------------------------------------------------- */

double kramers_inertial_time(const setting_t *setting, size_t from, size_t to)
{
    const landscape_t *landscape = setting->landscape;
    const critical_point_t *minimum = landscape_minimum(landscape, from);
    const critical_point_t *barrier = landscape_barrier(landscape, from < to ? from : to);
    const double T = setting->heat * minimum->sigma[0], friction = setting->friction;
    if (!landscape_noise_is_constant(landscape) || !(minimum->curvature * -barrier->curvature > 0))
        return NAN;
    const double above = sqrt(-barrier->curvature), below = sqrt(minimum->curvature);
    /* lambda, without a difference of large numbers */
    const double growth =
        above * above / (sqrt(friction * friction / 4 + above * above) + friction / 2);
    return above / growth * 2 * M_PI / below * exp((barrier->loss - minimum->loss) / T);
}

double kramers_underdamped_time(const setting_t *setting, size_t from, size_t to)
{
    const double inertial = kramers_inertial_time(setting, from, to);
    const double T = setting->heat * landscape_minimum(setting->landscape, from)->sigma[0];
    if (isnan(inertial))
        return NAN;
    const double D[] = {setting->friction * kramers_action(setting, from, to) / T,
                        setting->friction * kramers_action(setting, to, from) / T};
    return inertial * kramers_depopulation(D[0] + D[1]) /
           (kramers_depopulation(D[0]) * kramers_depopulation(D[1]));
}

/* ---- finite steps ---------------------------------------------------------------------------- */

/* x, V and the integral so far. */
typedef struct descent {
    double x, V, K;
} descent_t;

static descent_t slope_of(const setting_t *setting, const descent_t *at)
{
    const landscape_t *landscape = setting->landscape;
    return (descent_t){at->V, -setting->friction * at->V - landscape_slope(landscape, at->x, 1),
                       setting->friction * at->V * at->V * landscape_slope(landscape, at->x, 2)};
}

static descent_t moved(const descent_t *at, double dt, const descent_t *slope)
{
    return (descent_t){at->x + dt * slope->x, at->V + dt * slope->V, at->K + dt * slope->K};
}

/* Runge and Kutta's step. */
static descent_t step_of(const setting_t *setting, const descent_t *at, double dt)
{
    const descent_t a = slope_of(setting, at), at_a = moved(at, dt / 2, &a);
    const descent_t b = slope_of(setting, &at_a), at_b = moved(at, dt / 2, &b);
    const descent_t c = slope_of(setting, &at_b), at_c = moved(at, dt, &c);
    const descent_t d = slope_of(setting, &at_c);
    const descent_t sum = {a.x + 2 * (b.x + c.x) + d.x, a.V + 2 * (b.V + c.V) + d.V,
                           a.K + 2 * (b.K + c.K) + d.K};
    return moved(at, dt / 6, &sum);
}

/* From just below the barrier, along the unstable direction, until the energy is gone. Where
 * friction is high V follows -U'/friction, and K, the integral of -U' U'', vanishes. */
static double exponent(const setting_t *setting, const critical_point_t *minimum,
                       const critical_point_t *barrier)
{
    enum { STEPS = 2000000 };
    const double begin = 1e-5, end = 1e-10, overdamped = 100, resolution = 0.01;
    const double friction = setting->friction, above = sqrt(-barrier->curvature);
    const double fastest = sqrt(fmax(minimum->curvature, -barrier->curvature));
    const double growth =
        above * above / (sqrt(friction * friction / 4 + above * above) + friction / 2);
    const double away = begin * (minimum->x[0] - barrier->x[0]);
    const double dt = resolution / (fastest + friction);
    descent_t at = {barrier->x[0] + away, growth * away, 0};
    if (friction > overdamped * fastest)
        return 0;
    for (size_t s = 0; s < STEPS; s++) {
        const double energy =
            at.V * at.V / 2 + landscape_slope(setting->landscape, at.x, 0) - minimum->loss;
        if (energy < end * (barrier->loss - minimum->loss))
            return at.K;
        at = step_of(setting, &at, dt);
    }
    return NAN;
}

finite_steps_t kramers_finite_steps(const setting_t *setting, size_t from, size_t to)
{
    const landscape_t *landscape = setting->landscape;
    const critical_point_t *minimum = landscape_minimum(landscape, from);
    const critical_point_t *barrier = landscape_barrier(landscape, from < to ? from : to);
    const double h2 = setting->stride * setting->stride;
    finite_steps_t out = {.K = NAN};
    if (minimum->curvature * -barrier->curvature > 0)
        out.K = exponent(setting, minimum, barrier);
    out.exponential = exp(h2 * out.K / (6 * setting->heat * minimum->sigma[0]));
    out.prefactor = 1 + h2 / 8 * (minimum->curvature + barrier->curvature);
    return out;
}
