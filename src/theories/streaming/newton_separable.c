/* Block-diagonal + low rank for losses whose averages depend on both m and B, output by output:
 * rank 2C. Per output, with h_n = gamma (sum_i p_i lambda_i Hbar_i + delta) and
 * c_n = gamma sum_i p_i G_i N_i, a node's block maps
 *
 *     (I - h D)^-1 (r_A, r_S):   x_A = e_n r_A,   x_S = s_n (r_S - 2 h c_n . x_A)
 *     e_n = 1/(1 + h h_n),       s_n = 1/(1 + 2 h h_n)
 *
 * and the columns of U are combinations of three vectors a class:
 *
 *     first  (N_i; 2 N_i . A)      second  lambda_i (A; 2 S)      third  (0; lambda_i)
 *
 * whose coefficients are the derivatives of G_i, Hbar_i, Q_i. */
#include "src/theories/streaming/newton.h"

#include <string.h>

#include "src/base/clones.h"

typedef struct scratch {
    double *T;         /* [2C*2C] column-major */
    double *z;         /* [2C] */
    double *first;     /* [2C*C] column-major: order parameters of (I - h D)^-1 first_i */
    double *second;    /* [2C*C] */
    double *third;     /* [2C*C] */
    double *column;    /* [3*C] coefficients of the three vectors */
    double *NA;        /* [C*chunk] N_i . A */
    double *Nc;        /* [C*chunk] N_i . c */
    double *e, *s;     /* [N] of the blocks */
    lapack_int *alike; /* [C] the first class of the same eigenvalues: sums with them are its own */
} scratch_t;

static size_t chunk_room(const sgdl_system_t *system)
{
    return system->N < SYSTEM_CHUNK ? system->N : SYSTEM_CHUNK;
}

static scratch_t lay_out(const newton_t *self)
{
    size_t C = self->system->C, room = chunk_room(self->system);
    scratch_t s = {.T = self->storage};
    s.z = s.T + 4 * C * C;
    s.first = s.z + 2 * C;
    s.second = s.first + 2 * C * C;
    s.third = s.second + 2 * C * C;
    s.column = s.third + 2 * C * C;
    s.NA = s.column + 3 * C;
    s.Nc = s.NA + C * room;
    s.e = s.Nc + C * room;
    s.s = s.e + self->system->N;
    s.alike = self->pivot + 2 * C;
    return s;
}

/* A chunk of nodes of output a. */
typedef struct chunk {
    const sgdl_system_t *system;
    const scratch_t *scratch;
    size_t a, first;
    double h;
} chunk_t;

CLONES static void invert_block(const chunk_t *chunk)
{
    const sgdl_system_t *system = chunk->system;
    const size_t a = chunk->a, first = chunk->first;
    const double h = chunk->h;
    size_t C = system->C, count = system_chunk(system, first);
    double *restrict e = chunk->scratch->e + first, *restrict s = chunk->scratch->s + first;
    system_combine(e, system->decay, system->shrinkage + a * C, system->nodes->eigenvalue + first,
                   C, system->N, count);
    for (size_t n = 0; n < count; n++) {
        s[n] = 1 / (1 + 2 * h * e[n]);
        e[n] = 1 / (1 + h * e[n]);
    }
}

/* What the means of a chunk leave for its second moments. */
typedef struct summed {
    double cx[SYSTEM_CHUNK], cA[SYSTEM_CHUNK];
} summed_t;

/* Adds the chunk's share of the rows m of W^T (I - h D)^-1 [b, first_i]; NA and Nc are left behind.
 */
