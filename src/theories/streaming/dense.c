#include "src/theories/streaming/dense.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/clones.h"
#include "src/base/multiply.h"
#include "src/base/packed.h"

/* K_i without its diagonal. */
static const double *matrix(const sgdl_system_t *self, size_t i)
{
    return self->nodes->matrix + i * self->N * self->N;
}

static size_t W_of(const sgdl_system_t *self, size_t p) { return self->W + p * self->N * self->N; }

/* Row of the shrinkage of outputs a, b; a loss that is separable has those of a = b alone. */
static size_t row_of(const sgdl_system_t *self, size_t a, size_t b)
{
    return self->coupled ? packed_pair(self->L, a, b) : a;
}

/* Loops over all pairs of outputs that are carried. */
static size_t last_of(const sgdl_system_t *self, size_t a)
{
    return self->pairs == self->L ? a + 1 : self->L;
}

static size_t pair_of(const sgdl_system_t *self, size_t a, size_t b)
{
    return self->pairs == self->L ? a : packed_index(self->L, a, b);
}

/* ---- making and freeing ------------------------------------------------------------------ */

static int check(const sgdl_system_t *self, sgdl_error_t *error)
{
    const char *what = self->has_signal                   ? "teacher"
                       : self->parts == 2                 ? "momentum"
                       : self->source.kind == RATE_DRIVEN ? "learning_rate"
                                                          : NULL;
    if (!what)
        return SGDL_OK;
    return sgdl_fail(error, SGDL_ERR_INPUT, what,
                     "found %s beside covariances that do not commute, allowed there: learning "
                     "rates that are functions of time, a momentum that is a number, no teacher",
                     self->has_signal   ? "a teacher"
                     : self->parts == 2 ? "momentum on the scale of the dimension"
                                        : "a rate that the state drives");
}

static size_t order_of(const sgdl_system_t *self)
{
    return self->coupled ? self->N * self->L : self->N;
}

double dense_numbers(const sgdl_system_t *system)
{
    const double order = (double)order_of(system);
    return 3 * order * order + (double)multiply_room(order_of(system));
}

int dense_init(sgdl_system_t *system, sgdl_error_t *error)
{
    if (!system->nodes->matrix)
        return SGDL_OK;
    int status = check(system, error);
    if (status != SGDL_OK)
        return status;
    const size_t order = order_of(system), N = system->N;
    struct system_dense *self = system->dense = calloc(1, sizeof *self);
    if (!self)
        return sgdl_fail_memory(error);
    self->order = order;
    self->h = calloc(order * order, sizeof *self->h);
    self->S = calloc(order * order, sizeof *self->S);
    self->M = calloc(order * order, sizeof *self->M);
    self->room = aligned_alloc(64, multiply_room(order) * sizeof *self->room);
    self->diagonal = calloc((system->pairs + system->L) * N, sizeof *self->diagonal);
    self->c = calloc(system->L * N, sizeof *self->c);
    return self->h && self->S && self->M && self->room && self->diagonal && self->c
               ? SGDL_OK
               : sgdl_fail_memory(error);
}

void dense_free(struct system_dense *self)
{
    if (!self)
        return;
    free(self->h);
    free(self->S);
    free(self->M);
    free(self->room);
    free(self->diagonal);
    free(self->c);
    free(self);
}

void dense_start(const sgdl_system_t *self, double *y)
{
    const size_t N = self->N;
    for (size_t a = 0; a < self->L && self->nodes->start_mean; a++)
        for (size_t b = a; b < last_of(self, a); b++) {
            double *W = y + W_of(self, pair_of(self, a, b));
            const double *A_a = y + self->A + a * N, *A_b = y + self->A + b * N;
            for (size_t j = 0; j < N; j++)
                for (size_t k = 0; k < N; k++)
                    W[j * N + k] = j == k ? 0 : A_a[j] * A_b[k];
        }
}

/* ---- sums over matrices ------------------------------------------------------------------ */

CLONES static double dot_row(size_t count, const double *restrict x, const double *restrict y)
{
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t k = 0; k < count; k++)
        sum += x[k] * y[k];
    return sum;
}

CLONES static void add_row(size_t count, double factor, const double *restrict x,
                           double *restrict to)
{
    for (size_t k = 0; k < count; k++)
        to[k] += factor * x[k];
}

