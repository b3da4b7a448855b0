/* Heavy ball in one coordinate: BDF of order 2 on Hermite modes in V, as transport puts eigenvalues
 * near the imaginary axis, where higher orders are not stable. Once all but the slow modes have
 * died out these go on alone. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sgdlimit/solve.h"
#include "src/curve/emit.h"
#include "src/stepper/integrator.h"
#include "src/theories/diffusion/forward.h"
#include "src/theories/diffusion/start.h"
#include "src/theories/diffusion/momentum.h"
#include "src/theories/diffusion/warnings.h"

/* A method of the second order cannot have the accuracy that one of the fifth has for the same
 * work: tolerances are these times those of the plan. */
static const double coarser_rtol = 1000, coarser_atol = 1e5;
/* What may be left of the fast modes at the handover, in units of that absolute tolerance. */
static const double left_over = 0.01;
/* Factors serve steps that differ by as much. */
static const double same_step = 1e-7;
/* The equation's clock, in units of the horizon: even in t, so that steps keep their length and
 * factors serve many of them. */
static const double even_clock = 1e9;

typedef struct heavy {
    const setting_t *setting; /* borrowed */
    size_t modes;
    bool stands; /* modes are enough */
    underdamped_t flow;
    inverse_t inverse;
    momentum_modes_t slow;
    factor_t factor;
    double *c;         /* [length] the law that was reached; owned, with it all below */
    double *kept;      /* [length] that at the handover */
    double *atol;      /* [length] */
    double *mass;      /* [cells] */
    double *amplitude; /* [slow.modes] */
    segment_t segment;
    equation_t equation;
    integrator_t integrator;
    double handover; /* INFINITY: not yet */
    long factors;
} heavy_t;

/* ---- what the integrator asks ---------------------------------------------------------------- */

static void start(void *context, double *y)
{
    const heavy_t *self = context;
    memcpy(y, self->c, self->flow.length * sizeof *y);
}

static int rhs(void *context, const segment_t *segment, double s, const double *y, double *dy)
{
    const heavy_t *self = context;
    (void)segment;
    (void)s;
    underdamped_apply(&self->flow, y, dy);
    return 0;
}

/* Whatever rounding does to the mass is put back in proportion to the law of e^{-U/T}. */
static int solve(void *context, const double *y, double h, const double *b, double *x)
{
    heavy_t *self = context;
    const underdamped_t *flow = &self->flow;
    (void)y;
    if (!(fabs(self->factor.step - h) <= same_step * h)) {
        self->factors++;
        if (factor_make(&self->factor, 1, h, SIZE_MAX) != 0) {
            self->factor.step = NAN;
            return 1;
        }
    }
    const double mass = underdamped_mass(flow, b);
    factor_solve(&self->factor, b, x, false);
    const double lost = mass - underdamped_mass(flow, x);
    for (size_t i = 0; i < flow->cells; i++)
        x[i * flow->modes] += lost * flow->root[i];
    return 0;
}

/* ---- making and freeing ---------------------------------------------------------------------- */

static void free_state(void *state)
{
    heavy_t *self = state;
    if (!self)
        return;
    integrator_free(&self->integrator);
    factor_free(&self->factor);
    momentum_modes_free(&self->slow);
    inverse_free(&self->inverse);
    underdamped_free(&self->flow);
    free(self->c);
    free(self);
}

/* X as the problem says, V Maxwellian at the temperature of the modes: mode 0 alone; where T(x)
 * differs it is at T(x). */
static int fill_start(heavy_t *self, sgdl_error_t *error)
{
    const underdamped_t *flow = &self->flow;
    generator_t generator;
    int status = generator_init(&generator, self->setting, flow->cells, error);
    if (status == SGDL_OK)
        status = start_fill(&generator, self->mass, error);
    generator_free(&generator);
    for (size_t i = 0; i < flow->cells && status == SGDL_OK; i++) {
        double *c = self->c + i * flow->modes;
        c[0] = self->mass[i] > 0 ? self->mass[i] / flow->root[i] : 0;
        for (size_t n = 2; n < flow->modes && flow->warm; n += 2)
            c[n] = c[n - 2] * flow->excess[i] * flow->number[n - 1] / flow->number[n];
    }
    return status;
}

