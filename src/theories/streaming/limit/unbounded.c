/* Parameters whose norm has no end. */
#include <math.h>

#include "src/theories/streaming/limit/work.h"

/* Whether gradient noise piles up variance where nothing, or hardly anything, contracts. */
bool unbounded_noise(const work_t *self)
{
    const bool noisy = self->drive.noise2 > 0 && drive_unit(&self->drive) > 0;
    const bool contracts =
        verdict_seen_noise(self) > 1 - 1e-9 && !(self->tail.exists && self->tail.exponent >= 1);
    return noisy && !contracts && !(self->problem->ridge > 0);
}

/* Norms that the sums over nodes do not show to be infinite: of the noise's variance, and of a
 * signal. */
void unbounded_norms(work_t *self)
{
    sgdl_limit_t *limit = self->limit;
    const sgdl_tail_t *whole = &self->whole;
    if (limit->grows) {
        limit->norm2 = INFINITY;
        limit->cos_signal = 0;
    }
    for (size_t c = 0; c < whole->columns; c++)
        if (whole->exists && whole->mean[c * (limit->classes + 1) + limit->classes] != 0 &&
            whole->power[c] <= -0.5) {
            limit->norm2 = INFINITY;
            limit->overlap_signal = limit->cos_signal = NAN;
        }
}

/* The slope of clipped losses where the label is far off: 1 of the logistic one. NAN where classes
 * differ in it. */
static double common_slope(const population_t *population)
{
    const double *threshold = population->threshold;
    for (size_t i = 1; i < population->classes && threshold; i++)
        if (fmin(threshold[i], 1) != fmin(threshold[0], 1))
            return NAN;
    return threshold ? fmin(threshold[0], 1) : 1;
}

/* What is known where there is no stationary point: sign labels can be met. Under gradient noise a
 * variance grows with the norm s, V = Gamma sigma^2 W/(2 sum_i p_i lambda Hbar), so that the risk,
 * sum_i p_i phi_i V_i/(2 s) with Hbar_i = tau phi_i/s, tau the slope of the loss, ends at
 * Gamma sigma^2 W/(4 tau). */
void unbounded_risk(work_t *self)
{
    sgdl_limit_t *limit = self->limit;
    const sgdl_problem_t *problem = self->problem;
    const population_t *population = &self->system.population;
    const double seen = verdict_seen_noise(self);
    if (!problem->has_teacher || limit->stationary || problem->loss->quadratic ||
        problem->teacher.labels != TEACHER_SIGN || problem->ridge > 0)
        return;
    for (size_t i = 0; i < limit->classes; i++)
        if (!(population->signal_B[i] > 0))
            return;
    limit->risk_min = limit->error_min = 0;
    limit->norm2 = INFINITY;
    if (limit->verdict == SGDL_VERDICT_POSITIVE && seen > 0 && drive_unit(&self->drive) > 0) {
        limit->risk =
            drive_pace(&self->drive) * self->drive.noise2 * seen / (4 * common_slope(population));
        limit->error = 0;
    }
}
