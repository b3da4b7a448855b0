/*
 * Plain steps of the full kernel whose batches are drawn by their sums.
 *
 * A step sees a batch through its projections r_j = X^T a_j + bias and through the sum of a_j g_j^T
 * alone. Of the samples a_j = mu + K^(1/2) z_j of a class, with B = X^T K X = R^T R and T such that
 * V = K^(1/2) X T is orthonormal,
 *
 *     r_j = X^T mu + bias + R^T zeta_j,       zeta_j = V^T z_j white
 *     sum a_j g_j^T = mu u^T + K^(1/2) (V sum zeta_j g_j^T + (1 - V V^T) Z F),     u = sum g_j
 *
 * where F^T F = sum g_j g_j^T and Z is white: what of the z_j lies across V is independent of all
 * g_j. So a class takes as many vectors of normals as it has outputs rather than samples, and
 * classes with the same K take them together. With W = X^T K^(1/2) Z, X moves along
 *
 *     mu u^T + K X T (sum zeta_j g_j^T - T^T W F) + K^(1/2) Z F.
 *
 * A step is one pass over memory, as in full_plain.c: what X owes for the last one is paid chunk by
 * chunk where the moved X is measured (X^T mu, B, W) and the normals of the next one are drawn.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/packed.h"
#include "src/theories/streaming/walkers/full.h"
#include "src/theories/streaming/walkers/passes.h"

/* ---- room ---------------------------------------------------------------------------------- */

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

static double *carve(double **numbers, size_t count)
{
    double *start = *numbers;
    *numbers += count;
    return start;
}

static int allocate_numbers(full_state_t *self)
{
    const experiment_t *experiment = self->model->experiment;
    full_summed_t *summed = &self->summed;
    const size_t C = experiment->C, L = experiment->L, K = self->model->sums.count;
    const size_t pairs = summed->pairs, own = 4 * L * L + L * summed->room + pairs;
    summed->numbers = calloc(3 * C * L + K * own + pairs + L * L, sizeof *summed->numbers);
    if (!summed->numbers)
        return SGDL_ERR_MEMORY;
    double *numbers = summed->numbers;
    summed->mean_factor = carve(&numbers, C * L);
    summed->m = carve(&numbers, C * L);
    summed->gradient = carve(&numbers, C * L);
    summed->packed = carve(&numbers, pairs);
    summed->across = carve(&numbers, L * L);
    for (size_t k = 0; k < K; k++) {
        full_covariance_t *own_of = &summed->covariance[k];
        own_of->class_index = self->model->sums.first[k];
        own_of->y = summed->y + k * summed->room * self->stride;
        own_of->spread = carve(&numbers, L * L);
        own_of->factor = carve(&numbers, L * summed->room);
        own_of->R = carve(&numbers, L * L);
        own_of->T = carve(&numbers, L * L);
        own_of->along = carve(&numbers, L * L);
        own_of->gram = carve(&numbers, pairs);
    }
    return SGDL_OK;
}

int full_summed_init(full_state_t *self, uint64_t run)
{
    const experiment_t *experiment = self->model->experiment;
    full_summed_t *summed = &self->summed;
    const size_t C = experiment->C, L = experiment->L, K = self->model->sums.count;
    size_t unused;
    summed->decay = 1;
    summed->pairs = packed_length(L);
    summed->room = least(experiment->batch, L);
    summed->sums = C * L + K * (summed->pairs + summed->room * L);
    if (full_team_init(self, summed->sums) != SGDL_OK)
        return SGDL_ERR_MEMORY;
    for (size_t w = 0; w < self->team.workers; w++)
        if (!(self->team.worker[w].moved = experiment_rows(L, FULL_CHUNK, &unused)))
            return SGDL_ERR_MEMORY;
    summed->y = (float *)experiment_rows(K * summed->room, self->stride / 2, &unused);
    summed->covariance = calloc(K, sizeof *summed->covariance);
    summed->samples = calloc(C, sizeof *summed->samples);
    summed->total = calloc(self->team.blocks, summed->sums * sizeof *summed->total);
    summed->projections = aligned_alloc(_Alignof(normals_t), sizeof *summed->projections);
    if (!summed->y || !summed->covariance || !summed->samples || !summed->total ||
        !summed->projections)
        return SGDL_ERR_MEMORY;
    normals_init(summed->projections, experiment->problem->seed, run, STREAM_FEATURES);
    return allocate_numbers(self);
}

