/* The right-hand side of systems whose outputs share what their means do, and what is read off. */
#include "src/theories/streaming/shared.h"

#include <string.h>

#include "src/base/clones.h"
#include "src/base/sums.h"

/* ---- sums over units, by outputs ------------------------------------------------------------- */

/* b_ua^2 of a class with that label, beyond what every class has. */
static double own_beyond(const system_shared_t *self)
{
    return self->own * self->own - self->other * self->other;
}

/* out[a] += factor square[a] . f: a matrix by a vector. */
CLONES static void add_product(const double *square, const double *f, size_t U, size_t L,
                               double *out)
{
    for (size_t a = 0; a < L; a++)
        out[a] += system_dot(square + a * U, f, U);
}

void shared_add(const sgdl_system_t *system, const double *f, double *out)
{
    const system_shared_t *self = system->shared;
    const size_t L = system->L, U = self->U, D = self->D;
    if (self->square) { /* one kind */
        add_product(self->square, f, U, L, out);
        return;
    }
    const double every = self->other * self->other, beyond = own_beyond(self);
    memset(self->common, 0, D * sizeof(double));
    for (size_t u = 0; u < U && every > 0; u++)
        self->common[self->unit_kind[u]] += f[u];
    for (size_t d = 0; d < D && every > 0; d++)
        for (size_t a = 0; a < L; a++)
            out[d * L + a] += every * self->common[d];
    for (size_t a = 0; a < L; a++)
        for (size_t e = self->first[a]; e < self->first[a + 1]; e++) {
            const size_t u = self->bearer[e];
            out[self->unit_kind[u] * L + a] += beyond * f[u];
        }
}

static void add_row(double factor, const double *row, size_t N, double *out)
{
    for (size_t n = 0; n < N; n++)
        out[n] += factor * row[n];
}

void shared_add_rows(const sgdl_system_t *system, double factor, const double *rows, double *out)
{
    const system_shared_t *self = system->shared;
    const size_t L = system->L, U = self->U, N = system->N;
    if (self->square) { /* one node */
        for (size_t u = 0; u < U; u++)
            self->f[u] = factor * rows[u];
        add_product(self->square, self->f, U, L, out);
        return;
    }
    const double every = factor * self->other * self->other, beyond = factor * own_beyond(self);
    memset(self->row_N, 0, N * sizeof(double));
    for (size_t u = 0; u < U && every != 0; u++)
        add_row(every, rows + u * N, N, self->row_N);
    for (size_t a = 0; a < L; a++) {
        if (every != 0)
            add_row(1, self->row_N, N, out + a * N);
        for (size_t e = self->first[a]; e < self->first[a + 1]; e++)
            add_row(beyond, rows + self->bearer[e] * N, N, out + a * N);
    }
}

/* ---- moments --------------------------------------------------------------------------------- */

void shared_moments(const sgdl_system_t *system, const double *v, double *rho, double *B)
{
    const system_shared_t *self = system->shared;
    const size_t N = system->N, L = system->L;
    const double *w = system->nodes->weight;
    for (size_t u = 0; u < self->U; u++)
        rho[u] = sum_weighted(w, self->mean + u * N, v + system->A + u * N, N);
    for (size_t d = 0; d < self->D; d++)
        for (size_t a = 0; a < L; a++)
            B[d * L + a] = sum_weighted(w, system->nodes->eigenvalue + self->row[d] * N,
                                        v + system->S + a * N, N);
}

/* As of any system: what dips below zero by more than the integrator's error is a failed step. */
int shared_average(sgdl_system_t *system, const double *y)
{
    const system_shared_t *self = system->shared;
    double scale = 0, largest = 0;
    shared_moments(system, y, self->rho, self->B);
    for (size_t i = 0; i < system->C; i++)
        scale = fmax(scale, system->nodes->trace[i]);
    for (size_t u = 0; u < self->U; u++) {
        if (!isfinite(self->rho[u]))
            return 1;
        largest = fmax(largest, fabs(self->rho[u]));
    }
    const double slack =
        1e3 * (system->plan->atol + system->plan->rtol * (1 + largest * largest)) * scale;
    for (size_t e = 0; e < self->D * system->L; e++) {
        if (!isfinite(self->B[e]) || self->B[e] < -slack)
            return 1;
        self->B[e] = fmax(self->B[e], 0);
    }
    return 0;
}

/* ---- risk ------------------------------------------------------------------------------------ */