CLONES static void reduce_means(const chunk_t *chunk, const double *y, const double *b,
                                summed_t *summed)
{
    const sgdl_system_t *system = chunk->system;
    const scratch_t *z = chunk->scratch;
    const sgdl_nodes_t *nodes = system->nodes;
    const size_t a = chunk->a, first = chunk->first;
    size_t C = system->C, N = system->N, k = system->k, count = system_chunk(system, first);
    size_t room = chunk_room(system);
    const double *w = nodes->weight + first, *e = z->e + first;
    double c[SYSTEM_CHUNK], v[SYSTEM_CHUNK];
    double *restrict cx = summed->cx, *restrict cA = summed->cA;
    memset(cx, 0, count * sizeof *cx);
    memset(cA, 0, count * sizeof *cA);
    memset(z->NA, 0, C * room * sizeof *z->NA);
    memset(z->Nc, 0, C * room * sizeof *z->Nc);
    for (size_t j = 0; j < k; j++) {
        const double *A = y + system->A + (a * k + j) * N + first;
        const double *r_A = b + system->A + (a * k + j) * N + first;
        const double *mean = nodes->mean + j * N + first;
        system_combine(c, 0, system->drift + a * C, mean, C, k * N, count);
        for (size_t n = 0; n < count; n++) {
            cx[n] += c[n] * e[n] * r_A[n];
            cA[n] += c[n] * A[n];
            v[n] = w[n] * e[n] * r_A[n];
        }
        for (size_t i = 0; i < C; i++)
            z->z[i] += system_dot(mean + i * k * N, v, count);
        for (size_t i = 0; i < C && !system_interrupted(system); i++) {
            const double *mean_i = mean + i * k * N;
            double *NA = z->NA + i * room, *Nc = z->Nc + i * room;
            for (size_t n = 0; n < count; n++) {
                NA[n] += mean_i[n] * A[n];
                Nc[n] += mean_i[n] * c[n];
                v[n] = w[n] * e[n] * mean_i[n];
            }
            for (size_t l = 0; l < C; l++)
                z->first[i * 2 * C + l] += system_dot(mean + l * k * N, v, count);
        }
    }
}

/* Four vectors of a chunk, and their sums with a row, which is read once. */
typedef struct four {
    double v[4][SYSTEM_CHUNK];
} four_t;

static inline void dot_four(const four_t *four, const double *restrict row, size_t count,
                            double out[4])
{
    const double *restrict a = four->v[0], *restrict b = four->v[1];
    const double *restrict c = four->v[2], *restrict d = four->v[3];
    double sum_a = 0, sum_b = 0, sum_c = 0, sum_d = 0;
#pragma omp simd reduction(+ : sum_a, sum_b, sum_c, sum_d)
    for (size_t n = 0; n < count; n++) {
        sum_a += row[n] * a[n];
        sum_b += row[n] * b[n];
        sum_c += row[n] * c[n];
        sum_d += row[n] * d[n];
    }
    out[0] = sum_a;
    out[1] = sum_b;
    out[2] = sum_c;
    out[3] = sum_d;
}

/* What the chunk's means leave, times the columns of class i: row m_i of second_l and the rows B of
 * first_i, second_i, third_i, before they are summed with lambda_l. */
static inline void multiply_class(const chunk_t *chunk, const summed_t *summed, const double *S,
                                  size_t i, four_t *four)
{
    const sgdl_system_t *system = chunk->system;
    const scratch_t *z = chunk->scratch;
    const size_t first = chunk->first, count = system_chunk(system, first);
    const size_t room = chunk_room(system);
    const double h = chunk->h, *cA = summed->cA, *e = z->e + first, *s = z->s + first;
    const double *NA = z->NA + i * room, *Nc = z->Nc + i * room;
    const double *w = system->nodes->weight + first;
    const double *lambda = system->nodes->eigenvalue + i * system->N + first;
#pragma omp simd
    for (size_t n = 0; n < count; n++) {
        const double ws = w[n] * s[n];
        four->v[0][n] = w[n] * e[n] * NA[n];
        four->v[1][n] = 2 * ws * (NA[n] - h * e[n] * Nc[n]);
        four->v[2][n] = 2 * ws * lambda[n] * (S[n] - h * e[n] * cA[n]);
        four->v[3][n] = ws * lambda[n];
    }
}

