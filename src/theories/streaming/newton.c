#include "src/theories/streaming/newton.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/memory.h"

int newton_allocate(newton_t *self, size_t doubles, size_t pivots, sgdl_error_t *error)
{
    const sgdl_system_t *system = self->system;
    int status = memory_ask(system->plan->memory, 8 * (double)doubles, error,
                            "the Newton systems of %zu classes, %zu outputs and %zu nodes",
                            system->C, system->L, system->N);
    if (status != SGDL_OK)
        return status;
    self->storage = calloc(doubles > 0 ? doubles : 1, sizeof *self->storage);
    self->pivot = calloc(pivots > 0 ? pivots : 1, sizeof *self->pivot);
    if (!self->storage || !self->pivot)
        return sgdl_fail_memory(error);
    return SGDL_OK;
}

int newton_init(newton_t *self, const sgdl_system_t *system, sgdl_linear_solver_t kind,
                sgdl_error_t *error)
{
    memset(self, 0, sizeof *self);
    self->system = system;
    if (kind == SGDL_LINEAR_DENSE)
        return newton_init_dense(self, error);
    const bool krylov = newton_choose(system, kind) == SGDL_LINEAR_KRYLOV;
    /* Of a separable loss the whole solve is as cheap as the blocks alone: GMRES then has little
     * left to do. */
    int status = system->shared   ? newton_init_shared(self, error)
                 : system->single ? newton_init_single(self, krylov, error)
                 : system->coupled
                     ? (krylov ? newton_init_blocks : newton_init_coupled)(self, error)
                 : system->quadratic ? newton_init_quadratic(self, error)
                                     : newton_init_separable(self, error);
    return status == SGDL_OK && system->driven ? newton_init_driven(self, krylov, error) : status;
}

sgdl_linear_solver_t newton_choose(const sgdl_system_t *system, sgdl_linear_solver_t kind)
{
    size_t rank = system->C * (system->L + system->pairs);
    if (system->dense && kind != SGDL_LINEAR_DENSE)
        return SGDL_LINEAR_KRYLOV;
    if (kind == SGDL_LINEAR_STRUCTURED && system->coupled && rank > NEWTON_RANK_MAX)
        return SGDL_LINEAR_KRYLOV;
    return kind;
}

void newton_free(newton_t *self)
{
    free(self->storage);
    free(self->pivot);
    free(self->driven);
    memset(self, 0, sizeof *self);
}

int newton_factor(const newton_t *self, double *matrix, size_t order, lapack_int *pivot)
{
    for (size_t e = 0; e < order * order; e++)
        if (!isfinite(matrix[e]))
            return 1;
    return linear_factor(order, matrix, pivot, self->system->interrupted) != 0;
}
