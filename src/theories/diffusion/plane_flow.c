#include "src/theories/diffusion/plane_flow.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/linear.h"
#include "src/base/sums.h"

/* What a space may miss, of the mass and of the start's norm: the norm is no less than the sum of
 * absolute masses. */
static const double mass_tolerance = 1e-12, least_tolerance = 1e-14;

/* What is that small is no longer looked after. */
static const double negligible = 1e-16;

/* Shift times the last time of a space, and how many times its first time that is. */
static const double reach = 20, span = 4;

/* Beyond that many lifetimes nothing is left of what dies within the wells. */
static const double lifetimes = 50;

/* Cells whose stationary mass is a smaller part of the largest one weigh no more than these. */
static const double lightest = 1e-12;

/* A norm of a start that lies in the wells is below this one; what lies higher takes ways of that
 * many lifetimes at first. */
static const double large = 100, shortest = 0.01;

enum { SQUARINGS = 8, LOOK = 4 };

/* ---- making and freeing --------------------------------------------------------------------- */

static size_t length_of(const plane_t *plane)
{
    const size_t modes = plane->setting->landscape->minima; /* at most */
    const size_t most = ARNOLDI_MOST, small = (FLOW_ORDER + 3) * most * most;
    return (ARNOLDI_MOST + 4) * plane->count + modes + small;
}

double plane_flow_bytes(const plane_t *plane) { return (double)length_of(plane) * sizeof(double); }

static void fill_weights(plane_flow_t *self)
{
    const double *stationary = self->modes->stationary;
    double most = 0;
    for (size_t c = 0; c < self->modes->plane->count; c++)
        most = fmax(most, stationary[c]);
    for (size_t c = 0; c < self->modes->plane->count; c++)
        self->weight[c] = 1 / fmax(stationary[c], lightest * most);
}

/* Takes the stationary law and the slow modes out of x; what was in it of these into `parts`. */
static void deflate(const plane_flow_t *self, double *x, double *parts)
{
    const plane_modes_t *modes = self->modes;
    const size_t count = modes->plane->count;
    double mass = 0;
    for (size_t c = 0; c < count; c++)
        mass += x[c];
    for (size_t c = 0; c < count; c++)
        x[c] -= mass * modes->stationary[c];
    for (size_t k = 0; k < modes->modes; k++) {
        const double part = sum_products(modes->left + k * count, x, count);
        for (size_t c = 0; c < count; c++)
            x[c] -= part * modes->right[k * count + c];
        if (parts)
            parts[k] = part;
    }
}

int plane_flow_init(plane_flow_t *self, const plane_modes_t *modes, const double *start,
                    sgdl_error_t *error)
{
    const size_t count = modes->plane->count;
    *self = (plane_flow_t){.modes = modes};
    self->fast = malloc(length_of(modes->plane) * sizeof *self->fast);
    if (!self->fast)
        return sgdl_fail_memory(error);
    self->weight = self->fast + count;
    self->mass = self->weight + count;
    self->space.count = count;
    self->space.weight = self->weight;
    self->space.basis = self->mass + count;
    self->slow = self->space.basis + (ARNOLDI_MOST + 1) * count;
    self->small = self->slow + modes->modes;
    memcpy(self->fast, start, count * sizeof *start);
    memcpy(self->mass, start, count * sizeof *start);
    fill_weights(self);
    deflate(self, self->fast, self->slow);
    deflate(self, self->fast, NULL);
    self->norm = arnoldi_norm(&self->space, self->fast);
    return SGDL_OK;
}

void plane_flow_free(plane_flow_t *self)
{
    free(self->fast);
    *self = (plane_flow_t){0};
}

/* ---- the small exponential ------------------------------------------------------------------ */

/* Matrices [size*size] by rows: (H - I)^k H^(order - k) of the space's H, then two of scratch. */
static double *matrix(const plane_flow_t *self, size_t index)
{
    return self->small + index * ARNOLDI_MOST * ARNOLDI_MOST;
}

static void multiply(size_t n, const double *a, const double *b, double *product)
{
    memset(product, 0, n * n * sizeof *product);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            for (size_t j = 0; j < n; j++)
                product[i * n + j] += a[i * n + k] * b[k * n + j];
}

