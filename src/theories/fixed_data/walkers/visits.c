#include "src/theories/fixed_data/walkers/visits.h"

#include <math.h>
#include <stdlib.h>

int visits_init(visits_t *self, const sgdl_problem_t *problem, size_t n, uint64_t run,
                sgdl_error_t *error)
{
    const double f = problem->fraction;
    const bool sme = problem->method == METHOD_SME, persists = problem->persistence > 0;
    *self = (visits_t){.problem = problem, .n = n, .whole = n, .parts = 1};
    if (f < 1)
        self->whole = (size_t)fmax(1, rint(f * (double)n));
    if (problem->reshuffled)
        self->parts = (size_t)rint(1 / f);
    self->order = calloc(n, sizeof *self->order);
    self->is_on = persists ? calloc(n, sizeof *self->is_on) : NULL;
    self->weights = sme ? calloc(n, sizeof *self->weights) : NULL;
    self->normals = sme ? aligned_alloc(_Alignof(normals_t), sizeof *self->normals) : NULL;
    if (!self->order || (persists && !self->is_on) || (sme && (!self->weights || !self->normals)))
        return sgdl_fail_memory(error);
    for (size_t j = 0; j < n; j++)
        self->order[j] = j;
    words_init(&self->words, problem->seed, run, STREAM_VISITS);
    if (sme)
        normals_init(self->normals, problem->seed, run, STREAM_VISITS);
    return SGDL_OK;
}

void visits_free(visits_t *self)
{
    free(self->order);
    free(self->is_on);
    free(self->weights);
    free(self->normals);
    *self = (visits_t){0};
}

size_t visits_draw(words_t *words, size_t n)
{
    const size_t j = (size_t)(words_uniform(words) * (double)n);
    return j < n ? j : n - 1;
}

/* The first of them become a uniform choice without replacement, in random order. */
static void shuffle(visits_t *self, size_t first)
{
    for (size_t j = 0; j < first; j++) {
        const size_t k = j + visits_draw(&self->words, self->n - j), other = self->order[k];
        self->order[k] = self->order[j];
        self->order[j] = other;
    }
}

static void choose_part(visits_t *self)
{
    if (self->part == 0)
        shuffle(self, self->n);
    const size_t begin = self->part * self->n / self->parts;
    const size_t end = (self->part + 1) * self->n / self->parts;
    self->seen.list = self->order + begin;
    self->seen.count = end - begin;
    self->part = (self->part + 1) % self->parts;
    self->seen.weight = self->seen.count > 0 ? 1 / (double)self->seen.count : 0;
}

/* Each sample is on or off for times that it forgets; in the stationary state from the start. */
static void let_persist(visits_t *self, const timeline_step_t *step)
{
    const double f = self->problem->fraction;
    const double leave = fmin(step->rate / self->problem->persistence, 1);
    const double enter = f < 1 ? fmin(leave * f / (1 - f), 1) : 1;
    self->seen.count = 0;
    for (size_t j = 0; j < self->n; j++) {
        const double u = words_uniform(&self->words);
        if (!self->begun)
            self->is_on[j] = u < f;
        else
            self->is_on[j] = self->is_on[j] ? u >= leave : u < enter;
        if (self->is_on[j])
            self->order[self->seen.count++] = j;
    }
    self->begun = true;
    self->seen.list = self->order;
    self->seen.weight = 1 / (f * (double)self->n);
}

/* s = 1 + sqrt(alpha/(b DT)) N(0,1) */
static void weigh(visits_t *self, const timeline_step_t *step)
{
    const double spread = sqrt(fmax(step->second - 1, 0));
    for (size_t j = 0; j < self->n; j++)
        self->weights[j] = 1 + spread * normals_next(self->normals);
}

void visits_next(visits_t *self, const timeline_step_t *step)
{
    if (self->is_on) {
        let_persist(self, step);
        return;
    }
    if (self->problem->reshuffled) {
        choose_part(self);
        return;
    }
    self->seen.list = self->order;
    self->seen.count = self->whole;
    self->seen.weight = 1 / (double)self->whole;
    if (self->whole < self->n)
        shuffle(self, self->whole);
    self->seen.weights = self->weights;
    if (self->weights)
        weigh(self, step);
}
