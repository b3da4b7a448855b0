#include "src/theories/streaming/limit/state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/linear.h"

typedef struct fill {
    const sgdl_system_t *system;
    double noise;      /* gamma/2b */
    double *G, *H, *Q; /* [C], times p_i */
    double *rest;      /* [C] what is left of m for the free moves, then their amounts v */
    double *gram;      /* [C*C] of the free moves: means on inert nodes, and the intercept */
    double *singular;  /* [C] */
    double *storage;
} fill_t;

static int fill_init(fill_t *self, const sgdl_system_t *system, double gamma, sgdl_error_t *error)
{
    const size_t C = system->C;
    *self = (fill_t){.system = system, .noise = gamma / (2 * system->problem->batch)};
    self->storage = calloc(C, (C + 5) * sizeof(double));
    if (!self->storage)
        return sgdl_fail_memory(error);
    self->G = self->storage;
    self->H = self->G + C;
    self->Q = self->H + C;
    self->rest = self->Q + C;
    self->singular = self->rest + C;
    self->gram = self->singular + C;
    return SGDL_OK;
}

static void evaluate(fill_t *self, const double *m, const double *B)
{
    const sgdl_problem_t *problem = self->system->problem;
    for (size_t i = 0; i < self->system->C; i++) {
        double unused[5];
        sgdl_averages_t out = {.G = &self->G[i],
                               .H = &self->H[i],
                               .Q = &self->Q[i],
                               .G_B = &unused[0],
                               .H_m = &unused[1],
                               .H_B = &unused[2],
                               .Q_m = &unused[3],
                               .Q_B = &unused[4]};
        problem->loss->average(&problem->targets, problem->label_index[i], 1, &m[i], &B[i], &out);
        self->G[i] *= problem->weight[i];
        self->H[i] *= problem->weight[i];
        self->Q[i] *= problem->weight[i];
        self->rest[i] = m[i];
    }
}

/* A row of the nodes' means: class i, latent coordinate a. */
static const double *mean_row(const sgdl_system_t *system, size_t i, size_t a)
{
    return system->nodes->mean + (i * system->k + a) * system->N;
}

/* sum_i v_i N_{n,i}, coordinate a. */
static double along(const sgdl_system_t *system, const double *v, size_t a, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < system->C; i++)
        sum += v[i] * mean_row(system, i, a)[n];
    return sum;
}

static double contraction(const fill_t *self, const double *factor, size_t n, double constant)
{
    double sum = constant;
    for (size_t i = 0; i < self->system->C; i++)
        sum += factor[i] * self->system->nodes->eigenvalue[i * self->system->N + n];
    return sum;
}

static void add_free_node(fill_t *self, size_t n)
{
    const sgdl_system_t *system = self->system;
    const size_t C = system->C;
    for (size_t i = 0; i < C; i++)
        for (size_t j = 0; j < C; j++)
            for (size_t a = 0; a < system->k; a++)
                self->gram[i * C + j] += system->nodes->weight[n] * mean_row(system, i, a)[n] *
                                         mean_row(system, j, a)[n];
}

/* Nodes on which something acts; the others' means are collected. */
static void fill_active(fill_t *self, double *y)
{
    const sgdl_system_t *system = self->system;
    const size_t N = system->N;
    for (size_t n = 0; n < N; n++) {
        double h = contraction(self, self->H, n, system->problem->ridge), square = 0;
        if (!(h > 0)) {
            add_free_node(self, n);
            continue;
        }
        for (size_t a = 0; a < system->k; a++) {
            double A = -along(system, self->G, a, n) / h;
            y[system->A + a * N + n] = A;
            square += A * A;
            for (size_t i = 0; i < system->C; i++)
                self->rest[i] -= system->nodes->weight[n] * A * mean_row(system, i, a)[n];
        }
        y[system->S + n] = square + self->noise * contraction(self, self->Q, n, 0) / h;
    }
}

/* Solves gram v = rest with the shortest v and moves by it. */
static int fill_free(fill_t *self, double *y, sgdl_error_t *error)
{
    const sgdl_system_t *system = self->system;
    const size_t C = system->C, N = system->N;
    const double c2 = system->problem->intercept * system->problem->intercept;
    for (size_t e = 0; e < C * C; e++)
        self->gram[e] += c2;
    lapack_int info = linear_least_squares(C, self->gram, self->rest, self->singular, 1e-12);
    if (info != 0)
        return linear_fail(info, "LAPACK's dgelss failed", error);
    for (size_t n = 0; n < N; n++) {
        if (contraction(self, self->H, n, system->problem->ridge) > 0)
            continue;
        y[system->S + n] =
            isfinite(system->problem->start_norm2) ? system->problem->start_norm2 : 0;
        for (size_t a = 0; a < system->k; a++) {
            double A = along(system, self->rest, a, n);
            y[system->A + a * N + n] = A;
            y[system->S + n] += A * A;
        }
    }
    for (size_t i = 0; i < C && system->intercept; i++)
        y[system->bias] += c2 * self->rest[i];
    return SGDL_OK;
}

int state_at_stationary_point(const sgdl_system_t *system, double gamma, const double *m,
                              const double *B, double *y, sgdl_error_t *error)
{
    fill_t self;
    int status = fill_init(&self, system, gamma, error);
    if (status != SGDL_OK)
        return status;
    memset(y, 0, system->length * sizeof *y);
    evaluate(&self, m, B);
    fill_active(&self, y);
    status = fill_free(&self, y, error);
    free(self.storage);
    return status;
}
