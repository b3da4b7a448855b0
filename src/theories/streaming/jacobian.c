/* The Jacobian times a vector, by the product rule on the right-hand side. Written plainly, node
 * by node: it is the reference that the structured solvers are tested against, what the dense
 * solver is assembled from and what GMRES multiplies with. */
#include "src/theories/streaming/dense.h"
#include "src/theories/streaming/driven.h"
#include "src/theories/streaming/node.h"
#include "src/theories/streaming/shared.h"
#include "src/theories/streaming/single.h"

#include <math.h>

/* Rows of the coefficients' differentials, laid out like the system's own. */
typedef struct differentials {
    double *drift, *shrinkage, *noise;
} differentials_t;

/* Of a separable loss, class i, along (dm, dB). */
static void differentiate_separable(const sgdl_system_t *self, size_t i, const double *dm,
                                    const double *dB, differentials_t *out)
{
    const sgdl_averages_t *average = &self->average[i];
    size_t L = self->L, C = self->C;
    double rate = self->gamma * self->problem->weight[i];
    double noise = rate * self->gamma / self->problem->batch;
    for (size_t a = 0; a < L; a++) {
        size_t p = system_diagonal(self, a);
        out->drift[a * C + i] = rate * (average->H[a] * dm[a] + average->G_B[a] * dB[p]);
        out->shrinkage[a * C + i] = rate * (average->H_m[a] * dm[a] + average->H_B[a] * dB[p]);
        out->noise[p * C + i] = noise * (average->Q_m[a] * dm[a] + average->Q_B[a] * dB[p]);
        /* Off the diagonal only quadratic losses: Q_ab = B_ab + E (m - y)_a (m - y)_b. */
        for (size_t b = a + 1; b < L && self->pairs > L; b++) {
            p = packed_index(L, a, b);
            out->noise[p * C + i] = noise * (dB[p] + average->G[a] * dm[b] + average->G[b] * dm[a]);
        }
    }
}

/* Of any other loss, by self->change. */
static void differentiate_coupled(const sgdl_system_t *self, size_t i, differentials_t *out)
{
    const sgdl_averages_t *change = &self->change[i];
    size_t L = self->L, C = self->C, P = self->pairs;
    double rate = self->gamma * self->problem->weight[i];
    double noise = rate * self->gamma / self->problem->batch;
    for (size_t a = 0; a < L; a++)
        out->drift[a * C + i] = rate * change->G[a];
    for (size_t p = 0; p < P; p++) {
        out->shrinkage[p * C + i] = rate * change->H[p];
        out->noise[p * C + i] = noise * change->Q[p];
    }
}

/* Of a vector that is symmetric in exact arithmetic. */
#define ASYMMETRY 1e-3

typedef struct share {
    const sgdl_system_t *system;
    double *jacobian;      /* [C*system_jacobian_size] */
    const double *dm, *dB; /* [C*L], [C*pairs] */
} share_t;

/* The averages again, this time with derivatives; the others stay what the right-hand side saw. */
static void differentiate_class(const void *context, size_t i, size_t thread)
{
    (void)thread;
    const share_t *share = context;
    const sgdl_system_t *self = share->system;
    sgdl_averages_t again = self->change[i];
    if (!exchange_leads(&self->exchange, i))
        return;
    again.jacobian = share->jacobian + i * system_jacobian_size(self);
    population_average(&self->population, i, self->m + i * self->L, self->B + i * self->pairs, 0,
                       &again);
}

void system_differentiate(const sgdl_system_t *self, double *jacobian)
{
    const share_t share = {.system = self, .jacobian = jacobian};
    system_share(self, self->C, differentiate_class, &share);
    for (size_t i = 0; i < self->C; i++)
        if (!exchange_leads(&self->exchange, i)) {
            const size_t leader = self->exchange.leader[i], size = system_jacobian_size(self);
            exchange_jacobian(&self->exchange, self->L, i, jacobian + leader * size,
                              jacobian + i * size);
        }
}

/* Through the Jacobian of class i. */
static void change_by_jacobian(const share_t *share, size_t i)
{
    const sgdl_system_t *self = share->system;
    const sgdl_averages_t *out = &self->change[i];
    const size_t L = self->L, P = self->pairs;
    const double *row = self->jacobian + i * system_jacobian_size(self);
    for (size_t r = 0; r < L + 2 * P; r++, row += L + P) {
        const double sum =
            system_dot(row, share->dm + i * L, L) + system_dot(row + L, share->dB + i * P, P);
        *(r < L ? &out->G[r] : r < L + P ? &out->H[r - L] : &out->Q[r - L - P]) = sum;
    }
}

static void change_along(const sgdl_system_t *self, size_t i, const double *dm, const double *dB,
                         sgdl_averages_t *out)
{
    self->loss->change(&self->problem->targets, self->problem->label_index[i],
                       self->m + i * self->L, self->B + i * self->pairs, dm, dB, out);
}

static void change_class(const void *context, size_t i, size_t thread)
{
    const share_t *share = context;
    const sgdl_system_t *self = share->system;
    (void)thread;
    if (self->jacobian)
        change_by_jacobian(share, i);
    else if (exchange_leads(&self->exchange, i))
        change_along(self, i, share->dm + i * self->L, share->dB + i * self->pairs,
                     &self->change[i]);
}

