#include "src/theories/diffusion/markov.h"

#include <assert.h>
#include <stdlib.h>

#include "src/base/interrupted.h"

int markov_init(markov_t *self, size_t states, size_t below, size_t above, sgdl_error_t *error)
{
    *self = (markov_t){.states = states, .below = below, .above = above};
    self->step = calloc(states * (below + 1 + above + 2), sizeof *self->step);
    if (!self->step)
        return sgdl_fail_memory(error);
    self->lost = self->step + states * (below + 1 + above);
    self->out = self->lost + states;
    return SGDL_OK;
}

void markov_free(markov_t *self)
{
    free(self->step);
    *self = (markov_t){0};
}

/* ---- elimination ----------------------------------------------------------------------------
 * States below `last` go in increasing order, then those above it in decreasing order. When a state
 * goes, what remains on its own side of `last` begins next to it. */

typedef struct span {
    size_t begin, end; /* end: behind the last */
} span_t;

/* What is left within `reach` of state k once it goes. */
static span_t remaining(const markov_t *self, size_t k, size_t reach_up, size_t reach_down)
{
    if ((ptrdiff_t)k < self->last) {
        const size_t top = self->states - 1 - k;
        return (span_t){k + 1, k + 1 + (reach_up < top ? reach_up : top)};
    }
    /* from above: all below `last` are gone */
    const size_t least = self->last > 0 ? (size_t)self->last : 0;
    const size_t low = reach_down < k ? k - reach_down : 0;
    return (span_t){low > least ? low : least, k};
}

static span_t targets(const markov_t *self, size_t k)
{
    return remaining(self, k, self->above, self->below);
}

static span_t sources(const markov_t *self, size_t k)
{
    return remaining(self, k, self->below, self->above);
}

/* The state that goes as number i of `count`. */
static size_t order(const markov_t *self, size_t i)
{
    const size_t lower = self->last > 0 ? (size_t)self->last : 0;
    return i < lower ? i : self->states - 1 - (i - lower);
}

static size_t eliminated(const markov_t *self)
{
    const bool kept = self->last >= 0 && (size_t)self->last < self->states;
    return self->states - (kept ? 1 : 0);
}

static void eliminate(markov_t *self, size_t k)
{
    const span_t to = targets(self, k), from = sources(self, k);
    const double *row = markov_at(self, k, to.begin);
    double out = self->lost[k];
    for (size_t j = 0; j < to.end - to.begin; j++)
        out += row[j];
    self->out[k] = out;
    for (size_t i = from.begin; i < from.end; i++) {
        const double factor = *markov_at(self, i, k) / out;
        double *fill = markov_at(self, i, to.begin);
        if (!(factor > 0))
            continue;
        for (size_t j = 0; j < to.end - to.begin; j++)
            fill[j] += factor * row[j];
        self->lost[i] += factor * self->lost[k];
    }
}

int markov_eliminate(markov_t *self, ptrdiff_t last, const sgdl_watch_t *watch, sgdl_error_t *error)
{
    assert(last >= -1 && last <= (ptrdiff_t)self->states);
    self->last = last;
    int status = SGDL_OK;
    for (size_t i = 0; i < eliminated(self) && status == SGDL_OK; i++) {
        eliminate(self, order(self, i));
        status = check_interrupted(watch ? watch->stop : NULL, error);
    }
    return status;
}

/* ---- what follows --------------------------------------------------------------------------- */

void markov_solve(const markov_t *self, double *v)
{
    const size_t count = eliminated(self);
    for (size_t i = 0; i < count; i++) {
        const size_t k = order(self, i);
        const span_t from = sources(self, k);
        v[k] /= self->out[k];
        for (size_t s = from.begin; s < from.end; s++)
            v[s] += *markov_at(self, s, k) * v[k];
    }
    if (count < self->states)
        v[self->last] = 0;
    for (size_t i = count; i-- > 0;) {
        const size_t k = order(self, i);
        const span_t to = targets(self, k);
        double sum = 0;
        for (size_t t = to.begin; t < to.end; t++)
            sum += *markov_at(self, k, t) * v[t];
        v[k] += sum / self->out[k];
    }
}

void markov_stationary(const markov_t *self, double *p)
{
    double sum = 1;
    p[self->last] = 1;
    for (size_t i = eliminated(self); i-- > 0;) {
        const size_t k = order(self, i);
        const span_t from = sources(self, k);
        p[k] = 0;
        for (size_t s = from.begin; s < from.end; s++)
            p[k] += p[s] * *markov_at(self, s, k);
        p[k] /= self->out[k];
        sum += p[k];
    }
    for (size_t k = 0; k < self->states; k++)
        p[k] /= sum;
}
