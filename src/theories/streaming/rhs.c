#include "src/theories/streaming/system.h"

#include <math.h>
#include <omp.h>
#include <string.h>

#include "src/base/clones.h"
#include "src/base/sums.h"
#include "src/theories/streaming/dense.h"
#include "src/theories/streaming/driven.h"
#include "src/theories/streaming/shared.h"
#include "src/theories/streaming/single.h"

/* One chunk's share of sum_n w_n x_n row_{i,n} for every class i, added to sum[i*step].
 * Many parameters: two arrays with their strides, as in BLAS. */
CLONES static void add_weighted(const sgdl_system_t *self, const double *x, const double *rows,
                                size_t stride, size_t first, double *sum, double *correction,
                                size_t step)
{
    double product[SYSTEM_CHUNK];
    size_t count = system_chunk(self, first);
    const double *w = self->nodes->weight + first;
    for (size_t n = 0; n < count; n++)
        product[n] = w[n] * x[first + n];
    for (size_t i = 0; i < self->C; i++)
        sum_accumulate(&sum[i * step], &correction[i * step],
                       system_dot(product, rows + i * stride + first, count));
}

void system_moments(const sgdl_system_t *self, const double *y, double *m, double *B)
{
    const sgdl_nodes_t *nodes = self->nodes;
    size_t N = self->N, k = self->k, L = self->L, P = self->pairs, C = self->C;
    double *m_correction = self->correction, *B_correction = self->correction + C * L;
    memset(m, 0, C * L * sizeof *m);
    memset(B, 0, C * P * sizeof *B);
    memset(self->correction, 0, C * (L + P) * sizeof *self->correction);
    for (size_t first = 0; first < N; first += SYSTEM_CHUNK) {
        for (size_t a = 0; a < L; a++)
            for (size_t j = 0; j < k; j++)
                add_weighted(self, y + self->A + (a * k + j) * N, nodes->mean + j * N, k * N, first,
                             m + a, m_correction + a, L);
        for (size_t p = 0; p < P; p++)
            add_weighted(self, y + self->S + p * N, nodes->eigenvalue, N, first, B + p,
                         B_correction + p, P);
    }
    for (size_t e = 0; e < C * L; e++)
        m[e] += m_correction[e];
    for (size_t e = 0; e < C * P; e++)
        B[e] += B_correction[e];
    if (self->dense)
        dense_add_moments(self, y, B);
}

/* B_ii may dip below zero by the integrator's error; more than that is a failed step. */
static bool is_physical(const sgdl_system_t *self, size_t i)
{
    double scale = 0;
    for (size_t j = 0; j < self->C; j++)
        scale = fmax(scale, self->nodes->trace[j]);
    for (size_t a = 0; a < self->L; a++) {
        double B = self->B[i * self->pairs + system_diagonal(self, a)];
        double m = self->m[i * self->L + a];
        double slack = 1e3 * (self->plan->atol + self->plan->rtol * (1 + m * m)) * scale;
        if (!isfinite(B) || !isfinite(m) || B < -slack)
            return false;
    }
    return true;
}

static void set_coefficients(sgdl_system_t *self)
{
    const sgdl_problem_t *problem = self->problem;
    size_t C = self->C, L = self->L, P = self->pairs;
    for (size_t i = 0; i < C && !self->shared; i++) {
        const sgdl_averages_t *average = &self->average[i];
        double rate = self->gamma * problem->weight[i];
        for (size_t a = 0; a < L; a++)
            self->drift[a * C + i] = rate * average->G[a];
        for (size_t h = 0; h < (self->coupled ? P : L); h++)
            self->shrinkage[h * C + i] = rate * average->H[h];
        for (size_t p = 0; p < P; p++)
            self->noise[p * C + i] = rate * self->gamma / problem->batch * average->Q[p];
    }
    self->decay = self->gamma * problem->ridge;
    self->diffusion = self->gamma * self->gamma * problem->gradient_noise * problem->gradient_noise;
}

void system_share(const sgdl_system_t *self, size_t count,
                  void (*work)(const void *context, size_t item, size_t thread),
                  const void *context)
{
    /* OpenMP takes memory for a team of one, too, and time */
    for (size_t item = 0; item < count && self->threads == 1; item++)
        work(context, item, 0);
    if (self->threads == 1)
        return;
#pragma omp parallel for schedule(dynamic, 1) num_threads((int)self->threads)
    for (size_t item = 0; item < count; item++)
        work(context, item, (size_t)omp_get_thread_num());
}

/* Two classes of opposite means have opposite order parameters, to the last bit. */
static bool mirrors_the_one_before(const sgdl_system_t *self, size_t i)
{
    const population_t *population = &self->population;
    return i > 0 && self->threads == 1 && self->loss->mirrored && !population->teacher &&
           !population->threshold && population->targets->labels == 2 &&
           population->label_index[i] != population->label_index[i - 1] &&
           self->m[i] == -self->m[i - 1] && self->B[i] == self->B[i - 1];
}

