#include "src/theories/fixed_data/block_paths.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/clones.h"
#include "src/random/stream.h"
#include "src/theories/fixed_data/block_response.h"

#ifdef _OPENMP
#include <omp.h>
#endif

/* A pivot that is smaller than this share of its variance is none: responses are kept in single
 * precision, whose rounding would come back as noise of a new direction every step. */
static const double PIVOT = 1e-7;

/* How far r_m is pushed where g jumps, in standard deviations of w_m. */
static const double PUSH = 0.03;

/* A mean number of visits a step below which innovations need not be orthonormal: which samples
 * are looked at is the larger noise. */
static const double STIFF = 0.1;

/* ---- room ------------------------------------------------------------------------------------ */

block_sums_t block_sums(const setup_t *setup, size_t steps)
{
    const size_t L = setup->L, blocks = (steps + 1) * L * L;
    block_sums_t out = {.mean = 0};
    out.second = L;
    out.response = out.second + blocks;
    out.star = out.response + blocks;
    out.product = out.star + L * setup->K;
    out.value = out.product + 1;
    out.wrong = out.value + 1;
    out.width = out.wrong + 1;
    return out;
}

enum { ARRAYS = 10 };

static size_t block_count(size_t paths) { return (paths + PATHS_BLOCK - 1) / PATHS_BLOCK; }

static void list_sizes(const setup_t *setup, size_t steps, size_t blocks, size_t threads,
                       double sizes[ARRAYS])
{
    const double L = (double)setup->L, K = (double)setup->K, T = (double)steps, TL = T * L;
    const double samples = (double)(blocks * PATHS_BLOCK), Z = K + 1 + (T + 1) * L;
    const size_t width = block_sums(setup, steps).width;
    const double all[ARRAYS] = {
        samples * Z,   samples * TL,
        samples,       samples * T,
        Z * Z,         (T + 1) * L * K,
        (T + 1) * L,   (double)(blocks * width),
        (double)width, (double)(threads * block_response_scratch(setup, steps))};
    memcpy(sizes, all, sizeof all);
}

/* Of numbers of D a sample, in the mean. */
static double mean_response(const setup_t *setup, const timeline_t *timeline)
{
    double mean = 0, variance = 0;
    for (size_t t = 0; t < timeline->steps; t++) {
        const double chance = timeline->law->sparse ? fmin(1, timeline->step[t].chance) : 1;
        mean += chance;
        variance += chance * (1 - chance);
    }
    const size_t columns = block_loss_of(setup->problem).probed ? 1 : setup->L;
    return (double)(setup->L * columns) * (mean * mean + variance + mean) / 2;
}

double block_paths_memory(const setup_t *setup, const timeline_t *timeline, size_t paths,
                          size_t threads)
{
    const size_t blocks = block_count(paths);
    const double samples = (double)(blocks * PATHS_BLOCK);
    double sizes[ARRAYS], total = 0;
    list_sizes(setup, timeline->steps, blocks, threads, sizes);
    for (size_t a = 0; a < ARRAYS; a++)
        total += sizes[a] * (double)sizeof(double);
    return total + samples * (mean_response(setup, timeline) * (double)sizeof(float) +
                              (double)(timeline->steps * sizeof(unsigned)));
}

static int allocate(block_paths_t *self, sgdl_error_t *error)
{
    double **const arrays[ARRAYS] = {&self->xi,    &self->g,      &self->y,    &self->s,
                                     &self->chol,  &self->cross,  &self->push, &self->sums,
                                     &self->total, &self->scratch};
    const size_t samples = self->blocks * PATHS_BLOCK, T = self->timeline->steps;
    double sizes[ARRAYS], total = 0;
    list_sizes(self->setup, T, self->blocks, self->threads, sizes);
    for (size_t a = 0; a < ARRAYS; a++)
        total += sizes[a];
    if (total < (double)(SIZE_MAX / 4 / sizeof(double)))
        self->own = calloc((size_t)total, sizeof(double));
    self->offset = calloc(samples + 1, sizeof *self->offset);
    self->event = calloc(samples * (T + 1), sizeof *self->event);
    self->seen = calloc(samples, sizeof *self->seen);
    if (!self->own || !self->offset || !self->event || !self->seen)
        return sgdl_fail_memory(error);
    double *next = self->own;
    for (size_t a = 0; a < ARRAYS; a++) {
        *arrays[a] = next;
        next += (size_t)sizes[a];
    }
    return SGDL_OK;
}

