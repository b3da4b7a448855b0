#include "spectra/nodes/gram.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/hash.h"
#include "src/base/interrupted.h"
#include "src/base/sums.h"
#include "src/base/linear.h"

static const double rank_tolerance = 1e-14;

static double *allocate_matrix(size_t rows, size_t columns)
{
    if (columns != 0 && rows > SIZE_MAX / sizeof(double) / columns)
        return NULL;
    return malloc(rows * columns * sizeof(double));
}

/* Eigenvalues, increasing, and eigenvectors in the columns of a. */
static int symmetric_eigen(size_t n, double *a, double *eigenvalue, sgdl_error_t *error)
{
    assert(n <= GRAM_DENSE);
    const lapack_int info = linear_eigen_symmetric(n, a, n, eigenvalue);
    if (info != 0)
        return linear_fail(info, "LAPACK could not factorise the Gram matrix of the means", error);
    return SGDL_OK;
}

/* Flips the columns of N so that the first entry that is not small is positive. */
static void fix_signs(size_t n, size_t columns, double *N)
{
    for (size_t a = 0; a < columns; a++) {
        double *column = N + a * n, largest = 0;
        for (size_t i = 0; i < n; i++)
            largest = fmax(largest, fabs(column[i]));
        size_t first = 0;
        while (first + 1 < n && fabs(column[first]) <= 1e-8 * largest)
            first++;
        if (column[first] < 0)
            for (size_t i = 0; i < n; i++)
                column[i] = -column[i];
    }
}

static size_t count_rank(size_t n, const double *eigenvalue)
{
    size_t rank = 0;
    while (rank < n && eigenvalue[n - 1 - rank] > rank_tolerance * eigenvalue[n - 1])
        rank++;
    return rank;
}

