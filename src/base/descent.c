#include "src/base/descent.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A first step goes that far, in units of what is large. */
static const double first_reach = 0.1;
/* Of the decrease that the slope promises: what a step must bring, and beyond which a longer one
 * is tried. */
static const double enough = 1e-4, plenty = 0.8;
static const double shorter = 0.3, longer = 3;
enum { SHORTENINGS = 12, LENGTHENINGS = 8 };

int descent_init(descent_t *self, const descent_of_t *of, sgdl_error_t *error)
{
    enum { VECTORS = 7 };
    const size_t n = of->n;
    double **vector[VECTORS] = {&self->x,     &self->gradient, &self->direction, &self->trial,
                                &self->moved, &self->changed,  &self->product};
    *self = (descent_t){.of = *of};
    if (n > SIZE_MAX / sizeof(double) / (n + VECTORS))
        return sgdl_fail_memory(error);
    double *next = self->buffer = calloc(n * (n + VECTORS), sizeof *next);
    if (!next)
        return sgdl_fail_memory(error);
    for (size_t v = 0; v < VECTORS; v++, next += n)
        *vector[v] = next;
    self->H = next;
    return SGDL_OK;
}

void descent_free(descent_t *self)
{
    free(self->buffer);
    *self = (descent_t){0};
}

/* ---- the inverse Hessian --------------------------------------------------------------------- */

static bool is_held(const descent_t *self, size_t i)
{
    return !(self->x[i] > 0) && !(self->gradient[i] < 0);
}

/* Diagonal, so that the first step is first_reach long. */
static void guess(descent_t *self)
{
    const size_t n = self->of.n;
    double steepest = 0;
    for (size_t i = 0; i < n; i++)
        steepest =
            fmax(steepest, is_held(self, i) ? 0 : fabs(self->gradient[i]) * self->of.scale[i]);
    memset(self->H, 0, n * n * sizeof *self->H);
    for (size_t i = 0; i < n && steepest > 0; i++)
        self->H[i * n + i] = first_reach * self->of.scale[i] * self->of.scale[i] / steepest;
    self->fresh = true;
}

static double dot(size_t n, const double *a, const double *b)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

/* direction = -H gradient among what is free; returns the slope along it. */
static double choose_direction(descent_t *self)
{
    const size_t n = self->of.n;
    double slope = 0;
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t j = 0; j < n && !is_held(self, i); j++)
            sum += is_held(self, j) ? 0 : self->H[i * n + j] * self->gradient[j];
        self->direction[i] = -sum;
        slope -= sum * self->gradient[i];
    }
    return slope;
}

/* After a step from x to trial along which the gradient has `changed`: BFGS, on the free part of
 * the step. */
static void update(descent_t *self, const double *moved, const double *changed)
{
    const size_t n = self->of.n;
    const double curvature = dot(n, moved, changed);
    double *H = self->H, *Hy = self->product;
    double length = sqrt(dot(n, moved, moved) * dot(n, changed, changed));
    if (!(curvature > 1e-10 * length)) /* no minimum that way: the estimate stays */
        return;
    if (self->fresh) { /* its size is known now */
        double size = 0;
        for (size_t i = 0; i < n; i++)
            size += changed[i] * H[i * n + i] * changed[i];
        for (size_t i = 0; i < n && size > 0; i++)
            H[i * n + i] *= curvature / size;
        self->fresh = false;
    }
    for (size_t i = 0; i < n; i++)
        Hy[i] = dot(n, H + i * n, changed);
    const double factor = (1 + dot(n, changed, Hy) / curvature) / curvature;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            H[i * n + j] +=
                factor * moved[i] * moved[j] - (Hy[i] * moved[j] + moved[i] * Hy[j]) / curvature;
}

/* ---- the search ------------------------------------------------------------------------------ */