/* Averages of one output at -m under the other label. */
static void mirror_averages(const sgdl_averages_t *in, sgdl_averages_t *out)
{
    out->risk = in->risk;
    out->estimate = in->estimate;
    out->G[0] = -in->G[0];
    out->H[0] = in->H[0];
    out->Q[0] = in->Q[0];
    out->G_B[0] = -in->G_B[0];
    out->H_m[0] = -in->H_m[0];
    out->H_B[0] = in->H_B[0];
    out->Q_m[0] = -in->Q_m[0];
    out->Q_B[0] = in->Q_B[0];
}

/* Averages of losses that are not separable have no closed form: one of a group of exchangeable
 * classes, the lowest, is enough. */
static void average_class(const void *context, size_t i, size_t thread)
{
    const sgdl_system_t *self = context;
    sgdl_averages_t *average = &self->average[i];
    (void)thread;
    if (self->coupled && !exchange_leads(&self->exchange, i))
        return;
    if (mirrors_the_one_before(self, i)) {
        mirror_averages(&self->average[i - 1], average);
        return;
    }
    average->jacobian = NULL; /* see system_differentiate */
    average->frozen = self->frozen;
    population_average(&self->population, i, self->m + i * self->L, self->B + i * self->pairs,
                       self->cross ? self->cross[i] : 0, average);
}

int system_average(sgdl_system_t *self, const double *y)
{
    size_t L = self->L;
    if (self->shared)
        return shared_average(self, y);
    system_moments(self, y, self->m_weights, self->B);
    if (self->has_signal)
        single_cross(self, y, self->cross);
    for (size_t i = 0; i < self->C; i++) {
        for (size_t a = 0; a < L; a++)
            self->m[i * L + a] =
                self->m_weights[i * L + a] + (self->intercept ? y[self->bias + a] : 0);
        if (!is_physical(self, i))
            return 1;
        for (size_t a = 0; a < L; a++) {
            double *B = &self->B[i * self->pairs + system_diagonal(self, a)];
            *B = fmax(*B, 0);
        }
    }
    system_share(self, self->C, average_class, self);
    for (size_t i = 0; i < self->C && self->coupled; i++)
        if (!exchange_leads(&self->exchange, i))
            exchange_average(&self->exchange, &(exchange_shape_t){L, self->pairs, false}, i,
                             &self->average[self->exchange.leader[i]], &self->average[i]);
    return 0;
}

double system_estimate(const sgdl_system_t *self, double *relative)
{
    double largest = 0, all = 0, size = 0;
    for (size_t i = 0; i < self->C && self->coupled; i++) {
        double most = 0;
        for (size_t a = 0; a < self->L; a++)
            most = fmax(most, fabs(self->average[i].G[a]));
        largest = fmax(largest, self->average[i].estimate);
        all += self->problem->weight[i] * self->average[i].estimate;
        size += self->problem->weight[i] * most;
    }
    *relative = size > 0 ? fmin(all / size, 1) : 0;
    return largest;
}

sgdl_measured_t system_measured(const sgdl_system_t *self)
{
    const population_t *population = &self->population;
    if (self->shared)
        return shared_measured(self);
    return (sgdl_measured_t){
        .risk = population_average_risk(population, self->average),
        .noise_power = population_noise_power(population, self->average, self->nodes->trace)};
}

void system_class_risks(const sgdl_system_t *self, double *risk)
{
    if (self->shared)
        shared_class_risks(self, risk);
    for (size_t i = 0; i < self->C && !self->shared; i++)
        risk[i] = self->average[i].risk;
}

/* Where outputs share a row a bound is enough: no class's part is beyond the whole. */
double system_largest_risk(const sgdl_system_t *self)
{
    double largest = self->shared ? shared_measured(self).risk : 0;
    for (size_t i = 0; i < self->C && !self->shared; i++)
        largest = fmax(largest, self->average[i].risk);
    return largest;
}

double system_step_power(const sgdl_system_t *self)
{
    const double sigma = self->problem->gradient_noise;
    return population_noise_power(&self->population, self->average, self->nodes->trace) /
               self->problem->batch +
           (double)self->L * sigma * sigma;
}

void system_set_time(sgdl_system_t *self, double t)
{
    const heavy_ball_t *ball = &self->problem->heavy_ball;
    self->damping = self->parts == 2 ? ball->decay / (1 + t / ball->over) : 0;
}

int system_set_rate(sgdl_system_t *self, double rate)
{
    self->rate = rate;
    self->gamma = rate * self->amplification;
    if (self->single)
        single_set_coefficients(self);
    else
        set_coefficients(self);
    return self->gamma >= 0 && isfinite(self->gamma) ? 0 : 1;
}

/* dA_a = -(c_a + h_a A_a) and dS_aa = -2 (c_a . A_a + h_a S_aa) + q_aa over one chunk, where
 * h_a = gamma (sum_i p_i lambda_i Hbar_ia + delta), c_a = gamma sum_i p_i G_ia N_i. */
