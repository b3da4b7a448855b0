/* The Jacobian times a vector, by the product rule on the right-hand side. Written plainly, node
 * by node: it is the reference that the structured solvers are tested against, what the dense
 * solver is assembled from and what GMRES multiplies with. */
#include "src/theories/streaming/driven.h"
#include "src/theories/streaming/node.h"
#include "src/theories/streaming/single.h"

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

/* Of any other loss: through its Jacobian. */
static void differentiate_coupled(const sgdl_system_t *self, size_t i, const double *dm,
                                  const double *dB, differentials_t *out)
{
    size_t L = self->L, C = self->C, P = self->pairs, columns = L + P;
    const double *row = self->average[i].jacobian;
    double rate = self->gamma * self->problem->weight[i];
    double noise = rate * self->gamma / self->problem->batch;
    for (size_t r = 0; r < L + 2 * P; r++, row += columns) {
        double sum = 0;
        for (size_t a = 0; a < L; a++)
            sum += row[a] * dm[a];
        for (size_t p = 0; p < P; p++)
            sum += row[L + p] * dB[p];
        if (r < L)
            out->drift[r * C + i] = rate * sum;
        else if (r < L + P)
            out->shrinkage[(r - L) * C + i] = rate * sum;
        else
            out->noise[(r - L - P) * C + i] = noise * sum;
    }
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
    for (size_t i = 0; i < C; i++) {
        for (size_t a = 0; a < L && self->intercept; a++)
            dm[i * L + a] += v[self->bias + a];
        (self->coupled ? differentiate_coupled : differentiate_separable)(self, i, dm + i * L,
                                                                          dB + i * P, &d);
    }
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
    (self->single ? single_jacobian_times : jacobian_times)(self, y, v, Jv);
    if (self->driven)
        driven_add_times(self, y, v, Jv);
}
