#include "src/theories/streaming/evolution.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/theories/streaming/dense.h"
#include "src/theories/streaming/driven.h"
#include "src/theories/streaming/single.h"

static double safety(const sgdl_system_t *system)
{
    const bool exact = !system->coupled || system->L <= 2;
    return exact && system->N <= EVOLUTION_SMALL ? EVOLUTION_SAFETY_SMALL : EVOLUTION_SAFETY;
}

/* At the state y that the system averaged last: it may drive the rate. */
static int set_rate(sgdl_system_t *system, const segment_t *segment, double s, const double *y)
{
    if (system->driven)
        return driven_set_rate(system, (double[]){segment->begin, segment->end}, s, y);
    return system_set_rate(
        system, rate_source_within(&system->source, segment->begin, segment->end, s, NULL));
}

/* The rate alone, which a driven system is left with. */
static double rate_at(sgdl_system_t *system, const segment_t *segment, double s, const double *y)
{
    if (!system->driven)
        return rate_source_within(&system->source, segment->begin, segment->end, s, NULL);
    (void)set_rate(system, segment, s, y);
    return system->rate;
}

/* ---- what the integrator asks ---------------------------------------------------------------- */

static void start(void *context, double *y)
{
    const evolution_t *self = context;
    system_start(self->system, y);
}

static int rhs(void *context, const segment_t *segment, double s, const double *y, double *dy)
{
    evolution_t *self = context;
    sgdl_system_t *system = self->system;
    system_set_time(system, segment->begin + s);
    system->frozen = segment == self->last && s == self->elapsed;
    self->last = segment;
    self->elapsed = s;
    const int failed = system_average(system, y);
    system->frozen = false; /* whoever looks at the state in between may choose */
    if (failed != 0 || set_rate(system, segment, s, y) != 0)
        return 1;
    system_derivative(system, y, dy);
    return 0;
}

static int solve(void *context, const double *y, double h, const double *b, double *x)
{
    evolution_t *self = context;
    if (self->system->dense)
        dense_precondition(self->system, h, b, x);
    return self->newton.solve(&self->newton, y, h, b, x);
}

static int setup(void *context, const double *y, double h, bool renew)
{
    evolution_t *self = context;
    return self->newton.setup(&self->newton, y, h, renew);
}

static void times(void *context, const double *y, const double *v, double *Jv)
{
    const evolution_t *self = context;
    system_jacobian_times(self->system, y, v, Jv);
}

/* Beyond this product of learning rate and tr(K)/d + |mu|^2 rounding errors of a saturated loss
 * decide where the curve goes. */
#define RATE_RESOLVED 1e11

static int check(void *context, const segment_t *segment, sgdl_error_t *error)
{
    const sgdl_system_t *system = ((const evolution_t *)context)->system;
    double size = 0;
    for (size_t i = 0; i < system->C; i++)
        size = fmax(size, system->nodes->trace[i] +
                              system->nodes->gram[i * (system->nodes->classes + 1)]);
    if (system->quadratic || !(size > RATE_RESOLVED * segment->scale))
        return SGDL_OK;
    return sgdl_fail(error, SGDL_ERR_SOLVER, NULL,
                     "the integrator gave up at t = %.6g: the learning rate times tr(K)/d + |mu|^2 "
                     "is %.3g, allowed up to %g: beyond it rounding errors decide",
                     segment->begin, size / segment->scale, RATE_RESOLVED);
}

/* ---- tolerances ------------------------------------------------------------------------------ */

/* How far a state that starts at zero comes, at most and roughly, beside one of order one: A to
 * gamma T, S to its square and the noise, gamma^2 T; gamma times tr(K)/d or |mu|^2 above one. Where
 * that is less than one the absolute tolerances shrink with it, so that a small state is known like
 * a large one; but for states whose squares all but underflow. */
typedef struct reach {
    double A, S;
} reach_t;

static reach_t reach_of(const sgdl_system_t *system, double size)
{
    static const double least = 1e-100;
    const sgdl_problem_t *problem = system->problem;
    double longest = 0; /* a clipped gradient */
    double gamma = system->amplification * system->source.bound * size;
    for (size_t i = 0; i < system->C && system->population.threshold; i++)
        longest = fmax(longest, system->population.threshold[i]);
    gamma = fmin(system->population.threshold ? gamma * fmin(longest, 1) : gamma, 1);
    double way = fmin(gamma * system->source.horizon, 1);
    if (problem->start || problem->start_norm2 > 0 || way < least || gamma < least ||
        system->shift != 0 || system->parts == 2)
        return (reach_t){1, 1};
    return (reach_t){way, fmin(way * (way + gamma), 1)};
}

