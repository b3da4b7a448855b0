/*
 * Covariances without structure. r = m + R x with the symmetric root R of PBP + c 11^T, P B P the
 * covariance up to shifts and c such that a multiple of the identity stays one, so that R is a
 * smooth function of B.
 *
 * Small covariances take Smolyak's sparse grid. Others take scrambled Sobol points x and -x, and of
 * r = m + D^1/2 x at the same points, D the diagonal that is nearest to B up to shifts, both what
 * the points and what the exponential representation say: their difference is the control variate.
 * Two scramblings give the estimate.
 */
#include <assert.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

#include "src/base/packed.h"
#include "src/loss/smolyak.h"
#include "src/loss/softmax/diagonal.h"
#include "src/loss/softmax/moments.h"
#include "src/loss/softmax/points.h"
#include "src/loss/softmax/samples.h"
#include "src/loss/softmax/softmax_rules.h"

enum { BLOCK = SAMPLES_BLOCK, CHOICES = 1, WORK = 26, INTEGERS = 12 };

/* The sparse grid is for mean eigenvalues below this, and for not too many outputs. */
static const double small = 0.3;
enum { SPARSE_3 = 20, SPARSE_2 = 120 };

typedef struct generic {
    size_t L, own;
    const double *m;
    bool sparse;
    double *root;                 /* [L*L] symmetric */
    double *deviation;            /* [L] of the diagonal */
    double *x, *y, *q, *weighted; /* [L*BLOCK] */
    double *sums;                 /* of samples */
    double *rest;                 /* scratch */
} generic_t;

static size_t samples_length(size_t L) { return 4 * samples_room(L); }

static size_t rest_length(size_t L)
{
    const size_t P = packed_length(L), work = (WORK + INTEGERS) * L + L * L;
    const size_t fourth =
        L <= SOFTMAX_JACOBIAN_OUTPUTS ? P * P + 2 * P * BLOCK + softmax_moments_room(L, 4) : 0;
    const size_t change = L * L + L + P + 2 * L * BLOCK;
    size_t most = work;
    most = most > fourth ? most : fourth;
    most = most > change ? most : change;
    most = most > diagonal_room(L) ? most : diagonal_room(L);
    return most > softmax_moments_room(L, 2) ? most : softmax_moments_room(L, 2);
}

size_t softmax_generic_room(size_t L)
{
    return CHOICES + L * L + L + 4 * L * BLOCK + samples_length(L) + rest_length(L);
}

/* ---- root and diagonal ---------------------------------------------------------------------- */

/* PBP + c 11^T into full, by its eigenvectors root. Returns LAPACK's info. */
static lapack_int take_root(generic_t *self, double *full)
{
    const size_t L = self->L;
    const lapack_int n = (lapack_int)L;
    double *vectors = self->root, *value = self->rest + L * L, *work = value + L;
    lapack_int *integers = (lapack_int *)(work + WORK * L), found;
    const lapack_int info = LAPACKE_dsyevr_work(LAPACK_COL_MAJOR, 'V', 'A', 'U', n, full, n, 0, 0,
                                                0, 0, 0, &found, value, vectors, n, integers, work,
                                                (lapack_int)WORK * n, integers + 2 * L, 10 * n);
    if (info != 0)
        return info;
    memset(full, 0, L * L * sizeof *full);
    for (size_t k = 0; k < L; k++) {
        const double deviation = sqrt(fmax(value[k], 0));
        for (size_t a = 0; a < L; a++)
            for (size_t b = 0; b < L; b++)
                full[a * L + b] += deviation * vectors[k * L + a] * vectors[k * L + b];
    }
    memcpy(self->root, full, L * L * sizeof *full);
    return 0;
}

/* PBP in full and its mean eigenvalue. */
static double centre(size_t L, const double *B, double *full)
{
    double all = 0, trace = 0;
    double *mean = full + L * L;
    for (size_t a = 0; a < L; a++) {
        mean[a] = 0;
        for (size_t b = 0; b < L; b++)
            mean[a] += B[packed_pair(L, a, b)] / (double)L;
        all += mean[a] / (double)L;
    }
    for (size_t a = 0; a < L; a++) {
        for (size_t b = 0; b < L; b++)
            full[a * L + b] = B[packed_pair(L, a, b)] + (all - (mean[a] + mean[b]));
        trace += full[a * L + a];
    }
    return trace / (double)(L - 1);
}

