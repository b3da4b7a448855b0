#include "src/theories/fixed_data/sampled/paths.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/clones.h"
#include "src/theories/fixed_data/sampled/labels.h"

enum { N = PATHS_BLOCK };

/* Innovations beyond these dimensions of the points are pseudo-random. */
static const size_t SMOOTH_DIMENSIONS = 12, NOISY_DIMENSIONS = 24;

/* ---- room --------------------------------------------------------------------------------------
 */

static double looks_of(const timeline_t *timeline)
{
    double looks = 0;
    for (size_t t = 0; t < timeline->steps; t++)
        looks += timeline->law->sparse ? fmin(1, timeline->step[t].chance) : 1;
    return looks;
}

size_t paths_blocks(const setup_t *setup, size_t paths)
{
    const size_t copies = labels_count(setup), points = (paths + copies - 1) / copies;
    return (copies * points + N - 1) / N;
}

enum { ARRAYS = 13, SORTS = 4 };

double paths_memory(const setup_t *setup, const timeline_t *timeline, size_t paths)
{
    const size_t T = timeline->steps, blocks = paths_blocks(setup, paths);
    const double size = (double)blocks * N;
    return size * ((double)(2 * T + 4 + ARRAYS) * sizeof(double) + (SORTS + 1) * sizeof(uint32_t)) +
           response_memory(T, blocks, looks_of(timeline)) + gaussians_memory(T + 3) +
           (double)(T + 3) * sizeof(double);
}

static int allocate(paths_t *self)
{
    const size_t size = self->blocks * N, T = self->T;
    double **const arrays[ARRAYS] = {
        &self->weight,  &self->target,  &self->right, &self->signal, &self->w,
        &self->r,       &self->slope,   &self->s,     &self->memory, &self->curvature,
        &self->held[0], &self->held[1], &self->noise};
    double *all = calloc(ARRAYS * size, sizeof *all);
    self->weight = all; /* owns them all */
    for (size_t a = 0; a < ARRAYS && all; a++)
        *arrays[a] = all + a * size;
    self->point = malloc(self->points * sizeof *self->point);
    self->sort = malloc(SORTS * size * sizeof *self->sort);
    self->xi = malloc((T + 3) * size * sizeof *self->xi);
    self->g = malloc((T + 1) * size * sizeof *self->g);
    self->covariance = calloc(T + 3, sizeof *self->covariance);
    return all && self->point && self->sort && self->xi && self->g && self->covariance
               ? SGDL_OK
               : SGDL_ERR_MEMORY;
}

void paths_free(paths_t *self)
{
    free(self->weight);
    free(self->point);
    free(self->sort);
    free(self->xi);
    free(self->g);
    free(self->covariance);
    gaussians_free(&self->gaussians);
    response_free(&self->response);
    *self = (paths_t){0};
}

/* ---- what is drawn -----------------------------------------------------------------------------
 */

/* The number of a stream: 12 bits of the replicate, 12 of the class, 22 of the row, 18 of the
 * block.
 */
uint64_t paths_stream(const paths_t *self, size_t row, size_t block)
{
    return self->replicate << 52 ^ (uint64_t)self->class << 40 ^ (uint64_t)row << 18 ^ block;
}

static void shuffle(paths_t *self)
{
    words_t words;
    words_init(&words, self->setup->problem->seed, paths_stream(self, 0, 1), STREAM_SCRAMBLES);
    for (size_t i = 0; i < self->points; i++) {
        const size_t j = (size_t)(words_uniform(&words) * (double)(i + 1));
        self->point[i] = self->point[j];
        self->point[j] = (uint32_t)i;
    }
}

/* Coordinate `dimension` of the path's point. */
static double coordinate(const paths_t *self, size_t dimension, size_t path)
{
    return sobol_point(&self->sobol, dimension, self->point[path % self->points]);
}

static bool is_path(const paths_t *self, size_t path) { return path < self->copies * self->points; }

void paths_label(paths_t *self, size_t block)
{
    const setup_t *setup = self->setup;
    const double center = setup->K > 0 ? setup->signal_m[self->class] : 0;
    for (size_t j = block * N; j < (block + 1) * N && is_path(self, j); j++) {
        const label_t label = labels_of(setup, self->class, j / self->points,
                                        center + self->signal[j], self->noise[j]);
        self->target[j] = label.target;
        self->right[j] = label.right;
        self->weight[j] = label.chance / (double)self->points;
    }
}

