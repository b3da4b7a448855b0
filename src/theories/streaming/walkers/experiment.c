#include "src/theories/streaming/walkers/experiment.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "spectra/nodes/nodes.h"
#include "src/base/memory.h"
#include "src/base/sums.h"
#include "src/loss/second_moments.h"
#include "src/schedule/source.h"

/* What is averaged over, and the traces that driven rates look at. */
static int read_nodes(experiment_t *self, const sgdl_nodes_t *nodes, sgdl_error_t *error)
{
    const size_t C = self->C, N = nodes->count;
    int status =
        problem_population_init(&self->population, self->problem, self->pairs, nodes, error);
    if (status != SGDL_OK)
        return status;
    self->trace = calloc(C + C * C, sizeof *self->trace);
    if (!self->trace)
        return sgdl_fail_memory(error);
    self->product = self->trace + C;
    memcpy(self->trace, nodes->trace, C * sizeof *self->trace);
    for (size_t i = 0; i < C; i++)
        for (size_t j = 0; j < C; j++)
            for (size_t n = 0; n < N; n++)
                self->product[i * C + j] +=
                    nodes->weight[n] * nodes->eigenvalue[i * N + n] * nodes->eigenvalue[j * N + n];
    return SGDL_OK;
}

/* Sums over directions are asked for. */
static bool needs_nodes(const sgdl_problem_t *problem)
{
    bool driven = false;
    for (size_t r = 0; r < problem->rates; r++)
        driven |= rate_source_of(&problem->learning_rate[r], problem->time).kind == RATE_DRIVEN;
    return driven || problem->has_teacher || isfinite(problem->clip);
}

/* Directions as nodes of one each; weight [d + C + signals] receives theirs and, behind them,
 * tr(K_i)/d. */
static sgdl_nodes_t nodes_of(const sgdl_directions_t *directions, double *weight)
{
    const size_t d = directions->dimension;
    double *trace = weight + d;
    for (size_t n = 0; n < d; n++)
        weight[n] = 1 / (double)d;
    for (size_t i = 0; i < directions->classes; i++)
        trace[i] = sum_products(weight, directions->eigenvalue + i * d, d);
    return (sgdl_nodes_t){.classes = directions->classes,
                          .count = d,
                          .latent = 1,
                          .dimension = (double)d,
                          .weight = weight,
                          .eigenvalue = directions->eigenvalue,
                          .mean = directions->mean,
                          .trace = trace};
}

static int sum_directions(experiment_t *self, sgdl_error_t *error)
{
    const size_t d = self->d;
    sgdl_directions_t directions = {0};
    const sgdl_mixture_t mixture = sgdl_problem_mixture(self->problem, self->plan);
    int status = directions_init(&directions, &mixture, true, error);
    double *weight = calloc(d + directions.classes, sizeof *weight);
    if (status == SGDL_OK && !weight)
        status = sgdl_fail_memory(error);
    if (status == SGDL_OK) {
        const sgdl_nodes_t nodes = nodes_of(&directions, weight);
        status = read_nodes(self, &nodes, error);
        if (self->problem->has_teacher) {
            const double *signal = directions.mean + self->C * d;
            self->signal_norm2 = sum_weighted(weight, signal, signal, d);
        }
    }
    free(weight);
    sgdl_directions_free(&directions);
    return status;
}

int experiment_init(experiment_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                    sgdl_error_t *error)
{
    *self = (experiment_t){.problem = problem,
                           .plan = plan,
                           .interrupted = plan->watch.stop,
                           .loss = problem->loss,
                           .batches = plan->kernel == SGDL_KERNEL_SAMPLES ? BATCHES_DRAWN
                                                                          : BATCHES_CHEAPER,
                           .threads = 1};
    if (!isfinite(problem->dimension))
        return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                         "found dimension: inf, which has no directions to draw; a simulation "
                         "needs a finite one, such as --dimension 1000");
    if (problem->batch > 0x1p53)
        return sgdl_fail(error, SGDL_ERR_INPUT, NULL, "found batch %g, allowed up to 2^53",
                         problem->batch);
    self->C = problem->classes;
    self->L = problem->targets.outputs;
    self->d = (size_t)problem->dimension;
    self->batch = (size_t)problem->batch;
    self->pairs = second_moments_carried(self->loss, self->L, !plan->no_error);
    self->population = problem_population(problem, self->pairs);
    self->velocity = problem->momentum > 0 || problem->heavy_ball.is_stated;
    self->plain = !self->velocity && isinf(problem->clip) && problem->gradient_noise == 0 &&
                  !problem->has_teacher && !plan->rows;
    self->cumulative = calloc(self->C, sizeof *self->cumulative);
    if (!self->cumulative)
        return sgdl_fail_memory(error);
    double sum = 0;
    for (size_t i = 0; i < self->C; i++)
        self->cumulative[i] = sum += problem->weight[i];
    int status = needs_nodes(problem) ? sum_directions(self, error) : SGDL_OK;
    self->population.no_error = plan->no_error;
    return status;
}

void experiment_free(experiment_t *self)
{
    problem_population_free(&self->population);
    free(self->cumulative);
    free(self->trace);
    *self = (experiment_t){0};
}

/* The class whose interval of the cumulative weights holds u in [0, 1). */
static size_t find_class(const experiment_t *self, double u)
{
    size_t low = 0, high = self->C - 1;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (u < self->cumulative[middle])
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

const double *experiment_draw(const experiment_t *self, words_t *choices, size_t *class_index)
{
    size_t i = self->C > 1 ? find_class(self, words_uniform(choices)) : 0;
    *class_index = i;
    return self->problem->has_teacher ? NULL : experiment_target(self, choices, i);
}

const double *experiment_target(const experiment_t *self, words_t *choices, size_t class_index)
{
    const sgdl_problem_t *problem = self->problem;
    const sgdl_targets_t *targets = &problem->targets;
    size_t label = problem->label_index[class_index];
    if (targets->noise > 0 && targets->labels > 1) {
        double u = words_uniform(choices) / targets->noise;
        if (u < 1) { /* another label: count from the own one onwards, around the list */
            size_t others = targets->labels - 1, shift = (size_t)(u * (double)others);
            label = (label + 1 + (shift < others ? shift : others - 1)) % targets->labels;
        }
    }
    return problem->target + label * self->L;
}

double *experiment_rows(size_t rows, size_t count, size_t *stride)
{
    enum { LINE = 64 };
    const size_t per_line = LINE / sizeof(double);
    size_t bytes;
    if (count > SIZE_MAX / 16 || rows > SIZE_MAX / 2)
        return NULL;
    *stride = (count + per_line - 1) / per_line * per_line;
    if (__builtin_mul_overflow(*stride * sizeof(double), rows, &bytes) || bytes > SIZE_MAX / 2)
        return NULL;
    double *memory = memory_numbers(rows, *stride);
    if (memory)
        memset(memory, 0, bytes);
    return memory;
}
