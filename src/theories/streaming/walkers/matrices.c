/*
 * The kernel of covariances that do not commute: every coordinate of X and of every sample.
 *
 *     a = mu_i + sum_r sqrt(lambda_ir) v_ir z_r
 *
 * over the eigenvectors v_ir of K_i with a variance, so that a sample costs d times their number.
 * Coordinates are those of the eigenbasis of the mean covariance. A step is one of steps.h.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "spectra/dense/matrix.h"
#include "spectra/nodes/nodes.h"
#include "src/base/linear.h"
#include "src/base/memory.h"
#include "src/theories/streaming/walkers/kernel.h"
#include "src/theories/streaming/walkers/matrices.h"
#include "src/theories/streaming/walkers/passes.h"
#include "src/theories/streaming/walkers/rate.h"
#include "src/theories/streaming/walkers/rows.h"
#include "src/theories/streaming/walkers/steps.h"

struct walker_matrices {
    const experiment_t *experiment;
    bool commute; /* then there is nothing else */
    size_t stride;
    double *mean;    /* [C*stride] coordinates of mu_i */
    double *factor;  /* class i: [rank[i]*stride] sqrt(lambda) v, from row i*d on */
    size_t *rank;    /* [C] */
    double *start;   /* [d*L] or NULL */
    row_list_t rows; /* that stand for samples; empty: these are drawn */
};

typedef struct matrices_state {
    const struct walker_matrices *model;
    rate_t rate;
    steps_t steps;
    row_order_t rows;
    uint64_t step;
    size_t stride;
    double *x, *gradient, *v; /* [L*stride]; v without momentum NULL */
    double *a;                /* [stride] */
    double *z;                /* [d] normals of a sample, or what K_i^(1/2) makes of X */
    double *numbers;          /* [4*L]: bias, r, g, gradient of the bias */
    double sum[PASS_LANES];
    normals_t *features;
    words_t choices;
} matrices_state_t;

/* ---- model --------------------------------------------------------------------------------- */

static void matrices_discard(void *model)
{
    struct walker_matrices *self = model;
    if (!self)
        return;
    free(self->mean);
    free(self->factor);
    free(self->rank);
    free(self->start);
    row_list_free(&self->rows);
    free(self);
}

bool matrices_commute(const void *model)
{
    return ((const struct walker_matrices *)model)->commute;
}

/* The eigenvectors of K_i, longest last as LAPACK gives them, those of no variance left out. */
static int factor_class(struct walker_matrices *self, size_t i, double *K, double *eigenvalue,
                        sgdl_error_t *error)
{
    const size_t d = self->experiment->d;
    const lapack_int info = linear_eigen_symmetric(d, K, d, eigenvalue);
    if (info != 0)
        return linear_fail(info, "the eigenvectors of a covariance cannot be computed", error);
    int status = matrix_clip(eigenvalue, d, "covariance", NULL, error);
    for (size_t n = 0; n < d && status == SGDL_OK; n++) {
        double *row = self->factor + (i * d + self->rank[i]) * self->stride;
        if (eigenvalue[n] == 0)
            continue;
        for (size_t k = 0; k < d; k++)
            row[k] = sqrt(eigenvalue[n]) * K[n * d + k];
        self->rank[i]++;
    }
    return status == SGDL_OK ? check_interrupted(self->experiment->interrupted, error) : status;
}

static int take_directions(struct walker_matrices *self, sgdl_directions_t *directions,
                           sgdl_error_t *error)
{
    const size_t C = self->experiment->C, d = self->experiment->d;
    double *eigenvalue = malloc(d * sizeof *eigenvalue);
    size_t unused;
    self->mean = experiment_rows(C, d, &self->stride);
    self->factor = experiment_rows(C * d, d, &unused);
    self->rank = calloc(C, sizeof *self->rank);
    self->start = directions->start; /* taken over */
    directions->start = NULL;
    int status =
        eigenvalue && self->mean && self->factor && self->rank ? SGDL_OK : sgdl_fail_memory(error);
    for (size_t i = 0; i < C && status == SGDL_OK; i++) {
        for (size_t n = 0; n < d; n++)
            self->mean[i * self->stride + n] = directions->mean[i * d + n] / sqrt((double)d);
        status = factor_class(self, i, directions->matrix + i * d * d, eigenvalue, error);
    }
    free(eigenvalue);
    return status;
}

