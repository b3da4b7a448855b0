#include "src/theories/diffusion/passages.h"

#include <math.h>
#include <stdlib.h>

#include "src/base/memory.h"
#include "src/problem/plan.h"
#include "src/theories/diffusion/plane_passage.h"

bool passages_joined(const landscape_t *landscape, size_t from, size_t to)
{
    if (landscape->coordinates > 1)
        return from != to && plane_saddle(landscape, from, to) != NULL;
    return to < landscape->minima && (to + 1 == from || to == from + 1);
}

/* What is come to on the way to a basin: numbers of a run's row, [minima*PLACES]. */
enum { BARRIER, MINIMUM, PLACES };

/* ---- a run ----------------------------------------------------------------------------------- */

typedef struct traveller {
    const passages_t *passages;
    particle_t *particle; /* owned */
    size_t from;
    uint64_t step;
    size_t awaited;   /* basins that it has not come to yet */
    double low, high; /* one coordinate: between which nothing happens */
    double reached[]; /* [minima*PLACES] the step after which it was there; NAN: not yet, or never
                         asked */
} traveller_t;

static bool awaits(const traveller_t *self, size_t to, int place)
{
    return passages_joined(self->passages->landscape, self->from, to) &&
           isnan(self->reached[to * PLACES + (size_t)place]);
}

static void reach(traveller_t *self, size_t to, int place)
{
    self->reached[to * PLACES + (size_t)place] = (double)self->step;
    self->awaited -= place == MINIMUM;
}

/* One coordinate: the minimum of a neighbour or what lies between. */
static double place_of(const landscape_t *landscape, size_t from, size_t to, int place)
{
    return place == MINIMUM ? landscape_minimum(landscape, to)->x[0]
                            : landscape_barrier(landscape, from < to ? from : to)->x[0];
}

/* What is still to be come to, the nearest on each side. */
static void set_bounds(traveller_t *self)
{
    const landscape_t *landscape = self->passages->landscape;
    self->low = -INFINITY;
    self->high = INFINITY;
    if (landscape->coordinates > 1)
        return;
    for (int place = PLACES; place-- > 0;) {
        if (self->from > 0 && awaits(self, self->from - 1, place))
            self->low = place_of(landscape, self->from, self->from - 1, place);
        if (awaits(self, self->from + 1, place))
            self->high = place_of(landscape, self->from, self->from + 1, place);
    }
}

static void look_on_line(traveller_t *self)
{
    const landscape_t *landscape = self->passages->landscape;
    const double x = self->particle->x[0];
    for (size_t to = self->from > 0 ? self->from - 1 : 0; to <= self->from + 1; to++)
        for (int place = 0; place < PLACES; place++) {
            if (!awaits(self, to, place))
                continue;
            const double there = place_of(landscape, self->from, to, place);
            if (to < self->from ? x <= there : x >= there)
                reach(self, to, place);
        }
    set_bounds(self);
}

/* Two coordinates: the core of a basin, below half way from its minimum up to the saddle. */
static void look_on_plane(traveller_t *self)
{
    const passages_t *passages = self->passages;
    const double *x = self->particle->x, U = landscape_loss(passages->landscape, x);
    if (!(U < passages->highest))
        return;
    const size_t to = basin_finder_of(&passages->finder, x);
    if (to == self->from || to >= passages->landscape->minima || !awaits(self, to, MINIMUM))
        return;
    const double saddle = plane_saddle(passages->landscape, self->from, to)->loss;
    if (U < 0.5 * (saddle + landscape_minimum(passages->landscape, to)->loss))
        reach(self, to, MINIMUM);
}

static void set_out(traveller_t *self)
{
    const landscape_t *landscape = self->passages->landscape;
    for (size_t i = 0; i < landscape->minima * PLACES; i++)
        self->reached[i] = NAN;
    for (size_t to = 0; to < landscape->minima; to++)
        self->awaited += passages_joined(landscape, self->from, to);
    set_bounds(self);
}