/* Errors of a state of many large eigenvalues or means add up in B and m: the absolute tolerance of
 * S and A shrinks with tr(K)/d and |mu|^2 where these are beyond this; below, what it loses is
 * less than what the tightest tolerances would lose to rounding errors. */
#define LARGE 100

/* A step's error is a mean square over the state. Most of it stands off the diagonals of second
 * moments that may as well be zero, and does not make up for errors of the rest. */
static double dilution(const sgdl_system_t *system)
{
    const double rest = (double)(system->L + system->pairs) * (double)system->N;
    return system->dense ? sqrt(rest / (double)system->length) : 1;
}

static void set_tolerance(evolution_t *self)
{
    const sgdl_system_t *system = self->system;
    const sgdl_nodes_t *nodes = system->nodes;
    double atol = safety(system) * system->plan->atol, trace = 1, length2 = 1, size = 1;
    double *tolerance = self->atol;
    for (size_t i = 0; i < system->C; i++) {
        size = fmax(size, fmax(nodes->trace[i], nodes->gram[i * (nodes->classes + 1)]));
        trace = fmax(trace, nodes->trace[i] / LARGE);
        length2 = fmax(length2, nodes->gram[i * (nodes->classes + 1)] / LARGE);
    }
    if (system->has_signal && isfinite(nodes->gram[nodes->classes * nodes->classes - 1]))
        length2 = fmax(length2, nodes->gram[nodes->classes * nodes->classes - 1] / LARGE);
    const reach_t reach = reach_of(system, size);
    for (size_t n = 0; n < system->N; n++) {
        double norm2 = 0;
        for (size_t e = 0; e < nodes->classes * system->k; e++) /* of a signal too */
            norm2 = fmax(norm2, nodes->mean[e * system->N + n] * nodes->mean[e * system->N + n]);
        double scale = fmax(1, norm2 / length2);
        for (size_t c = 0; c < system_rows(system); c++)
            tolerance[system->A + c * system->N + n] = reach.A * atol * sqrt(scale) / sqrt(length2);
        for (size_t p = 0; p < system->moments; p++)
            tolerance[system->S + p * system->N + n] = reach.S * atol * scale / trace;
    }
    for (size_t a = 0; a < system->L * system->parts && system->intercept; a++)
        tolerance[system->bias + a] = reach.A * atol;
    if (system->accumulates)
        tolerance[system->accumulated] = atol;
    for (size_t e = system->W; e < system->length; e++)
        tolerance[e] = reach.S * atol / trace;
    for (size_t e = 0; e < system->length && system->dense; e++)
        tolerance[e] *= dilution(system);
}

/* What averages at the state seen last are off by, as far as steps mind it. */
static double inherited(const sgdl_system_t *system)
{
    double relative;
    (void)system_estimate(system, &relative);
    return EVOLUTION_INHERITED * relative;
}

/* Errors of the averages reach all of a node's components: none is known better than they let the
 * largest one be. */
static void tolerate_coupled(evolution_t *self, const double *y)
{
    const sgdl_system_t *system = self->system;
    const size_t N = system->N;
    const double share = inherited(system);
    self->equation.rtol = safety(system) * fmax(system->plan->rtol, share);
    memcpy(self->atol, self->least, system->length * sizeof *self->atol);
    for (size_t n = 0; n < N && share > 0; n++) {
        double size = 0;
        for (size_t a = 0; a < system->L; a++)
            size = fmax(size, y[system->S + system_diagonal(system, a) * N + n]);
        for (size_t e = 0; e < system->L * system->k; e++)
            self->atol[system->A + e * N + n] += safety(system) * share * sqrt(size);
        for (size_t p = 0; p < system->moments; p++)
            self->atol[system->S + p * N + n] += safety(system) * share * size;
    }
}

/* Those of a velocity, which move with the state. */
static void tolerate(void *context, const double *y)
{
    evolution_t *self = context;
    if (self->system->coupled)
        tolerate_coupled(self, y);
    else
        single_tolerate(self->system, self->equation.rtol, y, self->atol);
}

/* ---- segments -------------------------------------------------------------------------------- */

/* Rates are monotone between breaks. One that is driven is known at the start y alone, the state
 * averaged last; what becomes of it, also where it is zero there, CVODE finds out. */