/* What these steps do not do. */
static int check(const experiment_t *experiment, sgdl_error_t *error)
{
    const sgdl_problem_t *problem = experiment->problem;
    const char *found = problem->has_teacher                ? "a teacher"
                        : problem->heavy_ball.is_stated     ? "momentum on the scale of d"
                        : problem_driven_rate(problem, ~0u) ? "a rate that the state drives"
                                                            : NULL;
    if (!found)
        return SGDL_OK;
    return sgdl_fail(error, SGDL_ERR_INPUT, "covariance",
                     "found matrices that do not commute beside %s, allowed there: learning rates "
                     "that are functions of time, a momentum that is a number, no teacher",
                     found);
}

static int matrices_prepare(const experiment_t *experiment, void **model, sgdl_error_t *error)
{
    sgdl_directions_t directions = {0};
    sgdl_mixture_t mixture = sgdl_problem_mixture(experiment->problem, experiment->plan);
    const double d = (double)experiment->d;
    struct walker_matrices *self = *model = calloc(1, sizeof *self);
    if (!self)
        return sgdl_fail_memory(error);
    self->experiment = experiment;
    int status = memory_ask(mixture.memory, 16 * (double)experiment->C * d * d, error,
                            "%zu covariance matrices of %.0f directions", experiment->C, d);
    if (status == SGDL_OK)
        status = directions_init(&directions, &mixture, true, error);
    self->commute = !directions.matrix;
    if (status == SGDL_OK && !self->commute)
        status = check(experiment, error);
    if (status == SGDL_OK && !self->commute)
        status = take_directions(self, &directions, error);
    if (status == SGDL_OK && !self->commute)
        status = row_list_init(&self->rows, experiment, directions.basis, error);
    sgdl_directions_free(&directions);
    return status;
}

static double matrices_cost(const experiment_t *experiment, const void *model)
{
    const struct walker_matrices *self = model;
    const double d = (double)experiment->d, L = (double)experiment->L;
    double rank = 0;
    for (size_t i = 0; i < experiment->C; i++)
        rank = fmax(rank, (double)self->rank[i]);
    return experiment->problem->batch * (50 + d * (1 + 0.2 * rank + L)) + L * d;
}

/* ---- start --------------------------------------------------------------------------------- */

static void matrices_end(void *state)
{
    matrices_state_t *self = state;
    if (!self)
        return;
    free(self->x);
    free(self->gradient);
    free(self->v);
    free(self->a);
    free(self->z);
    free(self->numbers);
    free(self->features);
    steps_free(&self->steps);
    row_order_free(&self->rows);
    rate_free(&self->rate);
    free(self);
}

/* X_0: as given, or isotropic with E|column|^2 = norm2. */
static void set_start(matrices_state_t *self, uint64_t run)
{
    const experiment_t *experiment = self->model->experiment;
    const sgdl_problem_t *problem = experiment->problem;
    const size_t L = experiment->L, d = experiment->d;
    const double scale = sqrt(problem->start_norm2 / (double)d);
    if (!self->model->start)
        normals_init(self->features, problem->seed, run, STREAM_START);
    for (size_t l = 0; l < L; l++)
        for (size_t n = 0; n < d; n++)
            if (self->model->start)
                self->x[l * self->stride + n] = self->model->start[n * L + l];
            else if (scale > 0)
                self->x[l * self->stride + n] = scale * normals_next(self->features);
}