int paths_init(paths_t *self, const paths_task_t *task, sgdl_error_t *error)
{
    const setup_t *setup = task->setup;
    const selection_law_t *law = task->timeline->law;
    *self = (paths_t){.setup = setup,
                      .timeline = task->timeline,
                      .class = task->class,
                      .T = task->timeline->steps,
                      .copies = labels_count(setup),
                      .blocks = paths_blocks(setup, task->paths),
                      .replicate = task->replicate};
    self->points = (task->paths + self->copies - 1) / self->copies;
    self->dimensions = law->all ? SMOOTH_DIMENSIONS : NOISY_DIMENSIONS;
    int status = allocate(self);
    if (status != SGDL_OK)
        return sgdl_fail_memory(error);
    status = gaussians_init(&self->gaussians, self->T + 3, error);
    if (status == SGDL_OK)
        status =
            response_init(&self->response, self->T, self->blocks, looks_of(task->timeline), error);
    if (status != SGDL_OK)
        return status;
    sobol_init(&self->sobol, setup->problem->seed, paths_stream(self, 0, 0));
    shuffle(self);
    for (size_t j = 0; is_path(self, j); j++) {
        self->s[j] = 1;
        self->weight[j] = 1 / (double)(self->copies * self->points); /* until there are labels */
    }
    return SGDL_OK;
}

/* ---- panels: rows of a block -------------------------------------------------------------------
 */

/* out += sum_q c_q row_q */
CLONES static void combine(const double *restrict row, const double *restrict c, size_t count,
                           double *restrict out)
{
    size_t q = 0;
    for (; q + 4 <= count; q += 4) {
        const double *restrict second = row + N, *restrict third = second + N,
                               *restrict fourth = third + N;
        for (size_t j = 0; j < N; j++)
            out[j] += (c[q] * row[j] + c[q + 1] * second[j]) +
                      (c[q + 2] * third[j] + c[q + 3] * fourth[j]);
        row = fourth + N;
    }
    for (; q < count; q++, row += N)
        for (size_t j = 0; j < N; j++)
            out[j] += c[q] * row[j];
}

/* out_q = x . row_q */
CLONES static void dots(const double *restrict row, const double *restrict x, size_t count,
                        double *restrict out)
{
    for (size_t q = 0; q < count; q++, row += N) {
        double sum = 0;
#pragma omp simd reduction(+ : sum)
        for (size_t j = 0; j < N; j++)
            sum += x[j] * row[j];
        out[q] = sum;
    }
}

static double *innovations(const paths_t *self, size_t block)
{
    return self->xi + block * (self->T + 3) * N;
}

void paths_draw(paths_t *self, size_t block, size_t row, double *sums)
{
    const size_t rank = self->gaussians.rank, dimension = rank;
    double *xi = innovations(self, block), *last = xi + rank * N, weighted[N];
    if (dimension < self->dimensions) {
        for (size_t j = 0; j < N; j++)
            last[j] = gsl_cdf_ugaussian_Pinv(coordinate(self, dimension, block * N + j));
    } else {
        normals_t normals;
        normals_init(&normals, self->setup->problem->seed, paths_stream(self, row, block),
                     STREAM_PATHS);
        normals_refill(&normals);
        memcpy(last, normals.value, N * sizeof *last);
    }
    if (self->timeline->law->all)
        return;
    const double *weight = self->weight + block * N;
    sums[0] = 0;
    for (size_t j = 0; j < N; j++) {
        weighted[j] = weight[j] * last[j];
        sums[0] += weighted[j];
    }
    dots(last, weighted, 1, &sums[1]);
    dots(xi, weighted, rank, &sums[2]);
}

/* The rows before are orthonormal and centred. */
void paths_settle(paths_t *self, size_t block, const double *sums)
{
    const size_t rank = self->gaussians.rank;
    double *xi = innovations(self, block), *last = xi + rank * N, along[N] = {0};
    double left = sums[1] - sums[0] * sums[0];
    for (size_t q = 0; q < rank; q++)
        left -= sums[2 + q] * sums[2 + q];
    /* fewer paths than steps: there is no direction left */
    const double scale = left > 1e-3 * sums[1] ? 1 / sqrt(left) : 1;
    if (left > 1e-3 * sums[1])
        combine(xi, &sums[2], rank, along);
    for (size_t j = 0; j < N; j++)
        last[j] = scale * (last[j] - sums[0] - along[j]);
}

void paths_gaussian(const paths_t *self, size_t block, double *value)
{
    memset(value, 0, N * sizeof *value);
    combine(innovations(self, block), gaussians_last(&self->gaussians),
            self->gaussians.rank + self->brings, value);
}

/* ---- steps -------------------------------------------------------------------------------------
 */