static int factor_dense(size_t n, double *G, double *N, size_t *rank, sgdl_error_t *error)
{
    double *length = allocate_matrix(n, 2);
    if (!length)
        return sgdl_fail_memory(error);
    double *eigenvalue = length + n;
    double longest = 0;
    for (size_t i = 0; i < n; i++)
        longest = fmax(longest, length[i] = sqrt(fmax(0, G[i * n + i])));
    if (longest == 0) {
        free(length);
        return SGDL_OK;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            G[i * n + j] =
                length[i] > 0 && length[j] > 0 ? G[i * n + j] / length[i] / length[j] : 0;
    const int status = symmetric_eigen(n, G, eigenvalue, error);
    if (status != SGDL_OK)
        goto out;
    *rank = count_rank(n, eigenvalue);
    for (size_t a = 0; a < *rank; a++) {
        const double root = sqrt(eigenvalue[n - 1 - a]);
        for (size_t i = 0; i < n; i++)
            N[a * n + i] = length[i] * root * G[(n - 1 - a) * n + i];
    }
    fix_signs(n, *rank, N);
out:
    free(length);
    return status;
}

/* A matrix of unit diagonal (zero where a class has no mean) that is asked for row by row. */
typedef struct rows {
    size_t n, most; /* rows; bound on the rank */
    const double *length;
    const double *G; /* [n*n] before the scaling, or NULL: */
    const double *V; /* row i at V + i*stride */
    size_t members, stride;
    const volatile sig_atomic_t *interrupted;
} rows_t;

static void fill_row(const rows_t *self, size_t p, double *out)
{
    for (size_t i = 0; i < self->n; i++) {
        out[i] = 0;
        if (self->length[i] == 0)
            continue;
        const double product = self->G ? self->G[p * self->n + i]
                                       : sum_products(self->V + p * self->stride,
                                                      self->V + i * self->stride, self->members) /
                                             (double)self->members;
        out[i] = product / self->length[p] / self->length[i];
    }
}

/* Column a of N: row p of the matrix, less what the columns before it have of that. */
static void fill_column(const rows_t *self, size_t p, size_t a, const double *residual, double *N)
{
    const size_t n = self->n;
    double *column = N + a * n;
    fill_row(self, p, column);
    for (size_t b = 0; b < a; b++) {
        const double *earlier = N + b * n, factor = earlier[p];
        for (size_t i = 0; i < n && factor != 0; i++)
            column[i] -= factor * earlier[i];
    }
    const double root = sqrt(residual[p]);
    for (size_t i = 0; i < n; i++)
        column[i] = residual[i] > 0 ? column[i] / root : 0;
    column[p] = root;
}

/* Pivoted Cholesky. Rows that have been a pivot are zero in all later columns. */
static int factor_pivoted(const rows_t *self, double *N, size_t *rank, sgdl_error_t *error)
{
    const size_t n = self->n;
    double *residual = allocate_matrix(n, 1);
    int status = residual ? SGDL_OK : sgdl_fail_memory(error);
    for (size_t i = 0; i < n && status == SGDL_OK; i++)
        residual[i] = self->length[i] > 0 ? 1 : 0;
    while (status == SGDL_OK && *rank < self->most) {
        size_t p = 0;
        for (size_t i = 1; i < n; i++)
            p = residual[i] > residual[p] ? i : p;
        if (residual[p] <= rank_tolerance)
            break;
        const double *column = N + *rank * n;
        fill_column(self, p, (*rank)++, residual, N);
        for (size_t i = 0; i < n; i++)
            residual[i] = fmax(0, residual[i] - column[i] * column[i]);
        residual[p] = 0;
        status = check_interrupted(self->interrupted, error);
    }
    for (size_t a = 0; a < *rank && status == SGDL_OK; a++)
        for (size_t i = 0; i < n; i++)
            N[a * n + i] *= self->length[i];
    free(residual);
    return status;
}

int gram_factor(size_t n, double *G, double *N, size_t *rank,
                const volatile sig_atomic_t *interrupted, sgdl_error_t *error)
{
    *rank = 0;
    if (n <= GRAM_DENSE)
        return factor_dense(n, G, N, rank, error);
    double *length = allocate_matrix(n, 1);
    if (!length)
        return sgdl_fail_memory(error);
    for (size_t i = 0; i < n; i++)
        length[i] = sqrt(fmax(0, G[i * n + i]));
    const rows_t rows = {.n = n, .most = n, .length = length, .G = G, .interrupted = interrupted};
    const int status = factor_pivoted(&rows, N, rank, error);
    free(length);
    return status;
}

static const double *vector_of(const gram_vectors_t *self, size_t i)
{
    return self->value + i * self->stride;
}

/* G = V V^T / members. */
static void outer_gram(const gram_vectors_t *V, double *G)
{
    for (size_t i = 0; i < V->n; i++)
        for (size_t j = i; j < V->n; j++)
            G[i * V->n + j] = G[j * V->n + i] =
                sum_products(vector_of(V, i), vector_of(V, j), V->members) / (double)V->members;
}

/* Fewer members than classes: the same factor from the members x members matrix of the rows
 * scaled to length 1, W^T W = Y s Y^T, N = length (W Y). */
static int factor_few(const gram_vectors_t *V, double *N, size_t *rank, sgdl_error_t *error)
{
    const size_t classes = V->n, members = V->members;
    double *length = allocate_matrix(classes, 1), *eigenvalue = allocate_matrix(members, 1);
    double *inner = allocate_matrix(members, members);
    int status = SGDL_OK;
    if (!length || !eigenvalue || !inner) {
        status = sgdl_fail_memory(error);
        goto out;
    }
    memset(inner, 0, members * members * sizeof *inner);
    for (size_t i = 0; i < classes; i++) {
        const double *row = vector_of(V, i);
        length[i] = sqrt(sum_products(row, row, members));
        for (size_t a = 0; length[i] > 0 && a < members; a++)
            for (size_t b = 0; b < members; b++)
                inner[a * members + b] += row[a] / length[i] * (row[b] / length[i]);
    }
    double longest = 0;
    for (size_t i = 0; i < classes; i++)
        longest = fmax(longest, length[i]);
    if (longest == 0)
        goto out;
    status = symmetric_eigen(members, inner, eigenvalue, error);
    if (status != SGDL_OK)
        goto out;
    *rank = count_rank(members, eigenvalue);
    const double root = sqrt((double)members);
    for (size_t a = 0; a < *rank; a++)
        for (size_t i = 0; i < classes; i++)
            N[a * classes + i] =
                sum_products(vector_of(V, i), inner + (members - 1 - a) * members, members) / root;
    fix_signs(classes, *rank, N);
out:
    free(length);
    free(eigenvalue);
    free(inner);
    return status;
}

enum {
    TILE = 16,        /* vectors whose pieces stay in the first-level cache together */
    PIECE = 128,      /* members of these: what sum_products does not halve any more */
    MOST_TILED = 4096 /* vectors whose products are all kept */
};

typedef struct tile {
    size_t i, j, rows, columns;
    double sum[TILE][TILE];
} tile_t;

/* Products of so many members from `first` on, in the order in which sum_products adds them up. */
static void add_up(const gram_vectors_t *V, size_t first, size_t members, tile_t *out)
{
    if (members > PIECE) {
        tile_t high = *out;
        add_up(V, first, members / 2, out);
        add_up(V, first + members / 2, members - members / 2, &high);
        for (size_t i = 0; i < out->rows; i++)
            for (size_t j = 0; j < out->columns; j++)
                out->sum[i][j] += high.sum[i][j];
        return;
    }
    for (size_t i = 0; i < out->rows; i++)
        for (size_t j = 0; j < out->columns; j++)
            out->sum[i][j] = sum_products(vector_of(V, out->i + i) + first,
                                          vector_of(V, out->j + j) + first, members);
}

/* All products over the members, tile by tile: vectors that are read once a product would come
 * from main memory every time. */
static void tiled_gram(const gram_vectors_t *V, double *G, const volatile sig_atomic_t *interrupted)
{
    const size_t n = V->n, tiles = (n + TILE - 1) / TILE;
#pragma omp parallel for schedule(dynamic)
    for (size_t a = 0; a < tiles; a++)
        for (size_t b = a; b < tiles && !stop_asked(interrupted); b++) {
            tile_t tile = {.i = a * TILE, .j = b * TILE};
            tile.rows = n - tile.i < TILE ? n - tile.i : TILE;
            tile.columns = n - tile.j < TILE ? n - tile.j : TILE;
            add_up(V, 0, V->members, &tile);
            for (size_t i = 0; i < tile.rows; i++)
                for (size_t j = 0; j < tile.columns; j++)
                    G[(tile.i + i) * n + tile.j + j] = G[(tile.j + j) * n + tile.i + i] =
                        tile.sum[i][j] / (double)V->members;
        }
}

static int compare_hashes(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Are all vectors others, and none zero? The rank is then about their number. */
static int are_distinct(const gram_vectors_t *V, bool *distinct, sgdl_error_t *error)
{
    uint64_t *hash = calloc(V->n, sizeof *hash);
    *distinct = true;
    for (size_t i = 0; i < V->n && hash; i++) {
        bool zero = true;
        hash[i] = hash_numbers(vector_of(V, i), V->members);
        for (size_t e = 0; e < V->members && zero; e++)
            zero = vector_of(V, i)[e] == 0;
        *distinct = *distinct && !zero;
    }
    if (hash)
        qsort(hash, V->n, sizeof *hash, compare_hashes);
    for (size_t i = 1; i < V->n && hash; i++)
        *distinct = *distinct && hash[i] != hash[i - 1];
    const bool whole = hash != NULL;
    free(hash);
    return whole ? SGDL_OK : sgdl_fail_memory(error);
}

/* G [n*n] of vectors none of which is there twice; NULL where rows are better made one by one. */
static int gram_of(const gram_vectors_t *V, double **G, const volatile sig_atomic_t *interrupted,
                   sgdl_error_t *error)
{
    bool distinct = false;
    *G = NULL;
    int status = V->n <= MOST_TILED ? are_distinct(V, &distinct, error) : SGDL_OK;
    if (status != SGDL_OK || !distinct)
        return status;
    *G = allocate_matrix(V->n, V->n);
    if (!*G)
        return sgdl_fail_memory(error);
    tiled_gram(V, *G, interrupted);
    return check_interrupted(interrupted, error);
}

static int factor_many(const gram_vectors_t *V, double *N, size_t *rank,
                       const volatile sig_atomic_t *interrupted, sgdl_error_t *error)
{
    double *G = NULL;
    const int prepared = gram_of(V, &G, interrupted, error);
    if (prepared != SGDL_OK) {
        free(G);
        return prepared;
    }
    double *length = allocate_matrix(V->n, 1);
    for (size_t i = 0; i < V->n && length; i++)
        length[i] =
            sqrt(sum_products(vector_of(V, i), vector_of(V, i), V->members) / (double)V->members);
    const rows_t rows = {.n = V->n,
                         .most = V->members < V->n ? V->members : V->n,
                         .length = length,
                         .G = G,
                         .V = V->value,
                         .members = V->members,
                         .stride = V->stride,
                         .interrupted = interrupted};
    const int status = length ? factor_pivoted(&rows, N, rank, error) : sgdl_fail_memory(error);
    free(length);
    free(G);
    return status;
}

/* Whether there are few enough rows, or few enough members, for eigenvectors. */
static bool is_dense(const gram_vectors_t *self)
{
    return self->n <= GRAM_DENSE || self->members <= GRAM_DENSE;
}

int gram_factor_vectors(const gram_vectors_t *vectors, double *N, size_t *rank,
                        const volatile sig_atomic_t *interrupted, sgdl_error_t *error)
{
    const size_t n = vectors->n;
    *rank = 0;
    if (!is_dense(vectors))
        return factor_many(vectors, N, rank, interrupted, error);
    if (vectors->members < n)
        return factor_few(vectors, N, rank, error);
    double *G = allocate_matrix(n, n);
    if (!G)
        return sgdl_fail_memory(error);
    outer_gram(vectors, G);
    const int status = factor_dense(n, G, N, rank, error);
    free(G);
    return status;
}

/* With rows scaled to length 1 the columns M_a of N are orthogonal: zeta_a = sum_i M_ia
 * (nu_i / length_i) / |M_a|^2. */
static void solve_orthogonal(size_t n, size_t rank, const double *N, const double *length2,
                             const double *moment, double *out)
{
    for (size_t a = 0; a < rank; a++) {
        double sum = 0, norm2 = 0;
        for (size_t i = 0; i < n; i++)
            if (length2[i] > 0) {
                sum += moment[i] * N[a * n + i] / length2[i];
                norm2 += N[a * n + i] * N[a * n + i] / length2[i];
            }
        out[a] = sum / norm2;
    }
}

/* Column a's pivot is zero in all later columns: nu = N zeta there gives zeta_a from those before
 * it. Among the rows that are, the pivot has the largest part of its length in column a. */
static void solve_triangular(size_t n, size_t rank, const double *N, const double *length2,
                             const double *moment, double *out)
{
    for (size_t a = 0; a < rank; a++) {
        size_t pivot = n;
        double largest = 0;
        for (size_t i = 0; i < n; i++) {
            const double x = N[a * n + i];
            const bool last = a + 1 == rank || N[(a + 1) * n + i] == 0;
            if (last && x != 0 && x * x > largest * length2[i]) {
                size_t b = a + 1;
                while (b < rank && N[b * n + i] == 0)
                    b++;
                if (b < rank)
                    continue;
                largest = x * x / length2[i];
                pivot = i;
            }
        }
        assert(pivot < n);
        out[a] = moment[pivot];
        for (size_t b = 0; b < a; b++)
            out[a] -= N[b * n + pivot] * out[b];
        out[a] /= N[a * n + pivot];
    }
}

int gram_solve(const gram_vectors_t *vectors, size_t rank, const double *N, const double *moment,
               double *out, sgdl_error_t *error)
{
    const size_t n = vectors->n;
    double *length2 = allocate_matrix(n, 1);
    if (!length2)
        return sgdl_fail_memory(error);
    for (size_t i = 0; i < n; i++) {
        length2[i] = 0;
        for (size_t a = 0; a < rank; a++)
            length2[i] += N[a * n + i] * N[a * n + i];
    }
    (is_dense(vectors) ? solve_orthogonal : solve_triangular)(n, rank, N, length2, moment, out);
    free(length2);
    return SGDL_OK;
}
