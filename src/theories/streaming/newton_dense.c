/* The reference: the Jacobian column by column, then LAPACK's LU. O(length^3). */
#include "src/theories/streaming/newton.h"

#include <string.h>

enum { DENSE_LENGTH_MAX = 8192 };

static int solve(newton_t *self, const double *y, double h, const double *b, double *x)
{
    const sgdl_system_t *system = self->system;
    size_t length = system->length;
    double *matrix = self->storage, *unit = matrix + length * length;
    memset(unit, 0, length * sizeof *unit);
    for (size_t column = 0; column < length; column++) {
        double *out = matrix + column * length;
        if (system_interrupted(system))
            return 1;
        unit[column] = 1;
        system_jacobian_times(system, y, unit, out);
        unit[column] = 0;
        for (size_t row = 0; row < length; row++)
            out[row] *= -h;
        out[column] += 1;
    }
    if (newton_factor(self, matrix, length, self->pivot))
        return 1;
    memcpy(x, b, length * sizeof *x);
    linear_backsolve(length, matrix, self->pivot, x);
    return 0;
}

int newton_init_dense(newton_t *self, sgdl_error_t *error)
{
    size_t length = self->system->length;
    if (length > DENSE_LENGTH_MAX)
        return sgdl_fail(error, SGDL_ERR_INPUT, "--linear-solver",
                         "the dense solver takes at most %d unknowns, this problem has %zu; use "
                         "'structured'",
                         DENSE_LENGTH_MAX, length);
    self->solve = solve;
    return newton_allocate(self, length * length + length, length, error);
}
