#include "src/theories/diffusion/stationary.h"

#include <math.h>
#include <stdlib.h>

#include "src/base/quadrature.h"

/* ---- W ------------------------------------------------------------------------------------- */

enum { KNOTS = 256 }; /* where phi is known; between them it is integrated */

typedef enum factor { OF_MASS, OF_LOSS, OF_SHARPNESS, FACTORS } factor_t;

/* The integrand and what it needs. */
typedef struct profile {
    const setting_t *setting;
    double box[2];
    double end[2];            /* of the integrals: those of the box or, of a heavy tail, farther */
    bool constant;            /* noise: phi is U over D */
    double height[KNOTS + 1]; /* phi at even knots of the box */
    double least;             /* about the least W */
    factor_t factor;
    double error; /* of inner integrals, summed */
} profile_t;

static double slope_of_height(void *context, double x)
{
    const setting_t *setting = ((const profile_t *)context)->setting;
    const landscape_t *landscape = setting->landscape;
    return landscape_slope(landscape, x, 1) /
           (setting->heat * landscape_sigma_slope(landscape, x, 0));
}

static double climb(profile_t *self, double from, double to)
{
    double cut[QUADRATURE_CUTS];
    size_t cuts = 0;
    if (to < from)
        return -climb(self, to, from);
    cut[cuts++] = from;
    /* far out in a tail the slope falls like 1/x */
    const double ratio = from > 0 ? 4 : 0.25;
    for (double x = ratio * from; from * to > 0 && x < to && cuts + 1 < QUADRATURE_CUTS; x *= ratio)
        cut[cuts++] = x;
    cut[cuts++] = to;
    return quadrature_integrate(slope_of_height, self, cut, cuts, 1e-13, &self->error);
}

static double knot(const profile_t *self, size_t k)
{
    return self->box[0] + (self->box[1] - self->box[0]) * (double)k / KNOTS;
}

static double height(profile_t *self, double x)
{
    const setting_t *setting = self->setting;
    if (self->constant)
        return landscape_slope(setting->landscape, x, 0) /
               (setting->heat * landscape_sigma_slope(setting->landscape, x, 0));
    const double place = (x - self->box[0]) / (self->box[1] - self->box[0]) * KNOTS;
    const size_t k = (size_t)fmin(fmax(place, 0), KNOTS);
    return self->height[k] + climb(self, knot(self, k), x);
}

static double W(profile_t *self, double x)
{
    return height(self, x) + log(landscape_sigma_slope(self->setting->landscape, x, 0));
}

static double integrand(void *context, double x)
{
    profile_t *self = context;
    const landscape_t *landscape = self->setting->landscape;
    const double density = exp(self->least - W(self, x));
    return self->factor == OF_MASS   ? density
           : self->factor == OF_LOSS ? density * landscape_slope(landscape, x, 0)
                                     : density * landscape_slope(landscape, x, 2);
}

/* From the knot beside the first minimum outwards: what is high has the errors of what is high. */
static void fill_heights(profile_t *self)
{
    const double x = landscape_minimum(self->setting->landscape, 0)->x[0];
    size_t first = 0;
    while (first < KNOTS && knot(self, first + 1) <= x)
        first++;
    for (size_t k = first; k < KNOTS; k++)
        self->height[k + 1] = self->height[k] + climb(self, knot(self, k), knot(self, k + 1));
    for (size_t k = first; k > 0; k--)
        self->height[k - 1] = self->height[k] - climb(self, knot(self, k - 1), knot(self, k));
}

static int prepare(profile_t *self, const setting_t *setting, sgdl_error_t *error)
{
    const landscape_t *landscape = setting->landscape;
    *self = (profile_t){.setting = setting, .constant = landscape_noise_is_constant(landscape)};
    int status = grid_box(setting, self->box, error);
    if (status != SGDL_OK)
        return status;
    self->end[0] = self->box[0];
    self->end[1] = self->box[1];
    if (!self->constant)
        fill_heights(self);
    self->least = INFINITY;
    for (size_t k = 0; k <= KNOTS; k++)
        self->least = fmin(self->least, W(self, knot(self, k)));
    for (size_t b = 0; b < landscape->minima; b++)
        self->least = fmin(self->least, W(self, landscape_minimum(landscape, b)->x[0]));
    return isfinite(self->least)
               ? SGDL_OK
               : sgdl_fail(error, SGDL_ERR_SOLVER, NULL, "the stationary density is no number");
}

/* ---- heavy tails --------------------------------------------------------------------------- */