/* sum_i p_i E |r - y|^2 over the classes of kind d. */
static double kind_power(const sgdl_system_t *system, size_t d)
{
    const system_shared_t *self = system->shared;
    const size_t L = system->L;
    double B = 0, sum = 0;
    for (size_t a = 0; a < L; a++) {
        B += self->B[d * L + a];
        sum += self->constant[d * L + a];
    }
    for (size_t u = 0; u < self->U; u++)
        if (self->unit_kind[u] == d)
            sum += self->weight[u] * self->share2[u] * (self->rho[u] - 1) * (self->rho[u] - 1);
    return sum + self->kind_weight[d] * B;
}

sgdl_measured_t shared_measured(const sgdl_system_t *system)
{
    const system_shared_t *self = system->shared;
    sgdl_measured_t out = {0};
    for (size_t d = 0; d < self->D; d++) {
        const double power = kind_power(system, d);
        out.risk += power / 2;
        out.noise_power += system->nodes->trace[self->row[d]] * power;
    }
    return out;
}

/* |m_i - ybar_i|^2 where units are not classes. */
CLONES static double distance2(const sgdl_system_t *system, size_t i, double *row)
{
    const system_shared_t *self = system->shared;
    const size_t U = self->U, own = system->problem->label_index[i];
    double sum = 0;
    for (size_t u = 0; u < U; u++) /* rho_u = w mean_u alpha_u */
        row[u] = self->rho[u] != 0 ? self->rotated[i * U + u] * self->rho[u] / self->mean[u] : 0;
    for (size_t a = 0; a < system->L; a++) {
        const double m = system_dot(self->share + a * U, row, U);
        const double off = m - (a == own ? self->own : self->other);
        sum += off * off;
    }
    return sum;
}

void shared_class_risks(const sgdl_system_t *system, double *risk)
{
    const system_shared_t *self = system->shared;
    const size_t L = system->L;
    double *total = self->totals; /* tr B of each kind */
    for (size_t d = 0; d < self->D; d++) {
        total[d] = 0;
        for (size_t a = 0; a < L; a++)
            total[d] += self->B[d * L + a];
    }
    for (size_t i = 0; i < system->C; i++) {
        const double off = self->rho[i < self->U ? i : 0] - 1;
        const double distance =
            self->share ? distance2(system, i, self->f) : self->share2[i] * off * off;
        risk[i] = (total[self->kind[i]] + distance + self->spread) / 2;
    }
}

double shared_risk_change(const sgdl_system_t *system, const double *v)
{
    const system_shared_t *self = system->shared;
    const size_t L = system->L;
    double *rho = self->f, *B = self->source, sum = 0;
    shared_moments(system, v, rho, B);
    for (size_t u = 0; u < self->U; u++)
        sum += self->weight[u] * self->share2[u] * (self->rho[u] - 1) * rho[u];
    for (size_t d = 0; d < self->D; d++)
        for (size_t a = 0; a < L; a++)
            sum += self->kind_weight[d] * B[d * L + a] / 2;
    return sum;
}

static double component(const flow_t *flow, const double *y, size_t e)
{
    return flow->relative * fabs(y[e]) + flow->factor * flow->absolute[e];
}

double shared_risk_unknown(const sgdl_system_t *system, const flow_t *flow, const double *y)
{
    const system_shared_t *self = system->shared;
    const size_t N = system->N, L = system->L;
    double *unknown = self->f, sum = 0;
    for (size_t u = 0; u < self->U; u++) {
        unknown[u] = 0;
        for (size_t n = 0; n < N; n++)
            unknown[u] += system->nodes->weight[n] * fabs(self->mean[u * N + n]) *
                          component(flow, y, system->A + u * N + n);
    }
    for (size_t u = 0; u < self->U; u++)
        sum += self->weight[u] * self->share2[u] * unknown[u] *
               (fabs(self->rho[u] - 1) + unknown[u] / 2);
    for (size_t d = 0; d < self->D; d++)
        for (size_t a = 0; a < L; a++)
            sum +=
                self->kind_weight[d] / 2 * uncertainty_variance(system, flow, y, self->row[d], a);
    return sum;
}

/* ---- the right-hand side --------------------------------------------------------------------- */

/* The sources of S in B and in the means, times gamma^2/b: [D*L]. */
static void set_sources(const sgdl_system_t *system)
{
    const system_shared_t *self = system->shared;
    const size_t L = system->L;
    for (size_t d = 0; d < self->D; d++)
        for (size_t a = 0; a < L; a++)
            self->source[d * L + a] =
                self->kind_weight[d] * self->B[d * L + a] + self->constant[d * L + a];
    for (size_t u = 0; u < self->U; u++)
        self->f[u] = self->weight[u] * (self->rho[u] - 1) * (self->rho[u] - 1);
    shared_add(system, self->f, self->source);
}

