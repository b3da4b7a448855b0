/*
 * The collapsed kernel: exact in law at finite d, at a cost that does not depend on d.
 *
 * In a group of directions with equal eigenvalues only inner products of the L columns of X and
 * the C means count. Choose an orthonormal basis of the group: k vectors that span the means, q
 * more that span the rest of X, and what is left over. Then X is a short matrix x, a sample is
 *
 *     a = mu_i + sqrt(lambda_i) z,    z = (k + q independent normals, the rest: Z)
 *
 * and r = x^T a does not see Z. The step moves X by -(gamma/(d b)) sum_j a_j g_j^T, which outside
 * the old basis is Z_j's part: Z W, Z a Gaussian matrix independent of everything so far, W the
 * rows sqrt(lambda_i) g_j^T. Only its Gram matrix matters for the future: with W^T W = R^T R it has
 * the law of (T R)^T (T R), T the triangular factor of a Gaussian matrix (Bartlett). A rotation of
 * the q + rest directions brings [x; T R] back to q rows. collapsed_general.c has steps that are
 * not plain; with a teacher the signal is one of the means.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/packed.h"
#include "src/theories/streaming/walkers/collapsed.h"
#include "src/theories/streaming/walkers/triangular.h"

/* ---- model --------------------------------------------------------------------------------- */

static void collapsed_discard(void *model)
{
    collapsed_model_t *self = model;
    if (!self)
        return;
    free(self->group);
    free(self->mean);
    free(self->deviation);
    free(self->signal);
    free(self->start);
    free(self);
}

static bool is_zero_column(const sgdl_nodes_t *nodes, size_t n, size_t a)
{
    for (size_t i = 0; i < nodes->classes; i++)
        if (nodes->mean[(i * nodes->latent + a) * nodes->count + n] != 0)
            return false;
    return true;
}

/* Sizes of the groups' bases; the columns of a node's means that are not zero come first. */
static int size_groups(collapsed_model_t *self, const sgdl_nodes_t *nodes, sgdl_error_t *error)
{
    const experiment_t *experiment = self->experiment;
    self->count = nodes->count;
    self->columns = experiment->velocity ? 2 * experiment->L : experiment->L;
    self->group = calloc(self->count, sizeof *self->group);
    if (!self->group)
        return sgdl_fail_memory(error);
    for (size_t n = 0; n < self->count; n++) {
        group_t *group = &self->group[n];
        size_t size = (size_t)llrint(nodes->weight[n] * (double)experiment->d);
        while (group->k < nodes->latent && group->k < size && !is_zero_column(nodes, n, group->k))
            group->k++;
        size_t outside = size - group->k;
        group->q = self->columns < outside ? self->columns : outside;
        group->rest = (double)(outside - group->q);
        group->first = self->rows;
        self->rows += group->k + group->q;
    }
    return SGDL_OK;
}

/* X_0 in the groups' bases: A along the means, a factor of S - A A^T in the q rows. */
static int set_given_start(collapsed_model_t *self, const sgdl_nodes_t *nodes, sgdl_error_t *error)
{
    size_t L = self->experiment->L, N = nodes->count, pairs = packed_length(L);
    self->start = calloc(self->rows * L + pairs, sizeof *self->start);
    if (!self->start)
        return sgdl_fail_memory(error);
    double *P = self->start + self->rows * L;
    for (size_t n = 0; n < N; n++) {
        const group_t *group = &self->group[n];
        double *x = self->start + group->first * L;
        for (size_t a = 0; a < group->k; a++)
            for (size_t l = 0; l < L; l++)
                x[a * L + l] =
                    sqrt(nodes->weight[n]) * nodes->start_mean[(l * nodes->latent + a) * N + n];
        for (size_t l = 0, p = 0; l < L; l++)
            for (size_t m = l; m < L; m++, p++) {
                P[p] = nodes->weight[n] * nodes->start_second[p * N + n];
                for (size_t a = 0; a < group->k; a++)
                    P[p] -= x[a * L + l] * x[a * L + m];
            }
        triangular_cholesky(group->q, L, P, x + group->k * L);
    }
    return SGDL_OK;
}

/* Of class i, or of the signal behind the classes: its coordinates [rows], those not set zero. */
static void list_mean(const collapsed_model_t *self, const sgdl_nodes_t *nodes, size_t i,
                      double *mean)
{
    for (size_t n = 0; n < nodes->count; n++)
        for (size_t a = 0; a < self->group[n].k; a++)
            mean[self->group[n].first + a] =
                sqrt(nodes->weight[n]) * nodes->mean[(i * nodes->latent + a) * nodes->count + n];
}

