#include "src/theories/diffusion/grid.h"

#include <math.h>
#include <stdlib.h>

#include "src/curve/emit.h"

/* Where W has grown by as much over a minimum, nothing is left of its density. */
static const double high = 40;
static const double farthest = 1e30;
/* Boxes of more scales are stretched where tails are heavy. */
static const double wide = 30;

/* ---- the box ------------------------------------------------------------------------------- */

/* W = phi + log D up to a constant. */
static double potential_at(const setting_t *self, double x)
{
    return setting_height(self, x) + log(landscape_sigma_slope(self->landscape, x, 0));
}

/* Of the minima's W: a shallow basin is whole in the box, too, however deep another is. */
static double highest(const setting_t *self)
{
    double most = -INFINITY;
    for (size_t b = 0; b < self->landscape->minima; b++)
        most = fmax(most, potential_at(self, landscape_minimum(self->landscape, b)->x[0]));
    return most;
}

/* Away from the outermost minimum at `from`, in the direction of `sign`. */
static int find_end(const setting_t *self, double from, double sign, double base, double *end,
                    sgdl_error_t *error)
{
    double inside = 0, outside = 1e-3;
    while (!(potential_at(self, from + sign * outside) - base >= high)) {
        if (!(landscape_sigma_slope(self->landscape, from + sign * outside, 0) > 0))
            return sgdl_fail(error, SGDL_ERR_INPUT, "noise",
                             "is %g at x = %g, allowed: above 0 wherever the density gets to",
                             landscape_sigma_slope(self->landscape, from + sign * outside, 0),
                             from + sign * outside);
        inside = outside;
        outside *= 2;
        if (outside > farthest)
            return sgdl_fail(error, SGDL_ERR_INPUT, "potential",
                             "does not confine towards x = %sinfinity: there is no stationary "
                             "density; allowed: one that does, or a box",
                             sign < 0 ? "-" : "");
    }
    while (outside - inside > 1e-6 * outside) {
        const double middle = 0.5 * (inside + outside);
        if (potential_at(self, from + sign * middle) - base >= high)
            outside = middle;
        else
            inside = middle;
    }
    *end = from + sign * outside;
    return SGDL_OK;
}

/* A Gaussian start has its place in a box that nobody stated, too: wherever there is noise. */
static void take_in_start(const setting_t *self, double box[2])
{
    static const double widths = 8;
    const landscape_t *landscape = self->landscape;
    const sgdl_problem_t *problem = self->problem;
    for (size_t side = 0; side < 2 && problem->start_basin == 0; side++) {
        const double sign = side == 0 ? -1 : 1, range = landscape->range[0][side];
        double end = problem->start_at[0] + sign * widths * problem->start_width;
        end = sign * fmin(sign * end, sign * range);
        if (sign * end > sign * box[side] && landscape_sigma_slope(landscape, end, 0) > 0)
            box[side] = end;
    }
}

/* Where a schedule has the rate grow, the law becomes as wide as at its largest. */
static setting_t hottest(const setting_t *self)
{
    setting_t setting = *self;
    if (!setting_is_constant(self) && isfinite(self->rate.bound))
        setting.heat *= self->rate.bound / self->eta;
    return setting;
}

int grid_box(const setting_t *setting, double box[2], sgdl_error_t *error)
{
    const setting_t hot = hottest(setting), *self = &hot;
    const landscape_t *landscape = self->landscape;
    const double *stated = self->problem->box[0];
    box[0] = isnan(stated[0]) ? landscape->range[0][0] : stated[0];
    box[1] = isnan(stated[0]) ? landscape->range[0][1] : stated[1];
    int status = SGDL_OK;
    if (isinf(box[0]))
        status = find_end(self, landscape_minimum(landscape, 0)->x[0], -1, highest(self), &box[0],
                          error);
    if (status == SGDL_OK && isinf(box[1]))
        status = find_end(self, landscape_minimum(landscape, landscape->minima - 1)->x[0], 1,
                          highest(self), &box[1], error);
    if (status == SGDL_OK && isnan(stated[0]))
        take_in_start(self, box);
    return status;
}

/* ---- cells --------------------------------------------------------------------------------- */

/* What asinh is taken of: distances from the middle of all minima, in units of how far these or, of
 * a single one, its law extend. */
typedef struct stretch {
    double middle, scale;
} stretch_t;

static stretch_t stretch_of(const setting_t *setting)
{
    const landscape_t *landscape = setting->landscape;
    const double first = landscape_minimum(landscape, 0)->x[0];
    const double last = landscape_minimum(landscape, landscape->minima - 1)->x[0];
    double width = 0;
    for (size_t b = 0; b < landscape->minima; b++) {
        const critical_point_t *minimum = landscape_minimum(landscape, b);
        width = fmax(width, sqrt(setting->heat * minimum->sigma[0] / minimum->curvature));
    }
    return (stretch_t){.middle = 0.5 * (first + last), .scale = fmax(0.5 * (last - first), width)};
}

/* Place number `i` of `count` even ones of the box or of the stretched one. */
static double place(const grid_t *self, const stretch_t *stretch, const double box[2], double i)
{
    const double part = i / (double)self->cells;
    if (self->even)
        return box[0] + (box[1] - box[0]) * part;
    const double low = asinh((box[0] - stretch->middle) / stretch->scale);
    const double high_end = asinh((box[1] - stretch->middle) / stretch->scale);
    return stretch->middle + stretch->scale * sinh(low + (high_end - low) * part);
}

int grid_init(grid_t *self, const setting_t *setting, size_t cells, sgdl_error_t *error)
{
    double box[2];
    *self = (grid_t){.cells = cells};
    int status = grid_box(setting, box, error);
    if (status != SGDL_OK)
        return status;
    self->edge = malloc((2 * cells + 1) * sizeof *self->edge);
    if (!self->edge)
        return sgdl_fail_memory(error);
    self->centre = self->edge + cells + 1;
    const stretch_t stretch = stretch_of(setting);
    self->even = !setting->landscape->heavy_tailed || box[1] - box[0] < wide * stretch.scale;
    for (size_t i = 0; i <= cells; i++)
        self->edge[i] = place(self, &stretch, box, (double)i);
    self->edge[cells] = box[1];
    for (size_t i = 0; i < cells; i++)
        self->centre[i] = self->even ? 0.5 * (self->edge[i] + self->edge[i + 1])
                                     : place(self, &stretch, box, (double)i + 0.5);
    return SGDL_OK;
}

void grid_free(grid_t *self)
{
    free(self->edge);
    *self = (grid_t){0};
}

int grid_note(const grid_t *self, const setting_t *setting, const sgdl_sink_t *sink,
              sgdl_error_t *error)
{
    char key[SETTING_KEY];
    return emit_note(sink, setting_key(setting, "grid", key), error,
                     "%.10g to %.10g in %zu cells%s", self->edge[0], self->edge[self->cells],
                     self->cells, self->even ? "" : ", even in asinh of the distance");
}

size_t grid_cell(const grid_t *self, double x)
{
    size_t low = 0, high_cell = self->cells;
    while (high_cell - low > 1) {
        const size_t middle = (low + high_cell) / 2;
        if (x < self->edge[middle])
            high_cell = middle;
        else
            low = middle;
    }
    return low;
}
