/** Lower triangular factors of small matrices that may be singular. Matrices are [n*n] by rows. */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_LIMIT_LOWER_H
#define SGDLIMIT_THEORIES_FIXED_DATA_LIMIT_LOWER_H

#include <stdbool.h>
#include <stddef.h>

/** a = F F^T in place, zeros above the diagonal. A column whose pivot is below 1e-12 of its
 * diagonal entry is zero; false: one is below minus 1e-9 of it, a is not positive. */
bool lower_factor(size_t n, double *a);

/** x [n*columns] by rows <- F^-1 x, of F without zero columns. */
void lower_solve(size_t n, const double *F, size_t columns, double *x);

/** x [n] <- F^-T x. */
void lower_solve_transposed(size_t n, const double *F, double *x);

#endif
