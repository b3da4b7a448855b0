/* Which systems fall into units, and what is known of these beforehand. */
#include "src/theories/streaming/shared.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/interrupted.h"
#include "src/base/linear.h"
#include "src/base/memory.h"

/* Least squares against unit vectors, with no more of S than the diagonal. */
static bool may_share(const sgdl_system_t *system)
{
    const sgdl_problem_t *problem = system->problem;
    return system->quadratic && problem->one_hot && system->L > 1 && system->pairs == system->L &&
           !system->single && !system->nodes->matrix && !system->intercept && !problem->start &&
           system->source.kind != RATE_DRIVEN;
}

/* ---- kinds of classes ------------------------------------------------------------------------ */

static const double *eigenvalues(const sgdl_system_t *system, size_t i)
{
    return system->nodes->eigenvalue + i * system->N;
}

static int find_kinds(system_shared_t *self, const sgdl_system_t *system, sgdl_error_t *error)
{
    const size_t C = system->C, N = system->N;
    for (size_t i = 0; i < C; i++) {
        size_t d = 0;
        while (d < self->D && memcmp(eigenvalues(system, self->row[d]), eigenvalues(system, i),
                                     N * sizeof(double)) != 0)
            d++;
        if (d == self->D)
            self->row[self->D++] = i;
        self->kind[i] = d;
        self->kind_weight[d] += system->problem->weight[i];
        const int status = check_interrupted(system->interrupted, error);
        if (status != SGDL_OK)
            return status;
    }
    return SGDL_OK;
}

/* sum_i p_i v_ia. */
static void add_label_noise(system_shared_t *self, const sgdl_system_t *system)
{
    const sgdl_problem_t *problem = system->problem;
    const double noise = problem->targets.noise;
    for (size_t i = 0; i < system->C && noise > 0; i++)
        for (size_t a = 0; a < system->L; a++)
            self->constant[self->kind[i] * system->L + a] +=
                problem->weight[i] * (a == problem->label_index[i]
                                          ? noise * self->own
                                          : self->other * (1 - self->other));
}

/* ---- units that are classes ------------------------------------------------------------------ */

/* Is every latent coordinate of every node that of one class at most? */
static bool has_classes(const sgdl_system_t *system)
{
    const size_t C = system->C, k = system->k, N = system->N;
    for (size_t at = 0; at < k * N; at++) {
        size_t owners = 0;
        for (size_t i = 0; i < C && owners < 2; i++)
            owners += system->nodes->mean[i * k * N + at] != 0;
        if (owners > 1)
            return false;
    }
    return true;
}

static double length(const double *x, size_t count, size_t stride)
{
    double square = 0, last = 0;
    size_t terms = 0;
    for (size_t e = 0; e < count; e++) {
        const double value = x[e * stride];
        terms += value != 0;
        square += value * value;
        last = value != 0 ? fabs(value) : last;
    }
    return terms == 1 ? last : sqrt(square); /* squares of large and small ones leave the range */
}

static void take_classes(system_shared_t *self, const sgdl_system_t *system)
{
    const sgdl_problem_t *problem = system->problem;
    const size_t C = system->C, L = system->L, k = system->k, N = system->N;
    for (size_t i = 0; i < C; i++) {
        self->unit_kind[i] = self->kind[i];
        self->weight[i] = problem->weight[i];
        self->share2[i] = self->own * self->own + (double)(L - 1) * self->other * self->other;
        self->first[problem->label_index[i] + 1]++;
    }
    for (size_t a = 0; a < L; a++)
        self->first[a + 1] += self->first[a];
    for (size_t i = 0; i < C; i++)
        self->bearer[self->first[problem->label_index[i]]++] = i;
    memmove(self->first + 1, self->first, L * sizeof *self->first);
    self->first[0] = 0;
    for (size_t i = 0; i < C; i++)
        for (size_t n = 0; n < N; n++)
            self->mean[i * N + n] = length(system->nodes->mean + i * k * N + n, k, N);
}

