#include "spectra/panels.h"

#include <stdint.h>
#include <stdlib.h>

static int add_point(panels_t *self, position_t at, double log_weight, sgdl_error_t *error)
{
    if (self->count == self->room) {
        const size_t room = self->room ? 2 * self->room : 256;
        panel_point_t *grown =
            room > SIZE_MAX / sizeof *grown ? NULL : realloc(self->point, room * sizeof *grown);
        if (!grown)
            return sgdl_fail_memory(error);
        self->point = grown;
        self->room = room;
    }
    self->point[self->count++] = (panel_point_t){.at = at, .log_weight = log_weight};
    return SGDL_OK;
}

/*
 * Widths in log u: with width 2/rate an integrand exp(-t u^rate) or 1/(u^rate + 1/t) is analytic
 * in an ellipse of 3.4 times the panel's half width, so that p points are good to 3.4^(-2p).
 * Far below the top u^envelope is small, and wide panels do.
 */
static int add_log_panels(panels_t *self, position_t low, position_t high, const panel_plan_t *plan,
                          const gauss_legendre_t *rule, sgdl_error_t *error)
{
    double x = high.log_u, rest = -position_log_ratio(low, high);
    while (rest > 0) {
        const double rate = plan->rate(plan->context, position_log(x));
        double width = 4 / plan->envelope + (high.log_u - x) / 3;
        if (rate * width > 2)
            width = 2 / rate;
        width /= plan->refine;
        if (width >= rest || x - width == x)
            width = rest;
        else if (2 * width > rest)
            width = 0.5 * rest;
        for (size_t k = 0; k < rule->order; k++) {
            const position_t at = position_log(x - width * rule->point[k]);
            const int status = add_point(self, at, at.log_u + log(width * rule->weight[k]), error);
            if (status)
                return status;
        }
        x -= width;
        rest = width == rest ? 0 : rest - width;
    }
    return SGDL_OK;
}

/* u = edge + side s^3, over |u - edge| < length. */
static int add_cubic_panels(panels_t *self, double edge, double side, double length,
                            const panel_plan_t *plan, const gauss_legendre_t *rule,
                            sgdl_error_t *error)
{
    const double near_zero = side < 0 ? edge - length : edge;
    const double spread = fmin(log1p(length / near_zero), 1);
    const double rate = plan->rate(plan->context, position_at(edge + (side > 0 ? length : 0)));
    const size_t panels = (size_t)plan->refine * (3 + (size_t)fmin(ceil(rate * spread), 1e4));
    const double step = cbrt(length) / (double)panels;
    for (size_t panel = 0; panel < panels; panel++)
        for (size_t k = 0; k < rule->order; k++) {
            const double s = ((double)panel + rule->point[k]) * step;
            const int status = add_point(self, position_at(edge + side * s * s * s),
                                         log(3 * s * s * step * rule->weight[k]), error);
            if (status)
                return status;
        }
    return SGDL_OK;
}

int panels_add(panels_t *self, const segment_t *segment, position_t low, const panel_plan_t *plan,
               sgdl_error_t *error)
{
    gauss_legendre_t rule;
    gauss_legendre_init(&rule, plan->order);
    position_t high = segment->high;
    const bool low_singular = segment->low_singular && low.u > 0 && low.log_u == segment->low.log_u;
    int status = SGDL_OK;
    if (segment->high_singular) {
        double start = low.u;
        if (start < 0.5 * high.u)
            start = 0.5 * high.u;
        else if (low_singular)
            start = 0.5 * (low.u + high.u);
        status = add_cubic_panels(self, high.u, -1, high.u - start, plan, &rule, error);
        high = start == low.u ? low : position_at(start);
    }
    if (!status && low_singular) {
        const double end = 3 * low.u < high.u ? 2 * low.u : high.u;
        status = add_cubic_panels(self, low.u, 1, end - low.u, plan, &rule, error);
        low = end == high.u ? high : position_at(end);
    }
    if (!status && low.log_u < high.log_u)
        status = add_log_panels(self, low, high, plan, &rule, error);
    return status;
}

void panels_free(panels_t *self)
{
    free(self->point);
    *self = (panels_t){0};
}
