#include "src/landscape/critical.h"

#include <math.h>
#include <stdlib.h>

#include "src/landscape/plane.h"
#include "src/landscape/potential.h"

/* ---- one coordinate -------------------------------------------------------------------------- */

/* Points strictly inside the range [count], and one more between each of them and on both sides. */
typedef struct line {
    double *x, *between; /* [count], [count + 1]; one block */
    size_t count;
} line_t;

static int line_init(line_t *self, const landscape_t *landscape, const double *x, size_t count,
                     sgdl_error_t *error)
{
    const double *range = landscape->range[0];
    *self = (line_t){.x = malloc((2 * count + 2) * sizeof *self->x)};
    if (!self->x)
        return sgdl_fail_memory(error);
    self->between = self->x + count;
    for (size_t i = 0; i < count; i++)
        if (x[i] > range[0] && x[i] < range[1])
            self->x[self->count++] = x[i];
    const size_t n = self->count;
    if (n == 0)
        return SGDL_OK;
    const double first = self->x[0], last = self->x[n - 1],
                 far = fmax(1, fmax(last - first, fmax(fabs(first), fabs(last))));
    self->between[0] = isinf(range[0]) ? first - far : 0.5 * (range[0] + first);
    self->between[n] = isinf(range[1]) ? last + far : 0.5 * (last + range[1]);
    for (size_t i = 1; i < n; i++)
        self->between[i] = 0.5 * (self->x[i - 1] + self->x[i]);
    return SGDL_OK;
}

static int sign(double value) { return (value > 0) - (value < 0); }

/* Where U' vanishes between two of them too, they are one stretch, which is one point. */
static void join_stretches(line_t *self, const landscape_t *landscape)
{
    size_t kept = 0;
    for (size_t i = 0; i < self->count; i++) {
        size_t last = i;
        while (last + 1 < self->count &&
               landscape_slope(landscape, self->between[last + 1], 1) == 0)
            last++;
        self->x[kept] = 0.5 * (self->x[i] + self->x[last]);
        self->between[kept++] = self->between[i];
        i = last;
    }
    if (self->count > 0)
        self->between[kept] = self->between[self->count];
    self->count = kept;
}

/* What is lost in the rounding of what it is around is none. */
static double curvature_at(const landscape_t *self, const line_t *line, size_t i)
{
    const double here = landscape_slope(self, line->x[i], 2);
    const double around = fmax(fabs(landscape_slope(self, line->between[i], 2)),
                               fabs(landscape_slope(self, line->between[i + 1], 2)));
    return fabs(here) > 1e-13 * around ? here : 0;
}

static critical_point_t point_at(const landscape_t *self, const line_t *line, size_t i)
{
    const double x = line->x[i], curvature = curvature_at(self, line, i);
    const int before = sign(landscape_slope(self, line->between[i], 1)),
              after = sign(landscape_slope(self, line->between[i + 1], 1));
    return (critical_point_t){.x = {x},
                              .loss = landscape_slope(self, x, 0),
                              .curvature = curvature,
                              .eigenvalue = {curvature, curvature},
                              .kind = before < 0 && after > 0   ? CRITICAL_MINIMUM
                                      : before > 0 && after < 0 ? CRITICAL_MAXIMUM
                                                                : CRITICAL_FLAT};
}

static int find_on_line(landscape_t *self, sgdl_error_t *error)
{
    self->whole = true;
    const potential_family_t *family = self->potential->family;
    line_t line = {0};
    double *x = NULL;
    size_t count = 0;
    int status = family->critical(self->potential->data, &x, &count, error);
    if (status == SGDL_OK)
        status = line_init(&line, self, x, count, error);
    if (status == SGDL_OK && !(self->critical = calloc(count + 1, sizeof *self->critical)))
        status = sgdl_fail_memory(error);
    if (status == SGDL_OK) {
        join_stretches(&line, self);
        for (; self->critical_count < line.count; self->critical_count++)
            self->critical[self->critical_count] = point_at(self, &line, self->critical_count);
    }
    free(line.x);
    free(x);
    return status;
}

/* Between which minima barriers are. */
static void join_on_line(landscape_t *self)
{
    size_t below = NO_BASIN;
    for (size_t i = 0; i < self->critical_count; i++) {
        critical_point_t *point = &self->critical[i];
        const size_t above = below == NO_BASIN ? 0 : below + 1;
        point->joins[0] = point->joins[1] = NO_BASIN;
        if (point->kind == CRITICAL_MINIMUM) {
            below = point->basin;
        } else {
            point->joins[0] = below;
            point->joins[1] = above < self->minima ? above : NO_BASIN;
        }
    }
}

