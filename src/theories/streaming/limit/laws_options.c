/* What momentum, noise of the gradient and a teacher make of the laws of approach. */
#include <math.h>
#include <stdlib.h>

#include "src/theories/streaming/feedback.h"
#include "src/theories/streaming/limit/laws.h"

double laws_pace(const laws_t *self)
{
    return self->limit->learning_rate > 0 ? drive_pace(&self->work->drive)
                                          : problem_amplification(self->problem);
}

/* 1/(1 - gamma tr(K)/(2 d b)): Gamma is not gamma in fast directions only. */
double laws_amplification(const laws_t *self)
{
    const drive_t *drive = &self->work->drive;
    double feedback = drive->rate * self->nodes->trace[0] / (2 * self->problem->batch);
    if (drive->push > 0) {
        feedback = 0;
        for (size_t n = 0; n < self->nodes->count; n++) {
            const double h = self->nodes->eigenvalue_bar[n];
            feedback += self->nodes->weight[n] * h * drive_strength(drive, h) / (2 * drive->batch);
        }
    }
    return 1 / (1 - feedback);
}

bool laws_common_covariance(const laws_t *self)
{
    const sgdl_nodes_t *nodes = self->nodes;
    for (size_t i = 1; i < self->problem->classes; i++)
        for (size_t n = 0; n < nodes->count; n++)
            if (nodes->eigenvalue[i * nodes->count + n] != nodes->eigenvalue[n])
                return false;
    return true;
}

bool laws_same_exponent(double a, double b) { return fabs(a - b) <= 1e-12 * fabs(b); }

static bool has_own_noise(const laws_t *self)
{
    return self->limit->learning_rate > 0 && verdict_seen_noise(self->work) > 0;
}

/* The samples' noise leaves as much in slow directions as in others, the gradient's own as
 * 1/lambda.
 */
double laws_noise_exponent(const laws_t *self)
{
    return (has_own_noise(self) ? 0 : 1) + 1 / self->tail->exponent;
}

double laws_noise_constant(const laws_t *self)
{
    const double a = self->tail->exponent, c = self->tail->coefficient, pace = laws_pace(self);
    const double final = self->limit->learning_rate > 0 ? pace : 0;
    if (has_own_noise(self))
        return -0.25 * pace * self->work->drive.noise2 * tgamma(1 + 1 / a) *
               pow(2 * pace * c, -1 / a) * laws_amplification(self);
    const double missing = self->problem->start_norm2 * (double)self->limit->outputs -
                           final * self->limit->risk / self->problem->batch;
    return 0.5 * missing * c / a * tgamma(1 + 1 / a) * pow(2 * pace * c, -(1 + 1 / a)) *
           laws_amplification(self);
}

bool laws_fading_noise(const laws_t *self)
{
    return self->limit->learning_rate == 0 && verdict_seen_noise(self->work) > 0;
}

bool laws_outlived(const laws_t *self)
{
    const drive_t *drive = &self->work->drive;
    return drive->push > 0 && (self->limit->learning_rate == 0 || drive->damping == 0);
}

/*
 * Losses like log(1 + e^-r), one label's classes right of it: B_i Hbar_i adds up to
 * sum_i p_i B_i Hbar_i = Gamma sigma^2 W/2 over the directions that r sees, and with m = z sqrt(B)
 * the risk is B Hbar/z^2, where z^2 ~ log t.
 */
sgdl_law_t laws_of_seen_noise(const laws_t *self)
{
    sgdl_law_t law = laws_unknown;
    law.formula = "not known where the gradient's own noise grows as the margin does";
    if (laws_fading_noise(self) || self->limit->clean_margin2 == 0 || isfinite(self->problem->clip))
        return law;
    law = (sgdl_law_t){.name = "logarithmic, under the gradient's own noise",
                       .formula = "R ~ constant / log t, constant = gamma sigma^2/2 times the part "
                                  "of the directions that have a variance",
                       .constant = 0.5 * laws_pace(self) * self->work->drive.noise2 *
                                   verdict_seen_noise(self->work),
                       .log_power = -1,
                       .rate = NAN};
    return law;
}

