#include "src/theories/streaming/observe.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/sums.h"
#include "src/theories/streaming/node.h"

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
    const size_t C = self->system->C, outputs = self->shown_count * self->system->L;
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
    size_t C = system->C, L = system->L;
    self->all = calloc(C, sizeof *self->all);
    self->largest = calloc(C, sizeof *self->largest);
    self->derivative = calloc(system->length, sizeof *self->derivative);
    self->m_dot = calloc(C * (L + system->pairs), sizeof *self->m_dot);
    self->gradient = calloc(L * system->k * system->N + 1, sizeof *self->gradient);
    self->drift = calloc(C * (L + (system->coupled ? system->pairs : L)), sizeof *self->drift);
    if (!self->all || !self->largest || !self->derivative || !self->m_dot || !self->gradient ||
        !self->drift)
        return sgdl_fail_memory(error);
    self->B_dot = self->m_dot + C * L;
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
    free(self->derivative);
    free(self->m_dot);
    free(self->gradient);
    free(self->drift);
    memset(self, 0, sizeof *self);
}

/* Below this absolute error cosines and misclassification probabilities say something. */
static const double sharp = 0.1;

/* Is the sign of r ~ N(m_i, B_i) known, of one output? It is that of m/sqrt(B) + a normal. */
static bool sign_is_known(const sgdl_system_t *system, const flow_t *flow, const double *y,
                          size_t i)
{
    double m = system->m[i], B = system->B[i];
    if (system->L > 1 || !(B > 0))
        return true;
    double z = m / sqrt(B), density = exp(-z * z / 2) / sqrt(2 * M_PI);
    double m_unknown = uncertainty_mean(system, flow, y, i, 0);
    double B_unknown = uncertainty_variance(system, flow, y, i, 0);
    return density * (m_unknown / sqrt(B) + fabs(z) * B_unknown / (2 * B)) <= sharp;
}

