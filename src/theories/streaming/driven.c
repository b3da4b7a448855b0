#include "src/theories/streaming/driven.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/theories/streaming/single.h"

/* One block behind all arrays. */
static int allocate(struct system_driven *self, const sgdl_system_t *system, sgdl_error_t *error)
{
    const size_t C = system->C, L = system->L, P = system->pairs, H = system->coupled ? P : L;
    const size_t moments = C * (L + P + 1);
    double *next = self->product =
        calloc(C * C + 2 * moments + C * (L + H + P) + 2 * system->length, sizeof *next);
    self->change = calloc(C, sizeof *self->change);
    if (!next || !self->change)
        return sgdl_fail_memory(error);
    self->m = next += C * C;
    self->B = next += C * L;
    self->cross = next += C * P;
    self->m_change = next += C;
    self->B_change = next += C * L;
    self->cross_change = next += C * P;
    next += C;
    for (size_t i = 0; i < C; i++) {
        self->change[i] = system->coupled
                              ? system->change[i]
                              : (sgdl_averages_t){.G = next, .H = next + L, .Q = next + L + H};
        next += L + H + P;
    }
    self->vector = next;
    self->direction = next + system->length;
    return SGDL_OK;
}

int driven_init(sgdl_system_t *system, sgdl_error_t *error)
{
    const sgdl_nodes_t *nodes = system->nodes;
    const size_t C = system->C, N = system->N;
    if (system->source.kind != RATE_DRIVEN)
        return SGDL_OK;
    struct system_driven *self = system->driven = calloc(1, sizeof *self);
    if (!self)
        return sgdl_fail_memory(error);
    int status = allocate(self, system, error);
    if (status != SGDL_OK || !(system->source.measures & SGDL_MEASURE_PROGRESS))
        return status;
    for (size_t i = 0; i < C; i++)
        for (size_t j = 0; j < C; j++)
            for (size_t n = 0; n < N; n++)
                self->product[i * C + j] +=
                    nodes->weight[n] * nodes->eigenvalue[i * N + n] * nodes->eigenvalue[j * N + n];
    return SGDL_OK;
}

void driven_free(struct system_driven *self)
{
    if (!self)
        return;
    free(self->product);
    free(self->change);
    free(self);
}

/* m, B and cross of a vector laid out like the state; m with the bias. */
static void moments_of(const sgdl_system_t *system, const double *v, double *m, double *B,
                       double *cross)
{
    system_moments(system, v, m, B);
    if (system->has_signal)
        single_cross(system, v, cross);
    for (size_t i = 0; i < system->C && system->intercept; i++)
        for (size_t a = 0; a < system->L; a++)
            m[i * system->L + a] += v[system->bias + a];
}

/* The change of |X|^2 along v: with a teacher X = D + shift X*. */
static double norm2_along(const sgdl_system_t *system, const double *v)
{
    const size_t N = system->N;
    double sum = 0;
    for (size_t a = 0; a < system->L; a++)
        sum += system_dot(system->nodes->weight, v + system->S + system_diagonal(system, a) * N, N);
    for (size_t j = 0; j < system->k && system->shift != 0; j++)
        for (size_t n = 0; n < N; n++)
            sum += 2 * system->shift * system->nodes->weight[n] * single_signal(system, j, n) *
                   v[single_A(system, 0, j, n)];
    return sum;
}

/* F'(v), v having the moments m, B, cross. */
static double objective_change(const sgdl_system_t *system, const double *v, const double *m,
                               const double *B, const double *cross)
{
    return population_risk_change(&system->population, system->average, m, B, cross) +
           system->problem->ridge / 2 * norm2_along(system, v);
}

/* -F'(f1); the moments of f1 stay behind. */
static double descent(sgdl_system_t *system, const double *y)
{
    struct system_driven *self = system->driven;
    (void)system_set_rate(system, 1);
    memset(system->noise, 0, system->C * system->pairs * sizeof *system->noise);
    system->diffusion = 0;
    system_derivative(system, y, self->vector);
    moments_of(system, self->vector, self->m, self->B, self->cross);
    return -objective_change(system, self->vector, self->m, self->B, self->cross);
}

static population_step_t step_of(const sgdl_system_t *system)
{
    return (population_step_t){.trace = system->nodes->trace,
                               .product = system->driven->product,
                               .batch = system->problem->batch,
                               .ridge = system->problem->ridge,
                               .noise = system->problem->gradient_noise};
}

