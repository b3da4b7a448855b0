#include "src/theories/fixed_data/ladder.h"

#include <math.h>
#include <stdlib.h>

#include "src/base/memory.h"

/* Exact recursions cost the cube of their steps and lose nothing by high orders; of samples high
 * orders of few parts would multiply the noise. */
static const unsigned parts_exact[LADDER_MOST] = {1, 2, 3, 4, 5, 6, 7, 8, 10, 12};
static const unsigned parts_sampled[LADDER_MOST] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512};

static unsigned parts_of(const ladder_t *self, size_t index)
{
    return (self->exact ? parts_exact : parts_sampled)[index];
}

int ladder_make_timeline(const ladder_t *self, size_t index, timeline_t *timeline,
                         sgdl_error_t *error)
{
    const setup_t *setup = self->setup;
    return timeline_init(timeline, setup->problem, setup->plan, self->curve, self->cell,
                         parts_of(self, index), error);
}

/* ---- init and free --------------------------------------------------------------------------- */

static int choose_pass(ladder_t *self, const timeline_t *timeline, sgdl_error_t *error)
{
    self->exact = pass_exact_serves(self->setup, timeline);
    self->pass = self->exact ? pass_exact : pass_sampled;
    return self->exact || (self->setup->L == 1 && self->setup->K <= 1)
               ? SGDL_OK
               : sgdl_fail(error, SGDL_ERR_INPUT, "loss",
                           "found %zu outputs, allowed on fixed data: one, or least squares with "
                           "independent sampling",
                           self->setup->L);
}

int ladder_init(ladder_t *self, const setup_t *setup, size_t curve, double cell,
                sgdl_error_t *error)
{
    timeline_t timeline;
    *self = (ladder_t){.setup = setup,
                       .curve = curve,
                       .layout = layout_of(setup),
                       .cell = cell,
                       .ended = {.code = SGDL_OK},
                       .end = 1};
    int status = ladder_make_timeline(self, 0, &timeline, error);
    if (status == SGDL_OK) {
        self->continuous = timeline.continuous;
        status = choose_pass(self, &timeline, error);
    }
    timeline_free(&timeline);
    ladder_restart(self, 1, 0);
    return status;
}

static void forget(ladder_t *self)
{
    for (size_t k = 0; k < LADDER_MOST; k++) {
        free(self->rung[k].rows);
        timeline_free(&self->rung[k].timeline);
        self->rung[k] = (rung_t){0};
    }
    self->count = 0;
    self->ended.code = SGDL_OK;
}

void ladder_free(ladder_t *self)
{
    forget(self);
    *self = (ladder_t){0};
}

void ladder_restart(ladder_t *self, size_t replicates, size_t paths)
{
    forget(self);
    self->replicates = self->exact ? 1 : replicates;
    self->paths = self->exact ? 0 : paths;
}

/* ---- what passes take ------------------------------------------------------------------------ */

/* Paths: Gaussian and memory terms, and the responses of those that are looked at. */
static double cost_of(const ladder_t *self, const timeline_t *timeline)
{
    const setup_t *setup = self->setup;
    const double T = (double)timeline->steps, blocks = (double)(setup->L * setup->L);
    const double nodes = (double)setup->N * T * T * T * 2 / 3;
    if (self->exact)
        return nodes + 1e3;
    double looked = 0;
    for (size_t k = 0; k < timeline->steps; k++)
        looked += timeline->law->sparse ? fmin(1, timeline->step[k].chance) : 1;
    const double responses = T > 0 ? T * looked * looked / 6 : 0;
    return nodes + 1e3 +
           (double)(self->paths * setup->C) * blocks * (100 * T + 1.5 * T * T + responses);
}

int ladder_cost(const ladder_t *self, size_t index, double *cost, sgdl_error_t *error)
{
    timeline_t timeline;
    int status = ladder_make_timeline(self, index, &timeline, error);
    *cost = status == SGDL_OK ? cost_of(self, &timeline) * (double)self->replicates : 0;
    timeline_free(&timeline);
    return status;
}

static double memory_of(const ladder_t *self, const timeline_t *timeline)
{
    return self->exact ? pass_exact_memory(self->setup, timeline)
                       : pass_sampled_memory(self->setup, timeline, self->paths,
                                             self->setup->plan->threads);
}

int ladder_ask(const ladder_t *self, size_t index, sgdl_error_t *error)
{
    timeline_t timeline;
    int status = ladder_make_timeline(self, index, &timeline, error);
    if (status == SGDL_OK) {
        const double rows = (double)(timeline.rows * self->layout.width * sizeof(double)) *
                            (double)(self->replicates * (index + 1));
        const char *less =
            self->continuous ? "an earlier --time or a longer --grid" : "an earlier --time";
        const double bytes = rows + memory_of(self, &timeline);
        if (self->exact)
            status = memory_ask(self->setup->plan->memory, bytes, error,
                                "a fixed data set in %zu steps and %zu nodes (%s takes less)",
                                timeline.steps, self->setup->N, less);
        else
            status = memory_ask(self->setup->plan->memory, bytes, error,
                                "a fixed data set in %zu steps and %zu paths a class (%s or fewer "
                                "--paths take less)",
                                timeline.steps, self->paths, less);
    }
    timeline_free(&timeline);
    return status;
}