CLONES static void derive_output(const sgdl_system_t *self, size_t a, size_t first, const double *y,
                                 double *dy)
{
    const sgdl_nodes_t *nodes = self->nodes;
    size_t N = self->N, k = self->k, C = self->C, count = system_chunk(self, first);
    size_t p = system_diagonal(self, a);
    double h[SYSTEM_CHUNK], c[SYSTEM_CHUNK], q[SYSTEM_CHUNK];
    system_combine(h, self->decay, self->shrinkage + a * C, nodes->eigenvalue + first, C, N, count);
    system_combine(q, self->diffusion, self->noise + p * C, nodes->eigenvalue + first, C, N, count);
    const double *S = y + self->S + p * N + first;
    double *dS = dy + self->S + p * N + first;
    for (size_t n = 0; n < count; n++)
        dS[n] = q[n] - 2 * h[n] * S[n];
    for (size_t j = 0; j < k; j++) {
        const double *A = y + self->A + (a * k + j) * N + first;
        double *dA = dy + self->A + (a * k + j) * N + first;
        system_combine(c, 0, self->drift + a * C, nodes->mean + j * N + first, C, k * N, count);
        for (size_t n = 0; n < count; n++) {
            dA[n] = -(c[n] + h[n] * A[n]);
            dS[n] -= 2 * c[n] * A[n];
        }
    }
}

/* dS_ab = -(c_a . A_b + A_a . c_b + (h_a + h_b) S_ab) + q_ab over one chunk, a < b. */
CLONES static void derive_pair(const sgdl_system_t *self, size_t a, size_t b, size_t first,
                               const double *y, double *dy)
{
    const sgdl_nodes_t *nodes = self->nodes;
    size_t N = self->N, k = self->k, C = self->C, count = system_chunk(self, first);
    size_t p = packed_index(self->L, a, b);
    double h_a[SYSTEM_CHUNK], h_b[SYSTEM_CHUNK], q[SYSTEM_CHUNK];
    system_combine(h_a, self->decay, self->shrinkage + a * C, nodes->eigenvalue + first, C, N,
                   count);
    system_combine(h_b, self->decay, self->shrinkage + b * C, nodes->eigenvalue + first, C, N,
                   count);
    system_combine(q, 0, self->noise + p * C, nodes->eigenvalue + first, C, N, count);
    const double *S = y + self->S + p * N + first;
    double *dS = dy + self->S + p * N + first;
    for (size_t n = 0; n < count; n++)
        dS[n] = q[n] - (h_a[n] + h_b[n]) * S[n];
    double *c_a = h_a, *c_b = h_b;
    for (size_t j = 0; j < k; j++) {
        const double *A_a = y + self->A + (a * k + j) * N + first;
        const double *A_b = y + self->A + (b * k + j) * N + first;
        const double *mean = nodes->mean + j * N + first;
        system_combine(c_a, 0, self->drift + a * C, mean, C, k * N, count);
        system_combine(c_b, 0, self->drift + b * C, mean, C, k * N, count);
        for (size_t n = 0; n < count; n++)
            dS[n] -= c_a[n] * A_b[n] + c_b[n] * A_a[n];
    }
}

static void derivative(const sgdl_system_t *self, const double *y, double *dy)
{
    size_t L = self->L, C = self->C;
    if (self->coupled)
        system_derivative_coupled(self, y, dy);
    for (size_t first = 0; first < self->N && !self->coupled; first += SYSTEM_CHUNK) {
        for (size_t a = 0; a < L; a++)
            derive_output(self, a, first, y, dy);
        for (size_t a = 0; a < L && self->pairs > L; a++)
            for (size_t b = a + 1; b < L; b++)
                derive_pair(self, a, b, first, y, dy);
    }
    if (self->intercept) {
        double c = self->problem->intercept;
        for (size_t a = 0; a < L; a++) {
            double sum = 0;
            for (size_t i = 0; i < C; i++)
                sum += self->drift[a * C + i];
            dy[self->bias + a] = -c * c * sum;
        }
    }
}

void system_derivative(const sgdl_system_t *self, const double *y, double *dy)
{
    (self->shared ? shared_derivative : self->single ? single_derivative : derivative)(self, y, dy);
    if (self->dense)
        dense_apply(self,
                    &(dense_rows_t){.drift = self->drift,
                                    .shrinkage = self->shrinkage,
                                    .noise = self->noise,
                                    .decay = self->decay},
                    y, false, dy);
    if (self->accumulates)
        dy[self->accumulated] = system_step_power(self);
}

int system_evaluate(sgdl_system_t *self, double t, const double *y)
{
    if (system_average(self, y) != 0)
        return 1;
    system_set_time(self, t);
    if (self->driven)
        return driven_set_rate(self, (double[]){0, INFINITY}, t, y);
    return system_set_rate(self, rate_source_at(&self->source, t, NULL));
}

int system_rhs(sgdl_system_t *self, double t, const double *y, double *dy)
{
    int status = system_evaluate(self, t, y);
    if (status == SGDL_OK)
        system_derivative(self, y, dy);
    return status;
}
