#include "src/landscape/plane.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "src/base/grow.h"

enum {
    ANGLES = 128,     /* of a circle on which signs are looked at */
    TURNS = 4096,     /* steps in which the gradient's turns are counted */
    ITERATIONS = 120, /* of Newton's; a degenerate point is approached by factors of 2 */
    COARSE = 32,      /* starts along each coordinate, at first */
    FINE = 64,        /* and at last */
    MOST_POINTS = 200,
    MOST_SINGULAR = 16 /* whose curvature vanishes in a direction: more are of a line */
};

static const double pi = 3.14159265358979323846;
static const double same_point = 1e-6;    /* of the reach */
static const double scatter = 30;         /* of the last step, by which rounding scatters them */
static const double singular_part = 1e-7; /* of the curvatures around */

typedef struct search {
    const landscape_t *landscape;
    double reach; /* radius of the circle that holds them all */
    double least; /* radius within which the gradient looks the same at all scales */
    critical_point_t *point;
    size_t count, room;
    bool whole; /* their indices sum to what they should */
} search_t;

/* ---- the circle ------------------------------------------------------------------------------ */

static bool is_outward(const landscape_t *self, double radius, int angle)
{
    const double a = 2 * pi * angle / ANGLES, x[] = {radius * cos(a), radius * sin(a)};
    double g[2];
    landscape_gradient(self, x, g);
    return x[0] * g[0] + x[1] * g[1] > 0;
}

static bool is_finite_at(const landscape_t *self, double radius)
{
    for (int k = 0; k < ANGLES; k++) {
        const double a = 2 * pi * k / ANGLES, x[] = {radius * cos(a), radius * sin(a)};
        double g[2], H[4];
        landscape_gradient(self, x, g);
        landscape_hessian(self, x, H);
        if (!isfinite(g[0]) || !isfinite(g[1]) || !isfinite(H[0] + H[1] + H[3]))
            return false;
    }
    return true;
}

/* Directions in which the radial slope's sign is another at the two radii. */
static int changes(const landscape_t *self, double radius, double other)
{
    int count = 0;
    for (int k = 0; k < ANGLES; k++)
        count += is_outward(self, radius, k) != is_outward(self, other, k);
    return count;
}

/* The scales between which the gradient's directions change, by factors of 2. */
static void find_reach(search_t *self)
{
    static const int few = 2; /* narrow valleys that turn at all scales */
    const landscape_t *landscape = self->landscape;
    int top = 40, bottom = -40, outermost = bottom, innermost = top;
    while (top > 0 && !is_finite_at(landscape, ldexp(1, top)))
        top--;
    for (int k = bottom; k < top; k++) {
        if (changes(landscape, ldexp(1, k), ldexp(1, k + 1)) <= few)
            continue;
        outermost = k + 1;
        innermost = k < innermost ? k : innermost;
    }
    if (innermost > outermost)
        innermost = outermost = 0;
    self->reach = 1.0137 * ldexp(1, outermost + 1);
    self->least = ldexp(1, innermost - 1);
}

static bool is_confining(const search_t *self)
{
    double r = self->reach, before[ANGLES];
    bool grows = true;
    for (int doubling = 0; doubling < 4 && is_finite_at(self->landscape, r); doubling++, r *= 2)
        for (int k = 0; k < ANGLES; k++) {
            const double a = 2 * pi * k / ANGLES, x[] = {r * cos(a), r * sin(a)};
            const double loss = landscape_loss(self->landscape, x);
            grows = grows && (doubling == 0 || loss > before[k]);
            before[k] = loss;
        }
    return grows;
}

