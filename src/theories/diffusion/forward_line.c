/* One coordinate: BDF on the masses of cells, whose Newton systems are tridiagonal. Where the
 * learning rate is constant it hands over to the slow modes once all others have died out: these
 * are known for ever, while steps that are far longer than the cells' own times lose mass. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sgdlimit/solve.h"
#include "src/curve/emit.h"
#include "src/stepper/integrator.h"
#include "src/theories/diffusion/forward.h"
#include "src/theories/diffusion/generator.h"
#include "src/theories/diffusion/spectrum.h"
#include "src/theories/diffusion/start.h"
#include "src/theories/diffusion/warnings.h"

/* The error of each step is controlled, over a run these add up. */
static const double safety = 0.05;
/* What is small of a mass, in units of the tolerance of probabilities over the cells: densities of
 * the tails stay above zero to rounding errors. */
static const double tail = 1e-2;
/* A mode is dead when it has lost this power of e. */
static const double dead = 40;

typedef struct line {
    const setting_t *setting; /* borrowed */
    generator_t generator;
    double *mass;       /* [cells] the law that was reached; owned */
    double *kept;       /* [cells] that at the handover; in mass' block */
    double *atol;       /* [cells] in mass' block */
    double *pivot;      /* [cells] in mass' block */
    segment_t *segment; /* owned */
    size_t segments;
    equation_t equation;
    integrator_t integrator;
    spectrum_t slow; /* the modes that live on */
    double *share;   /* [slow.modes] of them in `kept`; owned */
    double handover; /* the time; INFINITY: there is none */
    bool over;       /* it is done */
} line_t;

/* ---- what the integrator asks ---------------------------------------------------------------- */

static void start(void *context, double *y)
{
    const line_t *self = context;
    memcpy(y, self->mass, self->generator.grid.cells * sizeof *y);
}

static int rhs(void *context, const segment_t *segment, double s, const double *y, double *dy)
{
    line_t *self = context;
    const setting_t *setting = self->setting;
    if (!setting_is_constant(setting)) {
        const double eta =
            rate_source_within(&setting->rate, segment->begin, segment->end, s, NULL);
        generator_rates(&self->generator, setting->heat * eta / setting->eta);
    }
    generator_apply(&self->generator, y, dy);
    return 0;
}

/* Elimination from the left. With r_i what leaves the cells up to i to the left, as seen from i,
 * pivots are 1 + h up_i + r_i: nothing is subtracted, and every pivot is right to its last digits
 * however large h is. */
static int solve(void *context, const double *y, double h, const double *b, double *x)
{
    line_t *self = context;
    const generator_t *generator = &self->generator;
    const double *up = generator->up, *down = generator->down;
    const size_t last = generator->grid.cells - 1;
    double r = 0;
    (void)y;
    x[0] = b[0];
    for (size_t i = 0; i < last; i++) {
        self->pivot[i] = 1 / (1 + r + h * up[i]);
        x[i + 1] = b[i + 1] + h * up[i] * x[i] * self->pivot[i];
        r = h * down[i] * (1 + r) * self->pivot[i];
    }
    x[last] /= 1 + r;
    for (size_t i = last; i-- > 0;)
        x[i] = (x[i] + h * down[i] * x[i + 1]) * self->pivot[i];
    return 0;
}

static void times(void *context, const double *y, const double *v, double *Jv)
{
    const line_t *self = context;
    (void)y;
    generator_apply(&self->generator, v, Jv);
}

/* ---- the equation ---------------------------------------------------------------------------- */

/* About the time in which the law begins to change: the start's own, or that of a well. */
static double clock_scale(line_t *self)
{
    const landscape_t *landscape = self->setting->landscape;
    const size_t cells = self->generator.grid.cells;
    double rate = 0;
    generator_apply(&self->generator, self->mass, self->pivot);
    for (size_t i = 0; i < cells; i++)
        rate += fabs(self->pivot[i]);
    for (size_t b = 0; b < landscape->minima; b++)
        rate = fmax(rate, landscape_minimum(landscape, b)->curvature);
    return 1 / rate;
}

