/*
 * Small batches, step by step: the samples of one are uniform among all of them, and
 *
 *     G = mean over the batch of a g(q^T a) + ridge q      v <- beta v + G      X <- X - (gamma/d)
 * v
 *
 * at q = X, or with Nesterov's momentum where beta v of the last step would bring it.
 */
#include "src/base/clones.h"
#include "src/theories/fixed_data/walkers/walk.h"
#include "src/theories/streaming/walkers/passes.h"

#include <string.h>

enum { X, VELOCITY, QUERY, GRADIENT, ARRAYS };

/* ---- without momentum ------------------------------------------------------------------------ */

/* A batch that goes into one panel is added to X itself. */
static bool step_directly(walk_t *self, double rate)
{
    const walks_t *walks = self->walks;
    const size_t L = walks->scene.experiment.L, d = walks->scene.experiment.d;
    const size_t stride = walks->scene.stride, b = walks->scene.experiment.batch;
    const bool has_bias = walks->problem->intercept != 0;
    const double decay = 1 - rate * walks->problem->ridge, share = -rate / (double)b;
    double *x = self->array[X];
    size_t list[SAMPLES_ROWS];
    for (size_t j = 0; j < b; j++)
        list[j] = visits_draw(&self->words, walks->scene.n);
    walk_slopes(self, x, list, b);
    for (size_t l = 0; l < L; l++) {
        double *column = x + l * stride, *g = self->g + l * SAMPLES_ROWS;
        const double bias = has_bias ? column[d] : 0;
        pass_update(stride, decay, share * g[0], self->data.row[0], column);
        if (has_bias)
            column[d] = bias + share * g[0] * self->data.row[0][d];
        for (size_t j = 0; j < b; j++)
            g[j] *= share;
        rows_add(stride, b - 1, self->data.row + 1, g + 1, column);
    }
    return !experiment_interrupted(&walks->scene.experiment);
}

/* ---- with momentum, or many samples ---------------------------------------------------------- */

typedef struct recursion {
    double keep, rate, ridge;
    double ahead; /* q = X - ahead v */
} recursion_t;

/* Many parameters: a kernel over plain arrays. */
CLONES static void look_ahead(size_t count, double ahead, const double *restrict x,
                              const double *restrict v, double *restrict query)
{
#pragma omp simd
    for (size_t n = 0; n < count; n++)
        query[n] = x[n] - ahead * v[n];
}

CLONES static void move(size_t count, const recursion_t *recursion, const double *restrict gradient,
                        double *restrict x, double *restrict v)
{
    const recursion_t r = *recursion;
#pragma omp simd
    for (size_t n = 0; n < count; n++) {
        const double query = x[n] - r.ahead * v[n];
        v[n] = r.keep * v[n] + (gradient[n] + r.ridge * query);
        x[n] -= r.rate * v[n];
    }
}

/* The mean gradient over a batch, but for the ridge. */
static bool gather(walk_t *self, const double *q, double *G)
{
    const scene_t *scene = &self->walks->scene;
    const size_t b = scene->experiment.batch;
    size_t list[SAMPLES_ROWS];
    memset(G, 0, scene->experiment.L * scene->stride * sizeof *G);
    for (size_t first = 0; first < b; first += SAMPLES_ROWS) {
        const size_t count = b - first < SAMPLES_ROWS ? b - first : SAMPLES_ROWS;
        for (size_t j = 0; j < count; j++)
            list[j] = visits_draw(&self->words, scene->n);
        const batch_t batch = {list, count, 1 / (double)b, NULL};
        if (!walk_gather(self, q, &batch, G))
            return false;
    }
    return true;
}

static recursion_t recursion_of(const walk_t *self, double rate)
{
    const sgdl_problem_t *problem = self->walks->problem;
    const double k = (double)self->step;
    recursion_t recursion = {.keep = problem->momentum, .rate = rate, .ridge = problem->ridge};
    if (problem->nesterov == NESTEROV_INCREASING)
        recursion.keep = k / (k + 3);
    if (problem->nesterov != NESTEROV_NONE)
        recursion.ahead = recursion.keep * self->rate_before;
    return recursion;
}

static bool step_by_velocity(walk_t *self, double rate)
{
    const walks_t *walks = self->walks;
    const size_t L = walks->scene.experiment.L, d = walks->scene.experiment.d;
    const size_t stride = walks->scene.stride;
    const recursion_t recursion = recursion_of(self, rate);
    recursion_t free_of_ridge = recursion;
    double *x = self->array[X], *v = self->array[VELOCITY], *G = self->array[GRADIENT];
    free_of_ridge.ridge = 0;
    if (recursion.ahead > 0)
        look_ahead(L * stride, recursion.ahead, x, v, self->array[QUERY]);
    if (!gather(self, recursion.ahead > 0 ? self->array[QUERY] : x, G))
        return false;
    for (size_t l = 0; l < L; l++) {
        const size_t at = l * stride;
        move(d, &recursion, G + at, x + at, v + at);
        if (walks->problem->intercept != 0)
            move(1, &free_of_ridge, G + at + d, x + at + d, v + at + d);
    }
    self->rate_before = rate;
    return true;
}

static bool make_step(walk_t *self)
{
    const sgdl_problem_t *problem = self->walks->problem;
    const double d = problem->dimension;
    const double rate = rate_source_at(&self->course->source, (double)self->step / d, NULL) / d;
    const bool plain = problem->momentum == 0 && problem->nesterov == NESTEROV_NONE;
    return plain && problem->batch <= SAMPLES_ROWS ? step_directly(self, rate)
                                                   : step_by_velocity(self, rate);
}

static double passes(const walks_t *walks)
{
    return walks->problem->batch / (double)walks->scene.n;
}

const gait_t gait_small = {"small batches", ARRAYS, make_step, passes};
