#include "src/theories/diffusion/passage.h"

#include <math.h>
#include <stdlib.h>

#include "src/base/gauss_legendre.h"
#include "src/base/interrupted.h"
#include "src/theories/diffusion/generator.h"

static const double agreement = 1e-8;   /* of the two ways */
static const double same_place = 1e-10; /* of the box: a minimum is known no better */

int passage_init(passage_t *self, const setting_t *setting, double from, double target,
                 const char *place, sgdl_error_t *error)
{
    double box[2];
    *self = (passage_t){NAN, from, target};
    int status = grid_box(setting, box, error);
    if (status != SGDL_OK)
        return status;
    if (!(target >= box[0] && target <= box[1] && from >= box[0] && from <= box[1]))
        return sgdl_fail(error, SGDL_ERR_INPUT, place,
                         "found a way from x = %.10g to %.10g, allowed: within the box, from "
                         "%.10g to %.10g, or a wider box",
                         from, target, box[0], box[1]);
    self->end = target < from ? box[1] : box[0];
    if (fabs(target - from) <= same_place * (box[1] - box[0]))
        self->from = target;
    return SGDL_OK;
}

/* Far tails behind the start are resolved by the distance from it: places even in asinh. */
static double behind(const passage_t *self, double part)
{
    const double length = fabs(self->from - self->end), scale = fabs(self->target - self->from);
    const double sign = self->end < self->from ? -1 : 1;
    if (part == 1 || length == 0)
        return self->from;
    if (part == 0)
        return self->end;
    return length > 20 * scale
               ? self->from + sign * scale * sinh((1 - part) * asinh(length / scale))
               : self->end + part * (self->from - self->end);
}

static double ahead(const passage_t *self, double part)
{
    return part == 1 ? self->target : self->from + part * (self->target - self->from);
}

/* ---- panels --------------------------------------------------------------------------------- */

enum { POINTS = 6, FEWEST_PANELS = 64, MOST_PANELS = 1 << 17 };
static const double panels_settled = 2e-13;

/* What has been summed up, relative to powers of e. */
typedef struct sums {
    double phi;        /* at the panel's beginning */
    double lowest;     /* least phi so far */
    double inner;      /* int e^{lowest - phi}/D */
    double top, outer; /* tau = e^top outer */
} sums_t;

typedef struct panels {
    const setting_t *setting;
    gauss_legendre_t rule;
    double integral[POINTS][POINTS]; /* of interpolant q from 0 to point k */
} panels_t;

static double interpolant(const gauss_legendre_t *rule, size_t q, double t)
{
    double product = 1;
    for (size_t p = 0; p < POINTS; p++)
        if (p != q)
            product *= (t - rule->point[p]) / (rule->point[q] - rule->point[p]);
    return product;
}

static void panels_init(panels_t *self, const setting_t *setting)
{
    self->setting = setting;
    gauss_legendre_init(&self->rule, POINTS);
    for (size_t k = 0; k < POINTS; k++)
        for (size_t q = 0; q < POINTS; q++) {
            double sum = 0;
            for (size_t p = 0; p < POINTS; p++)
                sum += self->rule.weight[p] *
                       interpolant(&self->rule, q, self->rule.point[k] * self->rule.point[p]);
            self->integral[k][q] = sum * self->rule.point[k];
        }
}

/* The integral of f over the panel, and from its beginning to each point. */
static double integrate(const panels_t *self, const double *f, double width, double *until)
{
    double whole = 0;
    for (size_t k = 0; k < POINTS; k++) {
        double sum = 0;
        for (size_t q = 0; q < POINTS; q++)
            sum += self->integral[k][q] * f[q];
        until[k] = sum * width;
        whole += self->rule.weight[k] * f[k];
    }
    return whole * width;
}

