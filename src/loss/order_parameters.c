#include "src/loss/order_parameters.h"

#include <math.h>

double population_mix(const population_t *self, const double *value)
{
    double sum = 0;
    for (size_t i = 0; i < self->classes; i++)
        sum += self->weight[i] * value[i];
    return sum;
}

double population_class_risk(const population_t *self, size_t i, const double *m, const double *B)
{
    return self->loss->risk(self->targets, self->label_index[i], self->pairs, m, B);
}

double population_class_error(const population_t *self, size_t i, const double *m, const double *B,
                              double *estimate)
{
    return sgdl_error_label(self->loss, self->targets, self->label_index[i], self->pairs, m, B,
                            estimate);
}

double population_risk(const population_t *self, const double *m, const double *B)
{
    const size_t L = self->targets->outputs;
    double sum = 0;
    for (size_t i = 0; i < self->classes; i++)
        sum += self->weight[i] * population_class_risk(self, i, m + i * L, B + i * self->pairs);
    return sum;
}

double population_error(const population_t *self, const double *m, const double *B)
{
    const size_t L = self->targets->outputs;
    double sum = 0;
    for (size_t i = 0; i < self->classes; i++)
        sum +=
            self->weight[i] * population_class_error(self, i, m + i * L, B + i * self->pairs, NULL);
    return sum;
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
