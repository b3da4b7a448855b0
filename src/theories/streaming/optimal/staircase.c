#include "src/theories/streaming/optimal/staircase.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/memory.h"
#include "src/stepper/integrator.h"
#include "src/theories/streaming/optimal/linearised.h"
#include "src/theories/streaming/single.h"

/* A quadratic risk that has grown by this factor belongs to no rate that is worth anything. */
#define HOPELESS 1e8

enum { STEPS_MAX = 200000, VECTORS = 10 }; /* of a piece; that an integration holds */

/* Least share of the run that a short piece's sensitivity is scaled by. */
#define SHORTEST 1e-8

/* ---- what the integrator asks ---------------------------------------------------------------- */

/* A run on one piece. */
typedef struct flight {
    staircase_t *whole;
    equation_t equation;
    segment_t segment[2];
    double rate;
    bool forced; /* the last sensitivity that is integrated is that of this piece */
} flight_t;

static void start(void *context, double *y)
{
    const flight_t *self = context;
    memcpy(y, self->whole->y, self->equation.length * sizeof *y);
}

static int check(void *context, const segment_t *segment, sgdl_error_t *error)
{
    const equation_t *of_state = &((const flight_t *)context)->whole->evolution.equation;
    return of_state->check ? of_state->check(of_state->context, segment, error) : SGDL_OK;
}

/* dy += factor f(y; rate) at the state averaged last. */
static void add_derivative(const staircase_t *whole, sgdl_system_t *system, double rate,
                           double factor, const double *y, double *dy)
{
    (void)system_set_rate(system, rate);
    system_derivative(system, y, whole->scratch);
    for (size_t e = 0; e < system->length; e++)
        dy[e] += factor * whole->scratch[e];
}

/* dy += df/dgamma. f is a polynomial of degree two in gamma, so that differences are exact. */
static void force(const flight_t *self, const double *y, double *dy)
{
    staircase_t *whole = self->whole;
    sgdl_system_t *system = &whole->system;
    const double step = self->rate > 0 ? self->rate : 1;
    if (self->rate > 0) {
        add_derivative(whole, system, 0, -0.5 / step, y, dy);
    } else {
        add_derivative(whole, system, 0, -1.5 / step, y, dy);
        add_derivative(whole, system, step, 2 / step, y, dy);
    }
    add_derivative(whole, system, 2 * step, (self->rate > 0 ? 0.5 : -0.5) / step, y, dy);
    (void)system_set_rate(system, self->rate);
}

/* J v, J that of the state last evaluated, y. */
static void multiply(const staircase_t *whole, const double *y, const double *v, double *Jv)
{
    const equation_t *of_state = &whole->evolution.equation;
    if (linearised_serves(&whole->system))
        linearised_times(&whole->system, y, v, Jv);
    else
        of_state->times(of_state->context, y, v, Jv);
}

static int rhs(void *context, const segment_t *segment, double s, const double *y, double *dy)
{
    const flight_t *self = context;
    staircase_t *whole = self->whole;
    const equation_t *of_state = &whole->evolution.equation;
    const size_t length = whole->system.length;
    if (of_state->rhs(of_state->context, segment, s, y, dy) != 0)
        return 1;
    for (size_t j = 1; j <= whole->active && !system_interrupted(&whole->system); j++)
        multiply(whole, y, y + j * length, dy + j * length);
    if (self->forced)
        force(self, y, dy + whole->active * length);
    return 0;
}

/* The blocks below the diagonal, by which the state's change moves the sensitivities' equations,
 * are left to Newton's iteration: once the state stands still, so do they. */
static int solve(void *context, const double *y, double h, const double *b, double *x)
{
    staircase_t *whole = ((const flight_t *)context)->whole;
    const equation_t *of_state = &whole->evolution.equation;
    const size_t length = whole->system.length;
    for (size_t j = 0; j <= whole->active; j++)
        if (of_state->solve(of_state->context, y, h, b + j * length, x + j * length) != 0)
            return 1;
    return 0;
}

static int setup(void *context, const double *y, double h, bool renew)
{
    const equation_t *of_state = &((const flight_t *)context)->whole->evolution.equation;
    return of_state->setup(of_state->context, y, h, renew);
}

static void times(void *context, const double *y, const double *v, double *Jv)
{
    staircase_t *whole = ((const flight_t *)context)->whole;
    const size_t length = whole->system.length;
    for (size_t j = 0; j <= whole->active; j++)
        multiply(whole, y, v + j * length, Jv + j * length);
}

/* A sensitivity's velocity like the state's. */
static void tolerate(void *context, const double *y)
{
    staircase_t *whole = ((const flight_t *)context)->whole;
    const size_t length = whole->system.length;
    for (size_t j = 0; j <= whole->active; j++)
        single_tolerate(&whole->system, whole->evolution.equation.rtol, y + j * length,
                        whole->atol + j * length);
}

