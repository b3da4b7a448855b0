/* Where the chain of steps is resolved: Gauss-Legendre panels, a few standard deviations of a step
 * wide, cut wherever a derivative of the landscape jumps. */
#include <math.h>
#include <stdlib.h>

#include "src/base/gauss_legendre.h"
#include "src/theories/diffusion/chain_matrix.h"
#include "src/theories/diffusion/grid.h"

enum { LEAST_ORDER = 5, MOST_ORDER = 16, MOST_POINTS = 20000 };
static const double panel = 6; /* standard deviations of a step, at most */
static const double least_narrower = 0.1;
static const double same_place = 1e-9; /* of the interval */

double chain_deviation(const setting_t *setting, double x)
{
    const double D = setting->heat * landscape_sigma_slope(setting->landscape, x, 0);
    return sqrt(2 * setting->eta * D);
}

/* Of a parabola the law is sqrt(1/(1 - eta U''/2)) times as wide. */
int chain_ends(chain_t *self, sgdl_error_t *error)
{
    const setting_t *setting = self->setting;
    const landscape_t *landscape = setting->landscape;
    int status = grid_box(setting, self->end, error);
    for (size_t side = 0; side < 2 && status == SGDL_OK; side++) {
        const critical_point_t *outer =
            landscape_minimum(landscape, side == 0 ? 0 : landscape->minima - 1);
        const double narrower = fmax(1 - 0.5 * setting->eta * outer->curvature, least_narrower);
        if (isnan(setting->problem->box[0][side]) && isinf(landscape->range[0][side]))
            self->end[side] = outer->x[0] + (self->end[side] - outer->x[0]) / sqrt(narrower);
    }
    return status;
}

/* ---- cuts ----------------------------------------------------------------------------------- */

typedef struct cuts {
    size_t count;
    double *x; /* [count] increasing, from end to end; owned */
} cuts_t;

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The ends, barriers, where probabilities of basins begin, and knots. */
static int find_cuts(const chain_t *self, cuts_t *cuts, sgdl_error_t *error)
{
    const landscape_t *landscape = self->setting->landscape;
    const double apart = same_place * (self->end[1] - self->end[0]);
    double *knot = NULL;
    size_t knots = 0, all = 0;
    *cuts = (cuts_t){0};
    int status = landscape_knots(landscape, &knot, &knots, error);
    if (status == SGDL_OK && !(cuts->x = malloc((knots + landscape->minima + 1) * sizeof *knot)))
        status = sgdl_fail_memory(error);
    for (size_t k = 0; k < knots && status == SGDL_OK; k++)
        cuts->x[all++] = knot[k];
    for (size_t b = 0; b + 1 < landscape->minima && status == SGDL_OK; b++)
        cuts->x[all++] = landscape_barrier(landscape, b)->x[0];
    free(knot);
    if (status != SGDL_OK)
        return status;
    cuts->x[all++] = self->end[0];
    cuts->x[all++] = self->end[1];
    qsort(cuts->x, all, sizeof *cuts->x, by_value);
    for (size_t i = 0; i < all; i++) {
        const double x = cuts->x[i];
        const bool first = x == self->end[0] && cuts->count == 0;
        const bool inside = x > self->end[0] && x < self->end[1] - apart;
        if (first || x == self->end[1] ||
            (inside && cuts->count > 0 && x > cuts->x[cuts->count - 1] + apart))
            cuts->x[cuts->count++] = x;
        if (x == self->end[1])
            break;
    }
    return SGDL_OK;
}

static double least_deviation(const chain_t *self)
{
    enum { LOOKS = 1000 };
    double least = INFINITY;
    for (int i = 0; i <= LOOKS; i++) {
        const double part = (double)i / LOOKS;
        const double x = self->end[0] + part * (self->end[1] - self->end[0]);
        least = fmin(least, chain_deviation(self->setting, x));
    }
    return least;
}

/* ---- panels --------------------------------------------------------------------------------- */

/* Panels between two cuts; all of a size, with as many points as that needs. */
typedef struct stretch {
    double from, to, panels;
    size_t order;
} stretch_t;

static stretch_t stretch_of(const cuts_t *cuts, size_t index, double s)
{
    const double from = cuts->x[index], to = cuts->x[index + 1];
    const double panels = fmax(1, ceil((to - from) / (panel * s)));
    const double share = (to - from) / (panels * panel * s);
    return (stretch_t){from, to, panels,
                       LEAST_ORDER +
                           (size_t)ceil((MOST_ORDER - LEAST_ORDER) * sqrt(fmin(share, 1)))};
}

static void add_points(chain_t *self, const stretch_t *stretch)
{
    gauss_legendre_t rule;
    gauss_legendre_init(&rule, stretch->order);
    const double width = (stretch->to - stretch->from) / stretch->panels;
    for (size_t p = 0; p < (size_t)stretch->panels; p++)
        for (size_t i = 0; i < stretch->order; i++, self->points++) {
            self->x[self->points] = stretch->from + width * ((double)p + rule.point[i]);
            self->weight[self->points] = width * rule.weight[i];
        }
}

int chain_points(chain_t *self, sgdl_error_t *error)
{
    cuts_t cuts;
    const double s = least_deviation(self);
    double points = 0;
    int status = find_cuts(self, &cuts, error);
    for (size_t c = 0; c + 1 < cuts.count && status == SGDL_OK; c++) {
        const stretch_t stretch = stretch_of(&cuts, c, s);
        points += (double)stretch.order * stretch.panels;
    }
    if (status == SGDL_OK && !(points <= MOST_POINTS))
        status = sgdl_fail(error, SGDL_ERR_INPUT, "--discrete",
                           "found steps of %.3g, their standard deviation, in a box [%g, %g]: the "
                           "chain would take %.3g points, allowed: up to %d",
                           s, self->end[0], self->end[1], points, MOST_POINTS);
    if (status == SGDL_OK && !(self->x = calloc(3 * (size_t)points, sizeof *self->x)))
        status = sgdl_fail_memory(error);
    if (status == SGDL_OK) {
        self->weight = self->x + (size_t)points;
        self->stationary = self->weight + (size_t)points;
        for (size_t c = 0; c + 1 < cuts.count; c++) {
            const stretch_t stretch = stretch_of(&cuts, c, s);
            add_points(self, &stretch);
        }
    }
    free(cuts.x);
    return status;
}
