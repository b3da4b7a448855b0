#include "src/theories/fixed_data/block_side.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/clones.h"
#include "src/base/packed.h"

/* ---- room ------------------------------------------------------------------------------------ */

enum { ARRAYS = 20 };

static void list_sizes(const setup_t *setup, size_t steps, double sizes[ARRAYS])
{
    const double C = (double)setup->C, L = (double)setup->L, K = (double)setup->K,
                 N = (double)setup->N, P = (double)setup->P, T = (double)steps, TL = T * L;
    const double all[ARRAYS] = {C * L,
                                C * (T + 1) * L * L,
                                C * L * K,
                                C * T * L * L, /* look */
                                C * (T + 1) * L * L,
                                C * (T + 1) * L * L,
                                C * L * K,
                                C * L, /* answer */
                                N * TL * TL,
                                N * TL * TL,
                                N * TL * P,
                                N * L * TL,
                                N * L * TL,
                                N * L * P,
                                N * L * P,
                                N * L * TL,
                                N * L * TL,
                                N * L * P,
                                N * T * L * L,
                                3 * L};
    memcpy(sizes, all, sizeof all);
}

double block_side_memory(const setup_t *setup, size_t steps)
{
    double sizes[ARRAYS], total = 0;
    list_sizes(setup, steps, sizes);
    for (size_t a = 0; a < ARRAYS; a++)
        total += sizes[a];
    return total * (double)sizeof(double);
}

int block_side_init(block_side_t *self, const setup_t *setup, size_t steps, sgdl_error_t *error)
{
    const double bytes = block_side_memory(setup, steps);
    double **const arrays[ARRAYS] = {&self->look.m,
                                     &self->look.B,
                                     &self->look.cross,
                                     &self->look.rho,
                                     &self->answer.Cg,
                                     &self->answer.Rg,
                                     &self->answer.signal,
                                     &self->answer.mean,
                                     &self->Cbar,
                                     &self->Rq,
                                     &self->aq,
                                     &self->R,
                                     &self->R_before,
                                     &self->a,
                                     &self->a_before,
                                     &self->row,
                                     &self->noise,
                                     &self->latent,
                                     &self->memory,
                                     &self->bias};
    double sizes[ARRAYS];
    *self = (block_side_t){.setup = setup, .T = steps};
    if (bytes < (double)(SIZE_MAX / 4))
        self->own = calloc((size_t)bytes, 1);
    if (!self->own)
        return sgdl_fail_memory(error);
    list_sizes(setup, steps, sizes);
    double *next = self->own;
    for (size_t a = 0; a < ARRAYS; a++) {
        *arrays[a] = next;
        next += (size_t)sizes[a];
    }
    self->bias_before = self->bias + setup->L;
    self->bias_query = self->bias_before + setup->L;
    const size_t kept = setup->N * setup->L * setup->P * sizeof(double);
    if (kept > 0) {
        memcpy(self->a, setup->start, kept);
        memcpy(self->a_before, setup->start, kept);
    }
    return SGDL_OK;
}

void block_side_free(block_side_t *self)
{
    free(self->own);
    *self = (block_side_t){0};
}

/* ---- a look ---------------------------------------------------------------------------------- */

CLONES static double dot(const double *x, const double *y, size_t count)
{
    double sum = 0;
    for (size_t j = 0; j < count; j++)
        sum += x[j] * y[j];
    return sum;
}

CLONES static void add(double factor, const double *restrict x, size_t count, double *restrict out)
{
    for (size_t j = 0; j < count; j++)
        out[j] += factor * x[j];
}

/* Row l of q in node n, and Cbar_n times it. */
static void see_row(block_side_t *self, size_t n, size_t l, double ahead)
{
    const setup_t *setup = self->setup;
    const size_t L = setup->L, P = setup->P, TL = self->T * L, seen = self->t * L;
    const size_t place = (n * L + l) * TL, at = (n * L + l) * P;
    for (size_t z = 0; z < seen; z++)
        self->row[place + z] =
            self->R[place + z] + ahead * (self->R[place + z] - self->R_before[place + z]);
    for (size_t b = 0; b < P; b++)
        self->latent[at + b] = self->a[at + b] + ahead * (self->a[at + b] - self->a_before[at + b]);
    memset(self->noise + place, 0, seen * sizeof *self->noise);
    for (size_t z = 0; z < seen; z++)
        add(self->row[place + z], self->Cbar + (n * TL + z) * TL, seen, self->noise + place);
}

