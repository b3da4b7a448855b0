#include "src/theories/diffusion/underdamped_factor.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/linear.h"
#include "src/base/memory.h"

/* ---- making and freeing --------------------------------------------------------------------- */

int factor_init(factor_t *self, const underdamped_t *flow, size_t first, double memory,
                sgdl_error_t *error)
{
    const size_t cells = flow->cells;
    *self = (factor_t){.flow = flow, .first = first, .ground = SIZE_MAX};
    self->each = flow->warm ? flow->modes : (flow->modes - first) / 2;
    self->width = self->each + 1;
    self->stride = flow->warm ? 3 * self->width + 1 : self->width + 1;
    const size_t unknowns = cells * self->each;
    const double bytes = (double)unknowns * ((double)(self->stride + 1) * sizeof *self->band);
    int status =
        memory_ask(memory, bytes, error, "%zu cells of %zu modes in V", cells, flow->modes);
    if (status != SGDL_OK)
        return status;
    self->band = malloc(unknowns * (self->stride + 1) * sizeof *self->band);
    self->pivot = flow->warm ? malloc(unknowns * sizeof *self->pivot) : NULL;
    if (!self->band || (flow->warm && !self->pivot))
        return sgdl_fail_memory(error);
    self->unknown = self->band + unknowns * self->stride;
    return SGDL_OK;
}

void factor_free(factor_t *self)
{
    free(self->band);
    free(self->pivot);
    *self = (factor_t){0};
}

/* ---- constant noise: the even half ---------------------------------------------------------- */

/* one + step n friction. */
static double diagonal(const factor_t *self, size_t n)
{
    return self->one + self->step * (double)n * self->flow->friction;
}

/* The entries of face f and mode q, and their places among the unknowns; returns how many there
 * are. */
static size_t couplings(const factor_t *self, size_t f, size_t q, double value[4], size_t at[4])
{
    double K[4];
    size_t count = 0;
    underdamped_entries(self->flow, f, q, K);
    for (size_t k = 0; k < 4; k++) {
        const size_t n = k & 1 ? q + 1 : q - 1;
        if (n < self->first || n >= self->flow->modes)
            continue;
        value[count] = K[k];
        at[count++] = (f + k / 2) * self->each + (n - self->first) / 2;
    }
    return count;
}

static void fill_half(factor_t *self)
{
    const underdamped_t *flow = self->flow;
    memset(self->band, 0, flow->cells * self->each * self->stride * sizeof *self->band);
    for (size_t i = 0; i < flow->cells; i++)
        for (size_t e = 0; e < self->each; e++)
            self->band[(i * self->each + e) * self->stride] = diagonal(self, self->first + 2 * e);
    for (size_t f = 0; f + 1 < flow->cells; f++)
        for (size_t q = self->first + 1; q < flow->modes; q += 2) {
            double value[4];
            size_t at[4];
            const size_t count = couplings(self, f, q, value, at);
            const double weight = self->step * self->step / diagonal(self, q);
            for (size_t c = 0; c < count; c++)
                for (size_t r = c; r < count; r++)
                    self->band[at[c] * self->stride + (at[r] - at[c])] +=
                        weight * value[r] * value[c];
        }
}

/* Odd modes out of the right-hand side. */
static void gather(const factor_t *self, const double *b)
{
    const underdamped_t *flow = self->flow;
    const size_t each = self->each;
    for (size_t i = 0; i < flow->cells; i++)
        for (size_t e = 0; e < each; e++)
            self->unknown[i * each + e] = b[i * flow->modes + self->first + 2 * e];
    for (size_t f = 0; f + 1 < flow->cells; f++) {
        double *here = self->unknown + f * each, *above = here + each;
        for (size_t e = 0; e < each; e++) {
            double K[4];
            const size_t q = self->first + 2 * e + 1;
            const double weight = self->step / diagonal(self, q) * b[f * flow->modes + q];
            underdamped_entries(flow, f, q, K);
            here[e] += weight * K[0];
            above[e] += weight * K[2];
            if (e + 1 == each)
                break;
            here[e + 1] += weight * K[1];
            above[e + 1] += weight * K[3];
        }
    }
}

