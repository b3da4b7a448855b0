/* Plain SGD written as the algorithm is, on the streams of the full kernel: two passes a step, no
 * blocks, no shared code. */
#ifndef SGDLIMIT_TESTS_PLAIN_SGD_H
#define SGDLIMIT_TESTS_PLAIN_SGD_H

#include <string.h>

#include "src/theories/streaming/walkers/kernel.h"
#include "tests/curves.h"
#include "tests/stated_features.h"

typedef struct plain {
    experiment_t experiment;
    sgdl_directions_t directions;
    double *x;    /* [d*L] */
    double *a;    /* [batch*d] */
    double *g;    /* [batch*L] */
    double *bias; /* [L] */
    double *r;    /* [L] */
    noise_t noise;
    uint64_t samples;
    words_t choices;
} plain_t;

static inline void plain_init(plain_t *self, const sgdl_problem_t *problem, uint64_t run)
{
    sgdl_mixture_t mixture = sgdl_problem_mixture(problem, &problem->plan);
    assert_int_equal(experiment_init(&self->experiment, problem, &problem->plan, NULL), SGDL_OK);
    self->experiment.batches = BATCHES_DRAWN;
    assert_int_equal(sgdl_directions_init(&self->directions, &mixture, NULL), SGDL_OK);
    size_t d = self->experiment.d, L = self->experiment.L, b = self->experiment.batch;
    self->x = calloc(d * L, sizeof *self->x);
    self->a = calloc(b * d, sizeof *self->a);
    self->g = calloc(b * L, sizeof *self->g);
    self->bias = calloc(L, sizeof *self->bias);
    self->r = calloc(L, sizeof *self->r);
    assert_true(self->x && self->a && self->g && self->bias && self->r);
    normals_t normals;
    normals_init(&normals, problem->seed, run, STREAM_START);
    for (size_t l = 0; l < L; l++)
        for (size_t n = 0; n < d; n++)
            self->x[n * L + l] =
                problem->start ? problem->start[n * L + l]
                               : sqrt(problem->start_norm2 / (double)d) * normals_next(&normals);
    noise_init(&self->noise, problem->seed, run, STREAM_FEATURES);
    self->samples = 0;
    words_init(&self->choices, problem->seed, run, STREAM_CHOICES);
}

static inline void plain_free(plain_t *self)
{
    experiment_free(&self->experiment);
    sgdl_directions_free(&self->directions);
    free(self->x);
    free(self->a);
    free(self->g);
    free(self->bias);
    free(self->r);
}

static inline void plain_sample(plain_t *self, size_t j)
{
    size_t d = self->experiment.d, L = self->experiment.L, i;
    const double *target = experiment_draw(&self->experiment, &self->choices, &i);
    double *r = self->r, *a = self->a + j * d;
    memcpy(r, self->bias, L * sizeof *r);
    stated_features(&self->directions, &self->noise, i, self->samples++, a);
    for (size_t n = 0; n < d; n++)
        for (size_t l = 0; l < L; l++)
            r[l] += a[n] * self->x[n * L + l];
    self->experiment.loss->gradient(L, r, target, self->g + j * L);
}

static inline void plain_step(plain_t *self, double gamma)
{
    const sgdl_problem_t *problem = self->experiment.problem;
    size_t d = self->experiment.d, L = self->experiment.L, b = self->experiment.batch;
    double c2 = problem->intercept * problem->intercept;
    for (size_t j = 0; j < b; j++)
        plain_sample(self, j);
    for (size_t l = 0; l < L; l++) {
        double total = 0;
        for (size_t j = 0; j < b; j++)
            total += self->g[j * L + l];
        self->bias[l] -= gamma / (double)d * c2 * total / (double)b;
        for (size_t n = 0; n < d; n++) {
            double sum = 0;
            for (size_t j = 0; j < b; j++)
                sum += self->a[j * d + n] * self->g[j * L + l];
            double *x = &self->x[n * L + l];
            *x -= gamma / (double)d * (sum / (double)b + problem->ridge * *x);
        }
    }
}

/* m_i, B_i and |X|^2 by their definitions. */
static inline void plain_read(const plain_t *self, moments_t *moments)
{
    const experiment_t *experiment = &self->experiment;
    size_t d = experiment->d, L = experiment->L;
    moments->norm2 = 0;
    for (size_t e = 0; e < d * L; e++)
        moments->norm2 += self->x[e] * self->x[e];
    for (size_t i = 0; i < experiment->C; i++)
        for (size_t a = 0, p = 0; a < L; a++) {
            moments->m[i * L + a] = self->bias[a];
            for (size_t n = 0; n < d; n++)
                moments->m[i * L + a] +=
                    self->directions.mean[i * d + n] / sqrt((double)d) * self->x[n * L + a];
            const size_t last = experiment->pairs == L ? a : L - 1;
            for (size_t b = a; b <= last; b++, p++) {
                double sum = 0;
                for (size_t n = 0; n < d; n++)
                    sum += self->directions.eigenvalue[i * d + n] * self->x[n * L + a] *
                           self->x[n * L + b];
                moments->B[i * experiment->pairs + p] = sum;
            }
        }
}

/* Room for what is read. */
static inline moments_t new_moments(const experiment_t *experiment)
{
    const size_t means = experiment->C * experiment->L;
    double *values = calloc(means + experiment->C * experiment->pairs, sizeof *values);
    assert_non_null(values);
    return (moments_t){.m = values, .B = values + means};
}

static inline void assert_same_moments(const experiment_t *experiment, const moments_t *found,
                                       const moments_t *expected, double relative)
{
    assert_close(found->norm2, expected->norm2, 1e-14, relative, "norm2");
    for (size_t e = 0; e < experiment->C * experiment->L; e++)
        assert_close(found->m[e], expected->m[e], 1e-13, relative, "mean");
    for (size_t e = 0; e < experiment->C * experiment->pairs; e++)
        assert_close(found->B[e], expected->B[e], 1e-13, relative, "var");
}

typedef void same_moments_f(const experiment_t *experiment, const moments_t *found,
                            const moments_t *expected, double relative);

/* A run of the full kernel on that many threads is plain SGD; reading must not disturb it. */
static inline void assert_full_is_plain(const char *text, size_t threads, same_moments_f *same)
{
    sgdl_problem_t *problem = parse_problem(text);
    static plain_t plain;
    void *model, *state;
    plain_init(&plain, problem, 3);
    plain.experiment.threads = threads;
    moments_t found = new_moments(&plain.experiment), expected = new_moments(&plain.experiment);
    assert_int_equal(kernel_full.prepare(&plain.experiment, &model, NULL), SGDL_OK);
    assert_int_equal(kernel_full.begin(model, 0, 3, &state), SGDL_OK);
    size_t steps = (size_t)rint(problem->time * problem->dimension), done = 0;
    for (size_t piece = 0; done < steps; piece++) {
        size_t count = piece < steps - done ? piece : steps - done;
        assert_true(kernel_full.advance(state, count));
        for (size_t end = done + count; done < end; done++)
            plain_step(&plain,
                       sgdl_schedule_rate(&problem->learning_rate[0],
                                          (double)done / problem->dimension, problem->time));
        kernel_full.read(state, &found);
        plain_read(&plain, &expected);
        same(&plain.experiment, &found, &expected, 1e-11);
    }
    kernel_full.end(state);
    kernel_full.discard(model);
    free(found.m);
    free(expected.m);
    plain_free(&plain);
    sgdl_problem_free(problem);
}

#endif