/* Turns of the gradient along a circle: the sum of the indices within. NAN: it vanishes there. */
static double turns(const landscape_t *self, const double centre[2], double radius)
{
    double sum = 0, last = 0;
    for (int k = 0; k <= TURNS; k++) {
        const double a = 2 * pi * k / TURNS + 0.1,
                     x[] = {centre[0] + radius * cos(a), centre[1] + radius * sin(a)};
        double g[2];
        landscape_gradient(self, x, g);
        if (g[0] == 0 && g[1] == 0)
            return NAN;
        const double now = atan2(g[1], g[0]);
        sum += k > 0 ? remainder(now - last, 2 * pi) : 0;
        last = now;
    }
    return nearbyint(sum / (2 * pi));
}

/* The gradient's angle from a to b along a straight line, which is halved as long as it turns fast.
 */
static double turn_between(const landscape_t *self, const double a[2], const double b[2], int depth)
{
    double from[2], to[2];
    landscape_gradient(self, a, from);
    landscape_gradient(self, b, to);
    const double angle = remainder(atan2(to[1], to[0]) - atan2(from[1], from[0]), 2 * pi);
    if (depth == 0 || fabs(angle) < 0.5)
        return angle;
    const double middle[] = {0.5 * (a[0] + b[0]), 0.5 * (a[1] + b[1])};
    return turn_between(self, a, middle, depth - 1) + turn_between(self, middle, b, depth - 1);
}

/* Turns along the sides of a box. */
static double turns_around(const landscape_t *self, double (*box)[2])
{
    enum { PIECES = 512, HALVINGS = 16 };
    const double corner[5][2] = {{box[0][0], box[1][0]},
                                 {box[0][1], box[1][0]},
                                 {box[0][1], box[1][1]},
                                 {box[0][0], box[1][1]},
                                 {box[0][0], box[1][0]}};
    double sum = 0;
    for (int side = 0; side < 4; side++)
        for (int k = 0; k < PIECES; k++) {
            const double *a = corner[side], *b = corner[side + 1], t = (double)k / PIECES,
                         u = (double)(k + 1) / PIECES;
            const double from[] = {a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])},
                         to[] = {a[0] + u * (b[0] - a[0]), a[1] + u * (b[1] - a[1])};
            sum += turn_between(self, from, to, HALVINGS);
        }
    return nearbyint(sum / (2 * pi));
}

/* ---- Newton's iterations --------------------------------------------------------------------- */

/* Of the symmetric H [4], increasing; a unit vector of the least. */
static void eigenvalues(const double H[4], double value[2], double vector[2])
{
    const double mean = 0.5 * (H[0] + H[3]), half = 0.5 * (H[0] - H[3]), r = hypot(half, H[1]);
    value[0] = mean - r;
    value[1] = mean + r;
    /* (H - value[1]) maps onto the other's vector */
    const double u[] = {H[0] - value[1], H[1]}, v[] = {H[1], H[3] - value[1]};
    const double *w = hypot(u[0], u[1]) > hypot(v[0], v[1]) ? u : v;
    const double length = hypot(w[0], w[1]);
    vector[0] = length > 0 ? w[0] / length : 1;
    vector[1] = length > 0 ? w[1] / length : 0;
}

/* Along vectors of curvatures that vanish there is no step. */
static void newton_step(const double H[4], const double g[2], double step[2])
{
    double value[2], v[2];
    eigenvalues(H, value, v);
    const double w[] = {-v[1], v[0]},
                 large = 2 * DBL_EPSILON * fmax(fabs(value[0]), fabs(value[1]));
    const double along = fabs(value[0]) > large ? (v[0] * g[0] + v[1] * g[1]) / value[0] : 0,
                 across = fabs(value[1]) > large ? (w[0] * g[0] + w[1] * g[1]) / value[1] : 0;
    step[0] = -along * v[0] - across * w[0];
    step[1] = -along * v[1] - across * w[1];
}

/* Does the gradient vanish, next to what it is around? No step along a vanishing curvature says so.
 */
