/* The second eigenvalue of the chain: next to 1 by inverse iteration, elsewhere by powers. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/interrupted.h"
#include "src/theories/diffusion/chain_matrix.h"

enum { MOST_ITERATIONS = 5000 };
static const double settled = 1e-13; /* relative */

/* Subtracts the stationary mean and scales to a largest value of 1. Returns what that was. */
static double make_mode(const chain_t *self, double *v)
{
    double mean = 0, largest = 0;
    for (size_t i = 0; i < self->points; i++)
        mean += self->stationary[i] * v[i];
    for (size_t i = 0; i < self->points; i++) {
        v[i] -= mean;
        largest = fmax(largest, fabs(v[i]));
    }
    for (size_t i = 0; i < self->points; i++)
        v[i] /= largest;
    return largest;
}

/* 1 - lambda_2 by inverse iteration on I - P, from the coordinate itself: the slowest mode of one
 * coordinate is monotone. A step grounded in the last state adds up positive times that v spends in
 * places, so that nothing of a tiny gap is lost. */
static int find_gap(chain_t *self, const markov_t *factors, const sgdl_plan_t *plan,
                    sgdl_error_t *error)
{
    double *v = malloc(2 * self->points * sizeof *v), *z = v + self->points, before = 0;
    if (!v)
        return sgdl_fail_memory(error);
    int status = SGDL_OK;
    memcpy(v, self->x, self->points * sizeof *v);
    (void)make_mode(self, v);
    self->gap = NAN;
    for (int step = 0; step < MOST_ITERATIONS && status == SGDL_OK && isnan(self->gap); step++) {
        double vv = 0, vz = 0, mean = 0;
        memcpy(z, v, self->points * sizeof *z);
        markov_solve(factors, z);
        for (size_t i = 0; i < self->points; i++)
            mean += self->stationary[i] * z[i];
        for (size_t i = 0; i < self->points; i++) {
            vv += self->stationary[i] * v[i] * v[i];
            vz += self->stationary[i] * v[i] * (z[i] - mean);
        }
        const double escaping = vv / vz;
        if (step > 1 && fabs(escaping - before) <= settled * escaping)
            self->gap = escaping < 1 ? -log1p(-escaping) / self->setting->eta
                                     : -log(escaping - 1) / self->setting->eta;
        before = escaping;
        memcpy(v, z, self->points * sizeof *v);
        (void)make_mode(self, v);
        status = check_interrupted(plan->watch.stop, error);
    }
    free(v);
    return status;
}

/* v = P v, rows of sum 1. */
static void apply(const markov_t *matrix, const double *v, double *out)
{
    for (size_t i = 0; i < matrix->states; i++) {
        const size_t begin = i > matrix->below ? i - matrix->below : 0;
        const size_t most = i + 1 + matrix->above;
        double sum = 0, all = 0;
        for (size_t j = begin; j < most && j < matrix->states; j++) {
            sum += *markov_at(matrix, i, j) * v[j];
            all += *markov_at(matrix, i, j);
        }
        out[i] = sum / all;
    }
}

/* Steps that overshoot a minimum, eta U'' > 1, swing about it: an eigenvalue next to -1 may be the
 * slowest. Powers of P find the one of largest size, if it is one. */
static int find_swing(chain_t *self, const sgdl_plan_t *plan, sgdl_error_t *error)
{
    const landscape_t *landscape = self->setting->landscape;
    double largest = 0, before = 0;
    for (size_t b = 0; b < landscape->minima; b++)
        largest = fmax(largest, landscape_minimum(landscape, b)->curvature);
    if (!(self->setting->eta * largest > 1))
        return SGDL_OK;
    markov_t matrix = {0};
    double *v = NULL, *next;
    int status = chain_matrix(self, plan, &matrix, error);
    if (status == SGDL_OK && !(v = malloc(2 * self->points * sizeof *v)))
        status = sgdl_fail_memory(error);
    if (status == SGDL_OK) {
        memcpy(v, self->x, self->points * sizeof *v);
        (void)make_mode(self, v);
    }
    for (int step = 0; step < MOST_ITERATIONS && status == SGDL_OK; step++) {
        next = v + self->points;
        apply(&matrix, v, next);
        apply(&matrix, next, v);
        const double size = sqrt(make_mode(self, v)); /* of one step */
        if (fabs(size - before) <= settled * size) {
            self->gap = fmin(self->gap, -log(size) / self->setting->eta);
            break;
        }
        before = size;
        status = check_interrupted(plan->watch.stop, error);
    }
    free(v);
    markov_free(&matrix);
    return status;
}

int chain_find_gap(chain_t *self, const markov_t *factors, const sgdl_plan_t *plan,
                   sgdl_error_t *error)
{
    int status = find_gap(self, factors, plan, error);
    return status == SGDL_OK ? find_swing(self, plan, error) : status;
}
