#include "src/landscape/critical.h"

#include <math.h>
#include <stdlib.h>

#include "src/landscape/potential.h"

static critical_point_t point_at(const landscape_t *self, double x)
{
    critical_point_t point = {.x = {x},
                              .loss = landscape_slope(self, x, 0),
                              .curvature = landscape_slope(self, x, 2),
                              .sigma = {landscape_sigma_slope(self, x, 0)}};
    point.eigenvalue[0] = point.eigenvalue[1] = point.curvature;
    point.kind = point.curvature > 0   ? CRITICAL_MINIMUM
                 : point.curvature < 0 ? CRITICAL_MAXIMUM
                                       : CRITICAL_FLAT;
    return point;
}

static int fill(landscape_t *self, const double *x, size_t count, sgdl_error_t *error)
{
    self->critical = calloc(count + 1, sizeof *self->critical);
    self->minimum = calloc(count + 1, sizeof *self->minimum);
    if (!self->critical || !self->minimum)
        return sgdl_fail_memory(error);
    self->critical_count = count;
    for (size_t i = 0; i < count; i++) {
        self->critical[i] = point_at(self, x[i]);
        if (self->critical[i].kind != CRITICAL_MINIMUM)
            continue;
        self->critical[i].basin = self->minima;
        self->minimum[self->minima++] = i;
    }
    return self->minima > 0 ? SGDL_OK
                            : sgdl_fail(error, SGDL_ERR_INPUT, "potential",
                                        "has no minimum, allowed: a loss with at least one");
}

int critical_find(landscape_t *self, sgdl_error_t *error)
{
    double *x = NULL;
    size_t count = 0;
    int status = self->potential->family->critical(self->potential->data, &x, &count, error);
    if (status == SGDL_OK)
        status = fill(self, x, count, error);
    free(x);
    return status;
}

const critical_point_t *landscape_barrier(const landscape_t *self, size_t basin)
{
    size_t best = self->minimum[basin];
    for (size_t i = self->minimum[basin]; i <= self->minimum[basin + 1]; i++)
        if (self->critical[i].loss > self->critical[best].loss)
            best = i;
    return &self->critical[best];
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

size_t landscape_basin(const landscape_t *self, const double *x)
{
    size_t basin = 0;
    while (basin + 1 < self->minima && *x > landscape_barrier(self, basin)->x[0])
        basin++;
    return basin;
}
