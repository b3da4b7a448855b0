#include "src/theories/diffusion/plane_modes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/memory.h"
#include "src/base/sums.h"
#include "src/theories/diffusion/plane_arnoldi.h"

enum {
    ITERATIONS = 400,
    PASSES = 3,
    MODES_SPACE = 28,
    ROUNDS = 12,
    LOOK = 4,
    SCRATCH = MODES_SPACE + 2
};

/* Of residuals in units of the mode, and of the rate that is a bound. */
static const double tolerance = 1e-11, roughly = 1e-4;

/* What a slow mode leaves of rounding errors is taken for one of a rate 1e31 times its own. */
static const double farthest = 1e20;

/* Cells whose stationary mass is a smaller part of the largest one weigh no more than these. */
static const double lightest = 1e-12;

/* ---- the stationary law --------------------------------------------------------------------- */

static void scale_to_one(double *m, size_t count)
{
    double sum = 0;
    for (size_t c = 0; c < count; c++)
        sum += m[c];
    for (size_t c = 0; c < count; c++)
        m[c] /= sum;
}

/* What the cell `ground` sends out comes back to it. */
static void stationary_of_factor(const plane_modes_t *self, double *m)
{
    const plane_t *plane = self->plane;
    memset(m, 0, plane->count * sizeof *m);
    for (size_t axis = 0; axis < PLANE_AXES; axis++) {
        const size_t stride = plane->stride[axis], c = self->ground;
        if (c + stride < plane->count)
            m[c + stride] = plane->up[axis][c];
        if (c >= stride)
            m[c - stride] = plane->down[axis][c - stride];
    }
    plane_factor_solve(&self->factor, m);
    m[self->ground] = 1;
    scale_to_one(m, plane->count);
}

static void fill_stationary(plane_modes_t *self, double *scratch)
{
    const plane_t *plane = self->plane;
    stationary_of_factor(self, self->stationary);
    if (!plane->reversible)
        return;
    const setting_t *setting = plane->setting;
    const double *lowest = landscape_minimum(setting->landscape, 0)->x;
    const double D = setting->heat * landscape_sigma(setting->landscape, 0, lowest);
    for (size_t c = 0; c < plane->count; c++)
        scratch[c] = exp((plane->loss[self->ground] - plane->loss[c]) / D);
    scale_to_one(scratch, plane->count);
    for (size_t c = 0; c < plane->count; c++)
        self->apart += fabs(scratch[c] - self->stationary[c]);
    memcpy(self->stationary, scratch, plane->count * sizeof *scratch);
}

/* ---- slow modes ----------------------------------------------------------------------------- */

static void subtract(double *x, const double *direction, double factor, size_t count)
{
    for (size_t c = 0; c < count; c++)
        x[c] -= factor * direction[c];
}

/* Takes the stationary mode and `known` others out of a left or a right vector; more than once, as
 * the slow ones are large. */
static void deflate(const plane_modes_t *self, size_t known, bool left, double *x)
{
    const size_t count = self->plane->count;
    const double *with = left ? self->right : self->left, *out = left ? self->left : self->right;
    for (int pass = 0; pass < PASSES; pass++) {
        double part = 0;
        for (size_t c = 0; c < count; c++)
            part += left ? self->stationary[c] * x[c] : x[c];
        for (size_t c = 0; c < count; c++)
            x[c] -= left ? part : part * self->stationary[c];
        for (size_t k = 0; k < known; k++)
            subtract(x, out + k * count, sum_products(with + k * count, x, count), count);
    }
}

/* x <- (-Q)^-1 x or with the transpose, outside of the known modes. */
static void invert(const plane_modes_t *self, size_t known, bool left, double *x)
{
    if (left)
        plane_factor_solve_transposed(&self->factor, x);
    else
        plane_factor_solve(&self->factor, x);
    deflate(self, known, left, x);
}

