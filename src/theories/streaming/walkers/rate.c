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
    const sgdl_problem_t *problem = experiment->problem;
    size_t L = experiment->L, pairs = experiment->pairs;
    sgdl_measured_t measured = {0};
    for (size_t i = 0; i < experiment->C; i++)
        measured.risk += problem->weight[i] *
                         experiment->loss->risk(&problem->targets, problem->label_index[i], pairs,
                                                moments->m + i * L, moments->B + i * pairs);
    return measured;
}
