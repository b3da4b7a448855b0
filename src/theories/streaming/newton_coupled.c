/* Block-diagonal + low rank for losses whose outputs are coupled: rank C (L + P), P = L(L+1)/2.
 * A node's block maps, with the symmetric h_n and c_n of the right-hand side,
 *
 *     (I - h D)^-1 (r_A, r_S):   (I + h h_n) x_A = r_A
 *                                x_S + h (h_n x_S + x_S h_n) = r_S - h (c_n x_A^T + x_A c_n^T)
 *
 * and is inverted in h_n's eigenbasis (LAPACK). The columns of U are combinations of the responses
 * to unit changes of G_i, Hbar_i and Q_i. Also the preconditioner of GMRES: the block alone. */
#include <string.h>

#include "src/theories/streaming/newton.h"
#include "src/theories/streaming/node.h"

typedef struct scratch {
    double *T;        /* [rank*rank] column-major */
    double *z;        /* [rank] */
    double *response; /* [rank*units] column-major: order parameters of (I - h D)^-1 unit */
    double *change;   /* [units] U z in terms of units */
    double *basis, *rate, *work; /* [L*L], [L], [lwork]: eigenbasis of h_n */
    double *A, *S, *turned;      /* [L*k], [L*L], [L*max(k, L)] of one node */
} scratch_t;

enum { EIGEN_WORK = 64 };

static size_t unit_count(const sgdl_system_t *system)
{
    return system->C * (system->L + 2 * system->pairs);
}

static size_t rank_of(const sgdl_system_t *system)
{
    return system->C * (system->L + system->pairs);
}

static scratch_t lay_out(const newton_t *self, bool blocks_only)
{
    const sgdl_system_t *system = self->system;
    size_t L = system->L, k = system->k, wide = k > L ? k : L;
    scratch_t s = {.basis = self->storage};
    s.rate = s.basis + L * L;
    s.work = s.rate + L;
    s.A = s.work + EIGEN_WORK * L;
    s.S = s.A + L * k;
    s.turned = s.S + L * L;
    if (blocks_only)
        return s;
    size_t rank = rank_of(system), units = unit_count(system);
    s.T = s.turned + L * wide;
    s.z = s.T + rank * rank;
    s.response = s.z + rank;
    s.change = s.response + rank * units;
    return s;
}

static size_t node_room(const sgdl_system_t *system)
{
    size_t L = system->L, k = system->k, wide = k > L ? k : L;
    return L * L + L + EIGEN_WORK * L + L * k + L * L + L * wide;
}

/* h_n's eigenbasis; column e of the basis [L*L, column-major] belongs to rate[e]. */
static int diagonalise(const sgdl_system_t *system, const node_terms_t *terms, scratch_t *s)
{
    lapack_int L = (lapack_int)system->L;
    memcpy(s->basis, terms->h, system->L * system->L * sizeof *s->basis);
    return LAPACKE_dsyev_work(LAPACK_COL_MAJOR, 'V', 'U', L, s->basis, L, s->rate, s->work,
                              EIGEN_WORK * L) != 0;
}

/* out [L*columns] = basis^T in (forward) or basis in; rows of length `columns`. */
static void turn(const scratch_t *s, size_t L, size_t columns, bool forward, const double *in,
                 double *out)
{
    for (size_t a = 0; a < L; a++)
        for (size_t j = 0; j < columns; j++) {
            double sum = 0;
            for (size_t e = 0; e < L; e++)
                sum += (forward ? s->basis[a * L + e] : s->basis[e * L + a]) * in[e * columns + j];
            out[a * columns + j] = sum;
        }
}

