#include "src/base/minimum.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* ---- on a line -------------------------------------------------------------------------------
 */

#define GOLDEN 0.3819660112501051
enum { LINE_MOST = 100 };

/* The three best places so far, the best first, and their values. */
typedef struct three {
    double x, v, w, fx, fv, fw;
} three_t;

/* The step to the vertex of the parabola through the three; NAN: no use. */
static double to_vertex(const three_t *best, double lower, double upper, double before)
{
    const double r = (best->x - best->w) * (best->fx - best->fv);
    double q = (best->x - best->v) * (best->fx - best->fw);
    double p = (best->x - best->v) * q - (best->x - best->w) * r;
    q = 2 * (q - r);
    const double step = -p / q;
    return isfinite(step) && fabs(step) < 0.5 * fabs(before) && best->x + step > lower &&
                   best->x + step < upper
               ? step
               : NAN;
}

static void keep(three_t *best, double u, double fu)
{
    if (fu <= best->fx) {
        best->v = best->w, best->fv = best->fw;
        best->w = best->x, best->fw = best->fx;
        best->x = u, best->fx = fu;
    } else if (fu <= best->fw || best->w == best->x) {
        best->v = best->w, best->fv = best->fw;
        best->w = u, best->fw = fu;
    } else if (fu <= best->fv || best->v == best->x || best->v == best->w) {
        best->v = u, best->fv = fu;
    }
}

int minimum_on_line(const minimum_of_t *of, double lower, double upper, double *x, double *value,
                    sgdl_error_t *error)
{
    three_t best = {*x, *x, *x, *value, *value, *value};
    double step = 0, before = 0; /* the last one and the one in front of it */
    int status = SGDL_OK;
    for (int i = 0; i < LINE_MOST && status == SGDL_OK; i++) {
        const double middle = 0.5 * (lower + upper);
        if (fabs(best.x - middle) + 0.5 * (upper - lower) <= 2 * of->within)
            break;
        double next = fabs(before) > of->within ? to_vertex(&best, lower, upper, before) : NAN;
        before = step;
        if (isnan(next)) {
            before = (best.x < middle ? upper : lower) - best.x;
            next = GOLDEN * before;
        }
        step = next;
        if (fmin(best.x + step - lower, upper - best.x - step) < 2 * of->within)
            step = copysign(of->within, middle - best.x);
        const double u = best.x + (fabs(step) >= of->within ? step : copysign(of->within, step));
        double fu = INFINITY;
        status = of->value(of->context, &u, &fu, error);
        if (status != SGDL_OK)
            break;
        if (fu <= best.fx)
            *(u < best.x ? &upper : &lower) = best.x;
        else
            *(u < best.x ? &lower : &upper) = u;
        keep(&best, u, fu);
    }
    *x = best.x;
    *value = best.fx;
    return status;
}

/* ---- by a simplex ----------------------------------------------------------------------------
 */

typedef struct simplex {
    const minimum_of_t *of;
    size_t n;
    double corner[MINIMUM_MOST + 1][MINIMUM_MOST], value[MINIMUM_MOST + 1];
    int asked;
} simplex_t;

static void swap(simplex_t *self, size_t a, size_t b)
{
    double corner[MINIMUM_MOST], value = self->value[a];
    memcpy(corner, self->corner[a], sizeof corner);
    memcpy(self->corner[a], self->corner[b], sizeof corner);
    memcpy(self->corner[b], corner, sizeof corner);
    self->value[a] = self->value[b];
    self->value[b] = value;
}

static void sort(simplex_t *self)
{
    for (size_t c = 1; c <= self->n; c++)
        for (size_t b = c; b > 0 && self->value[b] < self->value[b - 1]; b--)
            swap(self, b, b - 1);
}

static bool is_small(const simplex_t *self)
{
    for (size_t c = 1; c <= self->n; c++)
        for (size_t i = 0; i < self->n; i++)
            if (fabs(self->corner[c][i] - self->corner[0][i]) > self->of->within)
                return false;
    return true;
}

/* The worst corner moved through the middle of the others; takes it if it is better than that. */
static int try(simplex_t *self, double factor, double *value, sgdl_error_t *error)
{
    const size_t n = self->n;
    double x[MINIMUM_MOST] = {0};
    for (size_t i = 0; i < n; i++) {
        double middle = 0;
        for (size_t c = 0; c < n; c++)
            middle += self->corner[c][i] / (double)n;
        x[i] = middle + factor * (self->corner[n][i] - middle);
    }
    self->asked++;
    int status = self->of->value(self->of->context, x, value, error);
    if (status == SGDL_OK && *value < self->value[n]) {
        memcpy(self->corner[n], x, sizeof x);
        self->value[n] = *value;
    }
    return status;
}

static int shrink(simplex_t *self, sgdl_error_t *error)
{
    int status = SGDL_OK;
    for (size_t c = 1; c <= self->n && status == SGDL_OK; c++) {
        for (size_t i = 0; i < self->n; i++)
            self->corner[c][i] = 0.5 * (self->corner[0][i] + self->corner[c][i]);
        self->asked++;
        status = self->of->value(self->of->context, self->corner[c], &self->value[c], error);
    }
    return status;
}

static int move(simplex_t *self, sgdl_error_t *error)
{
    const double best = self->value[0];
    const double second = self->value[self->n - 1];
    double value = INFINITY, further;
    int status = try(self, -1, &value, error);
    if (status == SGDL_OK && value < best)
        return try(self, 2, &further, error);
    if (status != SGDL_OK || value < second)
        return status;
    const double inside = self->value[self->n];
    status = try(self, 0.5, &value, error);
    return status == SGDL_OK && !(value < inside) ? shrink(self, error) : status;
}

/* Many parameters: what is looked for, from where, and how far. */
int minimum_by_simplex(const minimum_of_t *of, size_t n, const double *size, int most, double *x,
                       double *value, sgdl_error_t *error)
{
    simplex_t self = {.of = of, .n = n};
    int status = SGDL_OK;
    for (size_t c = 0; c <= n && status == SGDL_OK; c++) {
        memcpy(self.corner[c], x, n * sizeof *x);
        self.value[c] = c == 0 ? *value : INFINITY;
        if (c > 0) {
            self.corner[c][c - 1] += size[c - 1];
            self.asked++;
            status = of->value(of->context, self.corner[c], &self.value[c], error);
        }
    }
    sort(&self);
    while (status == SGDL_OK && self.asked < most && !is_small(&self)) {
        status = move(&self, error);
        sort(&self);
    }
    memcpy(x, self.corner[0], n * sizeof *x);
    *value = self.value[0];
    return status;
}