/* ---- what chance decides --------------------------------------------------------------------- */

/* Numbers of streams: behind those of runs, one a replicate, class and row. */
static uint64_t stream_number(const block_paths_t *self, size_t row)
{
    return UINT64_C(1) << 63 | (self->number + row);
}

static double *xi_row(const block_paths_t *self, size_t block, size_t z)
{
    return self->xi + (block * self->Z + z) * PATHS_BLOCK;
}

static void draw_row(block_paths_t *self, size_t z)
{
    normals_t normals;
    normals_init(&normals, self->setup->problem->seed, stream_number(self, z), STREAM_FEATURES);
    for (size_t b = 0; b < self->blocks; b++)
        for (size_t j = 0; j < PATHS_BLOCK; j++)
            xi_row(self, b, z)[j] = normals_next(&normals);
}

CLONES static double dot(const double *x, const double *y, size_t count)
{
    double sum = 0;
    for (size_t j = 0; j < count; j++)
        sum += x[j] * y[j];
    return sum;
}

CLONES static void add(double factor, const double *restrict x, size_t count, double *restrict out)
{
    for (size_t j = 0; j < count; j++)
        out[j] += factor * x[j];
}

/* Row z of mean 0 and variance 1 over the samples, uncorrelated with those before it. */
static void make_orthonormal(block_paths_t *self, size_t z)
{
    const double samples = (double)(self->blocks * PATHS_BLOCK);
    double mean = 0, square = 0;
    for (size_t b = 0; b < self->blocks; b++)
        for (size_t j = 0; j < PATHS_BLOCK; j++)
            mean += xi_row(self, b, z)[j] / samples;
    for (size_t b = 0; b < self->blocks; b++)
        for (size_t j = 0; j < PATHS_BLOCK; j++)
            xi_row(self, b, z)[j] -= mean;
    for (size_t before = 0; before < z; before++) {
        double along = 0;
        for (size_t b = 0; b < self->blocks; b++)
            along += dot(xi_row(self, b, before), xi_row(self, b, z), PATHS_BLOCK);
        for (size_t b = 0; b < self->blocks; b++)
            add(-along / samples, xi_row(self, b, before), PATHS_BLOCK, xi_row(self, b, z));
    }
    for (size_t b = 0; b < self->blocks; b++)
        square += dot(xi_row(self, b, z), xi_row(self, b, z), PATHS_BLOCK);
    for (size_t b = 0; b < self->blocks; b++)
        for (size_t j = 0; j < PATHS_BLOCK; j++)
            xi_row(self, b, z)[j] *= sqrt(samples / square);
}

static void innovate(block_paths_t *self, size_t z, bool is_needed)
{
    if (!is_needed) {
        for (size_t b = 0; b < self->blocks; b++)
            memset(xi_row(self, b, z), 0, PATHS_BLOCK * sizeof(double));
        return;
    }
    draw_row(self, z);
    if (self->is_stiff)
        make_orthonormal(self, z);
}

static int draw_selections(block_paths_t *self, sgdl_error_t *error)
{
    const timeline_t *timeline = self->timeline;
    const size_t samples = self->blocks * PATHS_BLOCK, T = timeline->steps, L = self->setup->L;
    double *memory = calloc(samples, sizeof *memory);
    if (!memory)
        return sgdl_fail_memory(error);
    for (size_t t = 0; t < T; t++) {
        words_t words;
        words_init(&words, self->setup->problem->seed, stream_number(self, t), STREAM_VISITS);
        for (size_t j = 0; j < samples; j++) {
            const double uniform = words_uniform(&words) + 0x1p-54;
            const double s = timeline->law->draw(&timeline->step[t], timeline->persistence, t,
                                                 uniform, &memory[j]);
            self->s[(j / PATHS_BLOCK * T + t) * PATHS_BLOCK + j % PATHS_BLOCK] = s;
            if (s != 0)
                self->event[j * T + self->seen[j]++] = (unsigned)t;
        }
    }
    free(memory);
    for (size_t j = 0; j < samples; j++) {
        const size_t events = self->seen[j];
        self->offset[j + 1] = self->offset[j] + L * self->columns * events * (events + 1) / 2;
        self->seen[j] = 0;
    }
    self->D = malloc((self->offset[samples] + 1) * sizeof *self->D);
    return self->D ? SGDL_OK : sgdl_fail_memory(error);
}