void dense_add_moments(const sgdl_system_t *self, const double *v, double *B)
{
    const size_t N = self->N, P = self->pairs;
    for (size_t i = 0; i < self->C; i++)
        for (size_t p = 0; p < P; p++) {
            const double *K = matrix(self, i), *W = v + W_of(self, p);
            double sum = 0;
            for (size_t j = 0; j < N; j++)
                sum += dot_row(N, K + j * N, W + j * N);
            B[i * P + p] += sum / (double)N;
        }
}

void dense_add_feedback(const sgdl_system_t *self, double *T)
{
    const size_t N = self->N, C = self->C;
    const double *mean = self->nodes->eigenvalue_bar;
    for (size_t i = 0; i < C; i++)
        for (size_t e = 0; e < C; e++) {
            const double *K = matrix(self, i), *other = matrix(self, e);
            double sum = 0;
            for (size_t j = 0; j < N; j++)
                for (size_t k = 0; k < N; k++) {
                    const double contraction = (mean[j] + mean[k]) / 2 + self->problem->ridge;
                    if (contraction > 0)
                        sum += K[j * N + k] * other[j * N + k] / contraction;
                }
            T[i * C + e] += self->problem->weight[i] * sum / (double)N;
        }
}

/* ---- coefficients ------------------------------------------------------------------------ */

/* Diagonals of h for every row of the shrinkage, the decay where a = b. */
static void set_diagonal(const sgdl_system_t *self, const dense_rows_t *rows)
{
    const size_t N = self->N, C = self->C, L = self->L;
    double *out = self->dense->diagonal;
    for (size_t a = 0; a < L; a++)
        for (size_t b = a; b < (self->coupled ? L : a + 1); b++) {
            const size_t row = row_of(self, a, b);
            for (size_t n = 0; n < N; n++)
                out[row * N + n] = a == b ? rows->decay : 0;
            for (size_t i = 0; i < C; i++)
                add_row(N, rows->shrinkage[row * C + i], self->nodes->eigenvalue + i * N,
                        out + row * N);
        }
}

static void set_drift(const sgdl_system_t *self, const dense_rows_t *rows)
{
    const size_t N = self->N, C = self->C;
    memset(self->dense->c, 0, self->L * N * sizeof *self->dense->c);
    for (size_t a = 0; a < self->L; a++)
        for (size_t i = 0; i < C; i++)
            add_row(N, rows->drift[a * C + i], self->nodes->mean + i * N, self->dense->c + a * N);
}

/* Is sum_i f_i K_i diagonal since all f_i/p_i are equal? *first is what they are. */
static bool is_mean(const sgdl_system_t *self, const double *factor, double *first)
{
    static const double rounding = 1e-15;
    const double *weight = self->problem->weight;
    bool all = true;
    *first = factor[0] / weight[0];
    for (size_t i = 1; i < self->C; i++)
        all = all && fabs(factor[i] / weight[i] - *first) <= rounding * fabs(*first);
    return all;
}

/* h without diagonals, by blocks; false: it is zero. */
static bool set_h(const sgdl_system_t *self, const dense_rows_t *rows)
{
    const size_t N = self->N, L = self->coupled ? self->L : 1, C = self->C, n = self->dense->order;
    bool any = false;
    if (self->L > 1 && !self->coupled) /* quadratic: Hbar = 1 */
        return false;
    memset(self->dense->h, 0, n * n * sizeof *self->dense->h);
    for (size_t a = 0; a < L; a++)
        for (size_t b = a; b < L; b++) {
            const double *factor = rows->shrinkage + row_of(self, a, b) * C;
            double first;
            if (is_mean(self, factor, &first))
                continue;
            any = true;
            for (size_t i = 0; i < C; i++) { /* the rest is diagonal, see above */
                const double own = factor[i] - first * self->problem->weight[i];
                for (size_t j = 0; j < N && own != 0; j++)
                    add_row(N, own, matrix(self, i) + j * N,
                            self->dense->h + (a * N + j) * n + b * N);
            }
            for (size_t j = 0; j < N && b > a; j++)
                memcpy(self->dense->h + (b * N + j) * n + a * N,
                       self->dense->h + (a * N + j) * n + b * N, N * sizeof(double));
        }
    return any;
}

