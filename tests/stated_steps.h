/* General steps as problem files state them, beside the full kernel on the same streams of random
 * numbers: no blocks, no shared code. */
#ifndef SGDLIMIT_TESTS_STATED_STEPS_H
#define SGDLIMIT_TESTS_STATED_STEPS_H

#include <string.h>

#include "src/loss/second_moments.h"
#include "src/random/stream.h"
#include "src/theories/streaming/walkers/kernel.h"
#include "tests/curves.h"
#include "tests/stated_features.h"

typedef struct stated {
    experiment_t experiment;
    sgdl_directions_t directions;
    double *x, *v, *G, *a;                         /* [L*d] and [d] */
    double bias[4], bias_velocity[4], bias_sum[4]; /* [L] */
    noise_t features;
    uint64_t samples;
    normals_t noise, label_normals;
    words_t choices, label_words;
    double step;
    double eta, b0, accumulated; /* of adagrad-norm; eta 0: the rate is given */
} stated_t;

static inline void stated_init(stated_t *self, const sgdl_problem_t *problem, uint64_t run)
{
    sgdl_mixture_t mixture = sgdl_problem_mixture(problem, &problem->plan);
    *self = (stated_t){0};
    assert_int_equal(experiment_init(&self->experiment, problem, &problem->plan, NULL), SGDL_OK);
    assert_int_equal(sgdl_directions_init(&self->directions, &mixture, NULL), SGDL_OK);
    const size_t d = self->experiment.d, L = self->experiment.L;
    self->x = calloc(d * (3 * L + 1), sizeof *self->x);
    self->v = self->x + d * L;
    self->G = self->v + d * L;
    self->a = self->G + d * L;
    normals_init(&self->noise, problem->seed, run, STREAM_START);
    for (size_t e = 0; e < d * L; e++)
        self->x[e] = sqrt(problem->start_norm2 / (double)d) * normals_next(&self->noise);
    noise_init(&self->features, problem->seed, run, STREAM_FEATURES);
    normals_init(&self->noise, problem->seed, run, STREAM_NOISE);
    normals_init(&self->label_normals, problem->seed, run, STREAM_LABELS);
    words_init(&self->label_words, problem->seed, run, STREAM_LABELS);
    words_init(&self->choices, problem->seed, run, STREAM_CHOICES);
}

static inline void stated_free(stated_t *self)
{
    experiment_free(&self->experiment);
    sgdl_directions_free(&self->directions);
    free(self->x);
}

/* Vectors of normals begin at multiples of 8 in their stream. */
static inline void next_vector(normals_t *normals) { normals->used = (normals->used + 7) / 8 * 8; }

static inline double teacher_says(stated_t *self, double r_star)
{
    const sgdl_problem_t *problem = self->experiment.problem;
    const double kappa = problem->teacher.steepness, s = 1 / (1 + exp(-kappa * r_star));
    const bool signs = problem->loss->quadratic;
    double y = 0; /* probability of the upper label, or that label */
    switch (problem->teacher.labels) {
    case TEACHER_LINEAR:
        return r_star + (problem->teacher.noise > 0
                             ? problem->teacher.noise * normals_next(&self->label_normals)
                             : 0);
    case TEACHER_SIGN:
        y = r_star > 0;
        break;
    case TEACHER_LOGISTIC:
        y = words_uniform(&self->label_words) < s;
        break;
    case TEACHER_LOGISTIC_SOFT:
    case TEACHER_LABELS:
        y = s;
    }
    return signs ? 2 * y - 1 : y;
}

static inline void stated_sample(stated_t *self)
{
    const experiment_t *experiment = &self->experiment;
    const sgdl_problem_t *problem = experiment->problem;
    const size_t d = experiment->d, L = experiment->L;
    size_t i;
    const double *target = experiment_draw(experiment, &self->choices, &i);
    double r[4], g[4], label, r_star = 0, a2 = 0;
    memcpy(r, self->bias, L * sizeof *r);
    stated_features(&self->directions, &self->features, i, self->samples++, self->a);
    for (size_t n = 0; n < d; n++) {
        const double *mean = self->directions.mean + n;
        a2 += self->a[n] * self->a[n];
        if (problem->has_teacher)
            r_star += mean[experiment->C * d] / sqrt((double)d) * self->a[n];
        for (size_t l = 0; l < L; l++)
            r[l] += self->x[l * d + n] * self->a[n];
    }
    if (problem->has_teacher)
        label = teacher_says(self, r_star);
    experiment->loss->gradient(L, r, problem->has_teacher ? &label : target, g);
    const double norm = sqrt(a2) * fabs(g[0]), most = problem->clip * sqrt((double)d);
    if (norm > most)
        g[0] *= most / norm;
    for (size_t l = 0; l < L; l++) {
        for (size_t n = 0; n < d; n++)
            self->G[l * d + n] += self->a[n] * g[l] / problem->batch;
        self->bias_sum[l] += problem->intercept * problem->intercept * g[l] / problem->batch;
    }
}