static int fill_model(collapsed_model_t *self, const sgdl_nodes_t *nodes, sgdl_error_t *error)
{
    size_t C = self->experiment->C, N = nodes->count;
    int status = size_groups(self, nodes, error);
    if (status != SGDL_OK)
        return status;
    self->mean = calloc(C * self->rows, sizeof *self->mean); /* no more than C*d, listed before */
    self->deviation = calloc(C * N, sizeof *self->deviation);
    if (self->experiment->problem->has_teacher)
        self->signal = calloc(self->rows, sizeof *self->signal);
    if (!self->mean || !self->deviation ||
        (self->experiment->problem->has_teacher && !self->signal))
        return sgdl_fail_memory(error);
    for (size_t i = 0; i < C; i++) {
        list_mean(self, nodes, i, self->mean + i * self->rows);
        for (size_t n = 0; n < N; n++)
            self->deviation[i * N + n] = sqrt(nodes->eigenvalue[i * N + n]);
    }
    if (self->signal)
        list_mean(self, nodes, C, self->signal);
    return nodes->start_mean ? set_given_start(self, nodes, error) : SGDL_OK;
}

static int collapsed_prepare(const experiment_t *experiment, void **model, sgdl_error_t *error)
{
    sgdl_nodes_t nodes = {0};
    sgdl_mixture_t mixture = sgdl_problem_mixture(experiment->problem, experiment->plan);
    sgdl_quadrature_t quadrature = sgdl_problem_quadrature(experiment->problem, experiment->plan);
    quadrature.exact = true; /* every group is drawn by itself */
    collapsed_model_t *self = *model = calloc(1, sizeof *self);
    if (!self)
        return sgdl_fail_memory(error);
    self->experiment = experiment;
    int status = sgdl_nodes_init(&nodes, &mixture, &quadrature, error);
    if (status == SGDL_OK)
        status = fill_model(self, &nodes, error);
    sgdl_nodes_free(&nodes);
    return status;
}

/* Measured: normals one by one, and a chi variate and a small factorisation a group. Clipped
 * samples take a chi variate and a normal a group each. */
static double collapsed_cost(const experiment_t *experiment, const void *model)
{
    const collapsed_model_t *self = model;
    const double L = (double)experiment->L, N = (double)self->count, b = (double)experiment->batch;
    const double M = (double)self->columns, rows = (double)self->rows;
    const double sample = 50 + 10 * L + (6 + 2 * L) * rows;
    const double group = M > 1 ? 40 * L * L + 3 * M * M * M : 60;
    if (experiment->plain)
        return b * sample + N * group;
    const bool noise = experiment->problem->gradient_noise > 0,
               clip = isfinite(experiment->problem->clip);
    return b * (sample + 20 + 2 * rows + clip * 70 * N) + N * group +
           L * rows * (3 + 6 * noise + 2 * experiment->velocity);
}

/* ---- start --------------------------------------------------------------------------------- */

static void collapsed_end(void *state)
{
    collapsed_state_t *self = state;
    if (!self)
        return;
    free(self->x);
    free(self->noise);
    free(self->v);
    free(self->outside);
    steps_free(&self->steps);
    free(self->features);
    rate_free(&self->rate);
    free(self);
}

static int allocate_general(collapsed_state_t *self, uint64_t run)
{
    const collapsed_model_t *model = self->model;
    const experiment_t *experiment = model->experiment;
    self->v = experiment->velocity ? calloc(model->rows * experiment->L, sizeof *self->v) : NULL;
    self->outside = calloc(model->count, 2 * sizeof *self->outside);
    if (!self->outside || (experiment->velocity && !self->v))
        return SGDL_ERR_MEMORY;
    self->general = true;
    return steps_init(&self->steps, experiment, run);
}

static int allocate_run(collapsed_state_t *self, uint64_t run)
{
    const collapsed_model_t *model = self->model;
    size_t L = model->experiment->L, M = model->columns, noise;
    if (__builtin_mul_overflow(model->count, L * L, &noise))
        return SGDL_ERR_MEMORY;
    self->x = calloc(model->rows * (2 * L + 1) + (M + L) * M + L * L + 5 * L, sizeof *self->x);
    self->noise = calloc(noise, sizeof *self->noise);
    self->features = aligned_alloc(_Alignof(normals_t), sizeof *self->features);
    if (!self->x || !self->noise || !self->features)
        return SGDL_ERR_MEMORY;
    self->moved = self->x + model->rows * L;
    self->a = self->moved + model->rows * L;
    self->stack = self->a + model->rows;
    self->T = self->stack + (M + L) * M;
    self->r = self->T + L * L;
    self->g = self->r + L;
    self->row = self->g + L;
    self->bias = self->row + L;
    self->bias_moved = self->bias + L;
    return steps_are_plain(model->experiment, &self->rate) ? SGDL_OK : allocate_general(self, run);
}

