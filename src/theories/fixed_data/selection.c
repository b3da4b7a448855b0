#include "src/theories/fixed_data/selection.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "src/theories/fixed_data/timeline.h"

/* What a sample remembers. */
static const double OFF = 0, ON = 1;

static double draw_full(const timeline_step_t *step, double persistence, size_t number,
                        double uniform, double *memory)
{
    (void)step, (void)persistence, (void)number, (void)uniform, (void)memory;
    return 1;
}

static double draw_fraction(const timeline_step_t *step, double persistence, size_t number,
                            double uniform, double *memory)
{
    (void)persistence, (void)number, (void)memory;
    return uniform < step->chance ? 1 / step->chance : 0;
}

/* An epoch has 1/f steps. Of those that are left at step i of it, a sample that was not yet looked
 * at is looked at in each with the same probability. */
static double draw_reshuffled(const timeline_step_t *step, double persistence, size_t number,
                              double uniform, double *memory)
{
    (void)persistence;
    const size_t epoch = (size_t)round(1 / step->chance), i = number % epoch;
    if (i == 0)
        *memory = OFF;
    if (*memory == ON || uniform * (double)(epoch - i) >= 1)
        return 0;
    *memory = ON;
    return (double)epoch;
}

/* P(off | on) = rate/tau and P(on | off) = f/(1 - f) of that keep P(on) = f. */
static double draw_persistent(const timeline_step_t *step, double persistence, size_t number,
                              double uniform, double *memory)
{
    const double f = step->chance, leave = step->rate / persistence;
    double on = f;
    if (number > 0)
        on = *memory == ON ? 1 - leave : leave * f / (1 - f);
    *memory = uniform < on ? ON : OFF;
    return *memory == ON ? 1 / f : 0;
}

/* Visits are counted up to where the distribution is 1 in double precision. */
static double draw_poisson(const timeline_step_t *step, double persistence, size_t number,
                           double uniform, double *memory)
{
    (void)persistence, (void)number, (void)memory;
    const double mean = step->chance, most = mean + 10 * sqrt(mean) + 30;
    double visits = 0, probability = exp(-mean), left = uniform - probability;
    while (left >= 0 && visits < most) {
        visits++;
        probability *= mean / visits;
        left -= probability;
    }
    return visits / mean;
}

static double draw_gaussian(const timeline_step_t *step, double persistence, size_t number,
                            double uniform, double *memory)
{
    (void)persistence, (void)number, (void)memory;
    return 1 + sqrt(step->second - 1) * gsl_cdf_ugaussian_Pinv(uniform);
}

const selection_law_t selection_full = {
    .name = "full", .all = true, .independent = true, .draw = draw_full};
const selection_law_t selection_fraction = {
    .name = "fraction", .independent = true, .sparse = true, .draw = draw_fraction};
const selection_law_t selection_reshuffled = {
    .name = "reshuffled", .sparse = true, .draw = draw_reshuffled};
const selection_law_t selection_persistent = {
    .name = "persistent", .sparse = true, .draw = draw_persistent};
const selection_law_t selection_poisson = {
    .name = "poisson", .independent = true, .sparse = true, .draw = draw_poisson};
const selection_law_t selection_gaussian = {
    .name = "gaussian", .independent = true, .draw = draw_gaussian};
