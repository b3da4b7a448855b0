/* Integrals over z = eta A ~ Gamma(shape k, scale s) on both sides of z = 1, where |1 - z| has its
 * kink: densities are taken relative to their largest value, and cut into panels about it. */
#include "src/theories/diffusion/tail.h"

#include <math.h>
#include <stddef.h>

#include "src/base/quadrature.h"

static const double finest = 1e-13;
/* As near to 1 as a number that rounds to 1 may be. */
static const double nearest = 1e-17;

/* ---- integrals on one side of 1 ------------------------------------------------------------- */

typedef struct side {
    double shape, mean; /* of z: k, and k s */
    double power;       /* kappa of |1 - z|^kappa */
    bool of_log;        /* times log|1 - z| */
    double top;         /* the exponent's largest value */
    bool stretched;     /* the variable is z^k: k < 1, and the density has a pole at 0 */
} side_t;

/* log of the density up to a constant: k (log(z/mean) - z/mean + 1) - log z, without cancelling
 * where the law is narrow. Of the stretched variable it is a multiple of z. */
static double log_density(const side_t *self, double z)
{
    const double y = (z - self->mean) / self->mean;
    if (self->stretched)
        return -self->shape * (log(self->mean) + y);
    return self->shape * ((fabs(y) < 0.5 ? log1p(y) : log(z / self->mean)) - y) - log(z);
}

static double exponent(const side_t *self, double z)
{
    const double distance = fabs(1 - z);
    return log_density(self, z) + (self->power != 0 ? self->power * log(distance) : 0);
}

static double integrand(void *context, double t)
{
    const side_t *self = context;
    const double z = self->stretched ? pow(t, 1 / self->shape) : t;
    const double value = exp(exponent(self, z) - self->top);
    return self->of_log && value > 0 ? value * log(fmax(fabs(1 - z), nearest)) : value;
}

/* The largest exponent below and above 1 is at a root of z^2 - b z + c = 0. */
static double peak(const side_t *self, bool above)
{
    const double s = self->mean / self->shape;
    const double c = (self->shape - 1) * s, b = 1 + self->power * s + c;
    const double root = sqrt(fmax(b * b / 4 - c, 0)) + fabs(b) / 2;
    const double large = b > 0 ? root : c / -root, small = b > 0 ? c / root : -root;
    return above ? fmax(large, 1) : fmin(fmax(small, 0), 1);
}

/* Cuts of [low, high] about `centre`, at distances that grow from `width`. */
static size_t make_cuts(double low, double high, double centre, double width, double *cut)
{
    enum { MOST = 40 };
    double left[MOST];
    size_t lefts = 0, count = 0;
    for (double d = width; lefts < MOST && centre - d > low; d *= 2)
        left[lefts++] = centre - d;
    cut[count++] = low;
    while (lefts > 0)
        cut[count++] = left[--lefts];
    if (centre > low && centre < high)
        cut[count++] = centre;
    for (double d = width; count < (size_t)2 * MOST && centre + d < high; d *= 2)
        cut[count++] = centre + d;
    cut[count++] = high;
    return count;
}

/* In what distance from its peak the density falls, whether the peak is round or at an end. */
static double width_at(const side_t *self, double z)
{
    const double s = self->mean / self->shape, k = self->shape;
    if (z == 1)
        return 1 / fabs((k - 1) / z - 1 / s);
    const double away = self->power / (1 - z);
    return 1 / sqrt((self->power > 0 ? away * away / self->power : 0) + fabs(k - 1) / (z * z));
}

/* Where nothing is left of the density above 1. */
static double find_end(const side_t *self, double centre, double width)
{
    double end = fmax(centre, 1) + width;
    while (exponent(self, end) > self->top - 100 && end < 1e300)
        end += fmax(width, 0.25 * (end - 1));
    return end;
}

/* Exponents are differences of large numbers, whose rounding no halving of panels mends. */
static double tolerance_at(const side_t *self, double z)
{
    const double y = fabs(z / self->mean - 1), distance = fabs(1 - z);
    const double size = self->shape * y + sqrt(self->shape) +
                        (distance > 0 ? self->power * fabs(log(distance)) : 0);
    return fmax(finest, 1e-15 * size);
}

/* Below 1, largest at z = 0: cuts at z that grow fourfold from what is nothing, z^k of them. */
static double integrate_stretched(side_t *self)
{
    double cut[QUADRATURE_CUTS], error = 0;
    const double width = 1 / (self->power + self->shape / self->mean);
    size_t cuts = 1;
    self->stretched = true;
    self->top = exponent(self, 0);
    cut[0] = 0;
    for (double z = 1e-9 * width; z < 1 && cuts + 1 < QUADRATURE_CUTS; z *= 4)
        if (pow(z, self->shape) > cut[cuts - 1])
            cut[cuts++] = pow(z, self->shape);
    cut[cuts++] = 1;
    return quadrature_integrate(integrand, self, cut, cuts, finest, &error) / self->shape;
}