/* The diagonal D with |P(B - D)P| least, its entries kept above 0 smoothly. */
static void nearest_diagonal(size_t L, const double *full, double mean, double *deviation)
{
    const double n = (double)L, share = mean / n; /* sum D = mean L */
    for (size_t a = 0; a < L; a++) {
        const double D = (full[a * L + a] - share) / (1 - 2 / n);
        deviation[a] = sqrt((D + hypot(D, 0.1 * mean)) / 2);
    }
}

/* Parts of the room, the root, what was chosen; not 0: B is not finite. */
static int begin(generic_t *self, size_t L, size_t own, const double *B, const sgdl_averages_t *out)
{
    double *room = out->room + CHOICES;
    self->L = L;
    self->own = own;
    self->root = room;
    self->deviation = self->root + L * L;
    self->x = self->deviation + L;
    self->y = self->x + L * BLOCK;
    self->q = self->y + L * BLOCK;
    self->weighted = self->q + L * BLOCK;
    self->sums = self->weighted + L * BLOCK;
    self->rest = self->sums + samples_length(L);
    double *full = self->rest;
    const double mean = centre(L, B, full);
    if (!isfinite(mean))
        return 1;
    if (!out->frozen)
        out->room[0] = mean < small && L <= SPARSE_2;
    self->sparse = out->room[0] > 0;
    nearest_diagonal(L, full, mean, self->deviation);
    for (size_t e = 0; e < L * L; e++)
        full[e] += mean / (double)L;
    return take_root(self, full) != 0;
}

/* ---- points --------------------------------------------------------------------------------- */

/* y = R x of a block of points. */
static void spread(const generic_t *self)
{
    const size_t L = self->L;
    memset(self->y, 0, L * BLOCK * sizeof *self->y);
    for (size_t a = 0; a < L; a++)
        for (size_t b = 0; b < L; b++)
            for (size_t i = 0; i < BLOCK; i++)
                self->y[a * BLOCK + i] += self->root[a * L + b] * self->x[b * BLOCK + i];
}

static void scale(const generic_t *self)
{
    for (size_t a = 0; a < self->L; a++)
        for (size_t i = 0; i < BLOCK; i++)
            self->y[a * BLOCK + i] = self->deviation[a] * self->x[a * BLOCK + i];
}

/* Blocks of points y one after another, each with its weight on the finer and the coarser rule. */
typedef struct cursor {
    const generic_t *of;
    size_t set, next; /* of the Sobol points */
    smolyak_t grid;
    bool done; /* with the grid */
    double weight[BLOCK], lower[BLOCK];
} cursor_t;

static void cursor_init(cursor_t *self, const generic_t *of, size_t set)
{
    self->of = of;
    self->set = set;
    self->next = 0;
    self->done = false;
    if (of->sparse)
        smolyak_init(&self->grid, of->L, of->L <= SPARSE_3 ? 3 : 2);
}

static bool next_sparse(cursor_t *self)
{
    const generic_t *of = self->of;
    const size_t L = of->L;
    size_t count = 0;
    memset(of->y, 0, L * BLOCK * sizeof *of->y);
    while (count < BLOCK && !self->done) {
        self->done = !smolyak_next(&self->grid);
        if (self->done)
            break;
        const smolyak_node_t *node = &self->grid.node;
        self->weight[count] = node->weight;
        self->lower[count] = node->lower;
        for (size_t j = 0; j < node->count; j++)
            for (size_t a = 0; a < L; a++)
                of->y[a * BLOCK + count] += node->x[j] * of->root[node->factor[j] * L + a];
        count++;
    }
    for (size_t i = count; i < BLOCK; i++)
        self->weight[i] = self->lower[i] = 0;
    return count > 0;
}

static bool next_sobol(cursor_t *self)
{
    const generic_t *of = self->of;
    if (self->next >= POINTS_COUNT)
        return false;
    for (size_t d = 0; d < of->L; d++)
        points_fill(self->set, d, self->next, BLOCK, of->x + d * BLOCK);
    for (size_t i = 0; i < BLOCK; i++)
        self->weight[i] = 0.5 / POINTS_COUNT; /* of x and of -x */
    self->next += BLOCK;
    spread(of);
    return true;
}

static bool cursor_next(cursor_t *self)
{
    return self->of->sparse ? next_sparse(self) : next_sobol(self);
}

/* ---- averages ------------------------------------------------------------------------------- */

static void add_points(const generic_t *self, const cursor_t *at, double factor, samples_t *sum)
{
    double loss[BLOCK];
    samples_soften(sum, self->m, factor, self->y, self->q, loss);
    samples_add(sum, at->weight, self->q, loss, self->weighted);
}