static int set_segments(line_t *self, sgdl_error_t *error)
{
    double *breaks = NULL;
    size_t count = 0;
    int status = rate_source_breaks(&self->setting->rate, &breaks, &count, error);
    if (status == SGDL_OK && !(self->segment = calloc(count + 1, sizeof *self->segment)))
        status = sgdl_fail_memory(error);
    const double scale = clock_scale(self);
    self->segments = count + 1;
    for (size_t s = 0; s <= count && status == SGDL_OK; s++)
        self->segment[s] = (segment_t){.begin = s > 0 ? breaks[s - 1] : 0,
                                       .end = s < count ? breaks[s] : INFINITY,
                                       .scale = scale};
    free(breaks);
    return status;
}

static void set_equation(line_t *self, const sgdl_plan_t *plan)
{
    const size_t cells = self->generator.grid.cells;
    for (size_t i = 0; i < cells; i++)
        self->atol[i] = safety * tail * plan->atol / (double)cells;
    self->equation = (equation_t){.context = self,
                                  .length = cells,
                                  .segment = self->segment,
                                  .segments = self->segments,
                                  .rtol = safety * plan->rtol,
                                  .atol = self->atol,
                                  .interrupted = plan->watch.stop,
                                  .refusal = "the law is no law",
                                  .start = start,
                                  .rhs = rhs,
                                  .solve = solve,
                                  .times = times};
}

/* ---- slow modes ------------------------------------------------------------------------------ */

/* Weights of some 300 orders of magnitude leave modes that do not keep the mass. */
static bool keeps_mass(const spectrum_t *slow)
{
    static const double allowed = 1e-13;
    for (size_t k = 0; k < slow->modes; k++) {
        double sum = 0, size = 0;
        for (size_t i = 0; i < slow->cells; i++) {
            sum += slow->right[k * slow->cells + i];
            size += fabs(slow->right[k * slow->cells + i]);
        }
        if (!(fabs(sum) <= allowed * size))
            return false;
    }
    return true;
}

static int set_handover(line_t *self, double horizon, sgdl_error_t *error)
{
    const size_t modes = self->setting->landscape->minima - 1;
    self->handover = INFINITY;
    if (!setting_is_constant(self->setting))
        return SGDL_OK;
    self->share = calloc(modes + 1, sizeof *self->share);
    if (!self->share)
        return sgdl_fail_memory(error);
    int status = spectrum_init(&self->slow, &self->generator, modes, error);
    if (status == SGDL_OK && dead / self->slow.next < horizon && keeps_mass(&self->slow))
        self->handover = dead / self->slow.next;
    return status;
}

static void hand_over(line_t *self)
{
    const size_t cells = self->generator.grid.cells;
    self->over = true;
    memcpy(self->kept, self->mass, cells * sizeof *self->mass);
    for (size_t k = 0; k < self->slow.modes; k++) {
        self->share[k] = 0;
        for (size_t i = 0; i < cells; i++)
            self->share[k] += self->slow.left[k * cells + i] * self->kept[i];
    }
}

/* As the change since then: what has hardly begun keeps its digits. */
static void go_on(line_t *self, double since)
{
    const size_t cells = self->generator.grid.cells;
    memcpy(self->mass, self->kept, cells * sizeof *self->mass);
    for (size_t k = 0; k < self->slow.modes; k++) {
        const double change = self->share[k] * expm1(-self->slow.rate[k] * since);
        for (size_t i = 0; i < cells; i++)
            self->mass[i] += change * self->slow.right[k * cells + i];
    }
}

/* ---- the row --------------------------------------------------------------------------------- */

static void free_state(void *state)
{
    line_t *self = state;
    if (!self)
        return;
    integrator_free(&self->integrator);
    spectrum_free(&self->slow);
    generator_free(&self->generator);
    free(self->share);
    free(self->mass);
    free(self->segment);
    free(self);
}