void full_summed_free(full_state_t *self)
{
    full_summed_t *summed = &self->summed;
    free(summed->y);
    free(summed->numbers);
    free(summed->covariance);
    free(summed->samples);
    free(summed->total);
    free(summed->projections);
}

/* ---- the pass ------------------------------------------------------------------------------- */

/* Adds to moved what output l of X owes on directions n .. n+count-1. */
static void pay_output(const full_state_t *self, size_t l, size_t n, size_t count, double *moved)
{
    const full_model_t *model = self->model;
    const full_summed_t *summed = &self->summed;
    const size_t L = model->experiment->L;
    double keep = summed->decay;
    memset(moved, 0, count * sizeof *moved);
    for (size_t k = 0; k < model->sums.count; k++) {
        const full_covariance_t *own = &summed->covariance[k];
        const float *deviation = model->draws.deviation[own->class_index] + n;
        for (size_t m = 0; m < L; m++) {
            const double spread = own->spread[m * L + l], kept = m == l ? keep : 0;
            if (spread != 0 || kept != 0)
                pass_spread_single(count, kept, spread, deviation, self->x + m * self->stride + n,
                                   moved);
        }
        keep = 0;
        pass_update_single(count, 1, own->held, own->factor + l * summed->room, own->y + n,
                           self->stride, moved);
    }
    for (size_t i = 0; i < model->experiment->C; i++)
        if (summed->mean_factor[i * L + l] != 0)
            pass_update_single(count, 1, 1, &summed->mean_factor[i * L + l],
                               model->draws.mean[i] + n, 0, moved);
}

static void pay(full_state_t *self, full_worker_t *worker, size_t n, size_t count)
{
    const size_t L = self->model->experiment->L;
    for (size_t l = 0; l < L; l++)
        pay_output(self, l, n, count, worker->moved + l * FULL_CHUNK);
    for (size_t l = 0; l < L; l++)
        memcpy(self->x + l * self->stride + n, worker->moved + l * FULL_CHUNK,
               count * sizeof *self->x);
}

/* Draws vector p of a covariance on the chunk that begins at direction n, and adds its products
 * with X. */
static void draw(full_state_t *self, full_worker_t *worker, const full_covariance_t *own, size_t p,
                 size_t n, double *sum)
{
    const draws_t *draws = &self->model->draws;
    const size_t count = least(FULL_CHUNK, self->stride - n);
    const drawn_t vector = {.class_index = own->class_index, .number = own->number + p};
    float *y = own->y + p * self->stride + n;
    draws_noise(draws, &self->features, vector, n / NOISE_UNIT, count / NOISE_UNIT, worker->z);
    pass_scale_single(count, draws->deviation[own->class_index] + n, worker->z, y);
    for (size_t l = 0; l < self->model->experiment->L; l++)
        pass_dot_single(count, self->x + l * self->stride + n, y, sum + l * PASS_LANES);
}

/* X^T K X and W of a covariance on directions n .. n+count-1. */
static void measure_covariance(full_state_t *self, full_worker_t *worker,
                               const full_covariance_t *own, size_t n, size_t count, double *sum)
{
    const draws_t *draws = &self->model->draws;
    const size_t L = self->model->experiment->L;
    const float *deviation = draws->deviation[own->class_index] + n;
    const double scale = draws->scale[own->class_index];
    const double *x = self->x + n;
    for (size_t l = 0; l < L; l++)
        for (size_t m = l; m < L; m++, sum += PASS_LANES)
            pass_form_single(count, scale, deviation, x + l * self->stride, x + m * self->stride,
                             sum);
    for (size_t p = 0; p < own->drawn; p++, sum += L * PASS_LANES)
        draw(self, worker, own, p, n, sum);
}