/* Solves one node's block in place: s->A [L*k], s->S [L*L, symmetric]. */
static void solve_block(const sgdl_system_t *system, const node_terms_t *terms, double h,
                        scratch_t *s)
{
    size_t L = system->L, k = system->k;
    turn(s, L, k, true, s->A, s->turned);
    for (size_t a = 0; a < L; a++)
        for (size_t j = 0; j < k; j++)
            s->turned[a * k + j] /= 1 + h * s->rate[a];
    turn(s, L, k, false, s->turned, s->A);
    for (size_t a = 0; a < L; a++)
        for (size_t b = 0; b < L; b++)
            for (size_t j = 0; j < k; j++)
                s->S[a * L + b] -= h * (terms->c[a * k + j] * s->A[b * k + j] +
                                        terms->c[b * k + j] * s->A[a * k + j]);
    /* V^T S V, by rows and then, S being symmetric, by rows of the transpose */
    turn(s, L, L, true, s->S, s->turned);
    for (size_t a = 0; a < L; a++)
        for (size_t b = 0; b < L; b++)
            s->S[b * L + a] = s->turned[a * L + b];
    turn(s, L, L, true, s->S, s->turned);
    for (size_t a = 0; a < L; a++)
        for (size_t b = 0; b < L; b++)
            s->turned[a * L + b] /= 1 + h * (s->rate[a] + s->rate[b]);
    turn(s, L, L, false, s->turned, s->S);
    for (size_t a = 0; a < L; a++)
        for (size_t b = 0; b < L; b++)
            s->turned[b * L + a] = s->S[a * L + b];
    turn(s, L, L, false, s->turned, s->S);
}

static void load(const sgdl_system_t *system, size_t n, const double *v, scratch_t *s)
{
    size_t L = system->L, k = system->k;
    for (size_t e = 0; e < L * k; e++)
        s->A[e] = v[system->A + e * system->N + n];
    for (size_t a = 0; a < L; a++)
        for (size_t b = 0; b < L; b++)
            s->S[a * L + b] = node_second(system, v, n, a, b);
}

static void store(const sgdl_system_t *system, size_t n, const scratch_t *s, double *v)
{
    size_t L = system->L, k = system->k;
    for (size_t e = 0; e < L * k; e++)
        v[system->A + e * system->N + n] = s->A[e];
    for (size_t a = 0; a < L; a++)
        for (size_t b = a; b < L; b++)
            if (b == a || system->pairs > L)
                v[system->S + (system->pairs > L ? packed_index(L, a, b) : a) * system->N + n] =
                    s->S[a * L + b];
}

/* Adds the node's share of the order parameters: rows i*(L + P) + (m_i, then packed B_i). */
static void add_moments(const sgdl_system_t *system, size_t n, const scratch_t *s, double *z)
{
    const sgdl_nodes_t *nodes = system->nodes;
    size_t L = system->L, P = system->pairs, k = system->k, N = system->N;
    for (size_t i = 0; i < system->C; i++) {
        double *row = z + i * (L + P), lambda = nodes->eigenvalue[i * N + n];
        for (size_t a = 0; a < L; a++)
            for (size_t j = 0; j < k; j++)
                row[a] += nodes->weight[n] * s->A[a * k + j] * nodes->mean[(i * k + j) * N + n];
        for (size_t a = 0; a < L; a++)
            for (size_t b = a; b < L; b++)
                row[L + packed_index(L, a, b)] += nodes->weight[n] * lambda * s->S[a * L + b];
    }
}

/* The right-hand side's change at node n when one entry of the averages of class i changes by one:
 * unit = a < L: gamma p_i G_ia;  then P entries of gamma p_i Hbar_i;  then P of the noise. */
static void load_unit(const sgdl_system_t *system, size_t n, const double *y, size_t i, size_t unit,
                      scratch_t *s)
{
    size_t L = system->L, P = system->pairs, k = system->k, N = system->N;
    double lambda = system->nodes->eigenvalue[i * N + n];
    memset(s->A, 0, L * k * sizeof *s->A);
    memset(s->S, 0, L * L * sizeof *s->S);
    if (unit < L) {
        for (size_t j = 0; j < k; j++) {
            double mean = system->nodes->mean[(i * k + j) * N + n];
            s->A[unit * k + j] = -mean;
            for (size_t b = 0; b < L; b++) {
                double change = mean * y[system->A + (b * k + j) * N + n];
                s->S[unit * L + b] -= change;
                s->S[b * L + unit] -= change;
            }
        }
        return;
    }
    size_t p = (unit - L) % P, a = 0;
    while (p >= L - a) /* row a of the packed triangle has L - a entries */
        p -= L - a++;
    size_t b = a + p;
    if (unit >= L + P) {
        s->S[a * L + b] = s->S[b * L + a] = lambda;
        return;
    }
    for (int swap = 0; swap < (a == b ? 1 : 2); swap++) {
        size_t row = swap ? b : a, from = swap ? a : b;
        for (size_t j = 0; j < k; j++)
            s->A[row * k + j] -= lambda * y[system->A + (from * k + j) * N + n];
        for (size_t e = 0; e < L; e++) {
            double change = lambda * node_second(system, y, n, from, e);
            s->S[row * L + e] -= change;
            s->S[e * L + row] -= change;
        }
    }
}

