#include "src/theories/fixed_data/block_response.h"

#include <math.h>
#include <string.h>

#include "src/base/clones.h"

enum { STRIDE = 7 }; /* of columns from step to step */

size_t block_response_scratch(const setup_t *setup, size_t steps)
{
    const size_t L = setup->L;
    /* rho and what D combines to, in single precision; D; g of the block */
    return (2 * steps + 1) * L * L / 2 + 1 + steps * L * L + L * PATHS_BLOCK;
}

/* out[a*stride + x] += sum_b rho[a*L + b] row[b*length + x], x < length. */
CLONES static void combine(size_t L, const float *restrict rho, const float *restrict row,
                           size_t length, size_t stride, float *restrict out)
{
    for (size_t a = 0; a < L; a++)
        for (size_t b = 0; b < L; b++) {
            const float factor = rho[a * L + b];
            const float *restrict from = row + b * length;
            float *restrict to = out + a * stride;
            for (size_t x = 0; x < length; x++)
                to[x] += factor * from[x];
        }
}

/* What steps before do to r^t of a sample: acc[a*stride + event*W + l'], l' < W of the W columns
 * that are followed. */
static void look_back(const block_paths_t *self, size_t j, const float *rho, float *acc)
{
    const size_t L = self->setup->L, W = self->columns, T = self->timeline->steps;
    const size_t events = self->seen[j];
    const float *row = self->D + self->offset[j];
    const unsigned *event = self->event + j * T;
    memset(acc, 0, L * events * W * sizeof *acc);
    for (size_t e = 0; e < events; e++) {
        combine(L, rho + event[e] * L * L, row, (e + 1) * W, events * W, acc);
        row += L * (e + 1) * W;
    }
}

/* A sample at step t: r [L], its label, g, and H where g has no jumps. */
typedef struct sample {
    size_t j, t;
    double r[BLOCK_OUTPUTS], y, g[BLOCK_OUTPUTS], H[BLOCK_OUTPUTS * BLOCK_OUTPUTS];
    double sign; /* of pushes, where it does */
} sample_t;

/* ---- where g jumps --------------------------------------------------------------------------- */

/* What a change [L] of r, by this much of its unit, makes of g [L], by the same unit. */
static void differ(const block_paths_t *self, const sample_t *sample, double unit,
                   const double *change, double *out)
{
    const size_t L = self->setup->L;
    const block_loss_t *loss = self->loss;
    double r[BLOCK_OUTPUTS], g[BLOCK_OUTPUTS];
    for (size_t a = 0; a < L; a++)
        r[a] = sample->r[a] + unit * change[a];
    loss->gradient(loss, r, sample->y, g);
    for (size_t l = 0; l < L; l++)
        out[l] = unit != 0 ? (g[l] - sample->g[l]) / unit : 0;
}

static double selection_of(const block_paths_t *self, const sample_t *sample)
{
    const size_t block = sample->j / PATHS_BLOCK;
    return self
        ->s[(block * self->timeline->steps + sample->t) * PATHS_BLOCK + sample->j % PATHS_BLOCK];
}

/* D(t, .) of a sample from `acc`, its sum and, of one that is looked at, its row. */
static void respond_by_pushes(block_paths_t *self, const sample_t *sample, const float *acc,
                              double *sum)
{
    const size_t L = self->setup->L, T = self->timeline->steps, j = sample->j, t = sample->t;
    const size_t events = self->seen[j], length = (events + 1) * L;
    const double s = selection_of(self, sample), weight = self->timeline->law->independent ? 1 : s;
    const unsigned *event = self->event + j * T;
    float *row = s != 0 ? self->D + self->offset[j] + L * L * events * (events + 1) / 2 : NULL;
    for (size_t x = 0; x < length; x++) {
        double change[BLOCK_OUTPUTS], D[BLOCK_OUTPUTS];
        const size_t at = x < events * L ? event[x / L] : t;
        for (size_t a = 0; a < L; a++)
            change[a] = x < events * L ? acc[a * events * L + x] : a == x % L;
        differ(self, sample, sample->sign * self->push[at * L + x % L], change, D);
        for (size_t l = 0; l < L; l++) {
            sum[(at * L + l) * L + x % L] += weight * D[l];
            if (row)
                row[l * length + x] = (float)(s * D[l]);
        }
    }
    self->seen[j] += row != NULL;
}

/* ---- where it does not ------------------------------------------------------------------------
 */

/* v_l of sample j at step s: for each l a column of the block's Hadamard matrix. */
static double sign_of(size_t j, size_t s, size_t l)
{
    return __builtin_parityll((l + STRIDE * s) % PATHS_BLOCK & j) ? -1 : 1;
}

/* out[l*length + x] = sum_a H[l*L + a] acc[a*length + x], x < length. */
CLONES static void multiply(size_t L, const double *restrict H, const float *restrict acc,
                            size_t length, double *restrict out)
{
    memset(out, 0, L * length * sizeof *out);
    for (size_t l = 0; l < L; l++)
        for (size_t a = 0; a < L; a++) {
            const double factor = H[l * L + a];
            for (size_t x = 0; x < length; x++)
                out[l * length + x] += factor * acc[a * length + x];
        }
}

/* Adds D of event number e of sample j, D [L * events*columns], to the sum at its step. */
static void sum_event(const block_paths_t *self, size_t j, size_t e, const double *D, double weight,
                      double *sum)
{
    const size_t L = self->setup->L, events = self->seen[j];
    const size_t step = self->event[j * self->timeline->steps + e];
    double v[BLOCK_OUTPUTS], *out = sum + step * L * L;
    for (size_t l = 0; l < L && self->columns == L; l++)
        for (size_t k = 0; k < L; k++)
            out[l * L + k] += weight * D[(l * events + e) * L + k];
    if (self->columns == L)
        return;
    for (size_t k = 0; k < L; k++)
        v[k] = weight * sign_of(j, step, k);
    for (size_t l = 0; l < L; l++)
        for (size_t k = 0; k < L; k++)
            out[l * L + k] += D[l * events + e] * v[k];
}