static double size_of(size_t count, const double *x)
{
    double size = 0;
    for (size_t e = 0; e < count; e++)
        size = fmax(size, fabs(x[e]));
    return size;
}

static double distance_of(size_t count, const double *x, const double *y)
{
    double distance = 0;
    for (size_t e = 0; e < count; e++)
        distance = fmax(distance, fabs(x[e] - y[e]));
    return distance;
}

/* Class i by its leader, outputs exchanged. Vectors that an integration meets share the symmetry of
 * its states, but for rounding errors, which are much of a small residual: then the leader's change
 * is known already. */
static void change_follower(const share_t *share, size_t i)
{
    const sgdl_system_t *self = share->system;
    const exchange_t *exchange = &self->exchange;
    const size_t L = self->L, P = self->pairs, leader = exchange->leader[i];
    double *dm = self->follower, *dB = dm + L, *next = dB + P;
    sgdl_averages_t found = self->change[leader];
    const sgdl_averages_t *out = &self->change[i];
    exchange_first(exchange, L, i, share->dm + i * L, dm);
    exchange_second(exchange, L, P, i, share->dB + i * P, dB);
    const double size = fmax(size_of(L, dm), size_of(P, dB));
    if (fmax(distance_of(L, dm, share->dm + leader * L),
             distance_of(P, dB, share->dB + leader * P)) > ASYMMETRY * size) {
        found.G = next;
        found.H = next + L;
        found.Q = next + L + P;
        change_along(self, leader, dm, dB, &found);
    }
    exchange_first(exchange, L, i, found.G, out->G);
    exchange_second(exchange, L, P, i, found.H, out->H);
    exchange_second(exchange, L, P, i, found.Q, out->Q);
}

void system_change(const sgdl_system_t *self, const double *dm, const double *dB)
{
    const share_t share = {.system = self, .dm = dm, .dB = dB};
    if (self->jacobian && !self->average->jacobian) {
        system_differentiate(self, self->jacobian);
        self->average->jacobian = self->jacobian; /* until averages are those of another state */
    }
    system_share(self, self->C, change_class, &share);
    for (size_t i = 0; i < self->C && !self->jacobian; i++)
        if (!exchange_leads(&self->exchange, i))
            change_follower(&share, i);
}

static void multiply(const sgdl_system_t *self, const double *y, const double *v, double *Jv,
                     const differentials_t *d)
{
    size_t L = self->L, k = self->k, N = self->N;
    node_terms_t terms = node_slot(self, 0), change = node_slot(self, 1);
    for (size_t n = 0; n < N; n++) {
        node_gather(self, n, self->drift, self->shrinkage, self->noise, self->decay, &terms);
        node_gather(self, n, d->drift, d->shrinkage, d->noise, 0, &change);
        for (size_t e = 0; e < L * k; e++)
            Jv[self->A + e * N + n] = -change.c[e];
        for (size_t p = 0; p < self->pairs; p++)
            Jv[self->S + p * N + n] = change.q[p];
        node_subtract(self, n, &terms, v, Jv);
        node_subtract(self, n, &change, y, Jv);
    }
    if (!self->dense)
        return;
    dense_apply(
        self,
        &(dense_rows_t){.drift = self->drift, .shrinkage = self->shrinkage, .decay = self->decay},
        v, false, Jv);
    dense_apply(self,
                &(dense_rows_t){.drift = d->drift, .shrinkage = d->shrinkage, .noise = d->noise}, y,
                true, Jv);
}

/* At a fixed rate. */
static void jacobian_times(const sgdl_system_t *self, const double *y, const double *v, double *Jv)
{
    size_t C = self->C, L = self->L, P = self->pairs, H = self->coupled ? P : L;
    double *dm = self->differential, *dB = dm + C * L;
    differentials_t d = {.drift = dB + C * P};
    d.shrinkage = d.drift + C * L;
    d.noise = d.shrinkage + C * H;
    system_moments(self, v, dm, dB);
    for (size_t i = 0; i < C; i++)
        for (size_t a = 0; a < L && self->intercept; a++)
            dm[i * L + a] += v[self->bias + a];
    if (self->coupled)
        system_change(self, dm, dB);
    for (size_t i = 0; i < C; i++)
        if (self->coupled)
            differentiate_coupled(self, i, &d);
        else
            differentiate_separable(self, i, dm + i * L, dB + i * P, &d);
    multiply(self, y, v, Jv, &d);
    double intercept = self->problem->intercept;
    for (size_t a = 0; a < L && self->intercept; a++) {
        double sum = 0;
        for (size_t i = 0; i < C; i++)
            sum += d.drift[a * C + i];
        Jv[self->bias + a] = -intercept * intercept * sum;
    }
}

void system_jacobian_times(const sgdl_system_t *self, const double *y, const double *v, double *Jv)
{
    (self->shared   ? shared_jacobian_times
     : self->single ? single_jacobian_times
                    : jacobian_times)(self, y, v, Jv);
    if (self->driven)
        driven_add_times(self, y, v, Jv);
}
