/* LU factors panel by panel: LAPACK factors one panel, and what lies to its right is brought up to
 * date here, block by block, so that thousands of unknowns can be told to stop. A few unknowns are
 * done here altogether: LAPACK's calls would cost more than the work. */
#include <math.h>
#include <string.h>

#include "src/base/interrupted.h"
#include "src/base/clones.h"
#include "src/base/linear.h"

enum {
    FEW = 8,
    WHOLE = 1024, /* up to here LAPACK takes it at once: it is done before anyone asks */
    PANEL = 64,
    ROWS = 256,   /* of a block: its part of the panel stays in the second-level cache */
    COLUMNS = 512 /* between two looks at the flag */
};

static void swap_rows(double *column, size_t first, size_t width, const lapack_int *pivot)
{
    for (size_t r = first; r < first + width; r++) {
        const size_t other = (size_t)pivot[r] - 1;
        const double kept = column[r];
        column[r] = column[other];
        column[other] = kept;
    }
}

/* The panel's part of U in one column: solves with its unit lower triangle, L [stride*width]. */
static void solve_lower(const double *L, size_t stride, size_t width, double *u)
{
    for (size_t k = 0; k < width; k++)
        for (size_t r = k + 1; r < width; r++)
            u[r] -= L[k * stride + r] * u[k];
}

/* out -= L u over `rows` rows of a column. */
CLONES static void subtract(const double *restrict L, size_t stride, size_t width,
                            const double *restrict u, size_t rows, double *restrict out)
{
    size_t k = 0;
    for (; k + 4 <= width; k += 4) {
        const double *a = L + k * stride, *b = a + stride, *c = b + stride, *d = c + stride;
        for (size_t r = 0; r < rows; r++)
            out[r] -= a[r] * u[k] + b[r] * u[k + 1] + c[r] * u[k + 2] + d[r] * u[k + 3];
    }
    for (; k < width; k++)
        for (size_t r = 0; r < rows; r++)
            out[r] -= L[k * stride + r] * u[k];
}

/* Some columns from `column` on, after the panel [first, first + width) has its factors. */
static void update(size_t n, double *a, size_t first, size_t width, size_t column,
                   const lapack_int *pivot)
{
    const size_t columns = n - column < COLUMNS ? n - column : COLUMNS;
    const double *panel = a + first * n;
    for (size_t c = column; c < column + columns; c++) {
        swap_rows(a + c * n, first, width, pivot);
        solve_lower(panel + first, n, width, a + c * n + first);
    }
    for (size_t row = first + width; row < n; row += ROWS)
        for (size_t c = column; c < column + columns; c++)
            subtract(panel + row, n, width, a + c * n + first, n - row < ROWS ? n - row : ROWS,
                     a + c * n + row);
}

static lapack_int factor_panel(size_t n, double *a, size_t first, size_t width, lapack_int *pivot)
{
    lapack_int info =
        LAPACKE_dgetrf_work(LAPACK_COL_MAJOR, (lapack_int)(n - first), (lapack_int)width,
                            a + first * n + first, (lapack_int)n, pivot + first);
    for (size_t r = first; r < first + width; r++)
        pivot[r] += (lapack_int)first;
    return info;
}

/* As LAPACK does it: column by column, the largest entry as the pivot. */
static lapack_int factor_few(size_t n, double *a, lapack_int *pivot)
{
    lapack_int info = 0;
    for (size_t k = 0; k < n; k++) {
        size_t largest = k;
        for (size_t r = k + 1; r < n; r++)
            if (fabs(a[k * n + r]) > fabs(a[k * n + largest]))
                largest = r;
        pivot[k] = (lapack_int)largest + 1;
        if (a[k * n + largest] == 0) {
            info = info ? info : (lapack_int)k + 1;
            continue;
        }
        for (size_t c = 0; c < n; c++)
            swap_rows(a + c * n, k, 1, pivot);
        for (size_t r = k + 1; r < n; r++)
            a[k * n + r] /= a[k * n + k];
        for (size_t c = k + 1; c < n; c++)
            for (size_t r = k + 1; r < n; r++)
                a[c * n + r] -= a[k * n + r] * a[c * n + k];
    }
    return info;
}

void linear_backsolve(size_t n, const double *a, const lapack_int *pivot, double *x)
{
    if (n > FEW) { /* LAPACKE's middle layer: column-major, so nothing is copied or allocated */
        (void)LAPACKE_dgetrs_work(LAPACK_COL_MAJOR, 'N', (lapack_int)n, 1, a, (lapack_int)n, pivot,
                                  x, (lapack_int)n);
        return;
    }
    swap_rows(x, 0, n, pivot);
    solve_lower(a, n, n, x);
    for (size_t k = n; k-- > 0;) {
        x[k] /= a[k * n + k];
        for (size_t r = 0; r < k; r++)
            x[r] -= a[k * n + r] * x[k];
    }
}

lapack_int linear_factor(size_t n, double *a, lapack_int *pivot,
                         const volatile sig_atomic_t *interrupted)
{
    if (n <= FEW)
        return factor_few(n, a, pivot);
    if (n <= WHOLE)
        return LAPACKE_dgetrf_work(LAPACK_COL_MAJOR, (lapack_int)n, (lapack_int)n, a, (lapack_int)n,
                                   pivot);
    for (size_t first = 0; first < n; first += PANEL) {
        const size_t width = n - first < PANEL ? n - first : PANEL;
        if (factor_panel(n, a, first, width, pivot) != 0)
            return 1;
        for (size_t c = 0; c < first; c++)
            swap_rows(a + c * n, first, width, pivot);
        for (size_t c = first + width; c < n; c += COLUMNS) {
            if (check_interrupted(interrupted, NULL))
                return LINEAR_INTERRUPTED;
            update(n, a, first, width, c, pivot);
        }
    }
    return 0;
}