static int begin(const void *model, size_t curve, uint64_t run, void **state, sgdl_error_t *error)
{
    const passages_t *passages = model;
    const landscape_t *landscape = passages->landscape;
    const size_t minima = landscape->minima;
    traveller_t *self = *state = calloc(1, sizeof *self + minima * PLACES * sizeof *self->reached);
    if (!self)
        return sgdl_fail_memory(error);
    self->passages = passages;
    self->from = curve % minima;
    set_out(self);
    return particle_new(&self->particle, &passages->runs.walk, curve / minima, run,
                        landscape_minimum(landscape, self->from)->x, error);
}

/* A run that has come to all there is costs nothing any more. */
static bool advance(void *state, uint64_t steps)
{
    traveller_t *self = state;
    const bool line = self->passages->landscape->coordinates == 1;
    while (steps > 0 && self->awaited > 0) {
        const uint64_t made =
            particle_advance(self->particle, line ? steps : 1, self->low, self->high);
        self->step += made;
        steps -= made;
        if (particle_is_lost(self->particle))
            return true;
        if (line)
            look_on_line(self);
        else
            look_on_plane(self);
    }
    return true;
}

static bool measure(void *state, uint64_t step, double *row)
{
    const traveller_t *self = state;
    (void)step;
    for (size_t i = 0; i < self->passages->landscape->minima * PLACES; i++)
        row[i] = self->reached[i];
    return !particle_is_lost(self->particle);
}

static void end(void *state)
{
    traveller_t *self = state;
    if (self)
        free(self->particle);
    free(self);
}

/* ---- all of them ----------------------------------------------------------------------------- */

static int check(const sgdl_problem_t *problem, sgdl_error_t *error)
{
    const landscape_t *landscape = &problem->landscape;
    if (landscape->minima < 2)
        return sgdl_fail(error, SGDL_ERR_INPUT, "potential",
                         "has one minimum and nowhere to go from there; first passages lead from "
                         "one minimum to another");
    return SGDL_OK;
}

static int set_steps(passages_t *self, sgdl_error_t *error)
{
    const double time = self->runs.walk.problem->time;
    int status = SGDL_OK;
    for (size_t i = 0; i < self->runs.walk.curves * self->landscape->minima && status == SGDL_OK;
         i++) {
        const setting_t *setting = &self->runs.walk.curve[i / self->landscape->minima].setting;
        const double steps = rint(time / setting->stride);
        if (!setting_is_constant(setting))
            status = sgdl_fail(error, SGDL_ERR_INPUT, "learning_rate",
                               "found one that changes, allowed where times are asked for: a "
                               "number");
        else if (!(steps >= 1 && steps < 0x1p53))
            status =
                sgdl_fail(error, SGDL_ERR_INPUT, "time",
                          "%g takes %g steps, allowed: from 1 to fewer than 2^53", time, steps);
        self->steps[i] = status == SGDL_OK ? (uint64_t)steps : 0;
        self->t[i] = steps * setting->stride;
    }
    return status;
}

/* Two coordinates: above it no basin has a core. */
static void set_highest(passages_t *self)
{
    const landscape_t *landscape = self->landscape;
    self->highest = -INFINITY;
    for (size_t from = 0; from < landscape->minima && landscape->coordinates > 1; from++)
        for (size_t to = 0; to < landscape->minima; to++) {
            const critical_point_t *saddle = plane_saddle(landscape, from, to);
            if (saddle)
                self->highest = fmax(self->highest,
                                     0.5 * (saddle->loss + landscape_minimum(landscape, to)->loss));
        }
}