/* ---- passes ---------------------------------------------------------------------------------- */

static size_t row_length(const ladder_t *self, const rung_t *rung)
{
    return rung->timeline.rows * self->layout.width;
}

static int make_room(ladder_t *self, size_t index, size_t replicates, sgdl_error_t *error)
{
    rung_t *rung = &self->rung[index];
    if (!rung->timeline.step) {
        int status = ladder_make_timeline(self, index, &rung->timeline, error);
        if (status != SGDL_OK)
            return status;
        rung->reached = rung->timeline.rows;
    }
    if (rung->room >= replicates)
        return SGDL_OK;
    double *rows = realloc(rung->rows, replicates * row_length(self, rung) * sizeof *rung->rows);
    if (!rows)
        return sgdl_fail_memory(error);
    rung->rows = rows;
    rung->room = replicates;
    return SGDL_OK;
}

/* Of the progress that is left a pass has its part of what is foreseen to come. */
static int pass_on(ladder_t *self, size_t index, size_t replicate, sgdl_error_t *error)
{
    int status = make_room(self, index, self->replicates, error);
    if (status != SGDL_OK)
        return status;
    rung_t *rung = &self->rung[index];
    const double cost = cost_of(self, &rung->timeline), left = self->end - self->begin;
    const double share = left * cost / fmax(cost, self->foreseen);
    const pass_task_t task = {.setup = self->setup,
                              .timeline = &rung->timeline,
                              .paths = self->paths,
                              .replicate = replicate,
                              .threads = self->setup->plan->threads,
                              .begin = self->begin,
                              .share = share};
    pass_result_t result = {0};
    sgdl_error_t own = {.code = SGDL_OK};
    status = self->pass(&task, rung->rows + replicate * row_length(self, rung), &result, &own);
    self->begin += share;
    self->foreseen = fmax(0, self->foreseen - cost);
    self->residual = fmax(self->residual, result.residual);
    if (status != SGDL_OK && error)
        *error = own;
    if (status == SGDL_ERR_DIVERGED)
        self->ended = own;
    const bool first = index == 0 && replicate == 0;
    if (status == SGDL_ERR_DIVERGED || (status == SGDL_ERR_INTERRUPTED && first))
        rung->reached = result.rows < rung->reached ? result.rows : rung->reached;
    return status == SGDL_ERR_DIVERGED ? SGDL_OK : status;
}

/* The first passes: replicate by replicate, so that whole ones are there early. */
static int begin(ladder_t *self, size_t grids, sgdl_error_t *error)
{
    const size_t replicates = self->replicates;
    for (size_t r = 0; r < replicates; r++)
        for (size_t k = 0; k < grids; k++) {
            int status = pass_on(self, k, r, error);
            if (status == SGDL_OK)
                continue;
            if (r > 0) {
                self->replicates = r;
                self->count = grids;
            } else {
                self->replicates = 1;
                self->count = k > 0 ? k : 1;
            }
            return status;
        }
    self->count = grids;
    return SGDL_OK;
}

int ladder_climb(ladder_t *self, size_t grids, sgdl_error_t *error)
{
    if (self->count == 0)
        return begin(self, grids, error);
    for (; self->count < grids; self->count++)
        for (size_t r = 0; r < self->replicates; r++) {
            int status = pass_on(self, self->count, r, error);
            if (status != SGDL_OK)
                return status;
        }
    return SGDL_OK;
}

int ladder_widen(ladder_t *self, size_t replicates, sgdl_error_t *error)
{
    const size_t had = self->replicates;
    self->replicates = replicates;
    for (size_t r = had; r < replicates; r++)
        for (size_t k = 0; k < self->count; k++) {
            int status = pass_on(self, k, r, error);
            if (status == SGDL_OK)
                continue;
            self->replicates = r;
            return status;
        }
    return SGDL_OK;
}

/* ---- extrapolation --------------------------------------------------------------------------- */

size_t ladder_rows(const ladder_t *self, size_t *grids)
{
    *grids = 0;
    if (self->count == 0)
        return 0;
    size_t rows = self->rung[self->count - 1].reached;
    while (*grids < self->count && self->rung[self->count - 1 - *grids].reached >= rows)
        ++*grids;
    return rows;
}

/* sum_k weight_k f(1/n_k) is the value at 0 of the polynomial through them. */
void ladder_row(const ladder_t *self, size_t replicate, size_t row, size_t grids, double *out)
{
    const size_t width = self->layout.width, first = self->count - grids;
    for (size_t v = 0; v < width; v++)
        out[v] = 0;
    for (size_t k = first; k < self->count; k++) {
        const rung_t *rung = &self->rung[k];
        const double *from = rung->rows + replicate * row_length(self, rung) + row * width;
        const double n = parts_of(self, k);
        double weight = 1;
        for (size_t j = first; j < self->count; j++)
            weight *= j == k ? 1 : n / (n - parts_of(self, j));
        for (size_t v = 0; v < width; v++)
            out[v] += weight * from[v];
    }
}

const timeline_t *ladder_timeline(const ladder_t *self)
{
    return &self->rung[self->count - 1].timeline;
}