static void set_equation(heavy_t *self, const sgdl_plan_t *plan, double horizon)
{
    const size_t length = self->flow.length;
    for (size_t e = 0; e < length; e++)
        self->atol[e] = coarser_atol * plan->atol / sqrt((double)length);
    self->segment =
        (segment_t){.begin = 0, .end = INFINITY, .scale = even_clock * (horizon > 0 ? horizon : 1)};
    self->equation = (equation_t){.context = self,
                                  .length = length,
                                  .segment = &self->segment,
                                  .segments = 1,
                                  .order_max = 2,
                                  .rtol = coarser_rtol * plan->rtol,
                                  .atol = self->atol,
                                  .interrupted = plan->watch.stop,
                                  .refusal = "the law is no law",
                                  .start = start,
                                  .rhs = rhs,
                                  .solve = solve};
}

static int make_operator(heavy_t *self, const sgdl_plan_t *plan, sgdl_error_t *error)
{
    const setting_t *setting = self->setting;
    int status = momentum_modes_choose(setting, plan, &self->modes, &self->stands, error);
    if (status == SGDL_OK)
        status = underdamped_init(&self->flow, setting, (size_t)setting->problem->cells[0],
                                  self->modes, error);
    if (status == SGDL_OK)
        status = inverse_init(&self->inverse, &self->flow, false, plan, error);
    if (status == SGDL_OK)
        status = momentum_modes_init(&self->slow, &self->inverse, plan, error);
    if (status == SGDL_OK)
        status = factor_init(&self->factor, &self->flow, 0, plan->memory, error);
    self->factor.step = NAN;
    return status;
}

static int init(forward_t *forward, sgdl_error_t *error)
{
    heavy_t *self = calloc(1, sizeof *self);
    if (!self)
        return sgdl_fail_memory(error);
    forward->state = self;
    self->setting = forward->setting;
    self->handover = INFINITY;
    if (!setting_is_constant(self->setting))
        return sgdl_fail(error, SGDL_ERR_INPUT, "momentum",
                         "found with a schedule of the learning rate, which changes the length of "
                         "a step in t and the friction with it; allowed with momentum: a constant "
                         "learning rate");
    int status = make_operator(self, forward->plan, error);
    if (status != SGDL_OK)
        return status;
    const size_t length = self->flow.length;
    self->c = calloc(3 * length + self->flow.cells + self->slow.modes, sizeof *self->c);
    if (!self->c)
        return sgdl_fail_memory(error);
    self->kept = self->c + length;
    self->atol = self->kept + length;
    self->mass = self->atol + length;
    self->amplitude = self->mass + self->flow.cells;
    status = fill_start(self, error);
    set_equation(self, forward->plan, forward->horizon);
    return status == SGDL_OK ? integrator_init(&self->integrator, &self->equation, error) : status;
}

/* ---- going on -------------------------------------------------------------------------------- */

/* Has all else died out by the time that was reached? */
static void try_handover(heavy_t *self, const sgdl_plan_t *plan)
{
    const double *state = integrator_state(&self->integrator, self->integrator.t);
    double left = 0;
    if (!state || self->slow.why)
        return;
    memcpy(self->kept, state, self->flow.length * sizeof *self->kept);
    momentum_modes_deflate(&self->slow, &self->inverse, self->kept, self->amplitude);
    for (size_t e = 0; e < self->flow.length; e++)
        left += self->kept[e] * self->kept[e];
    if (!(sqrt(left) < left_over * coarser_atol * plan->atol))
        return;
    memcpy(self->kept, state, self->flow.length * sizeof *self->kept);
    self->handover = self->integrator.t;
}

static void go_on(heavy_t *self, double since)
{
    const size_t length = self->flow.length;
    memcpy(self->c, self->kept, length * sizeof *self->c);
    for (size_t k = 0; k < self->slow.modes; k++) {
        if (self->amplitude[k] == 0)
            continue;
        const double change = self->amplitude[k] * expm1(-self->slow.rate[k] * since);
        for (size_t e = 0; e < length; e++)
            self->c[e] += change * self->slow.right[k * length + e];
    }
}

