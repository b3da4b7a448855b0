#include "src/theories/streaming/walkers/rate.h"

#include <math.h>
#include <stdlib.h>

enum {
    ON_AVERAGES = SGDL_MEASURE_NOISE_POWER | SGDL_MEASURE_STEP_POWER | SGDL_MEASURE_PROGRESS,
};

/* Numbers behind the averages of one class; see sgdl_averages_t. */
static size_t numbers_of_class(const experiment_t *experiment)
{
    const size_t L = experiment->L, P = experiment->pairs;
    return 6 * L + 2 * P;
}

static void lay_out_average(const rate_t *self, double *next, sgdl_averages_t *out)
{
    const size_t L = self->experiment->L, P = self->experiment->pairs;
    double **field[] = {&out->G, &out->G_B, &out->H_m, &out->H_B, &out->Q_m, &out->Q_B};
    for (size_t f = 0; f < sizeof field / sizeof field[0]; f++, next += L)
        *field[f] = next;
    out->H = next;
    out->Q = next + P;
    out->room = self->population.room;
}

int rate_init(rate_t *self, const experiment_t *experiment, size_t curve)
{
    const sgdl_problem_t *problem = experiment->problem;
    const size_t C = experiment->C, L = experiment->L, pairs = experiment->pairs;
    *self = (rate_t){.experiment = experiment,
                     .source = rate_source_of(&problem->learning_rate[curve], problem->time),
                     .population = experiment->population};
    self->population.room = NULL;
    if (experiment->loss->room &&
        !(self->population.room = calloc(experiment->loss->room(L), sizeof(double))))
        return SGDL_ERR_MEMORY;
    if (self->source.kind != RATE_DRIVEN)
        return SGDL_OK;
    self->moments.m = calloc(C * (L + pairs + 1 + numbers_of_class(experiment)), sizeof(double));
    self->average = calloc(C, sizeof *self->average);
    if (!self->moments.m || !self->average)
        return SGDL_ERR_MEMORY;
    self->moments.B = self->moments.m + C * L;
    double *next = self->moments.B + C * pairs;
    self->moments.cross = experiment->population.teacher ? next : NULL;
    next += C;
    for (size_t i = 0; i < C; i++, next += numbers_of_class(experiment))
        lay_out_average(self, next, &self->average[i]);
    return SGDL_OK;
}

void rate_free(rate_t *self)
{
    free(self->population.room);
    free(self->moments.m);
    free(self->average);
    *self = (rate_t){0};
}

double rate_late(rate_t *self, uint64_t step, double norm2)
{
    const double d = self->experiment->problem->dimension;
    self->accumulated += norm2 / (d * d);
    const sgdl_measured_t measured = {.accumulated = self->accumulated};
    return rate_at(self, step, &measured);
}

static void average(rate_t *self, const moments_t *moments)
{
    const experiment_t *experiment = self->experiment;
    for (size_t i = 0; i < experiment->C; i++)
        population_average(&self->population, i, moments->m + i * experiment->L,
                           moments->B + i * experiment->pairs,
                           moments->cross ? moments->cross[i] : 0, &self->average[i]);
}

/* Hbar_ab of a class. */
static double hessian(const experiment_t *experiment, const sgdl_averages_t *average, size_t a,
                      size_t b)
{
    if (experiment->loss->separable)
        return a == b ? average->H[a] : 0;
    return average->H[packed_pair(experiment->L, a, b)];
}

bool rate_look(rate_t *self, moments_t *moments)
{
    moments->accumulated = self->accumulated;
    moments->gradient2 = NAN;
    if (!(self->source.measures & SGDL_MEASURE_PROGRESS))
        return false;
    average(self, moments);
    return true;
}

/* Of D = X - shift X*, the gradient is sum_i p_i (G_i mu_i + lambda_i (Hbar_i D + J_i X*)) and
 * ridge X. */
double rate_slope2(const rate_t *self, const direction_t *at)
{
    const experiment_t *experiment = self->experiment;
    const teacher_t *teacher = experiment->population.teacher;
    const size_t L = experiment->L;
    const bool separable = experiment->loss->separable;
    const double shift = teacher ? teacher->shift : 0;
    double total = 0;
    for (size_t a = 0; a < L; a++) {
        double gradient = experiment->problem->ridge * at->x[a * at->x_step];
        for (size_t i = 0; i < experiment->C; i++) {
            const sgdl_averages_t *of = &self->average[i];
            const double deviation = at->deviation[i * at->deviation_step];
            double along = teacher ? of->J * at->signal : 0;
            for (size_t b = separable ? a : 0; b < (separable ? a + 1 : L); b++)
                along +=
                    hessian(experiment, of, a, b) * (at->x[b * at->x_step] - shift * at->signal);
            gradient += experiment->problem->weight[i] *
                        (of->G[a] * at->mean[i * at->mean_step] + deviation * deviation * along);
        }
        total += gradient * gradient;
    }
    return total;
}

/* The constant feature's part of |grad F|^2. */
static double bias_descent(const rate_t *self)
{
    const experiment_t *experiment = self->experiment;
    const double intercept = experiment->problem->intercept;
    double total = 0;
    for (size_t a = 0; a < experiment->L; a++) {
        double sum = 0;
        for (size_t i = 0; i < experiment->C; i++)
            sum += experiment->problem->weight[i] * self->average[i].G[a];
        total += intercept * intercept * sum * sum;
    }
    return total;
}

sgdl_measured_t rate_measured(rate_t *self, const moments_t *moments)
{
    const experiment_t *experiment = self->experiment;
    const population_t *population = &self->population;
    const sgdl_problem_t *problem = experiment->problem;
    const unsigned measures = self->source.measures;
    const double sigma = problem->gradient_noise;
    sgdl_measured_t out = {.accumulated = moments->accumulated};
    if (!(measures & ON_AVERAGES)) {
        out.risk = population_risk(population, moments->m, moments->B, moments->cross);
        return out;
    }
    average(self, moments);
    out.risk = population_average_risk(population, self->average);
    out.noise_power = population_noise_power(population, self->average, experiment->trace);
    out.step_power = out.noise_power / problem->batch + (double)experiment->L * sigma * sigma;
    if (!(measures & SGDL_MEASURE_PROGRESS))
        return out;
    out.descent = moments->gradient2 + bias_descent(self);
    out.curvature = population_curvature(population, self->average,
                                         &(population_step_t){.trace = experiment->trace,
                                                              .product = experiment->product,
                                                              .batch = problem->batch,
                                                              .ridge = problem->ridge,
                                                              .noise = problem->gradient_noise});
    return out;
}