static void measure(full_state_t *self, full_worker_t *worker, size_t n, size_t count)
{
    const full_model_t *model = self->model;
    const full_summed_t *summed = &self->summed;
    const size_t L = model->experiment->L;
    double *sum = worker->sum;
    for (size_t i = 0; i < model->experiment->C; i++, sum += L * PASS_LANES)
        for (size_t l = 0; l < L && summed->samples[i] > 0; l++)
            pass_dot_single(count, self->x + l * self->stride + n, model->draws.mean[i] + n,
                            sum + l * PASS_LANES);
    for (size_t k = 0; k < model->sums.count; k++) {
        const full_covariance_t *own = &summed->covariance[k];
        if (own->samples > 0)
            measure_covariance(self, worker, own, n, count, sum);
        sum += (summed->pairs + summed->room * L) * PASS_LANES;
    }
}

static void pass_block(full_state_t *self, full_worker_t *worker, size_t block)
{
    const size_t sums = self->summed.sums;
    const size_t end = least((block + 1) * FULL_BLOCK, self->stride);
    memset(worker->sum, 0, sums * PASS_LANES * sizeof *worker->sum);
    for (size_t n = block * FULL_BLOCK; n < end; n += FULL_CHUNK) {
        const size_t count = least(FULL_CHUNK, end - n);
        pay(self, worker, n, count);
        measure(self, worker, n, count);
    }
    for (size_t e = 0; e < sums; e++)
        self->summed.total[block * sums + e] = pass_total(worker->sum + e * PASS_LANES);
}

/* ---- before a pass --------------------------------------------------------------------------- */

/* How many samples the step has of each class, and vectors of each covariance. */
static bool choose_samples(full_state_t *self)
{
    const experiment_t *experiment = self->model->experiment;
    const full_sums_t *sums = &self->model->sums;
    full_summed_t *summed = &self->summed;
    memset(summed->samples, 0, experiment->C * sizeof *summed->samples);
    summed->choices = self->choices;
    for (size_t j = 0; j < experiment->batch; j++) {
        size_t class_index;
        if (experiment_interrupted(experiment))
            return false;
        (void)experiment_draw(experiment, &self->choices, &class_index);
        summed->samples[class_index]++;
    }
    for (size_t k = 0; k < sums->count; k++)
        summed->covariance[k].samples = 0;
    for (size_t i = 0; i < experiment->C; i++)
        summed->covariance[sums->covariance[i]].samples += summed->samples[i];
    for (size_t k = 0; k < sums->count; k++) {
        full_covariance_t *own = &summed->covariance[k];
        own->drawn = own->samples < summed->room ? (size_t)own->samples : summed->room;
        own->number = self->sample;
        self->sample += own->drawn;
    }
    return true;
}

static bool choose(full_state_t *self, uint64_t end, bool *interrupted)
{
    *interrupted = experiment_interrupted(self->model->experiment);
    if (*interrupted || self->step == end)
        return false;
    self->summed.gamma = rate_at(&self->rate, self->step, NULL);
    *interrupted = !choose_samples(self);
    return !*interrupted;
}

/* ---- after a pass ---------------------------------------------------------------------------- */

/* One of the sums of a pass over directions. */
static double total(const full_state_t *self, size_t sum)
{
    double value = 0;
    for (size_t block = 0; block < self->team.blocks; block++)
        value += self->summed.total[block * self->summed.sums + sum];
    return value;
}

/* The factor F [rows*L] of a Gram matrix [packed], its columns seen in units of their own length.
 */