/* (H - I)^k H^(order - k) for k = 0 .. order. */
static void fill_powers(const plane_flow_t *self, size_t n)
{
    const double *H = self->space.H;
    double *factor = matrix(self, FLOW_ORDER + 1), *power = matrix(self, FLOW_ORDER + 2);
    for (size_t k = 0; k <= FLOW_ORDER; k++) {
        double *out = matrix(self, k);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                out[i * n + j] = i == j;
        for (size_t f = 0; f < FLOW_ORDER; f++) {
            for (size_t i = 0; i < n; i++)
                for (size_t j = 0; j < n; j++)
                    factor[i * n + j] = H[i * ARNOLDI_MOST + j] - (f < k && i == j);
            multiply(n, out, factor, power);
            memcpy(out, power, n * n * sizeof *out);
        }
    }
}

/* e^z by Pade's fraction of degrees order - 1 and order, which falls towards z = -infinity, at
 * z = (t shift)(I - H^-1)/2^SQUARINGS, multiplied by H^order above and below; then squared. The
 * first column is what becomes of the first vector. Needs fill_powers. */
static int exponential(const plane_flow_t *self, size_t n, double t, double *column,
                       sgdl_error_t *error)
{
    const double scale = ldexp(t * self->shift, -SQUARINGS);
    double *below = matrix(self, FLOW_ORDER + 1), *above = matrix(self, FLOW_ORDER + 2);
    double numerator = 1, denominator = 1; /* coefficients */
    memset(below, 0, n * n * sizeof *below);
    memset(above, 0, n * n * sizeof *above);
    for (size_t k = 0; k <= FLOW_ORDER; k++) {
        const double *power = matrix(self, k);
        for (size_t e = 0; e < n * n; e++) {
            above[e] += numerator * power[e];
            below[e] += denominator * power[e];
        }
        const double left = (double)(2 * FLOW_ORDER - 1 - k) * (double)(k + 1);
        numerator *= scale * (double)(FLOW_ORDER - 1 - k) / left;
        denominator *= -scale * (double)(FLOW_ORDER - k) / left;
        if (k + 1 == FLOW_ORDER)
            numerator = 0;
    }
    const lapack_int info = linear_solve_rows(n, below, n, above, NULL);
    if (info != 0)
        return linear_fail(info, "the small exponential of the plane is singular", error);
    for (int s = 0; s < SQUARINGS; s++) {
        multiply(n, above, above, below);
        memcpy(above, below, n * n * sizeof *above);
    }
    for (size_t i = 0; i < n; i++)
        column[i] = self->norm * above[i * n];
    return SGDL_OK;
}

/* ---- the space ------------------------------------------------------------------------------ */

/* How much the answer at t moved since the space was smaller; `last` [ARNOLDI_MOST] is what it was.
 */
static int moved(const plane_flow_t *self, size_t n, double t, double *last, double *by,
                 sgdl_error_t *error)
{
    double column[ARNOLDI_MOST] = {0}, sum = 0;
    int status = exponential(self, n, t, column, error);
    for (size_t i = 0; i < n; i++)
        sum += (column[i] - last[i]) * (column[i] - last[i]);
    memcpy(last, column, sizeof column);
    *by = sqrt(sum) / self->norm;
    return status;
}

/* Grows the space until it has the answers at both ends of its times; size 0: it does not get
 * there. */
static int grow(plane_flow_t *self, const plane_factor_t *factor, sgdl_error_t *error)
{
    const size_t count = self->modes->plane->count;
    const double tolerance = fmax(mass_tolerance / self->norm, least_tolerance);
    double last[2][ARNOLDI_MOST] = {{0}}, by[2];
    arnoldi_begin(&self->space, self->fast);
    int status = SGDL_OK;
    for (size_t j = 0; j < ARNOLDI_MOST && status == SGDL_OK; j++) {
        double *next = self->space.basis + (j + 1) * count;
        if (sgdl_watch_stopped(&self->modes->watch))
            return sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL, "interrupted");
        memcpy(next, self->space.basis + j * count, count * sizeof *next);
        plane_factor_solve(factor, next);
        for (size_t c = 0; c < count; c++)
            next[c] *= self->shift;
        deflate(self, next, NULL);
        arnoldi_add(&self->space);
        self->solves++;
        if ((j + 1) % LOOK != 0)
            continue;
        fill_powers(self, j + 1);
        status = moved(self, j + 1, self->from - self->begin, last[0], &by[0], error);
        if (status == SGDL_OK)
            status = moved(self, j + 1, self->to - self->begin, last[1], &by[1], error);
        if (status == SGDL_OK && fmax(by[0], by[1]) <= tolerance) {
            self->size = j + 1;
            self->largest = self->size > self->largest ? self->size : self->largest;
            return SGDL_OK;
        }
    }
    return status;
}