/* ---- making and freeing ---------------------------------------------------------------------- */

static int allocate(staircase_t *self, bool gradients, sgdl_error_t *error)
{
    const size_t length = self->system.length, blocks = 1 + (gradients ? self->of.pieces : 0);
    const double numbers = (double)length * (double)blocks;
    int status = memory_ask(self->of.plan->memory, 8 * VECTORS * numbers, error,
                            "the sensitivities of %zu unknowns to %zu learning rates", length,
                            self->of.pieces);
    if (status != SGDL_OK)
        return status;
    self->y = calloc(length * blocks, sizeof *self->y);
    self->atol = calloc(length * blocks, sizeof *self->atol);
    self->scratch = calloc(length, sizeof *self->scratch);
    return self->y && self->atol && self->scratch ? SGDL_OK : sgdl_fail_memory(error);
}

int staircase_init(staircase_t *self, const staircase_of_t *of, bool gradients, sgdl_error_t *error)
{
    *self = (staircase_t){.of = *of};
    const rate_source_t source = rate_source_constant(0, of->time[of->pieces]);
    int status = system_init(&self->system, of->problem, of->plan, of->nodes, &source, error);
    if (status == SGDL_OK)
        status = system_stability_limit(&self->system, &self->stability, error);
    self->risk = self->system.population;
    self->risk.threshold = NULL;
    return status == SGDL_OK ? allocate(self, gradients, error) : status;
}

void staircase_free(staircase_t *self)
{
    system_free(&self->system);
    free(self->y);
    free(self->atol);
    free(self->scratch);
    *self = (staircase_t){0};
}

/* ---- a run ----------------------------------------------------------------------------------- */

/* A sensitivity is about as large as the state over the largest rate, and in proportion to its
 * piece: so are the errors that count. */
static void set_tolerances(staircase_t *self, double largest, bool gradient)
{
    const size_t length = self->system.length;
    const double *time = self->of.time, end = time[self->of.pieces];
    memcpy(self->atol, self->evolution.atol, length * sizeof *self->atol);
    for (size_t j = 0; gradient && j < self->of.pieces; j++) {
        const double share = fmax((time[j + 1] - time[j]) / end, SHORTEST);
        for (size_t e = 0; e < length; e++)
            self->atol[(1 + j) * length + e] = self->atol[e] * share / largest;
    }
}

static bool is_hopeless(const staircase_t *self)
{
    double largest = 0;
    for (size_t i = 0; i < self->system.C; i++)
        largest = fmax(largest, self->system.average[i].risk);
    return !isfinite(largest) ||
           (self->system.quadratic && largest > HOPELESS * (1 + self->first_risk));
}

/* On to that time, in self->y. *lost: it diverges, or the integrator gives up. */
static int fly(flight_t *self, double end, bool *lost, sgdl_error_t *error)
{
    staircase_t *whole = self->whole;
    integrator_t integrator;
    int status = integrator_init(&integrator, &self->equation, error);
    for (int step = 0; status == SGDL_OK && !*lost &&
                       !(integrator_reached(&integrator, end) && integrator.segment > 0);
         step++) {
        status = integrator_step(&integrator, end, error);
        *lost = status == SGDL_ERR_SOLVER || is_hopeless(whole) || step > STEPS_MAX;
    }
    const double *y = status == SGDL_OK && !*lost ? integrator_state(&integrator, end) : NULL;
    if (y)
        memcpy(whole->y, y, self->equation.length * sizeof *y);
    integrator_free(&integrator);
    *lost = *lost || (status == SGDL_OK && !y);
    return status == SGDL_ERR_SOLVER ? SGDL_OK : status;
}

/* From the begin of the one piece to the end of the other, at one rate. */
static int cross(flight_t *self, size_t first, size_t last, bool *lost, sgdl_error_t *error)
{
    staircase_t *whole = self->whole;
    const double *time = whole->of.time, begin = time[first], end = time[last + 1];
    double pace = self->rate * whole->system.amplification;
    if (whole->system.parts == 2) /* moves on where the learning rate is zero */
        pace = fmax(pace, fmax(whole->system.push, whole->of.problem->heavy_ball.decay));
    whole->active = self->forced ? last + 1 : 0;
    whole->system.source.value = self->rate;
    self->segment[0] = (segment_t){.begin = 0, .end = begin}; /* kept as it is */
    self->segment[1] =
        (segment_t){.begin = begin, .end = INFINITY, .scale = pace > 0 ? 1 / pace : end - begin};
    self->equation = whole->evolution.equation; /* its tolerance, refusal and interruptions */
    self->equation.context = self;
    self->equation.length = (1 + whole->active) * whole->system.length;
    self->equation.segment = self->segment;
    self->equation.segments = 2;
    self->equation.atol = whole->atol;
    self->equation.tolerate = whole->system.parts == 2 ? tolerate : NULL;
    self->equation.start = start;
    self->equation.check = check;
    self->equation.rhs = rhs;
    self->equation.solve = solve;
    self->equation.setup = self->equation.setup ? setup : NULL;
    self->equation.times = times;
    return fly(self, end, lost, error);
}

