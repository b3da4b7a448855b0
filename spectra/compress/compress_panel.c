#include "spectra/compress/compress_panel.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "spectra/compress/block_gauss.h"
#include "spectra/compress/extent.h"
#include "src/base/clones.h"
#include "src/base/elementary.h"

int panel_init(panel_t *self, const sgdl_nodes_t *nodes, const compress_order_t *order,
               panel_cuts_t plan, sgdl_error_t *error)
{
    const size_t classes = nodes->classes;
    *self = (panel_t){.nodes = nodes, .order = order, .plan = plan, .ratio = exp(plan.width)};
    self->low = calloc(classes, (PANEL_POINTS + 2) * sizeof(double));
    if (!self->low)
        return sgdl_fail_memory(error);
    self->high = self->low + classes;
    self->value = self->high + classes;
    return SGDL_OK;
}

void panel_free(panel_t *self)
{
    free(self->low);
    *self = (panel_t){0};
}

static double eigenvalue_at(const panel_t *self, size_t i, size_t place)
{
    return self->nodes->eigenvalue[i * self->nodes->count + compress_order_at(self->order, place)];
}

/* Widens the ranges by one node, unless one would become too wide. */
static bool extend(panel_t *self, size_t place)
{
    const double floor = self->plan.floor, ratio = self->ratio;
    const size_t classes = self->nodes->classes;
    for (size_t i = 0; i < classes; i++) {
        const double lambda = eigenvalue_at(self, i, place) + floor;
        if (lambda > ratio * (self->low[i] + floor) || ratio * lambda < self->high[i] + floor)
            return false;
    }
    for (size_t i = 0; i < classes; i++) {
        const double lambda = eigenvalue_at(self, i, place);
        self->low[i] = fmin(self->low[i], lambda);
        self->high[i] = fmax(self->high[i], lambda);
    }
    return true;
}

/* By many nodes that come as they are, unless one range would become too wide: then one by one. */
static bool extend_far(panel_t *self, size_t place, size_t count)
{
    const sgdl_nodes_t *nodes = self->nodes;
    const double floor = self->plan.floor;
    double *low = self->value, *high = self->value + nodes->classes; /* not in use yet */
    for (size_t i = 0; i < nodes->classes; i++) {
        low[i] = self->low[i];
        high[i] = self->high[i];
        extent_widen(nodes->eigenvalue + i * nodes->count + place, count, &low[i], &high[i]);
        if (high[i] + floor > self->ratio * (low[i] + floor))
            return false;
    }
    memcpy(self->low, low, nodes->classes * sizeof *low);
    memcpy(self->high, high, nodes->classes * sizeof *high);
    return true;
}

/* The longest stretch from begin whose ranges are narrow enough. */
static void find_stretch(panel_t *self, size_t limit)
{
    enum { FAR = 256 };
    for (size_t i = 0; i < self->nodes->classes; i++)
        self->low[i] = self->high[i] = eigenvalue_at(self, i, self->begin);
    self->end = self->begin + 1;
    while (!self->order->index && self->end + FAR <= limit && extend_far(self, self->end, FAR))
        self->end += FAR;
    while (self->end < limit && extend(self, self->end))
        self->end++;
}

static void choose_variable(panel_t *self)
{
    const double floor = self->plan.floor;
    double widest = -1;
    for (size_t i = 0; i < self->nodes->classes; i++) {
        const double base = self->low[i] + floor;
        const double width = base > 0 ? (self->high[i] - self->low[i]) / base : 0;
        if (width > widest) {
            widest = width;
            self->variable = i;
        }
    }
}

CLONES static void coordinates(const double *eigenvalue, const size_t *number, double low,
                               double base, size_t count, double *restrict x)
{
    for (size_t n = 0; n < count; n++) {
        const double above = (number ? eigenvalue[number[n]] : eigenvalue[n]) - low;
        const double up = elementary_log1p(above / base);
        x[n] = above > 0 ? up : 0;
    }
}

void panel_coordinates(const panel_t *self, size_t place, size_t count, double *x)
{
    const size_t i = self->variable, *index = self->order->index;
    const double *eigenvalue = self->nodes->eigenvalue + i * self->nodes->count;
    coordinates(index ? eigenvalue : eigenvalue + place, index ? index + place : NULL, self->low[i],
                self->low[i] + self->plan.floor, count, x);
}

double panel_coordinate(const panel_t *self, size_t place)
{
    double x;
    panel_coordinates(self, place, 1, &x);
    return x;
}

