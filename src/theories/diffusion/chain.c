#include "src/theories/diffusion/chain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/gauss_legendre.h"
#include "src/base/memory.h"
#include "src/base/sums.h"
#include "src/theories/diffusion/grid.h"
#include "src/theories/diffusion/markov.h"

enum { ORDER = 16, MOST_POINTS = 20000, MOST_ITERATIONS = 5000 };
static const double panel = 6;       /* standard deviations of a step */
static const double farthest = 20;   /* a step is no longer than that many: e^-200 */
static const double settled = 1e-13; /* relative */

int chain_offered(const setting_t *setting, const char *place, sgdl_error_t *error)
{
    const char *found = setting->landscape->coordinates > 1 ? "two coordinates"
                        : setting->momentum > 0             ? "momentum"
                        : !setting_is_constant(setting)     ? "a learning rate that changes"
                                                            : NULL;
    if (!found)
        return SGDL_OK;
    return sgdl_fail(error, SGDL_ERR_INPUT, place,
                     "found %s; allowed: one coordinate, momentum 0, a constant learning rate",
                     found);
}

/* ---- a step --------------------------------------------------------------------------------- */

static double mean_after(const setting_t *setting, double x)
{
    return x - setting->eta * landscape_slope(setting->landscape, x, 1);
}

static double deviation(const setting_t *setting, double x)
{
    const double D = setting->heat * landscape_sigma_slope(setting->landscape, x, 0);
    return sqrt(2 * setting->eta * D);
}

/* A place outside, mirrored at the ends that mirror. */
static double mirrored(const chain_t *self, double x)
{
    const double length = self->end[1] - self->end[0];
    if (!self->open[0] && !self->open[1]) {
        const double turns = fmod(fabs(x - self->end[0]), 2 * length);
        return self->end[0] + (turns > length ? 2 * length - turns : turns);
    }
    if (!self->open[0] && x < self->end[0])
        return 2 * self->end[0] - x;
    if (!self->open[1] && x > self->end[1])
        return 2 * self->end[1] - x;
    return x;
}

static double normal_density(double y, double mean, double s)
{
    const double z = (y - mean) / s;
    return fabs(z) > farthest ? 0 : exp(-0.5 * z * z) / (s * sqrt(2 * M_PI));
}

/* At y within the ends, of a step that goes to `mean` (mirrored) on average. */
static double density(const chain_t *self, double y, double mean, double s)
{
    const double length = self->end[1] - self->end[0];
    double sum = normal_density(y, mean, s);
    const bool closed = !self->open[0] && !self->open[1];
    const int turns = closed ? (int)ceil(0.5 * farthest * s / length) : 0;
    for (int k = -turns; k <= turns; k++) {
        const double away = 2 * length * k;
        if (k != 0)
            sum += normal_density(y + away, mean, s);
        if (!self->open[0])
            sum += normal_density(2 * self->end[0] - y + away, mean, s);
        else if (!self->open[1])
            sum += normal_density(2 * self->end[1] - y, mean, s);
    }
    return sum;
}

/* Probability to end beyond the open end. */
static double lost(const chain_t *self, double mean, double s)
{
    if (!self->open[0] && !self->open[1])
        return 0;
    const double sign = self->open[1] ? 1 : -1;
    const double edge = self->open[1] ? self->end[1] : self->end[0];
    const double mirror = self->open[1] ? self->end[0] : self->end[1];
    const double direct = sign * (edge - mean), around = sign * (edge - 2 * mirror + mean);
    return 0.5 * erfc(direct / (s * M_SQRT2)) + 0.5 * erfc(around / (s * M_SQRT2));
}

/* ---- points --------------------------------------------------------------------------------- */

/* The ends, and the barriers between them: cut [minima + 1]. */
static size_t cuts(const chain_t *self, double *cut)
{
    const landscape_t *landscape = self->setting->landscape;
    size_t count = 0;
    cut[count++] = self->end[0];
    for (size_t b = 0; b + 1 < landscape->minima; b++) {
        const double x = landscape_barrier(landscape, b)->x[0];
        if (x > self->end[0] && x < self->end[1])
            cut[count++] = x;
    }
    cut[count++] = self->end[1];
    return count;
}

static double least_deviation(const chain_t *self)
{
    enum { LOOKS = 1000 };
    double least = INFINITY;
    for (int i = 0; i <= LOOKS; i++) {
        const double part = (double)i / LOOKS;
        least = fmin(least,
                     deviation(self->setting, self->end[0] + part * (self->end[1] - self->end[0])));
    }
    return least;
}

static double panels_between(double from, double to, double width)
{
    return fmax(1, ceil((to - from) / width));
}