/* ---- the risk at the end --------------------------------------------------------------------- */

/* dR = sum_i p_i (G_i . dm_i + Hbar_i : dB_i / 2 + J_i dcross_i) along a sensitivity, at the
 * averages of the risk's own gradient. */
static double risk_along(const staircase_t *self, const double *v, double *room)
{
    const sgdl_system_t *system = &self->system;
    const size_t L = system->L, P = system->pairs;
    double sum = 0, *dm = room, *dB = dm + system->C * L, *dcross = dB + system->C * P;
    system_moments(system, v, dm, dB);
    if (system->has_signal)
        single_cross(system, v, dcross);
    for (size_t i = 0; i < system->C; i++) {
        const sgdl_averages_t *average = &system->average[i];
        double class = system->has_signal ? average->J * dcross[i] : 0;
        for (size_t a = 0; a < L; a++) {
            const size_t diagonal = system_diagonal(system, a);
            const double mean = dm[i * L + a] + (system->intercept ? v[system->bias + a] : 0);
            class += average->G[a] * mean +
                     0.5 * average->H[system->coupled ? diagonal : a] * dB[i * P + diagonal];
            for (size_t b = a + 1; b < L && system->coupled; b++)
                class += average->H[packed_index(L, a, b)] * dB[i * P + packed_index(L, a, b)];
        }
        sum += self->of.problem->weight[i] * class;
    }
    return sum;
}

/* Averages of the loss itself in the place of those of clipped gradients. */
static void average_risk(staircase_t *self)
{
    sgdl_system_t *system = &self->system;
    for (size_t i = 0; i < system->C && system->population.threshold; i++)
        population_average(&self->risk, i, system->m + i * system->L, system->B + i * system->pairs,
                           system->cross ? system->cross[i] : 0, &system->average[i]);
}

static int arrive(staircase_t *self, double *risk, double *gradient, sgdl_error_t *error)
{
    sgdl_system_t *system = &self->system;
    const size_t C = system->C, length = system->length;
    if (system_average(system, self->y) != 0)
        return SGDL_OK;
    *risk = system_measured(system).risk;
    if (!gradient)
        return SGDL_OK;
    double *room = malloc(C * (system->L + system->pairs + 1) * sizeof *room);
    if (!room)
        return sgdl_fail_memory(error);
    average_risk(self);
    for (size_t j = 0; j < self->of.pieces; j++)
        gradient[j] = risk_along(self, self->y + (1 + j) * length, room);
    free(room);
    return SGDL_OK;
}

int staircase_risk(staircase_t *self, const double *rate, double *risk, double *gradient,
                   sgdl_error_t *error)
{
    const size_t pieces = self->of.pieces;
    sgdl_system_t *system = &self->system;
    double largest = 0;
    bool lost = false;
    *risk = INFINITY;
    for (size_t j = 0; j < pieces; j++)
        largest = fmax(largest, rate[j]);
    system->source = rate_source_constant(largest, self->of.time[pieces]);
    int status = evolution_init(&self->evolution, system, self->of.plan->linear_solver, error);
    if (status == SGDL_OK) {
        set_tolerances(self, largest > 0 ? largest : 1, gradient != NULL);
        memset(self->y, 0, (gradient ? 1 + pieces : 1) * system->length * sizeof *self->y);
        self->evolution.equation.start(self->evolution.equation.context, self->y);
        lost = system_average(system, self->y) != 0;
        self->first_risk = lost ? 0 : system_measured(system).risk;
    }
    for (size_t j = 0, last = 0; j < pieces && status == SGDL_OK && !lost; j = last + 1) {
        flight_t flight = {.whole = self, .rate = rate[j], .forced = gradient != NULL};
        for (last = j; !gradient && last + 1 < pieces && rate[last + 1] == rate[j]; last++)
            continue; /* no break between equal rates */
        status = cross(&flight, j, last, &lost, error);
    }
    evolution_free(&self->evolution);
    *(gradient ? &self->gradients : &self->runs) += 1;
    return status == SGDL_OK && !lost ? arrive(self, risk, gradient, error) : status;
}
