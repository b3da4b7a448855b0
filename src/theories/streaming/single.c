#include "src/theories/streaming/single.h"

#include <math.h>
#include <string.h>

#include "src/base/sums.h"

/* ---- coefficients ---------------------------------------------------------------------------- */

void single_set_coefficients(sgdl_system_t *self)
{
    const sgdl_problem_t *problem = self->problem;
    for (size_t i = 0; i < self->C; i++) {
        const sgdl_averages_t *average = &self->average[i];
        const double weight = problem->weight[i];
        self->drift[i] = weight * average->G[0];
        self->shrinkage[i] = weight * average->H[0];
        self->noise[i] = weight / problem->batch * average->Q[0];
        self->pull[i] = weight * average->J;
    }
    self->decay = problem->ridge;
    self->diffusion = problem->gradient_noise * problem->gradient_noise;
}

single_rows_t single_rows(const sgdl_system_t *self)
{
    return (single_rows_t){.G = self->drift,
                           .H = self->shrinkage,
                           .Q = self->noise,
                           .J = self->has_signal ? self->pull : NULL,
                           .decay = self->decay,
                           .diffusion = self->diffusion,
                           .pull = self->decay * self->shift};
}

void single_differentiate(const sgdl_system_t *self, size_t i, const double z[3],
                          double out[SINGLE_ROWS])
{
    const sgdl_averages_t *average = &self->average[i];
    const double weight = self->problem->weight[i];
    const double of[SINGLE_ROWS][3] = {{average->H[0], average->G_B[0], average->J_m},
                                       {average->H_m[0], average->H_B[0], average->H_c},
                                       {average->Q_m[0], average->Q_B[0], average->Q_c},
                                       {average->J_m, average->J_B, average->J_c}};
    for (size_t row = 0; row < SINGLE_ROWS; row++)
        out[row] = weight * (of[row][0] * z[0] + of[row][1] * z[1] + of[row][2] * z[2]);
    out[2] /= self->problem->batch;
}

single_terms_t single_gather(const sgdl_system_t *self, size_t n, const single_rows_t *rows,
                             int slot)
{
    const size_t C = self->C, N = self->N, k = self->k;
    const double *lambda = self->nodes->eigenvalue + n, *mean = self->nodes->mean + n;
    double pull = rows->pull;
    single_terms_t out = {rows->decay, rows->diffusion, self->node + (slot ? k : 0)};
    memset(out.c, 0, k * sizeof *out.c);
    for (size_t i = 0; i < C; i++) {
        out.h += rows->H[i] * lambda[i * N];
        out.kappa += rows->Q[i] * lambda[i * N];
        pull += rows->J ? rows->J[i] * lambda[i * N] : 0;
        for (size_t j = 0; j < k; j++)
            out.c[j] += rows->G[i] * mean[(i * k + j) * N];
    }
    for (size_t j = 0; j < k && self->has_signal; j++)
        out.c[j] += pull * single_signal(self, j, n);
    return out;
}

/* ---- moments --------------------------------------------------------------------------------- */

void single_cross(const sgdl_system_t *self, const double *y, double *cross)
{
    const size_t N = self->N;
    double *correction = self->correction;
    memset(cross, 0, self->C * sizeof *cross);
    memset(correction, 0, self->C * sizeof *correction);
    for (size_t first = 0; first < N; first += SYSTEM_CHUNK) {
        const size_t count = system_chunk(self, first);
        double product[SYSTEM_CHUNK] = {0};
        for (size_t j = 0; j < self->k; j++)
            for (size_t n = 0; n < count; n++)
                product[n] += self->nodes->weight[first + n] * single_signal(self, j, first + n) *
                              y[single_A(self, 0, j, first + n)];
        for (size_t i = 0; i < self->C; i++)
            sum_accumulate(&cross[i], &correction[i],
                           system_dot(product, self->nodes->eigenvalue + i * N + first, count));
    }
    for (size_t i = 0; i < self->C; i++)
        cross[i] += correction[i];
}

/* S is |A|^2 and what fluctuates about it, of X as of D: of a start at zero nothing is left but the
 * rounding of one square. */
void single_start(const sgdl_system_t *self, double *y)
{
    for (size_t n = 0; n < self->N && self->shift != 0; n++) {
        double *S = &y[single_S(self, 0, 0, n)], before = 0, behind = 0;
        for (size_t j = 0; j < self->k; j++) {
            double *A = &y[single_A(self, 0, j, n)];
            before += *A * *A;
            *A -= self->shift * single_signal(self, j, n);
            behind += *A * *A;
        }
        *S = (*S - before) + behind;
    }
}

/* ---- the motion ------------------------------------------------------------------------------ */

/* The motion of node n under `force` [k] and s [parts], of a state v that the velocity drags. */
static void move(const sgdl_system_t *self, size_t n, const double *force, const double s[2],
                 const double *v, double *out)
{
    double f[2];
    single_push(self, f);
    for (size_t p = 0; p < self->parts; p++) {
        for (size_t j = 0; j < self->k; j++)
            out[single_A(self, p, j, n)] = f[p] * force[j];
        for (size_t q = p; q < self->parts; q++)
            out[single_S(self, p, q, n)] = f[p] * s[q] + f[q] * s[p];
    }
    if (self->parts == 1)
        return;
    const double g = self->push, damping = self->damping;
    for (size_t j = 0; j < self->k; j++) {
        const double V = v[single_A(self, 1, j, n)];
        out[single_A(self, 0, j, n)] -= g * V;
        out[single_A(self, 1, j, n)] -= damping * V;
    }
    const double xv = v[single_S(self, 0, 1, n)], vv = v[single_S(self, 1, 1, n)];
    out[single_S(self, 0, 0, n)] -= 2 * g * xv;
    out[single_S(self, 0, 1, n)] -= g * vv + damping * xv;
    out[single_S(self, 1, 1, n)] -= 2 * damping * vv;
}

