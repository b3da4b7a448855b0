/* Newton's method for the diagonal, with a start that needs few steps: between a diagonal that is
 * certainly feasible, 1/(L (B^-1)_aa), and the exact answer for diagonal covariances up to shifts.
 */
#include <float.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

#include "src/base/clones.h"
#include "src/base/packed.h"
#include "src/loss/split.h"

static const double barrier = 0.02;     /* mu, of the mean variance */
static const double ridge = 1e-10;      /* added to B, of the mean variance: B may be singular */
static const double negligible = 1e-11; /* factors with a smaller share of it are not kept */

enum { STEPS = 100, HALVINGS = 60, STARTS = 8 };

/* The parts of the room; matrices are full, row by row. */
typedef struct parts {
    double *B, *inverse, *hessian;                        /* [L*L] */
    double *trial, *gradient, *safe, *good, *pivot, *row; /* [L] */
    double *work;                                         /* LAPACK's */
} parts_t;

/* dsyevr's doubles and integers, which may be as long as a double. */
static size_t work_length(size_t L) { return 26 * L + 12 * L; }

size_t split_room(size_t outputs, size_t most)
{
    return outputs * (2 + most) + 3 * outputs * outputs + 6 * outputs + work_length(outputs);
}

void split_init(split_t *self, size_t outputs, size_t most, bool shifts, double *room)
{
    if (shifts && most + 1 > outputs)
        most = outputs - 1;
    if (most > outputs)
        most = outputs;
    *self = (split_t){.outputs = outputs, .most = most, .shifts = shifts, .D = room};
    self->W = self->D + outputs;
    self->feasible = self->W + most * outputs;
    self->room = self->feasible + outputs;
}

static parts_t parts_of(const split_t *self)
{
    const size_t L = self->outputs;
    parts_t p = {.B = self->room};
    p.inverse = p.B + L * L;
    p.hessian = p.inverse + L * L;
    p.trial = p.hessian + L * L;
    p.gradient = p.trial + L;
    p.safe = p.gradient + L;
    p.good = p.safe + L;
    p.pivot = p.good + L;
    p.row = p.pivot + L;
    p.work = p.row + L;
    return p;
}

/* B in full, centred where shifts do not count; its mean variance. */
static double unpack(const split_t *self, const double *B, double *full, double *mean)
{
    const size_t L = self->outputs;
    for (size_t a = 0; a < L; a++)
        for (size_t b = a; b < L; b++)
            full[a * L + b] = full[b * L + a] = B[packed_index(L, a, b)];
    double trace = 0, all = 0;
    for (size_t a = 0; a < L && self->shifts; a++) {
        mean[a] = 0;
        for (size_t b = 0; b < L; b++)
            mean[a] += full[a * L + b];
        mean[a] /= (double)L;
        all += mean[a] / (double)L;
    }
    for (size_t a = 0; a < L; a++) {
        for (size_t b = 0; b < L && self->shifts; b++)
            full[a * L + b] += all - (mean[a] + mean[b]);
        trace += full[a * L + a];
    }
    return trace / (double)L;
}

/* One sweep of the symmetric matrix whose upper triangle is a: row and column k leave by
 * elimination. */
CLONES static void sweep(size_t L, size_t k, double *restrict a, double *restrict row)
{
    const double pivot = a[k * L + k];
    for (size_t i = 0; i < k; i++)
        row[i] = a[i * L + k];
    for (size_t j = k; j < L; j++)
        row[j] = a[k * L + j];
    for (size_t i = 0; i < L; i++) {
        const double factor = row[i] / pivot;
        for (size_t j = i; j < L; j++)
            a[i * L + j] -= factor * row[j];
    }
    for (size_t i = 0; i < k; i++)
        a[i * L + k] = row[i] / pivot;
    for (size_t j = k + 1; j < L; j++)
        a[k * L + j] = row[j] / pivot;
    a[k * L + k] = -1 / pivot;
}

/* The inverse of B - diag(D), upper triangle, negative, and its pivots; false: it is not positive.
 */
static bool invert(size_t L, const double *B, const double *D, double *inverse, parts_t *p)
{
    memcpy(inverse, B, L * L * sizeof *B);
    for (size_t a = 0; a < L; a++)
        inverse[a * L + a] -= D[a];
    for (size_t k = 0; k < L; k++) {
        p->pivot[k] = inverse[k * L + k];
        if (!(p->pivot[k] > 0 && isfinite(p->pivot[k])))
            return false;
        sweep(L, k, inverse, p->row);
    }
    return true;
}

/* What is maximised, over mu. */
static double objective(size_t L, const double *D, const double *pivot)
{
    double value = 0;
    for (size_t a = 0; a < L; a++)
        value += D[a] / barrier + log(pivot[a]) + log(D[a]);
    return value;
}

