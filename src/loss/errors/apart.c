#include "src/loss/errors/apart.h"

#include <math.h>

#include "src/loss/errors/dependence.h"

static const double wide = 9;     /* standard deviations that count */
static const double never = -400; /* as good as log 0 */

static void tabulate(apart_t *self, size_t point)
{
    const double s = self->first + (double)point * self->step;
    const double x = self->scale * sinh(s), by_s = self->scale * cosh(s);
    double value = 0, slope = 0, curvature = 0;
    for (size_t b = 0; b < self->outputs; b++) {
        const double v = self->variance[b], root = sqrt(v);
        if (x > wide * root)
            continue;
        const log_normal_t at = log_normal(x / root);
        value += at.value;
        slope += at.first / root;
        curvature += at.second / v;
        if (value < never) {
            value = never;
            slope = curvature = 0;
            break;
        }
    }
    self->value[point] = value;
    self->slope[point] = slope * by_s;
    self->curvature[point] = curvature * by_s * by_s + slope * x;
}

/* Below x with F(x) = -25 no output wins: those with less variance than (x/6)^2 never matter. */
static double find_width(const apart_t *self)
{
    size_t point = 0;
    while (point + 1 < APART_POINTS && self->value[point] < -25)
        point++;
    const double x = self->scale * sinh(self->first + (double)point * self->step);
    return fmax(self->scale, x / 6);
}

bool apart_init(apart_t *self, size_t outputs, const double *variance, double most)
{
    double least = INFINITY, largest = 0;
    for (size_t b = 0; b < outputs; b++) {
        if (!(variance[b] > 0) || !isfinite(variance[b]))
            return false;
        least = fmin(least, variance[b]);
        largest = fmax(largest, variance[b]);
    }
    self->outputs = outputs;
    self->variance = variance;
    self->scale = sqrt(least);
    const double reach = asinh((most + wide * sqrt(largest)) / self->scale);
    self->first = -reach;
    self->step = 2 * reach / (APART_POINTS - 1);
    for (size_t point = 0; point < APART_POINTS; point++)
        tabulate(self, point);
    self->width = find_width(self);
    return true;
}

/* F(x). */
static double look_up(const apart_t *self, double x)
{
    const double at = (asinh(x / self->scale) - self->first) / self->step;
    const double whole = fmin(fmax(floor(at), 0), APART_POINTS - 2);
    const size_t e = (size_t)whole;
    const double t = at - whole, h = self->step, t3 = t * t * t;
    const double d = self->value[e + 1] - self->value[e];
    const double a = h * self->slope[e], b = h * self->slope[e + 1];
    const double p = h * h * self->curvature[e], q = h * h * self->curvature[e + 1];
    return self->value[e] + t * (a + t * p / 2) +
           t3 * ((10 * d - 6 * a - 4 * b - (3 * p - q) / 2) +
                 t * ((-15 * d + 8 * a + 7 * b + (3 * p - 2 * q) / 2) +
                      t * (6 * d - 3 * (a + b) - (p - q) / 2)));
}

double apart_error(const apart_t *self, size_t own, double m)
{
    const double root = sqrt(self->variance[own]), fine = 0.2 * self->width / root;
    const double step = fmin(0.2, fmax(fine, 1e-3));
    const long most = (long)ceil((wide - 0.5) / step);
    double sum = 0;
    for (long k = -most; k <= most; k++) {
        const double z = (double)k * step, x = m + root * z, all = look_up(self, x);
        /* Where nobody wins the own part, above -45 at any z, is not looked at. */
        const double rest = all < -90 ? all : all - log_normal(z + m / root).value;
        sum -= exp(-z * z / 2) * (rest < -40 ? -1 : expm1(fmin(rest, 0)));
    }
    return fmin(sum * step / sqrt(2 * M_PI), 1);
}
