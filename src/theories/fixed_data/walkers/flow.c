/*
 * Gradient flow dX/dt = - grad of the objective, from one output time to the next: Dormand and
 * Prince's pair of orders 5 and 4 (1980), whose steps the error of the lower one controls.
 */
#include "src/base/clones.h"
#include "src/theories/fixed_data/walkers/walk.h"

#include <math.h>
#include <string.h>

enum { STAGES = 7, X = 0, SLOPE = 1, POINT = SLOPE + STAGES, ARRAYS = POINT + 1 };

_Static_assert((int)ARRAYS <= (int)WALK_ARRAYS, "a run has room for them");

/* Of a step, relative to |X| and to 1e-3 of a norm of order 1. */
static const double tolerance = 1e-7, least_norm = 1e-3;

static const double weights[STAGES][STAGES] = {
    {0},
    {1. / 5},
    {3. / 40, 9. / 40},
    {44. / 45, -56. / 15, 32. / 9},
    {19372. / 6561, -25360. / 2187, 64448. / 6561, -212. / 729},
    {9017. / 3168, -355. / 33, 46732. / 5247, 49. / 176, -5103. / 18656},
    {35. / 384, 0, 500. / 1113, 125. / 192, -2187. / 6784, 11. / 84}};
static const double errors[STAGES] = {71. / 57600,      0,         -71. / 16695, 71. / 1920,
                                      -17253. / 339200, 22. / 525, -1. / 40};

CLONES static void add(size_t count, double factor, const double *restrict a, double *restrict y)
{
#pragma omp simd
    for (size_t n = 0; n < count; n++)
        y[n] += factor * a[n];
}

static double norm2(size_t count, const double *x)
{
    double sum = 0;
    for (size_t n = 0; n < count; n++)
        sum += x[n] * x[n];
    return sum;
}

static size_t length_of(const walk_t *self)
{
    return self->walks->scene.experiment.L * self->walks->scene.stride;
}

/* slope = - grad at x */
static bool find_slope(walk_t *self, const double *x, double *slope)
{
    const walks_t *walks = self->walks;
    const scene_t *scene = &walks->scene;
    memset(slope, 0, length_of(self) * sizeof *slope);
    for (size_t l = 0; l < scene->experiment.L; l++)
        add(scene->experiment.d, -walks->problem->ridge, x + l * scene->stride,
            slope + l * scene->stride);
    const batch_t all = {self->visits.order, scene->n, -1 / (double)scene->n, NULL};
    return walk_gather(self, x, &all, slope);
}

static double first_stride(const walk_t *self, double left)
{
    const size_t length = length_of(self);
    const double speed = sqrt(norm2(length, self->array[SLOPE]));
    const double size = sqrt(norm2(length, self->array[X])) + least_norm;
    return speed > 0 ? fmin(left, 0.01 * size / speed) : left;
}

/* One step of length h into POINT; *excess is its error over what is allowed. */
static bool try_step(walk_t *self, double h, double *excess)
{
    const size_t length = length_of(self);
    const double *x = self->array[X];
    double *point = self->array[POINT];
    for (size_t s = 1; s < STAGES; s++) {
        memcpy(point, x, length * sizeof *point);
        for (size_t k = 0; k < s; k++)
            add(length, h * weights[s][k], self->array[SLOPE + k], point);
        if (!find_slope(self, point, self->array[SLOPE + s]))
            return false;
    }
    double sum = 0;
    for (size_t n = 0; n < length; n++) {
        double error = 0;
        for (size_t s = 0; s < STAGES; s++)
            error += errors[s] * self->array[SLOPE + s][n];
        sum += error * error;
    }
    *excess = h * sqrt(sum) / (tolerance * (sqrt(norm2(length, x)) + least_norm));
    return true;
}

/* The last slope of a step is the first one of the next. */
static void accept(walk_t *self)
{
    double **array = self->array;
    double *x = array[X], *slope = array[SLOPE];
    array[X] = array[POINT];
    array[POINT] = x;
    array[SLOPE] = array[SLOPE + STAGES - 1];
    array[SLOPE + STAGES - 1] = slope;
}

static bool make_step(walk_t *self)
{
    const double end = self->walks->t[self->curve * self->walks->rows + self->step];
    if (!(end > self->t))
        return true;
    if (!self->has_slope) {
        if (!find_slope(self, self->array[X], self->array[SLOPE]))
            return false;
        self->stride = first_stride(self, end - self->t);
        self->has_slope = true;
    }
    while (self->t < end) {
        const double left = end - self->t;
        const bool last = self->stride >= left * (1 - 1e-12);
        const double h = last ? left : self->stride;
        double excess;
        if (!try_step(self, h, &excess))
            return false;
        const double change = excess > 0 ? 0.9 * pow(excess, -0.2) : 5;
        if (!isfinite(excess) && h < 1e-12 * (end + 1))
            return true; /* beyond all numbers: found when it is measured */
        if (excess <= 1) {
            accept(self);
            self->t = last ? end : self->t + h;
        }
        if (excess <= 1 && last && change > 1)
            self->stride = fmax(self->stride, h * fmin(change, 5));
        else
            self->stride = h * (isfinite(excess) ? fmin(fmax(change, 0.2), 5) : 0.1);
    }
    return true;
}

/* Some tens of steps of six passes between two output times. */
static double passes(const walks_t *walks)
{
    (void)walks;
    return 30;
}

const gait_t gait_flow = {"gradient flow", ARRAYS, make_step, passes};
