#include "src/theories/diffusion/plane_factor.h"

#include <stdlib.h>

#include "src/base/clones.h"
#include "src/base/memory.h"

enum { LOOK = 256 }; /* eliminations between two looks at the watch */

double plane_factor_bytes(const plane_t *plane)
{
    return (double)plane->count * (double)(2 * plane->band + 3) * sizeof(double);
}

static size_t width_of(const plane_factor_t *self) { return 2 * self->band + 1; }

/* Entry 0 of a row is its diagonal: others are at -band .. band. */
static double *diagonal(const plane_factor_t *self, size_t i)
{
    return self->row + i * width_of(self) + self->band;
}

/* ---- elimination ---------------------------------------------------------------------------- */

static void fill(plane_factor_t *self, const plane_t *plane, double shift, const bool *absorbing)
{
    for (size_t c = 0; c < self->count; c++)
        self->excess[c] = shift;
    for (size_t axis = 0; axis < PLANE_AXES; axis++) {
        const size_t stride = plane->stride[axis];
        for (size_t c = 0; c + stride < self->count; c++) {
            const size_t next = c + stride;
            const double up = plane->up[axis][c], down = plane->down[axis][c];
            if (absorbing && absorbing[next])
                self->excess[c] += up;
            if (absorbing && absorbing[c])
                self->excess[next] += down;
            if (absorbing && (absorbing[c] || absorbing[next]))
                continue;
            *(diagonal(self, next) - stride) = up;
            diagonal(self, c)[stride] = down;
        }
    }
    for (size_t c = 0; absorbing && c < self->count; c++)
        if (absorbing[c])
            self->excess[c] = 0;
}

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* Whoever flows into cell k flows on at once, to where k leads or out of the chain. `most` rows
 * behind k may have entries in its column. False: nothing leaves k. */
CLONES static bool eliminate(plane_factor_t *self, size_t k, size_t most)
{
    const size_t down = width_of(self) - 1; /* a column's next entry */
    const double *from = diagonal(self, k) + 1;
    double *column = diagonal(self, k) + down, *excess = self->excess + k + 1;
    double pivot = self->excess[k];
    for (size_t i = 0; i < most; i++)
        pivot += column[i * down];
    self->pivot[k] = pivot;
    if (!(pivot > 0))
        return false;
    const double lost = self->excess[k] / pivot;
    for (size_t j = 0; j < most; j++)
        excess[j] += lost * from[j];
    for (size_t i = 0; i < most; i++) {
        const double share = column[i * down] /= pivot;
        double *to = column + i * down + 1; /* of row k + 1 + i, at column k + 1 */
        if (share > 0)
            for (size_t j = 0; j < most; j++)
                to[j] += share * from[j];
    }
    return true;
}

static int factor(plane_factor_t *self, const bool *absorbing, const sgdl_watch_t *watch,
                  sgdl_error_t *error)
{
    for (size_t k = 0; k < self->count; k++) {
        if (k % LOOK == 0 && sgdl_watch_stopped(watch))
            return sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL, "interrupted");
        if (absorbing && absorbing[k])
            self->pivot[k] = 0;
        else if (!eliminate(self, k, least(self->band, self->count - 1 - k)))
            return sgdl_fail(error, SGDL_ERR_SOLVER, NULL,
                             "a cell is never left: the temperature is too low for these cells");
    }
    return SGDL_OK;
}

int plane_factor_init(plane_factor_t *self, const plane_t *plane, double shift,
                      const bool *absorbing, const sgdl_watch_t *watch, sgdl_error_t *error)
{
    *self = (plane_factor_t){.count = plane->count, .band = plane->band};
    self->row = calloc(self->count * (width_of(self) + 2), sizeof *self->row);
    if (!self->row)
        return sgdl_fail_memory(error);
    self->pivot = self->row + self->count * width_of(self);
    self->excess = self->pivot + self->count;
    fill(self, plane, shift, absorbing);
    return factor(self, absorbing, watch, error);
}

void plane_factor_free(plane_factor_t *self)
{
    free(self->row);
    *self = (plane_factor_t){0};
}

/* ---- solutions ------------------------------------------------------------------------------ */

static double over(double x, double pivot) { return pivot > 0 ? x / pivot : 0; }

CLONES static double product(const double *a, const double *b, size_t n)
{
    double sum[4] = {0};
    size_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (size_t k = 0; k < 4; k++)
            sum[k] += a[i + k] * b[i + k];
    for (; i < n; i++)
        sum[0] += a[i] * b[i];
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

CLONES static void add_multiple(double *to, double factor, const double *from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] += factor * from[i];
}

void plane_factor_solve(const plane_factor_t *self, double *x)
{
    for (size_t i = 0; i < self->count; i++) {
        const size_t before = least(self->band, i);
        x[i] = self->pivot[i] > 0
                   ? x[i] + product(diagonal(self, i) - before, x + i - before, before)
                   : 0;
    }
    for (size_t i = self->count; i-- > 0;) {
        const size_t behind = least(self->band, self->count - 1 - i);
        x[i] = over(x[i] + product(diagonal(self, i) + 1, x + i + 1, behind), self->pivot[i]);
    }
}

void plane_factor_solve_transposed(const plane_factor_t *self, double *x)
{
    for (size_t i = 0; i < self->count; i++) {
        x[i] = over(x[i], self->pivot[i]);
        add_multiple(x + i + 1, x[i], diagonal(self, i) + 1,
                     least(self->band, self->count - 1 - i));
    }
    for (size_t i = self->count; i-- > 0;) {
        const size_t before = least(self->band, i);
        add_multiple(x + i - before, x[i], diagonal(self, i) - before, before);
    }
}