/* Anything that has a part in every mode. */
static void fill_start(const plane_modes_t *self, double *left)
{
    const plane_t *plane = self->plane;
    for (size_t c = 0; c < plane->count; c++) {
        const double noise = fmod(0.6180339887498949 * (double)(c + 1), 1) - 0.5;
        const double x = (double)plane_place(plane, c, 0) / (double)plane->cells[0];
        const double y = (double)plane_place(plane, c, 1) / (double)plane->cells[1];
        left[c] = x + 0.61 * y + 0.3 * noise;
    }
}

/* The slowest mode but `known` ones, a left or right vector, into x, where a start is: Arnoldi's
 * process with the inverse, begun anew from what was found, until the residual is small. */
static int find_vector(const plane_modes_t *self, size_t known, bool left, arnoldi_t *space,
                       double *x, sgdl_error_t *error)
{
    const size_t count = self->plane->count;
    deflate(self, known, left, x);
    for (int round = 0; round < ROUNDS; round++) {
        bool found = false;
        arnoldi_begin(space, x);
        for (size_t j = 0; j < MODES_SPACE && !found; j++) {
            double *next = space->basis + (j + 1) * count, residual;
            if (sgdl_watch_stopped(&self->watch))
                return sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL, "interrupted");
            memcpy(next, space->basis + j * count, count * sizeof *next);
            invert(self, known, left, next);
            arnoldi_add(space);
            if ((j + 1) % LOOK != 0 && j + 1 < MODES_SPACE)
                continue;
            int status = arnoldi_largest(space, x, &residual, error);
            if (status != SGDL_OK)
                return status;
            found = residual <= tolerance;
        }
        if (found)
            return SGDL_OK;
    }
    return sgdl_fail(error, SGDL_ERR_SOLVER, NULL,
                     "mode %zu of the plane does not settle: its rate and those before it are too "
                     "far apart, or it turns",
                     known + 1);
}

/* right' left = 1, and the left vector of norm 1 under the stationary law; the rate is that of both
 * together, whose error is the product of theirs. inverse [count] is scratch. */
static int settle(plane_modes_t *self, size_t k, double *inverse, sgdl_error_t *error)
{
    const size_t count = self->plane->count;
    double *left = self->left + k * count, *right = self->right + k * count;
    const double norm = sqrt(sum_weighted(self->stationary, left, left, count));
    for (size_t c = 0; c < count; c++)
        left[c] /= norm;
    const double common = sum_products(right, left, count);
    for (size_t c = 0; c < count; c++)
        right[c] /= common;
    memcpy(inverse, left, count * sizeof *left);
    invert(self, k, true, inverse);
    self->rate[k] = 1 / sum_products(right, inverse, count);
    if (norm > 0 && common != 0 && self->rate[k] > 0)
        return SGDL_OK;
    return sgdl_fail(error, SGDL_ERR_SOLVER, NULL, "mode %zu of the plane is none: %g per t", k + 1,
                     self->rate[k]);
}

/* scratch [SCRATCH*count]. */
static int find_modes(plane_modes_t *self, double *scratch, sgdl_error_t *error)
{
    const size_t count = self->plane->count;
    double *weight = scratch + (MODES_SPACE + 1) * count, most = 0;
    for (size_t c = 0; c < count; c++)
        most = fmax(most, self->stationary[c]);
    int status = SGDL_OK;
    for (size_t k = 0; k < self->modes && status == SGDL_OK; k++) {
        double *left = self->left + k * count, *right = self->right + k * count;
        arnoldi_t space = {.count = count, .weight = self->stationary, .basis = scratch};
        fill_start(self, left);
        status = find_vector(self, k, true, &space, left, error);
        for (size_t c = 0; c < count; c++) {
            right[c] = self->stationary[c] * left[c];
            weight[c] = 1 / fmax(self->stationary[c], lightest * most);
        }
        space.weight = weight;
        if (status == SGDL_OK && !self->plane->reversible)
            status = find_vector(self, k, false, &space, right, error);
        if (status == SGDL_OK)
            status = settle(self, k, scratch, error);
        const bool noise = k > 0 && status == SGDL_OK && self->rate[k] > farthest * self->rate[0];
        if (noise || (status == SGDL_ERR_SOLVER && k > 0)) { /* the others are kept */
            self->modes = k;
            self->lost = true;
            status = SGDL_OK;
        }
    }
    return status;
}

