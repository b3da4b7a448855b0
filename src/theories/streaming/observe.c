#include "src/theories/streaming/observe.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/clones.h"
#include "src/theories/streaming/dense.h"
#include "src/theories/streaming/coupled.h"
#include "src/theories/streaming/shared.h"
#include "src/theories/streaming/single.h"

static void choose_classes(observer_t *self, const sgdl_plan_t *plan)
{
    const sgdl_system_t *system = self->system;
    bool many = system->L > 1 && 4 * system->C * system->L > OBSERVER_COLUMNS;
    for (size_t i = 0; i < system->C; i++)
        self->all[i] = i;
    self->shown = plan->shown ? plan->shown : self->all;
    self->shown_count = plan->shown ? plan->shown_count : system->C;
    self->shows_outputs = plan->shown || !many;
}

/* One block behind all arrays of the observation. */
static int allocate_seen(observer_t *self, sgdl_error_t *error)
{
    const size_t C = self->system->C, L = self->system->L;
    const size_t outputs = self->shows_outputs ? self->shown_count * L : 0;
    double *next = calloc(2 * C + 4 * outputs, sizeof *next);
    if (!next)
        return sgdl_fail_memory(error);
    self->seen.class_risk = next;
    self->seen.class_error = next += C;
    self->seen.mean = next += C;
    self->seen.var = next += outputs;
    self->seen.cos = next += outputs;
    self->seen.clean_share = next + outputs;
    return SGDL_OK;
}

/* Averages that are not clipped, of one output. */
static int allocate_own(observer_t *self, sgdl_error_t *error)
{
    enum { ARRAYS = 8 };
    const size_t C = self->system->C;
    self->average = self->system->average;
    self->unclipped = self->system->population;
    self->unclipped.threshold = NULL;
    if (!self->system->population.threshold)
        return SGDL_OK;
    double *next = calloc(C, ARRAYS * sizeof *next);
    self->own = calloc(C, sizeof *self->own);
    if (!next || !self->own) {
        free(next);
        return sgdl_fail_memory(error);
    }
    for (size_t i = 0; i < C; i++, next += ARRAYS)
        self->own[i] = (sgdl_averages_t){.G = next,
                                         .H = next + 1,
                                         .Q = next + 2,
                                         .G_B = next + 3,
                                         .H_m = next + 4,
                                         .H_B = next + 5,
                                         .Q_m = next + 6,
                                         .Q_B = next + 7};
    self->average = self->own;
    return SGDL_OK;
}

int observer_init(observer_t *self, sgdl_system_t *system, const sgdl_plan_t *plan,
                  sgdl_error_t *error)
{
    memset(self, 0, sizeof *self);
    self->system = system;
    const size_t C = system->C, L = system->L, rows = system->shared ? 0 : C;
    self->all = calloc(C, sizeof *self->all);
    self->largest = calloc(C, sizeof *self->largest);
    self->derivative = calloc(system->length, sizeof *self->derivative);
    self->m_dot = calloc(rows * (L + system->pairs + 1) + 1, sizeof *self->m_dot);
    self->gradient = calloc(system_rows(system) * system->N + 1, sizeof *self->gradient);
    self->drift =
        calloc(rows * (L + (system->coupled ? system->pairs : L) + 1) + L, sizeof *self->drift);
    self->room = calloc(system->k * system->N + 1, sizeof *self->room);
    self->apart = calloc(1, sizeof *self->apart);
    if (!self->apart || !self->all || !self->largest || !self->derivative || !self->m_dot ||
        !self->gradient || !self->drift || !self->room)
        return sgdl_fail_memory(error);
    self->B_dot = self->m_dot + C * L;
    self->cross_dot = self->B_dot + C * system->pairs;
    self->shrinkage = self->drift + C * L;
    for (size_t i = 0; i < C; i++)
        for (size_t n = 0; n < system->N; n++)
            self->largest[i] = fmax(self->largest[i], system->nodes->eigenvalue[i * system->N + n]);
    for (size_t n = 0; n < system->N; n++) {
        self->any_clean |= system->nodes->clean[n];
        self->any_other |= !system->nodes->clean[n];
    }
    choose_classes(self, plan);
    int status = allocate_own(self, error);
    return status == SGDL_OK ? allocate_seen(self, error) : status;
}