static void factorise(size_t rows, size_t L, double *P, double *F)
{
    double length[FULL_MOST_OUTPUTS];
    for (size_t l = 0; l < L; l++)
        length[l] = sqrt(P[packed_index(L, l, l)]);
    for (size_t l = 0; l < L; l++)
        for (size_t m = l; m < L; m++) {
            const double unit = length[l] * length[m];
            P[packed_index(L, l, m)] = unit > 0 ? P[packed_index(L, l, m)] / unit : 0;
        }
    triangular_cholesky(rows, L, P, F);
    for (size_t p = 0; p < rows; p++)
        for (size_t l = 0; l < L; l++)
            F[p * L + l] *= length[l];
}

/* R has a staircase of pivots: those columns' inverse, one row for each of them, into T. */
static void invert(size_t L, full_covariance_t *own)
{
    const double *R = own->R;
    size_t pivot[FULL_MOST_OUTPUTS];
    own->rank = 0;
    for (size_t l = 0; l < L && own->rank < L; l++)
        if (R[own->rank * L + l] > 0)
            pivot[own->rank++] = l;
    memset(own->T, 0, L * L * sizeof *own->T);
    for (size_t q = 0; q < own->rank; q++) /* column q of the inverse, from below */
        for (size_t p = q + 1; p-- > 0;) {
            double value = p == q;
            for (size_t s = p + 1; s <= q; s++)
                value -= R[p * L + pivot[s]] * own->T[pivot[s] * L + q];
            own->T[pivot[p] * L + q] = value / R[p * L + pivot[p]];
        }
}

/* What the pass measured. */
static void read_sums(full_state_t *self)
{
    const full_model_t *model = self->model;
    const experiment_t *experiment = model->experiment;
    full_summed_t *summed = &self->summed;
    const size_t L = experiment->L;
    for (size_t i = 0; i < experiment->C; i++)
        for (size_t l = 0; l < L && summed->samples[i] > 0; l++)
            summed->m[i * L + l] = self->bias[l] + model->draws.scale[i] * total(self, i * L + l);
    for (size_t k = 0; k < model->sums.count; k++) {
        full_covariance_t *own = &summed->covariance[k];
        own->sum = (experiment->C + k * summed->room) * L + k * summed->pairs;
        if (own->samples == 0)
            continue;
        for (size_t p = 0; p < summed->pairs; p++)
            summed->packed[p] = total(self, own->sum + p);
        factorise(L, L, summed->packed, own->R);
        invert(L, own);
        memset(own->along, 0, L * L * sizeof *own->along);
        memset(own->gram, 0, summed->pairs * sizeof *own->gram);
    }
}

/* A sample of class i: its gradient joins the sums. */
static void add_sample(full_state_t *self, size_t i, const double *target)
{
    const experiment_t *experiment = self->model->experiment;
    full_summed_t *summed = &self->summed;
    full_covariance_t *own = &summed->covariance[self->model->sums.covariance[i]];
    const size_t L = experiment->L;
    double zeta[FULL_MOST_OUTPUTS], *gram = own->gram;
    memcpy(self->r, summed->m + i * L, L * sizeof *self->r);
    for (size_t q = 0; q < own->rank; q++) {
        zeta[q] = normals_next(summed->projections);
        for (size_t l = q; l < L; l++)
            self->r[l] += own->R[q * L + l] * zeta[q];
    }
    experiment->loss->gradient(L, self->r, target, self->g);
    for (size_t l = 0; l < L; l++) {
        summed->gradient[i * L + l] += self->g[l];
        for (size_t q = 0; q < own->rank; q++)
            own->along[q * L + l] += zeta[q] * self->g[l];
        for (size_t m = l; m < L; m++)
            *gram++ += self->g[l] * self->g[m];
    }
}