static bool is_level(const search_t *self, const double x[2])
{
    const double radius = 0.01 * self->reach;
    double g[2], most = 0;
    for (int k = 0; k < 8; k++) {
        const double a = 2 * pi * k / 8 + 0.1,
                     near[] = {x[0] + radius * cos(a), x[1] + radius * sin(a)};
        landscape_gradient(self->landscape, near, g);
        most = fmax(most, hypot(g[0], g[1]));
    }
    landscape_gradient(self->landscape, x, g);
    return hypot(g[0], g[1]) <= 1e-6 * most;
}

/* From x to where the gradient vanishes, up to the length of a last step; false if it comes to no
 * end within the circle. */
static bool converges(const search_t *self, double x[2], double *last)
{
    double length = INFINITY, before, H[4], g[2], step[2];
    for (int k = 0; k < ITERATIONS && length > 1e-15 * hypot(x[0], x[1]); k++) {
        before = length;
        landscape_gradient(self->landscape, x, g);
        landscape_hessian(self->landscape, x, H);
        newton_step(H, g, step);
        length = hypot(step[0], step[1]);
        const double cut = fmin(1, 0.25 * self->reach / length);
        if (!isfinite(length) || length == 0)
            break;
        x[0] += cut * step[0];
        x[1] += cut * step[1];
        if (!(hypot(x[0], x[1]) < 2 * self->reach))
            return false;
        if (length >= before && length < 1e-6 * self->reach)
            break; /* the rest is rounding */
    }
    *last = length;
    const double at = hypot(x[0], x[1]);
    return at < self->reach && length < 1e-5 * fmax(at, 1e-3 * self->reach) && is_level(self, x);
}

static critical_point_t point_at(const search_t *self, const double x[2])
{
    critical_point_t point = {.x = {x[0], x[1]}, .loss = landscape_loss(self->landscape, x)};
    double H[4], vector[2];
    landscape_hessian(self->landscape, x, H);
    eigenvalues(H, point.eigenvalue, vector);
    point.curvature = point.eigenvalue[0];
    return point;
}

static double steepness(const search_t *self, const critical_point_t *point)
{
    double g[2];
    landscape_gradient(self->landscape, point->x, g);
    return hypot(g[0], g[1]);
}

/* By how much the Hessian is another on a circle. */
static double change_around(const search_t *self, const critical_point_t *point, double radius)
{
    double most = 0, H[4], there[4];
    landscape_hessian(self->landscape, point->x, H);
    for (int k = 0; k < 8; k++) {
        const double a = 2 * pi * k / 8 + 0.1,
                     x[] = {point->x[0] + radius * cos(a), point->x[1] + radius * sin(a)};
        landscape_hessian(self->landscape, x, there);
        for (int i = 0; i < 4; i++)
            most = fmax(most, fabs(there[i] - H[i]));
    }
    return most;
}

static double least_curvature(const critical_point_t *point)
{
    return fmin(fabs(point->eigenvalue[0]), fabs(point->eigenvalue[1]));
}

/* How far off it may be: rounding scatters what the gradient goes through without a slope. */
static double scatter_of(const search_t *self, const critical_point_t *point, double last)
{
    const bool singular =
        least_curvature(point) <= 1e-6 * change_around(self, point, 0.01 * self->reach);
    return fmax(scatter * last, singular ? 1e-4 * self->reach : 0);
}

static int fail_many(sgdl_error_t *error)
{
    return sgdl_fail(error, SGDL_ERR_INPUT, "potential",
                     "has whole curves of critical points, or more than %d; allowed: isolated ones",
                     MOST_POINTS);
}

/* Keeps it unless it is there already: of two that are one, that with the smaller gradient. */
static int keep(search_t *self, const double x[2], double last, sgdl_error_t *error)
{
    critical_point_t point = point_at(self, x);
    point.capture = scatter_of(self, &point, last); /* as long as they are sought */
    for (size_t i = 0; i < self->count; i++) {
        critical_point_t *other = &self->point[i];
        const double near = same_point * self->reach + fmax(point.capture, other->capture);
        if (hypot(other->x[0] - x[0], other->x[1] - x[1]) > near)
            continue;
        if (steepness(self, &point) < steepness(self, other))
            *other = point;
        return SGDL_OK;
    }
    if (self->count == MOST_POINTS)
        return fail_many(error);
    critical_point_t *grown = grow(self->point, self->count, &self->room, 16, sizeof *grown);
    if (!grown)
        return sgdl_fail_memory(error);
    self->point = grown;
    self->point[self->count++] = point;
    return SGDL_OK;
}

