#include "src/theories/streaming/limit/separation.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/interrupted.h"
#include "src/base/linear.h"

/* A vector counts as new to a span if this much of it is outside. */
static const double new_direction = 1e-8;
/* Quadratic forms of a normalised Gram matrix below this are rounding. */
static const double rounding = 1e-14;
/* The intercept is large if its square is, by this, relative to the means. */
static const double dominant = 1e4;

double separation_gap(const sgdl_tail_t *tail, double power)
{
    double gap = 2 * power + 1 - tail->exponent;
    return fabs(gap) <= 8 * DBL_EPSILON * fmax(1, tail->exponent) ? 0 : gap;
}

bool separation_diverges(const sgdl_tail_t *tail, double power)
{
    return tail->exists && separation_gap(tail, power) <= 0;
}

/* Adds the part of v [C] that is outside the span to the basis. */
static void extend(separation_t *self, const double *v)
{
    const size_t C = self->classes;
    double norm = 0, left = 0;
    if (self->rank == C)
        return;
    double *out = self->basis + self->rank * C;
    for (size_t i = 0; i < C; i++)
        norm = hypot(norm, v[i]);
    if (norm == 0)
        return;
    for (size_t i = 0; i < C; i++)
        out[i] = v[i] / norm;
    for (int pass = 0; pass < 2; pass++)
        for (size_t r = 0; r < self->rank; r++) {
            const double *other = self->basis + r * C;
            double dot = 0;
            for (size_t i = 0; i < C; i++)
                dot += out[i] * other[i];
            for (size_t i = 0; i < C; i++)
                out[i] -= dot * other[i];
        }
    for (size_t i = 0; i < C; i++)
        left = hypot(left, out[i]);
    if (left < new_direction)
        return;
    for (size_t i = 0; i < C; i++)
        out[i] /= left;
    self->rank++;
}

static bool is_among(const bool *remaining, size_t i) { return !remaining || remaining[i]; }

static bool is_noisy(const separation_t *self, const sgdl_nodes_t *nodes, size_t n,
                     const bool *remaining)
{
    for (size_t i = 0; i < self->classes; i++)
        if (is_among(remaining, i) && nodes->eigenvalue[i * nodes->count + n] > 0)
            return true;
    return false;
}

static int set_null_gram(separation_t *self, const sgdl_nodes_t *nodes, const bool *remaining,
                         sgdl_error_t *error)
{
    const size_t C = self->classes, N = nodes->count, k = nodes->latent;
    for (size_t n = 0; n < N; n++) {
        int status = check_interrupted(self->interrupted, error);
        if (status != SGDL_OK)
            return status;
        if (is_noisy(self, nodes, n, remaining))
            continue;
        for (size_t i = 0; i < C; i++)
            for (size_t j = 0; j < C; j++)
                for (size_t a = 0; a < k; a++)
                    self->null_gram[i * C + j] += nodes->weight[n] *
                                                  nodes->mean[(i * k + a) * N + n] *
                                                  nodes->mean[(j * k + a) * N + n];
    }
    return SGDL_OK;
}

static void set_projector(separation_t *self)
{
    const size_t C = self->classes;
    for (size_t i = 0; i < C; i++)
        for (size_t j = 0; j < C; j++) {
            double sum = i == j;
            for (size_t r = 0; r < self->rank; r++)
                sum -= self->basis[r * C + i] * self->basis[r * C + j];
            self->projector[i * C + j] = fabs(sum) < 1e-15 ? 0 : sum;
        }
}

/* extend() by the part of v that belongs to remaining classes. v is overwritten. */
static void extend_among(separation_t *self, const bool *remaining, double *v)
{
    for (size_t i = 0; i < self->classes; i++)
        if (!is_among(remaining, i))
            v[i] = 0;
    extend(self, v);
}