/* x = a^-1 x for a positive a, upper triangle, overwritten by its factors U^T diag U. */
CLONES static void solve(size_t L, double *restrict a, double *restrict x)
{
    for (size_t k = 0; k < L; k++) {
        const double *restrict row = a + k * L;
        for (size_t i = k + 1; i < L; i++) {
            const double factor = row[i] / row[k];
            double *restrict target = a + i * L;
            for (size_t j = i; j < L; j++)
                target[j] -= factor * row[j];
            x[i] -= factor * x[k];
        }
    }
    for (size_t k = L; k-- > 0;) {
        for (size_t j = k + 1; j < L; j++)
            x[k] -= a[k * L + j] * x[j];
        x[k] /= a[k * L + k];
    }
}

/* Newton's step, relative to D, into p->gradient; the square of its length in the Hessian's norm.
 */
static double newton_step(size_t L, const double *D, parts_t *p)
{
    for (size_t a = 0; a < L; a++) {
        p->gradient[a] = D[a] / barrier + D[a] * p->inverse[a * L + a] + 1;
        p->good[a] = p->gradient[a];
        for (size_t b = a; b < L; b++) {
            const double scaled = D[a] * p->inverse[a * L + b];
            p->hessian[a * L + b] = scaled * D[b] * p->inverse[a * L + b];
        }
        p->hessian[a * L + a] += 1;
    }
    solve(L, p->hessian, p->gradient);
    double decrement = 0;
    for (size_t a = 0; a < L; a++)
        decrement += p->good[a] * p->gradient[a];
    return decrement;
}

/* Goes along it as far as the objective grows enough; false: nowhere. */
static bool go(size_t L, double *D, parts_t *p, double decrement)
{
    const double before = objective(L, D, p->pivot);
    double most = 0;
    for (size_t a = 0; a < L; a++)
        most = fmax(most, -p->gradient[a]);
    double t = most > 0.95 ? 0.95 / most : 1;
    for (int k = 0; k < HALVINGS; k++, t *= 0.6) {
        for (size_t a = 0; a < L; a++)
            p->trial[a] = D[a] * (1 + t * p->gradient[a]);
        if (!invert(L, p->B, p->trial, p->inverse, p))
            continue;
        if (decrement < 1e-4 || objective(L, p->trial, p->pivot) >= before + 0.1 * t * decrement) {
            memcpy(D, p->trial, L * sizeof *D);
            return true;
        }
    }
    return false;
}

/* The exact D of a covariance that is diagonal up to shifts, and its own diagonal else. */
static void guess(const split_t *self, const double *B, double lift, double *D)
{
    const double L = (double)self->outputs;
    for (size_t a = 0; a < self->outputs; a++) {
        D[a] = B[a * self->outputs + a] - ridge - lift; /* their mean is 1 */
        if (self->shifts && L > 2)
            D[a] = (D[a] - 1 / (L - 1)) / (1 - 2 / L);
    }
}

/* A feasible start: as near to the guess as can be. */
static bool start(const split_t *self, double *D, bool warm, double lift, parts_t *p)
{
    static const double share[STARTS] = {0.98, 0.95, 0.9, 0.8, 0.5, 0.25, 0.1, 0};
    const size_t L = self->outputs;
    if (warm) {
        for (size_t a = 0; a < L && warm; a++)
            warm = D[a] > 0;
        if (warm && invert(L, p->B, D, p->inverse, p))
            return true;
    }
    memset(p->trial, 0, L * sizeof *D);
    if (!invert(L, p->B, p->trial, p->inverse, p))
        return false;
    for (size_t a = 0; a < L; a++)
        p->safe[a] = -0.5 / ((double)L * p->inverse[a * L + a]);
    guess(self, p->B, lift, p->good);
    for (int k = 0; k < STARTS; k++) {
        for (size_t a = 0; a < L; a++)
            D[a] = p->safe[a] + share[k] * fmax(p->good[a] - p->safe[a], 0);
        if (invert(L, p->B, D, p->inverse, p))
            return true;
    }
    return false;
}

/* D for p->B, of mean variance 1. */
static bool diagonal(const split_t *self, double *D, bool warm, parts_t *p)
{
    const size_t L = self->outputs;
    const double lift = self->shifts ? 10 : 0; /* shifts are no limit */
    for (size_t a = 0; a < L; a++) {
        for (size_t b = 0; b < L; b++)
            p->B[a * L + b] += lift;
        p->B[a * L + a] += ridge;
    }
    if (!start(self, D, warm, lift, p))
        return false;
    double last = INFINITY;
    for (int k = 0; k < STEPS; k++) {
        const double decrement = newton_step(L, D, p);
        /* the second: as near as rounding lets it come */
        if (!(decrement > 1e-24) || (last < 1e-6 && decrement > 0.25 * last))
            break;
        last = decrement;
        if (!go(L, D, p, decrement))
            break;
        if (decrement < 1e-12)
            break; /* the next one is at rounding error */
    }
    return true;
}

