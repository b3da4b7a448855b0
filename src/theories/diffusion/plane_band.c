#include "src/theories/diffusion/plane_band.h"

#include <math.h>
#include <stdlib.h>

#include "src/base/linear.h"
#include "src/base/memory.h"

static const double most_work = 2e10; /* count * band^2 */

bool plane_band_is_small(const plane_t *plane)
{
    return (double)plane->count * (double)plane->band * (double)plane->band <= most_work;
}

/* Columns of a lower triangle, or of a band with room for what pivots fill in. */
static size_t height(const plane_band_t *self)
{
    return self->symmetric ? self->band + 1 : 3 * self->band + 1;
}

static double *entry(const plane_band_t *self, size_t row, size_t column)
{
    const size_t diagonal = self->symmetric ? 0 : 2 * self->band;
    return &self->entry[column * height(self) + diagonal + row - column];
}

static void fill(plane_band_t *self, const plane_t *plane, double shift, const bool *absorbing)
{
    for (size_t c = 0; c < self->count; c++)
        *entry(self, c, c) = absorbing && absorbing[c] ? 1 : shift + plane_out(plane, c);
    for (size_t axis = 0; axis < PLANE_AXES; axis++)
        for (size_t c = 0; c + plane->stride[axis] < self->count; c++) {
            const size_t next = c + plane->stride[axis];
            const double up = plane->up[axis][c], down = plane->down[axis][c];
            if (absorbing && (absorbing[c] || absorbing[next]))
                continue;
            *entry(self, next, c) = self->symmetric ? -sqrt(up) * sqrt(down) : -up;
            if (!self->symmetric)
                *entry(self, c, next) = -down;
        }
}

int plane_band_init(plane_band_t *self, const plane_t *plane, double shift, const bool *absorbing,
                    const sgdl_plan_t *plan, sgdl_error_t *error)
{
    *self =
        (plane_band_t){.count = plane->count, .band = plane->band, .symmetric = plane->reversible};
    const lapack_int n = (lapack_int)self->count, band = (lapack_int)self->band;
    const size_t numbers = self->count * height(self);
    int status = memory_ask(plan->memory, (double)numbers * sizeof(double), error,
                            "the factors of a band of %zu rows", self->count);
    if (status != SGDL_OK)
        return status;
    self->entry = calloc(numbers, sizeof *self->entry);
    self->pivot = calloc(self->count, sizeof *self->pivot);
    if (!self->entry || !self->pivot)
        return sgdl_fail_memory(error);
    fill(self, plane, shift, absorbing);
    const lapack_int info =
        self->symmetric ? LAPACKE_dpbtrf_work(LAPACK_COL_MAJOR, 'L', n, band, self->entry, band + 1)
                        : LAPACKE_dgbtrf_work(LAPACK_COL_MAJOR, n, n, band, band, self->entry,
                                              3 * band + 1, self->pivot);
    return info == 0 ? SGDL_OK
                     : linear_fail(info, "the operator of the plane has no factors", error);
}

void plane_band_free(plane_band_t *self)
{
    free(self->entry);
    free(self->pivot);
    *self = (plane_band_t){0};
}

int plane_band_solve(const plane_band_t *self, bool transposed, double *x, sgdl_error_t *error)
{
    const lapack_int n = (lapack_int)self->count, band = (lapack_int)self->band;
    const lapack_int info =
        self->symmetric
            ? LAPACKE_dpbtrs_work(LAPACK_COL_MAJOR, 'L', n, band, 1, self->entry, band + 1, x, n)
            : LAPACKE_dgbtrs_work(LAPACK_COL_MAJOR, transposed ? 'T' : 'N', n, band, band, 1,
                                  self->entry, 3 * band + 1, self->pivot, x, n);
    return info == 0 ? SGDL_OK
                     : linear_fail(info, "the operator of the plane was not solved", error);
}
