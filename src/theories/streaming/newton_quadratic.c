/* Block-diagonal + low rank for quadratic losses: Hbar is constant and G does not see B, so the
 * coupling is lower triangular. First all A and m (rank C), then all S and B (rank C). Both small
 * matrices are the same for every output and every pair of outputs: factored once a solve. With
 * h_n = gamma (lambda_bar + delta) (Hbar = I), e_n = 1/(1 + h h_n), s_n = 1/(1 + 2 h h_n):
 *
 *     T_m = I + h gamma [sum_n w_n e_n N_j . N_i (+ c^2)] p_i
 *     T_B = I - h gamma^2/b [sum_n w_n s_n lambda_j lambda_i] p_i */
#include "src/theories/streaming/newton.h"

#include <string.h>

#include "src/base/clones.h"

typedef struct scratch {
    double *T_m, *T_B; /* [C*C] column-major */
    double *z_m;       /* [L*C] differentials of m, output-major */
    double *z_B;       /* [C] differentials of B of one pair */
    double *factor;    /* [3*C] */
    double *e, *s;     /* [N] */
} scratch_t;

static scratch_t lay_out(const newton_t *self)
{
    size_t C = self->system->C;
    scratch_t s = {.T_m = self->storage};
    s.T_B = s.T_m + C * C;
    s.z_m = s.T_B + C * C;
    s.z_B = s.z_m + self->system->L * C;
    s.factor = s.z_B + C;
    s.e = s.factor + 3 * C;
    s.s = s.e + self->system->N;
    return s;
}

static double noise_factor(const sgdl_system_t *system, size_t i)
{
    return system->gamma * system->gamma / system->problem->batch * system->problem->weight[i];
}

CLONES static void assemble_chunk(const sgdl_system_t *system, const scratch_t *z, size_t first,
                                  double h)
{
    const sgdl_nodes_t *nodes = system->nodes;
    size_t C = system->C, N = system->N, count = system_chunk(system, first);
    const double *lambda = nodes->eigenvalue + first, *w = nodes->weight + first;
    double *e = z->e + first, *s = z->s + first, v[SYSTEM_CHUNK];
    /* Row 0 of shrinkage serves all outputs: Hbar = I. */
    system_combine(e, system->decay, system->shrinkage, lambda, C, N, count);
    for (size_t n = 0; n < count; n++) {
        s[n] = 1 / (1 + 2 * h * e[n]);
        e[n] = 1 / (1 + h * e[n]);
    }
    for (size_t i = 0; i < C && !system_interrupted(system); i++) {
        for (size_t j = 0; j < system->k; j++) {
            const double *mean = nodes->mean + j * N + first;
            for (size_t n = 0; n < count; n++)
                v[n] = w[n] * e[n] * mean[i * system->k * N + n];
            for (size_t l = 0; l < C; l++)
                z->T_m[i * C + l] += system_dot(mean + l * system->k * N, v, count);
        }
        for (size_t n = 0; n < count; n++)
            v[n] = w[n] * s[n] * lambda[i * N + n];
        for (size_t l = 0; l < C; l++)
            z->T_B[i * C + l] += system_dot(lambda + l * N, v, count);
    }
}

static int factor(newton_t *self, const scratch_t *z, double h)
{
    const sgdl_system_t *system = self->system;
    size_t C = system->C;
    double intercept = system->problem->intercept;
    memset(z->T_m, 0, 2 * C * C * sizeof(double));
    for (size_t first = 0; first < system->N; first += SYSTEM_CHUNK)
        assemble_chunk(system, z, first, h);
    if (system_interrupted(system))
        return 1;
    for (size_t i = 0; i < C; i++) {
        double drift = system->gamma * system->problem->weight[i];
        for (size_t l = 0; l < C; l++) {
            double *T_m = &z->T_m[i * C + l], *T_B = &z->T_B[i * C + l];
            *T_m = (l == i) + h * drift * (*T_m + intercept * intercept);
            *T_B = (l == i) - h * noise_factor(system, i) * *T_B;
        }
    }
    return newton_factor(self, z->T_m, C, self->pivot) ||
           newton_factor(self, z->T_B, C, self->pivot + C);
}

/* All A of output a: T_m z_m = W^T e b, x_A = e (b + h sum_i dc_i N_i), dc_i = -gamma p_i z_m,i. */
CLONES static void solve_means(newton_t *self, const scratch_t *z, size_t a, double h,
                               const double *b, double *x)
{
    const sgdl_system_t *system = self->system;
    const sgdl_nodes_t *nodes = system->nodes;
    size_t C = system->C, N = system->N, k = system->k;
    double *z_m = z->z_m + a * C, v[SYSTEM_CHUNK], bias = 0;
    double intercept = system->problem->intercept;
    memset(z_m, 0, C * sizeof *z_m);
    for (size_t first = 0; first < N; first += SYSTEM_CHUNK) {
        size_t count = system_chunk(system, first);
        for (size_t j = 0; j < k; j++) {
            const double *r = b + system->A + (a * k + j) * N + first;
            for (size_t n = 0; n < count; n++)
                v[n] = nodes->weight[first + n] * z->e[first + n] * r[n];
            for (size_t i = 0; i < C; i++)
                z_m[i] += system_dot(nodes->mean + (i * k + j) * N + first, v, count);
        }
    }
    for (size_t i = 0; i < C && system->intercept; i++)
        z_m[i] += b[system->bias + a];
    linear_backsolve(C, z->T_m, self->pivot, z_m);
    for (size_t i = 0; i < C; i++) {
        z->factor[i] = -system->gamma * system->problem->weight[i] * z_m[i];
        bias += z->factor[i];
    }
    for (size_t first = 0; first < N; first += SYSTEM_CHUNK) {
        size_t count = system_chunk(system, first);
        for (size_t j = 0; j < k; j++) {
            size_t offset = system->A + (a * k + j) * N + first;
            system_combine(v, 0, z->factor, nodes->mean + j * N + first, C, k * N, count);
            for (size_t n = 0; n < count; n++)
                x[offset + n] = z->e[first + n] * (b[offset + n] + h * v[n]);
        }
    }
    if (system->intercept)
        x[system->bias + a] = b[system->bias + a] + h * intercept * intercept * bias;
}

