/*
 * General steps of the full kernel (steps.h), as passes over X that a team shares.
 *
 * One pass a sample, which draws and projects it and adds the one before to the step's gradient;
 * one that makes the gradient whole and moves X; where the rate is known only once the gradient is,
 * another one that moves. What is done to a chunk of directions is done in the first-level cache.
 *
 * What is not done leaves the numbers of plain steps, up to rounding: samples are drawn alike.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/theories/streaming/walkers/full.h"
#include "src/theories/streaming/walkers/passes.h"

/* Sums of a pass behind those of r [L]. */
enum { SUM_SIGNAL, SUM_SQUARE, SUM_GRADIENT, MORE_SUMS };

static size_t count_sums(const full_state_t *self)
{
    return self->model->experiment->L + MORE_SUMS;
}

int full_general_init(full_state_t *self, uint64_t run)
{
    const experiment_t *experiment = self->model->experiment;
    full_general_t *general = &self->general;
    const size_t L = experiment->L, sums = count_sums(self);
    size_t unused;
    self->gradient = experiment_rows(L, self->stride, &unused);
    self->a = experiment_rows(1, self->stride, &unused);
    self->v = experiment->velocity ? experiment_rows(L, self->stride, &unused) : NULL;
    general->share = calloc(L, sizeof *general->share);
    if (!self->gradient || !self->a || (experiment->velocity && !self->v) || !general->share ||
        full_team_init(self, sums) != SGDL_OK ||
        row_order_init(&self->rows, &self->model->rows, run) != SGDL_OK ||
        steps_init(&self->steps, experiment, run) != SGDL_OK)
        return SGDL_ERR_MEMORY;
    for (size_t w = 0; w < self->team.workers; w++)
        self->team.worker[w].noise = *self->steps.noise;
    general->total = calloc(self->team.blocks, sums * sizeof *general->total);
    return general->total ? SGDL_OK : SGDL_ERR_MEMORY;
}

void full_general_free(full_state_t *self)
{
    free(self->v);
    free(self->gradient);
    free(self->a);
    free(self->general.share);
    free(self->general.total);
    steps_free(&self->steps);
    row_order_free(&self->rows);
}

/* ---- on directions n .. n+count-1 ------------------------------------------------------------ */

/* The features of the sample, as plain steps draw them unless its class is fine; or a row. */
static void draw(full_state_t *self, full_worker_t *worker, size_t n, size_t count)
{
    const full_model_t *model = self->model;
    const draws_t *draws = &model->draws;
    const size_t i = self->general.class_index, units = (count + NOISE_UNIT - 1) / NOISE_UNIT;
    const double *mean = model->mean + i * model->stride + n;
    const double *deviation = model->deviation + i * model->stride + n;
    const drawn_t sample = {.class_index = i, .number = self->sample};
    double *a = self->a + n;
    if (self->general.row) {
        memcpy(a, self->general.row + n, count * sizeof *a);
        return;
    }
    draws_noise(draws, &self->features, sample, n / NOISE_UNIT, units, worker->z);
    if (draws->fine[i]) {
        for (size_t l = 0; l < count; l++)
            a[l] = mean[l] + deviation[l] * (double)worker->z[l];
        return;
    }
    pass_draw_single(units * NOISE_UNIT, draws->mean[i] + n, draws->deviation[i] + n, worker->z,
                     worker->next);
    for (size_t l = 0; l < count; l++)
        a[l] = draws->scale[i] * (double)worker->next[l];
}

/* The sample before joins the gradient, of which the first is all there is. */
static void add_last(full_state_t *self, size_t n, size_t count)
{
    for (size_t l = 0; l < self->model->experiment->L; l++) {
        double *gradient = self->gradient + l * self->stride + n;
        if (self->general.done == 1)
            memset(gradient, 0, count * sizeof *gradient);
        pass_update(count, 1, self->general.share[l], self->a + n, gradient);
    }
}

