#include "src/base/powell.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/linear.h"

/* The usual constants of the method. */
static const double first_radius = 100; /* times the scaled norm of x */
static const double accepted = 1e-4;    /* of the reduction that the model promises */
static const double trusted = 0.5, distrusted = 0.1;
static const double progress = 1e-3, some_progress = 0.1;
/* Steps in a row that gain less than the one, or the other, after which the search is over: paths
 * are shortened then, which takes fewer residuals than to creep on. */
enum { MOST_SLOW = 10, MOST_STUCK = 20 };

/* ---- vectors --------------------------------------------------------------------------------- */

static double norm_of(size_t n, const double *v)
{
    double largest = 0, sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(v[i]))
            return NAN;
        largest = fmax(largest, fabs(v[i]));
    }
    for (size_t i = 0; i < n && largest > 0; i++)
        sum += (v[i] / largest) * (v[i] / largest);
    return largest * sqrt(sum);
}

static double scaled_norm(const powell_t *self, const double *v)
{
    double largest = 0, sum = 0;
    for (size_t i = 0; i < self->n; i++)
        largest = fmax(largest, fabs(self->scale[i] * v[i]));
    for (size_t i = 0; i < self->n && largest > 0; i++)
        sum += (self->scale[i] * v[i] / largest) * (self->scale[i] * v[i] / largest);
    return largest * sqrt(sum);
}

/* out = J v + add; `add` may be NULL. */
static void multiply(const powell_t *self, const double *v, const double *add, double *out)
{
    const size_t n = self->n;
    for (size_t i = 0; i < n; i++)
        out[i] = add ? add[i] : 0;
    for (size_t j = 0; j < n; j++)
        for (size_t i = 0; i < n; i++)
            out[i] += self->J[j * n + i] * v[j];
}

/* ---- the search ------------------------------------------------------------------------------ */

int powell_init(powell_t *self, size_t n, sgdl_error_t *error)
{
    enum { VECTORS = 9 };
    double **vector[VECTORS] = {&self->x,     &self->f,       &self->step,
                                &self->scale, &self->newton,  &self->descent,
                                &self->trial, &self->f_trial, &self->model};
    *self = (powell_t){.n = n};
    if (n < 1 || n > INT32_MAX / sizeof(double) / n) /* LAPACK's int */
        return sgdl_fail_memory(error);
    double *next = self->buffer = calloc(n * (2 * n + VECTORS), sizeof *next);
    self->pivot = calloc(n, sizeof *self->pivot);
    if (!next || !self->pivot)
        return sgdl_fail_memory(error);
    for (size_t v = 0; v < VECTORS; v++, next += n)
        *vector[v] = next;
    self->J = next;
    self->LU = next + n * n;
    return SGDL_OK;
}

void powell_free(powell_t *self)
{
    free(self->buffer);
    free(self->pivot);
    *self = (powell_t){0};
}

/* Jacobian where the residual is known, scales, and factors for Newton's step. */
static void linearise(powell_t *self, bool first)
{
    const size_t n = self->n;
    self->equations.jacobian(self->equations.context, self->J);
    bool finite = true;
    for (size_t j = 0; j < n; j++) {
        const double column = norm_of(n, self->J + j * n);
        finite &= isfinite(column);
        if (first)
            self->scale[j] = column > 0 ? column : 1;
        else if (column > self->scale[j])
            self->scale[j] = column;
    }
    memcpy(self->LU, self->J, n * n * sizeof *self->LU);
    self->factored =
        finite && linear_factor(n, self->LU, self->pivot, self->equations.interrupted) == 0;
}

bool powell_begin(powell_t *self, const equations_t *equations, const double *x)
{
    self->equations = *equations;
    memmove(self->x, x, self->n * sizeof *x);
    memset(self->step, 0, self->n * sizeof *self->step);
    if (!equations->residual(equations->context, self->x, self->f))
        return false;
    self->norm = norm_of(self->n, self->f);
    linearise(self, true);
    const double size = scaled_norm(self, self->x);
    self->radius = size > 0 ? first_radius * size : first_radius;
    self->moved = false;
    self->failures = self->successes = self->slow = self->stuck = 0;
    return true;
}