int descent_begin(descent_t *self, const double *x, double value, sgdl_error_t *error)
{
    memcpy(self->x, x, self->of.n * sizeof *x);
    self->value = value;
    self->steps = 0;
    int status = self->of.gradient(self->of.context, self->x, self->gradient, error);
    if (status == SGDL_OK)
        guess(self);
    return status;
}

/* The value at x + length direction, bent back to zero where that is negative; *promised is what
 * the slope says of it. */
static int look(descent_t *self, double length, double *value, double *promised,
                sgdl_error_t *error)
{
    *promised = 0;
    for (size_t i = 0; i < self->of.n; i++) {
        self->trial[i] = fmax(0, self->x[i] + length * self->direction[i]);
        *promised += self->gradient[i] * (self->trial[i] - self->x[i]);
    }
    return self->of.value(self->of.context, self->trial, value, error);
}

/* A length that brings enough; 0: none does. The step is in `trial`, its value in *value. */
static int search(descent_t *self, double *length, double *value, sgdl_error_t *error)
{
    double promised, next = 1, best = 0, least = self->value, promised_least = 0;
    int status = SGDL_OK;
    for (int s = 0; s < SHORTENINGS && !(best > 0) && status == SGDL_OK; s++) {
        status = look(self, next, value, &promised, error);
        if (status == SGDL_OK && promised < 0 && *value < self->value + enough * promised) {
            best = next;
            least = *value;
            promised_least = promised;
        } else if (isfinite(*value) && promised < 0) { /* the parabola's minimum, within reason */
            const double parabola = -0.5 * promised / (*value - self->value - promised);
            next *= fmin(fmax(parabola, 0.1), 0.5);
        } else {
            next *= shorter;
        }
    }
    for (int l = 0; l < LENGTHENINGS && best > 0 && status == SGDL_OK &&
                    least - self->value < plenty * promised_least;
         l++) {
        status = look(self, longer * best, value, &promised, error);
        if (status != SGDL_OK || !(*value < least))
            break;
        best *= longer;
        least = *value;
        promised_least = promised;
    }
    for (size_t i = 0; i < self->of.n; i++)
        self->trial[i] = fmax(0, self->x[i] + best * self->direction[i]);
    *length = best;
    *value = least;
    return status;
}

static int take(descent_t *self, double value, sgdl_error_t *error)
{
    const size_t n = self->of.n;
    double *gradient = self->changed;
    int status = self->of.gradient(self->of.context, self->trial, gradient, error);
    if (status != SGDL_OK)
        return status;
    for (size_t i = 0; i < n; i++) {
        const double before = self->gradient[i];
        const bool held = is_held(self, i);
        self->moved[i] = self->trial[i] - self->x[i];
        self->gradient[i] = gradient[i];
        /* what was held, or is now, is no part of the free space */
        self->changed[i] =
            held || (!(self->trial[i] > 0) && gradient[i] >= 0) ? 0 : gradient[i] - before;
        if (self->changed[i] == 0)
            self->moved[i] = 0;
    }
    memcpy(self->x, self->trial, n * sizeof *self->x);
    self->value = value;
    self->steps++;
    update(self, self->moved, self->changed);
    return SGDL_OK;
}

int descent_step(descent_t *self, bool *settled, sgdl_error_t *error)
{
    double length = 0, value = self->value;
    int status = SGDL_OK;
    *settled = false;
    for (int attempt = 0; attempt < 2; attempt++) {
        const double slope = choose_direction(self);
        const double gain = self->of.roughness * fabs(self->value);
        /* half the slope is what a parabola's minimum brings; a first guess knows no such size */
        if (!(slope < 0) || (!self->fresh && -0.5 * slope < gain)) {
            *settled = true;
            return SGDL_OK;
        }
        status = search(self, &length, &value, error);
        if (status != SGDL_OK)
            return status;
        if (length > 0)
            return take(self, value, error);
        if (self->fresh)
            break;
        guess(self); /* from the gradient alone, once more */
    }
    *settled = true;
    return SGDL_OK;
}
