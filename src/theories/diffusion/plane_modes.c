#include "src/theories/diffusion/plane_modes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/memory.h"
#include "src/base/sums.h"

enum { ITERATIONS = 400, SETTLED = 200, PASSES = 3 };

static const double tolerance = 1e-13, roughly = 1e-4; /* relative, of rates */

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

/* ---- inverse iteration ---------------------------------------------------------------------- */

/* A pair of vectors on its way: left <- (-Q)^-1' left, right <- (-Q)^-1 right, both without the
 * stationary mode and those that are known. */
typedef struct pair {
    double *left, *right, *next_left, *next_right; /* [count] */
} pair_t;

static void subtract(double *x, const double *direction, double factor, size_t count)
{
    for (size_t c = 0; c < count; c++)
        x[c] -= factor * direction[c];
}

/* Takes the known modes out of left, `known` of them; more than once, as the slow ones are large.
 */
static void deflate_left(const plane_modes_t *self, size_t known, double *left)
{
    const size_t count = self->plane->count;
    for (int pass = 0; pass < PASSES; pass++) {
        const double mean = sum_products(self->stationary, left, count);
        for (size_t c = 0; c < count; c++)
            left[c] -= mean;
        for (size_t k = 0; k < known; k++)
            subtract(left, self->left + k * count,
                     sum_products(self->right + k * count, left, count), count);
    }
}

static void deflate_right(const plane_modes_t *self, size_t known, double *right)
{
    const size_t count = self->plane->count;
    for (int pass = 0; pass < PASSES; pass++) {
        double mass = 0;
        for (size_t c = 0; c < count; c++)
            mass += right[c];
        subtract(right, self->stationary, mass, count);
        for (size_t k = 0; k < known; k++)
            subtract(right, self->right + k * count,
                     sum_products(self->left + k * count, right, count), count);
    }
}

/* Anything that has a part in every mode. */
static void begin(const plane_modes_t *self, size_t known, pair_t *pair)
{
    const plane_t *plane = self->plane;
    for (size_t c = 0; c < plane->count; c++) {
        const double noise = fmod(0.6180339887498949 * (double)(c + 1), 1) - 0.5;
        const double x = (double)plane_place(plane, c, 0) / (double)plane->cells[0];
        const double y = (double)plane_place(plane, c, 1) / (double)plane->cells[1];
        pair->left[c] = x + 0.61 * y + 0.3 * noise;
        pair->right[c] = self->stationary[c] * pair->left[c];
    }
    deflate_left(self, known, pair->left);
    deflate_right(self, known, pair->right);
}

/* right' left = 1, and the left vector of norm 1 under the stationary law. */
static bool normalise(const plane_modes_t *self, pair_t *pair)
{
    const size_t count = self->plane->count;
    const double norm = sqrt(sum_weighted(self->stationary, pair->left, pair->left, count));
    const double common = sum_products(pair->right, pair->left, count) / norm;
    for (size_t c = 0; c < count; c++) {
        pair->left[c] /= norm;
        pair->right[c] /= common;
    }
    return norm > 0 && isfinite(norm) && common != 0 && isfinite(1 / common);
}

static void step(const plane_modes_t *self, size_t known, pair_t *pair)
{
    const size_t count = self->plane->count;
    memcpy(pair->next_left, pair->left, count * sizeof *pair->left);
    plane_factor_solve_transposed(&self->factor, pair->next_left);
    deflate_left(self, known, pair->next_left);
    if (self->plane->reversible) {
        for (size_t c = 0; c < count; c++)
            pair->next_right[c] = self->stationary[c] * pair->next_left[c];
        return;
    }
    memcpy(pair->next_right, pair->right, count * sizeof *pair->right);
    plane_factor_solve(&self->factor, pair->next_right);
    deflate_right(self, known, pair->next_right);
}

/* How far two left vectors, the second normalised, are from the same direction. */
static double turned(const plane_modes_t *self, const double *before, const double *after)
{
    const size_t count = self->plane->count;
    const double same = sum_weighted(self->stationary, before, after, count) < 0 ? -1 : 1;
    double sum = 0;
    for (size_t c = 0; c < count; c++) {
        const double change = after[c] - same * before[c];
        sum += self->stationary[c] * change * change;
    }
    return sqrt(sum);
}

static void swap(double **a, double **b)
{
    double *const kept = *a;
    *a = *b;
    *b = kept;
}

/* The slowest mode but `known` ones. */
static int find_mode(const plane_modes_t *self, size_t known, pair_t *pair, double *rate,
                     sgdl_error_t *error)
{
    const size_t count = self->plane->count;
    double last = NAN;
    begin(self, known, pair);
    bool well = normalise(self, pair);
    for (int i = 0; i < ITERATIONS && well; i++) {
        if (sgdl_watch_stopped(&self->watch))
            return sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL, "interrupted");
        step(self, known, pair);
        *rate = 1 / sum_products(pair->right, pair->next_left, count);
        swap(&pair->left, &pair->next_left);
        swap(&pair->right, &pair->next_right);
        well = normalise(self, pair);
        const bool still = turned(self, pair->next_left, pair->left) <= 1e3 * tolerance;
        if (fabs(*rate - last) <= tolerance * *rate && (still || i >= SETTLED))
            return SGDL_OK;
        last = *rate;
    }
    return sgdl_fail(error, SGDL_ERR_SOLVER, NULL,
                     "inverse iteration does not settle on mode %zu of the plane", known + 1);
}

static int find_modes(plane_modes_t *self, double *scratch, sgdl_error_t *error)
{
    const size_t count = self->plane->count;
    pair_t pair = {scratch, scratch + count, scratch + 2 * count, scratch + 3 * count};
    int status = SGDL_OK;
    for (size_t k = 0; k < self->modes && status == SGDL_OK; k++) {
        status = find_mode(self, k, &pair, &self->rate[k], error);
        memcpy(self->left + k * count, pair.left, count * sizeof *pair.left);
        memcpy(self->right + k * count, pair.right, count * sizeof *pair.right);
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
    int status = memory_ask(
        plan->memory, plane_factor_bytes(plane) + (double)(length + 4 * count) * sizeof(double),
        error, "the rates between %zu cells and their factors", count);
    if (status != SGDL_OK)
        return status;
    bool *absorbing = calloc(count, sizeof *absorbing);
    double *scratch = malloc(4 * count * sizeof *scratch);
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
