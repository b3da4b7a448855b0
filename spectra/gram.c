#include "spectra/gram.h"

#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "spectra/sums.h"
#include "src/linear/linear.h"

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
    /* LAPACK's workspace of 2 n^2 is counted in its own int as well. */
    if (n > 30000)
        return sgdl_fail(error, SGDL_ERR_INPUT, NULL, "a Gram matrix of %zu means is too large", n);
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

int gram_factor(size_t n, double *G, double *N, size_t *rank, sgdl_error_t *error)
{
    *rank = 0;
    double *length = allocate_matrix(n, 2);
    if (!length)
        return sgdl_fail_memory(error);
    double *eigenvalue = length + n;
    for (size_t i = 0; i < n; i++)
        length[i] = sqrt(fmax(0, G[i * n + i]));
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            G[i * n + j] =
                length[i] > 0 && length[j] > 0 ? G[i * n + j] / length[i] / length[j] : 0;
    const int status = symmetric_eigen(n, G, eigenvalue, error);
    if (status)
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

/* G = V V^T / members. */
static void outer_gram(size_t classes, size_t members, const double *V, size_t stride, double *G)
{
    for (size_t i = 0; i < classes; i++)
        for (size_t j = i; j < classes; j++)
            G[i * classes + j] = G[j * classes + i] =
                sum_products(V + i * stride, V + j * stride, members) / (double)members;
}

/* Fewer members than classes: the same factor from the members x members matrix of the rows
 * scaled to length 1, W^T W = Y s Y^T, N = length (W Y). */
static int factor_few(size_t classes, size_t members, const double *V, size_t stride, double *N,
                      size_t *rank, sgdl_error_t *error)
{
    double *length = allocate_matrix(classes, 1), *eigenvalue = allocate_matrix(members, 1);
    double *inner = allocate_matrix(members, members);
    int status = SGDL_OK;
    if (!length || !eigenvalue || !inner) {
        status = sgdl_fail_memory(error);
        goto out;
    }
    memset(inner, 0, members * members * sizeof *inner);
    for (size_t i = 0; i < classes; i++) {
        const double *row = V + i * stride;
        length[i] = sqrt(sum_products(row, row, members));
        for (size_t a = 0; length[i] > 0 && a < members; a++)
            for (size_t b = 0; b < members; b++)
                inner[a * members + b] += row[a] / length[i] * (row[b] / length[i]);
    }
    status = symmetric_eigen(members, inner, eigenvalue, error);
    if (status)
        goto out;
    *rank = count_rank(members, eigenvalue);
    const double root = sqrt((double)members);
    for (size_t a = 0; a < *rank; a++)
        for (size_t i = 0; i < classes; i++)
            N[a * classes + i] =
                sum_products(V + i * stride, inner + (members - 1 - a) * members, members) / root;
    fix_signs(classes, *rank, N);
out:
    free(length);
    free(eigenvalue);
    free(inner);
    return status;
}

int gram_factor_vectors(size_t classes, size_t members, const double *V, size_t stride, double *N,
                        size_t *rank, sgdl_error_t *error)
{
    *rank = 0;
    if (members < classes)
        return factor_few(classes, members, V, stride, N, rank, error);
    double *G = allocate_matrix(classes, classes);
    if (!G)
        return sgdl_fail_memory(error);
    outer_gram(classes, members, V, stride, G);
    const int status = gram_factor(classes, G, N, rank, error);
    free(G);
    return status;
}