/* phi at the points and at the end of a panel from x to x + width (either sign). */
static double heights(const panels_t *self, double x, double width, double begin, double *phi)
{
    const landscape_t *landscape = self->setting->landscape;
    const double heat = self->setting->heat;
    double slope[POINTS];
    if (landscape_noise_is_constant(landscape)) {
        const double D = heat * landscape_sigma_slope(landscape, x, 0);
        for (size_t k = 0; k < POINTS; k++)
            phi[k] = landscape_slope(landscape, x + width * self->rule.point[k], 0) / D;
        return landscape_slope(landscape, x + width, 0) / D;
    }
    for (size_t k = 0; k < POINTS; k++) {
        const double at = x + width * self->rule.point[k];
        slope[k] =
            landscape_slope(landscape, at, 1) / (heat * landscape_sigma_slope(landscape, at, 0));
    }
    const double whole = integrate(self, slope, width, phi);
    for (size_t k = 0; k < POINTS; k++)
        phi[k] += begin;
    return begin + whole;
}

static void add_panel(const panels_t *self, double x, double to, bool counts, sums_t *sums)
{
    const double width = fabs(to - x);
    double phi[POINTS], inverse[POINTS], until[POINTS], high = sums->top;
    const double end = heights(self, x, to - x, sums->phi, phi), before = sums->lowest;
    for (size_t k = 0; k < POINTS; k++)
        sums->lowest = fmin(sums->lowest, phi[k]);
    sums->inner *= exp(sums->lowest - before);
    for (size_t k = 0; k < POINTS; k++) {
        const double at = x + (to - x) * self->rule.point[k];
        inverse[k] = exp(sums->lowest - phi[k]) /
                     (self->setting->heat * landscape_sigma_slope(self->setting->landscape, at, 0));
    }
    const double whole = integrate(self, inverse, width, until);
    for (size_t k = 0; k < POINTS && counts; k++)
        high = fmax(high, phi[k] - sums->lowest);
    if (high > sums->top)
        sums->outer *= exp(sums->top - high);
    for (size_t k = 0; k < POINTS && counts; k++)
        sums->outer += width * self->rule.weight[k] * exp(phi[k] - sums->lowest - high) *
                       (sums->inner + until[k]);
    sums->top = high;
    sums->inner += whole;
    sums->phi = end;
}

static double log_time(const panels_t *self, const passage_t *passage, size_t count)
{
    const landscape_t *landscape = self->setting->landscape;
    const double D = self->setting->heat * landscape_sigma_slope(landscape, passage->end, 0);
    sums_t sums = {.phi = landscape_slope(landscape, passage->end, 0) / D,
                   .lowest = INFINITY,
                   .top = -INFINITY};
    for (size_t i = 0; i < count && passage->end != passage->from; i++)
        add_panel(self, behind(passage, (double)i / (double)count),
                  behind(passage, (double)(i + 1) / (double)count), false, &sums);
    for (size_t i = 0; i < count; i++)
        add_panel(self, ahead(passage, (double)i / (double)count),
                  ahead(passage, (double)(i + 1) / (double)count), true, &sums);
    return log(sums.outer) + sums.top;
}

int passage_by_panels(const passage_t *self, const setting_t *setting, const sgdl_watch_t *watch,
                      double *found, sgdl_error_t *error)
{
    panels_t panels;
    int status = SGDL_OK;
    double before = NAN;
    *found = -INFINITY;
    panels_init(&panels, setting);
    for (size_t count = FEWEST_PANELS; count <= MOST_PANELS && status == SGDL_OK; count *= 2) {
        if (self->from == self->target ||
            fabs(*found - before) <= panels_settled * fmax(1, fabs(*found)))
            break;
        before = *found;
        *found = log_time(&panels, self, count);
        status = check_interrupted(watch ? watch->stop : NULL, error);
    }
    return status;
}

/* ---- cells ---------------------------------------------------------------------------------- */

enum { FEWEST_CELLS = 256, MOST_CELLS = 1 << 19 };
static const double cells_settled = 1e-10;

/* Cells around points: the start and the target are centres, the ends too. `parts` of them between
 * the end and the start, as many again to the target; from below. */