/* The samples once more, as they were chosen. False: interrupted. */
static bool add_samples(full_state_t *self)
{
    const experiment_t *experiment = self->model->experiment;
    full_summed_t *summed = &self->summed;
    memset(summed->gradient, 0, experiment->C * experiment->L * sizeof *summed->gradient);
    for (size_t j = 0; j < experiment->batch; j++) {
        size_t i;
        if (experiment_interrupted(experiment))
            return false;
        const double *target = experiment_draw(experiment, &summed->choices, &i);
        add_sample(self, i, target);
    }
    return true;
}

/* What X owes along K X and along K^(1/2) Z. */
static void set_covariance(full_state_t *self, full_covariance_t *own, double rate)
{
    full_summed_t *summed = &self->summed;
    const size_t L = self->model->experiment->L;
    const double scale = self->model->draws.scale[own->class_index];
    double *F = own->R, *M = summed->across; /* R has served */
    own->held = own->drawn;
    memset(own->spread, 0, L * L * sizeof *own->spread);
    if (own->samples == 0)
        return;
    factorise(own->held, L, own->gram, F);
    memcpy(M, own->along, L * L * sizeof *M);
    for (size_t p = 0; p < own->held; p++)
        for (size_t q = 0; q < own->rank; q++) {
            double across = 0; /* of V^T Z */
            for (size_t m = 0; m < L; m++)
                across +=
                    own->T[m * L + q] * (scale * total(self, own->sum + summed->pairs + p * L + m));
            for (size_t l = 0; l < L; l++)
                M[q * L + l] -= across * F[p * L + l];
        }
    for (size_t m = 0; m < L; m++)
        for (size_t q = 0; q < own->rank; q++)
            for (size_t l = 0; l < L; l++)
                own->spread[m * L + l] +=
                    rate * (scale * (scale * own->T[m * L + q])) * M[q * L + l];
    for (size_t l = 0; l < L; l++)
        for (size_t p = 0; p < own->held; p++)
            own->factor[l * summed->room + p] = rate * (scale * F[p * L + l]);
}

static void settle_pass(full_state_t *self)
{
    const full_model_t *model = self->model;
    const experiment_t *experiment = model->experiment;
    const sgdl_problem_t *problem = experiment->problem;
    full_summed_t *summed = &self->summed;
    const size_t L = experiment->L;
    const double rate = -summed->gamma / (problem->dimension * problem->batch);
    const double intercept2 = problem->intercept * problem->intercept;
    read_sums(self);
    if (!add_samples(self))
        return; /* the run ends at the next look */
    for (size_t i = 0; i < experiment->C; i++)
        for (size_t l = 0; l < L; l++) {
            const double owed = rate * summed->gradient[i * L + l];
            summed->mean_factor[i * L + l] = model->draws.scale[i] * owed;
            self->bias[l] += intercept2 * owed;
        }
    for (size_t k = 0; k < model->sums.count; k++)
        set_covariance(self, &summed->covariance[k], rate);
    summed->decay = 1 - summed->gamma * problem->ridge / problem->dimension;
    self->step++;
}

/* ---- steps ---------------------------------------------------------------------------------- */

void full_summed_settle(full_state_t *self)
{
    const experiment_t *experiment = self->model->experiment;
    full_summed_t *summed = &self->summed;
    const size_t L = experiment->L;
    for (size_t n = 0; n < self->stride; n += FULL_CHUNK)
        pay(self, self->team.worker, n, least(FULL_CHUNK, self->stride - n));
    summed->decay = 1;
    memset(summed->mean_factor, 0, experiment->C * L * sizeof *summed->mean_factor);
    for (size_t k = 0; k < self->model->sums.count; k++) {
        full_covariance_t *own = &summed->covariance[k];
        own->held = 0;
        memset(own->spread, 0, L * L * sizeof *own->spread);
    }
}

bool full_summed_advance(full_state_t *self, uint64_t steps)
{
    static const full_pass_t pass = {.choose = choose, .block = pass_block, .settle = settle_pass};
    return full_team_advance(self, &pass, self->step + steps);
}