void observer_free(observer_t *self)
{
    free(self->seen.class_risk);
    free(self->own ? self->own->G : NULL);
    free(self->own);
    free(self->all);
    free(self->largest);
    free(self->apart);
    free(self->derivative);
    free(self->m_dot);
    free(self->gradient);
    free(self->drift);
    free(self->room);
    memset(self, 0, sizeof *self);
}

/* Below this absolute error cosines and misclassification probabilities say something. */
static const double sharp = 0.1;

/* Is the sign of r ~ N(m_i, B_i) known, of one output? It is that of m/sqrt(B) + a normal. */
static bool sign_is_known(const sgdl_system_t *system, const flow_t *flow, const double *y,
                          size_t i)
{
    if (system->L > 1)
        return true;
    const double m = population_mean(&system->population, i, system->m[i]);
    const known_t B = weights_spread(system, flow, y, i);
    if (!(B.value > 0))
        return true;
    double z = m / sqrt(B.value), density = exp(-z * z / 2) / sqrt(2 * M_PI);
    double m_unknown = uncertainty_mean(system, flow, y, i, 0);
    return density * (m_unknown / sqrt(B.value) + fabs(z) * B.unknown / (2 * B.value)) <= sharp;
}

/* Misclassification probability of class i against its (noisy) label. */
static double class_error(observer_t *self, const flow_t *flow, const double *y, size_t i)
{
    const sgdl_system_t *system = self->system;
    double estimate;
    if (!exchange_leads(&system->exchange, i)) /* seen before */
        return self->seen.class_error[system->exchange.leader[i]];
    if (!sign_is_known(system, flow, y, i))
        return NAN;
    double error = population_class_error(&self->system->population, i, system->m + i * system->L,
                                          system->B + i * system->pairs,
                                          system->cross ? system->cross[i] : 0, &estimate);
    self->argmax_estimate = fmax(self->argmax_estimate, estimate);
    self->lacks_memory |= estimate < 0;
    return error;
}

/* Hbar_i : dB_i, over the stored pairs. */
static double hessian_contraction(const observer_t *self, size_t i, const double *B_dot)
{
    const sgdl_system_t *system = self->system;
    const double *H = self->average[i].H;
    double sum = 0;
    for (size_t a = 0; a < system->L; a++) {
        if (!system->coupled) {
            sum += H[a] * B_dot[system_diagonal(system, a)];
            continue;
        }
        for (size_t b = a; b < system->L; b++) {
            size_t p = packed_index(system->L, a, b);
            sum += (a == b ? 1 : 2) * H[p] * B_dot[p];
        }
    }
    return sum;
}

/* dR/dt = sum_i p_i (G_i . dm_i/dt + 1/2 Hbar_i : dB_i/dt + J_i dcross_i/dt) (Bonnet, Price). */
static double risk_derivative(observer_t *self, const double *derivative)
{
    const sgdl_system_t *system = self->system;
    size_t L = system->L;
    double sum = 0;
    if (system->shared)
        return shared_risk_change(system, derivative);
    system_moments(system, derivative, self->m_dot, self->B_dot);
    if (system->has_signal)
        single_cross(system, derivative, self->cross_dot);
    for (size_t i = 0; i < system->C; i++) {
        double change = 0.5 * hessian_contraction(self, i, self->B_dot + i * system->pairs);
        for (size_t a = 0; a < L; a++) {
            double bias_dot = system->intercept ? derivative[system->bias + a] : 0;
            change += self->average[i].G[a] * (self->m_dot[i * L + a] + bias_dot);
        }
        if (system->has_signal)
            change += self->average[i].J * self->cross_dot[i];
        sum += system->problem->weight[i] * change;
    }
    return sum;
}

/* The rate of the fastest direction, roughly and from above: what errors of the state are
 * multiplied by in the right-hand side. */
static double stiffness(const observer_t *self)
{
    const sgdl_system_t *system = self->system;
    double sum = system->problem->ridge;
    for (size_t i = 0; i < system->C; i++) {
        double hessian = system->quadratic ? (double)system->L : 0;
        for (size_t a = 0; a < system->L && !system->quadratic; a++)
            hessian += fabs(system->average[i].H[system->coupled ? system_diagonal(system, a) : a]);
        sum += system->problem->weight[i] * hessian *
               (self->largest[i] + system->nodes->gram[i * (system->nodes->classes + 1)]);
    }
    return 4 * (system->gamma * sum + system->push);
}