static void pass_sample(full_state_t *self, full_worker_t *worker, size_t n, size_t count)
{
    const full_model_t *model = self->model;
    const experiment_t *experiment = model->experiment;
    const size_t L = experiment->L;
    const double *a = self->a + n;
    double *more = worker->sum + L * PASS_LANES;
    if (self->general.done > 0)
        add_last(self, n, count);
    draw(self, worker, n, count);
    for (size_t l = 0; l < L; l++)
        pass_dot(count, self->x + l * self->stride + n, a, worker->sum + l * PASS_LANES);
    if (model->signal)
        pass_dot(count, model->signal + n, a, more + (size_t)SUM_SIGNAL * PASS_LANES);
    if (!isinf(experiment->problem->clip))
        pass_dot(count, a, a, more + (size_t)SUM_SQUARE * PASS_LANES);
}

/* Vectors of noise follow each other in their stream, each from a multiple of 8 on. */
static void add_noise(full_state_t *self, normals_t *noise, size_t l, size_t n, size_t count)
{
    const experiment_t *experiment = self->model->experiment;
    const double sigma = experiment->problem->gradient_noise;
    const uint64_t length = (experiment->d + 7) / 8 * 8;
    const uint64_t first = (self->step * experiment->L + l) * length + n;
    double *gradient = self->gradient + l * self->stride + n;
    for (size_t done = 0; done < count;) {
        normals_seek(noise, first + done);
        const size_t room = NORMALS_BLOCK - noise->used, left = count - done;
        const size_t some = left < room ? left : room;
        pass_update(some, 1, sigma, noise->value + noise->used, gradient + done);
        done += some;
    }
}

static void move(full_state_t *self, size_t l, size_t n, size_t count)
{
    const size_t at = l * self->stride + n;
    steps_move(&self->general.recursion, count, self->gradient + at, self->x + at,
               self->v ? self->v + at : NULL);
}

/* Makes the gradient whole; moves if the rate is known. */
static void pass_gradient(full_state_t *self, full_worker_t *worker, size_t n, size_t count)
{
    const experiment_t *experiment = self->model->experiment;
    const sgdl_problem_t *problem = experiment->problem;
    const size_t L = experiment->L;
    add_last(self, n, count);
    for (size_t l = 0; l < L; l++) {
        double *gradient = self->gradient + l * self->stride + n;
        if (problem->gradient_noise > 0)
            add_noise(self, &worker->noise, l, n, count);
        if (problem->ridge > 0)
            pass_update(count, 1, problem->ridge, self->x + l * self->stride + n, gradient);
        if (rate_is_late(&self->rate))
            pass_dot(count, gradient, gradient, worker->sum + (L + SUM_GRADIENT) * PASS_LANES);
        else
            move(self, l, n, count);
    }
}

/* Whether the pass has this sum. */
static bool has_sum(const full_state_t *self, size_t e)
{
    const experiment_t *experiment = self->model->experiment;
    const size_t L = experiment->L;
    if (self->general.stage == FULL_SAMPLE)
        return e < L || (e == L + SUM_SIGNAL && self->model->signal) ||
               (e == L + SUM_SQUARE && !isinf(experiment->problem->clip));
    return self->general.stage == FULL_GRADIENT && e == L + SUM_GRADIENT &&
           rate_is_late(&self->rate);
}

static void pass_block(full_state_t *self, full_worker_t *worker, size_t block)
{
    const experiment_t *experiment = self->model->experiment;
    const size_t sums = count_sums(self), last = (block + 1) * FULL_BLOCK;
    const size_t end = last < experiment->d ? last : experiment->d;
    for (size_t e = 0; e < sums; e++)
        if (has_sum(self, e))
            memset(worker->sum + e * PASS_LANES, 0, PASS_LANES * sizeof *worker->sum);
    for (size_t n = block * FULL_BLOCK; n < end; n += FULL_CHUNK) {
        const size_t count = end - n < FULL_CHUNK ? end - n : FULL_CHUNK;
        switch (self->general.stage) {
        case FULL_SAMPLE:
            pass_sample(self, worker, n, count);
            break;
        case FULL_GRADIENT:
            pass_gradient(self, worker, n, count);
            break;
        case FULL_MOVE:
            for (size_t l = 0; l < experiment->L; l++)
                move(self, l, n, count);
        }
    }
    for (size_t e = 0; e < sums; e++)
        if (has_sum(self, e))
            self->general.total[block * sums + e] = pass_total(worker->sum + e * PASS_LANES);
}

