#include "src/theories/diffusion/chain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/memory.h"
#include "src/base/sums.h"
#include "src/theories/diffusion/chain_matrix.h"

static const double highest = 650;    /* barrier in temperatures: e^-650 is still a number */
static const double farthest = 20;    /* a step is no longer than that many: e^-200 */
static const double most_work = 1e10; /* multiplications: seconds */

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
    const double far = farthest * chain_deviation(self->setting, x), mean = step_mean(self, x);
    return (chain_step_t){point_from(self, mean - far), point_from(self, mean + far)};
}

chain_step_t chain_step(const chain_t *self, double x, double *mass)
{
    const double s = chain_deviation(self->setting, x), mean = step_mean(self, x);
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

int chain_matrix(const chain_t *self, const sgdl_plan_t *plan, markov_t *matrix,
                 sgdl_error_t *error)
{
    size_t below, above;
    reach(self, &below, &above);
    if ((double)self->points * (double)below * (double)above > most_work)
        return sgdl_fail(
            error, SGDL_ERR_INPUT, "--discrete",
            "found steps of %.3g, their standard deviation, and of up to %.3g in a box "
            "[%g, %g]%s: %zu points of the chain would reach too many others; allowed: "
            "less unlike steps or a smaller box",
            chain_deviation(self->setting, self->x[0]),
            chain_deviation(self->setting, self->x[self->points - 1]), self->end[0], self->end[1],
            self->setting->landscape->heavy_tailed ? ", whose tails are heavy" : "", self->points);
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
            lost(self, step_mean(self, self->x[i]), chain_deviation(self->setting, self->x[i]));
    }
    free(mass);
    return status;
}

/* ---- stationary law ------------------------------------------------------------------------- */

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

/* Barriers so high that the stationary law is no number on top of them hide what is behind. */
static int check_barriers(const setting_t *setting, sgdl_error_t *error)
{
    const landscape_t *landscape = setting->landscape;
    const double bottom = setting_height(setting, deepest(setting));
    for (size_t b = 0; b + 1 < landscape->minima; b++) {
        const double climb =
            setting_height(setting, landscape_barrier(landscape, b)->x[0]) - bottom;
        if (!(climb <= highest))
            return sgdl_fail(error, SGDL_ERR_INPUT, "--discrete",
                             "found a barrier %.4g temperatures high, on top of which a stationary "
                             "law is no number; allowed: up to %g",
                             climb, highest);
    }
    return SGDL_OK;
}

int chain_init(chain_t *self, const setting_t *setting, const sgdl_plan_t *plan,
               sgdl_error_t *error)
{
    markov_t matrix = {0};
    *self = (chain_t){.setting = setting, .gap = NAN};
    int status = chain_offered(setting, "--discrete", error);
    if (status == SGDL_OK)
        status = check_barriers(setting, error);
    if (status == SGDL_OK)
        status = chain_ends(self, error);
    if (status == SGDL_OK)
        status = chain_points(self, error);
    if (status == SGDL_OK)
        status = chain_matrix(self, plan, &matrix, error);
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
        status = chain_find_gap(self, &matrix, plan, error);
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
        status = chain_ends(&part, error);
    if (status != SGDL_OK || from == target)
        return status;
    part.end[target > from] = target;
    status = chain_points(&part, error);
    if (status == SGDL_OK)
        status = chain_matrix(&part, plan, &matrix, error);
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
        if (isnan(*steps)) /* of infinities */
            *steps = INFINITY;
    }
    free(time);
    markov_free(&matrix);
    chain_free(&part);
    return status;
}