static int make_points(chain_t *self, sgdl_error_t *error)
{
    double *cut = malloc((self->setting->landscape->minima + 1) * sizeof *cut), panels = 0;
    gauss_legendre_t rule;
    if (!cut)
        return sgdl_fail_memory(error);
    const double width = panel * least_deviation(self);
    const size_t count = cuts(self, cut);
    for (size_t c = 0; c + 1 < count; c++)
        panels += panels_between(cut[c], cut[c + 1], width);
    int status = SGDL_OK;
    if (!(ORDER * panels <= MOST_POINTS))
        status = sgdl_fail(error, SGDL_ERR_INPUT, "--discrete",
                           "found steps of %.3g, their standard deviation, in a box [%g, %g]: the "
                           "chain would take %.3g points, allowed: up to %d",
                           width / panel, self->end[0], self->end[1], ORDER * panels, MOST_POINTS);
    else if (!(self->x = calloc(3 * ORDER * (size_t)panels, sizeof *self->x)))
        status = sgdl_fail_memory(error);
    if (status == SGDL_OK) {
        const size_t most = ORDER * (size_t)panels;
        self->weight = self->x + most;
        self->stationary = self->weight + most;
        gauss_legendre_init(&rule, ORDER);
    }
    for (size_t c = 0; c + 1 < count && status == SGDL_OK; c++) {
        const double parts = panels_between(cut[c], cut[c + 1], width);
        const double step = (cut[c + 1] - cut[c]) / parts;
        for (size_t i = 0; i < ORDER * (size_t)parts; i++, self->points++) {
            const double low = cut[c] + step * (double)(i / ORDER);
            self->x[self->points] = low + step * rule.point[i % ORDER];
            self->weight[self->points] = step * rule.weight[i % ORDER];
        }
    }
    free(cut);
    return status;
}

/* ---- the matrix ----------------------------------------------------------------------------- */

/* The first point not below x. */
static size_t point_from(const chain_t *self, double x)
{
    size_t low = 0, high = self->points;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (self->x[middle] < x)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static double step_mean(const chain_t *self, double x)
{
    return mirrored(self, mean_after(self->setting, x));
}

static chain_step_t reached(const chain_t *self, double x)
{
    const double far = farthest * deviation(self->setting, x), mean = step_mean(self, x);
    return (chain_step_t){point_from(self, mean - far), point_from(self, mean + far)};
}

chain_step_t chain_step(const chain_t *self, double x, double *mass)
{
    const double s = deviation(self->setting, x), mean = step_mean(self, x);
    const chain_step_t step = reached(self, x);
    for (size_t j = step.begin; j < step.end; j++)
        mass[j - step.begin] = self->weight[j] * density(self, self->x[j], mean, s);
    return step;
}

/* The band that all steps stay in. */
static void reach(const chain_t *self, size_t *below, size_t *above)
{
    *below = *above = 0;
    for (size_t i = 0; i < self->points; i++) {
        const chain_step_t step = reached(self, self->x[i]);
        if (step.begin < step.end && step.begin < i && i - step.begin > *below)
            *below = i - step.begin;
        if (step.begin < step.end && step.end > i + 1 && step.end - 1 - i > *above)
            *above = step.end - 1 - i;
    }
}

static int make_matrix(const chain_t *self, const sgdl_plan_t *plan, markov_t *matrix,
                       sgdl_error_t *error)
{
    size_t below, above;
    reach(self, &below, &above);
    int status = memory_ask(
        plan->memory, (double)self->points * (double)(below + above + 3) * sizeof *matrix->step,
        error, "the chain of steps on %zu points", self->points);
    if (status == SGDL_OK)
        status = markov_init(matrix, self->points, below, above, error);
    double *mass = status == SGDL_OK ? malloc(self->points * sizeof *mass) : NULL;
    if (status == SGDL_OK && !mass)
        status = sgdl_fail_memory(error);
    for (size_t i = 0; i < self->points && status == SGDL_OK; i++) {
        const chain_step_t step = chain_step(self, self->x[i], mass);
        if (step.begin < step.end)
            memcpy(markov_at(matrix, i, step.begin), mass, (step.end - step.begin) * sizeof *mass);
        matrix->lost[i] =
            lost(self, step_mean(self, self->x[i]), deviation(self->setting, self->x[i]));
    }
    free(mass);
    return status;
}

/* ---- stationary law and gap ----------------------------------------------------------------- */

/* Where the SDE has most of its mass. */
static double deepest(const setting_t *setting)
{
    const landscape_t *landscape = setting->landscape;
    double x = NAN, least = INFINITY;
    for (size_t b = 0; b < landscape->minima; b++) {
        const double at = landscape_minimum(landscape, b)->x[0];
        const double height = setting_height(setting, at);
        if (height < least) {
            least = height;
            x = at;
        }
    }
    return x;
}

/* Subtracts the stationary mean and scales to a largest value of 1. */
static void make_mode(const chain_t *self, double *v)
{
    double mean = 0, largest = 0;
    for (size_t i = 0; i < self->points; i++)
        mean += self->stationary[i] * v[i];
    for (size_t i = 0; i < self->points; i++) {
        v[i] -= mean;
        largest = fmax(largest, fabs(v[i]));
    }
    for (size_t i = 0; i < self->points; i++)
        v[i] /= largest;
}

/* 1 - lambda_2 by inverse iteration on I - P, from the coordinate itself: the slowest mode of one
 * coordinate is monotone. A step grounded in the last state adds up positive times that v spends in
 * places, so that nothing of a tiny gap is lost. */
static int find_gap(chain_t *self, const markov_t *factors, const sgdl_watch_t *watch,
                    sgdl_error_t *error)
{
    double *v = malloc(2 * self->points * sizeof *v), *z = v + self->points, before = 0;
    if (!v)
        return sgdl_fail_memory(error);
    int status = SGDL_OK;
    memcpy(v, self->x, self->points * sizeof *v);
    make_mode(self, v);
    self->gap = NAN;
    for (int step = 0; step < MOST_ITERATIONS && status == SGDL_OK && isnan(self->gap); step++) {
        double vv = 0, vz = 0, mean = 0;
        memcpy(z, v, self->points * sizeof *z);
        markov_solve(factors, z);
        for (size_t i = 0; i < self->points; i++)
            mean += self->stationary[i] * z[i];
        for (size_t i = 0; i < self->points; i++) {
            vv += self->stationary[i] * v[i] * v[i];
            vz += self->stationary[i] * v[i] * (z[i] - mean);
        }
        const double escaping = vv / vz;
        if (step > 1 && fabs(escaping - before) <= settled * escaping)
            self->gap = -log1p(-escaping) / self->setting->eta;
        before = escaping;
        memcpy(v, z, self->points * sizeof *v);
        make_mode(self, v);
        if (sgdl_watch_stopped(watch))
            status = sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL, "interrupted");
    }
    free(v);
    return status;
}

