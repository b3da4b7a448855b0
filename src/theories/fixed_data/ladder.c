#include "src/theories/fixed_data/ladder.h"

#include <math.h>
#ifdef _OPENMP
#include <omp.h>
#endif
#include <stdlib.h>
#include <string.h>

#include "src/base/memory.h"
#include "src/theories/fixed_data/block_loss.h"

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
    self->blocks = !self->exact && block_loss_serves(self->setup);
    self->pass = self->exact ? pass_exact : self->blocks ? pass_blocks : pass_sampled;
    return self->exact || self->blocks || self->setup->L == 1
               ? SGDL_OK
               : sgdl_fail(
                     error, SGDL_ERR_INPUT, "loss",
                     "found %zu outputs, allowed on fixed data: one, or up to %d, or any number of "
                     "least squares with independent sampling",
                     self->setup->L, BLOCK_OUTPUTS);
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
    memset(self->residual, 0, sizeof self->residual);
    self->count = 0;
    self->ended.code = SGDL_OK;
}

static int compare_numbers(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double ladder_residual(const ladder_t *self)
{
    double sorted[LADDER_REPLICATES];
    const size_t count = self->replicates;
    memcpy(sorted, self->residual, sizeof sorted);
    qsort(sorted, count, sizeof *sorted, compare_numbers);
    return sorted[count / 2];
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

/* Of a path: draws, Gaussian and memory terms, the responses of those that are looked at. Those of
 * one output are reckoned by rows, of several by rows of all outputs. */
static double cost_of_path(const ladder_t *self, const timeline_t *timeline)
{
    const double T = (double)timeline->steps, L = (double)self->setup->L;
    double looked = 0;
    for (size_t k = 0; k < timeline->steps; k++)
        looked += timeline->law->sparse ? fmin(1, timeline->step[k].chance) : 1;
    const double responses = T > 0 ? T * looked * looked / 6 : 0;
    if (!self->blocks)
        return 100 * T + 1.5 * T * T + responses;
    const bool probed = block_loss_of(self->setup->problem).probed;
    return 300 * T * L + 1.5 * T * T * L * L + 2 * L * L * (probed ? 1 : L) * responses;
}

static double cost_of(const ladder_t *self, const timeline_t *timeline)
{
    const setup_t *setup = self->setup;
    const double rows = (double)(timeline->steps * (self->blocks ? setup->L : 1));
    const double nodes = (double)setup->N * rows * rows * rows * 2 / 3 + 1e3;
    return self->exact ? nodes
                       : nodes + (double)(self->paths * setup->C) * cost_of_path(self, timeline);
}

int ladder_cost(const ladder_t *self, size_t index, double *cost, sgdl_error_t *error)
{
    timeline_t timeline;
    int status = ladder_make_timeline(self, index, &timeline, error);
    *cost = status == SGDL_OK ? cost_of(self, &timeline) * (double)self->replicates : 0;
    timeline_free(&timeline);
    return status;
}

/* Several replicates go at once, each in one thread. */
static size_t threads_for(const ladder_t *self, size_t replicates)
{
    size_t threads = self->setup->plan->threads;
#ifdef _OPENMP
    if (threads == 0)
        threads = (size_t)omp_get_max_threads();
#else
    threads = 1;
#endif
    return threads < replicates ? threads : replicates;
}

static double memory_of(const ladder_t *self, const timeline_t *timeline)
{
    if (self->exact)
        return pass_exact_memory(self->setup, timeline);
    return (double)threads_for(self, self->replicates) *
           (self->blocks ? pass_blocks_memory : pass_sampled_memory)(self->setup, timeline,
                                                                     self->paths, 1);
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

/* How the passes of one replicate ended. */
typedef struct ending {
    int status;
    size_t grid; /* of the pass that ended early */
    sgdl_error_t error;
} ending_t;

/* What a pass leaves beside its rows. One at a time comes here. */
static void tally(ladder_t *self, size_t index, size_t replicate, const pass_result_t *result,
                  const ending_t *ending)
{
    rung_t *rung = &self->rung[index];
    const double cost = cost_of(self, &rung->timeline), left = self->end - self->begin;
    const bool first = index == 0 && replicate == 0;
    self->begin += left * cost / fmax(cost, self->foreseen);
    self->foreseen = fmax(0, self->foreseen - cost);
    self->residual[replicate] = fmax(self->residual[replicate], result->residual);
    if (ending->status == SGDL_ERR_DIVERGED)
        self->ended = ending->error;
    if (ending->status == SGDL_ERR_DIVERGED || (ending->status == SGDL_ERR_INTERRUPTED && first))
        rung->reached = result->rows < rung->reached ? result->rows : rung->reached;
}

/* One pass. Of the progress that is left it has its part of what is foreseen to come; of several at
 * once none reports, as whoever listens is told by one at a time. */
static void pass_on(ladder_t *self, size_t index, size_t replicate, bool alone, ending_t *ending)
{
    rung_t *rung = &self->rung[index];
    const double cost = cost_of(self, &rung->timeline), left = self->end - self->begin;
    sgdl_plan_t plan = *self->setup->plan;
    setup_t setup = *self->setup;
    pass_result_t result = {0};
    pass_task_t task = {.setup = &setup,
                        .timeline = &rung->timeline,
                        .paths = self->paths,
                        .replicate = replicate,
                        .threads = alone ? plan.threads : 1};
    setup.plan = &plan;
    if (alone) {
        task.begin = self->begin;
        task.share = left * cost / fmax(cost, self->foreseen);
    } else {
        plan.watch.progress = NULL;
        plan.threads = 1;
    }
    ending->error.code = SGDL_OK;
    ending->grid = index;
    ending->status =
        self->pass(&task, rung->rows + replicate * row_length(self, rung), &result, &ending->error);
#pragma omp critical(ladder_tally)
    {
        tally(self, index, replicate, &result, ending);
        sgdl_watch_report(&self->setup->plan->watch, self->begin, NAN);
    }
    if (ending->status == SGDL_ERR_DIVERGED)
        ending->status = SGDL_OK;
}

/* Passes on grids first_grid .. grids - 1, of replicates from `first` on: several replicates at
 * once, each of them in one thread. Returns how many are whole; ending->status says why not more.
 */
static size_t run(ladder_t *self, const size_t grids[2], size_t first, ending_t *ending)
{
    const size_t replicates = self->replicates, threads = threads_for(self, replicates - first);
    ending_t *all = calloc(replicates, sizeof *all);
    bool stopped = false;
    *ending = (ending_t){.status = SGDL_OK, .grid = grids[0]};
    if (!all)
        ending->status = sgdl_fail_memory(&ending->error);
    for (size_t k = grids[0]; k < grids[1] && ending->status == SGDL_OK; k++)
        ending->status = make_room(self, k, replicates, &ending->error);
    if (ending->status != SGDL_OK) {
        free(all);
        return first;
    }
#pragma omp parallel for schedule(dynamic, 1) num_threads((int)threads) if (threads > 1)
    for (size_t r = first; r < replicates; r++) {
        bool skips;
#pragma omp atomic read
        skips = stopped;
        all[r].status = skips ? SGDL_ERR_INTERRUPTED : SGDL_OK;
        for (size_t k = grids[0]; k < grids[1] && all[r].status == SGDL_OK; k++)
            pass_on(self, k, r, threads == 1, &all[r]);
        if (all[r].status != SGDL_OK) {
#pragma omp atomic write
            stopped = true;
        }
    }
    size_t whole = first;
    while (whole < replicates && all[whole].status == SGDL_OK)
        whole++;
    /* One that was not even begun says nothing of its own. */
    for (size_t r = whole; r < replicates && ending->error.code == SGDL_OK; r++)
        *ending = all[r].error.code != SGDL_OK ? all[r] : *ending;
    if (whole < replicates)
        ending->grid = all[whole].grid;
    free(all);
    return whole;
}

/* The first passes: replicate by replicate, so that whole ones are there early. */
static int begin(ladder_t *self, size_t grids, sgdl_error_t *error)
{
    ending_t ending;
    const size_t whole = run(self, (size_t[]){0, grids}, 0, &ending);
    self->count = grids;
    if (whole == self->replicates)
        return SGDL_OK;
    if (whole == 0)
        self->count = ending.grid > 0 ? ending.grid : 1;
    if (!self->rung[0].rows)
        self->count = 0; /* there was no room for any */
    self->replicates = whole > 0 ? whole : 1;
    if (error)
        *error = ending.error;
    return ending.status;
}

int ladder_climb(ladder_t *self, size_t grids, sgdl_error_t *error)
{
    if (self->count == 0)
        return begin(self, grids, error);
    for (; self->count < grids; self->count++) {
        ending_t ending;
        const size_t next[] = {self->count, self->count + 1};
        if (run(self, next, 0, &ending) == self->replicates)
            continue;
        if (error)
            *error = ending.error;
        return ending.status;
    }
    return SGDL_OK;
}

int ladder_widen(ladder_t *self, size_t replicates, sgdl_error_t *error)
{
    ending_t ending;
    const size_t had = self->replicates;
    self->replicates = replicates;
    const size_t whole = run(self, (size_t[]){0, self->count}, had, &ending);
    self->replicates = whole;
    if (whole == replicates)
        return SGDL_OK;
    if (error)
        *error = ending.error;
    return ending.status;
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

static const double *row_on(const ladder_t *self, size_t index, size_t replicate, size_t row)
{
    const rung_t *rung = &self->rung[index];
    return rung->rows + replicate * row_length(self, rung) + row * self->layout.width;
}

/* The training errors beside an exact recursion are sampled where steps choose among samples: high
 * orders would multiply their noise. A straight line through the finest grid and one of about twice
 * its cells leaves the second order of short cells. */
static void straight_errors(const ladder_t *self, size_t replicate, size_t row, size_t grids,
                            double *out)
{
    const size_t last = self->count - 1;
    size_t other = last - 1;
    while (other > self->count - grids && 2 * parts_of(self, other) > parts_of(self, last))
        other--;
    const double *fine = row_on(self, last, replicate, row);
    const double *coarse = row_on(self, other, replicate, row);
    const double n = parts_of(self, last), weight = n / (n - parts_of(self, other));
    for (size_t i = 0; i < self->setup->C; i++) {
        const size_t at = self->layout.train_error + i;
        out[at] = weight * fine[at] + (1 - weight) * coarse[at];
    }
}

/* sum_k weight_k f(1/n_k) is the value at 0 of the polynomial through them. */
void ladder_row(const ladder_t *self, size_t replicate, size_t row, size_t grids, double *out)
{
    const size_t width = self->layout.width, first = self->count - grids;
    for (size_t v = 0; v < width; v++)
        out[v] = 0;
    for (size_t k = first; k < self->count; k++) {
        const double *from = row_on(self, k, replicate, row);
        const double n = parts_of(self, k);
        double weight = 1;
        for (size_t j = first; j < self->count; j++)
            weight *= j == k ? 1 : n / (n - parts_of(self, j));
        for (size_t v = 0; v < width; v++)
            out[v] += weight * from[v];
    }
    if (self->exact && grids > 1 && !ladder_timeline(self)->law->all)
        straight_errors(self, replicate, row, grids, out);
}

const timeline_t *ladder_timeline(const ladder_t *self)
{
    return &self->rung[self->count - 1].timeline;
}