/* d log risk / d log t: from the right-hand side, as long as the interpolant's derivative agrees
 * within its own error; later on the stiff directions make noise of the former. Where its error is
 * larger than the slope itself nothing is known. */
static double slope(observer_t *self, double t, const double *y, const flow_t *flow, double risk)
{
    sgdl_system_t *system = self->system;
    if (t == 0)
        return 0;
    double unknown = uncertainty_risk(system, flow, y, self->average);
    double error = stiffness(self) * unknown;
    system_derivative(system, y, self->derivative);
    double change = risk_derivative(self, self->derivative);
    bool same_rate = fabs(flow->rate - system->rate) <= flow->relative * system->rate;
    if (!(unknown < 0.5 * risk))
        return NAN;
    if (flow->derivative && same_rate) {
        error = fmin(error, flow->pace * unknown);
        double interpolated = risk_derivative(self, flow->derivative);
        if (change == 0 && interpolated == 0)
            return 0;
        if (!(fabs(change - interpolated) <= flow->pace * unknown)) {
            change = interpolated;
            error = flow->pace * unknown;
        }
    }
    error += fabs(change) * unknown / risk;
    return fabs(change) >= error ? t * change / risk + 0.0 : NAN;
}

/* What every class adds to the mean gradient over a chunk of nodes, output by output: c_a + h_a
 * A_a, h_a = sum_i p_i lambda_i Hbar_ia, c_a = sum_i p_i G_ia N_i; returns its squared norm with
 * what the fluctuations S - A A^T add: tr h (S - A A^T) h. */
CLONES static double chunk_gradient(observer_t *self, size_t first, const double *y)
{
    const sgdl_system_t *system = self->system;
    const sgdl_nodes_t *nodes = system->nodes;
    const size_t N = system->N, k = system->k, C = system->C, count = system_chunk(system, first);
    double h[SYSTEM_CHUNK], noise[SYSTEM_CHUNK], square[SYSTEM_CHUNK], fluctuation[SYSTEM_CHUNK];
    memset(square, 0, count * sizeof *square);
    memset(fluctuation, 0, count * sizeof *fluctuation);
    for (size_t a = 0; a < system->L; a++) {
        const double *S = y + system->S + system_diagonal(system, a) * N + first;
        system_combine(h, 0, self->shrinkage + a * C, nodes->eigenvalue + first, C, N, count);
        memcpy(noise, S, count * sizeof *noise);
        for (size_t j = 0; j < k; j++) {
            const size_t row = (a * k + j) * N + first;
            const double *A = y + system->A + row;
            double *gradient = self->gradient + row;
            system_combine(gradient, 0, self->drift + a * C, nodes->mean + j * N + first, C, k * N,
                           count);
            for (size_t n = 0; n < count; n++) {
                gradient[n] += h[n] * A[n];
                square[n] += gradient[n] * gradient[n];
                noise[n] -= A[n] * A[n];
            }
        }
        for (size_t n = 0; n < count; n++)
            fluctuation[n] += h[n] * h[n] * noise[n];
    }
    for (size_t n = 0; n < count; n++)
        square[n] += fluctuation[n] > 0 ? fluctuation[n] : 0;
    return system_dot(nodes->weight + first, square, count);
}

/* The same of one output under a teacher or with a heavy ball: the node's average of |c + h chi|^2.
 */
static double single_gradient(observer_t *self, const double *y)
{
    const sgdl_system_t *system = self->system;
    const double *J = self->shrinkage + system->C;
    const single_rows_t rows = {.G = self->drift, .H = self->shrinkage, .Q = system->noise, .J = J};
    double total = 0;
    for (size_t n = 0; n < system->N; n++) {
        const single_terms_t terms = single_gather(system, n, &rows, 0);
        double square = 0, fluctuation = y[single_S(system, 0, 0, n)];
        for (size_t j = 0; j < system->k; j++) {
            const double A = y[single_A(system, 0, j, n)], gradient = terms.c[j] + terms.h * A;
            self->gradient[j * system->N + n] = gradient;
            square += gradient * gradient;
            fluctuation -= A * A;
        }
        total += system->nodes->weight[n] * (square + terms.h * terms.h * fmax(fluctuation, 0));
    }
    return total;
}