/* dalpha, and the units' parts of what the means do to S. */
static void derive_means(const sgdl_system_t *system, const double *y, double *dy)
{
    const system_shared_t *self = system->shared;
    const size_t N = system->N, U = self->U;
    const double gamma = system->gamma, *bar = system->nodes->eigenvalue_bar;
    for (size_t u = 0; u < U; u++) {
        const double drive = self->weight[u] * (self->rho[u] - 1);
        const double *A = y + system->A + u * N, *mean = self->mean + u * N;
        double *dA = dy + system->A + u * N, *push = self->push + u * N;
        for (size_t n = 0; n < N; n++) {
            dA[n] = -gamma * drive * mean[n] - (gamma * bar[n] + system->decay) * A[n];
            push[n] = drive * mean[n] * A[n];
        }
    }
}

/* What does not go through the means: linear in S, the sources and `diffusion`. */
CLONES static void derive_seconds(const sgdl_system_t *system, double diffusion, const double *y,
                                  double *dy)
{
    const system_shared_t *self = system->shared;
    const size_t N = system->N, L = system->L;
    const double gamma = system->gamma, noise = gamma * gamma / system->problem->batch;
    const double *bar = system->nodes->eigenvalue_bar;
    for (size_t a = 0; a < L; a++) {
        const double *S = y + system->S + a * N;
        double *dS = dy + system->S + a * N;
        for (size_t n = 0; n < N; n++)
            dS[n] = diffusion - 2 * (gamma * bar[n] + system->decay) * S[n];
        for (size_t d = 0; d < self->D; d++)
            add_row(noise * self->source[d * L + a], system->nodes->eigenvalue + self->row[d] * N,
                    N, dS);
    }
}

void shared_derivative(const sgdl_system_t *system, const double *y, double *dy)
{
    set_sources(system);
    derive_means(system, y, dy);
    derive_seconds(system, system->diffusion, y, dy);
    shared_add_rows(system, -2 * system->gamma, system->shared->push, dy + system->S);
}

void shared_jacobian_times(const sgdl_system_t *system, const double *y, const double *v,
                           double *Jv)
{
    const system_shared_t *self = system->shared;
    const size_t N = system->N, U = self->U, L = system->L;
    const double gamma = system->gamma, *bar = system->nodes->eigenvalue_bar;
    double *rho = self->totals;
    shared_moments(system, v, rho, self->source);
    for (size_t e = 0; e < self->D * L; e++)
        self->source[e] *= self->kind_weight[e / L];
    for (size_t u = 0; u < U; u++) {
        const double off = self->rho[u] - 1, *mean = self->mean + u * N;
        self->f[u] = 2 * self->weight[u] * off * rho[u];
        for (size_t n = 0; n < N; n++) {
            const size_t at = system->A + u * N + n;
            Jv[at] = -gamma * self->weight[u] * rho[u] * mean[n] -
                     (gamma * bar[n] + system->decay) * v[at];
            self->push[u * N + n] = self->weight[u] * mean[n] * (rho[u] * y[at] + off * v[at]);
        }
    }
    shared_add(system, self->f, self->source);
    derive_seconds(system, 0, v, Jv);
    shared_add_rows(system, -2 * gamma, self->push, Jv + system->S);
}

/* ---- the gradient ---------------------------------------------------------------------------- */

double shared_gradient(const sgdl_system_t *system, const double *y, double *gradient)
{
    const system_shared_t *self = system->shared;
    const size_t N = system->N;
    double total = 0;
    for (size_t n = 0; n < N; n++) {
        const double bar = system->nodes->eigenvalue_bar[n];
        double square = 0, fluctuation = 0;
        for (size_t a = 0; a < system->L; a++)
            fluctuation += y[system->S + a * N + n];
        for (size_t u = 0; u < self->U; u++) {
            const double A = y[system->A + u * N + n];
            const double part =
                self->weight[u] * (self->rho[u] - 1) * self->mean[u * N + n] + bar * A;
            gradient[u * N + n] = part;
            square += self->share2[u] * part * part;
            fluctuation -= self->share2[u] * A * A;
        }
        total += system->nodes->weight[n] * (square + bar * bar * fmax(fluctuation, 0));
    }
    return total;
}