/* The recursion, as docs and problem files state it. */
static inline void move(const stated_t *self, double gamma, double G, double *x, double *v)
{
    const sgdl_problem_t *problem = self->experiment.problem;
    const heavy_ball_t *ball = &problem->heavy_ball;
    const double d = problem->dimension, t = self->step / d;
    if (ball->is_stated) {
        *v += -ball->decay / (1 + t / ball->over) / d * *v + ball->gain / d * G;
        *x -= gamma / d * G + ball->weight / d * *v;
        return;
    }
    *v = problem->momentum * *v + G;
    *x -= gamma / d * *v;
}

/* Noise and ridge join the gradient; its square. */
static inline double finish_gradient(stated_t *self)
{
    const sgdl_problem_t *problem = self->experiment.problem;
    const size_t d = self->experiment.d;
    double sum = 0;
    for (size_t l = 0; l < self->experiment.L; l++) {
        next_vector(&self->noise);
        for (size_t n = 0; n < d; n++) {
            double *G = &self->G[l * d + n];
            *G += problem->ridge * self->x[l * d + n];
            if (problem->gradient_noise > 0)
                *G += problem->gradient_noise * normals_next(&self->noise);
            sum += *G * *G;
        }
    }
    return sum;
}

static inline void stated_step(stated_t *self, double gamma)
{
    const size_t d = self->experiment.d, L = self->experiment.L;
    memset(self->G, 0, d * L * sizeof *self->G);
    memset(self->bias_sum, 0, sizeof self->bias_sum);
    for (size_t j = 0; j < self->experiment.batch; j++)
        stated_sample(self);
    self->accumulated += finish_gradient(self) / ((double)d * (double)d);
    if (self->eta > 0)
        gamma = self->eta / sqrt(self->b0 * self->b0 + self->accumulated);
    for (size_t l = 0; l < L; l++) {
        for (size_t n = 0; n < d; n++)
            move(self, gamma, self->G[l * d + n], &self->x[l * d + n], &self->v[l * d + n]);
        move(self, gamma, self->bias_sum[l], &self->bias[l], &self->bias_velocity[l]);
    }
    self->step++;
}

/* Moments of D = X - shift X* by their definitions. */
static inline void assert_moments(const stated_t *self, const moments_t *found)
{
    const experiment_t *experiment = &self->experiment;
    const size_t d = experiment->d, L = experiment->L;
    const double shift = experiment->problem->has_teacher ? experiment->problem->teacher.shift : 0;
    double norm2 = 0, overlap = 0;
    for (size_t e = 0; e < d * L; e++)
        norm2 += self->x[e] * self->x[e];
    for (size_t i = 0; i < experiment->C; i++)
        for (size_t l = 0; l < L; l++) {
            double m = self->bias[l], B = 0, cross = 0;
            overlap = 0;
            for (size_t n = 0; n < d; n++) {
                const double *mean = self->directions.mean + n, x = self->x[l * d + n];
                const double lambda = self->directions.eigenvalue[i * d + n];
                const double signal = experiment->problem->has_teacher
                                          ? mean[experiment->C * d] / sqrt((double)d)
                                          : 0;
                m += mean[i * d] / sqrt((double)d) * (x - shift * signal);
                B += lambda * (x - shift * signal) * (x - shift * signal);
                cross += lambda * (x - shift * signal) * signal;
                overlap += x * signal;
            }
            assert_close(found->m[i * L + l], m, 1e-12, 1e-11, "m");
            const size_t pair = second_moments_diagonal(L, experiment->pairs, l);
            assert_close(found->B[i * experiment->pairs + pair], B, 1e-12, 1e-11, "B");
            if (found->cross)
                assert_close(found->cross[i], cross, 1e-12, 1e-11, "cross");
        }
    assert_close(found->norm2, norm2, 1e-12, 1e-11, "norm2");
    if (found->cross)
        assert_close(found->overlap, overlap, 1e-12, 1e-11, "overlap");
}

#endif