int separation_init(separation_t *self, const separation_of_t *of, sgdl_error_t *error)
{
    const size_t C = of->problem->classes;
    const bool *remaining = of->remaining;
    const sgdl_tail_t *tail = of->tail;
    *self = (separation_t){.classes = C, .interrupted = of->interrupted};
    self->basis = calloc(C, C * sizeof(double));
    self->projector = calloc(C, C * sizeof(double));
    self->null_gram = calloc(C, C * sizeof(double));
    double *vector = calloc(C, sizeof *vector);
    int status = SGDL_OK;
    if (!self->basis || !self->projector || !self->null_gram || !vector) {
        status = sgdl_fail_memory(error);
        goto out;
    }
    if (!(of->ridge > 0)) {
        status = set_null_gram(self, of->nodes, remaining, error);
        if (status != SGDL_OK)
            goto out;
        for (size_t i = 0; i < C; i++) {
            memcpy(vector, self->null_gram + i * C, C * sizeof *vector);
            extend_among(self, remaining, vector);
        }
        for (size_t c = 0; c < tail->columns; c++)
            if (separation_diverges(tail, tail->power[c])) {
                memcpy(vector, tail->mean + c * C, C * sizeof *vector);
                extend_among(self, remaining, vector);
            }
    }
    for (size_t i = 0; i < C; i++)
        vector[i] = 1;
    if (of->problem->intercept != 0)
        extend_among(self, remaining, vector);
    set_projector(self);
out:
    free(vector);
    if (status != SGDL_OK)
        separation_free(self);
    return status;
}

void separation_free(separation_t *self)
{
    free(self->basis);
    free(self->projector);
    free(self->null_gram);
    *self = (separation_t){0};
}

/* ---- nonnegative least squares --------------------------------------------------------------- */

typedef struct active_set {
    size_t n, count;
    const double *gram, *target;
    size_t *member;   /* [count] entries that may be positive */
    bool *is_member;  /* [n] */
    double *matrix;   /* [count*count] */
    double *solution; /* [count] */
    const volatile sig_atomic_t *interrupted;
} active_set_t;

/* Least squares over the members, with a ridge at rounding level should they be dependent. */
static bool solve_members(active_set_t *self)
{
    const size_t n = self->n, m = self->count;
    double trace = 0;
    for (size_t i = 0; i < n; i++)
        trace += self->gram[i * n + i];
    for (size_t a = 0; a < m; a++) {
        for (size_t b = 0; b < m; b++)
            self->matrix[a * m + b] = self->gram[self->member[a] * n + self->member[b]];
        self->matrix[a * m + a] += 1e-15 * trace;
        self->solution[a] = self->target[self->member[a]];
    }
    return linear_solve_positive(m, self->matrix, self->solution) == 0;
}

/* Moves x towards the members' solution until an entry reaches zero and leaves; true when none
 * did. */
static bool step_to_solution(active_set_t *self, double *x)
{
    double step = 1;
    for (size_t a = 0; a < self->count; a++)
        if (self->solution[a] <= 0) {
            double from = x[self->member[a]];
            step = fmin(step, from / (from - self->solution[a]));
        }
    size_t kept = 0;
    bool whole = true;
    for (size_t a = 0; a < self->count; a++) {
        size_t i = self->member[a];
        x[i] += step * (self->solution[a] - x[i]);
        if (self->solution[a] <= 0 && x[i] <= 1e-14) {
            x[i] = 0;
            self->is_member[i] = whole = false;
        } else {
            self->member[kept++] = i;
        }
    }
    self->count = kept;
    return whole;
}

static int run_active_set(active_set_t *self, double *x, sgdl_error_t *error)
{
    const size_t n = self->n;
    double scale = 0;
    for (size_t i = 0; i < n; i++)
        scale = fmax(scale, fabs(self->target[i]));
    for (size_t round = 0; round < 3 * n + 10; round++) {
        size_t best = n;
        double most = 1e-13 * scale;
        for (size_t i = 0; i < n; i++) {
            double gradient = self->target[i];
            for (size_t j = 0; j < n; j++)
                gradient -= self->gram[i * n + j] * x[j];
            if (!self->is_member[i] && gradient > most) {
                most = gradient;
                best = i;
            }
        }
        if (best == n)
            return SGDL_OK;
        self->is_member[best] = true;
        self->member[self->count++] = best;
        bool whole = false;
        while (self->count > 0 && !whole) {
            int status = check_interrupted(self->interrupted, error);
            if (status != SGDL_OK)
                return status;
            whole = !solve_members(self) || step_to_solution(self, x);
        }
    }
    return SGDL_OK;
}