/* Newton's step; false: the Jacobian has none. */
static bool set_newton(powell_t *self)
{
    const lapack_int n = (lapack_int)self->n;
    if (!self->factored)
        return false;
    for (size_t i = 0; i < self->n; i++)
        self->newton[i] = -self->f[i];
    return LAPACKE_dgetrs_work(LAPACK_COL_MAJOR, 'N', n, 1, self->LU, n, self->pivot, self->newton,
                               n) == 0 &&
           isfinite(norm_of(self->n, self->newton));
}

/* The scaled steepest descent of |f|^2 as far as the model falls along it; its scaled length. */
static double set_descent(powell_t *self)
{
    const size_t n = self->n;
    for (size_t j = 0; j < n; j++) {
        double sum = 0;
        for (size_t i = 0; i < n; i++)
            sum -= self->J[j * n + i] * self->f[i];
        self->descent[j] = sum / self->scale[j];
    }
    const double gradient = norm_of(n, self->descent);
    if (!(gradient > 0))
        return 0;
    for (size_t j = 0; j < n; j++)
        self->descent[j] /= gradient * self->scale[j];
    multiply(self, self->descent, NULL, self->model);
    const double curvature = norm_of(n, self->model);
    const double length = gradient / curvature / curvature;
    return isfinite(length) ? length : 0;
}

/* The step within the radius that the model likes best on the dogleg. */
static void set_step(powell_t *self)
{
    const size_t n = self->n;
    const bool newton = set_newton(self);
    const double length = newton ? scaled_norm(self, self->newton) : INFINITY;
    if (length <= self->radius) {
        memcpy(self->step, self->newton, n * sizeof *self->step);
        return;
    }
    const double along = set_descent(self), cut = fmin(along, self->radius);
    double share = 0; /* of Newton's step */
    if (newton && along == 0) {
        share = self->radius / length;
    } else if (newton && along < self->radius) { /* |descent + share (newton - descent)| = radius */
        double mixed = 0, between = 0;
        for (size_t j = 0; j < n; j++) {
            const double s = self->scale[j], from = s * along * self->descent[j];
            const double d = s * self->newton[j] - from;
            mixed += from * d;
            between += d * d;
        }
        const double room = (self->radius - along) * (self->radius + along);
        const double root = sqrt(mixed * mixed + between * room);
        share = mixed > 0 ? room / (mixed + root) : (root - mixed) / between;
        share = fmin(fmax(share, 0), 1);
    }
    for (size_t j = 0; j < n; j++)
        self->step[j] =
            (1 - share) * cut * self->descent[j] + (share > 0 ? share * self->newton[j] : 0);
}

static double reduction(double from, double to)
{
    return to < from ? 1 - (to / from) * (to / from) : -1;
}

static void adapt_radius(powell_t *self, double ratio, double length)
{
    if (!(ratio >= distrusted)) {
        self->successes = 0;
        self->failures++;
        self->radius *= 0.5;
        return;
    }
    self->failures = 0;
    self->successes++;
    if (ratio >= trusted || self->successes > 1)
        self->radius = fmax(self->radius, length / trusted);
    if (fabs(ratio - 1) <= distrusted)
        self->radius = length / trusted;
}

bool powell_step(powell_t *self)
{
    const size_t n = self->n;
    set_step(self);
    const double length = scaled_norm(self, self->step);
    if (!self->moved)
        self->radius = fmin(self->radius, length);
    for (size_t i = 0; i < n; i++)
        self->trial[i] = self->x[i] + self->step[i];
    if (!self->equations.residual(self->equations.context, self->trial, self->f_trial))
        return false;
    const double norm = norm_of(n, self->f_trial);
    multiply(self, self->step, self->f, self->model);
    const double promised = 1 - pow(norm_of(n, self->model) / self->norm, 2);
    const double actual = reduction(self->norm, norm), ratio = promised > 0 ? actual / promised : 0;
    adapt_radius(self, ratio, length);
    if (ratio >= accepted) {
        memcpy(self->x, self->trial, n * sizeof *self->x);
        memcpy(self->f, self->f_trial, n * sizeof *self->f);
        self->norm = norm;
        self->moved = true;
        linearise(self, false);
    }
    self->slow = actual >= progress ? 0 : self->slow + 1;
    self->stuck = actual >= some_progress ? 0 : self->stuck + 1;
    return self->slow < MOST_SLOW && self->stuck < MOST_STUCK;
}

bool powell_settled(const powell_t *self, double absolute, double relative)
{
    for (size_t i = 0; i < self->n; i++)
        if (!(fabs(self->step[i]) < absolute + relative * fabs(self->x[i])))
            return false;
    return true;
}
