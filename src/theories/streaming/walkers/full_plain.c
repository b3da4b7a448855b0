/*
 * Plain steps of the full kernel.
 *
 * A step is one pass over memory: the update that step k owes to X is paid in the pass in which
 * step k+1 draws and projects, chunk by chunk in the first-level cache. The samples of a batch go
 * through it together, up to FULL_PANEL of them; of longer batches the updates are collected beside
 * X, which all samples of a step must see unchanged.
 */
#include <stdlib.h>
#include <string.h>

#include "src/theories/streaming/walkers/full.h"
#include "src/theories/streaming/walkers/passes.h"

/* ---- room ---------------------------------------------------------------------------------- */

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* Outputs times samples have sums of their own, which are to stay in the first-level cache. */
static size_t panel_room(const experiment_t *experiment)
{
    const size_t most = least(FULL_PANEL, (size_t)4 * FULL_PANEL / experiment->L);
    return least(experiment->batch, most > 0 ? most : 1);
}

int full_plain_init(full_state_t *self)
{
    const experiment_t *experiment = self->model->experiment;
    full_panel_t *panel = &self->panel;
    const size_t L = experiment->L;
    size_t unused;
    panel->room = panel_room(experiment);
    panel->decay = 1;
    panel->ends_step = true;
    if (full_team_init(self, panel->room * L) != SGDL_OK)
        return SGDL_ERR_MEMORY;
    panel->a = aligned_alloc(64, panel->room * self->stride * sizeof *panel->a);
    panel->factor = calloc(L, panel->room * sizeof *panel->factor);
    panel->total = calloc(self->team.blocks, panel->room * L * sizeof *panel->total);
    const bool apart = experiment->batch > panel->room;
    panel->owed = apart ? experiment_rows(L, self->stride, &unused) : NULL;
    if (!panel->a || !panel->factor || !panel->total || (apart && !panel->owed))
        return SGDL_ERR_MEMORY;
    memset(panel->a, 0, panel->room * self->stride * sizeof *panel->a);
    return SGDL_OK;
}

void full_plain_free(full_state_t *self)
{
    full_panel_t *panel = &self->panel;
    free(panel->a);
    free(panel->factor);
    free(panel->owed);
    free(panel->total);
}

/* ---- the pass ------------------------------------------------------------------------------- */

/* Pays on directions n .. n+count-1. */
static void pay(full_state_t *self, size_t n, size_t count)
{
    const full_panel_t *panel = &self->panel;
    const float *a = panel->a + n;
    for (size_t l = 0; l < self->model->experiment->L; l++) {
        double *x = self->x + l * self->stride + n;
        const double *factor = panel->factor + l * panel->room;
        if (!panel->owed) {
            pass_update_single(count, panel->decay, panel->held, factor, a, self->stride, x);
            continue;
        }
        double *owed = panel->owed + l * self->stride + n;
        pass_update_single(count, 1, panel->held, factor, a, self->stride, owed);
        if (panel->ends_step) {
            pass_update(count, panel->decay, 1, owed, x);
            memset(owed, 0, count * sizeof *owed);
        }
    }
}

/* The noise of sample j on directions n .. n+count-1. */
static const float *draw(full_state_t *self, full_worker_t *worker, size_t j, size_t n,
                         size_t count)
{
    const drawn_t sample = {.class_index = self->panel.class_index[j], .number = self->sample + j};
    draws_noise(&self->model->draws, &self->features, sample, n / NOISE_UNIT, count / NOISE_UNIT,
                worker->z);
    return worker->z;
}

/* Several samples: pays for the last ones, draws and projects the next. */
static void pass_samples(full_state_t *self, full_worker_t *worker, size_t n, size_t count)
{
    const full_panel_t *panel = &self->panel;
    const draws_t *draws = &self->model->draws;
    const size_t L = self->model->experiment->L;
    pay(self, n, count);
    for (size_t j = 0; j < panel->drawn; j++) {
        const size_t i = panel->class_index[j];
        const float *z = draw(self, worker, j, n, count);
        float *a = panel->a + j * self->stride + n;
        pass_draw_single(count, draws->mean[i] + n, draws->deviation[i] + n, z, a);
        for (size_t l = 0; l < L; l++)
            pass_dot_single(count, self->x + l * self->stride + n, a,
                            worker->sum + (j * L + l) * PASS_LANES);
    }
}