/* gamma p_i dG, gamma p_i dHbar, gamma^2/b p_i dQ: the scale of unit `unit`. */
static double unit_scale(const sgdl_system_t *system, size_t i, size_t unit)
{
    double rate = system->gamma * system->problem->weight[i];
    return unit < system->L + system->pairs ? rate : rate * system->gamma / system->problem->batch;
}

/* Per unit, what (dm_i, dB_i) = z make of it. */
static void set_change(const sgdl_system_t *system, const double *z, double *change)
{
    size_t L = system->L, P = system->pairs, units = L + 2 * P;
    for (size_t i = 0; i < system->C; i++) {
        const double *row = system->average[i].jacobian;
        for (size_t u = 0; u < units; u++, row += L + P) {
            double sum = 0;
            for (size_t c = 0; c < L + P; c++)
                sum += row[c] * z[i * (L + P) + c];
            change[i * units + u] = unit_scale(system, i, u) * sum;
        }
    }
}

/* T = I - h response (d units / d z). */
static void assemble(const sgdl_system_t *system, double h, const scratch_t *s)
{
    size_t L = system->L, P = system->pairs, units = L + 2 * P, rank = rank_of(system);
    memset(s->T, 0, rank * rank * sizeof *s->T);
    for (size_t i = 0; i < system->C; i++)
        for (size_t c = 0; c < L + P; c++) {
            double *column = s->T + (i * (L + P) + c) * rank;
            for (size_t u = 0; u < units; u++) {
                double factor =
                    h * unit_scale(system, i, u) * system->average[i].jacobian[u * (L + P) + c];
                const double *response = s->response + (i * units + u) * rank;
                for (size_t row = 0; row < rank && factor != 0; row++)
                    column[row] -= factor * response[row];
            }
            column[i * (L + P) + c] += 1;
        }
}

static void gather(const sgdl_system_t *system, size_t n, node_terms_t *terms)
{
    node_gather(system, n, system->drift, system->shrinkage, system->noise, system->decay, terms);
}

/* W^T (I - h D)^-1 of b and of every unit. */
static int reduce(const sgdl_system_t *system, const double *y, double h, const double *b,
                  scratch_t *s)
{
    size_t units = system->L + 2 * system->pairs, rank = rank_of(system);
    node_terms_t terms = node_slot(system, 0);
    for (size_t n = 0; n < system->N; n++) {
        gather(system, n, &terms);
        if (diagonalise(system, &terms, s))
            return 1;
        load(system, n, b, s);
        solve_block(system, &terms, h, s);
        add_moments(system, n, s, s->z);
        if (system_interrupted(system))
            return 1;
        for (size_t i = 0; i < system->C; i++)
            for (size_t u = 0; u < units; u++) {
                load_unit(system, n, y, i, u, s);
                solve_block(system, &terms, h, s);
                add_moments(system, n, s, s->response + (i * units + u) * rank);
            }
    }
    return 0;
}

/* The bias is a node with lambda = 0: it answers to G alone and adds to every m. */
static void reduce_bias(const sgdl_system_t *system, const double *b, const scratch_t *s)
{
    size_t L = system->L, P = system->pairs, units = L + 2 * P, rank = rank_of(system);
    double c = system->problem->intercept;
    for (size_t a = 0; a < L && system->intercept; a++)
        for (size_t i = 0; i < system->C; i++) {
            s->z[i * (L + P) + a] += b[system->bias + a];
            for (size_t l = 0; l < system->C; l++)
                s->response[(l * units + a) * rank + i * (L + P) + a] -= c * c;
        }
}