/* Adds one chunk's share of W^T (I - h D)^-1 [b, first_i, second_i, third_i]. */
CLONES static void reduce(const chunk_t *chunk, const double *y, const double *b)
{
    const sgdl_system_t *system = chunk->system;
    const scratch_t *z = chunk->scratch;
    const size_t first = chunk->first;
    const double h = chunk->h;
    size_t C = system->C, N = system->N, count = system_chunk(system, first);
    size_t p = system_diagonal(system, chunk->a);
    const double *w = system->nodes->weight + first, *lambda = system->nodes->eigenvalue + first;
    const double *S = y + system->S + p * N + first, *r_S = b + system->S + p * N + first;
    const double *s = z->s + first;
    double v[SYSTEM_CHUNK], sum[4];
    summed_t summed;
    four_t four;
    reduce_means(chunk, y, b, &summed);
    for (size_t n = 0; n < count; n++)
        v[n] = w[n] * s[n] * (r_S[n] - 2 * h * summed.cx[n]);
    for (size_t i = 0; i < C; i++) {
        const size_t like = (size_t)z->alike[i];
        z->z[C + i] =
            like < i ? z->z[C + like] : z->z[C + i] + system_dot(lambda + i * N, v, count);
    }
    for (size_t i = 0; i < C && !system_interrupted(system); i++) {
        multiply_class(chunk, &summed, S, i, &four);
        for (size_t l = 0; l < C; l++) {
            const size_t like = (size_t)z->alike[l];
            if (like < l) {
                z->second[l * 2 * C + i] = z->second[like * 2 * C + i];
                z->first[i * 2 * C + C + l] = z->first[i * 2 * C + C + like];
                z->second[i * 2 * C + C + l] = z->second[i * 2 * C + C + like];
                z->third[i * 2 * C + C + l] = z->third[i * 2 * C + C + like];
                continue;
            }
            dot_four(&four, lambda + l * N, count, sum);
            z->second[l * 2 * C + i] += sum[0];
            z->first[i * 2 * C + C + l] += sum[1];
            z->second[i * 2 * C + C + l] += sum[2];
            z->third[i * 2 * C + C + l] += sum[3];
        }
    }
}

/* Derivatives of the three vectors' coefficients with respect to m_i (by_B = 0) or B_i. */
static void coefficients(const sgdl_system_t *system, size_t a, size_t i, int by_B, double out[3])
{
    const sgdl_averages_t *average = &system->average[i];
    double rate = system->gamma * system->problem->weight[i];
    double noise = rate * system->gamma / system->problem->batch;
    out[0] = -rate * (by_B ? average->G_B[a] : average->H[a]);
    out[1] = -rate * (by_B ? average->H_B[a] : average->H_m[a]);
    out[2] = noise * (by_B ? average->Q_B[a] : average->Q_m[a]);
}

/* T = I - h W^T (I - h D)^-1 U. */
static void assemble(const sgdl_system_t *system, const scratch_t *s, size_t a, double h)
{
    size_t C = system->C;
    for (size_t i = 0; i < C; i++) {
        for (int by_B = 0; by_B < 2; by_B++) {
            size_t column = by_B ? C + i : i;
            double factor[3];
            coefficients(system, a, i, by_B, factor);
            for (size_t row = 0; row < 2 * C; row++)
                s->T[column * 2 * C + row] =
                    (row == column) - h * (factor[0] * s->first[i * 2 * C + row] +
                                           factor[1] * s->second[i * 2 * C + row] +
                                           factor[2] * s->third[i * 2 * C + row]);
        }
    }
}