/* By one scrambling, less what the same points say of the diagonal. */
static void sum_scrambling(const generic_t *self, size_t set, samples_t *sum, samples_t *plain)
{
    cursor_t at;
    cursor_init(&at, self, set);
    while (cursor_next(&at)) {
        add_points(self, &at, 1, sum);
        add_points(self, &at, -1, sum);
        scale(self);
        add_points(self, &at, 1, plain);
        add_points(self, &at, -1, plain);
    }
    samples_merge(sum, -1, plain);
}

static void sum_grid(const generic_t *self, samples_t *fine, samples_t *coarse)
{
    cursor_t at;
    cursor_init(&at, self, 0);
    while (cursor_next(&at)) {
        double loss[BLOCK];
        samples_soften(fine, self->m, 1, self->y, self->q, loss);
        samples_add(fine, at.weight, self->q, loss, self->weighted);
        samples_add(coarse, at.lower, self->q, loss, self->weighted);
    }
}

/* The largest difference of their moments. */
static double apart(const samples_t *a, const samples_t *b)
{
    double most = 0;
    for (size_t e = 0; e < samples_room(a->L); e++)
        most = fmax(most, fabs(a->first[e] - b->first[e]));
    return most;
}

/* The averages into sum[0]; returns their estimated error. */
static double sum_up(const generic_t *self, samples_t sum[4])
{
    for (size_t s = 0; s < 4; s++)
        samples_init(&sum[s], self->L, self->own, self->sums + s * samples_room(self->L));
    if (self->sparse) {
        sum_grid(self, &sum[0], &sum[1]);
        return apart(&sum[0], &sum[1]);
    }
    sum_scrambling(self, 0, &sum[0], &sum[2]);
    samples_init(&sum[2], self->L, self->own, sum[2].first);
    sum_scrambling(self, 1, &sum[1], &sum[2]);
    const double estimate = apart(&sum[0], &sum[1]) / 2;
    samples_init(&sum[2], self->L, self->own, sum[2].first);
    diagonal_average(self->m, self->deviation, self->rest, &sum[2]);
    samples_merge(&sum[0], 1, &sum[1]);
    samples_merge(&sum[2], 0.5, &sum[0]);
    sum[0] = sum[2];
    return estimate;
}

static void put(const generic_t *self, const samples_t *sum, sgdl_averages_t *out)
{
    const size_t L = self->L;
    softmax_moments_t moments;
    softmax_moments_init(&moments, L, 2, self->rest);
    for (size_t a = 0; a < L; a++)
        for (size_t b = 0; b < L; b++)
            moments.second[a * L + b] = sum->second[a < b ? a * L + b : b * L + a];
    memcpy(moments.first, sum->first, L * sizeof *sum->first);
    softmax_moments_gradient(&moments, self->own, out);
    out->risk = sum->risk;
}

/* ---- derivatives ---------------------------------------------------------------------------- */

/* Products q_a q_b in rows, packed. */
static void multiply_pairs(size_t L, const double *x, const double *q, double *pair)
{
    for (size_t a = 0; a < L; a++)
        for (size_t b = a; b < L; b++, pair += BLOCK)
            for (size_t i = 0; i < BLOCK; i++)
                pair[i] = x[a * BLOCK + i] * q[b * BLOCK + i];
}

static void put_jacobian(const generic_t *self, double *jacobian)
{
    const size_t L = self->L, P = packed_length(L);
    double *gram = self->rest, *pair = gram + P * P, *weighted = pair + P * BLOCK, loss[BLOCK];
    cursor_t at;
    samples_t none = {.L = L, .own = self->own};
    softmax_moments_t moments;
    memset(gram, 0, P * P * sizeof *gram);
    cursor_init(&at, self, 0);
    while (cursor_next(&at))
        for (int side = 1; side >= (self->sparse ? 1 : -1); side -= 2) {
            samples_soften(&none, self->m, side, self->y, self->q, loss);
            for (size_t e = 0; e < L * BLOCK; e++)
                self->weighted[e] = at.weight[e % BLOCK] * self->q[e];
            multiply_pairs(L, self->q, self->q, pair);
            multiply_pairs(L, self->weighted, self->q, weighted);
            samples_products(P, 0, weighted, pair, gram);
        }
    softmax_moments_init(&moments, L, 4, weighted + P * BLOCK);
    for (size_t e = 0; e < L * L * L * L; e++) {
        const size_t left = packed_pair(L, e / (L * L * L), e / (L * L) % L);
        const size_t right = packed_pair(L, e / L % L, e % L);
        moments.fourth[e] = gram[left < right ? left * P + right : right * P + left];
    }
    softmax_moments_lower(&moments);
    softmax_moments_jacobian(&moments, self->own, jacobian);
}