int separation_nonnegative(size_t n, const double *gram, const double *target, double *x,
                           const volatile sig_atomic_t *interrupted, sgdl_error_t *error)
{
    active_set_t self = {.n = n, .gram = gram, .target = target, .interrupted = interrupted};
    self.member = calloc(n, sizeof *self.member);
    self.is_member = calloc(n, sizeof *self.is_member);
    self.matrix = calloc(n, (n + 1) * sizeof(double));
    int status = SGDL_OK;
    memset(x, 0, n * sizeof *x);
    if (!self.member || !self.is_member || !self.matrix) {
        status = sgdl_fail_memory(error);
    } else {
        self.solution = self.matrix + n * n;
        status = run_active_set(&self, x, error);
    }
    free(self.member);
    free(self.is_member);
    free(self.matrix);
    return status;
}

/*
 * min a^T S a over the simplex. With b_i = sqrt(S_ii) a_i and h_i = 1/sqrt(S_ii) it is the minimum
 * of b^T S' b + (h.b - 1)^2 over b >= 0, rescaled; S' has a unit diagonal, so that classes of any
 * sizes keep their digits. NAN where rounding is all that is left.
 */
static int simplex_minimum(size_t n, const double *gram, double *minimum,
                           const volatile sig_atomic_t *interrupted, sgdl_error_t *error)
{
    double *matrix = calloc(n, (n + 2) * sizeof *matrix);
    if (!matrix)
        return sgdl_fail_memory(error);
    double *h = matrix + n * n, *x = h + n, least = INFINITY, sum = 0, form = 0;
    for (size_t i = 0; i < n; i++)
        least = fmin(least, gram[i * n + i]);
    *minimum = 0;
    if (!(least > 0)) {
        free(matrix);
        return SGDL_OK;
    }
    for (size_t i = 0; i < n; i++)
        h[i] = sqrt(least / gram[i * n + i]);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            matrix[i * n + j] =
                gram[i * n + j] / sqrt(gram[i * n + i]) / sqrt(gram[j * n + j]) + h[i] * h[j];
    int status = separation_nonnegative(n, matrix, h, x, interrupted, error);
    double largest = 0;
    for (size_t i = 0; i < n; i++) {
        sum += h[i] * x[i];
        largest = fmax(largest, x[i]);
        for (size_t j = 0; j < n; j++)
            form += x[i] * (matrix[i * n + j] - h[i] * h[j]) * x[j];
    }
    *minimum = form > rounding * (double)n * largest * largest ? least * (form / sum) / sum : NAN;
    free(matrix);
    return status;
}

/* With the intercept's square in the place of c2. */
static int margin2_at(const separation_t *self, const double *sign, double c2, double *margin2,
                      sgdl_error_t *error)
{
    const size_t C = self->classes;
    double *gram = calloc(C, C * sizeof *gram);
    if (!gram)
        return sgdl_fail_memory(error);
    for (size_t i = 0; i < C; i++)
        for (size_t j = 0; j < C; j++)
            gram[i * C + j] = sign[i] * sign[j] * (self->null_gram[i * C + j] + c2);
    int status = simplex_minimum(C, gram, margin2, self->interrupted, error);
    free(gram);
    return status;
}

int separation_margin2(const separation_t *self, const double *sign, double intercept,
                       double *margin2, sgdl_error_t *error)
{
    const size_t C = self->classes;
    const double c2 = intercept * intercept;
    double largest = 0, low = 0, high = 0;
    bool one_label = true;
    for (size_t i = 0; i < C; i++) {
        largest = fmax(largest, self->null_gram[i * C + i]);
        one_label &= sign[i] == sign[0];
    }
    if (one_label || c2 <= 10 * dominant * largest || largest == 0)
        return margin2_at(self, sign, c2, margin2, error);
    /* A large intercept balances the labels; what is then left of it is linear in 1/c2. */
    const double c2_low = dominant * largest, c2_high = 10 * c2_low;
    int status = margin2_at(self, sign, c2_low, &low, error);
    if (status == SGDL_OK)
        status = margin2_at(self, sign, c2_high, &high, error);
    *margin2 = high + (low - high) * (1 / c2 - 1 / c2_high) / (1 / c2_low - 1 / c2_high);
    return status;
}
