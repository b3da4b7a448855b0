#include "src/loss/errors/dependence.h"

#include <math.h>
#include <string.h>

#include "src/base/clones.h"

enum { STEPS = 12 };

/* Above as many variables two loops take bare lines: dressing them costs their cube. */
enum { DRESSED = 40 };

/* The last step of Newton's method: what is left is its square. */
static const double close = 1e-4;

typedef struct parts {
    double *eta, *g, *K, *third, *fourth, *fifth, *gap, *row; /* [count] */
    double *A, *Y, *G;                                        /* [count*count] */
} parts_t;

size_t dependence_room(size_t count) { return 8 * count + 3 * count * count; }

static parts_t parts_of(size_t n, double *room)
{
    parts_t p = {.eta = room};
    p.g = p.eta + n;
    p.K = p.g + n;
    p.third = p.K + n;
    p.fourth = p.third + n;
    p.fifth = p.fourth + n;
    p.gap = p.fifth + n;
    p.row = p.gap + n;
    p.A = p.row + n;
    p.Y = p.A + n * n;
    p.G = p.Y + n * n;
    return p;
}

log_normal_t log_normal(double z)
{
    const double tail = 0.5 * erfc(fabs(z) * 0.70710678118654752440);
    const double below = z < 0 ? tail : 1 - tail;
    const double g = 0.39894228040143267794 * exp(-z * z / 2) / below, sum = z + g;
    const double second = -g * sum, third = -second * sum - g * (1 + second);
    const double fourth = -third * (sum + g) - 2 * second * (1 + second);
    return (log_normal_t){.value = z < 0 ? log(tail) : log1p(-tail),
                          .first = g,
                          .second = second,
                          .third = third,
                          .fourth = fourth,
                          .fifth = -fourth * (sum + g) - 3 * third * (1 + 2 * second)};
}

/* ---- linear algebra ------------------------------------------------------------------------- */

/* A = I + sqrt(K) R sqrt(K), upper triangle, in its place its factors U^T diag(pivot)^-1 U; false:
 * it is not positive. */
CLONES static bool factor(size_t n, const double *restrict R, const double *restrict root,
                          double *restrict A)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i; j < n; j++)
            A[i * n + j] = root[i] * R[i * n + j] * root[j];
        A[i * n + i] += 1;
    }
    for (size_t k = 0; k < n; k++) {
        const double *restrict row = A + k * n;
        if (!(row[k] > 0))
            return false;
        for (size_t i = k + 1; i < n; i++) {
            const double share = row[i] / row[k];
            double *restrict target = A + i * n;
            for (size_t j = i; j < n; j++)
                target[j] -= share * row[j];
        }
    }
    return true;
}

/* x = A^-1 x. */
static void solve(size_t n, const double *A, double *x)
{
    for (size_t k = 0; k < n; k++)
        for (size_t i = k + 1; i < n; i++)
            x[i] -= A[k * n + i] / A[k * n + k] * x[k];
    for (size_t k = n; k-- > 0;) {
        for (size_t j = k + 1; j < n; j++)
            x[k] -= A[k * n + j] * x[j];
        x[k] /= A[k * n + k];
    }
}

/* y = R x, by rows as columns. */
CLONES static void multiply(size_t n, const double *restrict R, const double *restrict x,
                            double *restrict y)
{
    memset(y, 0, n * sizeof *y);
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++)
            y[b] += x[a] * R[a * n + b];
}

/* G = (I + R K)^-1 R = R - R sqrt(K) A^-1 sqrt(K) R, upper triangle. */
CLONES static void dress(size_t n, const double *restrict R, const double *restrict root,
                         const double *restrict A, double *restrict Y, double *restrict G)
{
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++) {
            Y[a * n + b] = root[a] * R[a * n + b];
            G[a * n + b] = R[a * n + b];
        }
    for (size_t k = 0; k < n; k++) {
        const double *restrict row = Y + k * n;
        const double pivot = A[k * n + k];
        for (size_t i = k + 1; i < n; i++) {
            const double share = A[k * n + i] / pivot;
            double *restrict target = Y + i * n;
            for (size_t b = 0; b < n; b++)
                target[b] -= share * row[b];
        }
        for (size_t a = 0; a < n; a++) {
            const double share = row[a] / pivot;
            double *restrict target = G + a * n;
            for (size_t b = a; b < n; b++)
                target[b] -= share * row[b];
        }
    }
}

/* The same to second order on the diagonal and to first beside it. */
static void dress_little(size_t n, const double *R, const double *K, double *G)
{
    memcpy(G, R, n * n * sizeof *R);
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++)
            G[a * n + a] -= K[b] * R[a * n + b] * R[a * n + b];
}

/* ---- diagrams ------------------------------------------------------------------------------- */