static int try_start(search_t *self, double x, double y, sgdl_error_t *error)
{
    double at[] = {x, y}, last = 0;
    return converges(self, at, &last) ? keep(self, at, last, error) : SGDL_OK;
}

/* Even ones all over the circle's square, and on rays by factors, for what is small. */
static int try_starts(search_t *self, int n, sgdl_error_t *error)
{
    int status = SGDL_OK;
    for (int i = 0; i < n * n && status == SGDL_OK; i++)
        status = try_start(self, self->reach * ((2 * (i % n) + 1.0) / n - 1),
                           self->reach * ((2 * (i / n) + 1.0) / n - 1), error);
    for (double r = self->reach; r > self->least && status == SGDL_OK; r /= 2)
        for (int k = 0; k < n && status == SGDL_OK; k++)
            status = try_start(self, r * cos(2 * pi * k / n), r * sin(2 * pi * k / n), error);
    return status;
}

/* ---- what they are --------------------------------------------------------------------------- */

/* How far the nearest other is, or the circle. */
static double distance(const search_t *self, const critical_point_t *point)
{
    double least = self->reach - hypot(point->x[0], point->x[1]);
    for (size_t i = 0; i < self->count; i++)
        if (&self->point[i] != point)
            least = fmin(
                least, hypot(self->point[i].x[0] - point->x[0], self->point[i].x[1] - point->x[1]));
    return least;
}

/* Is U larger (sign 1; smaller: -1) all around? */
static bool is_extreme(const search_t *self, const critical_point_t *point, double radius, int sign)
{
    for (int k = 0; k < ANGLES; k++) {
        const double a = 2 * pi * k / ANGLES + 0.1,
                     x[] = {point->x[0] + radius * cos(a), point->x[1] + radius * sin(a)};
        if (!(sign * (landscape_loss(self->landscape, x) - point->loss) > 0))
            return false;
    }
    return true;
}

/* By the Hessian, and where that is singular by what is around. Returns its index. */
static double classify(const search_t *self, critical_point_t *point)
{
    const double *value = point->eigenvalue;
    const double around = fmin(0.3 * distance(self, point), 0.01 * self->reach),
                 least = least_curvature(point), most = change_around(self, point, around);
    double index = 1;
    if (least > singular_part * most) {
        point->kind = value[0] > 0   ? CRITICAL_MINIMUM
                      : value[1] < 0 ? CRITICAL_MAXIMUM
                                     : CRITICAL_SADDLE;
        return point->kind == CRITICAL_SADDLE ? -1 : 1;
    }
    index = turns(self->landscape, point->x, around);
    for (int i = 0; i < 2; i++)
        if (fabs(value[i]) <= singular_part * most)
            point->eigenvalue[i] = 0;
    point->curvature = point->eigenvalue[0];
    point->kind = is_extreme(self, point, around, 1)    ? CRITICAL_MINIMUM
                  : is_extreme(self, point, around, -1) ? CRITICAL_MAXIMUM
                  : index < 0                           ? CRITICAL_SADDLE
                                                        : CRITICAL_FLAT;
    return index;
}

static int by_place(const void *a, const void *b)
{
    const double *x = ((const critical_point_t *)a)->x, *y = ((const critical_point_t *)b)->x;
    const int first = (x[0] > y[0]) - (x[0] < y[0]);
    return first != 0 ? first : (x[1] > y[1]) - (x[1] < y[1]);
}

