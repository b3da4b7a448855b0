#include "src/theories/streaming/walkers/rate.h"

#include <stdlib.h>

int rate_init(rate_t *self, const experiment_t *experiment, size_t curve)
{
    const sgdl_problem_t *problem = experiment->problem;
    size_t means = experiment->C * experiment->L, variances = experiment->C * experiment->pairs;
    *self = (rate_t){.experiment = experiment,
                     .source = rate_source_of(&problem->learning_rate[curve], problem->time)};
    if (self->source.kind != RATE_DRIVEN)
        return SGDL_OK;
    self->moments.m = calloc(means + variances, sizeof *self->moments.m);
    if (!self->moments.m)
        return SGDL_ERR_MEMORY;
    self->moments.B = self->moments.m + means;
    return SGDL_OK;
}

void rate_free(rate_t *self)
{
    free(self->moments.m);
    *self = (rate_t){0};
}

sgdl_measured_t rate_measured(const experiment_t *experiment, const moments_t *moments)
{
    return (sgdl_measured_t){
        .risk = population_risk(&experiment->population, moments->m, moments->B, moments->cross)};
}