static double clock_scale(sgdl_system_t *system, const segment_t *segment, const double *y)
{
    double until = fmin(segment->end, system->source.horizon) - segment->begin;
    double rate = system->amplification *
                  fmax(rate_at(system, segment, 0, y), rate_at(system, segment, until, y));
    if (system->parts == 2) /* moves on where the learning rate is zero */
        rate = fmax(rate, fmax(system->push, system->problem->heavy_ball.decay));
    if (system->driven)
        return rate > 0 && isfinite(rate) ? 1 / rate : 1;
    return rate > 0 ? 1 / rate : 0;
}

/* The state at t = 0, which a driven rate looks at, in `scratch` [length]. */
static int average_start(const evolution_t *self, double *scratch, sgdl_error_t *error)
{
    static const segment_t whole = {.end = INFINITY};
    sgdl_system_t *system = self->system;
    if (!system->driven)
        return SGDL_OK;
    system_start(system, scratch);
    if (system_average(system, scratch) != 0)
        return sgdl_fail(error, SGDL_ERR_SOLVER, NULL, "the start is no state of the system");
    if (set_rate(system, &whole, 0, scratch) == 0)
        return SGDL_OK;
    return sgdl_fail(error, SGDL_ERR_INPUT, "learning_rate",
                     "found %s, which is %g at the start: no noise of the gradient bounds it",
                     system->source.schedule->spec.family->name, system->rate);
}

static int set_segments(evolution_t *self, const double *y, sgdl_error_t *error)
{
    sgdl_system_t *system = self->system;
    double *breaks = NULL;
    size_t count = 0;
    int status = rate_source_breaks(&system->source, &breaks, &count, error);
    if (status != SGDL_OK)
        return status;
    self->segment = calloc(count + 1, sizeof *self->segment);
    for (size_t s = 0; s <= count && self->segment; s++) {
        segment_t *segment = &self->segment[s];
        segment->begin = s > 0 ? breaks[s - 1] : 0;
        segment->end = s < count ? breaks[s] : INFINITY;
        segment->scale = clock_scale(system, segment, y);
    }
    self->equation.segments = count + 1;
    free(breaks);
    return self->segment ? SGDL_OK : sgdl_fail_memory(error);
}

/* ---- the whole ------------------------------------------------------------------------------- */

int evolution_init(evolution_t *self, sgdl_system_t *system, sgdl_linear_solver_t kind,
                   sgdl_error_t *error)
{
    memset(self, 0, sizeof *self);
    self->system = system;
    self->atol = malloc(system->length * sizeof *self->atol);
    self->least = malloc(system->length * sizeof *self->least);
    if (!self->atol || !self->least)
        return sgdl_fail_memory(error);
    int status = rate_source_check(&system->source, SYSTEM_MEASURES, "the theory", error);
    if (status == SGDL_OK)
        status = average_start(self, self->atol, error); /* before it is set */
    if (status == SGDL_OK)
        status = set_segments(self, self->atol, error);
    if (status == SGDL_OK)
        status = newton_init(&self->newton, system, kind, error);
    set_tolerance(self);
    memcpy(self->least, self->atol, system->length * sizeof *self->atol);
    self->equation = (equation_t){
        .context = self,
        .length = system->length,
        .segment = self->segment,
        .segments = self->equation.segments,
        .krylov = newton_choose(system, kind) == SGDL_LINEAR_KRYLOV,
        .rtol = safety(system) * system->plan->rtol * dilution(system),
        .atol = self->atol,
        .tolerate = system->parts == 2 || system->coupled ? tolerate : NULL,
        .interrupted = system->interrupted,
        .refusal = "the state is no longer one of numbers and positive variances",
        .start = start,
        .check = check,
        .rhs = rhs,
        .solve = solve,
        .setup = self->newton.setup ? setup : NULL,
        .times = times,
    };
    return status;
}

void evolution_free(evolution_t *self)
{
    newton_free(&self->newton);
    free(self->atol);
    free(self->least);
    free(self->segment);
    memset(self, 0, sizeof *self);
}

flow_t evolution_flow(const evolution_t *self, const integrator_t *integrator, double t,
                      const double *y)
{
    sgdl_system_t *system = self->system;
    motion_t motion = integrator_motion(integrator, t);
    if (system->driven)
        (void)system_average(system, y);
    flow_t flow = {.rate = rate_at(system, motion.segment, motion.elapsed, y),
                   .relative = fmax(system->plan->rtol, inherited(system)),
                   .absolute = self->atol,
                   .factor = 1 / (safety(system) * dilution(system)),
                   .derivative = motion.derivative};
    if (t == 0) /* the start is given */
        flow.relative = flow.factor = 0;
    if (flow.derivative)
        flow.pace = safety(system) * motion.order / motion.step;
    return flow;
}