/* The same as respond_by_pushes by H; `D` [L*T*columns] is scratch. */
static void respond(block_paths_t *self, const sample_t *sample, const float *acc, double *D,
                    double *sum)
{
    const size_t L = self->setup->L, W = self->columns, j = sample->j, t = sample->t;
    const size_t events = self->seen[j], length = (events + 1) * W;
    const double s = selection_of(self, sample), weight = self->timeline->law->independent ? 1 : s;
    multiply(L, sample->H, acc, events * W, D);
    for (size_t e = 0; e < events; e++)
        sum_event(self, j, e, D, weight, sum);
    for (size_t z = 0; z < L * L; z++)
        sum[t * L * L + z] += weight * sample->H[z];
    if (s == 0)
        return;
    float *row = self->D + self->offset[j] + L * W * events * (events + 1) / 2;
    for (size_t l = 0; l < L; l++, row += length) {
        double along = 0;
        for (size_t x = 0; x < events * W; x++)
            row[x] = (float)(s * D[l * events * W + x]);
        for (size_t k = 0; k < L && W == L; k++)
            row[events * L + k] = (float)(s * sample->H[l * L + k]);
        for (size_t k = 0; k < L && W < L; k++)
            along += sample->H[l * L + k] * sign_of(j, t, k);
        if (W < L)
            row[events] = (float)(s * along);
    }
    self->seen[j]++;
}

/* ---- sums -------------------------------------------------------------------------------------
 */

CLONES static double dot(const double *x, const double *y, size_t count)
{
    double sum = 0;
    for (size_t j = 0; j < count; j++)
        sum += x[j] * y[j];
    return sum;
}

/* Sums of the block's gradients now [L*BLOCK], which are weighted by s unless that is independent
 * of all before; keeps the weighted ones. */
static void sum_gradients(block_paths_t *self, size_t t, size_t b, const double *r, double *now)
{
    const size_t L = self->setup->L, K = self->setup->K, T = self->timeline->steps;
    const block_sums_t at = block_sums(self->setup, T);
    const bool independent = self->timeline->law->independent;
    const double *s = self->s + (b * T + t) * PATHS_BLOCK;
    double *g = self->g + b * T * L * PATHS_BLOCK, *sums = self->sums + b * self->width;
    for (size_t l = 0; l < L; l++)
        for (size_t j = 0; j < PATHS_BLOCK; j++) {
            const double plain = now[l * PATHS_BLOCK + j];
            g[(t * L + l) * PATHS_BLOCK + j] = s[j] * plain;
            if (!independent)
                now[l * PATHS_BLOCK + j] = s[j] * plain;
        }
    for (size_t l = 0; l < L; l++) {
        const double *own = now + l * PATHS_BLOCK;
        for (size_t j = 0; j < PATHS_BLOCK; j++)
            sums[at.mean + l] += own[j];
        sums[at.product] += dot(own, r + l * PATHS_BLOCK, PATHS_BLOCK);
        for (size_t z = 0; z < t * L; z++)
            sums[at.second + (z / L * L + l) * L + z % L] +=
                dot(own, g + z * PATHS_BLOCK, PATHS_BLOCK);
        for (size_t k = 0; k < L; k++)
            sums[at.second + (t * L + l) * L + k] +=
                (independent ? self->timeline->step[t].second : 1) *
                dot(own, now + k * PATHS_BLOCK, PATHS_BLOCK);
        for (size_t k = 0; k < K; k++) /* r* - m* by its innovations */
            for (size_t h = 0; h <= k; h++)
                sums[at.star + l * K + k] +=
                    self->chol[k * (K + (T + 1) * L) + h] *
                    dot(own, self->xi + (b * self->Z + h) * PATHS_BLOCK, PATHS_BLOCK);
    }
}

void block_response(block_paths_t *self, const block_side_t *nodes, size_t b, const double *r,
                    double *scratch)
{
    const size_t L = self->setup->L, T = nodes->T, t = nodes->t;
    const block_loss_t *loss = self->loss;
    const block_sums_t at = block_sums(self->setup, T);
    double *D = scratch + (2 * T + 1) * L * L / 2 + 1;
    float *rho = (float *)scratch, *acc = rho + T * L * L;
    double *now = scratch + block_response_scratch(self->setup, T) - L * PATHS_BLOCK;
    for (size_t z = 0; z < t * L * L; z++)
        rho[z] = (float)nodes->look.rho[self->i * T * L * L + z];
    for (size_t j = 0; j < PATHS_BLOCK; j++) {
        sample_t sample = {.j = b * PATHS_BLOCK + j,
                           .t = t,
                           .y = self->y[b * PATHS_BLOCK + j],
                           .sign = j % 2 ? 1 : -1};
        for (size_t l = 0; l < L; l++)
            sample.r[l] = r[l * PATHS_BLOCK + j];
        loss->gradient(loss, sample.r, sample.y, sample.g);
        if (!loss->jumps)
            loss->hessian(loss, sample.r, sample.y, sample.H);
        for (size_t l = 0; l < L; l++)
            now[l * PATHS_BLOCK + j] = sample.g[l];
        double *sum = self->sums + b * self->width + at.response;
        look_back(self, sample.j, rho, acc);
        if (loss->jumps)
            respond_by_pushes(self, &sample, acc, sum);
        else
            respond(self, &sample, acc, D, sum);
    }
    sum_gradients(self, t, b, r, now);
}