static void set_random_start(collapsed_state_t *self, uint64_t run)
{
    const collapsed_model_t *model = self->model;
    const sgdl_problem_t *problem = model->experiment->problem;
    size_t L = model->experiment->L;
    double scale = sqrt(problem->start_norm2 / problem->dimension);
    normals_init(self->features, problem->seed, run, STREAM_START);
    words_init(&self->words, problem->seed, run, STREAM_START);
    for (size_t n = 0; n < model->count; n++) {
        const group_t *group = &model->group[n];
        double *x = self->x + group->first * L;
        for (size_t e = 0; e < group->k * L; e++)
            x[e] = normals_next(self->features);
        triangular_draw((double)group->q + group->rest, L, self->features, &self->words,
                        x + group->k * L);
    }
    for (size_t e = 0; e < model->rows * L; e++)
        self->x[e] *= scale;
}

static int collapsed_begin(const void *model, size_t curve, uint64_t run, void **state)
{
    collapsed_state_t *self = *state = calloc(1, sizeof *self);
    if (!self)
        return SGDL_ERR_MEMORY;
    self->model = model;
    const experiment_t *experiment = self->model->experiment;
    const sgdl_problem_t *problem = experiment->problem;
    int status = rate_init(&self->rate, experiment, curve);
    if (status == SGDL_OK)
        status = allocate_run(self, run);
    if (status != SGDL_OK)
        return status;
    if (self->model->start)
        memcpy(self->x, self->model->start, self->model->rows * experiment->L * sizeof *self->x);
    else if (problem->start_norm2 > 0)
        set_random_start(self, run);
    normals_init(self->features, problem->seed, run, STREAM_FEATURES);
    words_init(&self->words, problem->seed, run, STREAM_FEATURES);
    words_init(&self->choices, problem->seed, run, STREAM_CHOICES);
    return SGDL_OK;
}

/* ---- steps --------------------------------------------------------------------------------- */

/* Adds rate T R to the Gram matrix of a group's q = L rows and clears R. */
static void spread(collapsed_state_t *self, size_t n, double rate)
{
    const group_t *group = &self->model->group[n];
    size_t L = self->model->experiment->L;
    double *x = self->x + (group->first + group->k) * L, *R = self->noise + n * L * L;
    if (L == 1) {
        double noise = rate * R[0];
        if (noise != 0) {
            noise *= stream_chi(self->features, &self->words, group->rest);
            x[0] = sqrt(x[0] * x[0] + noise * noise);
        }
        R[0] = 0;
        return;
    }
    /* One sample has one row in R, and needs one column of T. */
    size_t columns = self->model->experiment->batch == 1 ? 1 : L;
    size_t extra = (double)columns < group->rest ? columns : (size_t)group->rest;
    double *bottom = self->stack + L * L;
    triangular_draw(group->rest, columns, self->features, &self->words, self->T);
    memcpy(self->stack, x, L * L * sizeof *x);
    memset(bottom, 0, extra * L * sizeof *bottom);
    for (size_t u = 0; u < extra; u++)
        for (size_t v = u; v < columns; v++)
            for (size_t l = v; l < L; l++)
                bottom[u * L + l] += rate * self->T[u * columns + v] * R[v * L + l];
    triangular_reduce(L + extra, L, self->stack);
    memcpy(x, self->stack, L * L * sizeof *x);
    memset(R, 0, L * L * sizeof *R);
}

static void move(collapsed_state_t *self, double gamma)
{
    const collapsed_model_t *model = self->model;
    const experiment_t *experiment = model->experiment;
    const sgdl_problem_t *problem = experiment->problem;
    size_t length = model->rows * experiment->L;
    double rate = gamma / (problem->dimension * problem->batch);
    double decay = 1 - gamma * problem->ridge / problem->dimension;
    for (size_t e = 0; e < length; e++) {
        self->x[e] = decay * self->x[e] - rate * self->moved[e];
        self->moved[e] = 0;
    }
    for (size_t l = 0; l < experiment->L; l++) {
        self->bias[l] -= rate * self->bias_moved[l];
        self->bias_moved[l] = 0;
    }
    for (size_t n = 0; n < model->count; n++)
        if (model->group[n].rest > 0)
            spread(self, n, rate);
}

/* ---- read-out ------------------------------------------------------------------------------ */