/* S of a vector laid out like the state, as one matrix of blocks. */
static void unpack(const sgdl_system_t *self, const double *v)
{
    const size_t N = self->N, L = self->coupled ? self->L : 1, n = self->dense->order;
    double *S = self->dense->S;
    for (size_t a = 0; a < L; a++)
        for (size_t b = a; b < L; b++) {
            const double *W = v + W_of(self, packed_index(L, a, b));
            const double *diagonal = v + self->S + packed_index(L, a, b) * N;
            for (size_t j = 0; j < N; j++) {
                double *row = S + (a * N + j) * n + b * N;
                memcpy(row, W + j * N, N * sizeof *row);
                row[j] = diagonal[j];
            }
            for (size_t j = 0; j < N && b > a; j++)
                for (size_t k = 0; k < N; k++)
                    S[(b * N + k) * n + a * N + j] = S[(a * N + j) * n + b * N + k];
        }
}

/* ---- the right-hand side ----------------------------------------------------------------- */

/* q_ab - (c_a A_b^T + A_a c_b^T) */
static void add_outer(const sgdl_system_t *self, const dense_rows_t *rows, const double *v,
                      const size_t ab[2], double *W)
{
    const size_t N = self->N, C = self->C, p = pair_of(self, ab[0], ab[1]);
    const double *A_a = v + self->A + ab[0] * N, *A_b = v + self->A + ab[1] * N;
    const double *c_a = self->dense->c + ab[0] * N, *c_b = self->dense->c + ab[1] * N;
    for (size_t j = 0; j < N; j++) {
        for (size_t i = 0; i < C && rows->noise; i++)
            add_row(N, rows->noise[p * C + i], matrix(self, i) + j * N, W + j * N);
        add_row(N, -c_a[j], A_b, W + j * N);
        add_row(N, -A_a[j], c_b, W + j * N);
    }
}

/* Of one block of outputs: -(h_a,j + h_b,k) W_jk. */
CLONES static void contract(size_t N, const double *restrict h_a, const double *restrict h_b,
                            const double *restrict V, double *restrict W)
{
    for (size_t j = 0; j < N; j++)
        for (size_t k = 0; k < N; k++)
            W[j * N + k] -= (h_a[j] + h_b[k]) * V[j * N + k];
}

/* The same where outputs are coupled: -sum_c (h_ac,j S_cb,jk + S_ac,jk h_cb,k). */
static void contract_coupled(const sgdl_system_t *self, const size_t ab[2], double *W)
{
    const size_t N = self->N, L = self->L, n = self->dense->order, a = ab[0], b = ab[1];
    for (size_t c = 0; c < L; c++) {
        const double *h_ac = self->dense->diagonal + row_of(self, a, c) * N;
        const double *h_cb = self->dense->diagonal + row_of(self, c, b) * N;
        for (size_t j = 0; j < N; j++) {
            const double *left = self->dense->S + (c * N + j) * n + b * N;
            const double *right = self->dense->S + (a * N + j) * n + c * N;
            for (size_t k = 0; k < N; k++)
                W[j * N + k] -= h_ac[j] * left[k] + right[k] * h_cb[k];
        }
    }
}

/* -(M_ab + M_ba^T), M = h S without h's diagonals; on the diagonal it is the nodes'. */
static void subtract_products(const sgdl_system_t *self, const size_t ab[2], double *W, double *S)
{
    const size_t N = self->N, n = self->dense->order, a = ab[0] * N, b = ab[1] * N;
    const double *M = self->dense->M;
    for (size_t j = 0; j < N; j++) {
        const double *row = M + (a + j) * n + b;
        for (size_t k = 0; k < N; k++)
            W[j * N + k] -= row[k] + M[(b + k) * n + a + j];
        S[j] -= row[j] + M[(b + j) * n + a + j];
    }
}

static void subtract_means(const sgdl_system_t *self, const double *v, double *out)
{
    const size_t n = self->dense->order;
    for (size_t row = 0; row < n; row++) /* h's blocks are A's */
        out[self->A + row] -= dot_row(n, self->dense->h + row * n, v + self->A);
}