/* The bias is a node with lambda = 0, whose coordinate times weight is c^2 in every class: `force`
 * is the sum of the rows of G. */
static void move_bias(const sgdl_system_t *self, const double *G, const double *v, double *out)
{
    const double c = self->problem->intercept;
    double f[2], force = 0;
    if (!self->intercept)
        return;
    single_push(self, f);
    for (size_t i = 0; i < self->C; i++)
        force += G[i];
    for (size_t p = 0; p < self->parts; p++)
        out[self->bias + p] = f[p] * c * c * force;
    if (self->parts == 1)
        return;
    out[self->bias] -= self->push * v[self->bias + 1];
    out[self->bias + 1] -= self->damping * v[self->bias + 1];
}

void single_derivative(const sgdl_system_t *self, const double *y, double *dy)
{
    const single_rows_t rows = single_rows(self);
    double f[2], s[2];
    single_push(self, f);
    for (size_t n = 0; n < self->N; n++) {
        single_terms_t terms = single_gather(self, n, &rows, 0);
        for (size_t p = 0; p < self->parts; p++)
            s[p] = single_dot(self, y, p, n, terms.c) + terms.h * y[single_S(self, 0, p, n)] +
                   terms.kappa * f[p] / 2;
        for (size_t j = 0; j < self->k; j++)
            terms.c[j] += terms.h * y[single_A(self, 0, j, n)];
        move(self, n, terms.c, s, y, dy);
    }
    move_bias(self, rows.G, y, dy);
}

void single_tolerate(const sgdl_system_t *self, double rtol, const double *y, double *atol)
{
    for (size_t n = 0; n < self->N && self->parts == 2; n++) {
        double h = self->decay;
        for (size_t i = 0; i < self->C; i++)
            h += self->shrinkage[i] * self->nodes->eigenvalue[i * self->N + n];
        h = fmax(h, 0);
        const double follows = self->push * h / self->damping; /* infinite without damping */
        const double v = h > 0 ? fmin(follows, sqrt(h)) : 0;
        const size_t xx = single_S(self, 0, 0, n);
        for (size_t j = 0; j < self->k; j++) {
            const size_t x = single_A(self, 0, j, n);
            atol[single_A(self, 1, j, n)] = atol[x] + rtol * v * fabs(y[x]);
        }
        atol[single_S(self, 0, 1, n)] = atol[xx] + rtol * v * fabs(y[xx]);
        atol[single_S(self, 1, 1, n)] = atol[xx] + rtol * h * fabs(y[xx]);
    }
}

/* ---- the Jacobian ---------------------------------------------------------------------------- */

void single_add_change(const sgdl_system_t *self, size_t n, const single_terms_t *change,
                       const double *y, double *force, double s[2])
{
    double f[2];
    single_push(self, f);
    for (size_t p = 0; p < self->parts; p++)
        s[p] += single_dot(self, y, p, n, change->c) + change->h * y[single_S(self, 0, p, n)] +
                change->kappa * f[p] / 2;
    for (size_t j = 0; j < self->k; j++)
        force[j] += change->c[j] + change->h * y[single_A(self, 0, j, n)];
}

void single_jacobian_times(const sgdl_system_t *self, const double *y, const double *v, double *Jv)
{
    const size_t C = self->C;
    double *dm = self->differential, *dB = dm + C, *dcross = dB + C, *row = dcross + C;
    system_moments(self, v, dm, dB);
    memset(dcross, 0, C * sizeof *dcross);
    if (self->has_signal)
        single_cross(self, v, dcross);
    for (size_t i = 0; i < C; i++) {
        const double z[3] = {dm[i] + (self->intercept ? v[self->bias] : 0), dB[i], dcross[i]};
        double change[SINGLE_ROWS];
        single_differentiate(self, i, z, change);
        for (size_t r = 0; r < SINGLE_ROWS; r++)
            row[r * C + i] = change[r];
    }
    const single_rows_t rows = single_rows(self);
    const single_rows_t changes = {.G = row, .H = row + C, .Q = row + 2 * C, .J = row + 3 * C};
    for (size_t n = 0; n < self->N; n++) {
        single_terms_t terms = single_gather(self, n, &rows, 0);
        const single_terms_t change = single_gather(self, n, &changes, 1);
        double s[2] = {0};
        for (size_t p = 0; p < self->parts; p++)
            s[p] = single_dot(self, v, p, n, terms.c) + terms.h * v[single_S(self, 0, p, n)];
        for (size_t j = 0; j < self->k; j++)
            terms.c[j] = terms.h * v[single_A(self, 0, j, n)];
        single_add_change(self, n, &change, y, terms.c, s);
        move(self, n, terms.c, s, v, Jv);
    }
    move_bias(self, row, v, Jv);
}