/* ---- units that are not ---------------------------------------------------------------------- */

/* One node of equal covariances, and no class so rare that its means were lost in the vectors. */
static bool has_vectors(const system_shared_t *self, const sgdl_system_t *system)
{
    static const double rare = 1e-8;
    bool all = system->N == 1 && self->D == 1 && system->k <= system->C;
    for (size_t i = 0; i < system->C; i++)
        all = all && system->problem->weight[i] > rare;
    return all;
}

/* G = sqrt(p_i p_j) N_i . N_j w, V its eigenvectors: columns of G, rates in decreasing order. */
static int find_vectors(const sgdl_system_t *system, double *G, double *rate, sgdl_error_t *error)
{
    const size_t C = system->C, all = system->nodes->classes;
    for (size_t i = 0; i < C; i++)
        for (size_t j = 0; j < C; j++)
            G[i * C + j] = sqrt(system->problem->weight[i]) * sqrt(system->problem->weight[j]) *
                           system->nodes->gram[i * all + j];
    const lapack_int info = linear_eigen_symmetric(C, G, C, rate);
    return info == 0 ? SGDL_OK
                     : linear_fail(info, "LAPACK could not find the modes of the means", error);
}

/* Units are eigenvectors u; coordinates that others do not need have no unit. */
static int take_vectors(system_shared_t *self, const sgdl_system_t *system, sgdl_error_t *error)
{
    const sgdl_problem_t *problem = system->problem;
    const size_t C = system->C, L = system->L, U = self->U;
    double *V = malloc((C * C + C) * sizeof *V), *rate = V ? V + C * C : NULL;
    int status = V ? find_vectors(system, V, rate, error) : sgdl_fail_memory(error);
    for (size_t u = 0; u < U && status == SGDL_OK; u++) {
        const double *v = V + (C - 1 - u) * C, size = sqrt(fmax(0, rate[C - 1 - u]));
        const double w = system->nodes->weight[0];
        double common = 0;
        self->unit_kind[u] = 0;
        self->weight[u] = 1;
        self->mean[u] = size / sqrt(w);
        for (size_t i = 0; i < C; i++) {
            const double root = sqrt(problem->weight[i]);
            self->rotated[i * U + u] = v[i] * self->mean[u] / root;
            common += v[i] * root * self->other;
            self->share[problem->label_index[i] * U + u] += v[i] * root * (self->own - self->other);
        }
        for (size_t a = 0; a < L; a++) {
            double *share = &self->share[a * U + u];
            *share += common;
            self->square[a * U + u] = *share * *share;
            self->share2[u] += *share * *share;
        }
    }
    free(V);
    return status;
}

/* Where there are fewer units than classes: the part of sum_i p_i ybar_ia^2 that no mean sees. */
static void add_unseen(system_shared_t *self, const sgdl_system_t *system)
{
    const sgdl_problem_t *problem = system->problem;
    const size_t L = system->L, U = self->U;
    double *weight = self->source; /* of each label */
    memset(weight, 0, L * sizeof *weight);
    for (size_t i = 0; i < system->C; i++)
        weight[problem->label_index[i]] += problem->weight[i];
    for (size_t a = 0; a < L && U < system->C; a++) {
        double sum =
            weight[a] * self->own * self->own + (1 - weight[a]) * self->other * self->other;
        for (size_t u = 0; u < U; u++)
            sum -= self->square[a * U + u];
        self->constant[a] += fmax(sum, 0);
    }
}

/* ---- the whole ------------------------------------------------------------------------------- */