/* x = (I - h D)^-1 (b + h U z) over one chunk; column [3*C] holds U z's coefficients. */
CLONES static void expand(const chunk_t *chunk, const double *y, const double *b, double *x)
{
    const sgdl_system_t *system = chunk->system;
    const scratch_t *z = chunk->scratch;
    const sgdl_nodes_t *nodes = system->nodes;
    const size_t a = chunk->a, first = chunk->first;
    const double h = chunk->h;
    size_t C = system->C, N = system->N, k = system->k, count = system_chunk(system, first);
    size_t offset_S = system->S + system_diagonal(system, a) * N + first;
    const double *lambda = nodes->eigenvalue + first, *e = z->e + first, *s = z->s + first;
    double c[SYSTEM_CHUNK], mean_sum[SYSTEM_CHUNK], scale[SYSTEM_CHUNK], sum[SYSTEM_CHUNK];
    system_combine(scale, 0, z->column + C, lambda, C, N, count);
    system_combine(sum, 0, z->column + 2 * C, lambda, C, N, count);
    for (size_t n = 0; n < count; n++)
        sum[n] = b[offset_S + n] + h * (sum[n] + 2 * scale[n] * y[offset_S + n]);
    for (size_t j = 0; j < k; j++) {
        size_t offset = system->A + (a * k + j) * N + first;
        const double *A = y + offset, *mean = nodes->mean + j * N + first;
        system_combine(c, 0, system->drift + a * C, mean, C, k * N, count);
        system_combine(mean_sum, 0, z->column, mean, C, k * N, count);
        for (size_t n = 0; n < count; n++) {
            double x_A = e[n] * (b[offset + n] + h * (mean_sum[n] + scale[n] * A[n]));
            sum[n] += 2 * h * (mean_sum[n] * A[n] - c[n] * x_A);
            x[offset + n] = x_A;
        }
    }
    for (size_t n = 0; n < count; n++)
        x[offset_S + n] = s[n] * sum[n];
}

static int solve_output(newton_t *self, size_t a, const double *y, double h, const double *b,
                        double *x)
{
    const sgdl_system_t *system = self->system;
    size_t C = system->C, N = system->N;
    scratch_t s = lay_out(self);
    double intercept = system->problem->intercept;
    memset(s.z, 0, (size_t)(s.column - s.z) * sizeof(double));
    for (size_t first = 0; first < N; first += SYSTEM_CHUNK) {
        const chunk_t chunk = {system, &s, a, first, h};
        invert_block(&chunk);
        reduce(&chunk, y, b);
    }
    if (system_interrupted(system))
        return 1;
    for (size_t i = 0; i < C && system->intercept; i++) { /* the bias: a node with lambda = 0 */
        s.z[i] += b[system->bias + a];
        for (size_t l = 0; l < C; l++)
            s.first[i * 2 * C + l] += intercept * intercept;
    }
    assemble(system, &s, a, h);
    if (newton_factor(self, s.T, 2 * C, self->pivot))
        return 1;
    linear_backsolve(2 * C, s.T, self->pivot, s.z);
    double bias = 0;
    for (size_t i = 0; i < C; i++) {
        double by_m[3], by_B[3];
        coefficients(system, a, i, 0, by_m);
        coefficients(system, a, i, 1, by_B);
        for (size_t e = 0; e < 3; e++)
            s.column[e * C + i] = by_m[e] * s.z[i] + by_B[e] * s.z[C + i];
        bias += s.column[i];
    }
    for (size_t first = 0; first < N; first += SYSTEM_CHUNK)
        expand(&(chunk_t){system, &s, a, first, h}, y, b, x);
    if (system->intercept)
        x[system->bias + a] = b[system->bias + a] + h * intercept * intercept * bias;
    return 0;
}

static int solve(newton_t *self, const double *y, double h, const double *b, double *x)
{
    for (size_t a = 0; a < self->system->L; a++)
        if (solve_output(self, a, y, h, b, x))
            return 1;
    return 0;
}

static void find_alike(const sgdl_system_t *system, lapack_int *alike)
{
    const double *lambda = system->nodes->eigenvalue;
    const size_t N = system->N;
    for (size_t i = 0; i < system->C; i++) {
        size_t like = 0;
        while (like < i && memcmp(lambda + like * N, lambda + i * N, N * sizeof *lambda) != 0)
            like++;
        alike[i] = (lapack_int)like;
    }
}

int newton_init_separable(newton_t *self, sgdl_error_t *error)
{
    const size_t C = self->system->C, N = self->system->N;
    const size_t doubles = 10 * C * C + 5 * C + 2 * C * chunk_room(self->system) + 2 * N;
    int status = newton_allocate(self, doubles, 3 * C, error);
    self->solve = solve;
    if (status == SGDL_OK)
        find_alike(self->system, lay_out(self).alike);
    return status;
}
