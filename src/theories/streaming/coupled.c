#include "src/theories/streaming/coupled.h"

#include <string.h>

#include "src/base/clones.h"

size_t coupled_node_room(const sgdl_system_t *system)
{
    const size_t C = system->C, L = system->L, k = system->k;
    return C + C * k + 3 * L * L + 3 * L * k + system->pairs;
}

coupled_node_t coupled_node_in(const sgdl_system_t *system, double *room)
{
    const size_t C = system->C, L = system->L, k = system->k;
    coupled_node_t out = {.lambda = room};
    out.mean = out.lambda + C;
    out.A = out.mean + C * k;
    out.S = out.A + L * k;
    out.h = out.S + L * L;
    out.c = out.h + L * L;
    out.q = out.c + L * k;
    out.M = out.q + system->pairs;
    out.hA = out.M + L * L;
    return out;
}

void coupled_load_node(const sgdl_system_t *system, size_t n, coupled_node_t *out)
{
    const size_t N = system->N;
    for (size_t i = 0; i < system->C; i++)
        out->lambda[i] = system->nodes->eigenvalue[i * N + n];
    for (size_t e = 0; e < system->C * system->k; e++)
        out->mean[e] = system->nodes->mean[e * N + n];
}

CLONES void coupled_set_terms(const sgdl_system_t *system, const coupled_rows_t *rows,
                              coupled_node_t *out)
{
    const size_t C = system->C, L = system->L, k = system->k;
    for (size_t a = 0, p = 0; a < L; a++)
        for (size_t b = a; b < L; b++, p++) {
            const double *shrinkage = rows->shrinkage + p * C, *noise = rows->noise + p * C;
            out->h[a * L + b] = out->h[b * L + a] =
                system_dot(shrinkage, out->lambda, C) + (a == b ? rows->decay : 0);
            out->q[p] = system_dot(noise, out->lambda, C) + (a == b ? rows->diffusion : 0);
        }
    memset(out->c, 0, L * k * sizeof *out->c);
    coupled_multiply(L, C, k, rows->drift, out->mean, out->c);
}

void coupled_load(const sgdl_system_t *system, size_t n, const double *v, double *A, double *S)
{
    const size_t L = system->L, N = system->N;
    for (size_t e = 0; e < L * system->k; e++)
        A[e] = v[system->A + e * N + n];
    const double *second = v + system->S + n;
    for (size_t a = 0; a < L; a++)
        for (size_t b = a; b < L; b++, second += N)
            S[a * L + b] = S[b * L + a] = *second;
}

void coupled_store(const sgdl_system_t *system, size_t n, const double *A, const double *S,
                   double *v)
{
    const size_t L = system->L, N = system->N;
    for (size_t e = 0; e < L * system->k; e++)
        v[system->A + e * N + n] = A[e];
    double *second = v + system->S + n;
    for (size_t a = 0; a < L; a++)
        for (size_t b = a; b < L; b++, second += N)
            *second = S[a * L + b];
}

CLONES void coupled_multiply(size_t rows, size_t inner, size_t columns, const double *restrict a,
                             const double *restrict b, double *restrict out)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t e = 0; e < inner; e++) {
            const double factor = a[r * inner + e];
            for (size_t j = 0; j < columns; j++)
                out[r * columns + j] += factor * b[e * columns + j];
        }
}

CLONES void coupled_apply(const sgdl_system_t *system, coupled_node_t *node)
{
    const size_t L = system->L, k = system->k;
    memset(node->hA, 0, L * k * sizeof *node->hA);
    coupled_multiply(L, L, k, node->h, node->A, node->hA);
    for (size_t a = 0; a < L; a++)
        for (size_t b = 0; b < L; b++)
            node->M[a * L + b] = system_dot(node->c + a * k, node->A + b * k, k);
    coupled_multiply(L, L, L, node->h, node->S, node->M);
}

void system_derivative_coupled(const sgdl_system_t *self, const double *y, double *dy)
{
    const size_t L = self->L;
    const coupled_rows_t rows = coupled_rows(self);
    coupled_node_t node = coupled_node_in(self, self->node);
    for (size_t n = 0; n < self->N; n++) {
        coupled_load_node(self, n, &node);
        coupled_set_terms(self, &rows, &node);
        coupled_load(self, n, y, node.A, node.S);
        coupled_apply(self, &node);
        for (size_t e = 0; e < L * self->k; e++)
            node.hA[e] = -(node.c[e] + node.hA[e]);
        for (size_t a = 0, p = 0; a < L; a++)
            for (size_t b = a; b < L; b++, p++)
                node.S[a * L + b] = node.q[p] - (node.M[a * L + b] + node.M[b * L + a]);
        coupled_store(self, n, node.hA, node.S, dy);
    }
}

/* Of one node; its hA is then the gradient. */
static double node_gradient(const sgdl_system_t *system, coupled_node_t *node)
{
    const size_t L = system->L, k = system->k;
    double square = 0, fluctuation = 0;
    coupled_apply(system, node);
    for (size_t e = 0; e < L * k; e++) {
        node->hA[e] += node->c[e];
        square += node->hA[e] * node->hA[e];
    }
    for (size_t a = 0; a < L; a++)
        for (size_t b = 0; b < L; b++)
            node->S[a * L + b] -= system_dot(node->A + a * k, node->A + b * k, k);
    memset(node->M, 0, L * L * sizeof *node->M);
    coupled_multiply(L, L, L, node->h, node->S, node->M);
    for (size_t e = 0; e < L * L; e++)
        fluctuation += node->M[e] * node->h[e];
    return square + (fluctuation > 0 ? fluctuation : 0);
}

double coupled_gradient(const sgdl_system_t *system, const coupled_rows_t *rows, const double *y,
                        double *gradient)
{
    coupled_node_t node = coupled_node_in(system, system->node);
    double total = 0;
    for (size_t n = 0; n < system->N; n++) {
        coupled_load_node(system, n, &node);
        coupled_set_terms(system, rows, &node);
        coupled_load(system, n, y, node.A, node.S);
        total += system->nodes->weight[n] * node_gradient(system, &node);
        for (size_t e = 0; e < system->L * system->k; e++)
            gradient[e * system->N + n] = node.hA[e];
    }
    return total;
}
