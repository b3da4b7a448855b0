/**
 * Dense linear algebra through LAPACK. LAPACKE's own front ends print on standard output where they
 * get no memory, into the middle of a table; these do not. Matrices are column-major unless a name
 * says rows. All return LAPACK's info, 0 if all went well; linear_fail makes an error of any other.
 */
#ifndef SGDLIMIT_BASE_LINEAR_H
#define SGDLIMIT_BASE_LINEAR_H

#include <lapacke.h>
#include <signal.h>
#include <stddef.h>

#include "sgdlimit/error.h"

/** Out of memory, interrupted, or LAPACK's info under a text that says what could not be done. */
int linear_fail(lapack_int info, const char *text, sgdl_error_t *error);

/** What is returned where `interrupted` told to stop. */
enum { LINEAR_INTERRUPTED = -2000 };

/** LU factors of the column-major a [n*n], whose entries are finite, in place, as dgetrf leaves
 * them; above 0 if it is singular. Thousands of unknowns take minutes: `interrupted` (may be NULL)
 * stops them. Allocates nothing. */
lapack_int linear_factor(size_t n, double *a, lapack_int *pivot,
                         const volatile sig_atomic_t *interrupted);

/** x = a^-1 x for one vector, from those factors. Allocates nothing. */
void linear_backsolve(size_t n, const double *a, const lapack_int *pivot, double *x);

/** Eigenvalues [n], increasing, and eigenvectors in the columns of a [n*stride], whose upper
 * triangle is read. */
lapack_int linear_eigen_symmetric(size_t n, double *a, size_t stride, double *eigenvalue);

/** Eigenvalues of any matrix a [n*n], which is overwritten. */
lapack_int linear_eigenvalues(size_t n, double *a, double *real, double *imaginary);

/** Singular values of the bidiagonal matrix with that diagonal [n] and off-diagonal [n - 1], by
 * dqds: each to nearly full relative accuracy, however small. Decreasing, in place of the diagonal.
 */
lapack_int linear_bidiagonal(size_t n, double *diagonal, double *off);

/** x = a^-1 x for a [n*n] and x [n*columns], both stored by rows. `interrupted` as above. */
lapack_int linear_solve_rows(size_t n, const double *a, size_t columns, double *x,
                             const volatile sig_atomic_t *interrupted);

/** The same for a symmetric positive matrix and one vector; a is overwritten. */
lapack_int linear_solve_positive(size_t n, double *a, double *x);

/** The shortest x [n] of all that bring a x nearest to what x [n] holds, for symmetric a [n*n];
 * singular values below `tolerance` of the largest one count as zero. singular [n] is scratch. */
lapack_int linear_least_squares(size_t n, double *a, double *x, double *singular, double tolerance);

#endif