void softmax_generic(size_t L, size_t own, const double *m, const double *B, sgdl_averages_t *out)
{
    generic_t self = {.m = m};
    samples_t sum[4];
    if (begin(&self, L, own, B, out) != 0) {
        softmax_moments_fail(L, out);
        return;
    }
    out->estimate = sum_up(&self, sum);
    put(&self, &sum[0], out);
    if (out->jacobian)
        put_jacobian(&self, out->jacobian);
}

/* A direction: of m, of B in full, and the sums over a block that go with it. */
typedef struct direction {
    const double *m;
    double *B;              /* [L*L] */
    double *first, *second; /* [L], and [L*L] of q_a's own terms times q_b */
    double *bent, *beta;    /* [L*BLOCK] */
} direction_t;

/* Adds, of a block, q_a (v_a - v.q + 1/2 [V_aa - 2 u_a - sum_c V_cc q_c + 2 q.u]), u = V q, and of
 * q_a q_b, which changes by q_a q_b (beta_a + beta_b + V_ab), the products q_a beta_a q_b. */
static void add_change(const generic_t *self, const double *weight, const direction_t *d)
{
    const size_t L = self->L;
    const double *q = self->q;
    for (size_t e = 0; e < L * BLOCK; e++)
        d->bent[e] = 0;
    for (size_t a = 0; a < L; a++)
        for (size_t b = 0; b < L; b++)
            for (size_t i = 0; i < BLOCK; i++)
                d->bent[a * BLOCK + i] += d->B[a * L + b] * q[b * BLOCK + i];
    double mean[BLOCK] = {0}, trace[BLOCK] = {0}, twice[BLOCK] = {0};
    for (size_t a = 0; a < L; a++)
        for (size_t i = 0; i < BLOCK; i++) {
            mean[i] += d->m[a] * q[a * BLOCK + i];
            trace[i] += d->B[a * L + a] * q[a * BLOCK + i];
            twice[i] += d->bent[a * BLOCK + i] * q[a * BLOCK + i];
        }
    for (size_t a = 0; a < L; a++)
        for (size_t i = 0; i < BLOCK; i++) {
            const double x = weight[i] * q[a * BLOCK + i], bent = d->bent[a * BLOCK + i];
            const double alone = d->m[a] - mean[i] + 0.5 * (d->B[a * L + a] - trace[i]);
            d->first[a] += x * (alone - bent + twice[i]);
            d->beta[a * BLOCK + i] = x * (alone - 2 * bent + 1.5 * twice[i]);
        }
    samples_products(L, 1, d->beta, q, d->second);
}

/* The sums over all points, as changes of E q_a [L] and the packed E q_a q_b. */
static void sum_changes(const generic_t *self, const double *dm, const double *dB, double *by)
{
    const size_t L = self->L;
    double *both = self->sums + L * L, loss[BLOCK]; /* E q_a q_b */
    direction_t d = {.m = dm, .B = self->rest, .first = by, .second = self->sums};
    d.bent = d.B + L * L + L + packed_length(L);
    d.beta = d.bent + L * BLOCK;
    cursor_t at;
    samples_t none = {.L = L, .own = self->own};
    for (size_t e = 0; e < L * L; e++) {
        d.B[e] = dB[packed_pair(L, e / L, e % L)];
        d.second[e] = both[e] = 0;
    }
    memset(by, 0, (L + packed_length(L)) * sizeof *by);
    cursor_init(&at, self, 0);
    while (cursor_next(&at))
        for (int side = 1; side >= (self->sparse ? 1 : -1); side -= 2) {
            samples_soften(&none, self->m, side, self->y, self->q, loss);
            for (size_t e = 0; e < L * BLOCK; e++)
                self->weighted[e] = at.weight[e % BLOCK] * self->q[e];
            samples_products(L, 0, self->weighted, self->q, both);
            add_change(self, at.weight, &d);
        }
    for (size_t a = 0; a < L; a++)
        for (size_t b = a; b < L; b++)
            by[L + packed_index(L, a, b)] =
                both[a * L + b] * d.B[a * L + b] + d.second[a * L + b] + d.second[b * L + a];
}

/* Many parameters: a direction beside the place. */
void softmax_generic_change(size_t L, size_t own, const double *m, const double *B,
                            const double *dm, const double *dB, sgdl_averages_t *out)
{
    generic_t self = {.m = m};
    double *const to[3] = {out->G, out->H, out->Q};
    if (begin(&self, L, own, B, out) != 0) {
        softmax_moments_fail(L, out);
        return;
    }
    double *by = self.rest + L * L;
    sum_changes(&self, dm, dB, by);
    softmax_moments_change(L, own, 1, by, to);
}
