#include "src/loss/errors/common_factors.h"

#include <math.h>
#include <string.h>

enum { POWERS = 12, SWEEPS = 20, K = FACTORS_MAX };

/* Sweeps end at changes below it. They need not converge: what they leave is taken into account. */
static const double settled = 1e-7;

/* Most of a variable's variance that factors take. */
static const double largest_share = 0.99999;

static double dot(size_t k, const double *a, const double *b)
{
    double sum = 0;
    for (size_t j = 0; j < k; j++)
        sum += a[j] * b[j];
    return sum;
}

/* What the first `known` columns leave of C_ab. */
static double rest(size_t n, const double *C, size_t known, const double *U, size_t a, size_t b)
{
    return a == b ? 0 : C[a * n + b] - dot(known, U + a * K, U + b * K);
}

/* The leading eigenvector of the rest, times the root of its eigenvalue, as the next column. */
static void begin(size_t n, const double *C, size_t known, double *U, double *room)
{
    double *v = room, *next = room + n;
    double shift = 0, most = -1, eigenvalue = 0;
    size_t first = 0;
    for (size_t a = 0; a < n; a++) {
        double sum = 0;
        for (size_t b = 0; b < n; b++)
            sum += fabs(rest(n, C, known, U, a, b));
        shift = fmax(shift, sum);
        if (sum > most)
            most = sum, first = a;
    }
    for (size_t b = 0; b < n; b++)
        v[b] = b == first ? shift : rest(n, C, known, U, first, b);
    for (size_t power = 0; power < POWERS && shift > 0; power++) {
        const double norm = sqrt(dot(n, v, v));
        for (size_t a = 0; a < n; a++)
            v[a] /= norm;
        for (size_t a = 0; a < n; a++) {
            next[a] = 0;
            for (size_t b = 0; b < n; b++)
                next[a] += rest(n, C, known, U, a, b) * v[b];
        }
        eigenvalue = dot(n, v, next);
        for (size_t a = 0; a < n; a++) /* a part of the shift: negative eigenvalues do not lead */
            v[a] = next[a] + 0.5 * shift * v[a];
    }
    const double norm = sqrt(dot(n, v, v));
    for (size_t a = 0; a < n; a++)
        U[a * K + known] = norm > 0 ? sqrt(fmax(eigenvalue, 0)) * v[a] / norm : 0;
}

/* x = M^-1 x for a positive M of size k, overwritten. */
static void solve(size_t k, double M[K][K], double *x)
{
    for (size_t p = 0; p < k; p++)
        for (size_t i = p + 1; i < k; i++) {
            const double share = M[i][p] / M[p][p];
            for (size_t j = p; j < k; j++)
                M[i][j] -= share * M[p][j];
            x[i] -= share * x[p];
        }
    for (size_t p = k; p-- > 0;) {
        for (size_t j = p + 1; j < k; j++)
            x[p] -= M[p][j] * x[j];
        x[p] /= M[p][p];
    }
}

/* The row of variable a that fits best beside the others' rows; its change. Residuals count in
 * units of what the factors leave of both variances. */
static double refit(size_t n, const double *C, size_t k, double *U, size_t a)
{
    double M[K][K] = {{0}}, x[K] = {0}, change = 0, trace = 0;
    for (size_t b = 0; b < n; b++) {
        const double *u = U + b * K, weight = 1 / (1 - dot(k, u, u));
        for (size_t i = 0; i < k && b != a; i++) {
            x[i] += weight * C[a * n + b] * u[i];
            for (size_t j = 0; j < k; j++)
                M[i][j] += weight * u[i] * u[j];
        }
    }
    for (size_t i = 0; i < k; i++)
        trace += M[i][i];
    if (!(trace > 1e-30))
        return 0;
    for (size_t i = 0; i < k; i++) {
        M[i][i] += 1e-13 * trace;
        x[i] += 1e-13 * trace * U[a * K + i];
    }
    solve(k, M, x);
    const double square = dot(k, x, x);
    const double scale = square > largest_share ? sqrt(largest_share / square) : 1;
    for (size_t i = 0; i < k; i++) {
        change = fmax(change, fabs(scale * x[i] - U[a * K + i]));
        U[a * K + i] = scale * x[i];
    }
    return change;
}

void common_factors_add(size_t count, const double *C, size_t known, double *U, double *room)
{
    double change = INFINITY;
    begin(count, C, known, U, room);
    for (size_t sweep = 0; sweep < SWEEPS && change > settled; sweep++) {
        change = 0;
        for (size_t a = 0; a < count; a++)
            change = fmax(change, refit(count, C, known + 1, U, a));
    }
}
