#include "src/theories/diffusion/passages.h"

#include <math.h>
#include <stdlib.h>

#include "src/base/memory.h"
#include "src/problem/plan.h"

/* Sides of a minimum, and on each side what is come to: numbers of a run's row. */
enum { DOWN, UP, SIDES };
enum { BARRIER, MINIMUM, PLACES };
enum { NUMBERS = SIDES * PLACES };

/* ---- a run ----------------------------------------------------------------------------------- */

typedef struct traveller {
    particle_t *particle; /* owned */
    uint64_t step;
    double place[NUMBERS];   /* [SIDES*PLACES] infinite: there is none */
    double reached[NUMBERS]; /* the step after which it was at or beyond it; NAN: not yet */
    double low, high;        /* between which nothing happens */
} traveller_t;

/* What is still to be come to, the nearest on each side. */
static void set_bounds(traveller_t *self)
{
    self->low = -INFINITY;
    self->high = INFINITY;
    for (int place = PLACES; place-- > 0;) {
        if (isnan(self->reached[DOWN * PLACES + place]))
            self->low = self->place[DOWN * PLACES + place];
        if (isnan(self->reached[UP * PLACES + place]))
            self->high = self->place[UP * PLACES + place];
    }
}

static void look(traveller_t *self)
{
    const double x = self->particle->x[0];
    for (int i = 0; i < NUMBERS; i++) {
        const bool there = i / PLACES == DOWN ? x <= self->place[i] : x >= self->place[i];
        if (isnan(self->reached[i]) && there)
            self->reached[i] = (double)self->step;
    }
    set_bounds(self);
}

static void set_places(traveller_t *self, const landscape_t *landscape, size_t from)
{
    for (int i = 0; i < NUMBERS; i++) {
        self->place[i] = i / PLACES == DOWN ? -INFINITY : INFINITY;
        self->reached[i] = NAN;
    }
    if (from > 0) {
        self->place[DOWN * PLACES + BARRIER] = landscape_barrier(landscape, from - 1)->x[0];
        self->place[DOWN * PLACES + MINIMUM] = landscape_minimum(landscape, from - 1)->x[0];
    }
    if (from + 1 < landscape->minima) {
        self->place[UP * PLACES + BARRIER] = landscape_barrier(landscape, from)->x[0];
        self->place[UP * PLACES + MINIMUM] = landscape_minimum(landscape, from + 1)->x[0];
    }
    set_bounds(self);
}

static int begin(const void *model, size_t curve, uint64_t run, void **state, sgdl_error_t *error)
{
    const passages_t *passages = model;
    const landscape_t *landscape = passages->landscape;
    const size_t from = curve % landscape->minima;
    traveller_t *self = *state = calloc(1, sizeof *self);
    if (!self)
        return sgdl_fail_memory(error);
    set_places(self, landscape, from);
    return particle_new(&self->particle, &passages->runs.walk, curve / landscape->minima, run,
                        landscape_minimum(landscape, from)->x, error);
}

/* A run that has come to all there is costs nothing any more. */
static bool advance(void *state, uint64_t steps)
{
    traveller_t *self = state;
    while (steps > 0 && (isfinite(self->low) || isfinite(self->high))) {
        const uint64_t made = particle_advance(self->particle, steps, self->low, self->high);
        self->step += made;
        steps -= made;
        if (particle_is_lost(self->particle))
            return true;
        look(self);
    }
    return true;
}

static bool measure(void *state, uint64_t step, double *row)
{
    const traveller_t *self = state;
    (void)step;
    for (int i = 0; i < NUMBERS; i++)
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
    if (landscape->coordinates > 1)
        return sgdl_fail(error, SGDL_ERR_INPUT, "--passage",
                         "found beside a potential in two coordinates, allowed: one");
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

int passages_init(passages_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                  sgdl_error_t *error)
{
    const size_t curves = problem_curves(problem) * problem->landscape.minima;
    ensemble_plan_t ensemble = {.curves = curves,
                                .runs = plan->runs,
                                .points = 1,
                                .apart = true,
                                .threads = plan->threads,
                                .watch = plan->watch};
    *self = (passages_t){.landscape = &problem->landscape};
    int status = check(problem, error);
    if (status == SGDL_OK)
        status = memory_ask(plan->memory, 8 * ensemble_numbers(&ensemble, NUMBERS), error,
                            "%.0f runs", (double)curves * (double)plan->runs);
    if (status == SGDL_OK)
        status = walk_init(&self->runs.walk, problem, plan, error);
    if (status != SGDL_OK)
        return status;
    self->steps = calloc(curves, sizeof *self->steps);
    self->t = calloc(curves, sizeof *self->t);
    status = self->steps && self->t ? set_steps(self, error) : sgdl_fail_memory(error);
    ensemble.steps = self->steps;
    return status == SGDL_OK ? ensemble_init(&self->runs.ensemble, &ensemble, NUMBERS, error)
                             : status;
}

void passages_free(passages_t *self)
{
    runs_free(&self->runs);
    free(self->steps);
    free(self->t);
    *self = (passages_t){0};
}

int passages_make(passages_t *self, sgdl_error_t *error)
{
    const walker_t walker = {.name = walk_name(&self->runs.walk),
                             .model = self,
                             .quantities = NUMBERS,
                             .cost = WALK_COST,
                             .begin = begin,
                             .advance = advance,
                             .measure = measure,
                             .end = end};
    return ensemble_run(&self->runs.ensemble, &walker, error);
}

/* ---- what is told of them -------------------------------------------------------------------- */

/* The mean is sum T/sum reached, T the time until the end or the passage: an error of a ratio. */
static double error_of(const passages_t *self, size_t curve, int place, const passage_mean_t *mean)
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

passage_mean_t passages_mean(const passages_t *self, size_t curve, size_t from, size_t to,
                             bool barrier)
{
    const ensemble_t *ensemble = &self->runs.ensemble;
    const size_t own = curve * self->landscape->minima + from;
    const int side = to < from ? DOWN : UP, other = side == DOWN ? UP : DOWN;
    const int place = side * PLACES + (barrier ? BARRIER : MINIMUM);
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
        mean.first += reached && !(row[other * PLACES + MINIMUM] < row[place]);
        sum += reached ? row[place] : (double)self->steps[own];
    }
    if (mean.reached > 0) {
        mean.steps = sum / (double)mean.reached;
        mean.error = error_of(self, own, place, &mean);
    }
    return mean;
}