/* Cov_n(q_l, q^s_k); s = t: of q itself. */
static double covariance(const block_side_t *self, size_t n, size_t l, size_t s, size_t k)
{
    const size_t L = self->setup->L, P = self->setup->P, TL = self->T * L;
    const bool own = s == self->t;
    const double *row =
        own ? self->row + (n * L + k) * TL : self->Rq + ((n * self->T + s) * L + k) * TL;
    const double *latent =
        own ? self->latent + (n * L + k) * P : self->aq + ((n * self->T + s) * L + k) * P;
    return dot(latent, self->latent + (n * L + l) * P, P) +
           dot(row, self->noise + (n * L + l) * TL, s * L);
}

static void sum_node(block_side_t *self, size_t n)
{
    const setup_t *setup = self->setup;
    const size_t C = setup->C, L = setup->L, K = setup->K, P = setup->P, T = self->T, t = self->t;
    const double w = setup->weight[n], *lambda = setup->eigenvalue + n * C;
    for (size_t s = 0; s <= t; s++)
        for (size_t l = 0; l < L; l++)
            for (size_t k = 0; k < L; k++) {
                const double cov = w * covariance(self, n, l, s, k);
                const double R = s < t ? w * self->row[(n * L + l) * T * L + s * L + k] : 0;
                for (size_t i = 0; i < C; i++) {
                    self->look.B[((i * (T + 1) + s) * L + l) * L + k] += lambda[i] * cov;
                    if (s < t)
                        self->look.rho[((i * T + s) * L + l) * L + k] +=
                            lambda[i] / setup->ratio * R;
                }
            }
    for (size_t l = 0; l < L; l++) {
        const double *latent = self->latent + (n * L + l) * P;
        for (size_t i = 0; i < C; i++)
            self->look.m[i * L + l] += w * dot(setup->mean + (n * C + i) * P, latent, P);
        for (size_t k = 0; k < K; k++) {
            const double along = w * dot(setup->signal + (n * K + k) * P, latent, P);
            for (size_t i = 0; i < C; i++)
                self->look.cross[(i * L + l) * K + k] += lambda[i] * along;
        }
    }
}

void block_side_look(block_side_t *self, double ahead)
{
    const setup_t *setup = self->setup;
    const size_t C = setup->C, L = setup->L, T = self->T;
    memset(self->look.B, 0, C * (T + 1) * L * L * sizeof(double));
    memset(self->look.rho, 0, C * T * L * L * sizeof(double));
    for (size_t j = 0; j < C * L * setup->K; j++)
        self->look.cross[j] = 0;
    for (size_t l = 0; l < L; l++) {
        self->bias_query[l] = self->bias[l] + ahead * (self->bias[l] - self->bias_before[l]);
        for (size_t i = 0; i < C; i++)
            self->look.m[i * L + l] = self->bias_query[l];
    }
    for (size_t n = 0; n < setup->N; n++) {
        for (size_t l = 0; l < L; l++)
            see_row(self, n, l, ahead);
        sum_node(self, n);
    }
}

/* ---- a step ---------------------------------------------------------------------------------- */

/* The new rows and columns of Cbar_n, and the blocks Rbar_n(t, .). */
static void take_answer(block_side_t *self, size_t n)
{
    const setup_t *setup = self->setup;
    const size_t C = setup->C, L = setup->L, T = self->T, TL = T * L, t = self->t;
    double *Cbar = self->Cbar + n * TL * TL, *memory = self->memory + n * T * L * L;
    memset(memory, 0, (t + 1) * L * L * sizeof *memory);
    for (size_t i = 0; i < C; i++) {
        const double share = setup->p[i] * setup->eigenvalue[n * C + i];
        const double *Cg = self->answer.Cg + i * (T + 1) * L * L;
        add(share, self->answer.Rg + i * (T + 1) * L * L, (t + 1) * L * L, memory);
        for (size_t j = 0; j < (t + 1) * L * L; j++) {
            const size_t row = t * L + j / L % L, column = j / (L * L) * L + j % L;
            Cbar[row * TL + column] += share / setup->ratio * Cg[j];
            if (column < t * L)
                Cbar[column * TL + row] = Cbar[row * TL + column];
        }
    }
}

/* The query joins the others. */
static void keep_query(block_side_t *self, size_t n)
{
    const size_t L = self->setup->L, P = self->setup->P, TL = self->T * L, t = self->t;
    for (size_t l = 0; l < L; l++) {
        memcpy(self->Rq + ((n * self->T + t) * L + l) * TL, self->row + (n * L + l) * TL,
               t * L * sizeof(double));
        for (size_t b = 0; b < P; b++)
            self->aq[((n * self->T + t) * L + l) * P + b] = self->latent[(n * L + l) * P + b];
    }
}

