#include "src/base/linear.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "src/base/interrupted.h"

/* What LAPACKE's front ends answer to entries that are not numbers. */
enum { NOT_A_NUMBER = -4 };

int linear_fail(lapack_int info, const char *text, sgdl_error_t *error)
{
    if (info == LAPACK_WORK_MEMORY_ERROR || info == LAPACK_TRANSPOSE_MEMORY_ERROR)
        return sgdl_fail_memory(error);
    if (info == LINEAR_INTERRUPTED)
        return sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL, "interrupted");
    int status = sgdl_fail(error, SGDL_ERR_EXTERNAL, NULL, "%s", text);
    if (error)
        error->raw = info;
    return status;
}

static bool are_numbers(const double *x, size_t count)
{
    for (size_t e = 0; e < count; e++)
        if (isnan(x[e]))
            return false;
    return true;
}

lapack_int linear_eigen_symmetric(size_t n, double *a, size_t stride, double *eigenvalue)
{
    lapack_int order = (lapack_int)n, leading = (lapack_int)stride, integers;
    double reals;
    for (size_t j = 0; j < n; j++)
        if (!are_numbers(a + j * stride, j + 1))
            return NOT_A_NUMBER;
    lapack_int info = LAPACKE_dsyevd_work(LAPACK_COL_MAJOR, 'V', 'U', order, a, leading, eigenvalue,
                                          &reals, -1, &integers, -1);
    if (info != 0)
        return info;
    double *work = malloc((size_t)reals * sizeof *work);
    lapack_int *iwork = malloc((size_t)integers * sizeof *iwork);
    info = LAPACK_WORK_MEMORY_ERROR;
    if (work && iwork)
        info = LAPACKE_dsyevd_work(LAPACK_COL_MAJOR, 'V', 'U', order, a, leading, eigenvalue, work,
                                   (lapack_int)reals, iwork, integers);
    free(work);
    free(iwork);
    return info;
}

lapack_int linear_eigenvalues(size_t n, double *a, double *real, double *imaginary)
{
    lapack_int order = (lapack_int)n;
    double reals;
    if (!are_numbers(a, n * n))
        return NOT_A_NUMBER;
    lapack_int info = LAPACKE_dgeev_work(LAPACK_COL_MAJOR, 'N', 'N', order, a, order, real,
                                         imaginary, NULL, order, NULL, order, &reals, -1);
    if (info != 0)
        return info;
    double *work = malloc((size_t)reals * sizeof *work);
    if (!work)
        return LAPACK_WORK_MEMORY_ERROR;
    info = LAPACKE_dgeev_work(LAPACK_COL_MAJOR, 'N', 'N', order, a, order, real, imaginary, NULL,
                              order, NULL, order, work, (lapack_int)reals);
    free(work);
    return info;
}

lapack_int linear_bidiagonal(size_t n, double *diagonal, double *off)
{
    lapack_int order = (lapack_int)n;
    if (!are_numbers(diagonal, n) || !are_numbers(off, n - 1))
        return NOT_A_NUMBER;
    double *work = malloc(4 * n * sizeof *work);
    if (!work)
        return LAPACK_WORK_MEMORY_ERROR;
    /* without vectors this is dlasq1 */
    lapack_int info = LAPACKE_dbdsqr_work(LAPACK_COL_MAJOR, 'U', order, 0, 0, 0, diagonal, off,
                                          NULL, 1, NULL, 1, NULL, 1, work);
    free(work);
    return info;
}

/* to [columns*rows] receives the transpose of from [rows*columns]. */
static void transpose(size_t rows, size_t columns, const double *from, double *to)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++)
            to[c * rows + r] = from[r * columns + c];
}

enum { COLUMNS = 64 }; /* solved for between two looks at the flag */

lapack_int linear_solve_rows(size_t n, const double *a, size_t columns, double *x,
                             const volatile sig_atomic_t *interrupted)
{
    lapack_int order = (lapack_int)n, info = LAPACK_WORK_MEMORY_ERROR;
    if (!are_numbers(a, n * n) || !are_numbers(x, n * columns))
        return NOT_A_NUMBER;
    double *work = malloc(n * (n + columns) * sizeof *work), *solution = work + n * n;
    lapack_int *pivot = malloc(n * sizeof *pivot);
    if (work && pivot) {
        transpose(n, n, a, work);
        transpose(n, columns, x, solution);
        info = linear_factor(n, work, pivot, interrupted);
        for (size_t c = 0; c < columns && info == 0; c += COLUMNS) {
            size_t count = columns - c < COLUMNS ? columns - c : COLUMNS;
            info = stop_asked(interrupted)
                       ? LINEAR_INTERRUPTED
                       : LAPACKE_dgetrs_work(LAPACK_COL_MAJOR, 'N', order, (lapack_int)count, work,
                                             order, pivot, solution + c * n, order);
        }
        transpose(columns, n, solution, x);
    }
    free(work);
    free(pivot);
    return info;
}

lapack_int linear_solve_positive(size_t n, double *a, double *x)
{
    lapack_int order = (lapack_int)n;
    if (!are_numbers(a, n * n) || !are_numbers(x, n))
        return NOT_A_NUMBER;
    return LAPACKE_dposv_work(LAPACK_COL_MAJOR, 'U', order, 1, a, order, x, order);
}

lapack_int linear_least_squares(size_t n, double *a, double *x, double *singular, double tolerance)
{
    lapack_int order = (lapack_int)n, rank;
    double reals;
    if (!are_numbers(a, n * n) || !are_numbers(x, n))
        return NOT_A_NUMBER;
    lapack_int info = LAPACKE_dgelss_work(LAPACK_COL_MAJOR, order, order, 1, a, order, x, order,
                                          singular, tolerance, &rank, &reals, -1);
    if (info != 0)
        return info;
    double *work = malloc((size_t)reals * sizeof *work);
    if (!work)
        return LAPACK_WORK_MEMORY_ERROR;
    info = LAPACKE_dgelss_work(LAPACK_COL_MAJOR, order, order, 1, a, order, x, order, singular,
                               tolerance, &rank, work, (lapack_int)reals);
    free(work);
    return info;
}