static int matrices_begin(const void *model, size_t curve, uint64_t run, void **state)
{
    matrices_state_t *self = *state = calloc(1, sizeof *self);
    if (!self)
        return SGDL_ERR_MEMORY;
    self->model = model;
    const experiment_t *experiment = self->model->experiment;
    const size_t L = experiment->L, d = experiment->d;
    size_t unused;
    self->x = experiment_rows(L, d, &self->stride);
    self->gradient = experiment_rows(L, d, &unused);
    self->v = experiment->velocity ? experiment_rows(L, d, &unused) : NULL;
    self->a = experiment_rows(1, d, &unused);
    self->z = experiment_rows(1, d, &unused);
    self->numbers = calloc(L, 4 * sizeof *self->numbers);
    self->features = aligned_alloc(_Alignof(normals_t), sizeof *self->features);
    int status = rate_init(&self->rate, experiment, curve);
    if (status == SGDL_OK)
        status = steps_init(&self->steps, experiment, run);
    if (status == SGDL_OK)
        status = row_order_init(&self->rows, &self->model->rows, run);
    if (!self->x || !self->gradient || (experiment->velocity && !self->v) || !self->a || !self->z ||
        !self->numbers || !self->features || status != SGDL_OK)
        return SGDL_ERR_MEMORY;
    set_start(self, run);
    normals_init(self->features, experiment->problem->seed, run, STREAM_FEATURES);
    words_init(&self->choices, experiment->problem->seed, run, STREAM_CHOICES);
    return SGDL_OK;
}

/* ---- steps --------------------------------------------------------------------------------- */

static double dot(matrices_state_t *self, const double *x, const double *y)
{
    memset(self->sum, 0, sizeof self->sum);
    pass_dot(self->model->experiment->d, x, y, self->sum);
    return pass_total(self->sum);
}

static const double *row_of(const struct walker_matrices *self, size_t i, size_t r)
{
    return self->factor + (i * self->experiment->d + r) * self->stride;
}

static void draw(matrices_state_t *self, size_t i)
{
    const struct walker_matrices *model = self->model;
    const size_t d = model->experiment->d;
    memcpy(self->a, model->mean + i * model->stride, d * sizeof *self->a);
    for (size_t r = 0; r < model->rank[i]; r++)
        pass_update(d, 1, normals_next(self->features), row_of(model, i, r), self->a);
}

/* A sample, drawn or the next row, and its target. */
static const double *next_sample(matrices_state_t *self)
{
    const experiment_t *experiment = self->model->experiment;
    size_t i;
    if (row_list_is_there(&self->model->rows)) {
        const double *row = row_order_next(&self->rows, &i);
        memcpy(self->a, row, experiment->d * sizeof *row);
        return experiment_target(experiment, &self->choices, i);
    }
    const double *target = experiment_draw(experiment, &self->choices, &i);
    draw(self, i);
    return target;
}

/* Adds the share a g/b of one sample to the gradients of X and of the bias. */
static void add_sample(matrices_state_t *self)
{
    const experiment_t *experiment = self->model->experiment;
    const sgdl_problem_t *problem = experiment->problem;
    const size_t L = experiment->L;
    const double share = 1 / problem->batch, c2 = problem->intercept * problem->intercept;
    double *bias = self->numbers, *r = bias + L, *g = r + L, *slope = g + L;
    const double *target = next_sample(self);
    for (size_t l = 0; l < L; l++)
        r[l] = bias[l] + dot(self, self->x + l * self->stride, self->a);
    const double a2 = isinf(problem->clip) ? 0 : dot(self, self->a, self->a);
    steps_gradient(&self->steps, target, r, 0, a2, g);
    for (size_t l = 0; l < L; l++) {
        pass_update(experiment->d, 1, share * g[l], self->a, self->gradient + l * self->stride);
        slope[l] += c2 * share * g[l];
    }
}