static int make_cells(const passage_t *self, size_t parts, grid_t *grid, sgdl_error_t *error)
{
    const size_t rear = self->end == self->from ? 0 : parts, count = rear + parts + 1;
    const bool down = self->target < self->from;
    *grid = (grid_t){.cells = count};
    grid->edge = malloc((2 * count + 1) * sizeof *grid->edge);
    if (!grid->edge)
        return sgdl_fail_memory(error);
    grid->centre = grid->edge + count + 1;
    for (size_t i = 0; i < count; i++)
        grid->centre[down ? count - 1 - i : i] =
            i < rear ? behind(self, (double)i / (double)parts)
                     : ahead(self, (double)(i - rear) / (double)parts);
    grid->edge[0] = grid->centre[0];
    grid->edge[count] = grid->centre[count - 1];
    for (size_t i = 1; i < count; i++)
        grid->edge[i] = 0.5 * (grid->centre[i - 1] + grid->centre[i]);
    return SGDL_OK;
}

/* sum_i M_i/(up_i m_i) over cells from the start on, M_i the mass up to cell i. By detailed balance
 * M_i/m_i = 1 + M_{i-1}/m_{i-1} down_{i-1}/up_{i-1}: rates alone. */
static double sum_upwards(const generator_t *generator, size_t from)
{
    double ratio = 1, sum = 0;
    for (size_t i = 0; i + 1 < generator->grid.cells; i++) {
        if (i >= from)
            sum += ratio / generator->up[i];
        ratio = 1 + ratio * (generator->down[i] / generator->up[i]);
    }
    return sum;
}

static double sum_downwards(const generator_t *generator, size_t from)
{
    double ratio = 1, sum = 0;
    for (size_t i = generator->grid.cells - 1; i > 0; i--) {
        if (i <= from)
            sum += ratio / generator->down[i - 1];
        ratio = 1 + ratio * (generator->up[i - 1] / generator->down[i - 1]);
    }
    return sum;
}

static int time_on(const passage_t *self, const setting_t *setting, size_t parts, double *time,
                   sgdl_error_t *error)
{
    generator_t generator;
    grid_t grid;
    int status = make_cells(self, parts, &grid, error);
    if (status != SGDL_OK)
        return status;
    status = generator_init_on(&generator, setting, &grid, error);
    if (status == SGDL_OK)
        *time = self->target < self->from
                    ? sum_downwards(&generator, parts)
                    : sum_upwards(&generator, generator.grid.cells - 1 - parts);
    generator_free(&generator);
    return status;
}

int passage_by_cells(const passage_t *self, const setting_t *setting, const sgdl_watch_t *watch,
                     double *time, sgdl_error_t *error)
{
    double coarse = NAN, fine = NAN, before = NAN;
    int status = SGDL_OK;
    *time = 0;
    for (size_t parts = FEWEST_CELLS; parts <= MOST_CELLS && self->from != self->target;
         parts *= 2) {
        coarse = fine;
        status = time_on(self, setting, parts, &fine, error);
        if (status == SGDL_OK)
            status = check_interrupted(watch ? watch->stop : NULL, error);
        before = *time;
        *time = isinf(fine) ? fine : fine + (fine - coarse) / 3;
        if (status != SGDL_OK || fabs(*time - before) <= cells_settled * *time)
            break;
    }
    return status;
}

/* ---- both ----------------------------------------------------------------------------------- */

int passage_find(const passage_t *self, const setting_t *setting, const sgdl_watch_t *watch,
                 passage_time_t *found, sgdl_error_t *error)
{
    double cells = NAN;
    *found = (passage_time_t){.apart = NAN};
    int status = passage_by_panels(self, setting, watch, &found->log, error);
    if (status == SGDL_OK)
        status = passage_by_cells(self, setting, watch, &cells, error);
    if (status == SGDL_OK && isnan(found->log))
        status = sgdl_fail(error, SGDL_ERR_INPUT, "potential",
                           "is so far above the temperature that U over it is no number");
    if (status != SGDL_OK)
        return status;
    found->time = exp(found->log);
    if (isinf(found->time) || isinf(cells))
        return SGDL_OK;
    found->apart = found->time == cells ? 0 : fabs(expm1(log(cells) - found->log));
    if (found->apart <= agreement)
        return SGDL_OK;
    return sgdl_fail(error, SGDL_ERR_SOLVER, NULL,
                     "two ways to compute the time from x = %.10g to %.10g give %.10g, by "
                     "quadrature, and %.10g, by cells: further apart than %g",
                     self->from, self->target, found->time, cells, agreement);
}