/* Zeros are zeros: what symmetry puts on an axis is not off it by rounding. */
static void tidy(search_t *self)
{
    for (size_t i = 0; i < self->count; i++)
        for (int k = 0; k < 2; k++)
            if (fabs(self->point[i].x[k]) < 1e-14 * self->reach)
                self->point[i].x[k] = 0;
}

/* How many have a curvature that vanishes. */
static size_t singular(const search_t *self)
{
    size_t count = 0;
    for (size_t i = 0; i < self->count; i++)
        count += self->point[i].eigenvalue[0] == 0 || self->point[i].eigenvalue[1] == 0;
    return count;
}

static int search(search_t *self, sgdl_error_t *error)
{
    static const double origin[2];
    const double expected = turns(self->landscape, origin, self->reach);
    double found = NAN;
    int status = SGDL_OK;
    for (int n = COARSE; n <= FINE && found != expected && status == SGDL_OK; n *= 2) {
        status = try_starts(self, n, error);
        found = 0;
        for (size_t i = 0; i < self->count && status == SGDL_OK; i++)
            found += self->point[i].index = classify(self, &self->point[i]);
        if (status == SGDL_OK && singular(self) > MOST_SINGULAR)
            status = fail_many(error);
    }
    self->whole = found == expected;
    return status;
}

bool plane_is_whole(const landscape_t *self, double (*box)[2])
{
    double sum = 0;
    for (size_t i = 0; i < self->critical_count; i++)
        sum += self->critical[i].index;
    return sum == turns_around(self, box);
}

int plane_find_critical(landscape_t *self, sgdl_error_t *error)
{
    search_t all = {.landscape = self};
    find_reach(&all);
    int status = search(&all, error);
    tidy(&all);
    if (all.count > 0)
        qsort(all.point, all.count, sizeof *all.point, by_place);
    self->critical = all.point;
    self->critical_count = all.count;
    self->confining = is_confining(&all);
    self->reach = all.reach;
    self->whole = all.whole;
    return status;
}

/* ---- ways down ------------------------------------------------------------------------------- */

/* Does descent from all around come nearer, at this radius and below it? */
static bool keeps(const landscape_t *self, const critical_point_t *minimum, double radius)
{
    for (int k = 0; k < ANGLES; k++) {
        const double a = 2 * pi * k / ANGLES, d[] = {radius * cos(a), radius * sin(a)},
                     x[] = {minimum->x[0] + d[0], minimum->x[1] + d[1]};
        double g[2];
        landscape_gradient(self, x, g);
        if (!(g[0] * d[0] + g[1] * d[1] > 0))
            return false;
    }
    return true;
}

static void find_capture(const landscape_t *self, critical_point_t *minimum)
{
    double radius = 1e-4 * self->reach;
    minimum->capture = radius;
    for (; radius < self->reach && keeps(self, minimum, radius); radius *= 1.2)
        minimum->capture = radius;
    minimum->capture *= 0.9;
}

/* The unstable directions of a saddle lead to what it joins. */
static void find_sides(const landscape_t *self, critical_point_t *saddle)
{
    double H[4], value[2], v[2];
    landscape_hessian(self, saddle->x, H);
    eigenvalues(H, value, v);
    for (int side = 0; side < 2; side++) {
        const double away = (side == 0 ? -1e-4 : 1e-4) * self->reach,
                     x[] = {saddle->x[0] + away * v[0], saddle->x[1] + away * v[1]};
        saddle->joins[side] = plane_descend(self, x);
    }
}

void plane_find_joins(landscape_t *self)
{
    for (size_t b = 0; b < self->minima; b++)
        find_capture(self, &self->critical[self->minimum[b]]);
    for (size_t i = 0; i < self->critical_count; i++) {
        critical_point_t *point = &self->critical[i];
        point->joins[0] = point->joins[1] = NO_BASIN;
        if (point->kind == CRITICAL_SADDLE)
            find_sides(self, point);
    }
}