/* ---- between passes -------------------------------------------------------------------------- */

static double sum_of(const full_state_t *self, size_t e)
{
    double sum = 0;
    for (size_t block = 0; block < self->team.blocks; block++)
        sum += self->general.total[block * count_sums(self) + e];
    return sum;
}

static void choose_sample(full_state_t *self)
{
    const experiment_t *experiment = self->model->experiment;
    full_general_t *general = &self->general;
    if (row_list_is_there(&self->model->rows)) {
        general->row = row_order_next(&self->rows, &general->class_index);
        general->target = experiment_target(experiment, &self->choices, general->class_index);
        return;
    }
    general->target = experiment_draw(experiment, &self->choices, &general->class_index);
}

/* What the next pass is about. False: interrupted, or all steps are made. */
static bool choose(full_state_t *self, uint64_t end, bool *interrupted)
{
    const experiment_t *experiment = self->model->experiment;
    full_general_t *general = &self->general;
    *interrupted = false;
    if (general->stage != FULL_SAMPLE)
        return true;
    if (general->done == 0) {
        if (self->step == end)
            return false;
        if (!rate_is_late(&self->rate))
            general->recursion = steps_recursion(
                experiment, rate_now(&self->rate, self->step, kernel_full.read, self), self->step);
        memset(self->bias_owed, 0, experiment->L * sizeof *self->bias_owed);
    }
    *interrupted = experiment_interrupted(experiment);
    if (!*interrupted)
        choose_sample(self);
    return !*interrupted;
}

/* Now that the sample has been projected: its share g/b of the gradients of X and of the bias. */
static void settle_sample(full_state_t *self)
{
    const experiment_t *experiment = self->model->experiment;
    const sgdl_problem_t *problem = experiment->problem;
    full_general_t *general = &self->general;
    const size_t L = experiment->L;
    const double c2 = problem->intercept * problem->intercept;
    for (size_t l = 0; l < L; l++)
        self->r[l] = self->bias[l] + sum_of(self, l);
    steps_gradient(&self->steps, general->target, self->r, sum_of(self, L + SUM_SIGNAL),
                   sum_of(self, L + SUM_SQUARE), self->g);
    for (size_t l = 0; l < L; l++) {
        general->share[l] = 1 / problem->batch * self->g[l];
        self->bias_owed[l] += c2 * general->share[l];
    }
    self->sample++;
    general->done++;
    if (general->done == experiment->batch)
        general->stage = FULL_GRADIENT;
}

static void settle_pass(full_state_t *self)
{
    const experiment_t *experiment = self->model->experiment;
    full_general_t *general = &self->general;
    if (general->stage == FULL_SAMPLE) {
        settle_sample(self);
        return;
    }
    if (general->stage == FULL_GRADIENT && rate_is_late(&self->rate)) {
        const double gamma =
            rate_late(&self->rate, self->step, sum_of(self, experiment->L + SUM_GRADIENT));
        general->recursion = steps_recursion(experiment, gamma, self->step);
        general->stage = FULL_MOVE;
        return;
    }
    steps_move_bias(&self->steps, &general->recursion, self->bias_owed, self->bias);
    general->stage = FULL_SAMPLE;
    general->done = 0;
    self->step++;
}

bool full_general_advance(full_state_t *self, uint64_t steps)
{
    static const full_pass_t pass = {.choose = choose, .block = pass_block, .settle = settle_pass};
    return full_team_advance(self, &pass, self->step + steps);
}