/* What classes and signals pull at output l of node n. */
static void pull(const block_side_t *self, size_t n, size_t l, double *gradient)
{
    const setup_t *setup = self->setup;
    const size_t C = setup->C, L = setup->L, K = setup->K, P = setup->P;
    for (size_t i = 0; i < C; i++) {
        add(setup->p[i] * self->answer.mean[i * L + l], setup->mean + (n * C + i) * P, P, gradient);
        for (size_t k = 0; k < K; k++)
            add(setup->p[i] * setup->eigenvalue[n * C + i] *
                    self->answer.signal[(i * L + l) * K + k],
                setup->signal + (n * K + k) * P, P, gradient);
    }
}

/* X_{t+1} into what was X_{t-1}: rows (of TL or P numbers) of output l, whose gradient that is. */
static void step_row(const timeline_step_t *step, size_t count, const double *now,
                     const double *gradient, double *next)
{
    for (size_t j = 0; j < count; j++)
        next[j] = now[j] + step->momentum * (now[j] - next[j]) - step->rate * gradient[j];
}

static void move(block_side_t *self, size_t n, const timeline_step_t *step)
{
    const setup_t *setup = self->setup;
    const size_t L = setup->L, P = setup->P, T = self->T, TL = T * L, t = self->t;
    take_answer(self, n);
    keep_query(self, n);
    for (size_t l = 0; l < L; l++) {
        double *gradient = self->noise + (n * L + l) * TL; /* looked at already */
        double *latent = self->latent + (n * L + l) * P;
        memset(gradient, 0, TL * sizeof *gradient);
        for (size_t b = 0; b < P; b++)
            latent[b] *= setup->problem->ridge;
        add(setup->problem->ridge, self->row + (n * L + l) * TL, t * L, gradient);
        for (size_t z = 0; z < (t + 1) * L; z++) {
            const double response = self->memory[((n * T + z / L) * L + l) * L + z % L];
            add(response, self->Rq + (n * T * L + z) * TL, z / L * L, gradient);
            add(response, self->aq + (n * T * L + z) * P, P, latent);
        }
        gradient[t * L + l] += 1;
        pull(self, n, l, latent);
        const size_t place = (n * L + l) * TL, at = (n * L + l) * P;
        step_row(step, (t + 1) * L, self->R + place, gradient, self->R_before + place);
        step_row(step, P, self->a + at, latent, self->a_before + at);
    }
}

static void move_bias(block_side_t *self, const timeline_step_t *step)
{
    const setup_t *setup = self->setup;
    const double c = setup->problem->intercept;
    for (size_t l = 0; l < setup->L; l++) {
        double gradient = 0;
        for (size_t i = 0; i < setup->C; i++)
            gradient += c * c * setup->p[i] * self->answer.mean[i * setup->L + l];
        step_row(step, 1, self->bias + l, &gradient, self->bias_before + l);
    }
}

static void swap(double **x, double **y)
{
    double *kept = *x;
    *x = *y;
    *y = kept;
}

void block_side_advance(block_side_t *self, const timeline_step_t *step)
{
    for (size_t n = 0; n < self->setup->N; n++)
        move(self, n, step);
    move_bias(self, step);
    swap(&self->R, &self->R_before);
    swap(&self->a, &self->a_before);
    swap(&self->bias, &self->bias_before);
    self->t++;
}

/* ---- the state ------------------------------------------------------------------------------- */

static void add_state(const block_side_t *self, size_t n, const layout_t *at, double *row)
{
    const setup_t *setup = self->setup;
    const size_t C = setup->C, L = setup->L, K = setup->K, P = setup->P;
    const double w = setup->weight[n];
    for (size_t l = 0; l < L; l++) {
        const double *latent = self->latent + (n * L + l) * P;
        for (size_t k = 0; k < K; k++)
            row[at->overlap + l * K + k] += w * dot(setup->signal + (n * K + k) * P, latent, P);
        for (size_t k = l; k < L; k++) {
            const double moment = w * covariance(self, n, l, self->t, k);
            if (k == l)
                row[at->norm2 + l] += moment;
            for (size_t i = 0; i < C; i++)
                row[at->moment + i * setup->pairs + packed_index(L, l, k)] +=
                    setup->eigenvalue[n * C + i] * moment;
        }
    }
}

void block_side_state(block_side_t *self, double *row)
{
    const setup_t *setup = self->setup;
    const layout_t at = layout_of(setup);
    const size_t C = setup->C, L = setup->L, K = setup->K;
    memset(row, 0, at.train_risk * sizeof *row);
    block_side_look(self, 0);
    memcpy(row + at.mean, self->look.m, C * L * sizeof *row);
    if (K > 0)
        memcpy(row + at.cross, self->look.cross, C * L * K * sizeof *row);
    memcpy(row + at.bias, self->bias, L * sizeof *row);
    for (size_t n = 0; n < setup->N; n++)
        add_state(self, n, &at, row);
}