/* ---- Cholesky rows --------------------------------------------------------------------------- */

static size_t side(const block_paths_t *self)
{
    return self->setup->K + (self->timeline->steps + 1) * self->setup->L;
}

/* Row z, whose covariances [z + 1] it holds; false: without a pivot. */
static bool border(block_paths_t *self, size_t z)
{
    double *row = self->chol + z * side(self);
    const double variance = row[z];
    for (size_t j = 0; j < z; j++) {
        const double *other = self->chol + j * side(self);
        row[j] = other[j] > 0 ? (row[j] - dot(row, other, j)) / other[j] : 0;
    }
    const double pivot = variance - dot(row, row, z);
    row[z] = pivot > PIVOT * variance ? sqrt(pivot) : 0;
    return row[z] > 0;
}

/* Of r*, then the labels. */
static void draw_labels(block_paths_t *self)
{
    const setup_t *setup = self->setup;
    const size_t K = setup->K;
    double star[BLOCK_OUTPUTS];
    words_t words;
    for (size_t k = 0; k < K; k++) {
        for (size_t h = 0; h <= k; h++)
            self->chol[k * side(self) + h] = setup->signal_B[(self->i * K + k) * K + h];
        innovate(self, k, border(self, k));
    }
    innovate(self, K, true);
    words_init(&words, setup->problem->seed, stream_number(self, 0), STREAM_LABELS);
    for (size_t b = 0; b < self->blocks; b++)
        for (size_t j = 0; j < PATHS_BLOCK; j++) {
            for (size_t k = 0; k < K; k++) {
                star[k] = setup->signal_m[self->i * K + k];
                for (size_t h = 0; h <= k; h++)
                    star[k] += self->chol[k * side(self) + h] * xi_row(self, b, h)[j];
            }
            self->y[b * PATHS_BLOCK + j] = self->loss->label(
                self->loss, self->i, star, xi_row(self, b, K)[j], words_uniform(&words) + 0x1p-54);
        }
}

/* The rows of w^t. */
static void border_look(block_paths_t *self, const block_side_t *nodes)
{
    const size_t L = self->setup->L, K = self->setup->K, T = nodes->T, t = nodes->t;
    const double *B = nodes->look.B + self->i * (T + 1) * L * L;
    for (size_t l = 0; l < L; l++) {
        const size_t z = K + t * L + l;
        double *row = self->chol + z * side(self);
        for (size_t k = 0; k < K; k++)
            row[k] = nodes->look.cross[(self->i * L + l) * K + k];
        for (size_t s = 0; s <= t; s++)
            for (size_t k = 0; k < L && (s < t || k <= l); k++)
                row[K + s * L + k] = B[(s * L + l) * L + k];
        innovate(self, z + 1, border(self, z));
        self->push[t * L + l] = PUSH * sqrt(fmax(0, B[(t * L + l) * L + l]));
    }
    if (K > 0)
        memcpy(self->cross + t * L * K, nodes->look.cross + self->i * L * K,
               L * K * sizeof *self->cross);
}

/* ---- the whole ------------------------------------------------------------------------------- */