/* One sample a step: the same, fused. */
static void pass_sample(full_state_t *self, full_worker_t *worker, size_t n, size_t count)
{
    const full_panel_t *panel = &self->panel;
    const draws_t *draws = &self->model->draws;
    const size_t L = self->model->experiment->L, i = panel->class_index[0];
    const float *mean = draws->mean[i] + n, *deviation = draws->deviation[i] + n;
    const float *z = draw(self, worker, 0, n, count);
    float *a = panel->a + n;
    if (L == 1) {
        pass_step_single(count, panel->decay, panel->factor[0], mean, deviation, z, self->x + n, a,
                         worker->sum);
        return;
    }
    pass_draw_single(count, mean, deviation, z, worker->next);
    pass_move_single(count, panel->decay, L, panel->factor, a, worker->next, self->stride,
                     self->x + n, worker->sum);
    memcpy(a, worker->next, count * sizeof *a);
}

static void pass_block(full_state_t *self, full_worker_t *worker, size_t block)
{
    const full_panel_t *panel = &self->panel;
    const size_t L = self->model->experiment->L, sums = panel->drawn * L;
    const size_t end = least((block + 1) * FULL_BLOCK, self->stride);
    memset(worker->sum, 0, sums * PASS_LANES * sizeof *worker->sum);
    for (size_t n = block * FULL_BLOCK; n < end; n += FULL_CHUNK)
        if (panel->room == 1 && !panel->owed)
            pass_sample(self, worker, n, least(FULL_CHUNK, end - n));
        else
            pass_samples(self, worker, n, least(FULL_CHUNK, end - n));
    for (size_t e = 0; e < sums; e++)
        panel->total[block * panel->room * L + e] = pass_total(worker->sum + e * PASS_LANES);
}

/* ---- between passes -------------------------------------------------------------------------- */

/* Which samples the next pass draws. False: interrupted, or all steps are made. */
static bool choose(full_state_t *self, uint64_t end, bool *interrupted)
{
    const experiment_t *experiment = self->model->experiment;
    full_panel_t *panel = &self->panel;
    *interrupted = experiment_interrupted(experiment);
    if (*interrupted || self->step == end)
        return false;
    if (panel->done == 0)
        panel->gamma = rate_at(&self->rate, self->step, NULL);
    const uint64_t left = experiment->batch - panel->done;
    panel->drawn = left < panel->room ? (size_t)left : panel->room;
    for (size_t j = 0; j < panel->drawn; j++)
        panel->target[j] = experiment_draw(experiment, &self->choices, &panel->class_index[j]);
    return true;
}

/* Now that sample j has been projected: what X owes for it. */
static void set_factors(full_state_t *self, size_t j)
{
    const experiment_t *experiment = self->model->experiment;
    const sgdl_problem_t *problem = experiment->problem;
    full_panel_t *panel = &self->panel;
    const size_t L = experiment->L;
    const double scale = self->model->draws.scale[panel->class_index[j]];
    const double rate = panel->gamma / (problem->dimension * problem->batch);
    const double intercept2 = problem->intercept * problem->intercept;
    for (size_t l = 0; l < L; l++) {
        double product = 0;
        for (size_t block = 0; block < self->team.blocks; block++)
            product += panel->total[(block * panel->room + j) * L + l];
        self->r[l] = self->bias[l] + scale * product;
    }
    experiment->loss->gradient(L, self->r, panel->target[j], self->g);
    for (size_t l = 0; l < L; l++) {
        const double factor = -rate * self->g[l];
        panel->factor[l * panel->room + j] = scale * factor;
        self->bias_owed[l] += intercept2 * factor;
    }
}

static void settle_pass(full_state_t *self)
{
    const experiment_t *experiment = self->model->experiment;
    const sgdl_problem_t *problem = experiment->problem;
    full_panel_t *panel = &self->panel;
    for (size_t j = 0; j < panel->drawn; j++)
        set_factors(self, j);
    panel->decay = 1 - panel->gamma * problem->ridge / problem->dimension;
    panel->held = panel->drawn;
    panel->done += panel->drawn;
    self->sample += panel->drawn;
    panel->ends_step = panel->done == experiment->batch;
    if (!panel->ends_step)
        return;
    panel->done = 0;
    self->step++;
    for (size_t l = 0; l < experiment->L; l++) {
        self->bias[l] += self->bias_owed[l];
        self->bias_owed[l] = 0;
    }
}

void full_plain_settle(full_state_t *self)
{
    full_panel_t *panel = &self->panel;
    pay(self, 0, self->stride);
    panel->decay = 1;
    panel->held = 0;
    memset(panel->factor, 0, self->model->experiment->L * panel->room * sizeof *panel->factor);
}

/* ---- steps ---------------------------------------------------------------------------------- */

bool full_plain_advance(full_state_t *self, uint64_t steps)
{
    static const full_pass_t pass = {.choose = choose, .block = pass_block, .settle = settle_pass};
    return full_team_advance(self, &pass, self->step + steps);
}