static void add_noise_and_ridge(matrices_state_t *self)
{
    const experiment_t *experiment = self->model->experiment;
    const sgdl_problem_t *problem = experiment->problem;
    for (size_t l = 0; l < experiment->L; l++) {
        double *gradient = self->gradient + l * self->stride;
        for (size_t n = 0; n < experiment->d && problem->gradient_noise > 0; n++)
            gradient[n] += problem->gradient_noise * normals_next(self->steps.noise);
        if (problem->ridge > 0)
            pass_update(experiment->d, 1, problem->ridge, self->x + l * self->stride, gradient);
    }
}

static bool matrices_advance(void *state, uint64_t steps)
{
    matrices_state_t *self = state;
    const experiment_t *experiment = self->model->experiment;
    const size_t L = experiment->L;
    for (uint64_t end = self->step + steps; self->step < end; self->step++) {
        const double gamma = rate_at(&self->rate, self->step, NULL);
        const recursion_t recursion = steps_recursion(experiment, gamma, self->step);
        memset(self->gradient, 0, L * self->stride * sizeof *self->gradient);
        memset(self->numbers + 3 * L, 0, L * sizeof *self->numbers);
        for (size_t j = 0; j < experiment->batch; j++) {
            if (experiment_interrupted(experiment))
                return false;
            add_sample(self);
        }
        add_noise_and_ridge(self);
        for (size_t l = 0; l < L; l++)
            steps_move(&recursion, experiment->d, self->gradient + l * self->stride,
                       self->x + l * self->stride, self->v ? self->v + l * self->stride : NULL);
        steps_move_bias(&self->steps, &recursion, self->numbers + 3 * L, self->numbers);
    }
    return true;
}

/* ---- read-out ------------------------------------------------------------------------------ */

/* B_i = sum_r (f_r . X)(f_r . X)^T. */
static void read_variances(matrices_state_t *self, size_t i, double *B)
{
    const struct walker_matrices *model = self->model;
    const size_t L = model->experiment->L, pairs = model->experiment->pairs;
    double *seen = self->numbers + 3 * L;
    memset(B, 0, pairs * sizeof *B);
    for (size_t r = 0; r < model->rank[i]; r++) {
        size_t p = 0;
        for (size_t l = 0; l < L; l++)
            seen[l] = dot(self, self->x + l * self->stride, row_of(model, i, r));
        for (size_t a = 0; a < L; a++)
            for (size_t b = a; b < (pairs == L ? a + 1 : L); b++)
                B[p++] += seen[a] * seen[b];
    }
}

static void matrices_read(void *state, moments_t *moments)
{
    matrices_state_t *self = state;
    const struct walker_matrices *model = self->model;
    const experiment_t *experiment = model->experiment;
    const size_t L = experiment->L;
    moments->norm2 = 0;
    for (size_t l = 0; l < L; l++) {
        const double *x = self->x + l * self->stride;
        moments->norm2 += dot(self, x, x);
    }
    for (size_t i = 0; i < experiment->C; i++) {
        for (size_t l = 0; l < L; l++)
            moments->m[i * L + l] = self->numbers[l] + dot(self, self->x + l * self->stride,
                                                           model->mean + i * model->stride);
        read_variances(self, i, moments->B + i * experiment->pairs);
    }
    (void)rate_look(&self->rate, moments);
}

static void matrices_test(void *state, double *risk, double *error)
{
    matrices_state_t *self = state;
    row_order_test(&self->rows, self->x, self->stride, self->numbers, risk, error);
}

const kernel_t kernel_matrices = {.name = "matrices",
                                  .prepare = matrices_prepare,
                                  .discard = matrices_discard,
                                  .cost = matrices_cost,
                                  .begin = matrices_begin,
                                  .advance = matrices_advance,
                                  .read = matrices_read,
                                  .test = matrices_test,
                                  .end = matrices_end};
