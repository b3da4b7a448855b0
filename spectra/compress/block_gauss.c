#include "spectra/compress/block_gauss.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "spectra/compress/extent.h"
#include "spectra/compress/lanes.h"
#include "src/base/clones.h"
#include "src/base/linear.h"

double *block_measure_add(block_measure_t *self, double x)
{
    if (self->count == self->room) {
        const size_t room = self->room ? 2 * self->room : 256;
        if (room > SIZE_MAX / sizeof(double) / self->columns)
            return NULL;
        double *grown_x = realloc(self->x, room * sizeof *grown_x);
        if (!grown_x)
            return NULL;
        self->x = grown_x;
        double *grown = realloc(self->vector, room * self->columns * sizeof *grown);
        if (!grown)
            return NULL;
        self->vector = grown;
        self->room = room;
    }
    self->x[self->count] = x;
    return self->vector + self->columns * self->count++;
}

void block_measure_free(block_measure_t *self)
{
    free(self->x);
    free(self->vector);
    *self = (block_measure_t){0};
}

/* Sum of the semi-axes of the ellipse around [-1, 1] in which f is analytic: coefficients of
 * degree n fall like rho^-n. */
static double ellipse(const block_target_t *target, double half_width)
{
    const double distance = target->radius / half_width;
    return half_width > 0 ? distance + sqrt(1 + distance * distance) : INFINITY;
}

size_t block_gauss_steps(const block_target_t *target, double half_width)
{
    const double rho = ellipse(target, half_width);
    return isinf(rho) ? 1 : 1 + (size_t)fmin(-0.5 * log(target->tolerance) / log(rho), 1e6);
}

/* One rule being made; arrays live in the workspace. */
typedef struct rule {
    size_t points, columns; /* of the measure */
    size_t steps;           /* degrees 0 .. steps - 1 go into the basis */
    size_t most;            /* room for so many basis vectors */
    size_t count;           /* basis vectors so far */
    double centre, half_width;
    double rho;       /* coefficients of f of degree n fall like rho^-n */
    double threshold; /* what counts less is left out of the basis */
    double *x;        /* [points] in [-1, 1] */
    double *V;        /* [columns*points] T_k(X) V_a / |V_a|, T_k the Chebyshev polynomials */
    double *before;   /* [columns*points] T_{k-1}(X) V_a / |V_a| */
    double *length;   /* [columns] |V_a| */
    double *Q;        /* [most*points] basis vectors, and one in the making */
    double *R;        /* [columns*columns] Q^T V: R[a*columns + m] */
    double *T;        /* [most*most] column-major, upper triangle */
    double *overlap;  /* [most] scratch */
    double *theta;    /* [most] */
} rule_t;

static ELEMENTARY_INLINE void subtract(double *restrict y, double factor, const double *restrict x,
                                       size_t n)
{
    for (size_t k = 0; k < n; k++)
        y[k] -= factor * x[k];
}

static ELEMENTARY_INLINE void scale(double *x, double factor, size_t n)
{
    for (size_t k = 0; k < n; k++)
        x[k] *= factor;
}

static int prepare(block_gauss_t *self, rule_t *rule, sgdl_error_t *error)
{
    const size_t n = rule->points, b = rule->columns, m = rule->most;
    /* Everything is a product of at most two of these three; m is no more than n. */
    if (n > SIZE_MAX / 64 / (m + 2 * b + 2) || b > SIZE_MAX / 64 / (b + 1))
        return sgdl_fail_memory(error);
    const size_t total = n * (2 + m + 2 * b) + m * m + b * b + b + 2 * m;
    if (total > self->room) {
        free(self->storage);
        self->room = 0;
        self->storage = malloc(total * sizeof *self->storage);
        if (!self->storage)
            return sgdl_fail_memory(error);
        self->room = total;
    }
    double *next = self->storage;
    rule->x = next;
    rule->V = next += n;
    rule->before = next += b * n;
    rule->Q = next += b * n;
    rule->R = next += (m + 1) * n;
    rule->T = next += b * b;
    rule->length = next += m * m;
    rule->overlap = next += b;
    rule->theta = next + m;
    memset(rule->R, 0, b * b * sizeof *rule->R);
    memset(rule->before, 0, b * n * sizeof *rule->before);
    return SGDL_OK;
}

/* Points scaled to [-1, 1], and the columns of V, each of length 1. */
CLONES static void load(rule_t *self, const block_points_t *in)
{
    const size_t n = self->points, b = self->columns;
    for (size_t k = 0; k < n; k++)
        self->x[k] = self->half_width > 0 ? (in->x[k] - self->centre) / self->half_width : 0;
    for (size_t a = 0; a < b; a++) {
        double *V = self->V + a * n;
        const double *vector = in->vector + a * in->column;
        if (in->row == 1)
            memcpy(V, vector, n * sizeof *V);
        for (size_t k = 0; k < n && in->row != 1; k++)
            V[k] = vector[k * in->row];
        self->length[a] = sqrt(lanes_dot(V, V, n));
        scale(V, self->length[a] > 0 ? 1 / self->length[a] : 0, n);
    }
}

/* V_a of the next degree: T_1 = x, T_{k+1} = 2 x T_k - T_{k-1}. */
CLONES static void raise_degree(rule_t *self, size_t a, size_t degree)
{
    const size_t n = self->points;
    double *restrict V = self->V + a * n, *restrict before = self->before + a * n;
    const double *restrict x = self->x, factor = degree == 0 ? 1 : 2;
    for (size_t k = 0; k < n; k++) {
        const double next = factor * x[k] * V[k] - before[k];
        before[k] = V[k];
        V[k] = next;
    }
}

