#include "src/theories/streaming/walkers/steps.h"

#include <math.h>
#include <stdlib.h>

#include "src/theories/streaming/walkers/passes.h"

int steps_init(steps_t *self, const experiment_t *experiment, uint64_t run)
{
    const uint64_t seed = experiment->problem->seed;
    *self = (steps_t){.experiment = experiment};
    self->noise = aligned_alloc(_Alignof(normals_t), 2 * sizeof *self->noise);
    self->bias_velocity = calloc(experiment->L, sizeof *self->bias_velocity);
    if (!self->noise || !self->bias_velocity)
        return SGDL_ERR_MEMORY;
    self->label_normals = self->noise + 1;
    normals_init(self->noise, seed, run, STREAM_NOISE);
    normals_init(self->label_normals, seed, run, STREAM_LABELS);
    words_init(&self->label_words, seed, run, STREAM_LABELS);
    return SGDL_OK;
}

void steps_free(steps_t *self)
{
    free(self->noise);
    free(self->bias_velocity);
    *self = (steps_t){0};
}

static double label_of(steps_t *self, double r_star)
{
    const experiment_t *experiment = self->experiment;
    const teacher_t *teacher = experiment->population.teacher;
    const bool noisy = teacher->labels == TEACHER_LINEAR && teacher->noise > 0;
    const double normal = noisy ? normals_next(self->label_normals) : 0;
    const double uniform =
        teacher->labels == TEACHER_LOGISTIC ? words_uniform(&self->label_words) : 0;
    return teacher_label(teacher, experiment->loss, r_star, normal, uniform);
}

void steps_gradient(steps_t *self, const double *target, const double *r, double r_star, double a2,
                    double *g)
{
    const experiment_t *experiment = self->experiment;
    const sgdl_problem_t *problem = experiment->problem;
    const double label = target ? 0 : label_of(self, r_star);
    experiment->loss->gradient(experiment->L, r, target ? target : &label, g);
    if (isinf(problem->clip))
        return;
    const double allowed = problem->clip * sqrt(problem->dimension), length = fabs(g[0]) * sqrt(a2);
    if (length > allowed)
        g[0] *= allowed / length;
}

recursion_t steps_recursion(const experiment_t *experiment, double gamma, uint64_t step)
{
    const sgdl_problem_t *problem = experiment->problem;
    const heavy_ball_t *ball = &problem->heavy_ball;
    const double d = problem->dimension, t = (double)step / d;
    if (ball->is_stated)
        return (recursion_t){.keep = 1 - ball->decay / (1 + t / ball->over) / d,
                             .gain = ball->gain / d,
                             .rate = gamma / d,
                             .weight = ball->weight / d};
    if (problem->momentum > 0)
        return (recursion_t){.keep = problem->momentum, .gain = 1, .weight = gamma / d};
    return (recursion_t){.rate = gamma / d};
}

void steps_move(const recursion_t *recursion, size_t count, const double *gradient, double *x,
                double *v)
{
    if (v) {
        pass_update(count, recursion->keep, recursion->gain, gradient, v);
        pass_update(count, 1, -recursion->weight, v, x);
    }
    if (recursion->rate > 0)
        pass_update(count, 1, -recursion->rate, gradient, x);
}

void steps_move_bias(steps_t *self, const recursion_t *recursion, const double *gradient,
                     double *bias)
{
    const experiment_t *experiment = self->experiment;
    steps_move(recursion, experiment->L, gradient, bias,
               experiment->velocity ? self->bias_velocity : NULL);
}