/* What is left of the fast part at time t, which the space serves, starts anew there: it is smaller
 * and smoother, and so is what the next space may miss. */
static int begin_at(plane_flow_t *self, double t, sgdl_error_t *error)
{
    const size_t count = self->modes->plane->count;
    double column[ARNOLDI_MOST];
    int status = exponential(self, self->size, t - self->begin, column, error);
    if (status != SGDL_OK)
        return status;
    memset(self->fast, 0, count * sizeof *self->fast);
    arnoldi_combine(&self->space, column, self->fast);
    deflate(self, self->fast, NULL);
    self->begin = t;
    self->size = 0;
    self->norm = arnoldi_norm(&self->space, self->fast);
    if (self->norm < negligible)
        self->norm = 0;
    return SGDL_OK;
}

/* A space for the times from `from` to `to`, or from there to as far as one reaches. */
static int make_space(plane_flow_t *self, double from, double to, sgdl_error_t *error)
{
    const plane_modes_t *modes = self->modes;
    const double first = from - self->begin;
    self->size = 0;
    for (double times = span; self->size == 0; times = sqrt(times)) {
        plane_factor_t factor;
        self->from = from;
        self->to = times < 1.01 ? from : fmin(times * from, fmax(to, from));
        self->shift = reach / (self->to - self->begin);
        int status =
            plane_factor_init(&factor, modes->plane, self->shift, NULL, &modes->watch, error);
        self->factors++;
        if (status == SGDL_OK)
            status = grow(self, &factor, error);
        plane_factor_free(&factor);
        if (status != SGDL_OK)
            return status;
        if (self->size == 0 && self->to == from)
            return sgdl_fail(error, SGDL_ERR_SOLVER, NULL,
                             "a space of %d vectors does not hold the law after t = %g",
                             ARNOLDI_MOST, first);
    }
    return SGDL_OK;
}

/* On to a space that serves t. A start high on a slope has a large norm until it has come down; it
 * goes there by shorter ways. */
static int go_on(plane_flow_t *self, double t, double end, sgdl_error_t *error)
{
    int status = self->size > 0 ? begin_at(self, self->to, error) : SGDL_OK;
    double way = shortest / self->modes->next;
    while (status == SGDL_OK && self->norm > large && t - self->begin > 2 * way) {
        status = make_space(self, self->begin + way, self->begin + way, error);
        if (status == SGDL_OK)
            status = begin_at(self, self->to, error);
        way *= span;
    }
    return status == SGDL_OK && self->norm > 0 ? make_space(self, t, end, error) : status;
}

/* ---- the law -------------------------------------------------------------------------------- */

/* Entries below 0 are errors: the law has none, and without them it is nearer to it. */
static void clip(plane_flow_t *self)
{
    const size_t count = self->modes->plane->count;
    double below = 0, sum = 0;
    for (size_t c = 0; c < count; c++) {
        below -= fmin(self->mass[c], 0);
        self->mass[c] = fmax(self->mass[c], 0);
        sum += self->mass[c];
    }
    for (size_t c = 0; c < count && below > 0; c++)
        self->mass[c] /= sum;
    self->clipped = fmax(self->clipped, below);
}

static int add_fast(plane_flow_t *self, double t, double horizon, sgdl_error_t *error)
{
    const double end = lifetimes / self->modes->next;
    double column[ARNOLDI_MOST];
    int status = SGDL_OK;
    if (t >= end || self->norm == 0)
        return SGDL_OK;
    if (self->size == 0 || t < self->from || t > self->to)
        status = go_on(self, t, fmin(horizon, end), error);
    if (status != SGDL_OK || self->norm == 0)
        return status;
    status = exponential(self, self->size, t - self->begin, column, error);
    if (status == SGDL_OK)
        arnoldi_combine(&self->space, column, self->mass);
    return status;
}

int plane_flow_at(plane_flow_t *self, double t, double horizon, sgdl_error_t *error)
{
    const plane_modes_t *modes = self->modes;
    const size_t count = modes->plane->count;
    if (t <= 0)
        return SGDL_OK;
    memcpy(self->mass, modes->stationary, count * sizeof *self->mass);
    for (size_t k = 0; k < modes->modes; k++) {
        const double part = self->slow[k] * exp(-modes->rate[k] * t);
        for (size_t c = 0; c < count; c++)
            self->mass[c] += part * modes->right[k * count + c];
    }
    int status = add_fast(self, t, horizon, error);
    if (status == SGDL_OK)
        clip(self);
    return status;
}
