/* A rate that the state drives adds to J_0 at a fixed rate a term of rank one:
 *
 *     J = J_0 + f_gamma (grad gamma)^T,      x = x_0 + h u (grad gamma . x_0)/(1 - h grad gamma .
 * u)
 *
 * with x_0 and u the solutions of (I - h J_0) for b and f_gamma. Without it Newton's iteration may
 * converge slowly where a rate looks at the state right now. One that looks at squared gradients
 * that have accumulated changes as slowly as the step is long: there J_0 is enough, with the row of
 * what accumulates, on which nothing else in J_0 depends. */
#include "src/theories/streaming/driven.h"
#include "src/theories/streaming/newton.h"

#include <math.h>
#include <stdlib.h>

static int solve_fixed(newton_t *self, const double *y, double h, const double *b, double *x)
{
    const sgdl_system_t *system = self->system;
    if (self->fixed_rate(self, y, h, b, x))
        return 1;
    if (system->accumulates)
        x[system->accumulated] = b[system->accumulated] + h * driven_power_change(system, x);
    return 0;
}

static int solve(newton_t *self, const double *y, double h, const double *b, double *x)
{
    const sgdl_system_t *system = self->system;
    double *direction = self->driven, *u = direction + system->length;
    if (solve_fixed(self, y, h, b, x))
        return 1;
    driven_direction(system, y, direction);
    if (solve_fixed(self, y, h, direction, u))
        return 1;
    const double along = driven_rate_change(system, y, x);
    const double scale = h * along / (1 - h * driven_rate_change(system, y, u));
    for (size_t e = 0; e < system->length; e++)
        x[e] += scale * u[e];
    return !isfinite(scale);
}

/* As a preconditioner. */
static int solve_blocks(newton_t *self, const double *y, double h, const double *b, double *x)
{
    const sgdl_system_t *system = self->system;
    if (system->accumulates)
        x[system->accumulated] = b[system->accumulated];
    return self->fixed_rate(self, y, h, b, x);
}

int newton_init_driven(newton_t *self, bool blocks_only, sgdl_error_t *error)
{
    const size_t length = self->system->length;
    self->fixed_rate = self->solve;
    self->solve = blocks_only ? solve_blocks : self->system->accumulates ? solve_fixed : solve;
    self->driven = calloc(2 * length, sizeof *self->driven);
    return self->driven ? SGDL_OK : sgdl_fail_memory(error);
}