/* What D leaves of p->B, centred again. */
static void subtract_diagonal(const split_t *self, parts_t *p)
{
    const size_t L = self->outputs;
    for (size_t a = 0; a < L; a++)
        p->B[a * L + a] -= self->feasible[a] + ridge;
    if (!self->shifts)
        return;
    double all = 0;
    for (size_t a = 0; a < L; a++) {
        p->row[a] = 0;
        for (size_t b = 0; b < L; b++)
            p->row[a] += p->B[a * L + b];
        p->row[a] /= (double)L;
        all += p->row[a] / (double)L;
    }
    for (size_t a = 0; a < L; a++)
        for (size_t b = 0; b < L; b++)
            p->B[a * L + b] += all - (p->row[a] + p->row[b]);
}

/* Eigenvalues and vectors of the `found` largest of p->B, increasing, into p->good and p->hessian,
 * a row each. */
static lapack_int leading(const split_t *self, parts_t *p, lapack_int *found)
{
    const size_t L = self->outputs;
    const lapack_int n = (lapack_int)L, first = n - (lapack_int)self->most + 1;
    lapack_int *integers = (lapack_int *)(p->work + 26 * L);
    return LAPACKE_dsyevr_work(LAPACK_COL_MAJOR, 'V', first == 1 ? 'A' : 'I', 'U', n, p->B, n, 0, 0,
                               first, n, 0, found, p->good, p->hessian, n, integers, p->work,
                               26 * n, integers + 2 * L, 10 * n);
}

/* What factors and diagonal leave; of p->B LAPACK has left what is above the diagonal. */
static void leave_rest(const split_t *self, const parts_t *p)
{
    const size_t L = self->outputs;
    for (size_t a = 0; a < L; a++) {
        double *row = self->rest + packed_index(L, a, 0); /* from b = a on */
        row[a] = 0;
        for (size_t b = a + 1; b < L; b++)
            row[b] = p->B[a * L + b];
        for (size_t k = 0; k < self->factors; k++)
            for (size_t b = a + 1; b < L; b++)
                row[b] -= self->W[k * L + a] * self->W[k * L + b];
    }
}

/* W is the leading eigenvectors of what D leaves, times the roots of their values; D gets the rest.
 */
static int find_factors(split_t *self, double mean, parts_t *p)
{
    const size_t L = self->outputs;
    lapack_int found = 0;
    subtract_diagonal(self, p);
    for (size_t a = 0; a < L; a++)
        p->trial[a] = p->B[a * L + a];
    self->factors = 0;
    if (self->most > 0 && leading(self, p, &found) != 0)
        return 1;
    for (size_t k = (size_t)found; k-- > 0 && p->good[k] > negligible;) {
        double *W = self->W + L * self->factors, strength = 0;
        for (size_t a = 0; a < L; a++) {
            W[a] = sqrt(p->good[k]) * p->hessian[k * L + a];
            strength += mean * W[a] * W[a] / (1 + mean * self->feasible[a]);
        }
        if (!(strength > self->least))
            continue;
        self->factors++;
        for (size_t a = 0; a < L; a++)
            p->trial[a] -= W[a] * W[a];
    }
    for (size_t a = 0; a < L; a++)
        self->D[a] = self->feasible[a] + fmax(p->trial[a], 0);
    if (self->rest)
        leave_rest(self, p);
    return 0;
}

int split_covariance(split_t *self, const double *B, bool warm)
{
    const size_t L = self->outputs;
    parts_t p = parts_of(self);
    const double mean = unpack(self, B, p.B, p.row);
    self->factors = 0;
    if (!isfinite(mean))
        return 1;
    if (!(mean > DBL_MIN)) {
        memset(self->D, 0, L * sizeof *self->D);
        memset(self->feasible, 0, L * sizeof *self->D);
        if (self->rest)
            memset(self->rest, 0, packed_length(L) * sizeof *self->rest);
        return 0;
    }
    for (size_t e = 0; e < L * L; e++)
        p.B[e] /= mean;
    for (size_t a = 0; a < L && warm; a++)
        self->feasible[a] /= mean;
    if (!diagonal(self, self->feasible, warm, &p) || find_factors(self, mean, &p) != 0)
        return 1;
    split_scale(self, mean);
    return 0;
}

void split_scale(split_t *self, double factor)
{
    for (size_t a = 0; a < self->outputs; a++)
        self->D[a] *= factor, self->feasible[a] *= factor;
    for (size_t e = 0; e < self->factors * self->outputs; e++)
        self->W[e] *= sqrt(factor);
    for (size_t e = 0; self->rest && e < packed_length(self->outputs); e++)
        self->rest[e] *= factor;
}
