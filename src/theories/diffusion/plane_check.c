#include "src/theories/diffusion/plane_check.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/sums.h"
#include "src/theories/diffusion/plane_band.h"

enum { ITERATIONS = 400, STATIONARY = 4 };

/* Ways that agree no better are not believed. */
static const double most_apart = 1e-8;

static const double settled = 1e-12;

typedef struct check {
    const plane_modes_t *modes;
    const plane_t *plane;
    const sgdl_watch_t *watch;
    plane_band_t band;
    double size;     /* of the operator */
    double *law;     /* [count] stationary */
    double *mode;    /* [count] masses; symmetrised ones where the chain is reversible */
    double *scratch; /* [count] */
} check_t;

/* ---- laws ----------------------------------------------------------------------------------- */

static double sum_of(const double *x, size_t count)
{
    double sum = 0;
    for (size_t c = 0; c < count; c++)
        sum += x[c];
    return sum;
}

static void scale(double *x, size_t count, double factor)
{
    for (size_t c = 0; c < count; c++)
        x[c] *= factor;
}

/* The law of an irreversible chain by inverse iteration about the eigenvalue 0; that of a
 * reversible one is known. */
static int find_law(check_t *self, sgdl_error_t *error)
{
    const size_t count = self->plane->count;
    int status = SGDL_OK;
    memcpy(self->law, self->modes->stationary, count * sizeof *self->law);
    if (self->plane->reversible)
        return SGDL_OK;
    for (size_t c = 0; c < count; c++)
        self->law[c] = 1.0 / (double)count;
    for (int i = 0; i < STATIONARY && status == SGDL_OK; i++) {
        status = plane_band_solve(&self->band, false, self->law, error);
        scale(self->law, count, 1 / sum_of(self->law, count));
    }
    return status;
}

/* ---- the slowest mode ----------------------------------------------------------------------- */

/* The mode that is to be confirmed, with a small part of all others: a slower one would grow. */
static void begin(check_t *self)
{
    static const double other = 1e-3;
    const double *right = self->modes->right;
    for (size_t c = 0; c < self->plane->count; c++) {
        const double x = (double)plane_place(self->plane, c, 0) / (double)self->plane->cells[0];
        const double y = (double)plane_place(self->plane, c, 1) / (double)self->plane->cells[1];
        const double generic = cos(2 * x + 0.3) + 0.7 * sin(1.7 * y + 0.2 + x);
        const double mass = right[c] + other * self->law[c] * generic;
        const double root = sqrt(self->law[c]);
        self->mode[c] = !self->plane->reversible ? mass : root > 0 ? mass / root : 0;
    }
}

static void deflate(check_t *self)
{
    const size_t count = self->plane->count;
    double part = 0;
    for (size_t c = 0; c < count; c++)
        part += self->plane->reversible ? sqrt(self->law[c]) * self->mode[c] : self->mode[c];
    for (size_t c = 0; c < count; c++)
        self->mode[c] -= part * (self->plane->reversible ? sqrt(self->law[c]) : self->law[c]);
}

/* The quotient of a reversible chain by squares of differences: nothing cancels, and the error is
 * that of the mode squared. */
static double quotient(check_t *self)
{
    const plane_t *plane = self->plane;
    const size_t count = plane->count;
    double above = 0;
    for (size_t c = 0; c < count; c++)
        self->scratch[c] = self->law[c] > 0 ? self->mode[c] / sqrt(self->law[c]) : 0;
    for (size_t axis = 0; axis < PLANE_AXES; axis++)
        for (size_t c = 0; c + plane->stride[axis] < count; c++) {
            const double change = self->scratch[c + plane->stride[axis]] - self->scratch[c];
            above += plane->up[axis][c] * self->law[c] * change * change;
        }
    return above / sum_products(self->mode, self->mode, count);
}

static int find_gap(check_t *self, double shift, double *gap, sgdl_error_t *error)
{
    const size_t count = self->plane->count;
    double last = NAN;
    begin(self);
    deflate(self);
    for (int i = 0; i < ITERATIONS; i++) {
        if (sgdl_watch_stopped(self->watch))
            return sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL, "interrupted");
        scale(self->mode, count, 1 / sqrt(sum_products(self->mode, self->mode, count)));
        memcpy(self->scratch, self->mode, count * sizeof *self->mode);
        int status = plane_band_solve(&self->band, false, self->mode, error);
        if (status != SGDL_OK)
            return status;
        deflate(self);
        *gap = 1 / sum_products(self->scratch, self->mode, count) - shift;
        if (self->plane->reversible)
            *gap = quotient(self);
        if (fabs(*gap - last) <= fmax(settled * fabs(*gap), DBL_EPSILON * self->size))
            return SGDL_OK;
        last = *gap;
    }
    return SGDL_OK; /* the comparison will tell */
}

/* ---- comparison ----------------------------------------------------------------------------- */

static int compare(check_t *self, double gap, plane_check_t *out, sgdl_error_t *error)
{
    const size_t count = self->plane->count;
    const double rate = self->modes->rate[0], noise = DBL_EPSILON * self->size;
    /* the mode's noise is about `noise`, its square enters the quotient */
    out->resolved = self->plane->reversible ? 10 * DBL_EPSILON * noise * (double)count / rate
                                            : 100 * noise / rate;
    out->gap = fabs(gap / rate - 1);
    out->law = self->plane->reversible ? self->modes->apart : 0;
    for (size_t c = 0; c < count && !self->plane->reversible; c++)
        out->law += fabs(self->law[c] - self->modes->stationary[c]);
    if (!(out->gap <= most_apart + out->resolved))
        return sgdl_fail(error, SGDL_ERR_SOLVER, NULL,
                         "two ways to find the slowest rate disagree: %.12g and %.12g", rate, gap);
    if (!(out->law <= most_apart + out->resolved))
        return sgdl_fail(error, SGDL_ERR_SOLVER, NULL,
                         "two ways to find the stationary law are %.2g apart", out->law);
    return SGDL_OK;
}

int plane_check(const plane_modes_t *modes, const sgdl_plan_t *plan, plane_check_t *out,
                sgdl_error_t *error)
{
    const plane_t *plane = modes->plane;
    const size_t count = plane->count;
    check_t self = {.modes = modes, .plane = plane, .watch = &plan->watch};
    double gap = NAN;
    *out = (plane_check_t){.done = plane_band_is_small(plane)};
    if (!out->done)
        return SGDL_OK;
    for (size_t c = 0; c < count; c++)
        self.size = fmax(self.size, plane_out(plane, c));
    const double shift = 1e-14 * self.size;
    self.law = malloc(3 * count * sizeof *self.law);
    int status = self.law ? SGDL_OK : sgdl_fail_memory(error);
    if (status == SGDL_OK) {
        self.mode = self.law + count;
        self.scratch = self.mode + count;
        status = plane_band_init(&self.band, plane, shift, NULL, plan, error);
    }
    if (status == SGDL_OK)
        status = find_law(&self, error);
    if (status == SGDL_OK)
        status = find_gap(&self, shift, &gap, error);
    if (status == SGDL_OK)
        status = compare(&self, gap, out, error);
    plane_band_free(&self.band);
    free(self.law);
    return status;
}
