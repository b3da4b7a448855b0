/* The least rectangle outside of which there is no mass. */
#include <math.h>

#include "src/theories/diffusion/plane.h"

/* Where U has grown by so many D, nothing is left of a density. */
static const double high = 40;
static const double farthest = 1e30;

enum { SIDES = 2 * PLANE_AXES, SAMPLES = 256, GOLDEN_STEPS = 30 };

typedef struct search {
    const setting_t *setting;
    double highest;
    double box[PLANE_AXES][2];
} search_t;

/* Height over the highest minimum, in units of D; what is no number is high, and where there is no
 * noise nothing gets to. */
static double height(const search_t *self, const double *x)
{
    const landscape_t *landscape = self->setting->landscape;
    const double sigma = fmax(landscape_sigma(landscape, 0, x), landscape_sigma(landscape, 1, x));
    const double D = self->setting->heat * sigma;
    const double W = (landscape_loss(landscape, x) - self->highest) / D;
    return isnan(W) || !(sigma > 0) ? INFINITY : W;
}

/* At a fraction of the side that lies at `at` on `axis`. */
static double height_on(const search_t *self, size_t axis, double at, double fraction)
{
    const double *along = self->box[1 - axis];
    double x[PLANE_AXES];
    x[axis] = at;
    x[1 - axis] = along[0] + (along[1] - along[0]) * fraction;
    return height(self, x);
}

/* The least height on a side: samples, then golden sections about the lowest of them. */
static double least_on(const search_t *self, size_t axis, double at)
{
    static const double golden = 0.6180339887498949;
    double least = INFINITY, best = 0;
    for (int i = 0; i <= SAMPLES; i++) {
        const double W = height_on(self, axis, at, (double)i / SAMPLES);
        if (W < least) {
            least = W;
            best = (double)i / SAMPLES;
        }
    }
    double low = fmax(best - 1.0 / SAMPLES, 0), top = fmin(best + 1.0 / SAMPLES, 1);
    for (int k = 0; k < GOLDEN_STEPS && least < INFINITY; k++) {
        const double a = top - golden * (top - low), b = low + golden * (top - low);
        const double Wa = height_on(self, axis, at, a), Wb = height_on(self, axis, at, b);
        least = fmin(least, fmin(Wa, Wb));
        if (Wa < Wb)
            top = b;
        else
            low = a;
    }
    return least;
}

static bool is_outside(const search_t *self, size_t axis, double at)
{
    return least_on(self, axis, at) >= high;
}

/* Moves sides outwards until all of them lie where no mass is; each move doubles the way from the
 * minima. */
static int grow(search_t *self, double core[PLANE_AXES][2], sgdl_error_t *error)
{
    bool moved = true;
    while (moved) {
        moved = false;
        for (size_t side = 0; side < SIDES; side++) {
            const size_t axis = side / 2, end = side % 2;
            double *at = &self->box[axis][end];
            while (!is_outside(self, axis, *at)) {
                *at = core[axis][end] + 2 * (*at - core[axis][end]);
                moved = true;
                if (fabs(*at) > farthest)
                    return sgdl_fail(error, SGDL_ERR_INPUT, "potential",
                                     "does not confine towards %c = %sinfinity: there is no "
                                     "stationary density; allowed: one that does, or a box",
                                     axis == 0 ? 'x' : 'y', end == 0 ? "-" : "");
            }
        }
    }
    return SGDL_OK;
}

/* Draws a side in, as far as all of what lies beyond is empty. */
static void draw_in(search_t *self, double core[PLANE_AXES][2], size_t axis, size_t end)
{
    double inside = core[axis][end], outside = self->box[axis][end];
    while (fabs(outside - inside) > 1e-6 * (self->box[axis][1] - self->box[axis][0])) {
        const double middle = 0.5 * (inside + outside);
        if (is_outside(self, axis, middle))
            outside = middle;
        else
            inside = middle;
    }
    self->box[axis][end] = outside;
}

/* A Gaussian start has its place in a box that nobody stated, too: wherever there is noise. */
static void take_in_start(const setting_t *setting, double box[PLANE_AXES][2])
{
    static const double widths = 8;
    const sgdl_problem_t *problem = setting->problem;
    for (size_t side = 0; side < SIDES && problem->start_basin == 0; side++) {
        const size_t axis = side / 2;
        const double sign = side % 2 == 0 ? -1 : 1;
        double x[] = {problem->start_at[0], problem->start_at[1]};
        x[axis] += sign * widths * problem->start_width;
        if (sign * x[axis] > sign * box[axis][side % 2] &&
            landscape_sigma(setting->landscape, 0, x) > 0 &&
            landscape_sigma(setting->landscape, 1, x) > 0)
            box[axis][side % 2] = x[axis];
    }
}

/* Is there a least rectangle? */
static int check(const landscape_t *landscape, sgdl_error_t *error)
{
    if (landscape->heavy_tailed)
        return sgdl_fail(error, SGDL_ERR_INPUT, "noise",
                         "grows as fast as the loss: the law falls like a power, and no box holds "
                         "it; allowed in two coordinates: less, or a box");
    return SGDL_OK;
}

int plane_box(const setting_t *setting, double box[PLANE_AXES][2], sgdl_error_t *error)
{
    const landscape_t *landscape = setting->landscape;
    const sgdl_problem_t *problem = setting->problem;
    search_t self = {.setting = setting, .highest = -INFINITY};
    double core[PLANE_AXES][2];
    const bool stated = !isnan(problem->box[0][0]);
    int status = SGDL_OK;
    for (size_t axis = 0; axis < PLANE_AXES; axis++) {
        core[axis][0] = INFINITY;
        core[axis][1] = -INFINITY;
        for (size_t b = 0; b < landscape->minima; b++) {
            const critical_point_t *point = landscape_minimum(landscape, b);
            core[axis][0] = fmin(core[axis][0], point->x[axis]);
            core[axis][1] = fmax(core[axis][1], point->x[axis]);
            self.highest = fmax(self.highest, point->loss);
        }
        self.box[axis][0] = core[axis][0] - 1e-3 * (1 + fabs(core[axis][0]));
        self.box[axis][1] = core[axis][1] + 1e-3 * (1 + fabs(core[axis][1]));
    }
    if (!stated)
        status = check(landscape, error);
    if (status == SGDL_OK && !stated)
        status = grow(&self, core, error);
    for (size_t side = 0; side < SIDES && status == SGDL_OK; side++) {
        const size_t axis = side / 2, end = side % 2;
        if (!stated)
            draw_in(&self, core, axis, end);
        box[axis][end] = stated ? problem->box[axis][end] : self.box[axis][end];
    }
    if (status == SGDL_OK && !stated)
        take_in_start(setting, box);
    return status;
}