/* Misclassification probability of class i against its (noisy) label. */
static double class_error(observer_t *self, const flow_t *flow, const double *y, size_t i)
{
    const sgdl_system_t *system = self->system;
    double estimate;
    if (!sign_is_known(system, flow, y, i))
        return NAN;
    double error = population_class_error(&self->system->population, i, system->m + i * system->L,
                                          system->B + i * system->pairs,
                                          system->cross ? system->cross[i] : 0, &estimate);
    self->argmax_estimate = fmax(self->argmax_estimate, estimate);
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

/* dR/dt = sum_i p_i (G_i . dm_i/dt + 1/2 Hbar_i : dB_i/dt) (Bonnet, Price). */
static double risk_derivative(observer_t *self, const double *derivative)
{
    const sgdl_system_t *system = self->system;
    size_t L = system->L;
    double sum = 0;
    system_moments(system, derivative, self->m_dot, self->B_dot);
    for (size_t i = 0; i < system->C; i++) {
        double change = 0.5 * hessian_contraction(self, i, self->B_dot + i * system->pairs);
        for (size_t a = 0; a < L; a++) {
            double bias_dot = system->intercept ? derivative[system->bias + a] : 0;
            change += self->average[i].G[a] * (self->m_dot[i * L + a] + bias_dot);
        }
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
        double hessian = 0;
        for (size_t a = 0; a < system->L; a++)
            hessian += fabs(system->average[i].H[system->coupled ? system_diagonal(system, a) : a]);
        sum += system->problem->weight[i] * hessian *
               (self->largest[i] + system->nodes->gram[i * (system->nodes->classes + 1)]);
    }
    return 4 * system->gamma * sum;
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

/* The mean gradient of one node, with terms gathered for gamma = 1; returns its squared norm and
 * what the fluctuations S - A A^T add: tr h (S - A A^T) h. */
static double node_gradient(observer_t *self, size_t n, const node_terms_t *terms, const double *y)
{
    const sgdl_system_t *system = self->system;
    size_t L = system->L, k = system->k, N = system->N;
    const double *A = y + system->A + n;
    double square = 0, fluctuation = 0;
    for (size_t a = 0; a < L; a++) {
        for (size_t j = 0; j < k; j++) {
            double gradient = terms->c[a * k + j];
            for (size_t e = 0; e < L; e++)
                gradient += terms->h[a * L + e] * A[(e * k + j) * N];
            self->gradient[(a * k + j) * N + n] = gradient;
            square += gradient * gradient;
        }
        for (size_t e = 0; e < L; e++)
            for (size_t f = 0; f < L && terms->h[a * L + e] != 0; f++) {
                if (terms->h[a * L + f] == 0)
                    continue;
                double noise = node_second(system, y, n, e, f);
                for (size_t j = 0; j < k; j++)
                    noise -= A[(e * k + j) * N] * A[(f * k + j) * N];
                fluctuation += terms->h[a * L + e] * terms->h[a * L + f] * noise;
            }
    }
    return square + fmax(fluctuation, 0);
}

/* The mean gradient on every node, and E|grad R|^2 with the bias. */
static double set_gradient(observer_t *self, const double *y)
{
    const sgdl_system_t *system = self->system;
    size_t C = system->C, L = system->L;
    size_t rows = system->coupled ? system->pairs : L;
    double total = 0, intercept = system->problem->intercept;
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
    node_terms_t terms = node_slot(system, 0);
    for (size_t n = 0; n < system->N; n++) {
        node_gather(system, n, self->drift, self->shrinkage, system->noise, 0, &terms);
        total += system->nodes->weight[n] * node_gradient(self, n, &terms, y);
    }
    return total;
}

/* Share of sum_n w_n x_n . N_{n,i} that lies in clean nodes; x [k*N] of one output. A sum within
 * its error `unknown` has none. */
static double clean_share(const observer_t *self, const double *x, size_t i, double unknown)
{
    const sgdl_system_t *system = self->system;
    size_t N = system->N, k = system->k;
    double clean = 0, total = 0, size = 0;
    if (!self->any_clean || !self->any_other)
        return NAN;
    for (size_t j = 0; j < k; j++) {
        for (size_t n = 0; n < N; n++) {
            double term =
                system->nodes->weight[n] * x[j * N + n] * system->nodes->mean[(i * k + j) * N + n];
            total += term;
            size += fabs(term);
            clean += system->nodes->clean[n] ? term : 0;
        }
    }
    /* Terms that cancel to rounding errors have no share. + 0.0: no -0 in tables. */
    return fabs(total) > fmax(64 * DBL_EPSILON * size, unknown) ? clean / total + 0.0 : NAN;
}

static double cosine(double m, double m_unknown, double norm2, double norm2_unknown,
                     double mean_norm2)
{
    const double value = overlap_cosine(m, norm2, mean_norm2);
    if (norm2 == 0 || isnan(value))
        return value;
    double error = m_unknown / sqrt(norm2 * mean_norm2) + 0.5 * fabs(value) * norm2_unknown / norm2;
    return error <= sharp ? value : NAN;
}

/* Output a of the class with index e among those shown. */
static void see_output(observer_t *self, size_t e, size_t a, const double *y, const flow_t *flow,
                       double norm2)
{
    const sgdl_system_t *system = self->system;
    observation_t *seen = &self->seen;
    const size_t i = self->shown[e], at = e * system->L + a;
    double m = system->m_weights[i * system->L + a];
    double m_unknown = m != 0 ? uncertainty_mean(system, flow, y, i, a) : 0;
    double norm2_unknown = norm2 != 0 ? uncertainty_norm2(system, flow, y, a) : 0;
    seen->mean[at] = system->m[i * system->L + a];
    bool known = sign_is_known(system, flow, y, i);
    seen->var[at] = known ? population_variance(&self->system->population, system->B, i, a) : NAN;
    seen->cos[at] = cosine(m, m_unknown, norm2, norm2_unknown,
                           system->nodes->gram[i * (system->nodes->classes + 1)]);
    /* Where m_i = 0, as at the start, its limit along the first step: down the gradient. */
    size_t block = system->k * system->N;
    const double *x = m != 0 ? y + system->A : self->gradient;
    seen->clean_share[at] = clean_share(self, x + a * block, i, m_unknown);
}

static double norm2_of(const sgdl_system_t *system, const double *y, size_t a, bool clean_only)
{
    const double *S = y + system->S + system_diagonal(system, a) * system->N;
    double sum = 0, correction = 0;
    for (size_t n = 0; n < system->N; n++)
        if (!clean_only || system->nodes->clean[n])
            sum_accumulate(&sum, &correction, system->nodes->weight[n] * S[n]);
    /* S may dip below zero by the integrator's error; what is not a number stays so. */
    return sum + correction < 0 ? 0 : sum + correction;
}

typedef struct totals {
    double risk, norm2, clean_norm2, noise_power;
} totals_t;

static totals_t sum_up(observer_t *self, const double *y)
{
    const sgdl_system_t *system = self->system;
    totals_t total = {0};
    for (size_t a = 0; a < system->L; a++) {
        total.norm2 += norm2_of(system, y, a, false);
        total.clean_norm2 += norm2_of(system, y, a, true);
    }
    const sgdl_measured_t measured = system_measured(system);
    total.risk = measured.risk;
    total.noise_power = measured.noise_power;
    return total;
}

static void forget(observer_t *self, double t)
{
    observation_t *seen = &self->seen;
    const size_t numbers = 2 * self->system->C + 4 * self->shown_count * self->system->L;
    seen->t = t;
    seen->risk = seen->error = seen->learning_rate = seen->norm2 = seen->slope = NAN;
    seen->clean_norm2 = seen->gradient_norm2 = seen->noise_power = NAN;
    seen->bias = NULL;
    for (size_t e = 0; e < numbers; e++)
        seen->class_risk[e] = NAN; /* all arrays are behind it */
}

static int evaluate(observer_t *self, double t, const double *y)
{
    const sgdl_system_t *system = self->system;
    if (system_evaluate(self->system, t, y) != 0)
        return 1;
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
    totals_t total = sum_up(self, y);
    seen->gradient_norm2 = set_gradient(self, y);
    for (size_t i = 0; i < system->C; i++)
        seen->class_risk[i] = system->average[i].risk;
    seen->risk = total.risk;
    seen->learning_rate = system->rate;
    seen->norm2 = total.norm2;
    seen->clean_norm2 = total.clean_norm2;
    seen->noise_power = total.noise_power;
    seen->bias = system->intercept ? y + system->bias : NULL;
    seen->slope = slope(self, t, y, flow, seen->risk);
    for (size_t e = 0, i = 0; i < system->C; i++) {
        seen->class_error[i] = class_error(self, flow, y, i);
        if (e == self->shown_count || self->shown[e] != i)
            continue;
        for (size_t a = 0; a < system->L && self->shows_outputs; a++)
            see_output(self, e, a, y, flow, norm2_of(system, y, a, false));
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
    for (size_t i = 0; i < system->C; i++)
        self->seen.class_risk[i] = system->average[i].risk;
    self->seen.risk = system_measured(system).risk;
    if (flow)
        self->seen.slope = slope(self, t, y, flow, self->seen.risk);
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* One name for L = 1, one an output otherwise: NAME_i or NAME_i_a. */
static int output_quantities(const observer_t *self, emit_list_t *list, size_t i,
                             sgdl_error_t *error)
{
    static const char *const names[] = {"mean", "var", "cos", "clean_share"};
    int status = SGDL_OK;
    for (size_t a = 0; a < self->system->L; a++)
        for (size_t c = 0; c < 4 && status == SGDL_OK; c++)
            status = self->system->L == 1
                         ? emit_add(list, error, "%s_%zu", names[c], i + 1)
                         : emit_add(list, error, "%s_%zu_%zu", names[c], i + 1, a + 1);
    return status;
}

int observer_quantities(const observer_t *self, emit_list_t *list, sgdl_error_t *error)
{
    static const char *const front[] = {"t", "risk", "error", "learning_rate", "norm2", "slope"};
    static const char *const back[] = {"clean_norm2", "gradient_norm2", "noise_power"};
    size_t L = self->system->L;
    int status = SGDL_OK;
    for (size_t c = 0; c < sizeof front / sizeof front[0] && status == SGDL_OK; c++)
        status = emit_add(list, error, "%s", front[c]);
    for (size_t e = 0; e < self->shown_count && status == SGDL_OK; e++) {
        size_t i = self->shown[e];
        status = emit_add(list, error, "risk_%zu", i + 1);
        if (status == SGDL_OK)
            status = emit_add(list, error, "error_%zu", i + 1);
        if (status == SGDL_OK && self->shows_outputs)
            status = output_quantities(self, list, i, error);
    }
    for (size_t c = 0; c < sizeof back / sizeof back[0] && status == SGDL_OK; c++)
        status = emit_add(list, error, "%s", back[c]);
    for (size_t a = 0; a < L && self->system->intercept && status == SGDL_OK; a++)
        status = L == 1 ? emit_add(list, error, "bias") : emit_add(list, error, "bias_%zu", a + 1);
    return status;
}

double *observer_row(const observer_t *self, double *row)
{
    const observation_t *seen = &self->seen;
    const size_t L = self->system->L;
    double *next = row;
    *next++ = seen->t;
    *next++ = seen->risk;
    *next++ = seen->error;
    *next++ = seen->learning_rate;
    *next++ = seen->norm2;
    *next++ = seen->slope;
    for (size_t e = 0; e < self->shown_count; e++) {
        *next++ = seen->class_risk[self->shown[e]];
        *next++ = seen->class_error[self->shown[e]];
        for (size_t at = e * L; at < (e + 1) * L && self->shows_outputs; at++) {
            *next++ = seen->mean[at];
            *next++ = seen->var[at];
            *next++ = seen->cos[at];
            *next++ = seen->clean_share[at];
        }
    }
    *next++ = seen->clean_norm2;
    *next++ = seen->gradient_norm2;
    *next++ = seen->noise_power;
    for (size_t a = 0; a < L && self->system->intercept; a++)
        *next++ = seen->bias ? seen->bias[a] : NAN;
    return next;
}