/* Adds the group's part of lambda x_a . x_b to B; x [rows*L]. */
static void add_second(const collapsed_model_t *model, const group_t *group, double lambda,
                       const double *columns, double *B)
{
    size_t L = model->experiment->L;
    bool diagonal = model->experiment->pairs == L;
    for (size_t e = group->first; e < group->first + group->k + group->q; e++) {
        const double *x = columns + e * L;
        for (size_t a = 0, p = 0; a < L; a++)
            for (size_t b = a; b < (diagonal ? a + 1 : L); b++, p++)
                B[p] += lambda * x[a] * x[b];
    }
}

/* |grad_X F|^2. */
static double gradient2(const collapsed_state_t *self)
{
    const collapsed_model_t *model = self->model;
    const size_t L = model->experiment->L;
    double total = 0;
    for (size_t n = 0; n < model->count; n++) {
        const group_t *group = &model->group[n];
        for (size_t e = group->first; e < group->first + group->k + group->q; e++)
            total += rate_slope2(&self->rate,
                                 &(direction_t){.x = self->x + e * L,
                                                .x_step = 1,
                                                .mean = model->mean + e,
                                                .mean_step = model->rows,
                                                .deviation = model->deviation + n,
                                                .deviation_step = model->count,
                                                .signal = model->signal ? model->signal[e] : 0});
    }
    return total;
}

/* X - shift X* in the place of the sample; X without a teacher. */
static const double *deviation_of(collapsed_state_t *self)
{
    const collapsed_model_t *model = self->model;
    if (!model->signal)
        return self->x;
    const double shift = model->experiment->problem->teacher.shift;
    for (size_t e = 0; e < model->rows; e++)
        self->a[e] = self->x[e] - shift * model->signal[e];
    return self->a;
}

static double cross_moment(const collapsed_model_t *model, size_t i, const double *x)
{
    double sum = 0;
    for (size_t n = 0; n < model->count; n++) {
        const group_t *group = &model->group[n];
        double deviation = model->deviation[i * model->count + n], product = 0;
        for (size_t e = group->first; e < group->first + group->k; e++)
            product += x[e] * model->signal[e];
        sum += deviation * deviation * product;
    }
    return sum;
}

static void collapsed_read(void *state, moments_t *moments)
{
    collapsed_state_t *self = state;
    const collapsed_model_t *model = self->model;
    size_t C = model->experiment->C, L = model->experiment->L, pairs = model->experiment->pairs;
    moments->norm2 = moments->overlap = 0;
    for (size_t e = 0; e < model->rows * L; e++)
        moments->norm2 += self->x[e] * self->x[e];
    for (size_t e = 0; model->signal && e < model->rows; e++)
        moments->overlap += self->x[e] * model->signal[e];
    memset(moments->B, 0, C * pairs * sizeof *moments->B);
    const double *x = deviation_of(self);
    for (size_t i = 0; i < C; i++) {
        double *m = moments->m + i * L;
        memcpy(m, self->bias, L * sizeof *m);
        for (size_t e = 0; e < model->rows; e++)
            for (size_t l = 0; l < L; l++)
                m[l] += model->mean[i * model->rows + e] * x[e * L + l];
        for (size_t n = 0; n < model->count; n++) {
            double deviation = model->deviation[i * model->count + n];
            add_second(model, &model->group[n], deviation * deviation, x, moments->B + i * pairs);
        }
        if (model->signal)
            moments->cross[i] = cross_moment(model, i, x);
    }
    if (rate_look(&self->rate, moments))
        moments->gradient2 = gradient2(self);
}

/* ---- runs ------------------------------------------------------------------------------------ */

static bool collapsed_advance(void *state, uint64_t steps)
{
    collapsed_state_t *self = state;
    const experiment_t *experiment = self->model->experiment;
    if (self->general)
        return collapsed_general_advance(self, steps);
    for (uint64_t end = self->step + steps; self->step < end; self->step++) {
        double gamma = rate_at(&self->rate, self->step, NULL);
        for (size_t j = 0; j < experiment->batch; j++) {
            size_t class_index;
            if (experiment_interrupted(experiment))
                return false;
            const double *target = experiment_draw(experiment, &self->choices, &class_index);
            collapsed_project(self, class_index);
            experiment->loss->gradient(experiment->L, self->r, target, self->g);
            collapsed_add_inside(self);
            collapsed_add_outside(self, class_index);
        }
        move(self, gamma);
    }
    return true;
}

const kernel_t kernel_collapsed = {.name = "collapsed",
                                   .prepare = collapsed_prepare,
                                   .discard = collapsed_discard,
                                   .cost = collapsed_cost,
                                   .begin = collapsed_begin,
                                   .advance = collapsed_advance,
                                   .read = collapsed_read,
                                   .end = collapsed_end};