static int allocate(system_shared_t *self, const sgdl_system_t *system, bool classes,
                    sgdl_error_t *error)
{
    const size_t C = system->C, L = system->L, N = system->N;
    const size_t U = self->U, D = self->D;
    const size_t shares = classes ? 0 : 2 * L * U + C * U;
    const size_t numbers = 3 * D * L + 5 * U + 2 * D + 2 * U * N + 2 * N + shares;
    int status = memory_ask(system->plan->memory, 8 * (double)numbers, error,
                            "the equations of %zu classes, %zu outputs and %zu nodes", C, L, N);
    if (status != SGDL_OK)
        return status;
    double *next = self->number = calloc(numbers, sizeof *next);
    if (!next)
        return sgdl_fail_memory(error);
    self->constant = next;
    self->B = next += D * L;
    self->source = next += D * L;
    self->weight = next += D * L;
    self->share2 = next += U;
    self->rho = next += U;
    self->f = next += U;
    self->totals = next += U;
    self->common = next += D + U;
    self->mean = next += D + N;
    self->push = next += U * N;
    self->row_N = next += U * N;
    if (classes)
        return SGDL_OK;
    self->share = next += N;
    self->square = next += L * U;
    self->rotated = next + L * U;
    return SGDL_OK;
}

static int allocate_indices(system_shared_t *self, const sgdl_system_t *system, sgdl_error_t *error)
{
    const size_t C = system->C, L = system->L;
    size_t *next = self->index = calloc(4 * C + L + 1, sizeof *next);
    self->kind_weight = calloc(C, sizeof *self->kind_weight);
    if (!next || !self->kind_weight)
        return sgdl_fail_memory(error);
    self->kind = next;
    self->row = next += C;
    self->unit_kind = next += C;
    self->bearer = next += C;
    self->first = next + C;
    return SGDL_OK;
}

static void set_targets(system_shared_t *self, const sgdl_targets_t *targets)
{
    const double noise = targets->noise, L = (double)targets->outputs;
    self->own = 1 - noise;
    self->other = noise / (L - 1);
    self->spread = noise * self->own + (L - 1) * self->other * (1 - self->other);
}

static int fill(system_shared_t *self, const sgdl_system_t *system, bool *serves,
                sgdl_error_t *error)
{
    int status = allocate_indices(self, system, error);
    if (status == SGDL_OK)
        status = find_kinds(self, system, error);
    if (status != SGDL_OK)
        return status;
    const bool classes = has_classes(system);
    *serves = classes || has_vectors(self, system);
    if (!*serves)
        return SGDL_OK;
    self->U = classes ? system->C : system->k;
    status = allocate(self, system, classes, error);
    if (status != SGDL_OK)
        return status;
    set_targets(self, &system->problem->targets);
    add_label_noise(self, system);
    if (classes) {
        take_classes(self, system);
        return SGDL_OK;
    }
    status = take_vectors(self, system, error);
    if (status == SGDL_OK)
        add_unseen(self, system);
    return status;
}

int shared_init(system_shared_t **out, const sgdl_system_t *system, sgdl_error_t *error)
{
    *out = NULL;
    if (!may_share(system))
        return SGDL_OK;
    system_shared_t *self = calloc(1, sizeof *self);
    if (!self)
        return sgdl_fail_memory(error);
    bool serves = false;
    const int status = fill(self, system, &serves, error);
    if (status == SGDL_OK && serves)
        *out = self;
    else
        shared_free(self);
    return status;
}

void shared_free(system_shared_t *self)
{
    if (!self)
        return;
    free(self->index);
    free(self->kind_weight);
    free(self->number);
    free(self);
}

double shared_share(const sgdl_system_t *system, size_t a, size_t u)
{
    const system_shared_t *self = system->shared;
    if (self->share)
        return self->share[a * self->U + u];
    return system->problem->label_index[u] == a ? self->own : self->other;
}

double shared_class_mean(const sgdl_system_t *system, size_t i, size_t u, size_t n)
{
    const system_shared_t *self = system->shared;
    if (self->rotated)
        return self->rotated[i * self->U + u];
    return u == i ? self->mean[u * system->N + n] : 0;
}