int passages_init(passages_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                  sgdl_error_t *error)
{
    const size_t minima = problem->landscape.minima, numbers = minima * PLACES;
    const size_t curves = problem_curves(problem) * minima;
    ensemble_plan_t ensemble = {.curves = curves,
                                .runs = plan->runs,
                                .points = 1,
                                .apart = true,
                                .threads = plan->threads,
                                .watch = plan->watch};
    *self = (passages_t){.landscape = &problem->landscape};
    int status = check(problem, error);
    if (status == SGDL_OK)
        status = memory_ask(plan->memory, 8 * ensemble_numbers(&ensemble, numbers), error,
                            "%.0f runs", (double)curves * (double)plan->runs);
    if (status == SGDL_OK)
        status = walk_init(&self->runs.walk, problem, plan, error);
    if (status == SGDL_OK)
        status = basin_finder_init(&self->finder, &self->runs.walk.curve[0].setting, plan, error);
    if (status != SGDL_OK)
        return status;
    set_highest(self);
    self->steps = calloc(curves, sizeof *self->steps);
    self->t = calloc(curves, sizeof *self->t);
    status = self->steps && self->t ? set_steps(self, error) : sgdl_fail_memory(error);
    ensemble.steps = self->steps;
    return status == SGDL_OK ? ensemble_init(&self->runs.ensemble, &ensemble, numbers, error)
                             : status;
}

void passages_free(passages_t *self)
{
    runs_free(&self->runs);
    basin_finder_free(&self->finder);
    free(self->steps);
    free(self->t);
    *self = (passages_t){0};
}

int passages_make(passages_t *self, sgdl_error_t *error)
{
    const walker_t walker = {.name = walk_name(&self->runs.walk),
                             .model = self,
                             .quantities = self->landscape->minima * PLACES,
                             .cost = WALK_COST,
                             .begin = begin,
                             .advance = advance,
                             .measure = measure,
                             .end = end};
    return ensemble_run(&self->runs.ensemble, &walker, error);
}

/* ---- what is told of them -------------------------------------------------------------------- */

/* The mean is sum T/sum reached, T the time until the end or the passage: an error of a ratio. */
static double error_of(const passages_t *self, size_t curve, size_t place,
                       const passage_mean_t *mean)
{
    const ensemble_t *ensemble = &self->runs.ensemble;
    const kept_t kept = ensemble_kept(ensemble, curve);
    double squares = 0;
    for (size_t run = 0; run < ensemble->plan.runs; run++) {
        if (!ensemble_counts(ensemble, &kept, curve, run))
            continue;
        const double reached = ensemble_row(ensemble, curve, run, 0)[place];
        const double off = isnan(reached) ? (double)self->steps[curve] : reached - mean->steps;
        squares += off * off;
    }
    const double n = (double)mean->reached;
    return mean->runs > 1 ? sqrt(squares * (double)mean->runs / ((double)mean->runs - 1)) / n : NAN;
}

/* Had it been in another minimum before? */
static bool is_first(const passages_t *self, const double *row, size_t to)
{
    for (size_t other = 0; other < self->landscape->minima; other++)
        if (row[other * PLACES + MINIMUM] < row[to * PLACES + MINIMUM])
            return false;
    return true;
}

passage_mean_t passages_mean(const passages_t *self, size_t curve, size_t from, size_t to,
                             bool barrier)
{
    const ensemble_t *ensemble = &self->runs.ensemble;
    const size_t own = curve * self->landscape->minima + from;
    const size_t place = to * PLACES + (barrier ? BARRIER : MINIMUM);
    const kept_t kept = ensemble_kept(ensemble, own);
    passage_mean_t mean = {.steps = NAN, .error = NAN};
    double sum = 0;
    for (size_t run = 0; run < ensemble->plan.runs; run++) {
        if (!ensemble_counts(ensemble, &kept, own, run) || kept.rows == 0)
            continue;
        const double *row = ensemble_row(ensemble, own, run, 0);
        const bool reached = !isnan(row[place]);
        mean.runs++;
        mean.reached += reached;
        mean.first += reached && is_first(self, row, to);
        sum += reached ? row[place] : (double)self->steps[own];
    }
    if (mean.reached > 0) {
        mean.steps = sum / (double)mean.reached;
        mean.error = error_of(self, own, place, &mean);
    }
    return mean;
}
