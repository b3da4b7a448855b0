/* The slowest relaxation: eigenvalues of the linearised equations at the stationary point. */
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>

#include "src/longtime/laws.h"
#include "src/longtime/state.h"
#include "src/ode/system.h"

/* Beyond this length of the state the dense eigenvalue problem takes too long. */
enum { DENSE_LENGTH = 400 };
/* Eigenvalues below this, relative to the largest, belong to directions on which nothing acts. */
static const double inert = 1e-11;

static int slowest(double *matrix, size_t n, double *rate, sgdl_error_t *error)
{
    double *real = calloc(n, 2 * sizeof *real), largest = 0;
    if (!real)
        return sgdl_fail_memory(error);
    lapack_int order = (lapack_int)n;
    lapack_int info = LAPACKE_dgeev(LAPACK_COL_MAJOR, 'N', 'N', order, matrix, order, real,
                                    real + n, NULL, order, NULL, order);
    for (size_t e = 0; e < n; e++)
        largest = fmax(largest, hypot(real[e], real[n + e]));
    *rate = INFINITY;
    for (size_t e = 0; e < n; e++)
        if (hypot(real[e], real[n + e]) > inert * largest)
            *rate = fmin(*rate, -real[e]);
    free(real);
    if (!isfinite(*rate))
        *rate = NAN;
    if (info == 0)
        return SGDL_OK;
    int status = sgdl_fail(error, SGDL_ERR_EXTERNAL, NULL, "LAPACK's dgeev failed");
    if (error)
        error->raw = info;
    return status;
}

int laws_relaxation_rate(const laws_t *self, double *rate, sgdl_error_t *error)
{
    const double gamma = self->limit->learning_rate > 0 ? self->limit->learning_rate : 1;
    sgdl_schedule_t schedule = sgdl_schedule_constant(gamma);
    sgdl_system_t system = {0};
    double *y = NULL, *unit = NULL, *matrix = NULL;
    *rate = NAN;
    int status = system_init(&system, self->problem, self->nodes, &schedule, error);
    const size_t n = system.length;
    if (status != SGDL_OK || n > DENSE_LENGTH)
        goto out;
    y = calloc(n, sizeof *y);
    unit = calloc(n, sizeof *unit);
    matrix = calloc(n, n * sizeof *matrix);
    if (!y || !unit || !matrix) {
        status = sgdl_fail_memory(error);
        goto out;
    }
    /* The Jacobian's eigenvalues do not depend on the state for a quadratic loss. */
    if (!self->problem->loss->quadratic)
        status = state_at_stationary_point(&system, self->limit->learning_rate, self->limit->m,
                                           self->limit->B, y, error);
    if (status != SGDL_OK || system_evaluate(&system, 0, y) != 0)
        goto out;
    for (size_t e = 0; e < n; e++) {
        unit[e] = 1;
        system_jacobian_times(&system, y, unit, matrix + e * n);
        unit[e] = 0;
    }
    status = slowest(matrix, n, rate, error);
out:
    free(y);
    free(unit);
    free(matrix);
    system_free(&system);
    sgdl_schedule_free(&schedule);
    return status;
}
