#include "spectra/nodes/panels.h"

#include <stdlib.h>

#include "src/base/interrupted.h"
#include "src/base/grow.h"

static int add_point(panels_t *self, position_t at, double log_weight, sgdl_error_t *error)
{
    panel_point_t *grown = grow(self->point, self->count, &self->room, 256, sizeof *grown);
    if (!grown)
        return sgdl_fail_memory(error);
    self->point = grown;
    self->point[self->count++] = (panel_point_t){.at = at, .log_weight = log_weight};
    return SGDL_OK;
}

/* A panel is at most so many times as wide as its distance from the nearest place where an
 * integrand is not analytic: p points are then good to 4.5^(-2p). */
static const double widest = 1.5;

typedef struct cutting {
    panels_t *panels;
    const segment_t *segment;
    const panel_plan_t *plan;
    const gauss_legendre_t *rule;
} cutting_t;

/* The width that keeps a panel below log u = x away from the singular places. */
static double log_clearance(const segment_t *segment, double x)
{
    double width = INFINITY;
    const size_t below = segment->singular_below;
    if (below > 0) /* x - width - log u as the distance */
        width = (x - log(segment->singular[below - 1])) * widest / (1 + widest);
    if (below < segment->singulars)
        width = fmin(width, widest * (log(segment->singular[below]) - x));
    return width;
}

/*
 * Widths in log u: with width 2/rate an integrand exp(-t u^rate) or 1/(u^rate + 1/t) is analytic
 * in an ellipse of 3.4 times the panel's half width, so that p points are good to 3.4^(-2p).
 * Far below the top u^envelope is small, and wide panels do.
 */
static int add_log_panels(const cutting_t *self, position_t low, position_t high,
                          sgdl_error_t *error)
{
    const panel_plan_t *plan = self->plan;
    double x = high.log_u, rest = -position_log_ratio(low, high);
    while (rest > 0) {
        if (check_interrupted(plan->interrupted, error))
            return SGDL_ERR_INTERRUPTED;
        const double rate = plan->rate(plan->context, position_log(x));
        double width = 4 / plan->envelope + (high.log_u - x) / 3;
        if (rate * width > 2)
            width = 2 / rate;
        width = fmin(width, log_clearance(self->segment, x));
        width /= plan->refine;
        if (width >= rest || x - width == x)
            width = rest;
        else if (2 * width > rest)
            width = 0.5 * rest;
        for (size_t k = 0; k < self->rule->order; k++) {
            const position_t at = position_log(x - width * self->rule->point[k]);
            const int status =
                add_point(self->panels, at, at.log_u + log(width * self->rule->weight[k]), error);
            if (status != SGDL_OK)
                return status;
        }
        x -= width;
        rest = width == rest ? 0 : rest - width;
    }
    return SGDL_OK;
}

/* u = edge + side s^3. The next singular place beyond the edge has s^3 < 0 and, seen from s > 0,
 * lies at +-60 degrees; the one beyond the segment's other end lies ahead. */
typedef struct cubic {
    double edge, side;
    double behind, ahead; /* |s| of these two, or INFINITY */
} cubic_t;

static cubic_t cubic_at(const segment_t *segment, double side)
{
    const double *singular = segment->singular;
    const size_t below = segment->singular_below, above = segment->singulars - below;
    const size_t edge = side > 0 ? below - 1 : below;
    cubic_t map = {.edge = singular[edge], .side = side, .behind = INFINITY, .ahead = INFINITY};
    const size_t lower = side > 0 ? 2 : 1, upper = side > 0 ? 1 : 2; /* so many has the neighbour */
    const double to_lower = below >= lower ? cbrt(map.edge - singular[edge - 1]) : INFINITY;
    const double to_upper = above >= upper ? cbrt(singular[edge + 1] - map.edge) : INFINITY;
    map.behind = side > 0 ? to_lower : to_upper;
    map.ahead = side > 0 ? to_upper : to_lower;
    return map;
}