/* ---- both ------------------------------------------------------------------------------------ */

static int number_minima(landscape_t *self, const char *where, sgdl_error_t *error)
{
    self->minima = 0;
    for (size_t i = 0; i < self->critical_count; i++) {
        critical_point_t *point = &self->critical[i];
        if (point->kind != CRITICAL_MINIMUM)
            continue;
        point->basin = self->minima;
        self->minimum[self->minima++] = i;
    }
    if (self->minima == 0)
        return sgdl_fail(error, SGDL_ERR_INPUT, "potential",
                         "has no minimum%s, allowed: a loss with at least one", where);
    if (self->coordinates == 1)
        join_on_line(self);
    else
        plane_find_joins(self);
    return SGDL_OK;
}

int critical_find(landscape_t *self, sgdl_error_t *error)
{
    int status =
        self->coordinates == 1 ? find_on_line(self, error) : plane_find_critical(self, error);
    if (status != SGDL_OK)
        return status;
    self->minimum = calloc(self->critical_count + 1, sizeof *self->minimum);
    if (!self->minimum)
        return sgdl_fail_memory(error);
    for (size_t i = 0; i < self->critical_count; i++)
        for (size_t k = 0; k < self->coordinates; k++)
            self->critical[i].sigma[k] = landscape_sigma(self, k, self->critical[i].x);
    return number_minima(self, "", error);
}

int landscape_clip(landscape_t *self, double (*box)[2], sgdl_error_t *error)
{
    size_t kept = 0;
    for (size_t i = 0; i < self->critical_count; i++) {
        bool inside = true;
        for (size_t k = 0; k < self->coordinates; k++)
            inside =
                inside && self->critical[i].x[k] > box[k][0] && self->critical[i].x[k] < box[k][1];
        if (inside)
            self->critical[kept++] = self->critical[i];
    }
    self->critical_count = kept;
    for (size_t k = 0; k < self->coordinates; k++) {
        self->range[k][0] = box[k][0];
        self->range[k][1] = box[k][1];
    }
    if (self->coordinates > 1)
        self->whole = plane_is_whole(self, box);
    return number_minima(self, " inside the box", error);
}

const critical_point_t *landscape_barrier(const landscape_t *self, size_t basin)
{
    size_t best = self->minimum[basin];
    for (size_t i = self->minimum[basin]; i <= self->minimum[basin + 1]; i++)
        if (self->critical[i].loss > self->critical[best].loss)
            best = i;
    return &self->critical[best];
}

const critical_point_t *landscape_pass(const landscape_t *self, size_t from, size_t to)
{
    const critical_point_t *best = NULL;
    for (size_t i = 0; i < self->critical_count; i++) {
        const critical_point_t *point = &self->critical[i];
        const bool between = (point->joins[0] == from && point->joins[1] == to) ||
                             (point->joins[0] == to && point->joins[1] == from);
        if ((point->kind == CRITICAL_MAXIMUM || point->kind == CRITICAL_SADDLE) && between &&
            (!best || point->loss < best->loss))
            best = point;
    }
    return best;
}

size_t landscape_flattest(const landscape_t *self)
{
    size_t flattest = 0;
    double least = INFINITY;
    for (size_t b = 0; b < self->minima; b++) {
        const critical_point_t *point = landscape_minimum(self, b);
        const double steep =
            self->coordinates == 1 ? point->curvature : point->eigenvalue[0] * point->eigenvalue[1];
        if (steep < least) {
            least = steep;
            flattest = b;
        }
    }
    return flattest;
}

static size_t nearest(const landscape_t *self, const double *x)
{
    size_t best = 0;
    double least = INFINITY;
    for (size_t b = 0; b < self->minima; b++) {
        const double *at = landscape_minimum(self, b)->x,
                     distance = hypot(at[0] - x[0], at[1] - x[1]);
        if (distance < least) {
            least = distance;
            best = b;
        }
    }
    return best;
}

size_t landscape_basin(const landscape_t *self, const double *x)
{
    size_t basin = 0;
    if (self->coordinates > 1) {
        basin = plane_descend(self, x);
        return basin == NO_BASIN ? nearest(self, x) : basin;
    }
    while (basin + 1 < self->minima && *x > landscape_barrier(self, basin)->x[0])
        basin++;
    return basin;
}