/* ---- a teacher ------------------------------------------------------------------------------- */

/* The signal's power at u -> 0 and its amplitude there; false if a class has a mean there, too. */
static bool signal_alone(const sgdl_tail_t *whole, size_t C, double *power, double *amplitude)
{
    *power = INFINITY;
    *amplitude = 0;
    for (size_t c = 0; c < whole->columns; c++) {
        const double *mean = whole->mean + c * (C + 1);
        for (size_t i = 0; i < C; i++)
            if (mean[i] != 0)
                return false;
        if (mean[C] == 0 || whole->power[c] > *power)
            continue;
        *amplitude = whole->power[c] < *power ? fabs(mean[C]) : hypot(*amplitude, mean[C]);
        *power = whole->power[c];
    }
    return true;
}

static bool has_no_means(const laws_t *self)
{
    for (size_t i = 0; i < self->problem->classes; i++)
        if (self->nodes->gram[i * (self->nodes->classes + 1)] != 0)
            return false;
    return self->problem->intercept == 0;
}

/* Least squares: sum_n w_n lambda_n N_*^2 exp(-2 gamma lambda_n t), with what feeds on it. */
static double deviation_constant(const laws_t *self, double theta, double amplitude)
{
    const double a = self->tail->exponent, c = self->tail->coefficient;
    return 0.5 * amplitude * amplitude * c / a * tgamma(theta) *
           pow(2 * laws_pace(self) * c, -theta) * laws_amplification(self);
}

/* What is left of the start in slow directions, and of the noise that has not reached them. */
static void teacher_power(const laws_t *self, double power, double amplitude, sgdl_law_t *law)
{
    const double a = self->tail->exponent, signal = 1 + (2 * power + 1) / a;
    const bool started = self->problem->start_norm2 > 0;
    const bool noisy = self->limit->learning_rate > 0 && !self->work->settled;
    const double fading = (started ? 1 : 2) + 1 / a;
    const double cap = noisy ? laws_noise_exponent(self) : fading;
    const bool by_signal = signal <= cap || laws_same_exponent(signal, cap);
    const bool by_noise = cap <= signal || laws_same_exponent(signal, cap);
    *law = (sgdl_law_t){
        .name = by_signal ? "power law of the teacher's signal" : "power law, limited by the noise",
        .formula = "R - R_inf ~ constant t^-theta, theta the smaller of 1 + (2 beta "
                   "+ 1)/alpha of the signal and 1/alpha plus 0, 1 or 2: of the "
                   "gradient's own noise, of the samples', of none",
        .exponent = fmin(signal, cap),
        .constant = NAN,
        .rate = NAN};
    if (!self->work->system.quadratic || self->problem->teacher.labels != TEACHER_LINEAR ||
        !laws_common_covariance(self) || !has_no_means(self) || (by_noise && !noisy && !started))
        return;
    law->constant = (by_signal ? deviation_constant(self, signal, amplitude) : 0) +
                    (by_noise ? laws_noise_constant(self) : 0);
}

int laws_of_teacher(const laws_t *self, sgdl_law_t *law, sgdl_error_t *error)
{
    const sgdl_limit_t *limit = self->limit;
    const bool tail = self->tail->exists && !(self->problem->ridge > 0);
    const bool zero = limit->verdict == SGDL_VERDICT_ZERO;
    double power, amplitude;
    if (zero && laws_fading_noise(self))
        return SGDL_OK;
    if (zero && !self->problem->loss->quadratic) {
        if (!tail)
            *law = (sgdl_law_t){.name = "power law of sign labels",
                                .formula = "|X| ~ t^(1/3) and R ~ t^-(1/3)",
                                .exponent = 1.0 / 3,
                                .constant = NAN,
                                .rate = NAN};
        return SGDL_OK;
    }
    if (!limit->stationary)
        return SGDL_OK;
    if (!tail)
        return laws_exponential(self, law, error);
    if (signal_alone(&self->work->whole, self->problem->classes, &power, &amplitude) &&
        !self->problem->start)
        teacher_power(self, power, amplitude, law);
    return SGDL_OK;
}
