#include "src/theories/fixed_data/limit/label_law.h"

#include <math.h>

#include "src/loss/averages/normal.h"

/* Grid steps, as a fraction of a Gaussian's standard deviation and of the distance of a sigmoid's
 * poles: sums are off by e^-(2 pi^2/0.6^2) and e^-(2 pi/0.24). */
static const double of_deviation = 0.6;
static const double of_poles = 0.24 * M_PI;

bool label_law_init(label_law_t *self, const setup_t *setup, const sample_law_t *law)
{
    const population_t *population = &setup->population;
    *self = (label_law_t){.teacher = setup->K > 0 ? population->teacher : NULL,
                          .m = law->m,
                          .step = fmin(of_deviation * sqrt(law->B), of_poles)};
    if (!self->teacher) {
        const sgdl_targets_t *targets = population->targets;
        for (size_t j = 0; j < targets->labels; j++)
            if (population->loss->decision(targets->target[j]) > 0)
                self->chance +=
                    sgdl_targets_probability(targets, population->label_index[law->class], j);
        return true;
    }
    const double whole = setup->signal_B[law->class];
    self->signal_m = setup->signal_m[law->class];
    self->slope = law->B > 0 ? law->cross / law->B : 0;
    self->left = whole - self->slope * law->cross;
    if (!(self->left >= 0))
        return false;
    const double apart = whole > 0 ? self->left / whole : 1; /* 1 - correlation^2 */
    if (self->teacher->labels == TEACHER_SIGN)
        self->step = fmin(self->step, of_deviation * sqrt(law->B * apart));
    else
        self->step = fmin(self->step, of_poles / (self->teacher->steepness * fabs(self->slope)));
    return true;
}

/* P(z > 0) and E[1(z > 0) (z - mean)] for z ~ N(mean, variance). */
static void above_zero(double mean, double variance, double *chance, double *moment)
{
    const double sigma = sqrt(variance);
    if (!(sigma > 0)) {
        *chance = mean > 0 ? 1 : mean < 0 ? 0 : 0.5;
        *moment = 0;
        return;
    }
    *chance = normal_upper(-mean / sigma);
    *moment = sigma * normal_density(mean / sigma);
}

void label_law_at(const label_law_t *self, double omega, double chance[2], double signal[2])
{
    signal[0] = signal[1] = 0;
    if (!self->teacher) {
        chance[1] = self->chance;
        chance[0] = 1 - self->chance;
        return;
    }
    const double mean = self->slope * (omega - self->m), r = self->signal_m + mean;
    double moment;
    if (self->teacher->labels == TEACHER_SIGN) {
        above_zero(r, self->left, &chance[1], &moment);
        above_zero(-r, self->left, &chance[0], &signal[0]);
    } else {
        const double k = self->teacher->steepness;
        sgdl_logistic_averages_t up, down;
        sgdl_logistic_average(-k * r, k * k * self->left, &up);
        sgdl_logistic_average(k * r, k * k * self->left, &down);
        chance[1] = -up.g;
        chance[0] = -down.g;
        moment = self->left * k * up.h;
    }
    signal[1] = mean * chance[1] + moment;
    signal[0] = mean * chance[0] - moment;
}