/* Vertices at z + eta. Returns the sum of log Phi there. */
static double set_vertices(size_t n, const double *z, parts_t *p)
{
    double sum = 0;
    for (size_t b = 0; b < n; b++) {
        const log_normal_t at = log_normal(z[b] + p->eta[b]);
        sum += at.value;
        p->g[b] = at.first;
        p->K[b] = -at.second;
        p->third[b] = at.third;
        p->fourth[b] = at.fourth;
        p->fifth[b] = at.fifth;
    }
    return sum;
}

static void set_roots(size_t n, parts_t *p)
{
    for (size_t b = 0; b < n; b++)
        p->row[b] = sqrt(fmax(p->K[b], 0));
}

/* A step of Newton's for eta = R g; its length, or NAN. */
static double approach(size_t n, const double *R, parts_t *p)
{
    double *residual = p->gap, *x = p->Y, *y = p->Y + n, length = 0;
    multiply(n, R, p->g, x);
    for (size_t b = 0; b < n; b++)
        residual[b] = p->eta[b] - x[b];
    set_roots(n, p);
    if (!factor(n, R, p->row, p->A))
        return NAN;
    for (size_t b = 0; b < n; b++)
        x[b] = p->row[b] * residual[b];
    solve(n, p->A, x);
    for (size_t b = 0; b < n; b++)
        x[b] *= p->row[b];
    multiply(n, R, x, y);
    for (size_t b = 0; b < n; b++) {
        p->eta[b] -= residual[b] - y[b];
        length = fmax(length, fabs(residual[b] - y[b]));
    }
    return length;
}

/* Two vertices. */
static void add_pairs(size_t n, const parts_t *p, dependence_t *out)
{
    for (size_t a = 0; a < n; a++) {
        const double *line = p->G + a * n, own = line[a];
        double cubes = 0, ends = 0, fourths = 0, fifths = 0, adorned = 0;
        for (size_t b = a + 1; b < n; b++) {
            const double square = line[b] * line[b], other = p->G[b * n + b];
            cubes += square * line[b] * p->third[b];
            ends += line[b] * other * p->third[b];
            fourths += square * square * p->fourth[b];
            fifths += square * square * line[b] * p->fifth[b];
            adorned += square * line[b] *
                       (p->fifth[a] * own * p->third[b] + p->third[a] * other * p->fifth[b]);
        }
        out->loops += p->fourth[a] * own * own / 8 +
                      p->third[a] * p->third[a] * own * own * own * (1.0 / 8 + 1.0 / 12) +
                      p->third[a] * (own * ends / 4 + cubes / 6);
        out->fourth += p->fourth[a] * fourths / 24;
        out->fifth += p->fifth[a] * fifths / 120 + adorned / 12;
    }
}

/* Three: a and c on one line, both on two lines to b. */
static double triangles(size_t n, const parts_t *p)
{
    double sum = 0;
    for (size_t a = 0; a < n; a++)
        for (size_t b = a + 1; b < n; b++)
            p->Y[a * n + b] = p->Y[b * n + a] = p->G[a * n + b] * p->G[a * n + b];
    for (size_t a = 0; a < n; a++)
        for (size_t c = a + 1; c < n; c++) {
            double both = 0;
            for (size_t b = 0; b < n; b++)
                both += b == a || b == c ? 0 : p->fourth[b] * p->Y[a * n + b] * p->Y[c * n + b];
            sum += p->third[a] * p->third[c] * p->G[a * n + c] * both;
        }
    return sum / 4;
}

bool dependence_log(size_t count, const double *R, const double *z, double *room, dependence_t *out)
{
    const size_t n = count;
    parts_t p = parts_of(n, room);
    double length = INFINITY;
    memset(p.eta, 0, n * sizeof *p.eta);
    for (size_t step = 0; step < STEPS && length > close; step++) {
        (void)set_vertices(n, z, &p);
        length = approach(n, R, &p);
    }
    if (!(length <= close))
        return false;
    const double sum = set_vertices(n, z, &p);
    set_roots(n, &p);
    if (!factor(n, R, p.row, p.A))
        return false;
    *out = (dependence_t){.trees = sum};
    for (size_t b = 0; b < n; b++)
        out->trees -= 0.5 * (p.eta[b] * p.g[b] + log(p.A[b * n + b]));
    if (n <= DRESSED)
        dress(n, R, p.row, p.A, p.Y, p.G);
    else
        dress_little(n, R, p.K, p.G);
    add_pairs(n, &p, out);
    if (n <= DRESSED)
        out->fifth += triangles(n, &p);
    return isfinite(out->trees + out->loops + out->fourth + out->fifth);
}

double dependence_faint(size_t count, const double *R, const double *z, double *room)
{
    parts_t p = parts_of(count, room);
    memset(p.eta, 0, count * sizeof *p.eta);
    double sum = set_vertices(count, z, &p);
    multiply(count, R, p.g, p.row);
    for (size_t a = 0; a < count; a++)
        sum += 0.5 * p.g[a] * p.row[a];
    return sum;
}
