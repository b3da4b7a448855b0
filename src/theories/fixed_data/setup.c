#include "src/theories/fixed_data/setup.h"

#include <math.h>
#include <stdlib.h>

#include "src/base/packed.h"

/* So many directions are their own nodes; a step's work goes with the number of nodes. */
enum { NODES_MOST = 64 };

/* ---- coordinates in nodes -------------------------------------------------------------------- */

static void copy_means(setup_t *self)
{
    const size_t C = self->C, K = self->K, N = self->N, P = self->P, k = self->nodes.latent;
    const double *mean = self->nodes.mean;
    for (size_t n = 0; n < N; n++) {
        for (size_t i = 0; i < C; i++)
            self->eigenvalue[n * C + i] = self->nodes.eigenvalue[i * N + n];
        for (size_t a = 0; a < k; a++) {
            for (size_t i = 0; i < C; i++)
                self->mean[(n * C + i) * P + a] = mean[(i * k + a) * N + n];
            for (size_t s = 0; s < K; s++)
                self->signal[(n * K + s) * P + a] = mean[((C + s) * k + a) * N + n];
        }
    }
}

/* The Cholesky factor of what is left of the second moments of a given start in node n. */
static void copy_start(setup_t *self, size_t n)
{
    const size_t L = self->L, N = self->N, P = self->P, k = self->nodes.latent;
    double *start = self->start + n * L * P;
    for (size_t l = 0; l < L; l++) {
        for (size_t a = 0; a < k; a++)
            start[l * P + a] = self->nodes.start_mean[(l * k + a) * N + n];
        for (size_t j = 0; j <= l; j++) {
            const double whole = self->nodes.start_second[packed_index(L, j, l) * N + n];
            double left = whole;
            for (size_t a = 0; a < k + j; a++)
                left -= start[l * P + a] * start[j * P + a];
            const double pivot = start[j * P + k + j];
            if (j < l)
                start[l * P + k + j] = pivot > 0 ? left / pivot : 0;
            else
                start[l * P + k + j] = left > 1e-12 * fabs(whole) ? sqrt(left) : 0;
        }
    }
}

static void set_start(setup_t *self)
{
    const size_t L = self->L, P = self->P, k = self->nodes.latent;
    const double norm2 = self->problem->start_norm2;
    for (size_t n = 0; n < self->N; n++) {
        if (self->problem->start)
            copy_start(self, n);
        else
            for (size_t l = 0; l < L && norm2 > 0; l++)
                self->start[(n * L + l) * P + k + l] = sqrt(norm2);
    }
}

/* ---- sums over nodes ------------------------------------------------------------------------- */

static double dot(const double *x, const double *y, size_t count)
{
    double sum = 0;
    for (size_t a = 0; a < count; a++)
        sum += x[a] * y[a];
    return sum;
}

static void sum_signals(setup_t *self)
{
    const size_t C = self->C, K = self->K, P = self->P;
    for (size_t n = 0; n < self->N; n++)
        for (size_t s = 0; s < K; s++) {
            const double *signal = self->signal + (n * K + s) * P, w = self->weight[n];
            for (size_t i = 0; i < C; i++) {
                self->signal_m[i * K + s] += w * dot(self->mean + (n * C + i) * P, signal, P);
                for (size_t r = 0; r < K; r++)
                    self->signal_B[(i * K + s) * K + r] +=
                        w * self->eigenvalue[n * C + i] *
                        dot(signal, self->signal + (n * K + r) * P, P);
            }
        }
}

static void set_targets(setup_t *self)
{
    const sgdl_targets_t *targets = &self->problem->targets;
    const size_t L = self->L;
    for (size_t i = 0; i < self->C; i++) {
        double *mean = self->target_mean + i * L, *cov = self->target_cov + i * L * L;
        for (size_t j = 0; j < targets->labels; j++) {
            const double chance =
                sgdl_targets_probability(targets, self->problem->label_index[i], j);
            for (size_t a = 0; a < L; a++)
                mean[a] += chance * targets->target[j * L + a];
        }
        for (size_t j = 0; j < targets->labels; j++) {
            const double *y = targets->target + j * L;
            const double chance =
                sgdl_targets_probability(targets, self->problem->label_index[i], j);
            for (size_t a = 0; a < L; a++)
                for (size_t b = 0; b < L; b++)
                    cov[a * L + b] += chance * (y[a] - mean[a]) * (y[b] - mean[b]);
        }
    }
}

/* ---- the whole ------------------------------------------------------------------------------- */

static int allocate(setup_t *self, sgdl_error_t *error)
{
    const size_t C = self->C, L = self->L, K = self->K, N = self->N, P = self->P;
    const size_t sizes[] = {N * C,     N * C * P, N * K * P, N * L * P, C * K,
                            C * K * K, C,         K,         C * L,     C * L * L};
    double **const arrays[] = {&self->eigenvalue, &self->mean,         &self->signal,
                               &self->start,      &self->signal_m,     &self->signal_B,
                               &self->mean_norm2, &self->signal_norm2, &self->target_mean,
                               &self->target_cov};
    size_t total = 0;
    for (size_t a = 0; a < sizeof sizes / sizeof *sizes; a++)
        total += sizes[a];
    double *next = self->own = calloc(total, sizeof *next);
    if (!next)
        return sgdl_fail_memory(error);
    for (size_t a = 0; a < sizeof sizes / sizeof *sizes; a++) {
        *arrays[a] = next;
        next += sizes[a];
    }
    return SGDL_OK;
}

static void fill(setup_t *self)
{
    const size_t C = self->C, K = self->K, stride = C + K;
    copy_means(self);
    set_start(self);
    sum_signals(self);
    if (K == 0)
        set_targets(self);
    for (size_t i = 0; i < C; i++)
        self->mean_norm2[i] = self->nodes.gram[i * stride + i];
    for (size_t s = 0; s < K; s++)
        self->signal_norm2[s] = self->nodes.gram[(C + s) * stride + C + s];
}

int setup_init(setup_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan, double reach,
               double accuracy, sgdl_error_t *error)
{
    const sgdl_mixture_t mixture = sgdl_problem_mixture(problem, plan);
    const sgdl_quadrature_t quadrature = {.accuracy = accuracy,
                                          .reach = reach,
                                          .refine = plan->refine,
                                          .exact = plan->exact,
                                          .most = plan->exact ? 0 : NODES_MOST};
    *self = (setup_t){.problem = problem,
                      .plan = plan,
                      .C = problem->classes,
                      .L = problem->targets.outputs,
                      .K = problem->signals,
                      .ratio = problem->ratio,
                      .p = problem->weight};
    self->pairs = packed_length(self->L);
    int status = sgdl_nodes_init(&self->nodes, &mixture, &quadrature, error);
    if (status != SGDL_OK)
        return status;
    const bool starts = problem->start || problem->start_norm2 > 0;
    self->N = self->nodes.count;
    self->P = self->nodes.latent + (starts ? self->L : 0);
    self->weight = self->nodes.weight;
    self->trace = self->nodes.trace;
    status = problem_population_init(&self->population, problem, self->pairs, &self->nodes, error);
    self->population.no_error = plan->no_error;
    if (status == SGDL_OK)
        status = allocate(self, error);
    if (status == SGDL_OK)
        fill(self);
    return status;
}

void setup_free(setup_t *self)
{
    free(self->own);
    problem_population_free(&self->population);
    sgdl_nodes_free(&self->nodes);
    *self = (setup_t){0};
}