/* The mean gradient on every node, and E|grad R|^2 with the bias. */
static double set_gradient(observer_t *self, const double *y)
{
    const sgdl_system_t *system = self->system;
    size_t C = system->C, L = system->L;
    size_t rows = system->coupled ? system->pairs : L;
    double total = 0, intercept = system->problem->intercept;
    if (system->shared)
        return shared_gradient(system, y, self->gradient);
    for (size_t a = 0; a < L; a++) {
        double bias_rate = 0;
        for (size_t i = 0; i < C; i++) {
            self->drift[a * C + i] = system->problem->weight[i] * self->average[i].G[a];
            bias_rate += self->drift[a * C + i];
        }
        total += intercept * intercept * bias_rate * bias_rate;
    }
    for (size_t row = 0; row < rows; row++)
        for (size_t i = 0; i < C; i++)
            self->shrinkage[row * C + i] = system->problem->weight[i] * self->average[i].H[row];
    if (system->single) {
        for (size_t i = 0; i < C; i++)
            self->shrinkage[C + i] = system->problem->weight[i] * self->average[i].J;
        return total + single_gradient(self, y);
    }
    if (system->dense)
        return total +
               dense_gradient(system,
                              &(dense_rows_t){.drift = self->drift, .shrinkage = self->shrinkage},
                              y, self->gradient);
    if (system->coupled) {
        const coupled_rows_t terms = {
            .drift = self->drift, .shrinkage = self->shrinkage, .noise = system->noise};
        return total + coupled_gradient(system, &terms, y, self->gradient);
    }
    for (size_t first = 0; first < system->N; first += SYSTEM_CHUNK)
        total += chunk_gradient(self, first, y);
    return total;
}

double observer_clean_share(const observer_t *self, size_t rows, const double *x,
                            const double *mean, double unknown)
{
    const sgdl_system_t *system = self->system;
    const size_t N = system->N;
    double clean = 0, total = 0, size = 0;
    if (!self->any_clean || !self->any_other)
        return NAN;
    for (size_t j = 0; j < rows; j++) {
        for (size_t n = 0; n < N; n++) {
            double term = system->nodes->weight[n] * x[j * N + n] * mean[j * N + n];
            total += term;
            size += fabs(term);
            clean += system->nodes->clean[n] ? term : 0;
        }
    }
    /* Terms that cancel to rounding errors have no share. + 0.0: no -0 in tables. */
    return fabs(total) > fmax(64 * DBL_EPSILON * size, unknown) ? clean / total + 0.0 : NAN;
}

double observer_cosine(const sgdl_system_t *system, known_t m, known_t norm2, size_t i)
{
    const double mean_norm2 = system->nodes->gram[i * (system->nodes->classes + 1)];
    const double value = overlap_cosine(m.value, norm2.value, mean_norm2);
    if (norm2.value == 0 || isnan(value))
        return value;
    double error = m.unknown / sqrt(norm2.value * mean_norm2) +
                   0.5 * fabs(value) * norm2.unknown / norm2.value;
    return error <= sharp ? value : NAN;
}

/* Output a of the class with index e among those shown. */
static void see_output(observer_t *self, size_t e, size_t a, const double *y, const flow_t *flow,
                       const double *weights)
{
    const sgdl_system_t *system = self->system;
    observation_t *seen = &self->seen;
    const size_t i = self->shown[e], at = e * system->L + a;
    const known_t m = weights_overlap(system, flow, y, weights, i, a);
    bool known = sign_is_known(system, flow, y, i);
    seen->mean[at] = system->m[i * system->L + a];
    if (system->has_signal)
        seen->mean[at] = m.value + (system->intercept ? y[system->bias] : 0);
    seen->var[at] = !known ? NAN
                    : system->has_signal
                        ? weights_spread(system, flow, y, i).value
                        : population_variance(&system->population, system->B, i, a);
    seen->cos[at] = observer_cosine(system, m, weights_norm2(system, flow, y, a, false), i);
    /* Where m_i = 0, as at the start, its limit along the first step: down the gradient. */
    size_t block = system->k * system->N;
    const double *x = m.value != 0 ? weights : self->gradient;
    seen->clean_share[at] = observer_clean_share(self, system->k, x + a * block,
                                                 system->nodes->mean + i * block, m.unknown);
}

