/* A loss whose outputs are coupled, for tests of the general solvers:
 *     f(r) = (r - y)^T M (r - y)/2 + (kappa/4) (v.r)^4,  M = 1 + 0.3 on the off-diagonal,
 * whose Gaussian averages are polynomials (Isserlis, Stein). Derivatives by extrapolated central
 * differences of those. */
#ifndef SGDLIMIT_TESTS_COUPLED_LOSS_H
#define SGDLIMIT_TESTS_COUPLED_LOSS_H

#include <math.h>
#include <string.h>

#include "sgdlimit/loss.h"

enum { COUPLED_L = 4, COUPLED_P = 10 };
#define COUPLED_KAPPA 0.02

static inline double coupled_M(size_t a, size_t b) { return a == b ? 1 : 0.3; }
static inline double coupled_v(size_t a) { return 1 - 0.4 * (double)a; }
static inline size_t coupled_index(size_t L, size_t a, size_t b)
{
    return a < b ? a * L - a * (a + 1) / 2 + b : b * L - b * (b + 1) / 2 + a;
}

/* Risk, G [L], H [P], Q [P] behind one another in out [1 + L + 2P]. */
static inline void coupled_values(size_t L, const double *y, const double *m, const double *B,
                                  double *out)
{
    size_t P = L * (L + 1) / 2;
    double mu = 0, variance = 0, d[COUPLED_L], Bv[COUPLED_L] = {0}, cubic[COUPLED_L];
    for (size_t a = 0; a < L; a++) {
        d[a] = m[a] - y[a];
        mu += coupled_v(a) * m[a];
        for (size_t b = 0; b < L; b++)
            Bv[a] += B[coupled_index(L, a, b)] * coupled_v(b);
        variance += coupled_v(a) * Bv[a];
    }
    double s2 = mu * mu + variance, s3 = mu * mu * mu + 3 * mu * variance;
    double s4 = pow(mu, 4) + 6 * mu * mu * variance + 3 * variance * variance;
    double s6 = pow(mu, 6) + 15 * pow(mu, 4) * variance + 45 * mu * mu * variance * variance +
                15 * pow(variance, 3);
    double *G = out + 1, *H = G + L, *Q = H + P;
    out[0] = COUPLED_KAPPA / 4 * s4;
    for (size_t a = 0; a < L; a++)
        cubic[a] = d[a] * s3 + 3 * Bv[a] * s2; /* E (r - y)_a s^3 */
    for (size_t a = 0; a < L; a++) {
        G[a] = COUPLED_KAPPA * s3 * coupled_v(a);
        for (size_t e = 0; e < L; e++) {
            G[a] += coupled_M(a, e) * d[e];
            out[0] += 0.5 * coupled_M(a, e) * (B[coupled_index(L, a, e)] + d[a] * d[e]);
        }
        for (size_t b = a; b < L; b++) {
            size_t p = coupled_index(L, a, b);
            H[p] = coupled_M(a, b) + 3 * COUPLED_KAPPA * s2 * coupled_v(a) * coupled_v(b);
            Q[p] = COUPLED_KAPPA * COUPLED_KAPPA * s6 * coupled_v(a) * coupled_v(b);
            for (size_t e = 0; e < L; e++) {
                Q[p] += COUPLED_KAPPA * cubic[e] *
                        (coupled_M(a, e) * coupled_v(b) + coupled_M(b, e) * coupled_v(a));
                for (size_t f = 0; f < L; f++)
                    Q[p] += coupled_M(a, e) * (B[coupled_index(L, e, f)] + d[e] * d[f]) *
                            coupled_M(f, b);
            }
        }
    }
}

static inline void coupled_average(const sgdl_targets_t *targets, size_t label, size_t pairs,
                                   const double *m, const double *B, sgdl_averages_t *out)
{
    enum { ROOM = 1 + COUPLED_L + 2 * COUPLED_P };
    size_t L = targets->outputs, P = pairs, rows = L + 2 * P, columns = L + P;
    const double *y = targets->target + label * L;
    double values[ROOM], at[2][ROOM], theta[COUPLED_L + COUPLED_P];
    coupled_values(L, y, m, B, values);
    out->risk = values[0];
    memcpy(out->G, values + 1, L * sizeof *values);
    memcpy(out->H, values + 1 + L, P * sizeof *values);
    memcpy(out->Q, values + 1 + L + P, P * sizeof *values);
    for (size_t c = 0; c < columns && out->jacobian; c++) {
        for (int fine = 0; fine < 2; fine++) {
            double step = (fine ? 0.5e-2 : 1e-2);
            memcpy(theta, m, L * sizeof *theta);
            memcpy(theta + L, B, P * sizeof *theta);
            theta[c] += step;
            coupled_values(L, y, theta, theta + L, at[0]);
            theta[c] -= 2 * step;
            coupled_values(L, y, theta, theta + L, at[1]);
            for (size_t r = 0; r < rows; r++) {
                double *entry = &out->jacobian[r * columns + c];
                double slope = (at[0][1 + r] - at[1][1 + r]) / (2 * step);
                *entry = fine ? (4 * slope - *entry) / 3 : slope; /* exact to fourth order */
            }
        }
    }
}

static inline double coupled_risk(const sgdl_targets_t *targets, size_t label, size_t pairs,
                                  const double *m, const double *B, double *room)
{
    double values[1 + COUPLED_L + 2 * COUPLED_P];
    (void)pairs, (void)room;
    coupled_values(targets->outputs, targets->target + label * targets->outputs, m, B, values);
    return values[0];
}

static const sgdl_loss_t coupled_loss = {.name = "coupled",
                                         .help = "for tests",
                                         .separable = false,
                                         .quadratic = false,
                                         .hessian_max = 10,
                                         .average = coupled_average,
                                         .risk = coupled_risk};

#endif