/* The slowest rate where the cells of all minima absorb. So many absorbing cells raise the slowest
 * rate at most to that of the mode which comes behind as many (Cauchy's interlacing). It is found
 * without a difference, however slow the modes before are. */
static int find_next(plane_modes_t *self, double *x, sgdl_error_t *error)
{
    const plane_t *plane = self->plane;
    const landscape_t *landscape = plane->setting->landscape;
    bool *absorbing = calloc(plane->count, sizeof *absorbing);
    if (!absorbing)
        return sgdl_fail_memory(error);
    for (size_t b = 0; b < landscape->minima; b++)
        absorbing[plane_cell(plane, landscape_minimum(landscape, b)->x)] = true;
    plane_factor_free(&self->factor);
    int status = plane_factor_init(&self->factor, plane, 0, absorbing, &self->watch, error);
    double last = NAN, sum = 0;
    for (size_t c = 0; c < plane->count; c++)
        x[c] = self->stationary[c];
    for (int i = 0; i < ITERATIONS && status == SGDL_OK; i++) {
        plane_factor_solve(&self->factor, x);
        sum = 0;
        for (size_t c = 0; c < plane->count; c++)
            sum += x[c];
        for (size_t c = 0; c < plane->count; c++)
            x[c] /= sum;
        self->next = 1 / sum;
        if (fabs(self->next - last) <= roughly * self->next)
            break;
        last = self->next;
    }
    if (self->lost)
        self->next = self->rate[self->modes - 1];
    free(absorbing);
    return status;
}

/* ---- making and freeing --------------------------------------------------------------------- */

int plane_modes_init(plane_modes_t *self, const plane_t *plane, size_t modes,
                     const sgdl_plan_t *plan, sgdl_error_t *error)
{
    const landscape_t *landscape = plane->setting->landscape;
    const size_t count = plane->count, length = count * (2 * modes + 1) + modes;
    size_t lowest = 0;
    *self = (plane_modes_t){.plane = plane, .watch = plan->watch, .modes = modes};
    for (size_t b = 1; b < landscape->minima; b++)
        if (landscape_minimum(landscape, b)->loss < landscape_minimum(landscape, lowest)->loss)
            lowest = b;
    self->ground = plane_cell(plane, landscape_minimum(landscape, lowest)->x);
    int status =
        memory_ask(plan->memory,
                   plane_factor_bytes(plane) + (double)(length + SCRATCH * count) * sizeof(double),
                   error, "the rates between %zu cells and their factors", count);
    if (status != SGDL_OK)
        return status;
    bool *absorbing = calloc(count, sizeof *absorbing);
    double *scratch = malloc(SCRATCH * count * sizeof *scratch);
    self->stationary = calloc(length, sizeof *self->stationary);
    if (!absorbing || !scratch || !self->stationary)
        status = sgdl_fail_memory(error);
    if (status == SGDL_OK) {
        self->left = self->stationary + count;
        self->right = self->left + modes * count;
        self->rate = self->right + modes * count;
        absorbing[self->ground] = true;
        status = plane_factor_init(&self->factor, plane, 0, absorbing, &plan->watch, error);
    }
    if (status == SGDL_OK) {
        fill_stationary(self, scratch);
        status = find_modes(self, scratch, error);
    }
    if (status == SGDL_OK)
        status = find_next(self, scratch, error);
    plane_factor_free(&self->factor);
    free(absorbing);
    free(scratch);
    return status;
}

void plane_modes_free(plane_modes_t *self)
{
    plane_factor_free(&self->factor);
    free(self->stationary);
    *self = (plane_modes_t){0};
}