void paths_look(paths_t *self, size_t block, double m, const double *rho, size_t t)
{
    const sgdl_loss_t *loss = self->setup->problem->loss;
    double *w = self->w + block * N, *r = self->r + block * N;
    paths_gaussian(self, block, w);
    for (size_t j = 0; j < N; j++)
        r[j] = m + w[j];
    combine(self->g + block * (self->T + 1) * N, rho, t, r);
    loss->slopes(N, r, self->target + block * N, self->slope + block * N,
                 self->curvature + block * N);
}

void paths_train(const paths_t *self, size_t block, double m, bool gaussian, double *sums)
{
    const sgdl_loss_t *loss = self->setup->problem->loss;
    memset(sums, 0, TRAIN_SUMS * sizeof *sums);
    for (size_t j = block * N; j < (block + 1) * N && is_path(self, j); j++) {
        const double r = self->r[j], right = self->right[j], weight = self->weight[j];
        const double wrong = r > 0 ? 1 - right : r < 0 ? right : 0.5 + 0 * right;
        const double value = loss->value(1, &r, &self->target[j]);
        sums[TRAIN_RISK] += weight * value;
        sums[TRAIN_ERROR] += weight * wrong;
        if (!gaussian)
            continue;
        const double plain = m + self->w[j], control = loss->value(1, &plain, &self->target[j]);
        sums[TRAIN_GAUSSIAN] += weight * control;
        sums[TRAIN_SQUARE] += weight * control * control;
        sums[TRAIN_PRODUCT] += weight * control * value;
    }
}

/* What of a block's steps enters means. */
typedef struct moment {
    double lead[N], keep[N], weighted[N], contraction[PATHS_CHECKS][N];
} moment_t;

/* g of step t, and the sums of it that need no other step. */
static void sum_gradients(paths_t *self, size_t block, double *g, moment_t *now, double *sum)
{
    const bool independent = self->timeline->law->independent;
    for (size_t i = 0; i < N; i++) {
        const size_t j = block * N + i;
        const double x = independent ? self->slope[j] : self->s[j] * self->slope[j];
        g[i] = self->s[j] * self->slope[j];
        now->keep[i] = self->s[j] * self->curvature[j];
        now->lead[i] = independent ? self->curvature[j] : now->keep[i];
        now->weighted[i] = self->weight[j] * x;
        sum[SUM_MEAN] += now->weighted[i];
        sum[SUM_SIGNAL] += now->weighted[i] * self->signal[j];
        sum[SUM_POWER] += now->weighted[i] * x;
        sum[SUM_VALUE] += now->weighted[i] * self->r[j];
    }
}

/* E[x w^s] - sum_k D(t,k) B(k,s) path by path, of what r* does not tell of w^s. */
static void sum_deviations(const paths_t *self, size_t block, const paths_answer_t *task,
                           const moment_t *now, double *sum)
{
    const double *const field[PATHS_CHECKS] = {self->held[0], self->held[1], self->w};
    for (size_t q = 0; q < PATHS_CHECKS; q++)
        for (size_t i = 0; i < N && task->column[q]; i++) {
            const size_t j = block * N + i;
            const double rest = field[q][j] - task->share[q] * self->signal[j];
            const double deviation =
                now->weighted[i] * rest - self->weight[j] * now->contraction[q][i];
            sum[SUM_CHECK + q] += deviation;
            sum[SUM_ERROR + q] += deviation * deviation;
        }
}

int paths_answer(paths_t *self, size_t block, const paths_answer_t *task, double *sums)
{
    const size_t t = task->t, first = block * N;
    double *panel = self->g + block * (self->T + 1) * N, *sum = sums + 2 * (t + 1);
    moment_t now;
    memset(sum, 0, SUMS * sizeof *sum);
    sum_gradients(self, block, panel + t * N, &now, sum);
    dots(panel, now.weighted, t, sums);
    sums[t] = sum[SUM_POWER];
    if (task->hold < 2)
        memcpy(self->held[task->hold] + first, self->w + first, N * sizeof *self->w);
    response_step_t step = {.t = t,
                            .rho = task->rho,
                            .weight = self->weight + first,
                            .lead = now.lead,
                            .keep = now.keep,
                            .Rg = sums + t + 1,
                            .scratch = task->scratch};
    for (size_t q = 0; q < PATHS_CHECKS; q++) {
        step.column[q] = task->column[q];
        step.contraction[q] = now.contraction[q];
    }
    const int status = response_step(&self->response, block, &step);
    if (status == SGDL_OK)
        sum_deviations(self, block, task, &now, sum);
    return status;
}