/* Is this end of the box one that nobody stated, of a tail that is a power law? */
static bool is_heavy(const profile_t *self, int side)
{
    const setting_t *setting = self->setting;
    return setting->landscape->heavy_tailed && isnan(setting->problem->box[0][0]) &&
           isinf(setting->landscape->range[0][side]);
}

/* Has U no mean? With p ~ x^-decay and U ~ x^growth there is none where decay <= growth + 1. */
static bool has_no_mean(profile_t *self)
{
    const landscape_t *landscape = self->setting->landscape;
    for (int side = 0; side < 2; side++) {
        const double x = self->box[side], sigma = landscape_sigma_slope(landscape, x, 0);
        const double decay =
            x * (slope_of_height(self, x) + landscape_sigma_slope(landscape, x, 1) / sigma);
        const double growth =
            x * landscape_slope(landscape, x, 1) / landscape_slope(landscape, x, 0);
        if (is_heavy(self, side) && decay <= growth + 1)
            return true;
    }
    return false;
}

/* The box holds all mass; the mean of U goes on. */
static void extend(profile_t *self)
{
    enum { FARTHEST = 30 };
    const landscape_t *landscape = self->setting->landscape;
    const critical_point_t *minimum = landscape_minimum(landscape, 0);
    const double T = self->setting->temperature, part = 1e-15;
    for (int side = 0; side < 2; side++) {
        double *x = &self->end[side];
        for (int i = 0; i < FARTHEST && is_heavy(self, side); i++) {
            const double rest = fabs(*x) * landscape_slope(landscape, *x, 0);
            if (rest * exp(self->least - W(self, *x)) < part * T * sqrt(T / minimum->curvature))
                break;
            *x *= 4;
        }
    }
}

/* ---- the integrals ------------------------------------------------------------------------- */

/* Cuts of [low, high] at `centre` and at distances from it that grow fourfold from `width`: a
 * narrow peak is seen from however wide a range. */
static size_t make_cuts(double low, double high, double centre, double width, double *cut)
{
    enum { MOST = QUADRATURE_CUTS / 2 - 2 };
    double left[MOST];
    size_t lefts = 0, count = 0;
    for (double d = width; lefts < MOST && centre - d > low; d *= 4)
        left[lefts++] = centre - d;
    cut[count++] = low;
    while (lefts > 0)
        cut[count++] = left[--lefts];
    if (centre > low && centre < high)
        cut[count++] = centre;
    for (double d = width; count + 1 < QUADRATURE_CUTS && centre + d < high; d *= 4)
        if (centre + d > low)
            cut[count++] = centre + d;
    cut[count++] = high;
    return count;
}

/* The part of basin b, of all factors. */
static int integrate_basin(profile_t *self, size_t b, double part[FACTORS], sgdl_error_t *error)
{
    const landscape_t *landscape = self->setting->landscape;
    const critical_point_t *minimum = landscape_minimum(landscape, b);
    const double low = b == 0 ? self->end[0] : landscape_barrier(landscape, b - 1)->x[0];
    const double high =
        b + 1 == landscape->minima ? self->end[1] : landscape_barrier(landscape, b)->x[0];
    const double width = sqrt(self->setting->heat * minimum->sigma[0] / minimum->curvature);
    double cut[QUADRATURE_CUTS];
    part[OF_MASS] = part[OF_LOSS] = part[OF_SHARPNESS] = 0;
    /* a stated box may hold less than the basin */
    const double from = fmax(low, self->end[0]), to = fmin(high, self->end[1]);
    if (!(to > from))
        return SGDL_OK;
    const size_t cuts = make_cuts(from, to, minimum->x[0], fmin(width, to - from), cut);
    for (int f = 0; f < FACTORS; f++) {
        double off = 0;
        self->factor = (factor_t)f;
        part[f] = quadrature_integrate(integrand, self, cut, cuts, 1e-12, &off);
        if (f == OF_MASS && !(off <= 1e-9 * part[f]))
            return sgdl_fail(error, SGDL_ERR_SOLVER, NULL,
                             "the stationary density does not integrate: %g +- %g in basin %zu",
                             part[f], off, b + 1);
    }
    return SGDL_OK;
}

