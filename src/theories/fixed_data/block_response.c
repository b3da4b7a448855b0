#include "src/theories/fixed_data/block_response.h"

#include <math.h>
#include <string.h>

#include "src/base/clones.h"

size_t block_response_scratch(const setup_t *setup, size_t steps)
{
    const size_t L = setup->L;
    /* rho and what D combines to, in single precision; g of the block */
    return steps * L * L + (steps + 1) * L * L + L * PATHS_BLOCK;
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

/* What steps before do to r^t of a sample: acc[a*stride + event*L + l']. */
static void look_back(const block_paths_t *self, size_t j, const float *rho, float *acc)
{
    const size_t L = self->setup->L, T = self->timeline->steps, events = self->seen[j];
    const float *row = self->D + self->offset[j];
    const unsigned *event = self->event + j * T;
    memset(acc, 0, L * events * L * sizeof *acc);
    for (size_t e = 0; e < events; e++) {
        combine(L, rho + event[e] * L * L, row, (e + 1) * L, events * L, acc);
        row += L * (e + 1) * L;
    }
}

/* A sample at step t: r [L], its label, g, and H where g has no jumps. */
typedef struct sample {
    size_t j, t;
    double r[BLOCK_OUTPUTS], y, g[BLOCK_OUTPUTS], H[BLOCK_OUTPUTS * BLOCK_OUTPUTS];
    double sign; /* of pushes, where it does */
} sample_t;

/* What a change [L] of r, by this much of its unit, makes of g [L], by the same unit. */
static void differ(const block_paths_t *self, const sample_t *sample, double unit,
                   const double *change, double *out)
{
    const size_t L = self->setup->L;
    const block_loss_t *loss = self->loss;
    double r[BLOCK_OUTPUTS], g[BLOCK_OUTPUTS];
    if (!loss->jumps) {
        for (size_t l = 0; l < L; l++) {
            out[l] = 0;
            for (size_t a = 0; a < L; a++)
                out[l] += sample->H[l * L + a] * change[a];
        }
        return;
    }
    for (size_t a = 0; a < L; a++)
        r[a] = sample->r[a] + unit * change[a];
    loss->gradient(loss, r, sample->y, g);
    for (size_t l = 0; l < L; l++)
        out[l] = unit != 0 ? (g[l] - sample->g[l]) / unit : 0;
}

/* D(t, .) of a sample from `acc`, its sum and, of one that is looked at, its row. */
static void respond(block_paths_t *self, const sample_t *sample, const float *acc, double *sum)
{
    const size_t L = self->setup->L, T = self->timeline->steps, j = sample->j, t = sample->t;
    const size_t events = self->seen[j], length = (events + 1) * L;
    const double s = self->s[(j / PATHS_BLOCK * T + t) * PATHS_BLOCK + j % PATHS_BLOCK];
    const double weight = self->timeline->law->independent ? 1 : s;
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
        look_back(self, sample.j, rho, acc);
        respond(self, &sample, acc, self->sums + b * self->width + at.response);
    }
    sum_gradients(self, t, b, r, now);
}