/* The right-hand side of S_ab once A and m are known, over one chunk:
 * b + h [sum_i dc_ia N_i . A_b + (a <-> b) + noise_i lambda_i (G_a z_b + G_b z_a)_i]
 *   - h (c_a . x_b + c_b . x_a).
 * Many parameters: the place of a chunk of a pair, and the three vectors of a Newton step. */
CLONES static void pair_residual(const sgdl_system_t *system, const scratch_t *z, size_t a,
                                 size_t b, size_t first, const double *y, double h, const double *x,
                                 double *out)
{
    const sgdl_nodes_t *nodes = system->nodes;
    size_t C = system->C, N = system->N, k = system->k, count = system_chunk(system, first);
    double u[SYSTEM_CHUNK], c[SYSTEM_CHUNK];
    for (size_t i = 0; i < C; i++) {
        double drift = -system->gamma * system->problem->weight[i];
        const double *G = system->average[i].G;
        z->factor[i] = drift * z->z_m[a * C + i];
        z->factor[C + i] = drift * z->z_m[b * C + i];
        z->factor[2 * C + i] =
            noise_factor(system, i) * (G[a] * z->z_m[b * C + i] + G[b] * z->z_m[a * C + i]);
    }
    system_combine(u, 0, z->factor + 2 * C, nodes->eigenvalue + first, C, N, count);
    for (size_t n = 0; n < count; n++)
        out[n] += h * u[n];
    for (int swap = 0; swap < 2; swap++) {
        size_t p = swap ? b : a, q = swap ? a : b;
        for (size_t j = 0; j < k; j++) {
            const double *mean = nodes->mean + j * N + first;
            size_t offset = system->A + (q * k + j) * N + first;
            system_combine(u, 0, z->factor + (swap ? C : 0), mean, C, k * N, count);
            system_combine(c, 0, system->drift + p * C, mean, C, k * N, count);
            for (size_t n = 0; n < count; n++)
                out[n] += h * (u[n] * y[offset + n] - c[n] * x[offset + n]);
        }
    }
}

/* All S_ab of one pair: T_B z_B = W^T s r, x_S = s (r + h sum_i noise_i lambda_i z_B,i).
 * Many parameters: a pair, and the three vectors of a Newton step. */
CLONES static void solve_pair(newton_t *self, const scratch_t *z, size_t a, size_t b,
                              const double *y, double h, const double *rhs, double *x)
{
    const sgdl_system_t *system = self->system;
    const sgdl_nodes_t *nodes = system->nodes;
    size_t C = system->C, N = system->N;
    size_t p = a == b ? system_diagonal(system, a) : packed_index(system->L, a, b);
    size_t offset = system->S + p * N;
    double *out = x + offset, v[SYSTEM_CHUNK];
    memcpy(out, rhs + offset, N * sizeof *out);
    memset(z->z_B, 0, C * sizeof(double));
    for (size_t first = 0; first < N; first += SYSTEM_CHUNK) {
        size_t count = system_chunk(system, first);
        pair_residual(system, z, a, b, first, y, h, x, out + first);
        for (size_t n = 0; n < count; n++)
            v[n] = nodes->weight[first + n] * z->s[first + n] * out[first + n];
        for (size_t i = 0; i < C; i++)
            z->z_B[i] += system_dot(nodes->eigenvalue + i * N + first, v, count);
    }
    linear_backsolve(C, z->T_B, self->pivot + C, z->z_B);
    for (size_t i = 0; i < C; i++)
        z->factor[i] = noise_factor(system, i) * z->z_B[i];
    for (size_t first = 0; first < N; first += SYSTEM_CHUNK) {
        size_t count = system_chunk(system, first);
        system_combine(v, 0, z->factor, nodes->eigenvalue + first, C, N, count);
        for (size_t n = 0; n < count; n++)
            out[first + n] = z->s[first + n] * (out[first + n] + h * v[n]);
    }
}

static int solve(newton_t *self, const double *y, double h, const double *b, double *x)
{
    const sgdl_system_t *system = self->system;
    size_t L = system->L;
    scratch_t z = lay_out(self);
    if (factor(self, &z, h))
        return 1;
    for (size_t a = 0; a < L && !system_interrupted(system); a++)
        solve_means(self, &z, a, h, b, x);
    for (size_t a = 0; a < L && !system_interrupted(system); a++)
        for (size_t c = a; c < (system->pairs > L ? L : a + 1); c++)
            solve_pair(self, &z, a, c, y, h, b, x);
    return system_interrupted(system);
}

int newton_init_quadratic(newton_t *self, sgdl_error_t *error)
{
    const sgdl_system_t *system = self->system;
    size_t C = system->C;
    self->solve = solve;
    return newton_allocate(self, 2 * C * C + system->L * C + 4 * C + 2 * system->N, 2 * C, error);
}