int chain_init(chain_t *self, const setting_t *setting, const sgdl_plan_t *plan,
               sgdl_error_t *error)
{
    markov_t matrix = {0};
    *self = (chain_t){.setting = setting, .gap = NAN};
    int status = chain_offered(setting, "--discrete", error);
    if (status == SGDL_OK)
        status = grid_box(setting, self->end, error);
    if (status == SGDL_OK)
        status = make_points(self, error);
    if (status == SGDL_OK)
        status = make_matrix(self, plan, &matrix, error);
    if (status == SGDL_OK) {
        const size_t last = point_from(self, deepest(setting));
        status =
            markov_eliminate(&matrix, (ptrdiff_t)(last < self->points ? last : self->points - 1),
                             &plan->watch, error);
    }
    if (status == SGDL_OK) {
        markov_stationary(&matrix, self->stationary);
        for (size_t i = 0; i < self->points; i++) {
            const double mean = mean_after(setting, self->x[i]);
            self->astray += mean < self->end[0] || mean > self->end[1] ? self->stationary[i] : 0;
        }
        status = find_gap(self, &matrix, &plan->watch, error);
    }
    markov_free(&matrix);
    return status;
}

void chain_free(chain_t *self)
{
    free(self->x);
    *self = (chain_t){0};
}

void chain_observe(const chain_t *self, const double *law, observables_t *out)
{
    const landscape_t *landscape = self->setting->landscape;
    *out = (observables_t){.basin = out->basin};
    for (size_t b = 0; b < landscape->minima; b++)
        out->basin[b] = 0;
    for (size_t i = 0; i < self->points; i++) {
        const double x = self->x[i];
        out->basin[landscape_basin(landscape, &x)] += law[i];
        out->mean_loss += law[i] * landscape_slope(landscape, x, 0);
        out->sharpness += law[i] * landscape_slope(landscape, x, 2);
        out->mean[0] += law[i] * x;
        out->mass += law[i];
    }
    for (size_t i = 0; i < self->points; i++)
        out->variance[0] += law[i] * (self->x[i] - out->mean[0]) * (self->x[i] - out->mean[0]);
}

/* ---- first passages -------------------------------------------------------------------------
 */

int chain_passage(const setting_t *setting, const sgdl_plan_t *plan, double from, double target,
                  double *steps, sgdl_error_t *error)
{
    chain_t part = {.setting = setting, .open = {target<from, target> from}};
    markov_t matrix = {0};
    double *time = NULL, *mass;
    *steps = 0;
    int status = chain_offered(setting, "--discrete", error);
    if (status == SGDL_OK)
        status = grid_box(setting, part.end, error);
    if (status != SGDL_OK || from == target)
        return status;
    part.end[target > from] = target;
    status = make_points(&part, error);
    if (status == SGDL_OK)
        status = make_matrix(&part, plan, &matrix, error);
    if (status == SGDL_OK)
        status = markov_eliminate(&matrix, target > from ? (ptrdiff_t)part.points : -1,
                                  &plan->watch, error);
    if (status == SGDL_OK && !(time = malloc(2 * part.points * sizeof *time)))
        status = sgdl_fail_memory(error);
    if (status == SGDL_OK) {
        mass = time + part.points;
        for (size_t i = 0; i < part.points; i++)
            time[i] = 1;
        markov_solve(&matrix, time);
        const chain_step_t step = chain_step(&part, from, mass);
        *steps = 1 + sum_products(mass, time + step.begin, step.end - step.begin);
    }
    free(time);
    markov_free(&matrix);
    chain_free(&part);
    return status;
}