/* The place whose x is nearest to a given one, where x rises or falls from begin to end. */
static size_t nearest_place(const panel_t *self, double x)
{
    size_t a = self->begin, b = self->end - 1;
    const bool rising = panel_coordinate(self, a) <= panel_coordinate(self, b);
    while (b - a > 1) {
        const size_t middle = a + (b - a) / 2;
        if ((panel_coordinate(self, middle) <= x) == rising)
            a = middle;
        else
            b = middle;
    }
    return fabs(panel_coordinate(self, a) - x) < fabs(panel_coordinate(self, b) - x) ? a : b;
}

/* The points with which interpolation is good to the tolerance if there is no singularity within
 * the radius. A rule takes half as many for the same error. */
static size_t enough_points(const panel_t *self, double half_width)
{
    const block_target_t target = {self->radius, self->plan.tolerance * self->plan.tolerance};
    const size_t points = 1 + block_gauss_steps(&target, half_width);
    return points < PANEL_POINTS ? points : PANEL_POINTS;
}

/* Barycentric interpolation through the nodes next to Chebyshev points; returns their places. */
static void interpolate(panel_t *self, size_t *place)
{
    const double first = panel_coordinate(self, self->begin);
    const double last = panel_coordinate(self, self->end - 1);
    const size_t points = enough_points(self, 0.5 * fabs(last - first));
    self->points = 0;
    for (size_t k = 0; k < points; k++) {
        const double share = 0.5 * (1 - cos(M_PI * (double)k / (double)(points - 1)));
        const size_t n = nearest_place(self, first + share * (last - first));
        const double x = panel_coordinate(self, n);
        size_t same = 0;
        while (same < self->points && self->x[same] != x)
            same++;
        if (same < self->points)
            continue;
        place[self->points] = n;
        self->x[self->points] = x;
        for (size_t i = 0; i < self->nodes->classes; i++)
            self->value[i * PANEL_POINTS + self->points] = eigenvalue_at(self, i, n);
        self->points++;
    }
    for (size_t k = 0; k < self->points; k++) {
        double product = 1; /* distances below e^2, so no overflow */
        for (size_t l = 0; l < self->points; l++)
            product *= l == k ? 1 : self->x[k] - self->x[l];
        self->weight[k] = 1 / product;
    }
}

double panel_eigenvalue(const panel_t *self, size_t i, double x)
{
    const double low = self->low[i], high = self->high[i];
    double above = 0, below = 0;
    if (low == high)
        return low;
    if (i == self->variable)
        return fmin(fmax(low + (low + self->plan.floor) * expm1(x), low), high);
    for (size_t k = 0; k < self->points; k++) {
        if (x == self->x[k])
            return self->value[i * PANEL_POINTS + k];
        const double term = self->weight[k] / (x - self->x[k]);
        above += term * self->value[i * PANEL_POINTS + k];
        below += term;
    }
    return fmin(fmax(above / below, low), high);
}

static bool fits(const panel_t *self, size_t place)
{
    const double x = panel_coordinate(self, place);
    for (size_t i = 0; i < self->nodes->classes; i++) {
        const double lambda = eigenvalue_at(self, i, place);
        if (!(fabs(panel_eigenvalue(self, i, x) - lambda) <=
              self->plan.tolerance * (lambda + self->plan.floor)))
            return false;
    }
    return true;
}

/* Looks where interpolation is at its worst, between its points, and at evenly spaced places. */
static bool is_smooth_within(panel_t *self, double radius)
{
    enum { LOOKS = 64 };
    size_t place[PANEL_POINTS];
    self->radius = radius;
    interpolate(self, place);
    for (size_t k = 1; k < self->points; k++)
        if (!fits(self, place[k - 1] / 2 + place[k] / 2))
            return false;
    for (size_t look = 0; look < LOOKS; look++)
        if (!fits(self, self->begin + (self->end - self->begin) / LOOKS * look))
            return false;
    return true;
}

static bool is_smooth(panel_t *self)
{
    choose_variable(self);
    const double range =
        fabs(panel_coordinate(self, self->end - 1) - panel_coordinate(self, self->begin));
    return is_smooth_within(self, PANEL_RADIUS) ||
           is_smooth_within(self, PANEL_RADIUS * fmin(range / self->plan.width, 1));
}

/* Cuts the panel in the middle of x, or where that does not cut it, in the middle. */
static void halve(panel_t *self)
{
    const double x =
        0.5 * (panel_coordinate(self, self->begin) + panel_coordinate(self, self->end - 1));
    size_t end = nearest_place(self, x) + 1;
    if (end + 1 >= self->end)
        end = self->begin + (self->end - self->begin) / 2;
    find_stretch(self, end);
}

void panel_place(panel_t *self, size_t begin, size_t limit)
{
    self->begin = begin;
    find_stretch(self, limit);
    self->smooth = false;
    while (self->end - self->begin > self->plan.single && !self->smooth) {
        self->smooth = is_smooth(self);
        if (!self->smooth)
            halve(self);
    }
}