int block_paths_init(block_paths_t *self, const pass_task_t *task, const block_loss_t *loss,
                     size_t i, sgdl_error_t *error)
{
    const setup_t *setup = task->setup;
    const timeline_t *timeline = task->timeline;
    const size_t T = timeline->steps;
    *self = (block_paths_t){.setup = setup,
                            .timeline = timeline,
                            .loss = loss,
                            .i = i,
                            .blocks = block_count(task->paths),
                            .columns = loss->probed ? 1 : setup->L,
                            .threads = task->threads > 0 ? task->threads : 1,
                            .Z = setup->K + 1 + (T + 1) * setup->L,
                            .width = block_sums(setup, T).width,
                            .scratch_size = block_response_scratch(setup, T)};
    self->number = (task->replicate * setup->C + i) * (self->Z + T);
    self->is_stiff = true;
    for (size_t t = 0; t < T; t++)
        self->is_stiff &= !timeline->law->sparse || timeline->step[t].chance >= STIFF;
    int status = allocate(self, error);
    if (status == SGDL_OK)
        status = draw_selections(self, error);
    if (status == SGDL_OK)
        draw_labels(self);
    return status;
}

void block_paths_free(block_paths_t *self)
{
    free(self->own);
    free(self->offset);
    free(self->event);
    free(self->seen);
    free(self->D);
    *self = (block_paths_t){0};
}

/* r [L*BLOCK] of a block. */
static void draw_r(const block_paths_t *self, const block_side_t *nodes, size_t b, double *r)
{
    const size_t L = self->setup->L, K = self->setup->K, T = nodes->T, t = nodes->t;
    const double *rho = nodes->look.rho + self->i * T * L * L;
    const double *g = self->g + b * T * L * PATHS_BLOCK;
    for (size_t l = 0; l < L; l++) {
        const size_t z = K + t * L + l;
        const double *row = self->chol + z * side(self);
        double *out = r + l * PATHS_BLOCK;
        for (size_t j = 0; j < PATHS_BLOCK; j++)
            out[j] = nodes->look.m[self->i * L + l];
        for (size_t h = 0; h <= z; h++)
            if (row[h] != 0)
                add(row[h], xi_row(self, b, h < K ? h : h + 1), PATHS_BLOCK, out);
        for (size_t s = 0; s < t * L; s++)
            add(rho[(s / L * L + l) * L + s % L], g + s * PATHS_BLOCK, PATHS_BLOCK, out);
    }
}

/* f and decisions of a block. */
static void sum_values(const block_paths_t *self, size_t b, const double *r, const block_sums_t *at)
{
    const block_loss_t *loss = self->loss;
    const size_t L = self->setup->L;
    double *sums = self->sums + b * self->width, point[BLOCK_OUTPUTS];
    for (size_t j = 0; j < PATHS_BLOCK; j++) {
        const double y = self->y[b * PATHS_BLOCK + j];
        for (size_t l = 0; l < L; l++)
            point[l] = r[l * PATHS_BLOCK + j];
        sums[at->value] += loss->value(loss, point, y);
        if (loss->wrong)
            sums[at->wrong] += loss->wrong(loss, point, y);
    }
}

void block_paths_see(block_paths_t *self, const block_side_t *nodes, bool all)
{
    const block_sums_t at = block_sums(self->setup, nodes->T);
    const double samples = (double)(self->blocks * PATHS_BLOCK);
    border_look(self, nodes);
    memset(self->sums, 0, self->blocks * self->width * sizeof *self->sums);
#ifdef _OPENMP
#pragma omp parallel for schedule(static) num_threads((int)self->threads) if (self->threads > 1)
#endif
    for (size_t b = 0; b < self->blocks; b++) {
#ifdef _OPENMP
        const size_t thread = self->threads > 1 ? (size_t)omp_get_thread_num() : 0;
#else
        const size_t thread = 0;
#endif
        double r[BLOCK_OUTPUTS * PATHS_BLOCK];
        draw_r(self, nodes, b, r);
        sum_values(self, b, r, &at);
        if (all)
            block_response(self, nodes, b, r, self->scratch + thread * self->scratch_size);
    }
    memset(self->total, 0, self->width * sizeof *self->total);
    for (size_t b = 0; b < self->blocks; b++)
        add(1 / samples, self->sums + b * self->width, self->width, self->total);
    if (!self->loss->wrong)
        self->total[at.wrong] = NAN;
}
