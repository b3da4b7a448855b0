/* Block-diagonal + low rank where outputs share what their means do (shared.h). First the means,
 * unit by unit, a row and a number each; then all S, which meet in the B of the kinds alone. With
 * e_n = 1/(1 + h gamma (lambda_bar + delta)), s_n the same at twice the rate:
 *
 *     (1 + h gamma p_u sum w e nu^2) drho_u = sum w e nu b,   x_A = e (b - h gamma p_u nu drho_u)
 *     T = I - h gamma^2/b [sum_n w_n s_n lambda_d lambda_f] p_f,   T dB = sum w s lambda_d r
 *
 * T [D*D] serves all outputs. */
#include "src/theories/streaming/newton.h"

#include <string.h>

#include "src/base/clones.h"
#include "src/theories/streaming/shared.h"

typedef struct scratch {
    double *T;     /* [D*D] column-major */
    double *z;     /* [D] */
    double *e, *s; /* [N] */
} scratch_t;

static scratch_t lay_out(const newton_t *self)
{
    const size_t D = self->system->shared->D, N = self->system->N;
    scratch_t out = {.T = self->storage};
    out.z = out.T + D * D;
    out.e = out.z + D;
    out.s = out.e + N;
    return out;
}

static double noise_of(const sgdl_system_t *system)
{
    return system->gamma * system->gamma / system->problem->batch;
}

static const double *kind_row(const sgdl_system_t *system, size_t d)
{
    return system->nodes->eigenvalue + system->shared->row[d] * system->N;
}

CLONES static void fill_T(const sgdl_system_t *system, const scratch_t *z, double h, double *v)
{
    const system_shared_t *shared = system->shared;
    const size_t D = shared->D, N = system->N;
    for (size_t f = 0; f < D; f++) {
        const double *row = kind_row(system, f);
        const double factor = h * noise_of(system) * shared->kind_weight[f];
        for (size_t n = 0; n < N; n++)
            v[n] = system->nodes->weight[n] * z->s[n] * row[n];
        for (size_t d = 0; d < D; d++)
            z->T[f * D + d] = (d == f) - factor * system_dot(kind_row(system, d), v, N);
    }
}

static int factor(newton_t *self, const scratch_t *z, double h)
{
    const sgdl_system_t *system = self->system;
    for (size_t n = 0; n < system->N; n++) {
        const double rate = system->gamma * system->nodes->eigenvalue_bar[n] + system->decay;
        z->e[n] = 1 / (1 + h * rate);
        z->s[n] = 1 / (1 + 2 * h * rate);
    }
    fill_T(system, z, h, system->shared->row_N);
    return newton_factor(self, z->T, system->shared->D, self->pivot);
}

/* x of the means, and drho of the units into `totals`. */
static void solve_means(const sgdl_system_t *system, const scratch_t *z, double h, const double *b,
                        double *x)
{
    const system_shared_t *shared = system->shared;
    const size_t N = system->N, U = shared->U;
    const double *w = system->nodes->weight;
    double *rho = shared->totals;
    for (size_t u = 0; u < U; u++) {
        const double *mean = shared->mean + u * N, *r = b + system->A + u * N;
        const double drive = h * system->gamma * shared->weight[u];
        double *out = x + system->A + u * N, sum = 0, response = 0;
        for (size_t n = 0; n < N; n++) {
            out[n] = z->e[n] * r[n];
            sum += w[n] * mean[n] * out[n];
            response += w[n] * mean[n] * mean[n] * z->e[n];
        }
        rho[u] = sum / (1 + drive * response);
        for (size_t n = 0; n < N; n++)
            out[n] -= drive * rho[u] * z->e[n] * mean[n];
    }
}

/* What the changes of the means add to the right-hand side of S, behind b in x. */
static void add_sources(const sgdl_system_t *system, double h, const double *y, double *x)
{
    const system_shared_t *shared = system->shared;
    const size_t N = system->N, U = shared->U, L = system->L;
    const double *rho = shared->totals;
    for (size_t u = 0; u < U; u++) {
        const double *mean = shared->mean + u * N, off = shared->rho[u] - 1;
        for (size_t n = 0; n < N; n++) {
            const size_t at = system->A + u * N + n;
            shared->push[u * N + n] = shared->weight[u] * mean[n] * (rho[u] * y[at] + off * x[at]);
        }
    }
    shared_add_rows(system, -2 * h * system->gamma, shared->push, x + system->S);
    memset(shared->source, 0, shared->D * L * sizeof(double));
    for (size_t u = 0; u < U; u++)
        shared->f[u] = 2 * shared->weight[u] * (shared->rho[u] - 1) * rho[u];
    shared_add(system, shared->f, shared->source);
}

CLONES static void solve_output(const newton_t *self, const scratch_t *z, size_t a, double h,
                                double *x)
{
    const sgdl_system_t *system = self->system;
    const system_shared_t *shared = system->shared;
    const size_t N = system->N, D = shared->D, L = system->L;
    const double noise = h * noise_of(system);
    double *r = x + system->S + a * N, *v = shared->row_N;
    for (size_t d = 0; d < D; d++) {
        const double *row = kind_row(system, d), factor = noise * shared->source[d * L + a];
        for (size_t n = 0; n < N; n++)
            r[n] += factor * row[n];
    }
    for (size_t n = 0; n < N; n++)
        v[n] = system->nodes->weight[n] * z->s[n] * r[n];
    for (size_t d = 0; d < D; d++)
        z->z[d] = system_dot(kind_row(system, d), v, N);
    linear_backsolve(D, z->T, self->pivot, z->z);
    for (size_t d = 0; d < D; d++) {
        const double *row = kind_row(system, d), factor = noise * shared->kind_weight[d] * z->z[d];
        for (size_t n = 0; n < N; n++)
            r[n] += factor * row[n];
    }
    for (size_t n = 0; n < N; n++)
        r[n] *= z->s[n];
}

static int solve(newton_t *self, const double *y, double h, const double *b, double *x)
{
    const sgdl_system_t *system = self->system;
    const scratch_t z = lay_out(self);
    if (factor(self, &z, h))
        return 1;
    solve_means(system, &z, h, b, x);
    memcpy(x + system->S, b + system->S, system->L * system->N * sizeof *x);
    add_sources(system, h, y, x);
    for (size_t a = 0; a < system->L && !system_interrupted(system); a++)
        solve_output(self, &z, a, h, x);
    return system_interrupted(system);
}

int newton_init_shared(newton_t *self, sgdl_error_t *error)
{
    const size_t D = self->system->shared->D;
    self->solve = solve;
    return newton_allocate(self, D * D + D + 2 * self->system->N, D, error);
}
