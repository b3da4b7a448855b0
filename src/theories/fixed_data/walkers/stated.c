/* Steps that are stated: of full batches and fractions, and those of sme in cells of time. */
#include "src/base/clones.h"
#include "src/theories/fixed_data/walkers/walk.h"

#include <string.h>

enum { X, BEFORE, QUERY, GRADIENT, ARRAYS };

/* Many parameters: a kernel over plain arrays. */
CLONES static void look_ahead(size_t count, double ahead, const double *restrict x,
                              const double *restrict before, double *restrict query)
{
#pragma omp simd
    for (size_t n = 0; n < count; n++)
        query[n] = x[n] + ahead * (x[n] - before[n]);
}

/* Many parameters: the same. */
CLONES static void move(size_t count, const timeline_step_t *step, double ridge,
                        const double *restrict gradient, double *restrict x,
                        double *restrict before)
{
    const double rate = step->rate, momentum = step->momentum, ahead = step->ahead;
#pragma omp simd
    for (size_t n = 0; n < count; n++) {
        const double moved = x[n] - before[n], query = x[n] + ahead * moved;
        const double next = x[n] + momentum * moved - rate * (gradient[n] + ridge * query);
        before[n] = x[n];
        x[n] = next;
    }
}

static bool make_step(walk_t *self)
{
    const walks_t *walks = self->walks;
    const size_t L = walks->scene.experiment.L, d = walks->scene.experiment.d;
    const size_t stride = walks->scene.stride;
    const timeline_step_t *step = &self->course->timeline.step[self->step];
    double *x = self->array[X], *before = self->array[BEFORE], *G = self->array[GRADIENT];
    if (self->step == 0)
        memcpy(before, x, L * stride * sizeof *x);
    const bool leads = step->ahead > 0;
    if (leads)
        look_ahead(L * stride, step->ahead, x, before, self->array[QUERY]);
    visits_next(&self->visits, step);
    memset(G, 0, L * stride * sizeof *G);
    if (!walk_gather(self, leads ? self->array[QUERY] : x, &self->visits.seen, G))
        return false;
    for (size_t l = 0; l < L; l++) {
        const size_t at = l * stride;
        move(d, step, walks->problem->ridge, G + at, x + at, before + at);
        if (walks->problem->intercept != 0)
            move(1, step, 0, G + at + d, x + at + d, before + at + d);
    }
    return true;
}

static double passes(const walks_t *walks)
{
    const double f = walks->problem->fraction;
    return f < 1 ? f : 1;
}

const gait_t gait_stated = {"stated steps", ARRAYS, make_step, passes};