/* Odd modes from the even ones. */
static void spread(const factor_t *self, const double *b, double *x)
{
    const underdamped_t *flow = self->flow;
    const size_t each = self->each;
    for (size_t f = 0; f < flow->cells; f++) {
        const double *here = self->unknown + f * each, *above = here + each;
        for (size_t e = 0; e < each; e++) {
            double K[4], sum = 0;
            const size_t q = self->first + 2 * e + 1, at = f * flow->modes + q;
            if (f + 1 < flow->cells) {
                underdamped_entries(flow, f, q, K);
                sum = K[0] * here[e] + K[2] * above[e];
                if (e + 1 < each)
                    sum += K[1] * here[e + 1] + K[3] * above[e + 1];
            }
            x[at] = (b[at] - self->step * sum) / diagonal(self, q);
        }
    }
    for (size_t i = 0; i < flow->cells; i++)
        for (size_t e = 0; e < each; e++)
            x[i * flow->modes + self->first + 2 * e] = self->unknown[i * each + e];
}

/* ---- T(x): everything ----------------------------------------------------------------------- */

static double *entry(const factor_t *self, size_t row, size_t column)
{
    return &self->band[column * self->stride + 2 * self->width + row - column];
}

static void fill_whole(factor_t *self)
{
    const underdamped_t *flow = self->flow;
    const size_t modes = flow->modes;
    memset(self->band, 0, flow->cells * self->each * self->stride * sizeof *self->band);
    for (size_t e = 0; e < flow->length; e++) {
        const size_t n = e % modes, i = e / modes;
        *entry(self, e, e) = diagonal(self, n);
        if (n >= 2)
            *entry(self, e, e - 2) = -self->step * flow->friction *
                                     flow->excess[(n & 1) * flow->cells + i] * flow->number[n] *
                                     flow->number[n - 1];
    }
    for (size_t f = 0; f + 1 < flow->cells; f++)
        for (size_t q = 1; q < modes; q += 2) {
            double K[4];
            underdamped_entries(flow, f, q, K);
            for (size_t k = 0; k < 4; k++) {
                const size_t n = k & 1 ? q + 1 : q - 1, e = (f + k / 2) * modes + n;
                if (n == modes)
                    continue;
                *entry(self, e, f * modes + q) = -self->step * K[k];
                *entry(self, f * modes + q, e) = self->step * K[k];
            }
        }
    if (self->ground == SIZE_MAX)
        return;
    const size_t row = self->ground * modes, last = flow->length - 1;
    for (size_t c = row < self->width ? 0 : row - self->width;
         c <= (row + self->width < last ? row + self->width : last); c++)
        *entry(self, row, c) = c == row;
}

/* ---- both ----------------------------------------------------------------------------------- */

lapack_int factor_make(factor_t *self, double one, double step, size_t ground)
{
    const lapack_int n = (lapack_int)(self->flow->cells * self->each),
                     width = (lapack_int)self->width, stride = (lapack_int)self->stride;
    self->one = one;
    self->step = step;
    self->ground = ground;
    if (!self->flow->warm) {
        fill_half(self);
        return LAPACKE_dpbtrf_work(LAPACK_COL_MAJOR, 'L', n, width, self->band, stride);
    }
    fill_whole(self);
    return LAPACKE_dgbtrf_work(LAPACK_COL_MAJOR, n, n, width, width, self->band, stride,
                               self->pivot);
}

void factor_solve(const factor_t *self, const double *b, double *x, bool transposed)
{
    const lapack_int n = (lapack_int)(self->flow->cells * self->each),
                     width = (lapack_int)self->width, stride = (lapack_int)self->stride;
    if (!self->flow->warm) {
        gather(self, b);
        (void)LAPACKE_dpbtrs_work(LAPACK_COL_MAJOR, 'L', n, width, 1, self->band, stride,
                                  self->unknown, n);
        spread(self, b, x);
        return;
    }
    if (x != b)
        memcpy(x, b, self->flow->length * sizeof *x);
    (void)LAPACKE_dgbtrs_work(LAPACK_COL_MAJOR, transposed ? 'T' : 'N', n, width, width, 1,
                              self->band, stride, self->pivot, x, n);
}