/* The distance of [from, to] from these places. */
static double cubic_clearance(cubic_t map, double from, double to)
{
    const double ahead = map.ahead - to;
    if (isinf(map.behind))
        return ahead;
    const double along = 0.5 * map.behind, across = 0.5 * sqrt(3) * map.behind;
    return fmin(ahead, hypot(fmax(fmax(from - along, along - to), 0), across));
}

static int add_cubic_panel(const cutting_t *self, cubic_t map, double from, double to,
                           sgdl_error_t *error)
{
    const double width = to - from, middle = 0.5 * (from + to);
    if (width > widest * cubic_clearance(map, from, to) && width > 1e-9 * to) {
        const int status = add_cubic_panel(self, map, from, middle, error);
        return status != SGDL_OK ? status : add_cubic_panel(self, map, middle, to, error);
    }
    for (size_t k = 0; k < self->rule->order; k++) {
        const double s = from + self->rule->point[k] * width;
        const int status = add_point(self->panels, position_at(map.edge + map.side * s * s * s),
                                     log(3 * s * s * width * self->rule->weight[k]), error);
        if (status != SGDL_OK)
            return status;
    }
    return SGDL_OK;
}

/* Panels uniform in s, where low <= u <= high is on one side of the edge. */
static int add_cubic_panels(const cutting_t *self, cubic_t map, double low, double high,
                            sgdl_error_t *error)
{
    if (!(low < high))
        return SGDL_OK;
    const panel_plan_t *plan = self->plan;
    const double nearest = map.side < 0 ? map.edge - high : low - map.edge;
    const double length = map.side < 0 ? map.edge - low : high - map.edge;
    const double near_zero = map.side < 0 ? low : map.edge;
    const double spread = fmin(log1p(length / near_zero), 1);
    const double rate = plan->rate(plan->context, position_at(high));
    const double panels = plan->refine * (3 + fmin(ceil(rate * spread), 1e4));
    const double from = cbrt(nearest), to = cbrt(length);
    const size_t count = (size_t)ceil((to - from) / to * panels);
    for (size_t panel = 0; panel < count; panel++) {
        if (check_interrupted(plan->interrupted, error))
            return SGDL_ERR_INTERRUPTED;
        const double step = (to - from) / (double)count;
        const double begin = from + (double)panel * step;
        const int status =
            add_cubic_panel(self, map, begin, panel + 1 == count ? to : begin + step, error);
        if (status != SGDL_OK)
            return status;
    }
    return SGDL_OK;
}

int panels_add(panels_t *self, const segment_t *segment, position_t low, const panel_plan_t *plan,
               sgdl_error_t *error)
{
    gauss_legendre_t rule;
    gauss_legendre_init(&rule, plan->order);
    const cutting_t cutting = {self, segment, plan, &rule};
    position_t high = segment->high;
    const size_t singular_below = segment->singular_below;
    /* The nearest singular places; none: 0 and INFINITY. Where log u is known better than u, it is
     * far from both. */
    const double below = singular_below > 0 ? segment->singular[singular_below - 1] : 0;
    const double above =
        singular_below < segment->singulars ? segment->singular[singular_below] : INFINITY;
    const bool near_below = low.u < 2 * below;
    int status = SGDL_OK;
    if (high.u > 0.5 * above) {
        double start = low.u;
        if (start < 0.5 * above)
            start = 0.5 * above;
        else if (near_below)
            start = fmin(fmax(low.u, 0.5 * (below + above)), high.u);
        status = add_cubic_panels(&cutting, cubic_at(segment, -1), start, high.u, error);
        if (start < high.u)
            high = start == low.u ? low : position_at(start);
    }
    if (status == SGDL_OK && near_below && low.log_u < high.log_u) {
        const double end = 3 * below < high.u ? fmin(2 * below, high.u) : high.u;
        status = add_cubic_panels(&cutting, cubic_at(segment, 1), low.u, end, error);
        low = end == high.u ? high : position_at(end);
    }
    if (status == SGDL_OK && low.log_u < high.log_u)
        status = add_log_panels(&cutting, low, high, error);
    return status;
}

void panels_free(panels_t *self)
{
    free(self->point);
    *self = (panels_t){0};
}
