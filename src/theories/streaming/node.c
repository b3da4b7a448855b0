#include "src/theories/streaming/node.h"

#include <string.h>

node_terms_t node_slot(const sgdl_system_t *self, int slot)
{
    size_t L = self->L, room = L * L + L * self->k + self->pairs;
    double *h = self->node + (slot ? room : 0);
    return (node_terms_t){h, h + L * L, h + L * L + L * self->k};
}

/* Many parameters: the coefficients, which a derivative has in another place. */
void node_gather(const sgdl_system_t *self, size_t n, const double *drift, const double *shrinkage,
                 const double *noise, double decay, node_terms_t *out)
{
    size_t L = self->L, C = self->C, k = self->k, N = self->N, P = self->pairs;
    const double *lambda = self->nodes->eigenvalue + n, *mean = self->nodes->mean + n;
    memset(out->h, 0, (L * L + L * k + P) * sizeof *out->h);
    for (size_t a = 0; a < L; a++) {
        for (size_t b = self->coupled ? 0 : a; b < (self->coupled ? L : a + 1); b++) {
            size_t row = self->coupled ? packed_pair(L, a, b) : a;
            double sum = a == b ? decay : 0;
            for (size_t i = 0; i < C; i++)
                sum += shrinkage[row * C + i] * lambda[i * N];
            out->h[a * L + b] = sum;
        }
        for (size_t i = 0; i < C; i++)
            for (size_t j = 0; j < k; j++)
                out->c[a * k + j] += drift[a * C + i] * mean[(i * k + j) * N];
    }
    for (size_t p = 0; p < P; p++)
        for (size_t i = 0; i < C; i++)
            out->q[p] += noise[p * C + i] * lambda[i * N];
}

void node_subtract(const sgdl_system_t *self, size_t n, const node_terms_t *terms, const double *v,
                   double *out)
{
    size_t L = self->L, k = self->k, N = self->N;
    const double *A = v + self->A + n;
    for (size_t a = 0; a < L; a++) {
        for (size_t j = 0; j < k; j++)
            for (size_t e = 0; e < L; e++)
                out[self->A + (a * k + j) * N + n] -= terms->h[a * L + e] * A[(e * k + j) * N];
        for (size_t b = a; b < (self->pairs == L ? a + 1 : L); b++) {
            double sum = 0;
            for (size_t j = 0; j < k; j++)
                sum += terms->c[a * k + j] * A[(b * k + j) * N] +
                       terms->c[b * k + j] * A[(a * k + j) * N];
            for (size_t e = 0; e < L; e++)
                sum += terms->h[a * L + e] * node_second(self, v, n, e, b) +
                       terms->h[b * L + e] * node_second(self, v, n, a, e);
            size_t p = self->pairs == L ? a : packed_index(L, a, b);
            out[self->S + p * N + n] -= sum;
        }
    }
}
