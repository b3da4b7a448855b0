/* Four rows at a time: a vector that all of them meet is then read once. */
#include "src/base/panels.h"

#include <string.h>

#include "src/base/clones.h"

enum { ROWS = 4 };

CLONES double panel_dot(const double *restrict x, const double *restrict y, size_t n)
{
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t j = 0; j < n; j++)
        sum += x[j] * y[j];
    return sum;
}

CLONES void panel_dots(const double *restrict M, size_t n, const double *restrict x,
                       double *restrict out)
{
    size_t k = 0;
    for (; k + ROWS <= n; k += ROWS) {
        const double *restrict a = M + panel_row(k), *restrict b = a + k + 1,
                               *restrict c = b + k + 2, *restrict d = c + k + 3;
        double p = 0, q = 0, r = 0, s = 0;
#pragma omp simd reduction(+ : p, q, r, s)
        for (size_t j = 0; j <= k; j++) {
            p += a[j] * x[j];
            q += b[j] * x[j];
            r += c[j] * x[j];
            s += d[j] * x[j];
        }
        out[k] = p;
        out[k + 1] = q + b[k + 1] * x[k + 1];
        out[k + 2] = r + c[k + 1] * x[k + 1] + c[k + 2] * x[k + 2];
        out[k + 3] = s + d[k + 1] * x[k + 1] + d[k + 2] * x[k + 2] + d[k + 3] * x[k + 3];
    }
    for (; k < n; k++)
        out[k] = panel_dot(M + panel_row(k), x, k + 1);
}

CLONES static void add_row(const double *restrict row, double factor, size_t n,
                           double *restrict out)
{
    for (size_t j = 0; j < n; j++)
        out[j] += factor * row[j];
}

CLONES void panel_combine(const double *restrict M, size_t n, const double *restrict c,
                          double *restrict out)
{
    size_t k = 0;
    for (; k + ROWS <= n; k += ROWS) {
        const double *restrict a = M + panel_row(k), *restrict b = a + k + 1,
                               *restrict e = b + k + 2, *restrict f = e + k + 3;
        const double p = c[k], q = c[k + 1], r = c[k + 2], s = c[k + 3];
        for (size_t j = 0; j <= k; j++)
            out[j] += p * a[j] + q * b[j] + r * e[j] + s * f[j];
        out[k + 1] += q * b[k + 1] + r * e[k + 1] + s * f[k + 1];
        out[k + 2] += r * e[k + 2] + s * f[k + 2];
        out[k + 3] += s * f[k + 3];
    }
    for (; k < n; k++)
        add_row(M + panel_row(k), c[k], k + 1, out);
}

CLONES void panel_both(const double *restrict M, size_t n, const double *restrict x,
                       const double *restrict c, double *restrict dots, double *restrict out)
{
    size_t k = 0;
    for (; k + ROWS <= n; k += ROWS) {
        const double *restrict a = M + panel_row(k), *restrict b = a + k + 1,
                               *restrict e = b + k + 2, *restrict f = e + k + 3;
        const double p = c[k], q = c[k + 1], r = c[k + 2], s = c[k + 3];
        double P = 0, Q = 0, R = 0, S = 0;
#pragma omp simd reduction(+ : P, Q, R, S)
        for (size_t j = 0; j <= k; j++) {
            P += a[j] * x[j];
            Q += b[j] * x[j];
            R += e[j] * x[j];
            S += f[j] * x[j];
            out[j] += p * a[j] + q * b[j] + r * e[j] + s * f[j];
        }
        dots[k] = P;
        dots[k + 1] = Q + b[k + 1] * x[k + 1];
        dots[k + 2] = R + e[k + 1] * x[k + 1] + e[k + 2] * x[k + 2];
        dots[k + 3] = S + f[k + 1] * x[k + 1] + f[k + 2] * x[k + 2] + f[k + 3] * x[k + 3];
        out[k + 1] += q * b[k + 1] + r * e[k + 1] + s * f[k + 1];
        out[k + 2] += r * e[k + 2] + s * f[k + 2];
        out[k + 3] += s * f[k + 3];
    }
    for (; k < n; k++) {
        dots[k] = panel_dot(M + panel_row(k), x, k + 1);
        add_row(M + panel_row(k), c[k], k + 1, out);
    }
}

void panel_blocks_times(const panel_blocks_t *self, size_t n, const double *x, size_t room,
                        double *dots, double *out)
{
    const size_t L = self->L;
    for (size_t a = 0; a < L * L && n > 0; a++)
        memset(out + a * room, 0, n * sizeof *out);
    for (size_t l = 0; l < L; l++)
        for (size_t k = 0; k < L; k++) {
            const double *M = self->M + (l * L + k) * self->stride;
            double *turned = out + (k * L + l) * room;
            panel_both(M, n, x, x, dots, out + (l * L + k) * room);
            for (size_t j = 0; j < n; j++)
                turned[j] += dots[j] - M[panel_row(j) + j] * x[j];
        }
}
