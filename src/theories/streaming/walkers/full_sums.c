/*
 * What a step of the full kernel costs, and whether batches are drawn by their sums: where that is
 * cheaper than to draw every sample.
 */
#include <math.h>
#include <stdlib.h>

#include "src/base/packed.h"
#include "src/theories/streaming/walkers/full.h"

/* Measured, nanoseconds a coordinate: to draw normals, of whole units, and one of the passes that
 * go over them or over X. The choice between the ways hangs on them: other constants, other samples
 * of a seed. */
#define DRAW 0.85
#define PASS 0.12

/* Sums of a pass over directions that stay in the second-level cache. */
enum { MOST_SUMS = 2048 };

static double coordinates(const experiment_t *experiment)
{
    return fmax((double)experiment->d, NOISE_UNIT);
}

double full_plain_cost(const experiment_t *experiment)
{
    const double L = (double)experiment->L, b = experiment->problem->batch;
    return b * (60 + 10 * L + (DRAW + 0.25 * L) * coordinates(experiment));
}

/* Vectors of normals of a batch: of each covariance as many as its samples and outputs say; classes
 * count as if they were as likely as each other. */
static double vectors_of(const experiment_t *experiment, double covariances)
{
    const double b = (double)experiment->batch, L = (double)experiment->L;
    return covariances * fmin(L, b / covariances);
}

double full_summed_cost(const experiment_t *experiment, size_t covariances)
{
    const double L = (double)experiment->L, C = (double)experiment->C;
    const double K = (double)covariances, vectors = vectors_of(experiment, K);
    const double outputs = 0.5 * L * (3 * L + 1); /* of X^T K X and of K X times a matrix */
    const double sample = 70 + 10 * L + 3 * L * L;
    const double step = vectors * (DRAW + 2 * PASS * L) + (2 * C * L + K * outputs + L) * PASS;
    return (double)experiment->batch * sample + step * coordinates(experiment);
}

/* Driven rates make general steps. */
static bool has_plain_curve(const sgdl_problem_t *problem)
{
    bool found = false;
    for (size_t r = 0; r < problem->rates; r++)
        found |= rate_source_of(&problem->learning_rate[r], problem->time).kind != RATE_DRIVEN;
    return found;
}

static bool is_cheaper(const full_model_t *model, size_t covariances)
{
    const experiment_t *experiment = model->experiment;
    const size_t L = experiment->L, C = experiment->C;
    const double sums = (double)C * (double)L +
                        (double)covariances * ((double)packed_length(L) + (double)L * (double)L);
    if (!experiment->plain || experiment->batch == 1 || model->draws.has_fine ||
        !has_plain_curve(experiment->problem) || L > FULL_MOST_OUTPUTS || sums > MOST_SUMS)
        return false;
    if (experiment->batches != BATCHES_CHEAPER)
        return experiment->batches == BATCHES_SUMMED;
    return full_summed_cost(experiment, covariances) < full_plain_cost(experiment);
}

int full_sums_init(full_sums_t *self, const full_model_t *model)
{
    const size_t C = model->experiment->C;
    const draws_t *draws = &model->draws;
    *self = (full_sums_t){.covariance = calloc(2 * C, sizeof *self->covariance)};
    if (!self->covariance)
        return SGDL_ERR_MEMORY;
    self->first = self->covariance + C;
    for (size_t i = 0; i < C; i++) {
        size_t k = 0;
        while (k < self->count && (draws->deviation[self->first[k]] != draws->deviation[i] ||
                                   draws->scale[self->first[k]] != draws->scale[i]))
            k++;
        if (k == self->count)
            self->first[self->count++] = i;
        self->covariance[i] = k;
    }
    self->used = is_cheaper(model, self->count);
    return SGDL_OK;
}

bool full_sums_batches(const void *model)
{
    const full_model_t *self = model;
    return self->sums.used;
}

void full_sums_free(full_sums_t *self)
{
    free(self->covariance);
    *self = (full_sums_t){0};
}