void dense_apply(const sgdl_system_t *self, const dense_rows_t *rows, const double *v, bool adds,
                 double *out)
{
    const size_t N = self->N, n = self->dense->order;
    const bool products = set_h(self, rows);
    set_diagonal(self, rows);
    set_drift(self, rows);
    if (self->coupled || products)
        unpack(self, v);
    if (products) {
        multiply(n, n, n, self->dense->h, self->dense->S, self->dense->M, self->dense->room);
        subtract_means(self, v, out);
    }
    for (size_t a = 0; a < self->L; a++)
        for (size_t b = a; b < last_of(self, a); b++) {
            const size_t p = pair_of(self, a, b), ab[2] = {a, b};
            double *W = out + W_of(self, p);
            if (!adds)
                memset(W, 0, N * N * sizeof *W);
            add_outer(self, rows, v, ab, W);
            if (self->coupled)
                contract_coupled(self, ab, W);
            else
                contract(N, self->dense->diagonal + a * N, self->dense->diagonal + b * N,
                         v + W_of(self, p), W);
            if (products)
                subtract_products(self, ab, W, out + self->S + p * N);
            for (size_t j = 0; j < N; j++)
                W[j * (N + 1)] = 0;
        }
}

void dense_precondition(const sgdl_system_t *self, double h, const double *b, double *x)
{
    const size_t N = self->N;
    const dense_rows_t rows = {.shrinkage = self->shrinkage, .decay = self->decay};
    set_diagonal(self, &rows);
    for (size_t a = 0; a < self->L; a++)
        for (size_t e = a; e < last_of(self, a); e++) {
            const double *h_a = self->dense->diagonal + row_of(self, a, a) * N;
            const double *h_e = self->dense->diagonal + row_of(self, e, e) * N;
            const size_t first = W_of(self, pair_of(self, a, e));
            for (size_t j = 0; j < N; j++)
                for (size_t k = 0; k < N; k++) {
                    const size_t at = first + j * N + k;
                    x[at] = b[at] / (1 + h * (h_a[j] + h_e[k]));
                }
        }
}

/* ---- what is read off -------------------------------------------------------------------- */

/* tr h (S - A A^T) h, all of h and S. */
static double fluctuation(const sgdl_system_t *self, const double *y)
{
    const size_t N = self->N, L = self->coupled ? self->L : 1, n = self->dense->order;
    double *h = self->dense->h, *S = self->dense->S, sum = 0;
    const double *A = y + self->A;
    unpack(self, y);
    for (size_t row = 0; row < n; row++)
        add_row(n, -A[row], A, S + row * n);
    for (size_t a = 0; a < L; a++)
        for (size_t b = 0; b < L; b++)
            for (size_t j = 0; j < N; j++)
                h[(a * N + j) * n + b * N + j] = self->dense->diagonal[row_of(self, a, b) * N + j];
    multiply(n, n, n, h, S, self->dense->M, self->dense->room);
    for (size_t row = 0; row < n; row++)
        sum += dot_row(n, self->dense->M + row * n, h + row * n);
    return fmax(sum, 0);
}

double dense_gradient(const sgdl_system_t *self, const dense_rows_t *rows, const double *y,
                      double *gradient)
{
    const size_t N = self->N, L = self->L;
    const double *A = y + self->A;
    const bool products = set_h(self, rows);
    double square = 0, noise = 0;
    set_diagonal(self, rows);
    set_drift(self, rows);
    for (size_t a = 0; a < L; a++)
        for (size_t n = 0; n < N; n++) {
            double sum = self->dense->c[a * N + n];
            for (size_t b = 0; b < L; b++)
                if (self->coupled || a == b)
                    sum += self->dense->diagonal[row_of(self, a, b) * N + n] * A[b * N + n];
            if (products)
                sum += dot_row(self->dense->order,
                               self->dense->h + (a * N + n) * self->dense->order, A);
            gradient[a * N + n] = sum;
            square += sum * sum;
        }
    if (self->coupled || self->L == 1)
        noise = fluctuation(self, y);
    else
        for (size_t a = 0; a < L; a++)
            for (size_t n = 0; n < N; n++) {
                const double h = self->dense->diagonal[a * N + n];
                const double S = y[self->S + system_diagonal(self, a) * N + n];
                noise += h * h * fmax(S - A[a * N + n] * A[a * N + n], 0);
            }
    return (square + noise) / (double)N;
}
