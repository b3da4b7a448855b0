/* Steepest descent in two coordinates: x' = -grad U by Bogacki and Shampine's pair of third and
 * second order, with steps that keep an error, until a minimum's circle is reached, within which
 * the distance to it can but fall. */
#include <math.h>

#include "src/landscape/plane.h"

enum { STEPS = 20000 };

static const double tolerance = 1e-7; /* of the reach, a step */

static void slope(const landscape_t *self, const double *x, double *k)
{
    landscape_gradient(self, x, k);
    k[0] = -k[0];
    k[1] = -k[1];
}

/* Where the walls are the way goes on along them. */
static void hold(const landscape_t *self, double *x)
{
    for (int i = 0; i < 2; i++)
        x[i] = fmin(fmax(x[i], self->range[i][0]), self->range[i][1]);
}

/* One step of length h from x, where the slope is k[0]; its error. */
static double step(const landscape_t *self, const double *x, double h, double k[4][2], double *end)
{
    double at[2], error = 0;
    for (int i = 0; i < 2; i++)
        at[i] = x[i] + 0.5 * h * k[0][i];
    slope(self, at, k[1]);
    for (int i = 0; i < 2; i++)
        at[i] = x[i] + 0.75 * h * k[1][i];
    slope(self, at, k[2]);
    for (int i = 0; i < 2; i++)
        end[i] = x[i] + h * (2 * k[0][i] + 3 * k[1][i] + 4 * k[2][i]) / 9;
    hold(self, end);
    slope(self, end, k[3]);
    for (int i = 0; i < 2; i++)
        error =
            fmax(error, fabs(h * (-5 * k[0][i] / 72 + k[1][i] / 12 + k[2][i] / 9 - k[3][i] / 8)));
    return error;
}

static size_t caught_by(const landscape_t *self, const double *x)
{
    for (size_t b = 0; b < self->minima; b++) {
        const critical_point_t *minimum = landscape_minimum(self, b);
        if (hypot(x[0] - minimum->x[0], x[1] - minimum->x[1]) <= minimum->capture)
            return b;
    }
    return NO_BASIN;
}

size_t plane_descend(const landscape_t *self, const double *x)
{
    double at[] = {x[0], x[1]}, end[2], k[4][2];
    hold(self, at);
    slope(self, at, k[0]);
    double h = 0.01 * self->reach / (hypot(k[0][0], k[0][1]) + 1e-300);
    size_t basin = caught_by(self, at);
    for (int n = 0; n < STEPS && basin == NO_BASIN && hypot(at[0], at[1]) < 1e6 * self->reach;
         n++) {
        const double error = step(self, at, h, k, end), allowed = tolerance * self->reach;
        const bool still = end[0] == at[0] && end[1] == at[1]; /* in a corner */
        if (still || !isfinite(h))
            break;
        if (error <= allowed) {
            at[0] = end[0];
            at[1] = end[1];
            k[0][0] = k[3][0];
            k[0][1] = k[3][1];
            basin = caught_by(self, at);
        }
        h *= isfinite(error) ? fmin(4, fmax(0.2, 0.9 * cbrt(allowed / (error + 1e-300)))) : 0.1;
    }
    return basin;
}