static int advance(forward_t *forward, double t, sgdl_error_t *error)
{
    heavy_t *self = forward->state;
    int status = SGDL_OK;
    while (isinf(self->handover) && !integrator_reached(&self->integrator, t) &&
           status == SGDL_OK) {
        status = integrator_step(&self->integrator, forward->horizon, error);
        if (status == SGDL_OK)
            try_handover(self, forward->plan);
    }
    if (status != SGDL_OK)
        return status;
    if (t >= self->handover) {
        go_on(self, t - self->handover);
        return SGDL_OK;
    }
    const double *state = integrator_state(&self->integrator, t);
    if (!state)
        return sgdl_fail(error, SGDL_ERR_SOLVER, NULL, "no law at t = %g", t);
    memcpy(self->c, state, self->flow.length * sizeof *self->c);
    return SGDL_OK;
}

/* ---- what is seen ---------------------------------------------------------------------------- */

static void observe(const forward_t *forward, observables_t *out)
{
    heavy_t *self = forward->state;
    for (size_t i = 0; i < self->flow.cells; i++)
        self->mass[i] = self->flow.root[i] * self->c[i * self->modes];
    observables_of_cells(self->setting->landscape, &self->flow.grid, self->mass, out);
}

static size_t cells_of(const forward_t *forward)
{
    return ((const heavy_t *)forward->state)->flow.cells;
}

static void cell(const forward_t *forward, size_t i, double *values)
{
    const heavy_t *self = forward->state;
    const grid_t *grid = &self->flow.grid;
    values[0] = grid->centre[i];
    values[1] = self->flow.root[i] * self->c[i * self->modes] / (grid->edge[i + 1] - grid->edge[i]);
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

static int note_solver(const heavy_t *self, const sgdl_plan_t *plan, const sgdl_sink_t *sink,
                       sgdl_error_t *error)
{
    char key[SETTING_KEY];
    const integrator_statistics_t n = integrator_statistics(&self->integrator);
    count(plan->statistics, &n);
    int status =
        emit_note(sink, setting_key(self->setting, "solver", key), error,
                  "cvode-bdf of order 2, band %s; steps %ld; factors %ld; rhs_evaluations "
                  "%ld; newton_iterations %ld; error_test_failures %ld; newton_failures "
                  "%ld",
                  self->flow.warm ? "LU" : "Cholesky", n.steps, self->factors, n.rhs_evaluations,
                  n.newton_iterations, n.error_test_failures, n.newton_failures);
    if (status == SGDL_OK && self->slow.why)
        status = emit_note(sink, setting_key(self->setting, "slow_modes", key), error, "none: %s",
                           self->slow.why);
    if (status == SGDL_OK && isfinite(self->handover))
        status = emit_note(sink, setting_key(self->setting, "slow_modes", key), error,
                           "from t = %.6g on the law goes by its %zu slowest modes; all others "
                           "have died out",
                           self->handover, self->slow.modes);
    return status;
}

static int note(const forward_t *forward, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    const heavy_t *self = forward->state;
    const double *first = self->inverse.stationary,
                 *last = first + (self->flow.cells - 1) * self->modes;
    int status = grid_note(&self->flow.grid, self->setting, sink, error);
    if (status == SGDL_OK)
        status = momentum_note_modes(self->setting, self->modes, self->stands, sink, error);
    if (status == SGDL_OK)
        status = warnings_note_outermost(self->setting,
                                         self->flow.root[0] * *first +
                                             self->flow.root[self->flow.cells - 1] * *last,
                                         sink, error);
    return status == SGDL_OK ? note_solver(self, forward->plan, sink, error) : status;
}

const forward_kind_t forward_momentum = {.init = init,
                                         .free_state = free_state,
                                         .advance = advance,
                                         .observe = observe,
                                         .cells = cells_of,
                                         .cell = cell,
                                         .note = note};
