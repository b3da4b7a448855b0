/*
 * General steps of the full kernel: one pass over memory for each thing that is done (steps.h).
 *
 * What is not done leaves the numbers of plain steps, up to rounding: samples are drawn alike.
 */
#include <math.h>
#include <string.h>

#include "src/theories/streaming/walkers/full.h"
#include "src/theories/streaming/walkers/passes.h"

/* The features of a sample of class i, as plain steps draw them unless it is fine. */
static void draw(full_state_t *self, size_t i)
{
    const full_model_t *model = self->model;
    const draws_t *draws = &model->draws;
    const double *mean = model->mean + i * model->stride;
    const double *deviation = model->deviation + i * model->stride;
    const drawn_t sample = {.class_index = i, .number = self->sample};
    _Alignas(64) float z[FULL_CHUNK] = {0}, a[FULL_CHUNK];
    for (size_t n = 0; n < self->stride; n += FULL_CHUNK) {
        const size_t left = self->stride - n, count = left < FULL_CHUNK ? left : FULL_CHUNK;
        draws_noise(draws, &self->features, sample, n / NOISE_UNIT, count / NOISE_UNIT, z);
        pass_draw_single(count, draws->mean[i] + n, draws->deviation[i] + n, z, a);
        for (size_t l = 0; l < count; l++)
            self->a[n + l] = draws->fine[i] ? mean[n + l] + deviation[n + l] * (double)z[l]
                                            : draws->scale[i] * (double)a[l];
    }
    self->sample++;
}

/* A sample, drawn or the next row, and its target. */
static const double *next_sample(full_state_t *self)
{
    const experiment_t *experiment = self->model->experiment;
    size_t class_index;
    if (row_list_is_there(&self->model->rows)) {
        const double *row = row_order_next(&self->rows, &class_index);
        memcpy(self->a, row, experiment->d * sizeof *row);
        return experiment_target(experiment, &self->choices, class_index);
    }
    const double *target = experiment_draw(experiment, &self->choices, &class_index);
    draw(self, class_index);
    return target;
}

/* Adds the share a g/b of one sample to the gradients of X and of the bias. */
static void add_sample(full_state_t *self)
{
    const full_model_t *model = self->model;
    const experiment_t *experiment = model->experiment;
    const sgdl_problem_t *problem = experiment->problem;
    const double share = 1 / problem->batch, c2 = problem->intercept * problem->intercept;
    const double *target = next_sample(self);
    for (size_t l = 0; l < experiment->L; l++)
        self->r[l] = self->bias[l] + full_dot(self, self->x + l * self->stride, self->a);
    double r_star = model->signal ? full_dot(self, model->signal, self->a) : 0;
    double a2 = isinf(problem->clip) ? 0 : full_dot(self, self->a, self->a);
    steps_gradient(&self->steps, target, self->r, r_star, a2, self->g);
    for (size_t l = 0; l < experiment->L; l++) {
        double g = share * self->g[l];
        pass_update(experiment->d, 1, g, self->a, self->gradient + l * self->stride);
        self->bias_owed[l] += c2 * g;
    }
}

static void add_noise(full_state_t *self)
{
    const experiment_t *experiment = self->model->experiment;
    const double sigma = experiment->problem->gradient_noise;
    normals_t *noise = self->steps.noise;
    for (size_t l = 0; l < experiment->L && sigma > 0; l++)
        for (size_t n = 0; n < experiment->d;) {
            if (noise->used == NORMALS_BLOCK)
                normals_refill(noise);
            const size_t room = NORMALS_BLOCK - noise->used, left = experiment->d - n;
            const size_t count = left < room ? left : room;
            pass_update(count, 1, sigma, noise->value + noise->used,
                        self->gradient + l * self->stride + n);
            n += count;
            noise->used += (count + 7) / 8 * 8; /* loads stay aligned */
        }
}

static void add_ridge(full_state_t *self)
{
    const experiment_t *experiment = self->model->experiment;
    const double ridge = experiment->problem->ridge;
    for (size_t l = 0; l < experiment->L && ridge > 0; l++)
        pass_update(experiment->d, 1, ridge, self->x + l * self->stride,
                    self->gradient + l * self->stride);
}

static double norm2(full_state_t *self)
{
    double sum = 0;
    for (size_t l = 0; l < self->model->experiment->L; l++) {
        const double *gradient = self->gradient + l * self->stride;
        sum += full_dot(self, gradient, gradient);
    }
    return sum;
}

static void move(full_state_t *self, double gamma)
{
    const experiment_t *experiment = self->model->experiment;
    const recursion_t recursion = steps_recursion(experiment, gamma, self->step);
    for (size_t l = 0; l < experiment->L; l++)
        steps_move(&recursion, experiment->d, self->gradient + l * self->stride,
                   self->x + l * self->stride, self->v ? self->v + l * self->stride : NULL);
    steps_move_bias(&self->steps, &recursion, self->bias_owed, self->bias);
}

bool full_general_advance(full_state_t *self, uint64_t steps)
{
    const experiment_t *experiment = self->model->experiment;
    const bool late = rate_is_late(&self->rate);
    for (uint64_t end = self->step + steps; self->step < end; self->step++) {
        double gamma = late ? 0 : rate_now(&self->rate, self->step, kernel_full.read, self);
        memset(self->gradient, 0, experiment->L * self->stride * sizeof *self->gradient);
        memset(self->bias_owed, 0, experiment->L * sizeof *self->bias_owed);
        for (size_t j = 0; j < experiment->batch; j++) {
            if (experiment_interrupted(experiment))
                return false;
            add_sample(self);
        }
        add_noise(self);
        add_ridge(self);
        if (late)
            gamma = rate_late(&self->rate, self->step, norm2(self));
        move(self, gamma);
    }
    return true;
}