static sgdl_measured_t measure(sgdl_system_t *system, const double *y)
{
    sgdl_measured_t out = system_measured(system);
    out.step_power = system_step_power(system);
    if (system->accumulates)
        out.accumulated = y[system->accumulated];
    if (system->source.measures & SGDL_MEASURE_PROGRESS) {
        const population_step_t step = step_of(system);
        out.descent = descent(system, y);
        out.curvature = population_curvature(&system->population, system->average, &step);
    }
    return out;
}

int driven_set_rate(sgdl_system_t *system, const double segment[2], double elapsed, const double *y)
{
    struct system_driven *self = system->driven;
    const rate_source_t *source = &system->source;
    self->measured = measure(system, y);
    self->partial = rate_source_partial(source, segment[0], segment[1], elapsed, &self->measured);
    return system_set_rate(
        system, rate_source_within(source, segment[0], segment[1], elapsed, &self->measured));
}

/* ---- to first order -------------------------------------------------------------------------- */

static void set_change(const sgdl_system_t *system, const double *v)
{
    const struct system_driven *self = system->driven;
    moments_of(system, v, self->m_change, self->B_change, self->cross_change);
    if (system->coupled)
        system_change(system, self->m_change, self->B_change);
    for (size_t i = 0; i < system->C; i++)
        population_average_change(
            &system->population, &system->average[i], self->m_change + i * system->L,
            self->B_change + i * system->pairs, self->cross_change[i], &self->change[i]);
}

static double power_change(const sgdl_system_t *system)
{
    return population_noise_power(&system->population, system->driven->change,
                                  system->nodes->trace) /
           system->problem->batch;
}

double driven_power_change(const sgdl_system_t *system, const double *v)
{
    set_change(system, v);
    return power_change(system);
}

/* The change of -a = F'(f1) along v: F' changes on f1, and f1 by (J v - gamma^2 f2's change)/gamma,
 * J the Jacobian at this rate. */
static double descent_change(const sgdl_system_t *system, const double *y, const double *v,
                             double curvature_by_noise)
{
    const struct system_driven *self = system->driven;
    sgdl_system_t fixed = *system;
    fixed.driven = NULL;
    system_jacobian_times(&fixed, y, v, self->vector);
    moments_of(system, self->vector, self->m_change, self->B_change, self->cross_change);
    const double along =
        objective_change(system, self->vector, self->m_change, self->B_change, self->cross_change);
    return -population_risk_change(&system->population, self->change, self->m, self->B,
                                   self->cross) -
           (along / system->gamma - system->gamma * curvature_by_noise);
}

double driven_rate_change(const sgdl_system_t *system, const double *y, const double *v)
{
    const struct system_driven *self = system->driven;
    const sgdl_measured_t *partial = &self->partial;
    set_change(system, v);
    double sum = partial->risk * population_average_risk(&system->population, self->change) +
                 partial->step_power * power_change(system);
    if (system->accumulates)
        sum += partial->accumulated * v[system->accumulated];
    if (partial->descent == 0 || !(system->gamma > 0))
        return sum;
    const population_step_t step = step_of(system);
    const double by_hessian = population_curvature_change(&system->population, system->average,
                                                          self->change, false, &step);
    const double by_noise = population_curvature_change(&system->population, system->average,
                                                        self->change, true, &step);
    return sum + partial->curvature * (by_hessian + by_noise) +
           partial->descent * descent_change(system, y, v, by_noise);
}

/* The derivative of gamma f1 + gamma^2 f2 is the right-hand side at twice the rate, over that. */
void driven_direction(const sgdl_system_t *system, const double *y, double *out)
{
    static const double small = 1e-150; /* where it is zero */
    const double rate = fmax(2 * system->rate, small);
    sgdl_system_t twice = *system; /* the coefficients that it shares are put back */
    (void)system_set_rate(&twice, rate);
    system_derivative(&twice, y, out);
    (void)system_set_rate(&twice, system->rate);
    for (size_t e = 0; e < system->length; e++)
        out[e] /= rate;
    if (system->accumulates)
        out[system->accumulated] = 0;
}

void driven_add_times(const sgdl_system_t *system, const double *y, const double *v, double *Jv)
{
    const struct system_driven *self = system->driven;
    if (system->accumulates)
        Jv[system->accumulated] = driven_power_change(system, v);
    const double change = driven_rate_change(system, y, v);
    driven_direction(system, y, self->direction);
    for (size_t e = 0; e < system->length; e++)
        Jv[e] += change * self->direction[e];
}