/* x = (I - h D)^-1 (b + h sum of change times units). */
static int expand(const sgdl_system_t *system, const double *y, double h, const double *b,
                  scratch_t *s, double *x)
{
    size_t L = system->L, P = system->pairs, units = L + 2 * P, C = system->C;
    node_terms_t terms = node_slot(system, 0), change = node_slot(system, 1);
    const double *weight = s->change;
    /* the change of the right-hand side is linear in the units: gather it once a node */
    for (size_t n = 0; n < system->N; n++) {
        gather(system, n, &terms);
        if (diagonalise(system, &terms, s))
            return 1;
        load(system, n, b, s);
        store(system, n, s, x);
        memset(change.h, 0, (L * L + L * system->k + P) * sizeof *change.h);
        for (size_t i = 0; i < C; i++) {
            double lambda = system->nodes->eigenvalue[i * system->N + n];
            for (size_t a = 0; a < L; a++) {
                for (size_t j = 0; j < system->k; j++)
                    change.c[a * system->k + j] +=
                        h * weight[i * units + a] *
                        system->nodes->mean[(i * system->k + j) * system->N + n];
                for (size_t e = 0; e < L; e++)
                    change.h[a * L + e] +=
                        h * weight[i * units + L + packed_pair(L, a, e)] * lambda;
            }
            for (size_t p = 0; p < P; p++)
                change.q[p] += h * weight[i * units + L + P + p] * lambda;
        }
        for (size_t e = 0; e < L * system->k; e++)
            x[system->A + e * system->N + n] -= change.c[e];
        for (size_t p = 0; p < P; p++)
            x[system->S + p * system->N + n] += change.q[p];
        node_subtract(system, n, &change, y, x);
        load(system, n, x, s);
        solve_block(system, &terms, h, s);
        store(system, n, s, x);
    }
    double c = system->problem->intercept;
    for (size_t a = 0; a < L && system->intercept; a++) {
        x[system->bias + a] = b[system->bias + a];
        for (size_t i = 0; i < C; i++)
            x[system->bias + a] -= h * c * c * weight[i * units + a];
    }
    return 0;
}

static int solve(newton_t *self, const double *y, double h, const double *b, double *x)
{
    const sgdl_system_t *system = self->system;
    scratch_t s = lay_out(self, false);
    size_t rank = rank_of(system);
    memset(s.z, 0, rank * (1 + unit_count(system)) * sizeof *s.z);
    if (reduce(system, y, h, b, &s))
        return 1;
    reduce_bias(system, b, &s);
    assemble(system, h, &s);
    if (newton_factor(self, s.T, rank, self->pivot))
        return 1;
    newton_backsolve(s.T, rank, self->pivot, s.z);
    set_change(system, s.z, s.change);
    return expand(system, y, h, b, &s, x);
}

int newton_init_coupled(newton_t *self, sgdl_error_t *error)
{
    size_t rank = rank_of(self->system), units = unit_count(self->system);
    self->solve = solve;
    return newton_allocate(self, node_room(self->system) + rank * (rank + 1 + units) + units, rank,
                           error);
}

/* ---- the preconditioner ---------------------------------------------------------------------- */

static int solve_blocks(newton_t *self, const double *y, double h, const double *b, double *x)
{
    const sgdl_system_t *system = self->system;
    scratch_t s = lay_out(self, true);
    node_terms_t terms = node_slot(system, 0);
    (void)y;
    for (size_t n = 0; n < system->N; n++) {
        gather(system, n, &terms);
        if (system_interrupted(system) || diagonalise(system, &terms, &s))
            return 1;
        load(system, n, b, &s);
        solve_block(system, &terms, h, &s);
        store(system, n, &s, x);
    }
    for (size_t a = 0; a < system->L && system->intercept; a++)
        x[system->bias + a] = b[system->bias + a];
    return 0;
}

int newton_init_blocks(newton_t *self, sgdl_error_t *error)
{
    self->solve = solve_blocks;
    return newton_allocate(self, node_room(self->system), 0, error);
}
