#include "src/theories/fixed_data/sampled/identities.h"

#include <math.h>
#include <stdlib.h>

/* Deviations, relative to the root mean squares of the factors, that rounding in single precision
 * and pivots that are passed over may make. */
static const double ROUNDING = 1e-5;

enum { FIRST, BETWEEN, NOW };

int identities_init(identities_t *self, size_t T, double signal_B, sgdl_error_t *error)
{
    *self = (identities_t){.signal_B = signal_B};
    self->signal = calloc((PATHS_CHECKS + 1) * (T + 1), sizeof *self->signal);
    if (!self->signal)
        return sgdl_fail_memory(error);
    for (size_t q = 0; q < PATHS_CHECKS; q++)
        self->column[q] = self->signal + (q + 1) * (T + 1);
    return SGDL_OK;
}

void identities_free(identities_t *self)
{
    free(self->signal);
    *self = (identities_t){0};
}

/* B(k,s) without what r* tells of both. */
static double rest(const identities_t *self, double B, size_t k, size_t s)
{
    return self->signal_B > 0 ? B - self->signal[k] * self->signal[s] / self->signal_B : B;
}

void identities_prepare(identities_t *self, const double *B, double cross, paths_answer_t *task)
{
    const size_t t = task->t;
    self->signal[t] = cross;
    task->hold = t == 0 ? FIRST : (t & (t - 1)) == 0 ? BETWEEN : NOW;
    if (task->hold != NOW)
        self->variance[task->hold] = B[t];
    if (task->hold == BETWEEN)
        self->between = t;
    self->column[FIRST][t] = rest(self, B[0], t, 0);
    if (task->hold != BETWEEN)
        self->column[BETWEEN][t] = rest(self, B[self->between], t, self->between);
    for (size_t k = 0; k <= t; k++) {
        self->column[NOW][k] = rest(self, B[k], k, t);
        if (task->hold == BETWEEN)
            self->column[BETWEEN][k] = self->column[NOW][k];
    }
    const size_t at[PATHS_CHECKS] = {0, self->between, t};
    for (size_t q = 0; q < PATHS_CHECKS; q++) {
        task->column[q] = self->column[q];
        task->share[q] = self->signal_B > 0 ? self->signal[at[q]] / self->signal_B : 0;
    }
}

static void judge(identities_t *self, double deviation, double error2, double scale2)
{
    const double error = sqrt(error2 + ROUNDING * ROUNDING * scale2);
    if (error > 0 && fabs(deviation) > self->worst * error)
        self->worst = fabs(deviation) / error;
}

void identities_judge(identities_t *self, const identities_step_t *step)
{
    const size_t t = step->t;
    const double *sum = step->sum, power = sum[SUM_POWER];
    const double variance[PATHS_CHECKS] = {self->variance[0], self->variance[1], step->B[t]};
    for (size_t q = 0; q < PATHS_CHECKS; q++)
        if (q != BETWEEN || self->between > 0)
            judge(self, sum[SUM_CHECK + q], (double)step->copies * sum[SUM_ERROR + q],
                  power * variance[q]);
    double deviation = sum[SUM_VALUE] - step->m * sum[SUM_MEAN] - step->signal * self->signal[t];
    for (size_t k = 0; k < t; k++)
        deviation -= step->rho[k] * step->Cg[k];
    for (size_t k = 0; k <= t; k++)
        deviation -= step->Rg[k] * step->B[k];
    judge(self, deviation, (double)step->copies * sum[SUM_ERROR + NOW],
          power * (step->B[t] + step->m * step->m + power));
}