int stationary_law(const setting_t *setting, observables_t *out, sgdl_error_t *error)
{
    const size_t minima = setting->landscape->minima;
    double *basin = out->basin, sum[FACTORS] = {0};
    profile_t profile;
    *out = (observables_t){.basin = basin};
    int status = prepare(&profile, setting, error);
    const bool bounded = status == SGDL_OK && !has_no_mean(&profile);
    if (bounded)
        extend(&profile);
    for (size_t b = 0; b < minima && status == SGDL_OK; b++) {
        double part[FACTORS];
        status = integrate_basin(&profile, b, part, error);
        basin[b] = part[OF_MASS];
        for (int f = 0; f < FACTORS; f++)
            sum[f] += part[f];
    }
    if (status != SGDL_OK)
        return status;
    for (size_t b = 0; b < minima; b++)
        basin[b] /= sum[OF_MASS];
    out->mass = 1;
    out->mean_loss = bounded ? sum[OF_LOSS] / sum[OF_MASS] : INFINITY;
    out->sharpness = sum[OF_SHARPNESS] / sum[OF_MASS];
    return SGDL_OK;
}

/* ---- the ways compared --------------------------------------------------------------------- */

/* What splitting the cells of barriers in proportion may be off by. */
static double split_error(const generator_t *generator)
{
    const landscape_t *landscape = generator->setting->landscape;
    const double *mass = generator->stationary;
    double sum = 0;
    for (size_t b = 0; b + 1 < landscape->minima; b++) {
        const size_t cell = grid_cell(&generator->grid, landscape_barrier(landscape, b)->x[0]);
        const size_t low = cell > 0 ? cell - 1 : 0;
        const size_t high = cell + 1 < generator->grid.cells ? cell + 1 : cell;
        sum += fabs(mass[high] - mass[low]);
    }
    return sum;
}

/* A number by quadrature beside the same on N and 2N cells, which may be off by `much` more than
 * their difference tells. */
typedef struct pair {
    const char *what;
    double exact, rough, better, much;
} pair_t;

static int compare_pair(const pair_t *pair, const grid_t *coarse, sgdl_error_t *error)
{
    const double off = fabs((4 * pair->better - pair->rough) / 3 - pair->exact);
    return off <= pair->much + 2 * fabs(pair->better - pair->rough)
               ? SGDL_OK
               : sgdl_fail(error, SGDL_ERR_SOLVER, "cells",
                           "the %s is %.10g by quadrature, but %.10g and %.10g on %zu and %zu "
                           "cells; allowed: more, or a smaller box",
                           pair->what, pair->exact, pair->rough, pair->better, coarse->cells,
                           2 * coarse->cells);
}

/* Tails of means are beyond all cells where they are heavy. */
static int compare_means(const observables_t *law, const observables_t seen[2],
                         const generator_t *coarse, sgdl_error_t *error)
{
    const setting_t *setting = coarse->setting;
    const double cells = (double)coarse->grid.cells, part = 1e-8 + 1 / (cells * cells);
    const pair_t pairs[] = {
        {"mean loss", law->mean_loss, seen[0].mean_loss, seen[1].mean_loss,
         part * (fabs(law->mean_loss) + setting->temperature)},
        {"sharpness", law->sharpness, seen[0].sharpness, seen[1].sharpness,
         part * (fabs(law->sharpness) + landscape_minimum(setting->landscape, 0)->curvature)}};
    int status = SGDL_OK;
    for (size_t i = 0; i < 2 && status == SGDL_OK && !setting->landscape->heavy_tailed; i++)
        status = compare_pair(&pairs[i], &coarse->grid, error);
    return status;
}

int stationary_compare(const observables_t *law, const generator_t *coarse, const generator_t *fine,
                       stationary_apart_t *apart, sgdl_error_t *error)
{
    const landscape_t *landscape = fine->setting->landscape;
    const size_t minima = landscape->minima;
    double *basin = malloc(2 * minima * sizeof *basin);
    int status = basin ? SGDL_OK : sgdl_fail_memory(error);
    if (status != SGDL_OK)
        return status;
    observables_t seen[] = {{.basin = basin}, {.basin = basin + minima}};
    observables_of_cells(landscape, &coarse->grid, coarse->stationary, &seen[0]);
    observables_of_cells(landscape, &fine->grid, fine->stationary, &seen[1]);
    const double split = split_error(fine);
    *apart = (stationary_apart_t){.outermost =
                                      fine->stationary[0] + fine->stationary[fine->grid.cells - 1]};
    for (size_t b = 0; b < minima && status == SGDL_OK; b++) {
        const pair_t pair = {"probability of a basin", law->basin[b], seen[0].basin[b],
                             seen[1].basin[b], 1e-8 + split};
        const double off = fabs((4 * pair.better - pair.rough) / 3 - pair.exact);
        apart->cells = fmax(apart->cells, fabs(pair.better - pair.exact));
        apart->extrapolated = fmax(apart->extrapolated, off);
        status = compare_pair(&pair, &coarse->grid, error);
    }
    if (status == SGDL_OK)
        status = compare_means(law, seen, coarse, error);
    free(basin);
    return status;
}
