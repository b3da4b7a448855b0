#include "src/loss/order_parameters.h"

#include <math.h>

double population_mix(const population_t *self, const double *value)
{
    double sum = 0;
    for (size_t i = 0; i < self->classes; i++)
        sum += self->weight[i] * value[i];
    return sum;
}

static teacher_order_t order_of(const population_t *self, size_t i, const double *m,
                                const double *B, double cross)
{
    return (teacher_order_t){.m = m[0],
                             .B = B[0],
                             .cross = cross,
                             .signal_m = self->signal_m[i],
                             .signal_B = self->signal_B[i]};
}

void population_average(const population_t *self, size_t i, const double *m, const double *B,
                        double cross, sgdl_averages_t *out)
{
    const double threshold = self->threshold ? self->threshold[i] : INFINITY;
    if (self->teacher) {
        const teacher_order_t order = order_of(self, i, m, B, cross);
        teacher_average(self->teacher, self->loss, threshold, &order, out);
    } else if (threshold < INFINITY) {
        clip_average(self->loss, threshold, self->targets, self->label_index[i], m[0], B[0], out);
    } else {
        self->loss->average(self->targets, self->label_index[i], self->pairs, m, B, out);
    }
}

double population_class_risk(const population_t *self, size_t i, const double *m, const double *B,
                             double cross)
{
    if (!self->teacher)
        return self->loss->risk(self->targets, self->label_index[i], self->pairs, m, B);
    const teacher_order_t order = order_of(self, i, m, B, cross);
    return teacher_risk(self->teacher, self->loss, &order);
}

double population_class_error(const population_t *self, size_t i, const double *m, const double *B,
                              double cross, double *estimate)
{
    if (!self->teacher)
        return sgdl_error_label(self->loss, self->targets, self->label_index[i], self->pairs, m, B,
                                estimate);
    const teacher_order_t order = order_of(self, i, m, B, cross);
    if (estimate)
        *estimate = 0;
    return teacher_error(self->teacher, &order);
}

double population_risk(const population_t *self, const double *m, const double *B,
                       const double *cross)
{
    const size_t L = self->targets->outputs;
    double sum = 0;
    for (size_t i = 0; i < self->classes; i++)
        sum += self->weight[i] *
               population_class_risk(self, i, m + i * L, B + i * self->pairs, cross ? cross[i] : 0);
    return sum;
}

double population_error(const population_t *self, const double *m, const double *B,
                        const double *cross)
{
    const size_t L = self->targets->outputs;
    double sum = 0;
    for (size_t i = 0; i < self->classes; i++)
        sum += self->weight[i] * population_class_error(self, i, m + i * L, B + i * self->pairs,
                                                        cross ? cross[i] : 0, NULL);
    return sum;
}

double population_mean(const population_t *self, size_t i, double m)
{
    return self->teacher ? m + self->teacher->shift * self->signal_m[i] : m;
}

double population_spread(const population_t *self, size_t i, double B, double cross)
{
    if (!self->teacher)
        return B;
    const double shift = self->teacher->shift;
    return B + shift * (2 * cross + shift * self->signal_B[i]);
}

double population_average_risk(const population_t *self, const sgdl_averages_t *average)
{
    double sum = 0;
    for (size_t i = 0; i < self->classes; i++)
        sum += self->weight[i] * average[i].risk;
    return sum;
}

double population_noise_power(const population_t *self, const sgdl_averages_t *average,
                              const double *trace)
{
    const size_t L = self->targets->outputs;
    double sum = 0;
    for (size_t i = 0; i < self->classes; i++) {
        double trace_Q = 0;
        for (size_t a = 0; a < L; a++)
            trace_Q += average[i].Q[second_moments_diagonal(L, self->pairs, a)];
        sum += self->weight[i] * trace[i] * trace_Q;
    }
    return sum;
}

double population_variance(const population_t *self, const double *B, size_t i, size_t a)
{
    return B[i * self->pairs + second_moments_diagonal(self->targets->outputs, self->pairs, a)];
}

double overlap_cosine(double m, double norm2, double mean_norm2)
{
    if (mean_norm2 == 0)
        return NAN;
    if (norm2 == 0)
        return 0;
    const double cosine = m / sqrt(norm2 * mean_norm2);
    return cosine > 1 ? 1 : cosine < -1 ? -1 : cosine;
}