/* Takes the basis's part out of q and makes its length 1. Returns the length that was left;
 * overlap holds the coefficients of what was taken out. */
CLONES static double make_orthogonal(rule_t *self, double *q)
{
    const size_t n = self->points;
    for (size_t m = 0; m < self->count; m++)
        self->overlap[m] = lanes_dot(self->Q + m * n, q, n);
    for (size_t m = 0; m < self->count; m++)
        subtract(q, self->overlap[m], self->Q + m * n, n);
    const double length = sqrt(lanes_dot(q, q, n));
    scale(q, length > 0 ? 1 / length : 0, n);
    return length;
}

/*
 * Adds what is new in V_a to the basis, if the part that it has in f(X) V counts. Returns false
 * where there is no room for it. V itself is kept to rounding: that costs one point a column at
 * most. What rounding has left of a vector is no direction of its own.
 */
static bool add_vector(rule_t *self, size_t a, size_t degree)
{
    const double coefficient = degree == 0 ? 1e3 : pow(self->rho, -(double)degree);
    const bool room = self->count < self->most;
    double *q = self->Q + self->count * self->points, *R = self->R + a * self->columns;
    memcpy(q, self->V + a * self->points, self->points * sizeof *q);
    const double length = make_orthogonal(self, q);
    if (degree == 0)
        for (size_t m = 0; m < self->count; m++)
            R[m] = self->length[a] * self->overlap[m];
    if (coefficient * length <= self->threshold || length < 1e-12)
        return true;
    (void)make_orthogonal(self, q); /* once leaves rounding errors of the size of what was there */
    if (degree == 0 && room)
        R[self->count] = self->length[a] * length;
    self->count += room;
    return room;
}

static bool build_basis(rule_t *self)
{
    for (size_t degree = 0; degree < self->steps; degree++)
        for (size_t a = 0; a < self->columns; a++) {
            if (!add_vector(self, a, degree))
                return false;
            raise_degree(self, a, degree);
        }
    return true;
}

/* T = Q^T X Q */
CLONES static void project(rule_t *self)
{
    const size_t n = self->points;
    double *Xq = self->V; /* no longer needed */
    for (size_t j = 0; j < self->count; j++) {
        for (size_t k = 0; k < n; k++)
            Xq[k] = self->x[k] * self->Q[j * n + k];
        for (size_t m = 0; m <= j; m++)
            self->T[j * self->most + m] = lanes_dot(self->Q + m * n, Xq, n);
    }
}

static int eigen(rule_t *self, sgdl_error_t *error)
{
    if (self->count == 0)
        return SGDL_OK;
    const lapack_int info = linear_eigen_symmetric(self->count, self->T, self->most, self->theta);
    if (info != 0)
        return linear_fail(info, "LAPACK could not find the points of a quadrature rule", error);
    return SGDL_OK;
}

/* Points at the same place may be mixed by any rotation: one that evens out the first
 * components, which are the roots of the weights that the others will be divided by. */
static void even_out(double *u, double *v, size_t columns)
{
    const double size = hypot(u[0], v[0]);
    if (size == 0)
        return;
    const double x = u[0] / size, y = v[0] / size;
    const double cosine = (x + y) * M_SQRT1_2, sine = (y - x) * M_SQRT1_2;
    for (size_t a = 0; a < columns; a++) {
        const double first = u[a], second = v[a];
        u[a] = cosine * first + sine * second;
        v[a] = cosine * second - sine * first;
    }
}

static int append(const rule_t *self, block_measure_t *out, sgdl_error_t *error)
{
    const size_t b = self->columns;
    for (size_t k = 0; k < self->count; k++) {
        double *u = block_measure_add(out, self->centre + self->half_width * self->theta[k]);
        if (!u)
            return sgdl_fail_memory(error);
        for (size_t a = 0; a < b; a++) {
            u[a] = 0;
            for (size_t m = 0; m < b && m < self->count; m++)
                u[a] += self->T[k * self->most + m] * self->R[a * b + m];
        }
        if (k > 0 && self->theta[k] - self->theta[k - 1] <= 1e-13)
            even_out(u - b, u, b);
    }
    return SGDL_OK;
}

int block_gauss_reduce(block_gauss_t *self, const block_points_t *in, const block_target_t *target,
                       block_measure_t *out, bool *shorter, sgdl_error_t *error)
{
    *shorter = false;
    if (in->count < 2)
        return SGDL_OK;
    double low = in->x[0], high = low;
    extent_widen(in->x, in->count, &low, &high);
    rule_t rule = {.points = in->count,
                   .columns = in->columns,
                   .centre = 0.5 * (low + high),
                   .half_width = 0.5 * (high - low),
                   .threshold = sqrt(target->tolerance)};
    rule.rho = ellipse(target, rule.half_width);
    rule.steps = block_gauss_steps(target, rule.half_width);
    rule.most = rule.points / 2;
    if (rule.most / rule.steps >= rule.columns)
        rule.most = rule.steps * rule.columns;
    if (rule.most > 30000) /* LAPACK's workspace of 2 n^2 is counted in its own int */
        return SGDL_OK;
    int status = prepare(self, &rule, error);
    if (status != SGDL_OK)
        return status;
    load(&rule, in);
    if (!build_basis(&rule))
        return SGDL_OK;
    project(&rule);
    status = eigen(&rule, error);
    if (status == SGDL_OK)
        status = append(&rule, out, error);
    *shorter = status == SGDL_OK;
    return status;
}

void block_gauss_free(block_gauss_t *self)
{
    free(self->storage);
    *self = (block_gauss_t){0};
}