/* The integral over z < 1 or z > 1: e^top times what is returned. */
static double integrate(side_t *self, bool above)
{
    double cut[QUADRATURE_CUTS], error = 0;
    if (!above && self->shape <= 1)
        return integrate_stretched(self);
    self->stretched = false;
    const double centre = peak(self, above), width = width_at(self, centre);
    self->top = exponent(self, centre);
    const double low = above ? 1 : 0, high = above ? find_end(self, centre, width) : 1;
    const size_t cuts = make_cuts(low, high, centre, width, cut);
    return quadrature_integrate(integrand, self, cut, cuts, tolerance_at(self, centre), &error);
}

/* ---- moments -------------------------------------------------------------------------------- */

static side_t side_of(const least_squares_t *problem, double eta)
{
    return (side_t){.shape = problem->batch * problem->h * problem->h / problem->v,
                    .mean = eta * problem->h};
}

/* Both sides together: log of the integral. */
static double log_integral(side_t *self)
{
    const double below = integrate(self, false), low = self->top;
    const double above = integrate(self, true), high = self->top;
    const double top = fmax(low, high);
    return top + log(below * exp(low - top) + above * exp(high - top));
}

double tail_log_moment(const least_squares_t *problem, double eta, double power)
{
    side_t side = side_of(problem, eta);
    if (problem->v == 0)
        return power * log(fabs(1 - eta * problem->h));
    const double whole = log_integral(&side);
    side.power = power;
    return log_integral(&side) - whole;
}

double tail_mean_log(const least_squares_t *problem, double eta)
{
    side_t side = side_of(problem, eta);
    if (problem->v == 0)
        return log(fabs(1 - eta * problem->h));
    const double whole = log_integral(&side);
    side.of_log = true;
    const double below = integrate(&side, false), low = side.top;
    const double above = integrate(&side, true), high = side.top;
    return below * exp(low - whole) + above * exp(high - whole);
}

/* ---- roots ---------------------------------------------------------------------------------- */

typedef double root_f(const least_squares_t *problem, double eta, double x);

static double mean_log_at(const least_squares_t *problem, double eta, double x)
{
    (void)eta;
    return tail_mean_log(problem, x);
}

/* Where f grows through 0: bracketed from `start` by doubling and halving, then bisected. NAN: it
 * does not. */
static double find_root(root_f *f, const least_squares_t *problem, double eta, double start)
{
    double low = start, high = start;
    while (f(problem, eta, low) > 0)
        if ((low /= 2) < 1e-12)
            return NAN;
    while (!(f(problem, eta, high) > 0))
        if ((high *= 2) > 1e300)
            return NAN;
    while (high - low > 1e-15 * high) {
        const double middle = 0.5 * (low + high);
        if (middle <= low || middle >= high)
            break;
        if (f(problem, eta, middle) > 0)
            high = middle;
        else
            low = middle;
    }
    return 0.5 * (low + high);
}

/* ---- the answer ----------------------------------------------------------------------------- */

static void fill_diffusion(tail_t *self, const least_squares_t *p, double eta)
{
    const double alpha = eta * p->v / (2 * p->batch);
    self->exponent_sde = p->v > 0 ? 1 + p->h / alpha : INFINITY;
    self->second_moment_sde =
        alpha < p->h ? eta * p->s2 * p->h / (2 * p->batch) / (p->h - alpha) : INFINITY;
    self->continuous = !(alpha < p->h);
    self->gap = self->continuous ? (p->h + alpha) * (p->h + alpha) / (4 * alpha) : p->h;
}

int tail_init(tail_t *self, const least_squares_t *problem, double eta, sgdl_error_t *error)
{
    const least_squares_t *p = problem;
    const double square = p->h * p->h + p->v / p->batch; /* E A^2 */
    *self = (tail_t){.stable_below = 2 * p->h / square,
                     .almost_surely_below = 2 / p->h,
                     .exponent = INFINITY,
                     .second_moment = INFINITY};
    fill_diffusion(self, p, eta);
    if (eta < self->stable_below)
        self->second_moment = eta * p->s2 * p->h / p->batch / (2 * p->h - eta * square);
    if (p->v > 0)
        self->almost_surely_below = find_root(mean_log_at, p, 0, self->stable_below);
    if (!(eta < self->almost_surely_below))
        self->exponent = 0;
    else if (p->v > 0)
        self->exponent = find_root(tail_log_moment, p, eta, 2);
    if (isnan(self->exponent) || isnan(self->almost_surely_below))
        return sgdl_fail(error, SGDL_ERR_SOLVER, NULL,
                         "the tail of least squares was not found at learning rate %g, batch %g",
                         eta, p->batch);
    return SGDL_OK;
}
