/* The Jacobian times a vector, by the product rule on the right-hand side. Written plainly, node
 * by node: it is the reference that the structured solver is tested against, and what the dense
 * solver is assembled from. */
#include "src/ode/system.h"

#include <stdlib.h>

/* Differentials of gamma p_i G_ia, gamma p_i Hbar_ia and gamma^2/b p_i Q_ip along (dm, dB). */
static void differentiate(const sgdl_system_t *self, size_t i, const double *dm, const double *dB,
                          double *dG, double *dH, double *dQ)
{
    const sgdl_averages_t *average = &self->average[i];
    size_t L = self->L;
    double rate = self->gamma * self->problem->weight[i];
    double noise = rate * self->gamma / self->problem->batch;
    for (size_t a = 0; a < L; a++) {
        size_t p = system_diagonal(self, a);
        dG[a] = rate * (average->H[a] * dm[a] + average->G_B[a] * dB[p]);
        dH[a] = rate * (average->H_m[a] * dm[a] + average->H_B[a] * dB[p]);
        dQ[p] = noise * (average->Q_m[a] * dm[a] + average->Q_B[a] * dB[p]);
        /* Off the diagonal only quadratic losses: Q_ab = B_ab + E (m - y)_a (m - y)_b. */
        for (size_t b = a + 1; b < L && self->pairs > L; b++) {
            p = system_packed(L, a, b);
            dQ[p] = noise * (dB[p] + average->G[a] * dm[b] + average->G[b] * dm[a]);
        }
    }
}

/* One node's rows of J v. c, dc [L*k]: drift vectors and their differentials. */
static void node_rows(const sgdl_system_t *self, size_t n, const double *y, const double *v,
                      const double *h, const double *dh, const double *c, const double *dc,
                      const double *dq, double *Jv)
{
    size_t N = self->N, k = self->k, L = self->L;
    for (size_t a = 0; a < L; a++) {
        for (size_t j = 0; j < k; j++) {
            size_t e = self->A + (a * k + j) * N + n;
            Jv[e] = -(dc[a * k + j] + dh[a] * y[e] + h[a] * v[e]);
        }
        for (size_t b = a; b < L; b++) {
            if (b > a && self->pairs == L)
                break;
            size_t p = b == a ? system_diagonal(self, a) : system_packed(L, a, b);
            size_t s = self->S + p * N + n;
            double sum = (dh[a] + dh[b]) * y[s] + (h[a] + h[b]) * v[s];
            for (size_t j = 0; j < k; j++) {
                size_t e_a = self->A + (a * k + j) * N + n, e_b = self->A + (b * k + j) * N + n;
                sum += dc[a * k + j] * y[e_b] + c[a * k + j] * v[e_b] + dc[b * k + j] * y[e_a] +
                       c[b * k + j] * v[e_a];
            }
            Jv[s] = dq[p] - sum;
        }
    }
}

void system_jacobian_times(const sgdl_system_t *self, const double *y, const double *v, double *Jv)
{
    const sgdl_nodes_t *nodes = self->nodes;
    size_t C = self->C, L = self->L, P = self->pairs, N = self->N, k = self->k;
    size_t differentials = C * (2 * L + P), node = 2 * L + P + 2 * L * k;
    double *work = malloc((C * (L + P) + differentials + node) * sizeof *work);
    if (!work) { /* the caller sees NaN and refuses */
        for (size_t e = 0; e < self->length; e++)
            Jv[e] = NAN;
        return;
    }
    double *dm = work, *dB = dm + C * L, *dG = dB + C * P, *dH = dG + C * L, *dQ = dH + C * L;
    double *h = dQ + C * P, *dh = h + L, *dq = dh + L, *c = dq + P, *dc = c + L * k;
    system_moments(self, v, dm, dB);
    for (size_t i = 0; i < C; i++) {
        for (size_t a = 0; a < L && self->intercept; a++)
            dm[i * L + a] += v[self->bias + a];
        differentiate(self, i, dm + i * L, dB + i * P, dG + i * L, dH + i * L, dQ + i * P);
    }
    for (size_t n = 0; n < N; n++) {
        for (size_t e = 0; e < node; e++)
            h[e] = 0;
        for (size_t a = 0; a < L; a++)
            h[a] = self->decay;
        for (size_t i = 0; i < C; i++) {
            double lambda = nodes->eigenvalue[i * N + n];
            for (size_t a = 0; a < L; a++) {
                h[a] += self->shrinkage[a * C + i] * lambda;
                dh[a] += dH[i * L + a] * lambda;
                for (size_t j = 0; j < k; j++) {
                    double mean = nodes->mean[(i * k + j) * N + n];
                    c[a * k + j] += self->drift[a * C + i] * mean;
                    dc[a * k + j] += dG[i * L + a] * mean;
                }
            }
            for (size_t p = 0; p < P; p++)
                dq[p] += dQ[i * P + p] * lambda;
        }
        node_rows(self, n, y, v, h, dh, c, dc, dq, Jv);
    }
    double intercept = self->problem->intercept;
    for (size_t a = 0; a < L && self->intercept; a++) {
        double sum = 0;
        for (size_t i = 0; i < C; i++)
            sum += dG[i * L + a];
        Jv[self->bias + a] = -intercept * intercept * sum;
    }
    free(work);
}