typedef struct totals {
    double risk, norm2, clean_norm2, noise_power;
} totals_t;

static totals_t sum_up(observer_t *self, const double *y, const flow_t *flow)
{
    const sgdl_system_t *system = self->system;
    totals_t total = {0};
    for (size_t a = 0; a < system->L; a++) {
        total.norm2 += weights_norm2(system, flow, y, a, false).value;
        total.clean_norm2 += weights_norm2(system, flow, y, a, true).value;
    }
    const sgdl_measured_t measured = system_measured(system);
    total.risk = measured.risk;
    total.noise_power = measured.noise_power;
    return total;
}

static void forget(observer_t *self, double t)
{
    observation_t *seen = &self->seen;
    const size_t outputs = self->shows_outputs ? self->shown_count * self->system->L : 0;
    const size_t numbers = 2 * self->system->C + 4 * outputs;
    seen->t = t;
    seen->risk = seen->error = seen->learning_rate = seen->norm2 = seen->slope = NAN;
    seen->clean_norm2 = seen->gradient_norm2 = seen->noise_power = NAN;
    seen->overlap_signal = seen->cos_signal = NAN;
    seen->bias = NULL;
    for (size_t e = 0; e < numbers; e++)
        seen->class_risk[e] = NAN; /* all arrays are behind it */
}

static void see_signal(observer_t *self, const double *y, const flow_t *flow, const double *weights)
{
    const sgdl_system_t *system = self->system;
    const known_t overlap = weights_overlap(system, flow, y, weights, system->C, 0);
    self->seen.overlap_signal = overlap.value;
    self->seen.cos_signal =
        observer_cosine(system, overlap, weights_norm2(system, flow, y, 0, false), system->C);
}

static int evaluate(observer_t *self, double t, const double *y)
{
    const sgdl_system_t *system = self->system;
    double relative;
    if (system_evaluate(self->system, t, y) != 0)
        return 1;
    self->average_estimate = fmax(self->average_estimate, system_estimate(system, &relative));
    for (size_t i = 0; i < system->C && self->own; i++)
        population_average(&self->unclipped, i, &system->m[i], &system->B[i],
                           system->cross ? system->cross[i] : 0, &self->own[i]);
    return 0;
}

void observer_see(observer_t *self, double t, const double *y, const flow_t *flow)
{
    sgdl_system_t *system = self->system;
    observation_t *seen = &self->seen;
    forget(self, t);
    if (evaluate(self, t, y) != 0)
        return;
    const double *weights = weights_mean(system, y, self->room);
    totals_t total = sum_up(self, y, flow);
    seen->gradient_norm2 = set_gradient(self, y);
    system_class_risks(system, seen->class_risk);
    seen->risk = total.risk;
    seen->learning_rate = system->rate;
    seen->norm2 = total.norm2;
    seen->clean_norm2 = total.clean_norm2;
    seen->noise_power = total.noise_power;
    seen->bias = system->intercept ? y + system->bias : NULL;
    if (system->has_signal)
        see_signal(self, y, flow, weights);
    seen->slope = slope(self, t, y, flow, seen->risk);
    if (system->shared)
        observer_shared_errors(self);
    for (size_t e = 0, i = 0; i < system->C; i++) {
        if (!system->shared)
            seen->class_error[i] = class_error(self, flow, y, i);
        if (e == self->shown_count || self->shown[e] != i)
            continue;
        for (size_t a = 0; a < system->L && self->shows_outputs; a++)
            (system->shared ? observer_see_shared : see_output)(self, e, a, y, flow, weights);
        e++;
    }
    seen->error = population_mix(&self->system->population, seen->class_error);
}

void observer_see_risk(observer_t *self, double t, const double *y, const flow_t *flow)
{
    sgdl_system_t *system = self->system;
    forget(self, t);
    if (evaluate(self, t, y) != 0)
        return;
    system_class_risks(system, self->seen.class_risk);
    self->seen.risk = system_measured(system).risk;
    if (flow)
        self->seen.slope = slope(self, t, y, flow, self->seen.risk);
}