static int init(forward_t *forward, sgdl_error_t *error)
{
    const setting_t *setting = forward->setting;
    const size_t cells = (size_t)setting->problem->cells[0];
    line_t *self = calloc(1, sizeof *self);
    if (!self)
        return sgdl_fail_memory(error);
    forward->state = self;
    self->setting = setting;
    int status = generator_init(&self->generator, setting, cells, error);
    if (status == SGDL_OK && !(self->mass = malloc(4 * cells * sizeof *self->mass)))
        status = sgdl_fail_memory(error);
    if (status != SGDL_OK)
        return status;
    self->atol = self->mass + cells;
    self->pivot = self->atol + cells;
    self->kept = self->pivot + cells;
    status = start_fill(&self->generator, self->mass, error);
    if (status == SGDL_OK)
        status = set_segments(self, error);
    if (status == SGDL_OK)
        status = set_handover(self, forward->horizon, error);
    if (status != SGDL_OK)
        return status;
    set_equation(self, forward->plan);
    return integrator_init(&self->integrator, &self->equation, error);
}

/* By the integrator, up to the handover. */
static int integrate(line_t *self, double t, double stop, sgdl_error_t *error)
{
    int status = SGDL_OK;
    while (!integrator_reached(&self->integrator, t) && status == SGDL_OK)
        status = integrator_step(&self->integrator, stop, error);
    if (status != SGDL_OK)
        return status;
    const double *state = integrator_state(&self->integrator, t);
    if (!state)
        return sgdl_fail(error, SGDL_ERR_SOLVER, NULL, "no law at t = %g", t);
    memcpy(self->mass, state, self->generator.grid.cells * sizeof *self->mass);
    return SGDL_OK;
}

static int advance(forward_t *forward, double t, sgdl_error_t *error)
{
    line_t *self = forward->state;
    int status = SGDL_OK;
    if (t <= self->handover)
        return integrate(self, t, fmin(forward->horizon, self->handover), error);
    if (!self->over) {
        status = integrate(self, self->handover, self->handover, error);
        if (status == SGDL_OK)
            hand_over(self);
    }
    if (status == SGDL_OK)
        go_on(self, t - self->handover);
    return status;
}

static void observe(const forward_t *forward, observables_t *out)
{
    const line_t *self = forward->state;
    observables_of_cells(self->setting->landscape, &self->generator.grid, self->mass, out);
}

static size_t cells_of(const forward_t *forward)
{
    return ((const line_t *)forward->state)->generator.grid.cells;
}

static void cell(const forward_t *forward, size_t i, double *values)
{
    const line_t *self = forward->state;
    const grid_t *grid = &self->generator.grid;
    values[0] = grid->centre[i];
    values[1] = self->mass[i] / (grid->edge[i + 1] - grid->edge[i]);
}

static void count(sgdl_solve_statistics_t *total, const integrator_statistics_t *n)
{
    if (!total)
        return;
    total->steps += n->steps;
    total->rhs_evaluations += n->rhs_evaluations;
    total->newton_iterations += n->newton_iterations;
    total->error_test_failures += n->error_test_failures;
    total->newton_failures += n->newton_failures;
}

static int note(const forward_t *forward, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    const line_t *self = forward->state;
    char key[SETTING_KEY];
    int status = grid_note(&self->generator.grid, self->setting, sink, error);
    const integrator_statistics_t n = integrator_statistics(&self->integrator);
    const double *stationary = self->generator.stationary;
    count(forward->plan->statistics, &n);
    if (status == SGDL_OK)
        status = warnings_note_outermost(
            self->setting, stationary[0] + stationary[self->generator.grid.cells - 1], sink, error);
    if (status == SGDL_OK)
        status = emit_note(sink, setting_key(self->setting, "solver", key), error,
                           "cvode-bdf tridiagonal; steps %ld; rhs_evaluations %ld; "
                           "newton_iterations %ld; error_test_failures %ld; newton_failures %ld",
                           n.steps, n.rhs_evaluations, n.newton_iterations, n.error_test_failures,
                           n.newton_failures);
    if (status == SGDL_OK && self->over)
        status = emit_note(sink, setting_key(self->setting, "slow_modes", key), error,
                           "from t = %.6g on the law goes by its slowest modes, %zu beside the "
                           "stationary one; all others have died out",
                           self->handover, self->slow.modes);
    return status;
}

const forward_kind_t forward_line = {.init = init,
                                     .free_state = free_state,
                                     .advance = advance,
                                     .observe = observe,
                                     .cells = cells_of,
                                     .cell = cell,
                                     .note = note};
