#include "src/theories/streaming/limit/state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/linear.h"
#include "src/theories/streaming/single.h"

typedef struct fill {
    const sgdl_system_t *system;
    drive_t drive;
    const double *signal;  /* [k*N] NULL without a teacher */
    double pull;           /* delta times the teacher's shift */
    double *G, *H, *Q, *J; /* [C], times p_i */
    double *rest;          /* [C] what is left of m for the free moves, then their amounts v */
    double *gram;          /* [C*C] of the free moves: means on inert nodes, and the intercept */
    double *singular;      /* [C] */
    double *storage;
} fill_t;

static int fill_init(fill_t *self, const sgdl_system_t *system, double rate, sgdl_error_t *error)
{
    const size_t C = system->C;
    const sgdl_problem_t *problem = system->problem;
    *self = (fill_t){.system = system, .drive = drive_of(problem, rate)};
    if (problem->has_teacher) {
        self->signal = system->nodes->mean + C * system->k * system->N;
        self->pull = problem->ridge * problem->teacher.shift;
    }
    self->storage = calloc(C, (C + 6) * sizeof(double));
    if (!self->storage)
        return sgdl_fail_memory(error);
    self->G = self->storage;
    self->H = self->G + C;
    self->Q = self->H + C;
    self->J = self->Q + C;
    self->rest = self->J + C;
    self->singular = self->rest + C;
    self->gram = self->singular + C;
    return SGDL_OK;
}

static void evaluate(fill_t *self, const stationary_point_t *point)
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
        population_average(&self->system->population, i, &point->m[i], &point->B[i],
                           point->cross ? point->cross[i] : 0, &out);
        self->G[i] *= problem->weight[i];
        self->H[i] *= problem->weight[i];
        self->Q[i] *= problem->weight[i];
        self->J[i] = out.J * problem->weight[i];
        self->rest[i] = point->m[i];
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

/* A signal's coordinate at node n. */
static double signal_at(const fill_t *self, size_t a, size_t n)
{
    return self->signal ? self->signal[a * self->system->N + n] : 0;
}

/* What A is at node n, coordinate a, is no more to be found elsewhere. */
static void take_share(fill_t *self, size_t a, size_t n, double A)
{
    const sgdl_system_t *system = self->system;
    for (size_t i = 0; i < system->C; i++)
        self->rest[i] -= system->nodes->weight[n] * A * mean_row(system, i, a)[n];
}

/* What the velocity of a heavy ball, in the system's units, has of the noise kappa. */
static void fill_velocity(const fill_t *self, size_t n, double h, double kappa, double *y)
{
    const sgdl_system_t *system = self->system;
    const drive_t *drive = &self->drive;
    const double friction = drive->rate * h + drive->damping;
    if (system->parts < 2)
        return;
    y[single_S(system, 0, 1, n)] = -kappa * system->push * drive->rate / (2 * friction);
    y[single_S(system, 1, 1, n)] = kappa * drive->push / (2 * friction);
}

/* Nodes on which something acts; the others' means are collected. */
static void fill_active(fill_t *self, double *y)
{
    const sgdl_system_t *system = self->system;
    const size_t N = system->N;
    const double shift = self->signal ? system->problem->teacher.shift : 0;
    for (size_t n = 0; n < N; n++) {
        double h = contraction(self, self->H, n, system->problem->ridge), square = 0;
        if (!(h > 0)) {
            add_free_node(self, n);
            for (size_t a = 0; a < system->k && self->signal; a++)
                take_share(self, a, n, -shift * signal_at(self, a, n));
            continue;
        }
        const double pull = self->signal ? contraction(self, self->J, n, self->pull) : 0;
        for (size_t a = 0; a < system->k; a++) {
            double A = -(along(system, self->G, a, n) + pull * signal_at(self, a, n)) / h;
            y[system->A + a * N + n] = A;
            square += A * A;
            take_share(self, a, n, A);
        }
        const double strength = drive_strength(&self->drive, h);
        const double noise = strength / (2 * self->drive.batch);
        const double heat = contraction(self, self->Q, n, 0);
        y[system->S + n] = square + noise * heat / h + strength * self->drive.noise2 / (2 * h);
        fill_velocity(self, n, h, heat / self->drive.batch + self->drive.noise2, y);
    }
}

/* Solves gram v = rest with the shortest v and moves by it. */
static int fill_free(fill_t *self, double *y, sgdl_error_t *error)
{
    const sgdl_system_t *system = self->system;
    const size_t C = system->C, N = system->N;
    const double c2 = system->problem->intercept * system->problem->intercept;
    const double shift = self->signal ? system->problem->teacher.shift : 0;
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
            double A = along(system, self->rest, a, n) - shift * signal_at(self, a, n);
            y[system->A + a * N + n] = A;
            y[system->S + n] += A * A;
        }
    }
    for (size_t i = 0; i < C && system->intercept; i++)
        y[system->bias] += c2 * self->rest[i];
    return SGDL_OK;
}

int state_at_stationary_point(const sgdl_system_t *system, const stationary_point_t *point,
                              double *y, sgdl_error_t *error)
{
    fill_t self;
    int status = fill_init(&self, system, point->rate, error);
    if (status != SGDL_OK)
        return status;
    memset(y, 0, system->length * sizeof *y);
    evaluate(&self, point);
    fill_active(&self, y);
    status = fill_free(&self, y, error);
    free(self.storage);
    return status;
}

void state_overlap(const sgdl_system_t *system, const double *y, double *norm2, double *overlap,
                   double *cosine)
{
    const sgdl_nodes_t *nodes = system->nodes;
    const double *signal = nodes->mean + system->C * system->k * system->N;
    const double shift = system->problem->teacher.shift;
    double signal_norm2 = 0;
    *norm2 = *overlap = 0;
    for (size_t n = 0; n < system->N; n++) {
        double square = 0, along_signal = 0;
        for (size_t a = 0; a < system->k; a++) {
            const double s = signal[a * system->N + n];
            square += s * s;
            along_signal += y[system->A + a * system->N + n] * s;
        }
        *norm2 +=
            nodes->weight[n] * (y[system->S + n] + shift * (2 * along_signal + shift * square));
        *overlap += nodes->weight[n] * (along_signal + shift * square);
        signal_norm2 += nodes->weight[n] * square;
    }
    *cosine = overlap_cosine(*overlap, *norm2, signal_norm2);
}
